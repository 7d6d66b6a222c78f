"""Who was hit, how much, when the loss came and what made it worse, as documents tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator import events as e
from simulator.values import Ref
from tests.analytics import builders as b
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.hurt import harmed_more
from ui.reports.numbers import counted, hundredths
from ui.reports.opening import worth_most
from ui.reports.registry import report


def test_what_showed_who_was_hit_best_is_quoted_as_it_was_printed(finished: Callable[[str], Finished]) -> None:
    (one,) = context(finished(DRILLS[0]))["looks"]
    assert (one["at"], one["output"].split(" / ")[2]) == ("T+07:05", "refused 4,923 3,440 8,363")
    hit = {one["title"]: one for one in context(finished(DRILLS[2]))["segments"]}
    assert {one["since"] for one in hit.values()} == {"by T-29:45"}


def test_when_the_loss_came_adds_up_and_a_change_is_not_blamed_for_a_step(finished: Callable[[str], Finished]) -> None:
    for name in ("auth_token-impatient-7", "permission_leak-impatient-7", "parcel_lag-by_the_book-7"):
        found = context(finished(name))["loss"]
        assert abs(sum(float(one["loss"]) for one in found["parts"]) - float(found["total"])) < 0.03
    charged, landed = context(finished("billing_mismatch-impatient-7"))["worsened"]
    assert charged["what"].startswith("Dollars charged twice: ")
    assert "Replay everything since the deploy, emergency switch (T+12:00)" in charged["jumped"][0]
    assert landed["jumped"] == [
        "What it did cannot be told from what this did: Replay everything since the deploy, emergency switch"]
    assert not landed["loss"]


def test_what_a_queued_change_made_worse_says_what_leapt(finished: Callable[[str], Finished]) -> None:
    tree = context(finished("permission_leak-impatient-7"))
    said, *_ = tree["worsened"]
    (landed,) = (one for one in tree["worsened"] if one["service"])
    assert "Evidence that is gone: 0 % before, 45 % at T+17:00" in landed["jumped"]
    assert landed["loss"].startswith("0.24 of the loss of")
    assert tree["loss"]["most"].startswith("0.24 came with the queued change of T+14:00")
    assert (said["at"], said["jumped"]) == ("T+09:00", ["this changed the world: details public"])


def leaping(harm: float) -> Any:
    """Return a world in which this much harm comes within a minute of T+14:00."""

    def more(body: e.TruthSampled, at: int) -> e.TruthSampled:
        done = {"minutes": body.harm["minutes"] + harm * (at > 840)}
        return body.model_copy(update={"harm": done, "figures": body.figures | done})

    return [(at, by, more(body, at) if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]


LANDED = b.event("14:00", e.MergeLanded(merge="log", service="auth", harmful=True), "world")


def test_a_queued_change_did_harm_only_where_something_shows_it() -> None:
    for harm, says in ((0.0, "landed on auth: log"), (300.0, "landed on auth and did harm: log. It brought 0.30")):
        text = report(built(LANDED, world=leaping(harm)), "report")
        assert f"a queued change {says}" in text
        assert ("### What made it worse" in text) == bool(harm)


def test_what_came_besides_a_jump_says_so_and_parts_add_up() -> None:
    found = context(built(LANDED, world=leaping(300.0)))["loss"]
    assert [one["when"] for one in found["parts"]][1:] == [
        "before T+60:00, apart from the queued change of T+14:00, and nothing was mitigated"]
    assert round(sum(float(one["loss"]) for one in found["parts"]), 2) == float(found["total"]) == 0.7
    assert hundredths([0.006, 0.005, 0.009], 0.02) == [1, 0, 1]


def turned(at: str, what: str, over: int = 0) -> Any:
    return b.event(at, e.KnobTurned(knob="k", value=1, over=over, by=Ref(f"action:{what}")), "world")


def test_a_step_a_minute_and_more_after_a_queued_change_is_not_mixed_up_with_it() -> None:
    world = leaping(300.0)
    for at, blurred in (("14:50", True), ("16:10", False)):
        landed, *_ = context(built(LANDED, b.act(at, "flag"), turned(at, "flag"), world=world))["worsened"]
        says = "What it did cannot be told from what this did: flag"
        assert landed["jumped"] == [says if blurred else "Minutes: 87 min before, 407 min at T+16:00"]
        assert landed["harmed"] is not blurred


def test_harm_that_came_of_acting_is_no_call_to_act_earlier() -> None:
    for null, worse in ((0.2, True), (0.9, False)):
        drill = built(b.act("10:00", "flag"), b.act("59:30", "web_flag"))
        assert harmed_more(drill) == ""
        drill = built(b.act("10:00", "flag"), b.act("59:30", "web_flag"))
        drill.journal.references = b.references(null=null).model_dump(mode="json")
        found = context(drill)["worsened"]
        assert len(found) == worse
        assert harmed_more(drill) == ("It came to more than had nobody acted: a loss of 0.40, to 0.20 then." * worse)
        said = "- T+03:00 to T+57:00, Minutes: 400 min, had nobody acted 200 min – begun by T+57:00: flag (T+10:00)\n"
        assert (said in report(drill.scored(), "report")) == worse
    area = {"id": "M", "title": "Harm avoided", "points": 0, "out_of": 18, "advice": "Act earlier.", "why": ""}
    score = {"scored": True, "caps": [], "uncapped": 0, "areas": [area]}
    loss = {"total": "0.40", "most": "0.40 came late", "worst": "all of it"}
    assert worth_most(score, loss, {"M"}, (), "It came to more.").endswith("of 18 points): It came to more.")


def test_only_who_was_hit_is_said_to_be(finished: Callable[[str], Finished]) -> None:
    sold = context(finished("checkout_dip-by_the_book-7"))
    assert sold["hit"] == []
    assert "sold a minute" not in sold["opening"][1]["text"]
    assert "People who found a free seat taken" in sold["opening"][1]["text"]
    assert "mobile" not in json.dumps(context(finished(DRILLS[0]))["hit"])
    billed = [one["id"] for one in context(finished("billing_mismatch-impatient-7"))["hit"]]
    assert {"double_captures", "duplicate_events"} <= set(billed)
    assert "invoices_affected" not in billed
    for name, unit in (("parcel_lag", "parcels"), ("sign_in_link", "members"), ("levels_unseen", "homes")):
        assert context(finished(f"{name}-by_the_book-7"))["hit"][0]["worst"].endswith(unit)
    leak = context(finished(DRILLS[2]))
    assert [one for one in leak["remains"]["clocks"] if "awareness" in one or "snapshot" in one.lower()] == [
        "Put the time of awareness on record, T+02:32: aware 13:07:32Z; 72 h run until 2026-04-18 13:07:32Z"]
    assert "turned away" in report(finished(DRILLS[2]), "leadership")
    assert "Incident commander key" not in report(finished(DRILLS[2]).without_names(), "report")


@pytest.mark.parametrize(("value", "unit", "says"), [
    (8.957, "reads", "9 reads"), (0.134, "reads", "fewer than 1 read"),
    (0, "reads", "0 reads"), (1.2, "reads", "1 read"),
    (1.8, "%-min", "1.8 %-min"), (15973.1, "invoices", "15,973 invoices"), (0.4, "1/min", "0.4 a minute"),
    (None, "reads", "unknown"), (0.07, "", "0.07"), (1, "ms", "1 ms"), (0.4, "USD", "0.4 USD"), (1.5, "GB", "1.5 GB"),
    (1, "events/s", "1 events/s"), (1, "businesses", "1 business"), (1, "people", "1 person"),
    (-0.4, "users", "0 users"),
    (1, "entries", "1 entry"), (3, "1/s", "3 a second"),
])  # fmt: skip
def test_people_and_things_are_counted_whole(value: float | None, unit: str, says: str) -> None:
    assert counted(value, unit) == says

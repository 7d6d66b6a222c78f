"""Who was hit, how much, when the loss came and what made it worse, as documents tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from simulator.values import Ref
from tests.analytics import builders as b
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.hurt import alike, harmed_more, printed
from ui.reports.numbers import counted, hundredths
from ui.reports.opening import worth_most
from ui.reports.registry import report
from ui.reports.worth import worth_doing


def test_what_showed_who_was_hit_best_is_quoted_as_it_was_printed(finished: Callable[[str], Finished]) -> None:
    *_, one = context(finished(DRILLS[0]))["looks"]
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
        leapt = "Minutes: 87 min before, 407 min at T+16:00 (107 min at the pace before)"
        assert landed["jumped"] == [says if blurred else leapt]
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
    loss = {"total": "0.40", "nobody": "0.20", "most": "0.40 came late", "worst": "all of it"}
    told = worth_most(score, loss, {"M"}, "", "It came to more.")
    assert told["Worth most for the score"] == "Harm avoided (0 of 18 points): It came to more."
    assert told["Worth most for those hit"].startswith("Of the loss of 0.40 (0.20 had nobody acted), ")


@pytest.mark.parametrize(("name", "says"), [
    ("auth_token-null-7", "carry out Switch auth.kid_v2_signing off (justified from T+07:30, never carried out), "),
    ("auth_token-impatient-7", "carry out, and sooner, Switch auth.kid_v2_signing off (justified from T+07:30, never "),
    ("permission_leak-null-7", "carry out Begin a new token epoch (justified from T+05:30, never carried out), Roll "),
    ("permission_leak-impatient-7", "freeze edge-worker before T+14:00 (called for from T+10:00) or have "
     "Snapshot of traces and logs, with hold finished by then (begun T+01:30 in the best course, "),
    ("billing_mismatch-impatient-7", "Of the loss of"),
    # No step came more than three minutes after it was right and the best course takes it.
    ("billing_mismatch-by_the_book-7", "Of the loss of"),
])  # fmt: skip
def test_what_is_worth_most_is_a_step_with_the_time_from_which_it_was_right(
    finished: Callable[[str], Finished], name: str, says: str
) -> None:
    *_, hit, _, _ = context(finished(name))["opening"]
    assert hit["text"].startswith(says)


def test_a_step_that_was_refused_is_worth_more_than_one_that_nobody_ordered() -> None:
    order = b.say("09:00", "mitigation", acts.TakeAction(action="web_flag", decision="decision:4"))
    seq = next(x.seq for x in b.drill(b.query("05:00", "zones"), order).journal if isinstance(x.body, acts.TakeAction))
    refusal = b.event("09:00", e.CommandRefused(command=seq, code="unknown", reason="decision: nothing is called so"))
    for lines, says in (([], "carry out flag (justified from T+05:15, never carried out; treats most, by weight 100 % "
                             "of what was hit) and revoke (justified from T+05:15, never carried out)"),
                        ([order, refusal], "carry out web_flag (justified from T+05:15, refused T+09:00)")):
        drill = built(b.query("05:00", "zones"), *lines)
        drill.journal.references = b.references(null=0.9).model_dump(mode="json")
        assert worth_doing(drill).partition("; carry")[0] == says


def test_a_refused_step_that_the_best_course_begins_when_harm_grows_no_more_is_for_recovery_alone() -> None:
    order = b.say("09:00", "mitigation", acts.TakeAction(action="web_flag", decision="decision:4"))
    before = b.query("05:00", "zones")
    seq = next(x.seq for x in b.drill(before, order).journal if isinstance(x.body, acts.TakeAction))
    drill = built(before, order, b.event("09:00", e.CommandRefused(command=seq, code="unknown", reason="no")))
    for grown, says in ([0.0, 1.0, 2.0, 3.0], "carry out web_flag (just"), ([0.0, 1.0, 2.0, 2.0], "carry out, for rec"):
        known = b.references(null=0.9).model_dump(mode="json")
        known["best"] |= {"steps": {"web_flag": 120}, "series": {"minutes": grown}}
        drill = Finished(drill.journal, drill.scenario, None)
        drill.journal.references = known
        assert worth_doing(drill).startswith(says)
        assert context(drill)["opening"][5]["text"].endswith("; 1 step ordered and never carried out")


def test_what_was_not_done_before_a_queued_change_leads_what_was_missed(finished: Callable[[str], Finished]) -> None:
    drill = finished("permission_leak-impatient-7")
    assert context(drill)["opening"][5]["text"].startswith(
        "edge-worker not frozen and Snapshot of traces and logs, with hold not finished before the queued change of ")


def test_a_figure_that_is_a_bound_says_so_and_what_was_sure_before(finished: Callable[[str], Finished]) -> None:
    (told,) = (one for one in context(finished("permission_leak-impatient-7"))["hit"] if one["id"] == "tenants_to_tell")
    assert told["worst"] == "at most 212 tenants (11 for sure at T+12:00, when that could last be shown)"
    assert told["left"] == "at most 212 tenants"
    (sure,) = (one for one in context(finished(DRILLS[2]))["hit"] if one["id"] == "tenants_to_tell")
    assert sure["worst"] == sure["left"] == "11 tenants"


def test_a_table_whose_columns_have_one_name_has_its_command_beside_it() -> None:
    assert alike("  src  | count | count\n------+----\n  edge | 35 | 20")
    assert not alike("src | reads | owners\n1 | 35 | 35")
    assert not alike("all is well")


def test_a_turn_for_the_worse_that_the_world_reports_is_told_with_how_long_it_held(
    finished: Callable[[str], Finished]
) -> None:
    *_, used = context(finished("permission_leak-impatient-7"))["worsened"]
    assert used["what"].startswith("@edge-bot: 338 different links a minute")
    assert used["jumped"] == ["so from T+19:00 until people left"]


def test_what_is_not_back_says_when_it_grew_no_more() -> None:
    def grown(until: int) -> Any:
        return [(at, by, body.model_copy(update={"figures": {"locked": float(min(at, until))}})
                 if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]  # fmt: skip

    made = b.scenario(figures=[{"id": "locked", "title": "Locked users", "unit": "users", "hit": True}])
    for until, says in ((1200, "not recovered: Web, Mobile (no more were hit after T+20:00); never verified"),
                        (9999, "not recovered: Web, Mobile; never verified")):  # fmt: skip
        assert context(built(world=grown(until), of=made))["opening"][4]["text"] == says
    # Fewer now than before: that counts who is hit at the time, and others may have been hit since.
    waits = [(at, by, body.model_copy(update={"figures": {"locked": 900.0 + (at == 1200)}})
              if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]  # fmt: skip
    assert "no more were hit" not in context(built(world=waits, of=made))["opening"][4]["text"]


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
    (8.957, "reads", "9 reads"), (0.134, "reads", "next to none"),
    (0, "reads", "0 reads"), (1.2, "reads", "1 read"),
    (1.8, "%-min", "1.8 % for a minute"), (378949, "user-min", "378,949 user-minutes"),
    (1, "row-min", "1 row-minute"), (15973.1, "invoices", "15,973 invoices"), (0.4, "1/min", "0.4 a minute"),
    (None, "reads", "unknown"), (0.07, "", "0.07"), (1, "ms", "1 ms"), (0.4, "USD", "0.4 USD"), (1.5, "GB", "1.5 GB"),
    (1, "events/s", "1 events/s"), (1, "businesses", "1 business"), (1, "people", "1 person"),
    (-0.4, "users", "0 users"),
    (1, "entries", "1 entry"), (3, "1/s", "3 a second"),
])  # fmt: skip
def test_people_and_things_are_counted_whole(value: float | None, unit: str, says: str) -> None:
    assert counted(value, unit) == says


def test_what_people_saw_for_sure_bounds_an_upper_bound_from_below() -> None:
    figures = [{"id": "locked", "title": "Told", "unit": "users", "hit": True, "at_most": {"bound": True},
                "at_least": {"zones": 2}}]  # fmt: skip
    made, truth = b.scenario(figures=figures), [
        (at, by, body.model_copy(update={"facts": {"bound": at >= 300}, "figures": {"locked": at}})
         if isinstance(body, e.TruthSampled) else body) for at, by, body in b.truth()]  # fmt: skip

    def worst(*outputs: str) -> str:
        looks = [b.event(f"{20 + n}:00", e.QueryFinished(
            run=Ref("query:zones"), query="zones", executor="triage", command_line="z", output=output,
            evidence="physics")) for n, output in enumerate(outputs)]  # fmt: skip
        (one,) = context(built(*looks, world=truth, of=made))["hit"]
        return str(one["worst"])

    assert worst("a_1 | 35 | 20", "nothing").endswith(" (20 of them for sure, seen T+20:00)")
    assert worst("nothing").endswith(", when that could last be shown)")


def test_what_is_not_back_says_how_far_it_is_off(finished: Callable[[str], Finished]) -> None:
    drill = finished("billing_mismatch-impatient-7")
    tree, text = context(drill), report(drill, "report")
    events = "Revenue events (12.7 % still hit, 13.1 % at worst, 0.05 % tolerated)"
    assert events in tree["remains"]["off"]
    assert events in text.partition("**Not recovered at the end**, in shares of each part: ")[2].partition("\n")[0]
    assert ", hit T-63:45, back never" in text
    assert all(one["still"] == "" for one in context(finished(DRILLS[1]))["segments"])


def test_every_step_of_the_chain_that_came_late_is_named_with_the_one_that_treats_most() -> None:
    steps = [*b.act("45:00", "web_flag"), *b.act("46:00", "flag"), *b.act("47:00", "block")]
    drill = built(b.query("05:00", "zones"), steps, world=b.truth("50:00"))
    drill.journal.references = b.references(null=0.9).model_dump(mode="json")
    assert worth_doing(drill) == (
        "carry out, and sooner, web_flag (justified from T+05:15, begun T+45:00), flag (justified from T+05:15, begun "
        "T+46:00; treats most, by weight 100 % of what was hit) and revoke (justified from T+46:00, never carried out)")


def test_to_begin_sooner_stands_beside_what_was_refused_where_much_of_the_loss_came_before() -> None:
    """A step that was refused and never carried out hid that most of the loss came before anything was begun."""
    order = b.say("39:00", "mitigation", acts.TakeAction(action="revoke", decision="decision:4"))
    before = [b.query("05:00", "zones"), b.act("35:00", "flag")]
    seq = next(x.seq for x in b.drill(*before, order).journal if getattr(x.body, "action", "") == "revoke")
    refusal = b.event("39:00", e.CommandRefused(command=seq, code="unknown", reason="no"))
    drill = built(*before, order, refusal, world=b.truth())
    drill.journal.references = b.references(null=0.9).model_dump(mode="json")
    vain, _, late = worth_doing(drill).partition("; ")
    assert vain == "carry out revoke (justified from T+36:00, refused T+39:00)"
    assert late.startswith("begin sooner flag (justified from T+05:15, begun T+35:00): 0.23 of the loss came before")
    told = worth_most({"scored": True, "caps": [], "uncapped": 0, "areas": []}, {
        "total": "0.40", "nobody": "0.90", "most": "0.23 came before", "worst": ""}, (), worth_doing(drill), "")
    assert told["Worth most for those hit"].endswith("The loss was 0.40 (0.90 had nobody acted).")


def test_an_output_that_is_cut_keeps_its_last_line() -> None:
    table = "\n".join([*(f"row {n} is well" for n in range(40)), "leaking: 0 %"])
    assert printed(table, 60).endswith(" … / leaking: 0 %")
    assert len(printed(table, 60)) <= 60
    assert printed("a\nb", 60) == "a / b"


def test_a_look_before_a_step_that_came_back_too_late_for_a_queued_change_says_so() -> None:
    def look(begun: str, ended: str) -> Any:
        run = Ref("query:compat")
        return [*b.event(begun, e.QueryStarted(run=run, executor="triage", command_line="c", expected=9)),
                *b.event(ended, e.QueryFinished(run=run, query="compat", executor="triage", command_line="c",
                                                output="NOT  held\nmore", evidence="physics"))]  # fmt: skip

    made = b.scenario(actions=[one.model_dump() | ({"precheck": "compat"} if one.id == "rollback" else {})
                               for one in b.SCENARIO.actions])  # fmt: skip
    for begun, ended, says in (("13:40", "14:12", ["12 s later compat came back: NOT held"]), ("14:05", "14:12", []),
                               ("13:00", "13:50", []), ("13:40", "15:30", [])):  # fmt: skip
        (landed,) = context(built(look(begun, ended), LANDED, of=made))["worsened"]
        assert (landed["jumped"], landed["harmed"]) == (says, False)


def test_a_drill_scored_before_courses_had_steps_is_told_the_same_of_them(finished: Callable[[str], Finished]) -> None:
    for name in ("auth_token-impatient-7", "permission_leak-null-7"):
        drill = finished(name)
        kept = drill.journal.references or {}
        best = kept["best"]
        older = kept | {"best": {field: best[field] for field in best if field != "steps"}}
        before = replace(drill, journal=replace(drill.journal, references=older))
        assert worth_doing(before) == worth_doing(drill) != ""
        assert before.view.references.best.steps == best["steps"]

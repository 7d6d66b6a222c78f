"""What left the report and stands in another document; who led, what landed, what is due, who gave and who took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from simulator.text import clock
from tests.analytics import builders as b
from tests.ui.reporting import built
from ui.parts.text import markdown
from ui.reports import ahead
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.registry import REPORTS, report

LANDED = b.event("14:00", e.MergeLanded(merge="m", service="auth", harmful=True))


def printed(tree: dict[str, Any]) -> Iterator[str]:
    """Yield what a report that held everything printed in its tables and lists."""
    for row in tree["injects"]:
        yield from (row[name] for name in ("at", "text", "expected", "answered", "through", "came", "means"))
    for row in (*tree["knew"], *tree["looks"], *tree["prechecks"], *tree["checks"]):
        yield from (row[name] for name in ("what", "matters_for", "output", "elsewhere", "came") if name in row)
    for row in tree["decisions"]:
        yield from (*row["deeds"], *(row[name] for name in ("why", "evidence", "rejected", "full", "best", "warned")))
    yield from (row["brief"] for row in tree["updates"])
    for row in (*tree["undecided"], *tree["alternatives"], *tree["missed"]):
        yield from (row["what"], row.get("why", "")) if not row.get("asked") and not row.get("ordered") else ()
    yield from (said for row in tree["worsened"] for said in row["jumped"])
    yield from (row["true"] for row in tree["claims"])
    for row in tree["impact"]:
        yield from (row["value"], *([row["nobody"], row["best"]] if row["any"] else []))
    yield from (row["why"] for row in (*tree["score"]["caps"], *tree["score"]["findings"]))
    remains = tree["remains"]
    yield from (*remains["red"], *remains["uncertain"], *remains["risks"], *remains["clocks"], remains["watch"])
    yield from (one["text"] for one in remains["answers"])


@pytest.mark.parametrize("name", ["auth_token-impatient-7", "billing_mismatch-by_the_book-7",
                                  "permission_leak-by_the_book-7", "parcel_lag-by_the_book-7"])  # fmt: skip
def test_what_the_report_leaves_out_stands_in_another_document(
    finished: Callable[[str], Finished], name: str
) -> None:
    drill = finished(name)
    told = "\n".join(report(drill, kind) for kind in REPORTS)
    assert [one for one in printed(context(drill)) if one and markdown(one) not in told] == []


def test_the_report_names_the_documents_that_hold_the_rest_and_a_section_that_there_is() -> None:
    refused = built(b.closure("25:00", "a rerun: run it", "a watch"))
    text = report(refused, "report")
    assert "“Requests to close” in the closure package" in text
    assert "## Requests to close\n\n- **T+25:00" in report(refused, "closure")
    for kind in ("annex", "closure"):
        assert f"--kind {kind}" in text


def missed(*lines: Any) -> str:
    return str(next(one["text"] for one in context(built(*lines))["opening"] if one["title"] == "Missed"))


def test_for_how_long_nobody_led_is_missed() -> None:
    left = b.event("31:00", e.RoleVacated(role="commander", seat="commander"))
    says = "nobody led for 42 of 60 minutes (T+00:00 to T+13:00 and T+31:00 to the end)"
    over = b.say("60:00", "deputy", acts.EndDrill(how="resolved"))
    assert says in missed(b.in_command("13:00"), left, over)
    assert "nobody led" not in missed(b.in_command("04:00"), over)
    assert missed(over).partition("; ")[0] == "nobody led for 60 of 60 minutes (T+00:00 to the end)"


def test_a_page_that_lay_is_missed() -> None:
    fired = b.event("00:00", e.AlertFired(alert="rejects", severity="critical", summary="s", value=1, page="commander"))
    seen = [b.say(at, "commander", acts.AcknowledgePage(alert="rejects")) for at in ("02:00", "13:20")]
    for lines, says in (([], "the page was never acknowledged; "), (seen[0], ""),
                        (seen[1], "the page was acknowledged only at T+13:20; ")):  # fmt: skip
        told = missed(b.in_command("13:00"), fired, lines)
        assert says in told
        assert ("acknowledged" in told) == bool(says)


def test_each_change_that_ran_on_unfrozen_is_missed() -> None:
    frozen = b.say("15:00", "commander", acts.Freeze(scope=("auth",), what="both"))
    for lines, later in (([], "never frozen"), (frozen, "frozen only at T+15:00")):
        assert missed(LANDED, lines).startswith(
            f"auth not frozen before the queued change of T+14:00, {later}; ")


def test_a_time_of_day_that_is_still_ahead_is_a_deadline() -> None:
    said = "The books close at 02:30 UTC. Slow, done at 03:00. It broke at 00:10 UTC. See me by 02:30."
    cue = {"id": "books", "text": said, "topics": []}
    roles = [one.model_dump() | ({"cues": [cue]} if one.id == "deputy" else {}) for one in b.SCENARIO.roles]
    given = b.event("-10:00", e.CueGiven(to=("deputy",), cue="books", role="deputy", text=said))
    shared = b.event("20:00", e.CueShared(cue="books", role="deputy", text=said, how="offered"))
    for lines, who in ((given, "deputy alone knew"), ([*given, *shared], "deputy")):
        drill = built(lines, of=b.scenario(roles=roles))
        assert context(drill)["remains"]["deadlines"] == [
            f"T+150:00: The books close at 02:30 UTC; {who}", f"T+150:00: See me by 02:30; {who}"]
        assert "; due T+150:00: The books close at 02:30 UTC; " in context(drill)["opening"][-1]["text"]
        back = built(lines, b.act("05:00", "flag"), of=b.scenario(roles=roles), world=b.truth("12:00"))
        assert context(back)["remains"]["deadlines"] == []
        for kind in ("report", "closure"):
            assert "- **Deadline** T+150:00: The books" in report(drill, kind)


@pytest.mark.parametrize(("said", "at"), [
    ("by 5:30 pm", "T+1050:00"), ("By 5:30 p.m. UTC", "T+1050:00"), ("before 12:15 am", "T+15:00"),
    ("by 05:30", "T+330:00"), ("by 5:30 pm PST", ""), ("by 05:30 CET", ""), ("by 17:30 pm", ""),
    ("It was fine before 05:00 yesterday", ""), ("Tell me before 05:00", "T+300:00"), ("Sent 05:30", ""),
])  # fmt: skip
def test_a_time_of_day_is_read_as_it_is_meant_or_not_at_all(said: str, at: str) -> None:
    assert [clock(60 * (60 * one.hour + one.minute)) for one in ahead._named(said)] == ([at] if at else [])


def test_what_opens_a_blocked_way_back_is_told_where_it_is_on_record() -> None:
    held = b.act("09:00", "flag")
    for plan, says in (("revoke", "; what opens it: revoke (on record as the plan for it, T+08:00; never begun; "
                                  "@mitigation may)."),
                       ("flag", "; what opens it: flag (on record as the plan for it, T+08:00; begun T+09:00)."),
                       (None, ", and no plan to open it is on record.")):  # fmt: skip
        drill = built(b.ready("08:00", plan=plan), held, world=b.truth("12:00"))
        assert f"The way back is blocked{says}" in report(drill, "report")


def test_who_gave_and_who_took_stands_for_each_handoff() -> None:
    taken, open_ = b.hand_off("20:00"), b.hand_off("30:00", accepted=False, number=2)
    drill = built(b.in_command("02:00"), taken, open_)
    first, second = context(drill)["handed"]
    assert (first["at"], first["taken"], second["at"], second["taken"]) == ("T+20:00", "T+20:00", "T+30:00", "")
    whole = report(drill, "report")
    assert f"{first['gave']} T+20:00, taken by {first['took']} T+20:00; " in whole
    assert f"{second['gave']} T+30:00, {second['took']} never took it" in whole
    assert f"given by {first['gave']} T+20:00, taken by" in report(drill, "closure")


def test_what_teammates_alone_did_is_no_act_of_those_who_sat_there() -> None:
    sits = b.say("-1:00", "comms", acts.TakeSeat(seat="comms", name="Ana"))
    named = [(at, f"teammate:{by.removesuffix(':Ana')}", body) for at, by, body in
             b.say("12:00", "triage", acts.StateHypothesis(cause="key", probability=0.8))]  # fmt: skip
    tree = context(built(sits, named, policy=None))
    assert [(row["minutes"] > 0, row["acts"]) for row in tree["people"]] == [(True, 0)]
    assert tree["cause"]["named_by"] == "a simulated teammate"
    assert "(named by a simulated teammate at T+12:00)" in tree["opening"][0]["text"]
    own = b.say("13:00", "comms", acts.PostMessage(channel="incident", text="here"))
    assert [row["acts"] for row in context(built(sits, own, policy=None))["people"]] == [1]

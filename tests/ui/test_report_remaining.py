"""What remains and whose it is, what was begun and what came of it, and who could: as reports tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator import acts
from simulator import events as e
from simulator.values import Ref
from tests.analytics import builders as b
from tests.ui.reporting import DRILLS, built
from ui.reports.context import context
from ui.reports.finished import Finished
from ui.reports.registry import report
from ui.reports.worth import held_back


def refused(*before: Any, line: Any, reason: str = "no") -> list[Any]:
    """Return a command of somebody with its refusal, `before` what came before it."""
    ((at, _, body),) = line
    seq = next(x.seq for x in b.drill(*before, line).journal if x.body == body)
    return [*line, (at, "engine", e.CommandRefused(command=seq, code="busy", reason=reason))]


def test_what_nobody_carried_out_is_nobodys_and_says_who_may() -> None:
    order = refused(line=b.say("09:00", "comms", acts.TakeAction(action="flag")))
    tree = context(built(order))
    assert tree["remains"]["nobodys"] == [
        {"what": "flag", "why": "refused T+09:00, never ordered again; @mitigation may"}]
    for kind in ("report", "closure"):
        assert "- **Nobody's:** flag (refused T+09:00" in report(built(order), kind)
    assert "nobody’s: flag; nobody is in command; " in tree["opening"][-1]["text"]
    assert context(built(b.act("09:00", "flag"), world=b.truth("12:00")))["remains"]["nobodys"] == []


def test_what_somebody_outside_is_owed_is_nobodys_while_one_seat_alone_knows() -> None:
    cue = {"id": "bank", "text": "The bank wants a notice.", "topics": [], "owes": "Notice to the bank"}
    roles = [one.model_dump() | ({"cues": [cue]} if one.id == "deputy" else {}) for one in b.SCENARIO.roles]
    given = b.event("-10:00", e.CueGiven(to=("deputy",), cue="bank", role="deputy", text=cue["text"]))
    shared = b.event("20:00", e.CueShared(cue="bank", role="deputy", text=cue["text"], how="offered"))
    for lines, left in (([given], ["only deputy knew of it"]), ([given, shared], []), ([], [])):
        tree = context(built(*lines, of=b.scenario(roles=roles), world=b.truth("12:00")))
        assert [one["why"] for one in tree["remains"]["nobodys"] if one["what"] == "Notice to the bank"] == left


def test_what_was_begun_is_told_with_when_it_came_out(finished: Callable[[str], Finished]) -> None:
    told = {one["expected"]: one for one in context(finished(DRILLS[0]))["injects"]}
    measured = told["Compared with a clean window before anything is called recovered"]
    assert measured["through"].startswith("measured T+")
    assert measured["through"].endswith(": all within it")
    looked = context(finished(DRILLS[2]))["injects"]
    rerun = next(one for one in looked if one["expected"] == "A rerun in each place, not a summary")
    assert rerun["through"].partition(" T+")[0] in ("result", "green")
    assert rerun["answered"] != rerun["through"].rpartition(" ")[2]
    text = report(finished(DRILLS[0]), "report")
    assert f" {measured['answered']}, {measured['through']}" in text


def test_what_came_before_it_was_asked_for_says_so(finished: Callable[[str], Finished]) -> None:
    name = DRILLS[0]
    early = [one for one in context(finished(name))["injects"] if one["verdict"] == "already done"]
    assert early
    for one in early:
        assert f"({one['at']}, before that, at {one['answered']}" in report(finished(name), "report")


def test_a_step_that_was_told_to_be_in_hand_had_been_decided_or_was_not_so() -> None:
    told = b.say("10:00", "comms", acts.EscalateInternally(
        impact=b.figure(), decision="flag", ask="hands", next_update_minutes=20, owner="comms"))  # fmt: skip
    for lines, true in (([*b.decide("08:00", "flag"), *told], "it was"), ([*told, *b.decide("12:00", "flag")],
                        "decided only at T+12:00"), (told, "never decided")):  # fmt: skip
        (one,) = (one for one in context(built(lines))["claims"] if one["about"] == "in hand")
        assert (one["said"], one["true"], one["holds"]) == ("flag", true, true == "it was")


def test_the_worst_that_was_told_falsely_leads_and_says_whether_it_stands() -> None:
    small = b.update("10:00", impact=b.figure(3))
    over = b.update("20:00", "recovered", impact=b.figure(1000), text="All is well.")
    text = report(built(small, over), "report").partition("## What was said")[2]
    first, second = (line for line in text.splitlines() if line.startswith("- **T+"))
    assert first.startswith("- **T+20:00**, comms to public: status: recovered")
    assert first.endswith(", stands")
    assert second.startswith("- **T+10:00**, comms to public: figure: Locked users: 3")
    assert not second.endswith("stands")


def test_a_drill_that_was_ended_as_resolved_with_the_incident_open_says_so() -> None:
    for how, says in (("resolved", " as resolved, with the incident open"), ("stopped", " with the incident open")):
        over = [*b.say("59:00", "deputy", acts.EndDrill(how=how)), *b.event("59:00", e.DrillEnded(how="stopped"))]
        assert context(built(over))["drill"]["how"] == f"ended by the deputy{says}"


def test_who_hands_command_over_without_it_is_told_as_not_in_command() -> None:
    hand = b.say("41:00", "commander", acts.HandOff(
        what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=10,
        rollback_trigger=b.check()))  # fmt: skip
    for left, says in (("31:00", "commander (not in command by then)"), ("50:00", "commander")):
        before = [*b.in_command("02:00"), *b.event(left, e.RoleVacated(role="commander", seat="commander"))]
        before = sorted([*before], key=lambda line: line[0])
        if left == "50:00":
            before = b.in_command("02:00")
        (one,) = context(built(before, refused(before, line=hand)))["alternatives"]
        assert one["what"] == f"{says}, handing over command to @deputy"


def test_a_risk_that_is_on_record_as_readiness_is_tied_to_it() -> None:
    made = b.scenario(residual_risks=[{"id": "blocked", "title": "No way back", "true_when": {"fallback": "blocked"}}])
    mended = [*b.act("05:00", "flag")]
    for lines, says in (([], ["No way back"]), (b.ready("08:00"), ["No way back (on record as readiness, T+08:00)"]),
                        (b.ready("08:00", "unknown"), ["No way back"])):  # fmt: skip
        drill = built(mended, lines, of=made, world=b.truth("12:00"))
        assert context(drill)["remains"]["unsaid"] == says


def test_recovered_is_within_tolerance_and_says_who_was_still_out(finished: Callable[[str], Finished]) -> None:
    said = {one["title"]: one["text"] for one in context(finished(DRILLS[0]))["opening"]}
    assert ", within tolerance; still out then: Users locked out now " in said["Recovered"]
    assert "still out" not in context(finished(DRILLS[2]))["opening"][4]["text"]


def test_what_got_worse_and_was_so_still_remains(finished: Callable[[str], Finished]) -> None:
    tree = context(finished("permission_leak-impatient-7"))
    said, *_, scanned = tree["remains"]["lasting"]
    assert said.endswith(" (T+09:00)")
    assert scanned.startswith("@edge-bot: 338 different links a minute")
    assert len(tree["remains"]["lasting"]) < len(tree["worsened"])


def test_what_helps_and_was_held_back_says_from_when_it_was_right() -> None:
    for at, says in (("07:00", ""), ("30:00", "nothing that helps was begun until T+30:00, though flag was justified")):
        drill = built(b.query("05:00", "zones"), b.act(at, "flag"))
        drill.journal.references = b.references(null=0.9).model_dump(mode="json")
        assert held_back(drill).startswith(says)
        assert bool(held_back(drill)) == bool(says)


def test_a_green_look_that_somebody_asked_for_stands_under_what_was_verified() -> None:
    ask = {"id": "each", "at": 1200, "persona": "@p", "text": "t",
           "expects": {"command": "run_query", "fields": {"query": "zones"}, "label": "Each place", "within": "5m"}}
    came = b.event("20:00", e.InjectDelivered(inject="each", persona="@p", channel="incident", text="t",
                                              form="message"))  # fmt: skip
    order = b.say("21:00", "triage", acts.RunQuery(query="zones"))
    done = b.event("22:30", e.QueryFinished(run=Ref("query:zones"), query="zones", executor="triage", command_line="z",
                                            output="all 6 ok", evidence="receipt"))  # fmt: skip
    drill = built(b.act("15:00", "flag"), came, order, done, of=b.scenario(injects=[ask]))
    (one,) = context(drill)["injects"]
    assert (one["answered"], one["through"], one["came"]) == ("T+21:00", "result T+22:30", "zones: all 6 ok")
    assert "\n- T+22:30, zones: all 6 ok\n" in report(drill, "report").partition("### What was verified")[2]

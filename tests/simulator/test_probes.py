"""What people are asked in a freeze: each alone, keyed from the world, and nothing of it reaches anybody else."""

from __future__ import annotations

import pytest

from analytics.report.probed import overlap, probed
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from simulator.record.replay import replay
from tests.simulator.toy import TOY, engine, toy

HOST = "facilitator:Fo"
ALL = acts.ProbeTeam(questions=("worst", "trend", "leads", "update"))


def team() -> Engine:
    """Return a drill at T+10 with two people in it, whose backlog grows."""
    one = engine()
    one.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    one.submit(acts.TakeSeat(seat="comms", name="Cy"), "comms:Cy")
    one.advance(600)
    return one


def say(one: Engine, seat: str, probe: str, question: str, choice: str) -> str:
    act = acts.AnswerProbe(probe=probe, question=question, choice=choice)
    refusal = one.submit(act, f"{seat}:somebody").refusal
    return refusal.reason if refusal else ""


def test_everybody_who_sits_is_asked_alone_and_the_world_has_the_key() -> None:
    one = team()
    assert one.submit(ALL, HOST).refusal is None
    asked = [x.body for x in one.journal if isinstance(x.body, e.ProbeAsked)]
    assert [(body.seat, body.to) for body in asked] == [("commander", ("commander",)), ("comms", ("comms",))]
    right = {row.question: row.right for row in probed(one.entries) if row.seat == "comms"}
    assert right["worst"] == "All"
    assert right["trend"] == "Faster"
    assert right["leads"] == "Nobody yet"
    assert right["update"] == "None is promised"


def test_where_it_goes_is_asked_of_harm_itself() -> None:
    one = team()
    one.submit(acts.TakeAction(action="flag_off", executor="mitigation"), "mitigation:Mo")
    one.advance(700)
    one.submit(acts.TakeAction(action="purge", executor="mitigation"), "mitigation:Mo")
    one.advance(1200)
    one.submit(ALL, HOST)
    right = {row.question: row.right for row in probed(one.entries) if row.seat == "comms"}
    assert (right["trend"], right["worst"]) == ("More slowly", "None of them")


def test_answers_are_scored_apart_and_compared() -> None:
    one = team()
    one.submit(ALL, HOST)
    assert say(one, "commander", "probe:1", "trend", "worse") == ""
    assert say(one, "commander", "probe:1", "worst", "all") == ""
    assert say(one, "comms", "probe:2", "trend", "same") == ""
    assert "first answer counts" in say(one, "comms", "probe:2", "trend", "worse")
    assert "none of the answers" in say(one, "comms", "probe:2", "worst", "nothing")
    assert "no such question" in say(one, "comms", "probe:1", "trend", "worse")
    rows = probed(one.entries)
    points = {(row.seat, row.question): row.points for row in rows if row.said is not None}
    assert points == {("commander", "worst"): 1.0, ("commander", "trend"): 1.0, ("comms", "trend"): 0.5}
    assert overlap(rows) == 0.0
    assert overlap([]) is None


def test_what_somebody_answered_and_what_was_right_reach_nobody_else() -> None:
    one = team()
    one.submit(ALL, HOST)
    say(one, "commander", "probe:1", "trend", "worse")
    one.submit(acts.OverrideOutcome(action="flag_off", outcome="forbid", reason="plant the trap"), HOST)
    one.submit(acts.MarkObservation(text="slow to ask"), HOST)
    answer = one.submit(acts.TakeAction(action="flag_off", executor="mitigation"), "mitigation:Mo")
    assert answer.refusal is not None
    assert answer.refusal.reason == "Flag off: not possible now"
    for role, inbox in one.inboxes.items():
        kinds = {x.body.kind for x in inbox}
        assert "probe_keyed" not in kinds
        assert ("answer_probe" in kinds) == (role == "commander")
        assert not any("plant the trap" in x.to_json() or "slow to ask" in x.to_json() for x in inbox)
        asked = [x.body for x in inbox if isinstance(x.body, e.ProbeAsked)]
        assert [body.seat for body in asked] == ([role] if role in ("commander", "comms") else [])


def test_a_forbidden_action_can_be_left_to_the_world_again() -> None:
    one = team()
    for outcome in ("forbid", "leave"):
        one.submit(acts.OverrideOutcome(action="flag_off", outcome=outcome, reason="first this, then that"), HOST)
    one.submit(acts.TakeAction(action="flag_off", executor="mitigation"), "mitigation:Mo")
    one.advance(one.now + 300)
    assert [x.body.ok for x in one.journal if isinstance(x.body, e.ActionFinished)] == [True]


def test_whoever_need_not_know_is_asked_nothing_of_the_matter() -> None:
    one = engine(overlay={**TOY["overlay"], "need_to_know": ["commander", "deputy"]})
    for seat in ("commander", "comms"):
        one.submit(acts.TakeSeat(seat=seat, name=seat), f"{seat}:{seat}")
    one.submit(ALL, HOST)
    asked = {x.body.seat: [q.one for q in x.body.questions] for x in one.journal if isinstance(x.body, e.ProbeAsked)}
    assert asked == {"commander": ["worst", "trend", "leads", "update"], "comms": ["leads", "update"]}


def test_a_drill_with_probes_replays_to_the_same_bytes() -> None:
    one = team()
    one.submit(ALL, HOST)
    say(one, "commander", "probe:1", "trend", "worse")
    one.submit(acts.GiveHint(to="comms", text="what is due?", step="nudge"), HOST)
    one.run_to_horizon()
    assert list(replay(toy(), one.journal).journal.lines()) == list(one.journal.lines())


def test_before_the_start_everybody_can_say_once_that_they_read() -> None:
    one = engine()
    assert one.submit(acts.ConfirmReading(), "comms:Cy").refusal is None
    assert one.submit(acts.ConfirmReading(), "comms:Cy").refusal is not None


@pytest.mark.parametrize("name", ["auth_token", "permission_leak"])
def test_a_question_tells_of_no_group_that_its_seat_has_not_heard_of(name: str) -> None:
    loaded = load(name)
    one = Engine(loaded, new_header(loaded, 7))
    one.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    one.advance(60)
    one.submit(ALL, HOST)
    (asked,) = (x.body for x in one.journal if isinstance(x.body, e.ProbeAsked))
    choices = {choice.one for question in asked.questions for choice in question.choices if question.one == "worst"}
    offered = {option.id for option in briefing(one, "commander").options("segments")}
    segments = {segment.id for segment in one.scenario.segments}
    assert choices & segments == offered & segments != segments
    (key,) = (row.right for x in one.journal if isinstance(x.body, e.ProbeKeyed) for row in x.body.answers
              if row.one == "worst")  # fmt: skip
    assert set(key) <= choices - {"unsure"}, "what is right is offered, and is no shrug"

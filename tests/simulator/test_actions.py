"""One run of an action, step by step, as a table; and people at work and the clock alone come to the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import acts
from simulator import events as e
from simulator.actions import CONTENDED, STALL_POLL, ActionRun, lasting, rival
from simulator.engine import Engine
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Action
from tests.simulator.toy import TOY, engine

MITIGATION = "mitigation:Ana"


def an_action(ident: str = "move", **fields: Any) -> Action:
    """Return an action with an effect at its start, its end and its abort."""
    return Action.model_validate({
        "id": ident, "title": ident.title(), "command": ident, "executors": ["mitigation"], "takes": {"median": 60},
        "rung": "rollback", "minutes_to_effect": 2, "reversal_minutes": 5,
        "starts_with": [{"knob": "begun", "value": 1}], "effects": [{"knob": "ended", "value": 1, "over": 90}],
        "abort_effects": [{"knob": "undone", "value": 1}], **fields,
    })  # fmt: skip


READY = {"preconditions": [{"when": {"ready": True}, "message": "not ready"}]}
STALLS = {"stalls_when": {"jammed": True}}
RIVAL = an_action("other", conflicts=["move"])


@pytest.mark.parametrize(
    ("fields", "steps", "state", "knobs"),
    [
        ({}, ["start", "end"], "done", ["begun", "ended"]),
        ({}, ["stop"], "aborted", []),
        ({}, ["start", "stop"], "aborted", ["begun", "undone"]),
        (READY, ["start"], "failed", []),
        (READY, ["force", "end"], "done", ["begun", "ended"]),
        (READY, ["ready", "start", "end"], "done", ["begun", "ended"]),
        (STALLS, ["jam", "start", "end"], "stalled", ["begun"]),
        (STALLS, ["jam", "start", "end", "end", "clear", "end"], "done", ["begun", "ended"]),
        (STALLS, ["jam", "start", "end", "stop"], "aborted", ["begun", "undone"]),
        (STALLS, ["jam", "start", "force end"], "done", ["begun", "ended"]),
        (STALLS, ["start", "jam", "end"], "stalled", ["begun"]),
        ({**READY, **STALLS}, ["jam", "force", "end"], "stalled", ["begun"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_how_it_goes(fields: dict[str, Any], steps: list[str], state: str, knobs: list[str]) -> None:
    run, turned = ActionRun(an_action(**fields)), []
    facts = {"ready": False, "jammed": False}
    for step in steps:
        match step:
            case "ready" | "jam" | "clear":
                facts |= {"ready": True} if step == "ready" else {"jammed": step == "jam"}
            case "start" | "force":
                turned += run.start(facts, (), forced=step == "force")
            case "end" | "force end":
                turned += run.end(facts, forced=step == "force end")
            case "stop":
                turned += run.stop()
    assert run.state == state
    assert [effect.knob for effect in turned] == knobs


def test_what_was_lacking_is_kept() -> None:
    run = ActionRun(an_action(**READY))
    run.start({}, ())
    assert run.missing is not None
    assert run.missing.message == "not ready"


@pytest.mark.parametrize(
    ("mine", "theirs", "held_up"),
    [({"conflicts": ["other"]}, {}, True), ({}, {"conflicts": ["move"]}, True), ({}, {}, False)],
)
def test_two_that_contradict_each_other_fight_over_the_lock(mine: Any, theirs: Any, held_up: bool) -> None:
    action, other = an_action(**mine), an_action("other", **theirs)
    assert (rival(action, [other]) is other) is held_up
    assert (rival(other, [action]) is action) is held_up
    run = ActionRun(action)
    run.start({}, [other])
    assert run.takes(100) == (round(100 * CONTENDED) if held_up else 100)


def test_nothing_is_its_own_rival() -> None:
    alone = an_action(conflicts=["move"])
    assert rival(alone, [alone]) is None


@pytest.mark.parametrize(("fields", "seconds"), [({}, 90), ({"propagation": "5m"}, 300), ({"effects": []}, 0)])
def test_all_of_it_has_taken_effect(fields: dict[str, Any], seconds: int) -> None:
    assert lasting(an_action(**fields)) == seconds


# --- people at work and the clock ------------------------------------------------------------------------


def by_the_clock(action: Action, takes: int, *, flag_off_at: int | None, abort_at: int | None) -> list[Any]:
    """Drive the machine by the clock alone; return what it did and when, as `at_work` does."""
    run, found = ActionRun(action), []
    ends = takes

    def note(at: int, effects: Any) -> None:
        found.extend((at, effect.knob, effect.value) for effect in effects)
        found.append((at, run.state))

    for now in range(900):
        facts = {"flag_on": flag_off_at is None or now < flag_off_at}
        if now == abort_at and run.state in ("running", "stalled"):
            note(now, run.stop())
        if now == 0:
            effects = run.start(facts, ())
            note(now, effects)
        elif now == ends and run.state in ("running", "stalled"):
            was = run.state
            effects = run.end(facts)
            if run.state == "stalled":
                ends += STALL_POLL
            if run.state != was:
                note(now, effects)
    return found


def at_work(drill: Engine, *, flag_off_at: int | None, abort_at: int | None) -> list[Any]:
    """Let somebody carry out `move` in a drill from T+0; return what came of it."""
    drill.advance(0)
    moments = sorted({at for at in (flag_off_at, abort_at) if at is not None})
    drill.submit(acts.TakeAction(action="move"), MITIGATION)
    for at in moments:
        drill.advance(at)
        if at == flag_off_at:
            drill.world.turn("flag", 0, 0)
        if at == abort_at:
            drill.submit(acts.AbortAction(action="action:move"), MITIGATION)
    drill.advance(900)
    found: list[Any] = []
    for entry in drill.journal:
        body = entry.body
        match body:
            case e.KnobTurned(by="action:move"):
                found.append((entry.at, body.knob, body.value))
            case e.ActionStarted(action="move"):
                found.append((entry.at, "running"))
            case e.ActionFinished(action="move"):
                found.append((entry.at, "done" if body.ok else "stalled" if body.stalled else "failed"))
            case e.ActionAborted(action="move"):
                found.append((entry.at, "aborted"))
    return found


@settings(max_examples=40, deadline=None)
@given(takes=st.integers(1, 200), flag_off_at=st.none() | st.integers(1, 500), abort_at=st.none() | st.integers(1, 500))
def test_people_at_work_and_the_clock_come_to_the_same(
    takes: int, flag_off_at: int | None, abort_at: int | None
) -> None:
    knobs = {
        name: [{"knob": "merged", "value": value}]
        for value, name in enumerate(("starts_with", "effects", "abort_effects"), 2)
    }
    move = an_action(takes={"median": takes, "spread": 0}, stalls_when={"flag_on": True}, **knobs)
    drill = engine(actions=[*TOY["actions"][:2], move.model_dump(mode="json")], injects=[], merges=[])
    worked = at_work(drill, flag_off_at=flag_off_at, abort_at=abort_at)
    clocked = by_the_clock(move, takes, flag_off_at=flag_off_at, abort_at=abort_at)
    assert sorted(worked, key=_moment) == sorted(clocked, key=_moment)
    assert [x for x in worked if len(x) == 2][-1][1] == drill.incident.last_run("action", "move").state


def _moment(found: tuple[Any, ...]) -> tuple[int, str]:
    return found[0], str(found[1:])


def test_what_it_lacks_once_its_turn_has_come_fails_it() -> None:
    drill = engine(injects=[], merges=[])
    drill.submit(acts.TakeAction(action="flag_off"), MITIGATION)
    drill.advance(120)
    for _ in range(2):  # keeps the hands full
        drill.submit(acts.RunQuery(query="check"), MITIGATION)
    assert drill.submit(acts.TakeAction(action="purge"), MITIGATION).refusal is None
    drill.world.turn("flag", 1, 0)
    drill.advance(600)
    run = drill.incident.last_run("action", "purge")
    assert (run.state, run.started) == ("failed", None)
    assert not any(isinstance(x.body, e.KnobTurned) and x.body.knob == "purge" for x in drill.journal)
    assert not holds(drill.scenario.find("actions", "purge").preconditions[0].when, drill.facts())

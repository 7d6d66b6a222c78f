"""Simulated people are held to what holds for people: what one would be refused, the other does not do either."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from simulator.values import Author, Ref
from tests.simulator.anybody import command
from tests.simulator.toy import engine

BO = "commander:Bo"
APART = (acts.TakeSeat, acts.LeaveSeat)
"""About people alone."""


def at_work(drill: Engine) -> None:
    """Have command taken, an incident declared, a task given, an action and a handover waiting."""
    for act in (
        acts.AssignRole(role="commander", to="commander"),
        acts.Declare(severity="SEV-2", title="It fills up"),
        acts.AssignTask(to="mitigation", text="How bad is it?", query="check"),
        acts.TakeAction(action="move", executor="mitigation"),
        acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5),
    ):
        drill.submit(act, BO)
    drill.advance(drill.now + 1)


MOMENTS: dict[str, Callable[[Engine], Any]] = {
    "before the page": lambda drill: None,
    "at work": at_work,
    "after the end": lambda drill: drill.submit(acts.EndDrill(), "facilitator:F"),
}


def given(drill: Engine, role: str, each: int = 2) -> list[acts.Act]:
    """Return some acts of every kind that a role might come to give, possible or not."""
    rng, found = random.Random(role), dict[str, list[acts.Act]]()
    for _ in range(1500):
        act = command(drill, role, rng, "words")
        if act is not None and not isinstance(act, APART) and len(found.setdefault(act.kind, [])) < each:
            found[act.kind].append(act)
    return [act for some in found.values() for act in some]


def code(drill: Engine, act: acts.Act, by: str) -> str:
    refusal = drill.submit(act, by).refusal
    return refusal.code if refusal else ""


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_person_is_refused_a_simulated_one_is_refused_for_the_same_reason(moment: str) -> None:
    refused: dict[str, bool] = {}
    for role in ("mitigation", "deputy"):
        drill = engine()
        MOMENTS[moment](drill)
        for act in given(drill, role):
            drill, twin = engine(), engine()
            for one in (drill, twin):
                MOMENTS[moment](one)
            known = code(drill, act, f"{role}:Ana")
            assert code(twin, act, Author.teammate(role)) == known, (act, role)
            refused[act.kind] = refused.get(act.kind, False) or bool(known)
    assert len(refused) > 40
    assert sum(refused.values()) > 20


# --- what they do of their own accord --------------------------------------------------------------------


def offered_elsewhere(drill: Engine) -> tuple[acts.Act, str]:
    drill.submit(acts.AssignRole(role="deputy", to="deputy"), BO)
    drill.submit(acts.AssignRole(role="deputy", to="comms"), BO)
    return acts.AcceptRole(role="deputy"), "deputy"


def handed_over_and_gone(drill: Engine) -> tuple[acts.Act, str]:
    drill.submit(acts.AssignRole(role="commander", to="commander"), BO)
    drill.submit(
        acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5), BO
    )
    drill.submit(acts.ReleaseRole(role="commander"), BO)
    return acts.AcceptHandOff(handoff=Ref("handoff:1")), "deputy"


def signed_by_a_person(drill: Engine) -> tuple[acts.Act, str]:
    drill.submit(acts.TakeAction(action="move", executor="mitigation"), BO)
    drill.advance(drill.now + 5)
    drill.submit(acts.SignOff(action="move"), "deputy:Di")
    drill.submit(acts.LeaveSeat(seat="deputy"), "deputy:Di")
    return acts.SignOff(action="move"), "deputy"


UNDONE: list[tuple[Callable[[Engine], tuple[acts.Act, str]], str, type[Any]]] = [
    (offered_elsewhere, "not_offered", e.RoleAccepted),
    (handed_over_and_gone, "late", e.HandOffAccepted),
    (signed_by_a_person, "already", e.SignedOff),
]


@pytest.mark.parametrize(("before", "why", "done"), UNDONE, ids=[why for _, why, _ in UNDONE])
def test_what_became_impossible_meanwhile_is_not_done(
    before: Callable[[Engine], tuple[acts.Act, str]], why: str, done: type[Any]
) -> None:
    drill = engine()
    act, role = before(drill)
    refusal = drill.objection(act, role)
    assert refusal is not None
    assert refusal.code == why
    before_that = theirs(drill, done, role)
    drill.advance(600)
    assert theirs(drill, done, role) == before_that


def theirs(drill: Engine, done: type[Any], role: str) -> int:
    """Return how often a role has done something."""
    found = (entry.body.model_dump() for entry in drill.journal if isinstance(entry.body, done))
    return sum(role in (body.get("seat"), body.get("receiver")) for body in found)


def test_a_task_that_somebody_else_began_is_not_begun_again() -> None:
    drill = engine()
    drill.submit(acts.AssignTask(to="mitigation", text="Flag off.", action="flag_off"), BO)
    drill.submit(acts.TakeAction(action="flag_off", executor="mitigation"), BO)
    drill.advance(drill.now + 20)
    refusal = drill.objection(acts.TakeAction(action="flag_off"), "mitigation")
    assert refusal is not None
    assert refusal.code == "already"
    drill.advance(600)
    assert sum(isinstance(entry.body, e.ActionQueued) for entry in drill.journal) == 1

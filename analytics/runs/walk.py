"""The world alone, walked forward while somebody takes a course; no telemetry and no people take part.

An action starts when it is said to, takes its median time and turns the world's knobs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.record import Course, loss_of
from analytics.runs.library import CourseStep
from simulator.errors import ScenarioError
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.scenario.world import World

MINUTE = 60
STALL_POLL = 15


@dataclass(frozen=True, slots=True)
class Turn:
    """A knob turned at a drill second."""

    at: int
    knob: str
    value: float
    over: int = 0


@dataclass(slots=True)
class _Task:
    """An action under way in a walk."""

    at: int
    action: Action
    started: bool = False


class Walk:
    """A world alone, walked forward on the engine's grid; `fork` copies it as it stands."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world = world
        self.scenario = scenario
        self._actions: dict[str, str] = {}

    def fork(self) -> Walk:
        """Return a copy that goes its own way."""
        other = Walk(copy.deepcopy(self.world), self.scenario)
        other._actions = dict(self._actions)
        return other

    def go(
        self,
        until: int,
        turns: Iterable[Turn] = (),
        actions: Iterable[tuple[int, Action]] = (),
        each: Callable[[World], None] = lambda world: None,
    ) -> None:
        """Walk to `until`. Turns and actions come due before the step that contains them; `each` sees every minute."""
        pending = sorted(turns, key=lambda turn: turn.at)
        tasks = [_Task(at, action) for at, action in sorted(actions, key=lambda item: item[0])]
        world, dt = self.world, self.world.step_seconds
        if world.now % MINUTE == 0:
            each(world)
        while world.now < until:
            end = world.now + min(dt, until - world.now)
            while pending and pending[0].at < end:
                turn = pending.pop(0)
                world.turn(turn.knob, turn.value, turn.over)
            if tasks:
                tasks = [task for task in tasks if task.at >= end or self._goes_on(task)]
            world.step(end - world.now)
            if world.now % MINUTE == 0:
                each(world)

    def _goes_on(self, task: _Task) -> bool:
        """Start or finish what is due; tell whether the task is still under way."""
        action, facts = task.action, self.facts()
        if not task.started:
            if any(not holds(one.when, facts) for one in action.preconditions):
                return False
            task.started = True
            self._actions[action.id] = "running"
            self._turn(action.starts_with)
            task.at += action.takes.median
            return True
        if action.stalls_when and holds(action.stalls_when, facts):
            self._actions[action.id] = "stalled"
            task.at += STALL_POLL
            return True
        self._actions[action.id] = "done"
        self._turn(action.effects)
        return False

    def _turn(self, effects: Iterable[Any]) -> None:
        for effect in effects:
            self.world.turn(effect.knob, effect.value, effect.over)

    def facts(self) -> Mapping[str, Any]:
        """Return the facts as conditions read them; people and their knowledge are no part of a walk."""
        # Whoever is needed is there and knows.
        facts: dict[str, Any] = {f"role.{role.id}": True for role in self.scenario.roles}
        facts.update((f"query.{query.id}", True) for query in self.scenario.queries)
        facts.update((f"action.{action.id}", "none") for action in self.scenario.actions)
        facts.update((f"action.{ident}", state) for ident, state in self._actions.items())
        return {"incident.declared": True, "incident.frozen": True, **facts, **self.world.facts()}

    def without_people(self) -> Mapping[str, Any]:
        """Return the facts as conditions read them where nobody has done anything."""
        facts: dict[str, Any] = {f"role.{role.id}": role.present for role in self.scenario.roles}
        facts.update((f"query.{query.id}", False) for query in self.scenario.queries)
        facts.update((f"action.{action.id}", "none") for action in self.scenario.actions)
        calm = {"incident.declared": False, "incident.frozen": False, "incident.public_update": False}
        return {"t": self.world.now, "closed": False, **calm, **facts, **self.world.facts()}


def begin(make_world: Callable[[], World], scenario: Scenario, shift: int) -> Walk:
    """Return a walk that stands at T+0 of an untouched world whose history is moved by `shift` seconds."""
    world = make_world()
    starts_at, fault_at = scenario.starts_at + shift, scenario.fault_at + shift
    world.start(starts_at, fault_at)
    walk = Walk(world, scenario)
    walk.go(0)
    return walk


def course(
    walk: Walk, name: str, turns: Sequence[Turn] = (), actions: Sequence[tuple[int, Action]] = ()
) -> Course:
    """Return what a forked walk from T+0 comes to with these turns and actions."""
    scenario = walk.scenario
    series: dict[str, list[float]] = {one.id: [] for one in scenario.harm}
    losses: list[float] = []

    def note(world: World) -> None:
        harm = world.harm()
        for ident, values in series.items():
            values.append(round(harm[ident], 4))
        losses.append(round(loss_of(harm, scenario), 6))

    forked = walk.fork()
    forked.go(scenario.horizon, turns, actions, note)
    harm = {ident: values[-1] for ident, values in series.items()}
    return Course(
        name=name, harm=harm, loss=round(loss_of(harm, scenario), 6),
        series={ident: tuple(values) for ident, values in series.items()}, losses=tuple(losses),
    )  # fmt: skip


def loss_from(
    walk: Walk, until: int, turns: Sequence[Turn] = (), actions: Sequence[tuple[int, Action]] = ()
) -> float:
    """Return the scalar loss at `until` of a forked walk with these turns and actions."""
    forked = walk.fork()
    forked.go(until, turns, actions)
    return round(loss_of(forked.world.harm(), walk.scenario), 6)


def as_course(
    steps: Sequence[CourseStep], scenario: Scenario, since: int = 0
) -> tuple[list[Turn], list[tuple[int, Action]]]:
    """Return the turns and actions of steps, their minutes counted from second `since`. Unknown actions raise."""
    turns: list[Turn] = []
    actions: list[tuple[int, Action]] = []
    for step in steps:
        at = since + round(MINUTE * step.at)
        if step.knob is not None:
            turns.append(Turn(at, step.knob, step.value))
        if step.action is not None:
            action = scenario.find("actions", step.action)
            if action is None:
                raise ScenarioError(f"library of {scenario.id}: there is no action {step.action!r}")
            actions.append((at, action))
    return turns, actions


def unavoidable_turns(scenario: Scenario) -> list[Turn]:
    """Return the turns that come whatever anybody does: the effects of timed injects."""
    return [Turn(i.at, x.knob, x.value, x.over) for i in scenario.injects if not i.when for x in i.effects]


def untouched_turns(walk: Walk) -> list[Turn]:
    """Return the turns that happen when nobody does anything: queued merges land, injects have their effect.

    A contingent inject counts where its condition holds at its time in a drill without people.
    """
    scenario = walk.scenario
    found = [Turn(m.at, x.knob, x.value, x.over) for m in scenario.merges for x in m.effects]
    for inject in sorted((one for one in scenario.injects if one.effects), key=lambda one: one.at):
        at = inject.at + inject.hold
        if inject.when:
            ahead = walk.fork()
            ahead.go(at, found)
            if not holds(inject.when, ahead.without_people()):
                continue
        found += [Turn(at, x.knob, x.value, x.over) for x in inject.effects]
    return found

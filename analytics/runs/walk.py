"""The world alone, walked forward while somebody takes a course; no telemetry and no people take part.

An action starts when it is said to, takes its median time and turns the world's knobs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analytics.record import Course, loss_of
from analytics.runs.library import CourseStep
from simulator.actions import STALL_POLL, ActionRun
from simulator.errors import ScenarioError
from simulator.record.facts import Facts, prepared
from simulator.record.history import History
from simulator.record.tracked import Run
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Effect, Merge
from simulator.scenario.world import World
from simulator.values import Ref

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """A knob turned at a drill second."""

    at: int
    knob: str
    value: float
    over: int = 0


class Walk:
    """A world alone, walked forward on the engine's grid; `fork` copies it as it stands.

    Whoever is needed is there and knows: an action begins when it is said to, takes its median time, and otherwise does
    what it does in a drill (`simulator.actions`): fails where something is lacking, hangs, waits for a rival's lock.
    """

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world = world
        self.scenario = scenario
        self._history = prepared(scenario)

    def fork(self) -> Walk:
        """Return a copy that goes its own way."""
        other = copy.copy(self)
        other.world = copy.deepcopy(self.world)
        # Of a walk's history nothing but its runs ever changes.
        other._history = copy.copy(self._history)
        other._history.runs = {ref: copy.copy(run) for ref, run in self._history.runs.items()}
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
        tasks = [_Task(at, ActionRun(action)) for at, action in sorted(actions, key=lambda item: item[0])]
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
        run, facts = task.run, self.facts()
        if run.state == "waiting":
            self._turn(run.start(facts, self._in_flight()))
            task.at += run.takes(run.action.takes.median)
        else:
            self._turn(run.end(facts))
            task.at += STALL_POLL
        ident, ref = run.action.id, Ref.to("action", run.action.id)
        self._history.runs[ref] = Run(ref, "action", ident, "", ident, self.world.now, run.state)
        return run.state in ("running", "stalled")

    def _in_flight(self) -> Iterator[Action]:
        for run in self._history.runs.values():
            if run.state in ("running", "stalled"):
                yield self.scenario.find("actions", run.ident)

    def _turn(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            self.world.turn(effect.knob, effect.value, effect.over)

    def facts(self) -> Facts:
        """Return the facts as conditions read them; people and their knowledge are no part of a walk."""
        return Facts(self._history, self.world.facts, self.world.now, self.scenario.overlay.freeze_scope)


@dataclass(slots=True)
class _Task:
    """An action under way in a walk, and when it comes due next."""

    at: int
    run: ActionRun


def begin(make_world: Callable[[], World], scenario: Scenario, shift: int) -> Walk:
    """Return a walk that stands at T+0 of an untouched world whose history is moved by `shift` seconds."""
    world = make_world()
    world.start(scenario.starts_at + shift, scenario.fault_at + shift)
    walk = Walk(world, scenario)
    walk.go(0)
    return walk


def course(walk: Walk, name: str, turns: Sequence[Turn] = (), actions: Sequence[tuple[int, Action]] = ()) -> Course:
    """Return what a forked walk from T+0 comes to with these turns and actions."""
    scenario = walk.scenario
    minutes: list[dict[str, float]] = []
    walk.fork().go(scenario.horizon, turns, actions, lambda world: minutes.append(dict(world.harm())))
    series = {one.id: tuple(round(harm[one.id], 4) for harm in minutes) for one in scenario.harm}
    losses = tuple(round(loss_of(harm, scenario), 6) for harm in minutes)
    harm = {ident: values[-1] for ident, values in series.items()}
    loss, steps = round(loss_of(harm, scenario), 6), dict[str, int]()
    for at, action in actions:
        steps[action.id] = min(at, steps.get(action.id, at))
    return Course(name=name, harm=harm, loss=loss, series=series, losses=losses, steps=steps)


def loss_from(walk: Walk, turns: Sequence[Turn] = (), actions: Sequence[tuple[int, Action]] = ()) -> float:
    """Return the scalar loss at the horizon of a forked walk with these turns and actions."""
    forked = walk.fork()
    forked.go(walk.scenario.horizon, turns, actions)
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


def untouched_turns(
    walk: Walk, turns: Sequence[Turn] = (), merges: Sequence[Merge] | None = None, after: int = -1
) -> list[Turn]:
    """Return what happens where nobody does anything: `turns`, queued merges land, injects have their effect.

    Of `merges` (all there are) and injects those that come later than `after`, in seconds. A contingent inject counts
    where its condition holds at its time in a drill without people.
    """
    scenario = walk.scenario
    queued = scenario.merges if merges is None else merges
    found = [*turns, *(Turn(m.at, x.knob, x.value, x.over) for m in queued if m.at > after for x in m.effects)]
    for inject in sorted((one for one in scenario.injects if one.effects), key=lambda one: one.at):
        at = inject.at + inject.hold
        if at <= after:
            continue
        if inject.when:
            ahead = walk.fork()
            ahead.go(at, found)
            scope = scenario.overlay.freeze_scope
            if not holds(inject.when, Facts(History(scenario), ahead.world.facts, ahead.world.now, scope)):
                continue
        found += [Turn(at, x.knob, x.value, x.over) for x in inject.effects]
    return found

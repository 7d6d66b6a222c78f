"""The world of a scenario under nobody and under each move alone: what an author looks at before any text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from analytics.record import loss_of
from analytics.runs.library import library_for
from analytics.runs.walk import Turn, Walk, begin, untouched_turns
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift
from simulator.scenario.conditions import holds
from simulator.scenario.data import Condition
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.scenario.world import World

TRIED_AT = 300
"""Drill second at which each move is begun."""
READY_BY = 1800
"""Drill second by which a move can be made at the latest, if another is to make it possible or safe."""
BARS = " ▁▂▃▄▅▆▇█"
Steps = tuple[tuple[int, Action], ...]
"""Actions with the drill second at which each is begun."""
CHANGES = 0.02
"""Share of the time that a group is hit by which a move must change it to be said to help or hurt."""


@dataclass(frozen=True)
class Curve:
    """What comes of one move, or of none."""

    move: str
    """Id of the action; empty: nobody does anything."""
    hit: tuple[float, ...]
    """Share of all that is hit, minute by minute."""
    loss: float
    helps: tuple[str, ...] = ()
    hurts: tuple[str, ...] = ()
    without: float = 0.0
    """Loss where what is hit was frozen, and what the move needs was done, but not the move."""
    after: tuple[str, ...] = ()
    """Ids of the actions that make it possible or safe, the first begun at T+0; empty where it is made alone."""
    at: int = TRIED_AT
    """Drill second at which the move is begun."""

    @property
    def late(self) -> bool:
        """Tell whether it had to wait for what makes it possible or safe."""
        return self.at > TRIED_AT

    def drawn(self, every: int = 5) -> str:
        """Return the share that is hit as a row of bars."""
        return "".join(BARS[min(8, round(8 * share))] for share in self.hit[::every])


def curves(loaded: LoadedScenario) -> Iterator[Curve]:
    """Yield what comes of nobody, then of each action at T+5: alone where it can be, and after what readies it.

    An action that may be made unprepared has two curves, one without and one with what makes it safe.
    """
    scenario = loaded.scenario
    walk = begin(loaded.make_world, scenario, onset_shift(loaded, 1))
    anyway = untouched_turns(walk)
    yield _walked(walk, (), anyway)[0]
    # Who acts has frozen what is hit: a move is not blamed for the change that would land without that.
    landed = [(merge.at, effect.knob) for merge in scenario.merges for effect in merge.effects]
    frozen = [turn for turn in anyway if (turn.at, turn.knob) not in landed]
    untouched = _walked(walk, (), frozen)
    library = library_for(loaded)
    courses = [one.steps for one in library.finalists] + [one.steps for one in library.branches]
    taken = {step.action for steps in courses for step in steps if step.action}
    for action, before, at in _ways(walk, taken):
        curve, by_group = _walked(walk, (*before, (at, action)), frozen, action.id)
        other, beside = _walked(walk, before, frozen) if before else untouched
        better = [g for g in beside if by_group[g] < beside[g] - CHANGES * max(beside[g], 1)]
        worse = [g for g in beside if by_group[g] > beside[g] + CHANGES * max(beside[g], 1)]
        after = tuple(one.id for _, one in before)
        yield Curve(action.id, curve.hit, curve.loss, tuple(better), tuple(worse), other.loss, after, at)


def _ways(walk: Walk, taken: Collection[str]) -> Iterator[tuple[Action, Steps, int]]:
    """Yield each action with what is begun before it, and when it is begun: so that it is possible, then also safe.

    What comes before may itself need one other action, which goes before that.
    """
    actions = walk.scenario.actions
    possible = {one.id: [condition.when for condition in one.preconditions] for one in actions}
    alone = [((0, one),) for one in actions]
    first = {one.id: _ready(walk, one, possible[one.id], alone, taken) for one in actions}
    # What needs another is begun once that is done, anything else at T+0.
    begun = [(*way[0], (way[1] if way[0] else 0, one)) for one in actions if (way := first[one.id])]
    for one in actions:
        way = first[one.id] or _ready(walk, one, possible[one.id], begun, taken) or ((), TRIED_AT)
        yield one, *way
        safe = _ready(walk, one, [*possible[one.id], one.ready_when], begun, taken) if one.ready_when else None
        if safe is not None and safe != way:
            yield one, *safe


def _ready(
    walk: Walk, action: Action, wanted: Sequence[Condition], others: Sequence[Steps], taken: Collection[str]
) -> tuple[Steps, int] | None:
    """Return what is begun so that all of this holds, and from when: nothing, or one of `others`; None if none does it.

    What a course of the library has goes before what none has, and sooner before later.
    """

    def since(before: Steps, until: int) -> int | None:
        ahead, found = walk.fork(), list[int]()

        def each(world: World) -> None:
            if not found and world.now >= TRIED_AT and all(holds(when, ahead.facts()) for when in wanted):
                found.append(world.now)

        ahead.go(until, actions=before, each=each)
        return next(iter(found), None)

    if not any(wanted) or since((), TRIED_AT) is not None:
        return (), TRIED_AT
    anyway = since((), READY_BY)
    apart = [steps for steps in others if all(one is not action for _, one in steps)]
    good = [steps for steps in apart if all(one.id in taken for _, one in steps)]
    for among, until in product((good, apart), (TRIED_AT, READY_BY)):
        found = [(at, steps) for steps in among if (at := since(steps, until)) is not None]
        at, steps = min(found, key=lambda one: one[0], default=(READY_BY + 1, ()))
        if at < (anyway or READY_BY + 1):
            return steps, at
    return ((), anyway) if anyway is not None else None


def _walked(walk: Walk, steps: Steps, turns: Sequence[Turn], move: str = "") -> tuple[Curve, dict[str, float]]:
    """Return the curve of a move, once all steps were begun; by group the minutes that it was hit."""
    scenario = walk.scenario
    hit: list[float] = []
    suffered = {segment.id: 0.0 for segment in scenario.segments}

    def each(world: World) -> None:
        outside = world.outside()
        hit.append(_share(scenario, outside))
        for group in suffered:
            suffered[group] += outside[group]

    forked = walk.fork()
    forked.go(scenario.horizon, turns, steps, each)
    loss = round(loss_of(forked.world.harm(), scenario), 4)
    return Curve(move, tuple(hit), loss), suffered


def _share(scenario: Scenario, outside: Mapping[str, float]) -> float:
    return sum(segment.weight * min(1.0, outside[segment.id]) for segment in scenario.segments)

"""The world of a scenario under nobody and under each move alone: what an author looks at before any text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.record import loss_of
from analytics.runs.walk import Turn, Walk, begin, untouched_turns
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.scenario.world import World

TRIED_AT = 300
"""Drill second at which each move is begun."""
BARS = " ▁▂▃▄▅▆▇█"
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

    def drawn(self, every: int = 5) -> str:
        """Return the share that is hit as a row of bars."""
        return "".join(BARS[min(8, round(8 * share))] for share in self.hit[::every])


def curves(loaded: LoadedScenario) -> Iterator[Curve]:
    """Yield what comes of nobody, then of each action alone at T+5, with what its conditions ask for done before it."""
    scenario = loaded.scenario
    walk = begin(loaded.make_world, scenario, onset_shift(loaded, 1))
    anyway = untouched_turns(walk)
    yield _walked(walk, (), anyway)[0]
    # Who acts has frozen what is hit: a move is not blamed for the change that would land without that.
    landed = [(merge.at, effect.knob) for merge in scenario.merges for effect in merge.effects]
    frozen = [turn for turn in anyway if (turn.at, turn.knob) not in landed]
    untouched = _walked(walk, (), frozen)
    for action in scenario.actions:
        before = _before(walk, action)
        curve, by_group = _walked(walk, before, frozen, action)
        other, beside = _walked(walk, before, frozen) if before else untouched
        better = [g for g in beside if by_group[g] < beside[g] - CHANGES * max(beside[g], 1)]
        worse = [g for g in beside if by_group[g] > beside[g] + CHANGES * max(beside[g], 1)]
        yield Curve(action.id, curve.hit, curve.loss, tuple(better), tuple(worse), other.loss)


def _before(walk: Walk, action: Action) -> tuple[Action, ...]:
    """Return the one other action that makes an action possible, if it is not yet and one does."""
    lacking = [one.when for one in action.preconditions]

    def possible(before: Sequence[Action]) -> bool:
        ahead = walk.fork()
        ahead.go(TRIED_AT, actions=[(0, one) for one in before])
        return all(holds(when, ahead.facts()) for when in lacking)

    if not lacking or possible(()):
        return ()
    return next(((other,) for other in walk.scenario.actions if other is not action and possible((other,))), ())


def _walked(
    walk: Walk, before: Sequence[Action], turns: Sequence[Turn], action: Action | None = None
) -> tuple[Curve, dict[str, float]]:
    """Return the curve of an action, or of none, once others were begun at T+0; by group the minutes it was hit."""
    scenario = walk.scenario
    hit: list[float] = []
    suffered = {segment.id: 0.0 for segment in scenario.segments}

    def each(world: World) -> None:
        outside = world.outside()
        hit.append(_share(scenario, outside))
        for group in suffered:
            suffered[group] += outside[group]

    started = [(0, one) for one in before] + ([(TRIED_AT, action)] if action else [])
    forked = walk.fork()
    forked.go(scenario.horizon, turns, started, each)
    loss = round(loss_of(forked.world.harm(), scenario), 4)
    return Curve(action.id if action else "", tuple(hit), loss), suffered


def _share(scenario: Scenario, outside: Mapping[str, float]) -> float:
    return sum(segment.weight * min(1.0, outside[segment.id]) for segment in scenario.segments)

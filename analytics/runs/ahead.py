"""What a good responder would have done next, from any moment of a drill: the ways on that what had been seen opens.

The same ways on, and the same world, that the fit of a decision is judged by; here they can be asked for at any second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.record import loss_of
from analytics.runs.counterfactual import Moments, as_possible, cleanup, done_by, ends_of
from analytics.runs.library import Earliest
from analytics.runs.walk import Turn, Walk
from analytics.view import RecordView
from simulator.loaded import LoadedScenario
from simulator.scenario.parts import Action


@dataclass(frozen=True)
class Onward:
    """One way on from a moment, and the harm at the horizon that it leads to."""

    name: str
    steps: tuple[tuple[int, str], ...]
    """Drill second at which each step begins, and its title."""
    harm: Mapping[str, float]
    loss: float


@dataclass(frozen=True)
class Ahead:
    """What lay ahead at a moment."""

    at: int
    went: Onward
    """How it went on."""
    nothing: Onward
    """Nobody orders anything from then on."""
    ways: tuple[Onward, ...]
    """Open on what had been seen by then, the best first."""
    earliest: Earliest | None
    """What could be justified first of what was not done yet, where nothing is open."""


def ahead(view: RecordView, loaded: LoadedScenario, at: int) -> Ahead:
    """Return what lay ahead at a second from T+0 on; the scenario must be of the version that was played."""
    ends = ends_of(loaded)
    moments = Moments(view, ends.walk(view.header.seed))
    walk = moments.at(at)
    ordered = 1 + max((x.seq for x in view.entries if x.at <= at), default=0)
    flying = moments.in_flight(at, ordered)
    done = done_by(view, at + 1)
    every = frozenset(run.run for run in view.runs)
    end = view.final
    if end is not None and end.at >= walk.scenario.horizon:
        # The record itself: runs alone do not tell what else came in between, such as a queued change.
        went = Onward("as it went", (), end.body.harm, round(loss_of(end.body.harm, walk.scenario), 6))
    else:
        went = _onward("as it went", walk, [*flying, *moments.of_runs(at, every)], ())
    ways = []
    for branch in ends.library.branches:
        if branch.known and not any((x := view.find(k)) is not None and x.at <= at for k in branch.known):
            continue
        steps = as_possible(view, branch.steps, at, done)
        if steps:
            last = max(begin + action.takes.median for begin, action in steps)
            after = cleanup(ends.library, view.scenario, last, frozenset(action.id for _, action in steps) | done)
            ways.append(_onward(branch.name, walk, flying, [*steps, *after]))
    ways.sort(key=lambda one: (one.loss, one.name))
    coming = sorted((one for one in ends.library.earliest if one.action not in done), key=lambda one: one.minute)
    first = next(iter(coming), None) if not ways else None
    return Ahead(at, went, _onward("nothing more", walk, flying, ()), tuple(ways), first)


def _onward(name: str, walk: Walk, turns: Sequence[Turn], steps: Sequence[tuple[int, Action]]) -> Onward:
    forked = walk.fork()
    forked.go(walk.scenario.horizon, turns, steps)
    harm = {ident: round(value, 4) for ident, value in forked.world.harm().items()}
    begun = tuple((begin, action.title) for begin, action in sorted(steps, key=lambda one: one[0]))
    return Onward(name, begun, harm, round(loss_of(harm, walk.scenario), 6))

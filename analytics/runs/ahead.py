"""What a good responder would have done next, from any moment of a drill: the ways on that what had been seen opens.

The same ways on, and the same world, that the fit of a decision is judged by; here they can be asked for at any second,
and go as far as what had been seen by then justifies, as the score takes it (`Grounds.seen`). What is advised is what
is left to do: a step taken already stands in a way on only where taking it once more saves harm, and a way on that
saves none is no advice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from operator import add
from typing import TypeVar

from analytics.record import loss_of
from analytics.runs.counterfactual import Moments, as_possible, cleanup, done_by, ends_of
from analytics.runs.library import CourseStep, Earliest
from analytics.runs.walk import MINUTE, Turn, Walk, loss_from, untouched_turns
from analytics.view import RecordView
from simulator.loaded import LoadedScenario
from simulator.scenario.parts import Action

CLEAR_UP = "nothing new, clear up what is left"
"""A way on whose own steps are all taken already; of what it leaves to clear up nothing may be justified yet."""

One = TypeVar("One")
Steps = list[tuple[int, Action]]
"""Drill second at which each begins, and the action."""


@dataclass(frozen=True)
class Onward:
    """One way on from a moment, and the harm at the horizon that all of it leads to."""

    name: str
    steps: tuple[tuple[int, str], ...]
    """Drill second at which each step begins, and its title."""
    later: tuple[tuple[int, str], ...]
    """Steps that nothing seen by then justified, each at the earliest second at which something can."""
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
    """Open on what had been seen by then, and leading to less harm than nothing more; the best first."""
    earliest: Earliest | None
    """What could be justified first of what was neither done nor justified yet, of what could be by now what the best
    way on begins with; None where nothing is left to save."""
    queued: bool
    """Whether a change was queued to come later that nothing held back then: `nothing` alone surely has it."""


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
        went = Onward("as it went", (), (), end.body.harm, round(loss_of(end.body.harm, walk.scenario), 6))
    else:
        went = _onward("as it went", walk, [*flying, *moments.of_runs(at, every)], ())
    stands = view.history_at(at)
    still = [x for x in view.scenario.merges if not any(stands.is_frozen((x.service,), kind) for kind in x.frozen_by)]
    nothing = _onward("nothing more", walk, untouched_turns(walk, flying, still, at), ())
    soonest = {one.action: round(MINUTE * one.minute) for one in ends.library.earliest}
    carried_by = {run.ident: run.begun if run.carried is None else run.carried for run in view.started
                  if run.ordered <= at and run.aborted is None}  # fmt: skip
    begun = frozenset(carried_by)
    left = _Left(walk, flying, begun)
    # What a repair leaves need not wait for it.
    taken = [run for run in view.mitigations if run.ordered <= at and run.aborted is None and run.spec.rung != "repair"]
    carried = max((run.begun if run.carried is None else run.carried for run in taken), default=at)

    def after(steps: Steps) -> Steps:
        last = max((begin + action.takes.median for begin, action in steps), default=carried)
        found = cleanup(ends.library, view.scenario, last, frozenset(action.id for _, action in steps) | done)
        return [(max(begin, at), action) for begin, action in found]

    def followed(plan: _Plan, kept: Sequence[CourseStep]) -> Steps:
        return [*(own := plan.of(kept)), *after(own)]

    closed = list[Steps]()
    ways, opened, seen = dict[tuple[str, ...], Onward](), False, partial(view.grounds.seen, there=True)
    for branch in ends.library.branches:
        if branch.known and seen(branch.known) > at:
            continue
        plan = _Plan(view, branch.steps, at, carried_by)
        open_ = [step for step in plan.steps if step.action not in done]
        if not open_:
            continue
        kept = left.of(open_, _ident, partial(followed, plan))
        own = plan.of(kept)
        whole = sorted([*own, *left.of(after(own), lambda one: one[1].id, partial(add, own))], key=lambda one: one[0])
        # A way with a step that nothing in this drill can justify would be shown as what is left of it.
        if not all(action.justified_by for _, action in own):
            continue
        # What follows a step that nothing justifies yet waits for it: a rollback for the view that makes it safe.
        now = list(takewhile(lambda one: seen(one[1].justified_by) <= at, whole))
        opened |= bool(now) or not whole
        closed += [whole] if own and not now else []
        if now or (whole and not own):
            later = list(_waiting(whole[len(now) :], soonest))
            way = _onward(branch.name if own else CLEAR_UP, walk, flying, now, later)
            same = ways.get(key := tuple(action.id for _, action in whole), way)
            # Of ways that come to the same steps the best stands, and first the one that had no other.
            ways[key] = min(same, way, key=lambda one: one.loss)
    saving = sorted((way for way in ways.values() if _saves(way.loss, nothing)), key=lambda one: (one.loss, one.name))
    justified = {one.id for one in view.scenario.actions if seen(one.justified_by) <= at}
    coming = [one for one in ends.library.earliest if one.action not in done | begun | justified]
    over = opened or not _saves(loss_of(walk.world.harm(), walk.scenario), nothing)
    first = None
    if not saving and not over:
        best = {whole[0][1].id for whole in sorted(closed, key=left.loss)[:1]}
        first = min(coming, key=lambda one: (max(at, MINUTE * one.minute), one.action not in best), default=None)
    queued = any(merge.at > at and merge.effects for merge in still)
    return Ahead(at, went, nothing, tuple(saving), first, queued)


def _saves(loss: float, nothing: Onward) -> bool:
    """Tell whether a loss is less than that of nothing more, by as much as anybody is shown."""
    return round(loss, 3) < round(nothing.loss, 3)


def _ident(step: CourseStep) -> str:
    return step.action or ""


class _Plan:
    """The steps of a way on from a second, and when they begin where others of them are done already."""

    def __init__(self, view: RecordView, steps: Iterable[CourseStep], at: int, carried: Mapping[str, int]) -> None:
        self._view, self._at, self._carried = view, at, carried
        self._takes = {one.id: one.takes.median for one in view.scenario.actions}
        self.steps = sorted((step for step in steps if step.action in self._takes), key=lambda step: step.at)

    def of(self, kept: Sequence[CourseStep]) -> Steps:
        """Return kept steps, each as long after what it waits for as in the whole way: what was dropped is done.

        A step waits for all before it, for each until it is finished or, where the step comes sooner, as far into it.
        """
        before = list[tuple[int, int, int]]()
        again = list[CourseStep]()
        for step in self.steps:
            planned, takes = self._at + round(MINUTE * step.at), self._takes[_ident(step)]
            begins = self._carried.get(_ident(step), self._at) - takes
            if any(step is one for one in kept):
                waits = [(then + min(planned - then, lasts), now + min(planned - then, lasts))
                         for then, now, lasts in before]  # fmt: skip
                slack = planned - max((then for then, _ in waits), default=self._at)
                begins = max(self._at, slack + max((now for _, now in waits), default=self._at))
                again.append(step.model_copy(update={"at": (begins - self._at) / MINUTE}))
            before.append((planned, begins, takes))
        return as_possible(self._view, again, self._at, frozenset())


class _Left:
    """What is left of steps at a moment: without those taken already that, taken once more, save nothing."""

    def __init__(self, walk: Walk, flying: Sequence[Turn], begun: frozenset[str]) -> None:
        self._walk, self._flying, self._begun = walk, flying, begun
        self._losses = dict[tuple[tuple[int, str], ...], float]()

    def of(self, steps: Sequence[One], ident: Callable[[One], str], whole: Callable[[list[One]], Steps]) -> list[One]:
        """Return what is left of steps, each of the action `ident`; `whole` gives the way with what is left of them."""
        kept = list(steps)
        for one in [step for step in steps if ident(step) in self._begun]:
            rest = [step for step in kept if step is not one]
            if self.loss(whole(rest)) <= self.loss(whole(kept)):
                kept = rest
        return kept

    def loss(self, steps: Steps) -> float:
        key = tuple(sorted((begin, action.id) for begin, action in steps))
        if key not in self._losses:
            self._losses[key] = loss_from(self._walk, self._flying, steps)
        return self._losses[key]


def _waiting(steps: Iterable[tuple[int, Action]], soonest: Mapping[str, int]) -> Iterator[tuple[int, Action]]:
    """Yield steps that nothing seen justifies yet, each once it could be, in their order and at their distances."""
    delay = 0
    for begin, action in steps:
        delay = max(delay, soonest.get(action.id, 0) - begin)
        yield begin + delay, action


def _onward(
    name: str, walk: Walk, turns: Sequence[Turn], steps: Sequence[tuple[int, Action]],
    later: Sequence[tuple[int, Action]] = (),
) -> Onward:  # fmt: skip
    forked = walk.fork()
    forked.go(walk.scenario.horizon, turns, [*steps, *later])
    harm = {ident: round(value, 4) for ident, value in forked.world.harm().items()}
    begun, then = (tuple((begin, action.title) for begin, action in some) for some in (steps, later))
    return Onward(name, begun, then, harm, round(loss_of(harm, walk.scenario), 6))

"""What would have helped those who were hit most: steps, each with the time from which it was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analytics.criteria.common import PROMPT
from analytics.scorecard import listed
from analytics.timeline import FOREVER, Attempt
from analytics.view import Moment
from simulator import acts
from simulator import events as e
from simulator.record.journal import refused
from simulator.scenario.parts import Action
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.hurt import JUMP, LEAST, Share, harmed_more, shares

TOLD = " of the loss came"
"""How it is told how much of the loss came when."""
CHAIN = 3
"""Steps of a chain."""


class Told(NamedTuple):
    """What is told, and the steps that it names by when they were justified, each with that drill second."""

    text: str
    steps: dict[str, int]


def worth_doing(drill: Finished) -> str:
    """Return the steps that are worth most next time, in words; empty where none is to be named."""
    return "; ".join(one.text for one in _worth(drill))


def _worth(drill: Finished) -> list[Told]:
    """Return the steps that are worth most next time.

    What was ordered in vain and would have put right what is out of tolerance comes first, since that goes on, then
    what was begun late where much of the loss came before it; else what would have kept away most of the loss: the
    queued change held back, or the chain of steps that came late or never, each for what none before it treats, in the
    order of the best course and no sooner than there: before that something else has to be seen to.
    """
    if drill.view.by_itself or harmed_more(drill):
        return []
    parts, vain = shares(drill), [step for step, tried in undone(drill) if tried is not None]
    if not vain:
        return list(_sooner(drill, parts))
    # To begin sooner what was begun may be worth as much.
    early = max((one for one in parts if not one.since), key=lambda one: one.amount, default=None)
    late = [Told(f"{what}: {early.amount:.2f}{TOLD} {early.when}", steps)
            for what, steps in _sooner(drill, [early], begun=True)
            ] if early is not None and early.amount >= JUMP * (drill.view.loss or 0.0) else []  # fmt: skip
    return [_in_vain(drill), *late]


def held_back(drill: Finished) -> str:
    """Return the step that was right first and from when, where none was begun soon after; else nothing.

    Where that step is among what is worth most, how late it came is all that is left to tell.
    """
    view, best, first = drill.view, drill.view.references.best.steps, drill.view.first_mitigation
    fits = [one for one in view.grounds.helpful if one.id in best or not best]
    # What was begun is compared with what treats the same.
    like = [one for one in fits if first is not None and _treats(drill, one) & _treats(drill, first.spec)] or fits
    since, step = min(((max(view.grounds.since(one), best.get(one.id, 0)), one.id) for one in like),
                      default=(FOREVER, ""))  # fmt: skip
    if view.by_itself or harmed_more(drill) or (first.begun if first else view.left) - since <= PROMPT:
        return ""
    title, after = drill.names.title("actions", step), _after(drill, step)
    # Said by what the step rests on alone, as limits have it; what has to be finished first is told.
    justified = next((view.grounds.since(one) for one in like if one.id == step), since)
    right = f"{_right(justified)}{after}"
    if first is None:
        return f"no mitigation was begun at all, though {title} was {right.rstrip(',')}"
    if first.spec.id == step:
        if not after and any(one.steps.get(step) == justified for one in _worth(drill)):
            return f"the first mitigation came {round((first.begun - justified) / 60)} minutes after it was justified"
        return f"the first mitigation, {title}, was {right} and begun only at {clock(first.begun)}"
    return (f"the first mitigation, {first.spec.title}, was begun only at {clock(first.begun)}, though {title}, which "
            f"treats the same, was {right.rstrip(',')}")  # fmt: skip


def _after(drill: Finished, step: str) -> str:
    """Return what the best course has finished before a step and that treats nothing: alone, the step may do harm."""
    best, helpful = drill.view.references.best.steps, {one.id for one in drill.view.grounds.helpful}
    before = [one for one, at in best.items() if at < best.get(step, 0) and one not in helpful]
    through = _let_through(drill)
    told = through is not None and set(before) <= set(through[1])
    finished = "that" if told else listed([drill.names.title("actions", one) for one in before])
    return f", with {finished} finished first," if before else ""


def unguarded(drill: Finished) -> Iterator[str]:
    """Yield each queued change that landed since nothing held it back, the one that brought most of the loss first.

    Of that one what else was not done before it is named as well.
    """
    view, through = drill.view, _let_through(drill)
    lacking = through[1] if through is not None else []
    worst = through[0].seq if through is not None else 0
    for m in sorted(view.all(e.MergeLanded), key=lambda m: (m.seq != worst, m.seq)):
        if 0 <= m.at <= view.left:
            open_ = [f"{drill.names.title('actions', step)} not finished" for step in lacking] if m.seq == worst else []
            frozen = next((one.at for one in view.all(acts.Freeze) if one.at > m.at and m.body.service in
                           one.body.scope), None)  # fmt: skip
            later = "" if open_ else ", never frozen" if frozen is None else f", frozen only at {clock(frozen)}"
            yield f"{listed([f'{m.body.service} not frozen', *open_])} before the queued change of {clock(m.at)}{later}"


def _let_through(drill: Finished) -> tuple[Moment[e.MergeLanded], list[str]] | None:
    """Return the queued change that brought most of the loss, and the steps that it found undone; None without one."""
    most = max(shares(drill), key=lambda one: one.amount, default=None)
    if drill.view.by_itself or harmed_more(drill) or most is None or most.merge is None or most.amount <= 0:
        return None
    landed = next(m for m in drill.view.all(e.MergeLanded) if m.at == most.merge)
    return landed, [step for step, _, _ in _kept_safe(drill, landed.at)]


def undone(drill: Finished) -> list[tuple[Action, int | None]]:
    """Return, for what is not back, the steps that never took hold, each with when its order was refused, if it was."""
    view, grounds = drill.view, drill.view.grounds
    turned = refused(drill.journal.entries)
    vain = {x.body.action: x.at for x in drill.journal if isinstance(x.body, acts.TakeAction) and x.seq in turned}
    held = {run.ident for run in view.runs if run.effect is not None}
    found: dict[str, Action] = {}
    for segment in view.outside(view.final.at) if view.final else ():
        covers = [one for one in grounds.helpful if segment in one.coverage]
        stopped = any(one.id in held and one.rung != "repair" and one.hold is None for one in covers)
        open_ = [one for one in covers if one.id not in held and (one.rung == "repair") == stopped]
        if open_ and segment in view.affected:
            step = min(open_, key=lambda one: (one.id not in vain, grounds.right(one)))
            found[step.id] = step
    steps = sorted(found.values(), key=grounds.right)
    # Of what nobody ordered the first may treat the rest as well.
    return [(one, vain[one.id]) for one in steps if one.id in vain] or [(one, None) for one in steps[:1]]


def too_soon(drill: Finished) -> Iterator[tuple[Attempt, Action]]:
    """Yield the repairs of what is not back that were done before what has to come first, with that step.

    What has to come first is a repair that the best course does before it and that never took hold.
    """
    view, best = drill.view, drill.view.references.best.steps
    held = {run.spec.id: run for run in view.in_effect}
    first = [one for one in view.grounds.helpful if one.rung == "repair" and one.id in best and one.id not in held]
    outside = {*(view.outside(view.final.at) if view.final else ())} & view.affected.keys()
    for run in held.values():
        before = [one for one in first if best[one.id] < best.get(run.spec.id, 0)]
        if before and run.spec.rung == "repair" and outside & {*run.spec.coverage}:
            yield run, max(before, key=lambda one: best[one.id])


def _in_vain(drill: Finished) -> Told:
    """Return what was refused and never carried out, with the loss had it been, and apart what harm does not count."""
    counted, idle, steps = list[str](), list[str](), dict[str, int]()
    for step, tried in undone(drill):
        if tried is not None:
            steps[step.id] = drill.view.grounds.right(step)
            since, title = _right(steps[step.id]), drill.names.title("actions", step.id)
            (idle if _after_harm(drill, step) else counted).append(f"{title} ({since}, refused {clock(tried)})")
    if not counted:
        return Told(f"carry out, for recovery alone, {listed(idle)}", steps)
    apart = f", and, for recovery alone, {listed(idle)}" if idle else ""
    return Told(f"carry out {listed(counted)}{_saved(drill)}{apart}", steps)


def _saved(drill: Finished) -> str:
    """Return the loss had all that the first branch lacked followed, where it is less."""
    view, loss = drill.view, drill.view.loss or 0.0
    fits = [fit for m in view.decisions[:1] for fit in view.references.fits if fit.ref == m.ref]
    less = [fit.taken for fit in fits if loss - fit.taken >= LEAST]
    return "".join(f", leaving the loss at {taken:.2f}, not {loss:.2f}" for taken in less)


def _after_harm(drill: Finished, step: Action) -> bool:
    """Tell whether the best course begins a step when its harm grows no more: what it treats, harm does not count."""
    best = drill.view.references.best
    minute = best.steps.get(step.id, FOREVER) // 60
    grown = best.series.values()
    return step.id in best.steps and bool(grown) and all(s[-1] <= s[min(minute, len(s) - 1)] for s in grown)


def _sooner(drill: Finished, parts: Sequence[Share], begun: bool = False) -> Iterator[Told]:
    """Yield what would have kept away the largest part of the loss; with `begun` no step that was never begun."""
    view = drill.view
    most = max(parts, key=lambda one: one.amount, default=None)
    if most is None or most.amount <= 0:
        return
    if most.merge is not None:
        landed = next(m for m in view.all(e.MergeLanded) if m.at == most.merge)
        freeze = f"freeze {landed.body.service} before {clock(landed.at)}{_asked(drill, landed.at)}"
        safe = [f"have {drill.names.title('actions', step)} finished by then (begun {clock(best)} in the best course, "
                f"{'never' if begun is None else clock(begun)} here)"
                for step, best, begun in _kept_safe(drill, landed.at)]  # fmt: skip
        yield Told(" or ".join([freeze, *safe]), {})
    elif late := [one for one in _chain(drill, most.since) if one.begun is not None or not begun]:
        weight = {one.step.id: sum(view.affected.get(part, 0.0) for part in one.step.coverage) for one in late}
        heaviest = [ident for ident, share in weight.items() if share == max(weight.values())]
        named = [(one, f"; treats most, by weight {100 * weight[one.step.id]:.0f} % of what was hit"
                  if len(late) > 1 and heaviest == [one.step.id] else "") for one in late]  # fmt: skip
        came = {one.begun is not None for one in late}
        how = "begin sooner" if came == {True} else "carry out" if came == {False} else "carry out, and sooner,"
        yield Told(f"{how} " + listed(
            f"{drill.names.title('actions', one.step.id)} ({_right(one.justified)}{_best(one)}, "
            f"{'never carried out' if one.begun is None else f'begun {clock(one.begun)}'}{more})"
            for one, more in named), {one.step.id: one.justified for one in late})  # fmt: skip


def _kept_safe(drill: Finished, landed: int) -> Iterator[tuple[str, int, int | None]]:
    """Yield what the best course does before a queued change lands, and people had not done, that treats nothing.

    Each as (step, when the best course begins it, when people did). A course holds nothing back: what it takes first
    and mends nothing with takes the harm out of the change.
    """
    view, helpful = drill.view, {one.id for one in drill.view.grounds.helpful}
    done = {run.ident for run in view.runs if run.landed <= landed}
    for step, at in view.references.best.steps.items():
        if at < landed and step not in helpful | done:
            yield step, at, next((run.begun for run in view.started if run.ident == step), None)


class _Late(NamedTuple):
    """A helpful step that came late, or never."""

    step: Action
    justified: int
    """From when what was seen justifies it, of a repair once what goes on was stopped."""
    right: int
    """From when it was right as well by the best course."""
    begun: int | None


def _chain(drill: Finished, since: int) -> list[_Late]:
    """Return the steps that came late or never, of those begun after a second (0: of all), in their order."""
    view, grounds, best = drill.view, drill.view.grounds, drill.view.references.best.steps
    runs = {run.spec.id: run for run in reversed(view.mitigations) if run.effect is not None}
    late, treated = list[_Late](), set[tuple[str, bool]]()
    for step in (one for one in grounds.helpful if one.id in best or not best):
        run = runs.get(step.id)
        # A repair waits for what goes on being wrong to be stopped, unless that could have been stopped sooner as well:
        # how soon it helps then, the best course shows.
        stopped = step.rung == "repair" and (since > 0 or step.id not in best)
        justified = grounds.right(step) if stopped else grounds.since(step)
        right = max(justified, best.get(step.id, 0))
        if run is not None and run.begun - right <= PROMPT:
            treated |= _treats(drill, step) if step.hold is None else set()
        elif right < view.left and (run is None or run.begun > since):
            late.append(_Late(step, justified, right, run.begun if run else None))
    late.sort(key=lambda one: (best.get(one.step.id, one.right), FOREVER if one.begun is None else one.begun))
    chain = list[_Late]()
    for one in late:
        if _treats(drill, one.step) - treated:
            chain.append(one)
            # What only holds has to be followed.
            treated |= _treats(drill, one.step) if one.step.hold is None else set()
    return chain[:CHAIN]


def _treats(drill: Finished, step: Action) -> set[tuple[str, bool]]:
    """Return which parts that were hit a step treats, each with whether it repairs."""
    return {(part, step.rung == "repair") for part in step.coverage if part in drill.view.affected}


def _best(one: _Late) -> str:
    return f", in the best course {clock(one.right)}" if one.justified < one.right < FOREVER else ""


def _right(at: int) -> str:
    return f"justified from {clock(at)}" if at < FOREVER else "never justified by what was seen"


def _asked(drill: Finished, at: int) -> str:
    """Return when somebody asked for a freeze before a second, empty where nobody did."""
    for m in drill.view.all(e.InjectDelivered):
        spec = drill.scenario.find("injects", m.body.inject)
        if spec is not None and spec.expects is not None and spec.expects.command == "freeze" and m.at < at:
            return f" (called for from {clock(m.at)})"
    return ""

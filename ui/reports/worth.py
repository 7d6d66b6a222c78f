"""What would have helped those who were hit most: steps, each with the time from which it was right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analytics.runs.library import library_of
from analytics.scorecard import listed
from analytics.timeline import FOREVER, Attempt
from simulator import acts
from simulator import events as e
from simulator.record.journal import refused
from simulator.scenario.parts import Action
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.hurt import harmed_more, shares

MOST = 2
"""Steps that are named."""
PROMPT = 180
"""Seconds after a step was right within which it is prompt."""


def worth_doing(drill: Finished) -> str:
    """Return the steps that are worth most next time, empty where none is to be named.

    What was left out of tolerance comes first, since it goes on; else what would have kept away most of the loss: the
    queued change held back, else the chain of steps that came late, each for what none before it treats.
    """
    if drill.view.by_itself or harmed_more(drill):
        return ""
    steps = list(dict.fromkeys([*_undone(drill), *_late(drill)]))[:MOST]
    return "; ".join(steps)


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


def _undone(drill: Finished) -> Iterator[str]:
    for step, tried in undone(drill):
        said = f"{_right(drill.view.grounds.right(step))}{f', refused {clock(tried)}' if tried is not None else ''}"
        yield f"carry out {drill.names.title('actions', step.id)} ({said}, never carried out)"


def _late(drill: Finished) -> Iterator[str]:
    """Yield what would have kept away the largest share of the loss."""
    view, grounds = drill.view, drill.view.grounds
    most = max(shares(drill), key=lambda one: one.amount, default=None)
    if most is None or most.amount <= 0:
        return
    if most.merge is not None:
        landed = next(m for m in view.all(e.MergeLanded) if m.at == most.merge)
        yield f"freeze {landed.body.service} before {clock(landed.at)}{_asked(drill, landed.at)}"
        return
    helpful = {one.id for one in grounds.helpful}
    runs = [run for run in view.mitigations if run.effect is not None and run.spec.id in helpful]
    first_of = {run.spec.id: run for run in reversed(runs) if run.begun > most.since or not most.since}
    best = _in_best(drill)

    def right(step: Action) -> int:
        # A repair waits for what goes on being wrong to be stopped, unless that could have been stopped sooner as well:
        # how soon it helps then, the best course shows.
        if step.rung != "repair":
            return grounds.since(step)
        stopped = most.since > 0 or step.id not in best
        return max(grounds.right(step) if stopped else grounds.since(step), best.get(step.id, 0))

    treated: set[tuple[str, bool]] = set()
    late: list[Attempt] = []
    for run in sorted(first_of.values(), key=lambda run: (best.get(run.spec.id, right(run.spec)), run.begun)):
        treats = {(segment, run.spec.rung == "repair") for segment in run.spec.coverage}
        if run.begun - right(run.spec) > PROMPT and treats - treated:
            late.append(run)
            # What only holds has to be followed.
            treated |= treats if run.spec.hold is None else set()
    weight = {run.spec.id: sum(view.affected.get(one, 0.0) for one in run.spec.coverage) for run in late}
    heaviest = [ident for ident, share in weight.items() if share == max(weight.values())]
    named = [(run, f"; treats most, {100 * weight[run.spec.id]:.0f} % by weight"
              if len(late) > 1 and heaviest == [run.spec.id] else "") for run in late]  # fmt: skip
    if named:
        yield "begin sooner " + listed(
            f"{drill.names.title('actions', run.spec.id)} ({_right(right(run.spec))}, begun {clock(run.begun)}{more})"
            for run, more in named)  # fmt: skip


def _in_best(drill: Finished) -> dict[str, int]:
    """Return action -> the second at which the best course takes it first, empty where its name does not tell."""
    words = library_of(drill.scenario.id, drill.scenario.variant).words
    course = [one.rpartition(" T+") for one in drill.view.references.best.name.split(", ")]
    first = {what: round(60 * float(minute)) for what, _, minute in reversed(course) if re.fullmatch(r"[\d.]+", minute)}
    return {action: first[word] for action, word in words.items() if word in first}


def _right(at: int) -> str:
    return f"justified from {clock(at)}" if at < FOREVER else "never justified by what was seen"


def _asked(drill: Finished, at: int) -> str:
    """Return when somebody asked for a freeze before a second, empty where nobody did."""
    for m in drill.view.all(e.InjectDelivered):
        spec = drill.scenario.find("injects", m.body.inject)
        if spec is not None and spec.expects is not None and spec.expects.command == "freeze" and m.at < at:
            return f" (called for from {clock(m.at)})"
    return ""

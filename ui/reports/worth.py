"""What would have helped those who were hit most: steps, each with the time from which it was right."""

from __future__ import annotations

from collections.abc import Iterator

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
    queued change held back, the first mitigation begun earlier, or the step that was waited for longest after it.
    """
    if drill.view.by_itself or harmed_more(drill):
        return ""
    steps = list(dict.fromkeys([*_undone(drill), *_late(drill)]))[:MOST]
    return "; ".join(steps)


def _undone(drill: Finished) -> Iterator[str]:
    """Yield, for what is not back, the step that never took hold, those first that people ordered in vain."""
    view, grounds = drill.view, drill.view.grounds
    turned = refused(drill.journal.entries)
    vain = {x.body.action: x.at for x in drill.journal if isinstance(x.body, acts.TakeAction) and x.seq in turned}
    held = {run.ident for run in view.runs if run.effect is not None}
    found: dict[str, tuple[bool, int, str]] = {}
    for segment in view.outside(view.final.at) if view.final else ():
        covers = [one for one in grounds.helpful if segment in one.coverage]
        stopped = any(one.id in held and one.rung != "repair" and one.hold is None for one in covers)
        open_ = [one for one in covers if one.id not in held and (one.rung == "repair") == stopped]
        if open_ and segment in view.affected:
            step = min(open_, key=lambda one: (one.id not in vain, grounds.right(one)))
            tried = f", refused {clock(vain[step.id])}" if step.id in vain else ""
            said = f"{_right(drill, step)}{tried}, never carried out"
            found[step.id] = step.id not in vain, grounds.right(step), said
    steps = sorted(found.items(), key=lambda pair: pair[1])
    # Of what nobody ordered the first may treat the rest as well.
    named = [(ident, said) for ident, (fresh, _, said) in steps if not fresh] or [(i, said[2]) for i, said in steps[:1]]
    yield from (f"carry out {drill.names.title('actions', ident)} ({said})" for ident, said in named)


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
    first, helpful = view.first_mitigation, {one.id for one in grounds.helpful}
    runs = [run for run in view.mitigations if run.effect is not None and run.spec.id in helpful]
    first_of = {run.spec.id: run for run in reversed(runs)}.values()
    after = [run for run in first_of if run.begun > most.since] if most.since else [run for run in runs if run is first]

    def waited(run: Attempt) -> float:
        return (run.begun - grounds.right(run.spec)) * sum(view.affected.get(one, 0.0) for one in run.spec.coverage)

    run = max(after, key=waited, default=None)
    if run is not None and run.begun - grounds.right(run.spec) > PROMPT:
        title = drill.names.title("actions", run.spec.id)
        yield f"begin sooner {title} ({_right(drill, run.spec)}, begun {clock(run.begun)})"


def _right(drill: Finished, action: Action) -> str:
    at = drill.view.grounds.right(action)
    return f"justified from {clock(at)}" if at < FOREVER else "never justified by what was seen"


def _asked(drill: Finished, at: int) -> str:
    """Return when somebody asked for a freeze before a second, empty where nobody did."""
    for m in drill.view.all(e.InjectDelivered):
        spec = drill.scenario.find("injects", m.body.inject)
        if spec is not None and spec.expects is not None and spec.expects.command == "freeze" and m.at < at:
            return f" (called for from {clock(m.at)})"
    return ""

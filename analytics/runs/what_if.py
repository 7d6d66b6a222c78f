"""One thing different: the same drill with one recorded decision removed, moved, swapped or done once more.

Everything else and every random stream stay equal, so the difference in harm is that of the decision. Only
changes that were feasible with what had been seen by then are tried: whoever carries it out was in the room,
and the check that shows what it does had been read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.criteria.blueprint import decision_behind
from analytics.record import WhatIf, loss_of
from analytics.scorecard import clock
from analytics.timeline import FOREVER, Attempt
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.loaded import LoadedScenario
from simulator.record.entry import Entry
from simulator.record.journal import Journal, late, refused
from simulator.record.replay import rerun
from simulator.scenario.parts import Action

SOONER = 60
"""Seconds by which a move must be earlier to be worth telling."""
WORTH = 0.01
"""Share of the loss of doing nothing below which a difference is not told."""
SWAPS = 4
SEEDS = 8
"""Other seeds that the interval is taken over."""
TOP = 3


@dataclass(frozen=True)
class Edit:
    """One change to the people's commands."""

    kind: str
    label: str
    seq: int
    """The order it changes, or the last one before what it adds."""
    at: int
    action: str
    commands: tuple[Entry, ...]


def leverage(
    view: RecordView, loaded: LoadedScenario, null_loss: float, elsewhere: Mapping[int, Mapping[str, float]]
) -> tuple[WhatIf, ...]:
    """Return the changes that would have mattered most: what would have helped first, then what did help.

    `elsewhere` is the harm that the same commands did on other seeds, as far as that was found out already.
    """
    # What was refused is given as well: with one order less it may be taken.
    past = late(view.record.journal.entries)
    given = [x for x in view.record.journal.commands() if x.seq not in past]
    base = _harm(loaded, view.record.journal, given)
    tried = [(change, _harm(loaded, view.record.journal, change.commands)) for change in changes(view, given)]
    worth = WORTH * null_loss
    gains = sorted(
        ((loss_of(harm, loaded.scenario) - loss_of(base, loaded.scenario), change, harm) for change, harm in tried),
        key=lambda item: (item[0], item[1].at, item[1].label),
    )
    # The best change of each order, so that three lines teach three things.
    best: dict[tuple[int, str], tuple[Edit, dict[str, float]]] = {}
    for gain, change, harm in gains:
        if gain <= -worth:
            best.setdefault((change.seq, "" if change.seq else change.action), (change, harm))
    helpful = list(best.values())[:TOP]
    mattered = [(x, harm) for gain, x, harm in reversed(gains) if gain >= worth and x.kind == "removed"]
    chosen = [*helpful, *mattered[: TOP - len(helpful)]]
    seed = view.record.journal.header.seed
    others = range(seed + 1, seed + 1 + SEEDS) if chosen else ()
    was = {one: elsewhere.get(one) or _harm(loaded, view.record.journal, given, one) for one in others}
    return tuple(_told(loaded, view, {seed: base, **was}, change, harm) for change, harm in chosen)


def changes(view: RecordView, given: Sequence[Entry]) -> Iterator[Edit]:
    """Yield every change worth trying."""
    for run in view.started:
        order = next((x for x in given if x.seq == run.order_seq and isinstance(x.body, acts.TakeAction)), None)
        if order is None:
            continue
        rest = [x for x in given if x.seq != order.seq]
        yield Edit("removed", f"without {run.title} at {clock(order.at)}", order.seq, order.at, run.ident, tuple(rest))
        soonest = feasible(view, run.spec, run.executor, order.at, run)
        if soonest is not None and order.at - soonest >= SOONER:
            label = f"{run.title} at {clock(soonest)} instead of {clock(order.at)}"
            yield Edit("moved", label, order.seq, soonest, run.ident, _with(rest, order, soonest, run.ident))
        for other in _alternatives(view, run):
            label = f"“{other.title}” instead of {run.title} at {clock(order.at)}"
            yield Edit("swapped", label, order.seq, order.at, other.id, _with(rest, order, order.at, other.id))
    yield from _more(view, given)


def feasible(view: RecordView, action: Action, executor: str, before: int, run: Attempt | None = None) -> int | None:
    """Return the first second, if before `before`, at which an action could have been ordered on what was seen."""
    known = [view.present(executor), _grounds(view, run)]
    if action.precheck:
        known.append(_first_output(view, action.precheck))
    for precondition in action.preconditions:
        known += [
            _first_output(view, name.removeprefix("query.")) for name in precondition.when if name.startswith("query.")
        ]
    soonest = max(known) + 15
    return soonest if soonest < before else None


def _grounds(view: RecordView, run: Attempt | None) -> int:
    """Return when what a run rests on had been seen: its decision's links, else the first telling output."""
    decision = decision_behind(view, run) if run else None
    if decision and decision.body.evidence:
        return max((x.at for x in view.cited(decision.body.evidence, decision)), default=decision.at)
    outputs = ((m.at, view.spec_of(m.body)) for m in view.all(e.QueryFinished))
    return min((at for at, spec in outputs if spec and (spec.supports or spec.discriminates)), default=FOREVER)


def _first_output(view: RecordView, query: str) -> int:
    ran = view.ran((query,))
    return ran.at if ran else FOREVER


def _alternatives(view: RecordView, run: Attempt) -> list[Action]:
    """Return other branches of the mitigation that could have been taken at that moment instead."""
    taken = {other.ident for other in view.runs}
    found = []
    for action in view.scenario.actions:
        if action.branch is None or action.id in taken or run.spec.branch is None:
            continue
        who = next((r for r in action.executors if view.present(r) <= run.ordered), None)
        if who and feasible(view, action, who, run.ordered + 1) is not None:
            found.append(action)
    return found[:SWAPS]


def _more(view: RecordView, given: Sequence[Entry]) -> Iterator[Edit]:
    """Yield what could have been done as well: a repeatable step once more, or a treatment never tried."""
    first = view.first_mitigation
    template = next((x for x in given if first and x.seq == first.order_seq), None)
    if first is None or template is None:
        return
    for action in view.scenario.actions:
        runs = [run for run in view.started if run.ident == action.id]
        if not action.treats or (runs and not action.repeatable):
            continue
        who = next((r for r in action.executors if view.present(r) < FOREVER), None)
        soonest = feasible(view, action, who, FOREVER) if who else None
        if who is None or soonest is None or (runs and action.strategy is not None):
            continue
        for at in _moments(view, max(soonest, first.begun)):
            order = Entry(0, at, template.by, acts.TakeAction(action=action.id, executor=who))
            label = f"“{action.title}” at {clock(at)}{' as well' if runs else ', which was never done'}"
            yield Edit("added", label, 0, at, action.id, _sorted([*given, order]))


def _moments(view: RecordView, soonest: int) -> list[int]:
    """Return when something more could have come: at once, and after the last change took effect."""
    last = view.last_effect or soonest
    later = [run.effect for run in view.in_effect if run.effect is not None and run.effect > soonest]
    moments = sorted({soonest, *(at + 15 for at in later[:3])})
    return [at for at in moments if at < min(view.left, last + 600)]


def _with(rest: Sequence[Entry], order: Entry, at: int, action: str) -> tuple[Entry, ...]:
    body = order.body.model_copy(update={"action": action, "decision": None})
    if isinstance(order.body, acts.TakeAction) and action != order.body.action:
        body = body.model_copy(update={"executor": None})
    return _sorted([*rest, Entry(order.seq, at, order.by, body)])


def _sorted(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda x: x.at))


def _harm(
    loaded: LoadedScenario, journal: Journal, commands: Sequence[Entry], seed: int | None = None
) -> dict[str, float]:
    """Return the harm at the horizon when these commands are given."""
    no = refused(journal.entries)
    given = Journal(journal.header, [Entry(i + 1, x.at, x.by, x.body) for i, x in enumerate(commands)])
    once = frozenset(i + 1 for i, x in enumerate(commands) if x.seq in no)
    return last_harm(rerun(loaded, given, journal.header.seed if seed is None else seed, once))


def last_harm(journal: Journal) -> dict[str, float]:
    """Return the harm at the end of a drill."""
    last = next(x.body for x in reversed(journal.entries) if isinstance(x.body, e.TruthSampled))
    return dict(last.harm)


def _told(
    loaded: LoadedScenario,
    view: RecordView,
    was: Mapping[int, Mapping[str, float]],
    change: Edit,
    harm: dict[str, float],
) -> WhatIf:
    """Return a change with its difference to what `was`, by seed, and the interval of that over other seeds."""
    journal, scenario = view.record.journal, loaded.scenario
    base, differences = was[journal.header.seed], []
    for seed, before in was.items():
        now = harm if seed == journal.header.seed else _harm(loaded, journal, change.commands, seed)
        differences.append(round(loss_of(now, scenario) - loss_of(before, scenario), 4))
    return WhatIf(
        kind=change.kind, label=change.label, seq=change.seq, at=change.at,
        loss=differences[0], low=min(differences), high=max(differences),
        harm={key: round(harm[key] - base[key], 1) for key in base},
        share={key: round((harm[key] - base[key]) / base[key], 4) if base[key] else 0.0 for key in base},
    )  # fmt: skip

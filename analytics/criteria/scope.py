"""Impact and scope: how far the impact reaches, dimension by dimension, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from analytics.criteria.common import does_not_apply, late, nothing_seen, settle, timely
from analytics.criteria.judging import judges
from analytics.facts import figure_true, solid, status_true, tick_true
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import Moment, RecordView
from simulator import acts, values
from simulator.record.entry import Body
from simulator.scenario.parts import Reach
from simulator.values import Dimension

BARE = 0.5
"""What a statement is worth that links nothing which had been seen."""
SINCE_MINUTES, SINCE_SHARE = 5.0, 0.1
"""How far the stated beginning may be off: so many minutes, or such a share of how long ago it was."""
Said = Literal["impact", "severity", "since", "state", "users"]
"""What is said of the impact."""


# --- scope -------------------------------------------------------------------------------------------------


@judges(state_scope="reaches unknown evidence", run_query="query")
def scope_bounded(
    view: RecordView, criterion: Criterion, *, dimensions: tuple[Dimension, ...], unknown: float = 0.5
) -> Finding:
    """Each dimension is bounded by what had been seen, or said to be unknown while nobody could know it.

    True lines count by their share, each false one ever named takes off its own. `unknown` is what an honest
    “unknown” is worth where more could be known later; where there is nothing to know it is the answer.
    """
    if not view.scenario.reaches:
        return does_not_apply(criterion, "The scenario does not say how far its impact reaches.")
    stated = view.all(acts.StateScope)
    if not stated:
        return nothing_seen(criterion, "Nobody said how far the impact reaches.")
    return settle(criterion, [_bounded(view, criterion, stated, one, unknown) for one in dimensions])


def _bounded(
    view: RecordView, criterion: Criterion, stated: Sequence[Moment[acts.StateScope]], dimension: str, unknown: float
) -> Mark:
    called = dimension.replace("_", " ").capitalize()
    lines = {one.id: one for one in view.scenario.reaches if one.dimension == dimension}
    best, at, seq, what = 0.0, 0, 0, "not said"
    wrong: set[str] = set()
    for m in stated:
        true = {ident for ident in lines if tick_true(view, "reaches", ident, m.at)}
        picked = set(m.body.reaches) & lines.keys()
        wrong |= picked - true
        known = {ident for ident in picked & true if _seen(view, lines[ident], m.at)}
        share, said = 0.0, ""
        if picked:
            share, said = len(known) / len(true) if true else 0.0, view.titles("reaches", sorted(picked))
        elif dimension in m.body.unknown:
            honest = not any(_seen(view, lines[ident], m.at) for ident in true)
            share, said = (1.0 if not true else unknown if honest else 0.0), "said to be unknown"
        if not said:
            continue
        share *= timely(view, criterion, m.at) * (1.0 if solid(view, m.body.evidence, m) else BARE)
        if not seq or share > best:
            best, at, seq, what = share, m.at, m.seq, said
    false = sum(1 for ident in lines if not tick_true(view, "reaches", ident, at))
    share = max(0.0, best - len(wrong) / max(1, false))
    why = f"{called}: {what}" + (f" at {clock(at)}{late(timely(view, criterion, at))}" if seq else "")
    why += f"; not so: {view.titles('reaches', sorted(wrong))}." if wrong else "."
    return Mark(share, 1, why, (seq,) if seq else ())


def _seen(view: RecordView, line: Reach, at: int) -> bool:
    """Tell whether anything that shows a line had been seen by a second; what nothing shows is plain to all."""
    return not line.shown_by or view.ran(line.shown_by, at) is not None


# --- impact ------------------------------------------------------------------------------------------------

Telling = (
    acts.StateScope, acts.RecordPacket, acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally,
)  # fmt: skip
"""Acts that give figures of the impact."""


@judges(
    state_scope="impact began_minutes state reaches", record_packet="impact segments",
    update_stakeholders="impact segments status", update_executives="impact", escalate_internally="impact",
    declare="severity", change_severity="severity",
)  # fmt: skip
def impact_stated(view: RecordView, criterion: Criterion, *, says: tuple[Said, ...]) -> Finding:
    """What these say of the impact is on record and so: how much, how bad, since when, where it stands, for whom."""
    looks = {"impact": _figures, "severity": _severity, "since": _since, "state": _state, "users": _users}
    marks = [looks[one](view, criterion) for one in says]
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "Nobody said what the impact is.")
    return settle(criterion, marks)


def _first(view: RecordView, criterion: Criterion, what: str, said: Iterator[tuple[Moment[Body], bool]]) -> Mark:
    """Return the mark of statements, each so or not: the first true one in time, less what was said and is not so."""
    every = list(said)
    true = [m for m, holds in every if holds]
    if not true:
        seqs = tuple(m.seq for m, _ in every[:1])
        return Mark(0, 1, f"{what}: {f'said at {clock(every[0][0].at)}, and not so' if every else 'not said'}.", seqs)
    share = timely(view, criterion, true[0].at)
    why = f"{what}: said at {clock(true[0].at)}{late(share)}"
    wrong = len(every) - len(true)
    why += f"; {wrong} of {len(every)} statements of it were not so." if wrong else "."
    return Mark(share * len(true) / len(every), 1, why, (true[0].seq,))


def _figures(view: RecordView, criterion: Criterion) -> Mark:
    def said() -> Iterator[tuple[Moment[Body], bool]]:
        for m in view.all(*Telling):
            given = getattr(m.body, "impact", None)
            for figure in given if isinstance(given, tuple) else (given,):
                if isinstance(figure, values.Figure) and (true := figure_true(view, figure, m.at)) is not None:
                    yield m, true

    return _first(view, criterion, "How much", said())


def _severity(view: RecordView, criterion: Criterion) -> Mark:
    return _first(view, criterion, "How bad", ((m, True) for m in view.severities))


def _since(view: RecordView, criterion: Criterion) -> Mark:
    began = view.fault_at / 60
    within = max(SINCE_MINUTES, SINCE_SHARE * abs(began))
    stated = [m for m in view.all(acts.StateScope) if m.body.began_minutes is not None]
    said = ((m, abs(float(m.body.began_minutes or 0) - began) <= within) for m in stated)
    return _first(view, criterion, "Since when", said)


def _state(view: RecordView, criterion: Criterion) -> Mark:
    def said() -> Iterator[tuple[Moment[Body], bool]]:
        told: tuple[Moment[acts.StateScope | acts.UpdateStakeholders], ...]
        told = view.all(acts.StateScope, acts.UpdateStakeholders)
        for m in told:
            state = m.body.state if isinstance(m.body, acts.StateScope) else m.body.status
            if state is not None:
                yield m, status_true(view, state, m.at)

    return _first(view, criterion, "Where it stands", said())


def _users(view: RecordView, criterion: Criterion) -> Mark:
    def said() -> Iterator[tuple[Moment[Body], bool]]:
        told: tuple[Moment[acts.StateScope | acts.RecordPacket | acts.UpdateStakeholders], ...]
        told = view.all(acts.StateScope, acts.RecordPacket, acts.UpdateStakeholders)
        for m in told:
            if not isinstance(m.body, acts.StateScope):
                if m.body.segments:
                    yield m, set(m.body.segments) <= set(view.affected)
                continue
            lines = {one.id for one in view.scenario.reaches if one.dimension == "users"} & set(m.body.reaches)
            if lines:
                yield m, all(tick_true(view, "reaches", one, m.at) for one in lines)

    return _first(view, criterion, "For whom", said())

"""Scoring: a finished record and a playbook in, a scorecard out. Pure: no engine, no clock, no chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analytics.criteria import CRITERIA
from analytics.criteria.antipatterns import PATTERNS, named
from analytics.criteria.caps import CAPS
from analytics.criteria.common import does_not_apply
from analytics.playbook import Criterion, Playbook
from analytics.record import DrillRecord
from analytics.scorecard import CapHit, Finding, PartScore, Scorecard, SpreadBand, clock, percent
from analytics.view import RecordView
from simulator import commands as c
from simulator.errors import UnknownName


def score(record: DrillRecord, playbook: Playbook) -> Scorecard:
    """Return the scorecard of a record. Raises UnknownName where the playbook names what nothing judges."""
    check(playbook)
    view = RecordView(record, playbook)
    process = {
        part.id: tuple(_judge(view, one) for one in part.criteria) for part in playbook.parts if not part.always
    }
    shared = _shared(view, [one for found in process.values() for one in found])
    parts = tuple(
        PartScore(part.id, part.title, process.get(part.id) or tuple(shared(one) for one in part.criteria))
        for part in playbook.parts
    )
    caps = _caps(view)
    uncapped = percent(parts)
    total = min([uncapped, *(cap.limit for cap in caps)])
    patterns = tuple(found for one in playbook.anti_patterns if (found := named(view, one)))
    return Scorecard(
        playbook.id, total, uncapped, playbook.band(total), _spread(record), caps, parts, patterns, _remarks(view)
    )


def check(playbook: Playbook) -> None:
    """Raise UnknownName where a criterion, cap or anti-pattern has no function that judges it."""
    for what, ids, known in (
        ("criterion", [one.id for _, one in playbook.criteria()], CRITERIA),
        ("cap", [cap.id for cap in playbook.caps], CAPS),
        ("anti-pattern", [one.id for one in playbook.anti_patterns], PATTERNS),
    ):
        for ident in ids:
            if ident not in known:
                raise UnknownName(what, ident, known)


def _judge(view: RecordView, criterion: Criterion) -> Finding:
    if not _held(view, criterion):
        return does_not_apply(criterion, f"Simulated teammates held this ({', '.join(criterion.owners)}).")
    found = CRITERIA[criterion.id](view, criterion)
    if found.points and not any(view.by_people(seq) for seq in found.evidence):
        return does_not_apply(criterion, f"{found.why} All of it was the doing of simulated teammates.")
    return found


def _held(view: RecordView, criterion: Criterion) -> bool:
    window = view.window(criterion)
    until = 60 * window[1] if window else view.over
    return view.held(criterion.owners, 0, max(60, min(until, view.over)))


def _shared(view: RecordView, process: Sequence[Finding]) -> Callable[[Criterion], Finding]:
    """Return how to judge what a whole team brings about: by as much as people's roles answer for.

    With simulated teammates in most seats most of the outcome is theirs. Whoever earned nothing in their own
    role had no part in it.
    """
    asked = [one for part in view.playbook.parts if not part.always for one in part.criteria]
    points = sum(one.points for one in asked)
    share = sum(one.points for one in asked if _held(view, one)) / points if points else 1.0
    idle = not any(finding.points for finding in process)

    def judge(criterion: Criterion) -> Finding:
        found = CRITERIA[criterion.id](view, criterion)
        if share >= 1:
            return found
        note = f" People's roles answer for {100 * share:.0f} % of the playbook, so this counts as much."
        if idle:
            note += " They earned nothing in them, so the outcome is not theirs."
        return replace(
            found,
            status="missed" if idle and found.points else found.status,
            points=0.0 if idle else round(share * found.points, 1),
            out_of=round(share * found.out_of, 1),
            why=found.why + note,
        )

    return judge


def _caps(view: RecordView) -> tuple[CapHit, ...]:
    hits = (
        CAPS[cap.id](view, cap) for cap in view.playbook.caps if view.held(cap.owners, 0, max(60, view.over))
    )
    return tuple(hit for hit in hits if hit)


def _spread(record: DrillRecord) -> SpreadBand | None:
    spread = record.references.spread
    return SpreadBand(spread.low, spread.median, spread.high, len(spread.totals)) if spread else None


def _remarks(view: RecordView) -> tuple[str, ...]:
    found = [
        f"At {clock(m.at)} the facilitator chose an outcome ({m.body.reason}): this total does not compare with others."
        for m in view.all(c.OverrideOutcome)
    ]
    if view.final is None or view.final.at < view.scenario.horizon:
        until = clock(view.final.at) if view.final else "nowhere"
        found.append(f"The record reaches {until} of {clock(view.scenario.horizon)}: the outcome is as of then.")
    return tuple(found)

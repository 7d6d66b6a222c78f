"""Scoring: a finished record and a playbook in, a scorecard out. Pure: no engine, no clock, no chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from analytics.about import about
from analytics.criteria import CAPS, CRITERIA, PATTERNS, judged
from analytics.criteria.common import does_not_apply, to_tenth
from analytics.playbook import Criterion, Playbook, PlaybookPart
from analytics.record import DrillRecord
from analytics.scorecard import CapHit, Finding, Mark, Owner, PartScore, Scorecard, Status, clock, percent
from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import acts
from simulator.errors import ScenarioError, UnknownName

LEAST = 20
"""However many grave acts, the limit is not below this."""


def score(record: DrillRecord, playbook: Playbook) -> Scorecard:
    """Return the scorecard of a record. Raises UnknownName where the playbook names what nothing judges."""
    check(playbook)
    view = RecordView(record, playbook)
    process = {part.id: tuple(_judge(view, one) for one in part.criteria) for part in playbook.parts if not part.always}
    shared = _shared(view, [one for found in process.values() for one in found])
    parts = tuple(
        PartScore(part.id, part.title, _owned(view, part, process.get(part.id) or map(shared, part.criteria)))
        for part in playbook.parts
    )
    caps = _caps(view)
    uncapped = percent(parts)
    patterns = tuple(hit for one in playbook.anti_patterns if (hit := PATTERNS[one.kind](view, one)))
    total = min(uncapped, limit(caps), *(pattern.limit for pattern in patterns), 100)
    spread, remarks = record.references.spread, _remarks(view)
    band, of = playbook.band(total), about(view)
    return Scorecard(playbook.id, total, uncapped, band, spread, caps, parts, patterns, remarks, of)


def _owned(view: RecordView, part: PlaybookPart, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the seats of this scenario whose they are."""
    return tuple(
        found if "all" in one.owners else replace(found, owner_roles=view.seats_with(one.owners))
        for one, found in zip(part.criteria, findings, strict=True)
    )


def check(playbook: Playbook) -> None:
    """Raise UnknownName where nothing judges what the playbook names, ScenarioError for a wrong parameter."""
    for _, what, one, known in judged(playbook):
        if one.kind not in known:
            raise UnknownName(f"kind of {what}", one.kind, known)
        for steps, wrong in known[one.kind].refused(one.given):
            raise ScenarioError(f"{what} {one.id} of playbook {playbook.id}, {'.'.join(map(str, steps))}: {wrong}")


def _judge(view: RecordView, criterion: Criterion) -> Finding:
    if not _held(view, criterion):
        return does_not_apply(criterion, _why_not_held(view, criterion.owners))
    return _of_people(view, criterion, CRITERIA[criterion.kind](view, criterion))


def _of_people(view: RecordView, criterion: Criterion, found: Finding) -> Finding:
    """Return the part of a finding that people answer for.

    What teammates earned unasked leaves the denominator, mark by mark. What was done in the place of a person who
    did not see to it, by a secondary or by whom their task was given to, stays there and is not earned.
    """
    if not found.marks or all(view.by_people(seq) for mark in found.marks for seq in mark.evidence):
        return found
    weight = sum(mark.weight for mark in found.marks)
    whole = sum(mark.weight * min(1.0, max(0.0, mark.share)) for mark in found.marks)
    earned = gone = lacking = 0.0
    theirs = False
    for mark in found.marks:
        part = mark.weight * min(1.0, max(0.0, mark.share))
        people, left = _doers(view, mark)
        theirs |= people > 0
        earned += part * people
        gone += part * left
        if mark.owners and not view.held(mark.owners, 0, max(60, view.over)):
            lacking += mark.weight - part
    # A factor may have taken something off all marks alike.
    scale = found.points / whole if whole else 0.0
    missing = found.out_of - found.points
    out_of = to_tenth(found.out_of - scale * gone - (missing * lacking / (weight - whole) if weight > whole else 0.0))
    points = min(out_of, to_tenth(scale * earned))
    if out_of <= 0 or ("all" in criterion.owners and not theirs and found.points):
        return does_not_apply(criterion, f"{found.why} All of it was the doing of simulated teammates.")
    status: Status = "met" if points >= out_of else "partial" if points > 0 else "missed"
    note = " What teammates did unasked is not counted." if gone else " What was done for people is not theirs."
    return replace(found, status=status, points=points, out_of=out_of, why=found.why + note,
                   advice="" if status == "met" else criterion.advice)  # fmt: skip


def _doers(view: RecordView, mark: Mark) -> tuple[float, float]:
    """Return the shares of a mark that are people's and teammates'; the rest was done in a person's place."""
    doers = [doer for seq in mark.evidence if (doer := view.whose(seq)) != "nobody"]
    if not doers:
        return 0.0, 1.0
    return doers.count("people") / len(doers), doers.count("teammates") / len(doers)


def _held(view: RecordView, criterion: Criterion) -> bool:
    window = view.window(criterion)
    until = 60 * window[1] if window else view.over
    return view.held(criterion.owners, 0, max(60, min(until, view.over)))


def _shared(view: RecordView, process: Sequence[Finding]) -> Callable[[Criterion], Finding]:
    """Return how to judge what a whole team brings about: by as much as people's roles answer for.

    With simulated teammates in most seats most of the outcome is theirs. Of their share people earn what they did
    of the mitigation themselves, or of their own part of the playbook if that is more.
    """
    asked = [one for part in view.playbook.parts if not part.always for one in part.criteria]
    points = sum(one.points for one in asked)
    share = sum(one.points for one in asked if _held(view, one)) / points if points else 1.0
    earned, of = sum(one.points for one in process), sum(one.out_of for one in process)
    part = max(earned / of, _treated_by_people(view)) if earned else 0.0

    def judge(criterion: Criterion) -> Finding:
        found = CRITERIA[criterion.kind](view, criterion)
        if share >= 1:
            return found
        note = f" People's roles answer for {100 * share:.0f} % of the playbook, so this counts as much."
        if not earned:
            note += " They earned nothing in them, so the outcome is not theirs."
        elif part < 1:
            note += f" {100 * part:.0f} % of it is their doing."
        out_of = round(share * found.out_of, 1)
        got = min(out_of, round(share * found.points * part, 1))
        status: Status = "missed" if found.points and not got else "partial" if 0 < got < out_of else found.status
        return replace(found, status=status, points=got, out_of=out_of, why=found.why + note)

    return judge


def _treated_by_people(view: RecordView) -> float:
    """Return the share of what was treated, by weight of segments, whose first treatment was the people's doing."""
    first: dict[str, Attempt] = {}
    for run in sorted(view.in_effect, key=lambda run: run.effect or 0):
        for segment in run.spec.coverage:
            if segment in view.affected:
                first.setdefault(segment, run)
    whole = sum(view.affected[segment] for segment in first)
    theirs = sum(view.affected[segment] for segment, run in first.items() if view.by_people(run.effect_seq))
    return theirs / whole if whole else 0.0


def _why_not_held(view: RecordView, owners: tuple[Owner, ...]) -> str:
    """Return why nobody among the people answers for something."""
    seats = view.seats_with(owners)
    if not seats:
        return f"No seat of this scenario is there for it ({', '.join(owners)})."
    return f"Simulated teammates held this ({view.titles('roles', seats)})."


def _caps(view: RecordView) -> tuple[CapHit, ...]:
    """Return every time that a cap was tripped, in the playbook's order."""
    held = (cap for cap in view.playbook.caps if view.held(cap.owners, 0, max(60, view.over)))
    return tuple(hit for cap in held for hit in CAPS[cap.kind](view, cap))


def limit(hits: Sequence[CapHit]) -> int:
    """Return what the total is limited to: the lowest limit, lowered by each further grave act; 100 without any."""
    if not hits:
        return 100
    lowest = min(hits, key=lambda hit: hit.limit)
    others = {hit.act: hit.further for hit in hits if hit.act != lowest.act}
    return max(min(lowest.limit, LEAST), lowest.limit - sum(others.values()))


def _remarks(view: RecordView) -> tuple[str, ...]:
    found = [
        f"At {clock(m.at)} the facilitator chose an outcome ({m.body.reason}): this total does not compare with others."
        for m in view.all(acts.OverrideOutcome)
    ]
    if view.final is None or view.final.at < view.scenario.horizon:
        until = clock(view.final.at) if view.final else "nowhere"
        found.append(f"The record reaches {until} of {clock(view.scenario.horizon)}: the outcome is as of then.")
    return tuple(found)

"""Scoring: a finished record and a playbook in, a scorecard out. Pure: no engine, no clock, no chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from analytics.about import about
from analytics.criteria import CAPS, CRITERIA, PATTERNS, judged
from analytics.criteria.common import does_not_apply, nothing_seen, to_tenth
from analytics.criteria.judging import Composed, Judge
from analytics.playbook import AntiPattern, Cap, Criterion, Playbook, PlaybookPart
from analytics.record import DrillRecord
from analytics.scorecard import CapHit, Finding, Mark, Owner, PartScore, PatternHit, Scorecard, Status, clock, percent
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.errors import ScenarioError, UnknownName

L = TypeVar("L", Cap, AntiPattern)
LEAST = 20
"""However many grave acts, the limit is not below this."""


def score(record: DrillRecord, playbook: Playbook) -> Scorecard:
    """Return the scorecard of a record.

    Where people commanded it is a team's, over the whole playbook; else that of the persons there, over the duties of
    the seats they held. Raises UnknownName where the playbook names what nothing judges.
    """
    check(playbook)
    view = RecordView(record, playbook)
    parts = tuple(
        PartScore(part.id, part.title, _owned(view, part, (_judge(view, part, one) for one in part.criteria)))
        for part in playbook.parts
    )
    caps = _seen_through(view, _caps(view))
    shown = (PATTERNS[one.kind](view, one) for one in _theirs(view, playbook.anti_patterns, PATTERNS))
    patterns = _seen_through(view, filter(None, shown))
    uncapped = percent(parts)
    withheld = _no_total(view)
    total = None if withheld else min(uncapped, limit(caps), *(pattern.limit for pattern in patterns), 100)
    band = None if total is None else playbook.band(total)
    spread, remarks = record.references.spread, (*withheld, *_remarks(view))
    return Scorecard(playbook.id, total, uncapped, band, spread, caps, parts, patterns, remarks, about(view))


FEWEST_POINTS, FEWEST_DUTIES = 15, 3
"""Points that a person's duties have to be worth, and kinds of counting acts they have to have given, for a total."""


def _no_total(view: RecordView) -> tuple[str, ...]:
    """Return why there are findings but no total: next to nothing was this person's to do, or was tried."""
    if view.stopped_by_host:
        return (f"The facilitator stopped the drill at {clock(view.left)}: findings, and no total.",)
    if view.commanded:
        return ()
    owned = [one for part, one in view.playbook.criteria() if not part.always and _held(view, one)]
    points = sum(one.points for one in owned)
    counting = {read.partition(".")[0] for one in owned for read in CRITERIA[one.kind].reads}
    given = {x.body.kind for x in view.entries if x.is_act and not x.by.simulated} & counting
    if points >= FEWEST_POINTS and len(given) >= FEWEST_DUTIES:
        return ()
    what = f"{len(given)} kinds of what counts were done, in duties worth {points:g} points"
    return (f"Too little for a total: {what}. The findings stand.",)


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


def _judge(view: RecordView, part: PlaybookPart, criterion: Criterion) -> Finding:
    """Return how a criterion was met, as far as people answer for it."""
    if not _judgeable(view, CRITERIA, criterion):
        why = f"The facilitator ended the drill at {clock(view.left)}: what would have come of it nobody knows."
        return does_not_apply(criterion, why)
    if part.always:
        return _outcome(view, criterion)
    if not view.commanded and not _held(view, criterion):
        return does_not_apply(criterion, _why_not_held(view, criterion.owners))
    return _of_people(view, criterion, CRITERIA[criterion.kind](view, criterion))


def _of_people(view: RecordView, criterion: Criterion, found: Finding) -> Finding:
    """Return the part of a finding that people answer for.

    What teammates earned unasked leaves the denominator, mark by mark. What was done in the place of a person who
    did not see to it, by a secondary or by whom their task was given to, stays there and is not earned.
    """
    if all(map(view.by_people, set().union(*(mark.evidence for mark in found.marks)))):
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


def _outcome(view: RecordView, criterion: Criterion) -> Finding:
    """Return what came of the drill: a team's in full, a person's by what the drill would lack without them."""
    if view.commanded:
        if view.mitigations and not view.gave_orders:
            return nothing_seen(criterion, "What was done was teammates' doing; nobody among the people gave an order.")
        return CRITERIA[criterion.kind](view, criterion)
    if not view.gave_orders:
        return does_not_apply(criterion, "Nobody among the people gave or carried out an order.")
    found = CRITERIA[criterion.kind](view, criterion)
    if found.status == "not_applicable":
        return found
    lost = view.references.without
    made = view.references.null.loss - (view.loss or 0.0)
    part = 0.0 if lost is None or made <= 0 else min(1.0, max(0.0, (lost - (view.loss or 0.0)) / made))
    out_of = to_tenth(found.out_of * part)
    if not out_of:
        return does_not_apply(criterion, f"{found.why} The same drill without them came to the same.")
    note = f" {100 * part:.0f} % of what was avoided would have been lacking without them, so it counts as much."
    points = min(out_of, to_tenth(found.points * part))
    return replace(found, points=points, out_of=out_of, why=found.why + note)


def _why_not_held(view: RecordView, owners: tuple[Owner, ...]) -> str:
    """Return why nobody among the people answers for something."""
    seats = view.seats_with(owners)
    if not seats:
        return f"No seat of this scenario is there for it ({', '.join(owners)})."
    return f"Simulated teammates held this ({view.titles('roles', seats)})."


def _caps(view: RecordView) -> tuple[CapHit, ...]:
    """Return every time that a cap was tripped, in the playbook's order."""
    return tuple(hit for cap in _theirs(view, view.playbook.caps, CAPS) for hit in CAPS[cap.kind](view, cap))


H = TypeVar("H", CapHit, PatternHit)


def _seen_through(view: RecordView, hits: Iterable[H]) -> tuple[H, ...]:
    """Return the hits, where a facilitator ended the drill those that rest on what came before."""
    ended = view.first(e.DrillEnded) if view.stopped_by_host else None
    return tuple(hit for hit in hits if ended is None or all(seq < ended.seq for seq in hit.evidence))


def _theirs(view: RecordView, limits: Iterable[L], known: Mapping[str, Judge[Any]]) -> Iterable[L]:
    """Return what may limit a total: a team's all of it, a person's what is about the duties they held."""
    asked = (one for one in limits if _judgeable(view, known, one))
    return (one for one in asked if view.commanded or view.held(one.owners, 0, max(60, view.over)))


def _judgeable(view: RecordView, known: Mapping[str, Judge[Any]], one: Composed) -> bool:
    """Tell whether the record says enough: what came of a drill nobody knows where a facilitator ended it early."""
    return not (view.stopped_by_host and known[one.kind].at_the_end)


def limit(hits: Sequence[CapHit]) -> int:
    """Return what the total is limited to: the lowest limit, that of grave acts lowered by each further one; or 100."""
    grave = {hit.act: hit for hit in sorted(hits, key=lambda hit: -hit.limit) if hit.further}
    lowest = min([100, *(hit.limit for hit in hits)])
    if not grave:
        return lowest
    first = min(grave.values(), key=lambda hit: hit.limit)
    further = sum(hit.further for hit in grave.values()) - first.further
    return min(lowest, max(min(first.limit, LEAST), first.limit - further))


def _remarks(view: RecordView) -> tuple[str, ...]:
    found = [
        f"At {clock(m.at)} the facilitator chose an outcome ({m.body.reason}): this total does not compare with others."
        for m in view.all(acts.OverrideOutcome)
    ]
    if view.final is None or view.final.at < view.scenario.horizon:
        until = clock(view.final.at) if view.final else "nowhere"
        found.append(f"The record reaches {until} of {clock(view.scenario.horizon)}: the outcome is as of then.")
    return tuple(found)

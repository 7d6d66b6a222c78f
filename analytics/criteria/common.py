"""How a criterion's function says what it found: marks that add up to one finding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, Status, clock, listed
from analytics.timeline import Span
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.record.entry import Body
from simulator.record.tracked import Stretch
from simulator.responses import untimely
from simulator.values import COMMANDER


def settle(criterion: Criterion, marks: Sequence[Mark], *, factor: float = 1.0, note: str = "") -> Finding:
    """Return the finding of marks weighed against each other, scaled to the criterion's points.

    A share below zero takes off what other marks earned: what was told falsely does not only fail to add.
    """
    weight = sum(mark.weight for mark in marks)
    earned = sum(mark.weight * min(1.0, mark.share) for mark in marks)
    points = max(0.0, to_tenth(criterion.points * factor * earned / weight)) if weight else 0.0
    evidence = set().union(*(mark.evidence for mark in marks))
    status: Status = "met" if points >= criterion.points else "partial" if points > 0 else "missed"
    why = " ".join(filter(None, [*(mark.why for mark in marks), note]))
    return _finding(criterion, status, points, why, evidence, tuple(marks))


def settle_one(criterion: Criterion, share: float, why: str, *evidence: int) -> Finding:
    """Return the finding of a criterion that comes to one thing."""
    return settle(criterion, [Mark(share, 1, why, evidence)])


def undone_in(stated: float | None, true: float) -> bool:
    """Tell whether the minutes that somebody said it takes to undo something are within a factor of two of the truth.

    Under a minute either way a factor of two is a rounding error.
    """
    return stated is not None and true / 2 - 1 <= stated <= true * 2 + 1


def to_tenth(points: float) -> float:
    """Return points rounded to one decimal, halves up, the same on every platform."""
    return math.floor(10 * points + 0.5 + 1e-9) / 10


def nothing_seen(criterion: Criterion, why: str, evidence: Iterable[int] = ()) -> Finding:
    """Return the finding that nothing of the kind was ever seen."""
    return _finding(criterion, "not_observed", 0.0, why, evidence)


def does_not_apply(criterion: Criterion, why: str) -> Finding:
    """Return the finding that takes a criterion out of the total."""
    return Finding(
        criterion.id, criterion.title, "not_applicable", 0.0, 0.0, why, (), criterion.source, criterion.owners
    )


def _finding(
    criterion: Criterion, status: Status, points: float, why: str, evidence: Iterable[int],
    marks: tuple[Mark, ...] = (),
) -> Finding:  # fmt: skip
    return Finding(
        criterion.id, criterion.title, status, points, criterion.points, why, tuple(sorted(set(evidence))),
        criterion.source, criterion.owners, "" if status == "met" else criterion.advice, marks=marks,
    )  # fmt: skip


def timely(view: RecordView, criterion: Criterion, at: float, earlier: float = 0.0) -> float:
    """Return the share that a second earns: all until t1, none from t2 on, linear between. Early costs nothing.

    `earlier` moves both ends of the window forward by that many minutes.
    """
    window = view.window(criterion)
    if window is None:
        return 1.0
    return fading(at, *(60 * (end - earlier) for end in window))


def fading(value: float, full: float, none: float) -> float:
    """Return the share that a value earns: all up to `full`, nothing from `none` on, linear in between."""
    return 1.0 if value <= full else max(0.0, (none - value) / (none - full))


def late(share: float) -> str:
    """Return the words for what lateness cost."""
    return "" if share >= 1 else " — too late to count" if share <= 0 else " — late, so it counts in part"


def lacking(parts: Mapping[str, bool]) -> list[str]:
    """Return the names of those parts of a record that are not as they should be."""
    return [name for name, right in parts.items() if not right]


def completeness(lacks: Sequence[str]) -> str:
    """Return in words whether a record has all it should have, or what it lacks."""
    return f"lacks {listed(lacks)}" if lacks else "complete"


def seqs(moments: Iterable[Moment[Body]]) -> tuple[int, ...]:
    """Return moments as evidence."""
    return tuple([m.seq for m in moments])


def landing(view: RecordView, merge: Moment[e.MergeLanded]) -> str:
    """Return in words which queued change landed where and when; what it did is for the record to show."""
    known = view.scenario.find("merges", merge.body.merge)
    what = known.summary if known else merge.body.merge
    return f"A queued change landed on {merge.body.service} at {clock(merge.at)} with nothing to hold it back: {what}."


def brought(view: RecordView) -> tuple[Moment[e.InjectDelivered], ...]:
    """Return the lines that came when they were so: nobody is judged by what was fired though it was not."""
    false = untimely(view.entries)
    return tuple(m for m in view.all(e.InjectDelivered) if m.body.inject not in false)


def sent_away(view: RecordView, role: str) -> set[int]:
    """Return the seconds at which somebody had to leave a role because of a line that was fired though not so."""
    false = untimely(view.entries)
    due = {x.id: x.grace for x in view.scenario.injects if x.leaves == role and x.id in false}
    came = [(m.at, m.at + due[m.body.inject]) for m in view.all(e.InjectDelivered) if m.body.inject in due]
    gone = [m.at for m in view.all(e.RoleVacated) if m.body.role == role]
    return {at for at in gone for since, until in came if since <= at <= until}


@dataclass(frozen=True)
class Help:
    """How well those who were hit were helped: a share, and in words what kept it from being whole."""

    share: float
    why: str
    held_back: tuple[tuple[str, int, int], ...]
    """Segments for which a justified step came late: (segment, justified since, when it came or people left)."""


PROMPT, TOO_LATE = 180, 900
"""Seconds after a step was justified within which it is prompt, and from which it is too late to count."""


def help_given(view: RecordView) -> Help:
    """Return how well each segment that was hit was helped, by weight.

    A step counts for what had been seen when it was ordered, fades with the time since it was justified, and is
    worth what had recovered by the end.
    """
    end = view.known_to
    outside = view.outside(end)
    share, late_ones, blind, left, held_back = 0.0, [], [], [], []
    for segment, weight in view.affected.items():
        step, due = view.grounds.step(segment), view.grounds.due(segment)
        came = step.begun if step else max(view.over, due)
        delay = max(0, came - due)
        if delay > PROMPT:
            held_back.append((segment, due, came))
        if step is None or segment in outside:
            left.append(segment)
            continue
        sighted = view.grounds.on_sight(step)
        if not sighted:
            blind.append(segment)
        elif delay > PROMPT:
            late_ones.append(f"{view.title('segments', segment)} {delay / 60:.0f} min")
        share += weight * sighted * fading(delay, PROMPT, TOO_LATE) * view.recovery.treated(segment, end)
    if view.by_itself:
        return Help(1.0, "It passes by itself.", ())
    if view.stopped_by_host:
        return Help(1.0, "How well it helped was cut short.", tuple(held_back))
    words = []
    if late_ones:
        words.append(f"Justified before it came: {listed(late_ones)}.")
    if blind:
        words.append(f"Ordered before anything that justifies it had been seen: {view.titles('segments', blind)}.")
    if left:
        words.append(f"Not recovered at the end: {view.titles('segments', left)}.")
    if not words:
        prompt = "Each step came within three minutes of being justified."
        words.append(prompt if share > 0.999 else "Some of it is only held.")
    return Help(share, " ".join(words), tuple(held_back))


def stepped_in(view: RecordView, span: Span | Stretch) -> bool:
    """Tell whether a simulated teammate took command that nobody had offered them: for a team that spares nobody."""
    taken = view.entry(span.seq)
    offers = [m.body for m in view.all(acts.AssignRole) if m.at <= taken.at]
    offered = any(offer.role == COMMANDER and offer.to == span.who for offer in offers)
    return isinstance(taken.body, e.RoleAccepted) and taken.by.simulated and not offered


def in_command(view: RecordView, span: Span | Stretch) -> str:
    """Return who held command in a span, by seat, and whether that was a simulated teammate whom nobody had asked."""
    return view.title("roles", span.who) + (" (simulated, unasked)" if stepped_in(view, span) else "")

"""What to take from one drill, in sentences of that drill: what one thing different would have meant, what went well,
what is worth most next time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.record import WhatIf
from analytics.report import tables as frames
from analytics.report.charts.score import limits_of
from analytics.report.charts.spec import told
from analytics.report.tables import each, table
from analytics.scorecard import clock, listed
from analytics.timeline import FOREVER, Attempt
from analytics.view import RecordView
from simulator import events as e
from simulator.scenario.parts import HarmDimension

VERBS = {"removed": "", "moved": "Doing ", "swapped": "Taking ", "added": "Doing "}
"""How the sentence about a change begins, by its kind."""
SEEN = 3
"""Things seen before a moment that a sentence names."""
LATE = 120
"""Seconds between a justified step and its order that are worth a word."""
MOST = 6
LIMITS = 3
"""Limits that are told here, the lowest first; the score has all of them."""
NEXT_TO_NOTHING = 0.01
"""Share of the harm in all below which a wait cost nothing worth a word."""
GROUPS = {"query": "queries", "alert": "alerts", "action": "actions", "metric": "metrics", "change": "changes"}
"""Kind of reference -> the part of a scenario that it names."""


@table(at="int64", seq="int64", sentence="str", seen="str", better="bool", amount="float64", unit="str", low="float64",
       loss="float64", high="float64")  # fmt: skip
def instead(view: RecordView) -> Iterator[Any]:
    """Return each counterfactual as a sentence with a verb, and what had been seen by then.

    `amount` is the difference in the dimension of harm that it changed most; `loss` of the whole, `low` and `high` its
    ends over other seeds.
    """
    for one in view.references.what_if:
        most = _changed_most(view, one)
        amount = one.harm.get(most.id, 0.0)
        yield (one.at, one.seq, _sentence(one, amount, one.share.get(most.id, 0.0), most.unit), seen_by(view, one.at),
               one.loss < 0, amount, most.unit, one.low, one.loss, one.high)  # fmt: skip


def _changed_most(view: RecordView, one: WhatIf) -> HarmDimension:
    return max(view.scenario.harm, key=lambda dim: abs(one.harm.get(dim.id, 0.0)) * dim.weight / dim.scale)


def _sentence(one: WhatIf, amount: float, share: float, unit: str) -> str:
    size = f"{told(abs(amount))} {unit}" + (f" ({100 * share:+.0f} %)" if 0 < abs(share) < 10 else "")
    if one.kind == "removed":
        what = f"{one.label[:1].upper()}{one.label[1:]}"
        return f"{what}, {size} would have been {'spared' if amount < 0 else 'lost as well'}."
    return f"{VERBS[one.kind]}{one.label} would have {'spared' if amount < 0 else 'cost'} {size}."


def seen_by(view: RecordView, at: int) -> str:
    """Return in words what had been seen of what tells, by a second: the newest few outputs and shared facts."""
    found = [(m.at, spec.title) for m in view.queries if (spec := view.spec_of(m.body)) and m.at <= at
             and (spec.supports or spec.discriminates or spec.precheck_of)]  # fmt: skip
    newest = sorted({title: when for when, title in reversed(found)}.items(), key=lambda one: -one[1])[:SEEN]
    if not newest:
        return f"Nothing that tells had been seen by {clock(at)}."
    return f"Seen by then: {listed(f'{title} ({clock(when)})' for title, when in reversed(newest))}."


# --- what went well, and what is worth most ----------------------------------------------------------------


@table(kind="str", title="str", text="str", worth="str", evidence="object")
def strengths(view: RecordView, card: Mapping[str, Any]) -> Iterator[Any]:
    """Return what went well: what mattered in the world first, then the findings with the most points."""
    unsafe = {cap.id for cap in view.playbook.caps if cap.kind == "unsafe"}
    # A step that it mattered to take may have been taken unsafely: that is no strength.
    rash = {seq for one in card.get("caps", ()) if one["id"] in unsafe for seq in one.get("evidence", ())}
    for one in each(instead(view)):
        if not one.better and one.amount > 0 and one.seq not in rash:
            text = f"{one.sentence} {one.seen}"
            yield "course", "It mattered that you acted", text, "", (one.seq,) if one.seq else ()
    full = [row for row in each(frames.findings(card, view.playbook)) if row.status == "met" and row.points]
    for row in sorted(full, key=lambda row: -row.points)[:MOST]:
        yield row.id, row.title, row.why, f"{row.points:g} of {row.out_of:g}", row.evidence


@table(kind="str", title="str", text="str", worth="str", evidence="object")
def gaps(view: RecordView, card: Mapping[str, Any]) -> Iterator[Any]:
    """Return what is worth most next time, of this drill: what waiting cost, limits, then findings with most left."""
    yield from _waits(view)
    for one in limits_of(card)[:LIMITS]:
        cut = card["total"] is not None and one["limit"] < card["uncapped"]
        worth = f"at most {one['limit']}" + (f", not {card['uncapped']}" if cut else "")
        yield one["id"], _limit_title(view, one["id"]), one["why"], worth, tuple(one.get("evidence", ()))
    left = [row for row in each(frames.findings(card, view.playbook)) if row.gap > 0 and row.status != "not_applicable"]
    for row in sorted(left, key=lambda row: -row.gap)[:MOST]:
        yield row.id, row.title, f"{row.why} {row.advice}".strip(), f"+{row.gap:g}", row.evidence


def _limit_title(view: RecordView, ident: str) -> str:
    named = {one.id: one.title for one in (*view.playbook.caps, *view.playbook.anti_patterns)}
    return named.get(ident, ident)


def _waits(view: RecordView) -> Iterator[tuple[Any, ...]]:
    """Yield what was lost between what justified the first step on each segment and its effect."""
    told_of: set[str] = set()
    reached = -FOREVER
    steps = (view.grounds.step(segment) for segment in view.affected)
    for run in sorted((run for run in steps if run is not None), key=lambda run: run.begun):
        since = view.grounds.since(run.spec)
        if run.run in told_of or run.effect is None or not since + LATE <= run.ordered < FOREVER:
            continue
        told_of.add(run.run)
        what, cost = _lost(view, since, run.effect)
        if not cost:
            continue
        # What was lost while two steps were waited for is not lost twice.
        same = ", in part in the same minutes as above" if since < reached else ""
        reached = max(reached, run.effect)
        words = f"{_wait_words(view, run, since)} {what}: {cost}{same}."
        yield "wait", f"{run.title} came late", words, cost, run.seqs
    never = [ident for ident in view.affected if view.grounds.step(ident) is None]
    if never:
        what = view.titles("segments", never)
        yield "wait", "Nothing was done for some", f"{what} got no help that took effect.", "", ()


def _wait_words(view: RecordView, run: Attempt, since: int) -> str:
    known = [(at, ref) for ref in run.spec.justified_by if (at := view.first_seen(ref)) is not None and at <= since]
    seen = f"You had {_named(view, *min(known))}" if known else f"It could be known at {clock(since)}"
    return f"{seen}; it was in effect at {clock(run.effect or run.begun)}. In between:"


def _named(view: RecordView, at: int, ref: Any) -> str:
    cues = {cue.id: cue.text for role in view.scenario.roles for cue in role.cues}
    group = GROUPS.get(ref.kind)
    words = cues.get(ref.ident, ref.ident) if ref.kind == "cue" else view.title(group, ref.ident) if group else ref
    return f"“{words}” at {clock(at)}"


def _lost(view: RecordView, since: int, until: int) -> tuple[str, str]:
    """Return which harm grew most by its weight between two seconds, and by how much: empty for next to none.

    What a queued change did as it landed is the change's: no step that came sooner would have kept it away.
    """
    grown = {one.id: _grown(view, one.id, since, until) for one in view.scenario.harm}
    most = max(view.scenario.harm, key=lambda one: grown[one.id][0] * one.weight / one.scale)
    amount, whole = grown[most.id]
    return most.title, f"{told(amount)} {most.unit}".strip() if amount > NEXT_TO_NOTHING * whole else ""


def _grown(view: RecordView, ident: str, since: int, until: int) -> tuple[float, float]:
    """Return by how much a harm grew between two seconds but for the jumps of queued changes, and the whole of it."""
    points = [(m.at, m.body.harm.get(ident, 0.0)) for m in view.samples]
    amount = _at(points, until) - _at(points, since)
    for m in view.all(e.MergeLanded):
        before, after = [p for p in points if p[0] < m.at][-2:], [p for p in points if p[0] > m.at][:1]
        if m.body.harmful and since < m.at <= until and len(before) == 2 and after:
            (x0, y0), (x1, y1), (x2, y2) = (*before, *after)
            amount -= max(0.0, y2 - y1 - (y1 - y0) * (x2 - x1) / (x1 - x0))
    return max(0.0, amount), max([0.0, *(value for _, value in points)])


def _at(points: list[tuple[int, float]], second: int) -> float:
    """Return a cumulative figure at a second, between its samples."""
    before = [(at, value) for at, value in points if at <= second]
    after = [(at, value) for at, value in points if at > second]
    if not before or not after:
        return before[-1][1] if before else 0.0
    (x0, y0), (x1, y1) = before[-1], after[0]
    return y0 + (y1 - y0) * (second - x0) / (x1 - x0)

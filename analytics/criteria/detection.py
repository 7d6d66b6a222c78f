"""Detection: what brought it up, what was done about it at once, and what was written down of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from analytics.criteria.common import brought, late, nothing_seen, seqs, settle, timely
from analytics.criteria.judging import judges
from analytics.criteria.ladders import unfounded_revisions
from analytics.criteria.moments import first_run, hits_less_misses
from analytics.facts import queried, severity_truth
from analytics.levels import rank, stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, listed
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.record.entry import Body, Entry
from simulator.values import Ref

Follow = Literal["acknowledge", "look", "reproduce", "scope"]
SIGNALS = ("alert", "inject")
"""Kinds of references that are a signal from outside the team."""
WORDS = {
    "acknowledge": "acknowledged", "look": "looked into", "reproduce": "reproduced", "scope": "bounded in scope",
}  # fmt: skip


@judges(declare="detected_by evidence", acknowledge_page="alert", run_query="query", pin_metric="metric")
def detection(
    view: RecordView, criterion: Criterion, *, sources: dict[str, tuple[Follow, ...]], among_first: float = 2
) -> Finding:
    """What brought it up is named, was among the first signals, and was followed up as its kind asks.

    `sources` says for each kind of reference what has to follow.
    """
    found = _source(view, sources)
    if found is None:
        return nothing_seen(criterion, "Nobody said what brought it up, and no page was acknowledged.")
    ref, entry, said = found
    if entry is None:
        why = f"It is said to have come up by {ref}, which was not there."
        return settle(criterion, [Mark(0, 1, why, (said,))])
    opened = _opened(view)
    first = view.fault_at <= entry.at <= opened + 60 * among_first
    why = f"It came up by {ref} at {clock(entry.at)}" + ("." if first else ", which was not what brought it up.")
    declared = isinstance(view.entry(said).body, acts.Declare)
    marks = [Mark(float(first and declared), 1, why, (entry.seq, said))]
    for what in sources[ref.kind] if first else ():
        done = _followed(view, what, ref, entry)
        share = timely(view, criterion, done.at) if done else 0.0
        words = f"It was {WORDS[what]} at {clock(done.at)}{late(share)}." if done else f"It was not {WORDS[what]}."
        marks.append(Mark(share, 1, words, (done.seq,) if done else ()))
    return settle(criterion, marks)


def _opened(view: RecordView) -> int:
    """Return the second of the first page or message from outside."""
    pages = [m.at for m in view.all(e.AlertFired) if m.body.page]
    told = [m.at for m in brought(view)]
    return min((at for at in (*pages, *told) if at >= 0), default=0)


def _source(view: RecordView, sources: dict[str, tuple[Follow, ...]]) -> tuple[Ref, Entry | None, int] | None:
    """Return what is said to have brought it up, its entry where it was there, and the entry that says so."""
    declare = view.first(acts.Declare)
    if declare and (named := declare.body.detected_by) is not None:
        there = view.cited((named,), declare) if named.kind in sources else ()
        return named, there[0] if there else None, declare.seq
    linked = _linked(view, declare, sources) if declare else ()
    for ref, entry in sorted(linked, key=lambda one: one[1].seq):
        if declare is not None and ref.kind != "query":
            return ref, entry, declare.seq
    paged = view.first(acts.AcknowledgePage)
    if paged is None or "alert" not in sources:
        return None
    ref = Ref.to("alert", paged.body.alert)
    return ref, view.find(ref), paged.seq


def _linked(
    view: RecordView, declare: Moment[acts.Declare], sources: dict[str, tuple[Follow, ...]]
) -> Iterator[tuple[Ref, Entry]]:
    for ref in declare.body.evidence:
        if ref.kind in sources:
            for entry in view.cited((ref,), declare):
                yield ref, entry


def _followed(view: RecordView, what: Follow, ref: Ref, entry: Entry) -> Moment[Body] | None:
    """Return the first thing that was done about it of one kind."""
    if what == "acknowledge":
        return next((m for m in view.all(acts.AcknowledgePage) if m.body.alert == ref.ident), None)
    if what == "look":
        looks: tuple[Moment[Body], ...] = view.all(e.QueryFinished, e.MetricPinned)
        return next((m for m in looks if m.seq > entry.seq), None)
    baseline = view.overlay.baseline_queries
    if what == "scope":
        return first_run(view, baseline)
    shows = (q.id for q in view.scenario.queries if q.verifies or (q.id in baseline and q.evidence == "physics"))
    return first_run(view, shows)


@judges(declare="detected_by symptoms evidence")
def captured_at_once(view: RecordView, criterion: Criterion, *, symptoms: int = 1) -> Finding:
    """When it was found, by whom or what, and what was seen: on record with the declaration.

    `symptoms` indicators that are off are enough; what is named and is not off takes off.
    """
    declare = view.first(acts.Declare)
    if declare is None:
        return nothing_seen(criterion, "Nothing was written down of how it was found.")
    share = timely(view, criterion, declare.at)
    seq = (declare.seq,)
    body = declare.body
    linked = tuple(ref for ref in body.evidence if ref.kind in SIGNALS)
    there = view.cited((body.detected_by,) if body.detected_by else linked, declare)
    by = "says what brought it up" if there else "does not say what brought it up"
    if body.symptoms is None:
        seen = queried(view, body.evidence, declare)
        shown, what = float(bool(seen)), "with what was seen" if seen else "without what was seen"
    else:
        shown = hits_less_misses(body.symptoms, _off(view, declare.at), [m.id for m in view.scenario.metrics], symptoms)
        what = f"naming {listed(view.title('metrics', one) for one in body.symptoms)} as off"
        what += "" if shown >= 1 else ", which is so only in part" if shown else ", which is not so"
    why = f"Declared at {clock(declare.at)}{late(share)}; it {by}."
    marks = [Mark(share, 1, why, seq), Mark(share * bool(there), 1, "", seq)]
    return settle(criterion, [*marks, Mark(share * shown, 1, f"Written down {what}.", seq)])


def _off(view: RecordView, at: int) -> frozenset[str]:
    """Return the indicators that were off at a second: those of segments out of tolerance, and those of no segment."""
    outside = frozenset(view.outside(at))
    own = {metric: segment for segment, metric in view.overlay.segment_indicators.items()}
    segments = {m.id: m.segment or own.get(m.id) for m in view.scenario.metrics}
    known = view.overlay.indicators or tuple(segments)
    return frozenset(m for m in known if outside and (segments.get(m) is None or segments.get(m) in outside))


# --- severity ----------------------------------------------------------------------------------------------


@judges(
    declare="severity evidence", change_severity="severity evidence", acknowledge_page="alert", run_query="query",
    assign_role="role", assign_task="to",
)  # fmt: skip
def severity_by_level(view: RecordView, criterion: Criterion) -> Finding:
    """Declared in time at the level that the playbook gives, moved on evidence only, answered as fast as it asks."""
    declare = view.first(acts.Declare)
    if declare is None:
        return nothing_seen(criterion, "No severity was ever stated.")
    marks = [_level(view, criterion)]
    unfounded = unfounded_revisions(view)
    if unfounded:
        why = f"The severity was changed at {clock(unfounded[0].at)} without new linked evidence."
        marks.append(Mark(0, 0.5, why, seqs(unfounded)))
    return settle(criterion, [*marks, *_answered(view, declare.at)])


def _level(view: RecordView, criterion: Criterion) -> Mark:
    """Return the mark for the first level that was right or one above; one below is worth a third."""
    best = Mark(0, 2, "")
    for moment in view.severities:
        truth = severity_truth(view, moment.at)
        level = stated(view, moment.body.severity)
        off = rank(view, truth) - rank(view, level)
        share = timely(view, criterion, moment.at) * (1.0 if off in (0, 1) else 1 / 3 if off == -1 else 0.0)
        why = f"{level} at {clock(moment.at)}, where the playbook gives {truth}."
        if share > best.share or not best.why:
            best = Mark(share, 2, why, (moment.seq,))
    return best


def _answered(view: RecordView, declared: int) -> list[Mark]:
    """Return the mark for the response time of the level, where it has one: the first who took it up in time."""
    truth = severity_truth(view, declared)
    level = next(one for one in view.playbook.severity.levels if one.id == truth)
    if level.response_minutes is None:
        return []
    took_up = (acts.AcknowledgePage, acts.RunQuery, acts.AssignTask, acts.AssignRole, acts.Declare)
    every: tuple[Moment[acts.Act], ...] = view.all(*took_up)
    first = next((m for m in every if m.at >= 0), None)
    if first is None:
        return [Mark(0, 1, "Nobody took it up.")]
    kept = first.at <= 60 * level.response_minutes
    why = f"It was taken up at {clock(first.at)}; {truth} asks for a response {level.response or 'in time'}."
    return [Mark(float(kept), 1, why, (first.seq,))]

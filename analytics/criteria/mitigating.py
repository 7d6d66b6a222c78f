"""Mitigating first, by the ordinary path, and recovery shown from both sides."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import fading, late, nothing_seen, settle, settle_one, timely
from analytics.criteria.judging import judges
from analytics.criteria.ladders import precheck_of, prechecks
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, listed
from analytics.view import RecordView
from simulator import events as e
from simulator.values import Ref


@judges(take_action="action")
def mitigated_first(view: RecordView, criterion: Criterion, *, full: float = 3, none: float = 15) -> Finding:
    """Users came before the explanation: the first step that helps began soon after it was justified.

    All of it within `full` minutes of the first second at which anything that justifies a step had been seen, nothing
    from `none` on. Why somebody waited, for a vendor or for certainty, makes no difference. A step before anything had
    been seen is a guess.
    """
    first = view.first_mitigation
    if first is None:
        return nothing_seen(criterion, "Nothing was done for users.")
    justified = min(_justified(view), default=None)
    if justified is None:
        return settle_one(
            criterion, 0, f"{first.title} began at {clock(first.begun)}, on nothing seen.", first.start_seq
        )
    at, seq = justified
    if first.begun < at:
        why = f"{first.title} began at {clock(first.begun)}, before anything had been seen that speaks for it."
        return settle_one(criterion, 0, why, first.start_seq)
    share = fading((first.begun - at) / 60, full, none)
    why = f"A step was justified at {clock(at)}; {first.title} began {(first.begun - at) / 60:.1f} minutes later."
    return settle_one(criterion, share, why, seq, first.start_seq)


def _justified(view: RecordView) -> Iterator[tuple[int, int]]:
    """Yield when, and by which entry, steps became justified.

    By what their authors say justifies them; where they say nothing, by the first output that speaks for the cause.
    """
    wanted = {ref for action in view.scenario.actions if action.treats for ref in action.justified_by}
    if wanted:
        for ref in sorted(wanted):
            run = view.ran((Ref(ref).ident,)) if Ref(ref).kind == "query" else None
            seq = run.seq if run else None if Ref(ref).kind == "query" else view.history.refs.get(ref)
            if seq is not None:
                yield view.entry(seq).at, seq
        return
    for m in view.queries:
        spec = view.spec_of(m.body)
        if spec is not None and (spec.discriminates or any(view.is_true("causes", one) for one in spec.supports)):
            yield m.at, m.seq


@judges(take_action="action decision", record_decision="actions", run_query="query")
def ordinary_path(view: RecordView, criterion: Criterion) -> Finding:
    """Each step went the ordinary, traceable way: decided on record, checked where there is a check, no short cut."""
    if not view.mitigations:
        return nothing_seen(criterion, "Nothing was rolled out.")
    marks = []
    for run in view.mitigations:
        decision = decision_behind(view, run)
        checked = precheck_of(view, run) if prechecks(view, run) else None
        lacks = []
        if decision is None:
            lacks.append("no decision on record behind it")
        if prechecks(view, run) and checked is None:
            lacks.append("without its check")
        if run.spec.mishap is not None or run.spec.instead_of is not None:
            lacks.append("a short cut around what is usually waited for")
        share = max(0.0, 1 - len(lacks) / 2)
        why = f"{run.title} at {clock(run.begun)}: {listed(lacks) if lacks else 'traceable'}."
        seqs = (run.start_seq, *(m.seq for m in (decision, checked) if m))
        marks.append(Mark(share, 1, why, seqs))
    return settle(criterion, marks)


@judges(run_query="query", record_verification="metrics")
def recovered_both_ways(view: RecordView, criterion: Criterion) -> Finding:
    """Recovery was shown by what users get and by how the system is inside, both after the last step took effect."""
    if not view.effects:
        return nothing_seen(criterion, "No mitigation took effect, so no recovery could be shown.")
    last = max(view.effects)
    felt: dict[int, str] = {}
    inside: dict[int, str] = {}
    specs = {metric.id: metric for metric in view.scenario.metrics}
    for measured in view.all(e.VerificationMeasured):
        if measured.at - measured.body.held < last:
            continue
        for row in measured.body.rows:
            metric = specs.get(row.metric)
            if metric is not None and row.within:
                (felt if metric.felt else inside).setdefault(measured.seq, f"“{metric.title}”")
    for run in view.queries:
        spec = view.spec_of(run.body)
        if spec is not None and run.at >= last:
            if spec.verifies:
                felt.setdefault(run.seq, f"“{spec.title}”")
            elif spec.id in view.overlay.health_queries:
                inside.setdefault(run.seq, f"“{spec.title}”")
    if not felt and not inside:
        return nothing_seen(criterion, f"Nothing shows recovery after the last step took effect at {clock(last)}.")
    return settle(criterion, [
        _side(view, criterion, felt, "what users get"), _side(view, criterion, inside, "how it is inside"),
    ])  # fmt: skip


def _side(view: RecordView, criterion: Criterion, shown: dict[int, str], what: str) -> Mark:
    if not shown:
        return Mark(0, 1, f"Nothing shows {what}.")
    seq = min(shown)
    at = view.entry(seq).at
    share = timely(view, criterion, at)
    return Mark(share, 1, f"{what.capitalize()} by {shown[seq]} at {clock(at)}{late(share)}.", (seq,))

"""Proof that it is over, and the evidence that was collected on the way there."""

from __future__ import annotations

from analytics.criteria.common import late, nothing_seen, settle, timely
from analytics.criteria.judging import judges
from analytics.criteria.moments import comparisons, covered, green_reruns, helped, nothing_done
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.scenario.data import Data

NOT_BACK = 0.3
"""What a comparison is worth that shows that it is not back: it was made."""


# --- verification ------------------------------------------------------------------------------------------


@judges(run_query="query", record_verification="metrics baseline_from baseline_to", pin_metric="metric")
def verification_checklist(view: RecordView, criterion: Criterion, *, related: int = 1, looked_at: int = 2) -> Finding:
    """The failure no longer reproduces, related things work, evidence shows the effect, nothing else got worse."""
    since = view.last_effect
    if since is None or not helped(view):
        return nothing_done(view, criterion, "Nothing that helps took effect, so there was nothing to verify.")
    marks = [
        _gone(view, criterion, since), _related(view, since, related), _shown(view, since),
        _no_new(view, since, looked_at),
    ]  # fmt: skip
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, f"Nothing was checked after the last step took effect at {clock(since)}.")
    return settle(criterion, marks)


def _gone(view: RecordView, criterion: Criterion, since: int) -> Mark:
    green = green_reruns(view, since)
    if not green:
        return Mark(0, 1, f"The failing path was not rerun to green after {clock(since)}.")
    at = view.entry(green[0]).at
    share = timely(view, criterion, at)
    reached = {segment for run in helped(view) for segment in run.spec.coverage} - set(view.outside(at))
    back = min(1.0, sum(weight for segment, weight in view.affected.items() if segment in reached))
    left = view.titles("segments", (segment for segment in view.affected if segment not in reached))
    why = f"The failure no longer reproduced at {clock(at)}{late(share)}"
    why += f"; never treated, or still out of tolerance: {left}." if back < 0.999 else "."
    return Mark(share * back, 1, why, (green[0],))


def _measured(view: RecordView, since: int) -> dict[str, tuple[e.MeasuredRow, int]]:
    """Return what comparisons measured after a second: metric -> its last row and the entry."""
    found: dict[str, tuple[e.MeasuredRow, int]] = {}
    for _, entry in comparisons(view, since):
        if isinstance(entry.body, e.VerificationMeasured):
            found |= {row.metric: (row, entry.seq) for row in entry.body.rows}
    return found


def _related(view: RecordView, since: int, wanted: int) -> Mark:
    """Return the mark for looking beyond what failed: other indicators measured, other health checks run."""
    own = {view.overlay.segment_indicators.get(segment) for segment in view.affected}
    segments = {metric.id: metric.segment for metric in view.scenario.metrics}
    found: dict[str, int] = {}
    for metric, (row, seq) in _measured(view, since).items():
        if row.within and metric not in own and (row.segment or segments.get(metric)) not in view.affected:
            found[metric] = seq
    for m in view.queries:
        spec = view.spec_of(m.body)
        if spec and m.at >= since and not spec.verifies and spec.id in view.overlay.health_queries:
            found.setdefault(spec.id, m.seq)
    looked = counted(len(found), "thing") if found else "nothing"
    return Mark(len(found) / wanted, 1, f"Seen to work beyond what failed: {looked}.", tuple(found.values()))


def _shown(view: RecordView, since: int) -> Mark:
    made = [entry for _, entry in comparisons(view, since)]
    green = next((x for x in made if isinstance(x.body, e.VerificationMeasured) and x.body.green), None)
    if green:
        why = f"Compared with a window before the fault at {clock(green.at)}: all within."
        return Mark(covered(view), 1, why, (green.seq,))
    if made:
        why = f"The comparison at {clock(made[-1].at)} was not back to what it was before."
        return Mark(NOT_BACK, 1, why, (made[-1].seq,))
    return Mark(0, 1, "No comparison with a window before the fault shows the effect.")


def _no_new(view: RecordView, since: int, looked_at: int) -> Mark:
    """Return the mark for nothing new: looked at in several places, no segment newly out, no grave alert standing."""
    rows = {metric: seq for metric, (_, seq) in _measured(view, since).items()}
    pinned = {m.body.metric: m.seq for m in view.all(e.MetricPinned) if m.at >= since}
    looks = rows | pinned
    evidence = tuple(looks.values())
    if len(looks) < looked_at:
        return Mark(0, 1, "Too little was looked at after the last step to say that nothing new came of it.", evidence)
    first = max(0, helped(view)[0].begun)
    end = view.known_to
    new = [one for one in view.outside(end) if one not in view.outside(first)]
    resolved = {m.body.alert for m in view.all(e.AlertResolved) if m.at > since}
    fired = {m.body.alert for m in view.all(e.AlertFired) if since < m.at <= end and m.body.severity == "critical"}
    standing = sorted(fired - resolved)
    if new or standing:
        what = [*(view.title("segments", one) for one in new), *(view.title("alerts", one) for one in standing)]
        return Mark(0, 1, f"New since the first step: {listed(what)}.", evidence)
    return Mark(1, 1, f"{len(looks)} indicators were looked at after the last step, and nothing got worse.", evidence)


# --- what was collected ------------------------------------------------------------------------------------


class Collected(Data):
    """A kind of evidence, and how it shows that it was collected: any of these ways will do."""

    title: str
    logs: bool = False
    """Log searches and captures; worth half where detail got out of the circle of those who need to know."""
    metrics: int = 0
    """So many different panels pinned or measured."""
    queries: str = ""
    """Queries that the scenario lists under this name."""
    revision: bool = False
    """A revision on record that was good."""
    changes: bool = False
    """A change of the drill's own list, linked as evidence."""


@judges(
    run_query="query", pin_metric="metric", record_verification="metrics", record_readiness="known_good",
    record_snapshot="stable_revision", declare="evidence", record_decision="evidence", record_packet="evidence",
    update_stakeholders="audience segments cause", update_executives="cause", take_action="action",
)  # fmt: skip
def evidence_collected(view: RecordView, criterion: Criterion, *, kinds: tuple[Collected, ...]) -> Finding:
    """Each kind of evidence on the list was collected."""
    marks = []
    for kind in kinds:
        ways = (one(view, kind) for one in (_logs, _metrics, _listed, _revision, _changes))
        share, shown = max(ways, key=lambda way: way[0])
        how = "collected" if share >= 1 else "in part" if share else "not collected"
        marks.append(Mark(share, 1, f"{kind.title}: {how}.", shown))
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "None of the evidence on the list was collected.")
    return settle(criterion, marks)


Way = tuple[float, tuple[int, ...]]


def _logs(view: RecordView, kind: Collected) -> Way:
    special = view.overlay.capture_action
    kept = [m.seq for m in view.queries if m.body.run.startswith(("logs:", "capture:"))]
    kept += [run.finish_seq for run in view.runs if run.ident == special and run.done is not None]
    if not kind.logs or not kept:
        return 0.0, ()
    told: tuple[Moment[acts.UpdateStakeholders | acts.UpdateExecutives], ...]
    told = view.all(acts.UpdateStakeholders, acts.UpdateExecutives)
    leaked = bool(view.overlay.need_to_know) and any(m.body.tells_detail() for m in told)
    return 0.5 if leaked else 1.0, (kept[0],)


def _metrics(view: RecordView, kind: Collected) -> Way:
    panels = {m.body.metric: m.seq for m in view.all(e.MetricPinned)}
    for m in view.all(e.VerificationMeasured):
        panels |= {row.metric: m.seq for row in m.body.rows}
    return (min(1.0, len(panels) / kind.metrics), tuple(panels.values())) if kind.metrics and panels else (0.0, ())


def _listed(view: RecordView, kind: Collected) -> Way:
    ran = view.ran(view.overlay.evidence_queries.get(kind.queries, ()))
    return (1.0, (ran.seq,)) if ran else (0.0, ())


def _revision(view: RecordView, kind: Collected) -> Way:
    said = [m.seq for m in view.all(acts.RecordReadiness) if view.is_true("revisions", m.body.known_good)]
    said += [m.seq for m in view.all(acts.RecordSnapshot) if view.is_true("revisions", m.body.stable_revision)]
    return (1.0, (min(said),)) if kind.revision and said else (0.0, ())


def _changes(view: RecordView, kind: Collected) -> Way:
    said: tuple[Moment[acts.Declare | acts.RecordDecision | acts.RecordPacket], ...]
    said = view.all(acts.Declare, acts.RecordDecision, acts.RecordPacket)
    linked = ((m, x) for m in said for x in view.cited(m.body.evidence, m) if isinstance(x.body, e.ChangeHappened))
    first = next(linked, None) if kind.changes else None
    return (1.0, (first[0].seq, first[1].seq)) if first else (0.0, ())

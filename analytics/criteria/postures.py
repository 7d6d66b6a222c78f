"""What the posture of a dependency class asks for: named things that a record can show.

A playbook lists them under `dependencies`. Each is a function `(view, ask, *, parameters) -> Mark`; its name is what
stands in the list. All are judged on what was there before the step that would come too early without it, or at all
where no such step was taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from analytics.criteria.judging import judges
from analytics.playbook import Ask
from analytics.scorecard import Mark, clock
from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import acts, values


def _done(what: str, when: str, evidence: tuple[int, ...]) -> Mark:
    """Return the mark for something that was done if there is evidence of it."""
    return Mark(1 if evidence else 0, 1, f"{what} {'' if evidence else 'not '}{when}.", evidence)


def _first(runs: list[Attempt], over: int) -> tuple[int, str]:
    """Return the second before which something was due, and that in words."""
    return min((r.begun for r in runs), default=over), f"before {runs[0].title}" if runs else "during the incident"


def _deeper(view: RecordView) -> list[Attempt]:
    """Return the branch steps that are no flag."""
    return [r for r in view.mitigations if r.spec.rung != "flag" and r.spec.branch is not None]


def _repairs(view: RecordView) -> list[Attempt]:
    return [r for r in view.mitigations if r.spec.rung == "repair"]


@judges(run_query="query")
def rollback_readiness(view: RecordView, ask: Ask) -> Mark:
    """Whether one can roll back is known before the first branch that is no flag."""
    limit, before = _first(_deeper(view), view.over)
    ready = view.ran(view.overlay.readiness_queries, limit)
    return _done("Whether a rollback is possible was", f"known {before}", (ready.seq,) if ready else ())


@judges(take_action="action")
def audit_capture(view: RecordView, ask: Ask) -> Mark:
    """What an audit wants to see is captured before what would take it along."""
    due = _capture_due(view)
    kept = _captured(view, due)
    return _done("An audit capture was", f"taken by {clock(due)}", (kept,) if kept else ())


def _capture_due(view: RecordView) -> int:
    """Return by when evidence had to be captured: what cannot be undone also destroys what an audit wants to see."""
    named = view.overlay.capture_before
    if named:
        return min((r.begun for r in view.started if r.ident in named), default=view.over)
    deeper = _first(_deeper(view), view.over)[0]
    return min([deeper, *(r.begun for r in view.mitigations if r.spec.irreversible)])


def _captured(view: RecordView, limit: int) -> int | None:
    """Return the entry in which the evidence had been captured by a second."""
    special = view.overlay.capture_action
    if special:
        done = (r for r in view.runs if r.ident == special and r.done is not None and r.done <= limit)
        return next((r.finish_seq for r in done), None)
    return next((m.seq for m in view.queries if m.body.run.startswith("capture:") and m.at <= limit), None)


@judges(take_action="action")
def write_freeze(view: RecordView, ask: Ask) -> Mark:
    """What is written wrongly is stopped before anything is repaired."""
    limit, before = _first(_repairs(view), view.over)
    stop = next((r for r in view.in_effect if r.ident in view.overlay.write_freeze and r.begun <= limit), None)
    return _done("Writing was", f"stopped {before}", stop.seqs if stop else ())


@judges(run_query="query")
def reconciliation_boundary(view: RecordView, ask: Ask) -> Mark:
    """Up to where it was wrong is known before anything is repaired."""
    limit, before = _first(_repairs(view), view.over)
    bounds = view.ran(view.overlay.boundary_queries, limit)
    return _done("The reconciliation boundary was", f"known {before}", (bounds.seq,) if bounds else ())


@judges(take_action="action")
def throttle(view: RecordView, ask: Ask) -> Mark:
    """The flow is throttled or held, by a containment that took effect, before anything is repaired."""
    limit, before = _first(_repairs(view), view.over)
    held = (r for r in view.in_effect if "containment" in (r.spec.rung, r.spec.strategy))
    first = next((r for r in held if r.effect is not None and r.effect <= limit), None)
    return _done("The flow was", f"throttled {before}", first.seqs if first else ())


@judges(run_query="query")
def replay_guard(view: RecordView, ask: Ask) -> Mark:
    """Each repair follows its own dry run, so that nothing is processed twice unseen."""
    repairs = _repairs(view)
    if not repairs:
        bounds = view.ran(view.overlay.boundary_queries)
        return _done("What a replay would touch was", "known during the incident", (bounds.seq,) if bounds else ())
    checks = [view.ran(_dry_runs(view, r), r.begun) for r in repairs]
    shown = tuple(check.seq for check in checks if check)
    why = f"{len(shown)} of {len(repairs)} repairs followed a dry run."
    return Mark(len(shown) / len(repairs), 1, why, shown)


def _dry_runs(view: RecordView, run: Attempt) -> Iterator[str]:
    if run.spec.precheck:
        yield run.spec.precheck
    yield from (query.id for query in view.scenario.queries if run.ident in query.precheck_of)


@judges(set_watch="trigger", record_option="abort_if", hand_off="rollback_trigger")
def conservative_threshold(view: RecordView, ask: Ask, *, tolerances: float = 10) -> Mark:
    """A sign on which one goes back is set before the first change, near the metric's normal."""
    first = view.first_mitigation
    limit, before = (first.begun, f"before {first.title}") if first else (view.over, "during the incident")
    near = next((seq for seq, at, sign in _signs(view) if at <= limit and _near(view, sign, tolerances)), None)
    return _done("A cautious sign to go back on was", f"set {before}", (near,) if near else ())


def _signs(view: RecordView) -> Iterator[tuple[int, int, values.Check]]:
    """Yield (entry, second, sign) of whatever names one to go back on."""
    yield from ((m.seq, m.at, m.body.trigger) for m in view.all(acts.SetWatch))
    cards = ((m.seq, m.at, m.body.abort_if) for m in view.all(acts.RecordOption))
    handed = ((m.seq, m.at, m.body.rollback_trigger) for m in view.all(acts.HandOff))
    yield from ((seq, at, sign) for seq, at, sign in (*cards, *handed) if sign is not None)


def _near(view: RecordView, sign: values.Check, tolerances: float) -> bool:
    """Tell whether a sign goes off on the bad side and not far from normal."""
    metric = view.scenario.find("metrics", sign.metric)
    if metric is None or (metric.good != "flat" and (sign.is_ == "above") != (metric.good == "low")):
        return False
    normal = metric.normal or 0.0
    tolerance = max(metric.within_abs, metric.within * abs(normal))
    return not tolerance or abs(sign.threshold - normal) <= tolerances * tolerance

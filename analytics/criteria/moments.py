"""What the predicates on detection, containment, diagnosis, fixing and proof ask of a record alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from analytics.criteria.common import does_not_apply, nothing_seen
from analytics.facts import solid, tick_true
from analytics.playbook import Criterion
from analytics.scorecard import Finding
from analytics.timeline import Attempt
from analytics.view import B, Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.record.entry import Entry

LEAST_STAKE = 0.05
"""What a step weighs that covers next to nothing of what was hit."""
STAKES = 0.1
"""Loss that the best course avoids below which there is nothing to gain by acting."""
LIKELY = 0.5
"""Probability from which a hypothesis names a cause."""


def known_facts(view: RecordView, at: int) -> frozenset[str]:
    """Return the facts that severity and kinds of incidents rest on, as they could be known at a second."""
    world = next(iter(view.samples_near(at)), {})
    return frozenset(
        one.fact
        for one in view.scenario.severity_facts
        if one.known_from <= at and (one.until is None or at < one.until) and world.get(one.fact, True)
    )


def founded(view: RecordView, run: Attempt) -> bool:
    """Tell whether anything that justifies a run had been seen when it was ordered."""
    if not run.spec.justified_by:
        return any(m.at <= run.ordered for m in view.queries)
    found = (view.find(ref) for ref in run.spec.justified_by)
    return any(x is not None and x.at <= run.ordered for x in found)


def stake(view: RecordView, run: Attempt) -> float:
    """Return the weight of what was hit that a run covers."""
    return max(LEAST_STAKE, sum(view.affected.get(segment, 0.0) for segment in run.spec.coverage))


def helped(view: RecordView) -> tuple[Attempt, ...]:
    """Return the mitigations that took effect and cover something that was hit, in the order in which they began."""
    fits = (run for run in view.in_effect if not view.affected.keys().isdisjoint(run.spec.coverage))
    return tuple(sorted(fits, key=lambda run: (run.begun, run.start_seq)))


def nothing_done(view: RecordView, criterion: Criterion, why: str) -> Finding:
    """Return the finding where nothing was done that helps; where it passes by itself, calm is right."""
    if view.references.null.loss - view.references.best.loss < STAKES:
        return does_not_apply(criterion, "It passes by itself, and nothing was done about it.")
    return nothing_seen(criterion, why)


def covered(view: RecordView) -> float:
    """Return the weight of what was hit that anything covers that helped: a step for a part of it is a part of one."""
    reached = {segment for run in helped(view) for segment in run.spec.coverage}
    return min(1.0, sum(weight for segment, weight in view.affected.items() if segment in reached))


def hits_less_misses(picked: Collection[str], true: Collection[str], every: Collection[str], wanted: int = 0) -> float:
    """Return the share of the true ones that were picked, less the share of the false ones; not below 0.

    With `wanted` so many true ones are enough.
    """
    chosen = set(picked)
    enough = min(wanted or len(true), len(true))
    hits, false = len(chosen & set(true)), set(every) - set(true)
    return max(0.0, min(1.0, hits / enough) - len(chosen & false) / max(1, len(false))) if enough else 0.0


def picks(view: RecordView, group: str, picked: Collection[str], at: int, wanted: int = 1) -> float:
    """Return how well picks from a group of the scenario tell what is so at a second from what is not."""
    every = [one.id for one in getattr(view.scenario, group)]
    true = {ident for ident in every if tick_true(view, group, ident, at)}
    return hits_less_misses(picked, true, every, wanted)


def green_reruns(view: RecordView, since: int) -> tuple[int, ...]:
    """Return the good reruns of the failing path after a second, in order."""
    return tuple(m.seq for m in view.queries if since <= m.at and (spec := view.spec_of(m.body)) and spec.verifies)


def comparisons(view: RecordView, since: int) -> tuple[tuple[Moment[acts.RecordVerification], Entry], ...]:
    """Return each comparison whose whole window lies after a second and whose baseline lies before the fault."""
    recorded = {m.ref: m for m in view.all(acts.RecordVerification)}
    return tuple(
        (recorded[m.body.run], view.entry(m.seq))
        for m in view.all(e.VerificationMeasured)
        if m.body.run in recorded and m.at >= since + m.body.held
        and 60 * recorded[m.body.run].body.baseline_to <= view.fault_at
    )  # fmt: skip


def named_cause(view: RecordView) -> Moment[acts.StateHypothesis | acts.PublishDecisionNote] | None:
    """Return the last statement of the cause, if it is the true one."""
    every: tuple[Moment[acts.StateHypothesis | acts.PublishDecisionNote], ...]
    every = view.all(acts.StateHypothesis, acts.PublishDecisionNote)
    said = [m for m in every if not isinstance(m.body, acts.StateHypothesis) or m.body.probability >= LIKELY]
    return next((m for m in said[-1:] if view.is_true("causes", m.body.cause)), None)


def first_run(view: RecordView, idents: Iterable[str], before: float = float("inf")) -> Moment[e.QueryFinished] | None:
    """Return the first finished run of any of these queries, whatever it showed: that it fails is an answer too."""
    wanted = frozenset(idents)
    return next((m for m in view.all(e.QueryFinished) if m.body.query in wanted and m.at <= before), None)


def best_grade(
    view: RecordView, refs: Iterable[str], moment: Moment[B], worth: Mapping[str, float]
) -> tuple[float, str]:
    """Return what the best of some linked evidence is worth by its class, and the class."""
    grades = [grade(entry) for entry in view.cited(refs, moment)]
    best = max(grades, key=lambda one: worth.get(one, 0.0), default="nothing")
    return worth.get(best, 0.0), best


def grade(entry: Entry) -> str:
    """Return the class of one piece of evidence: what the system did, what it answered, a panel, somebody's word."""
    body = entry.body
    match body:
        case e.QueryFinished():
            return body.evidence if body.ok else "narrative"
        case e.VerificationMeasured():
            return "physics"
        case e.ActionFinished() | e.AlertFired() | e.ChangeHappened() | acts.RecordVerification():
            return "receipt"
        case e.MetricPinned() | acts.RecordPacket() | acts.RecordReadiness() | acts.RecordSnapshot():
            return "artifact"
        case _:
            return "narrative"


def rests_on(view: RecordView, decision: Moment[acts.RecordDecision]) -> bool:
    """Tell whether a decision links something that is more than somebody's word."""
    return bool(solid(view, decision.body.evidence, decision))


def scopes_said(view: RecordView) -> list[tuple[float, Moment[acts.RecordPacket | acts.UpdateStakeholders]]]:
    """Return how right each statement of the segments that are hit is, and the statement."""
    said: tuple[Moment[acts.RecordPacket | acts.UpdateStakeholders], ...]
    said = view.all(acts.RecordPacket, acts.UpdateStakeholders)
    every = [segment.id for segment in view.scenario.segments]
    return [(hits_less_misses(m.body.segments, view.affected, every), m) for m in said if m.body.segments]

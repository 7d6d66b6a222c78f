"""One pure function per criterion, `(view, criterion) -> Finding`; this table is where they are looked up."""

from __future__ import annotations

from collections.abc import Callable

from analytics.criteria import blueprint, comms, gates, ladders, outcome, protocols
from analytics.playbook import Criterion
from analytics.scorecard import Finding
from analytics.view import RecordView

Judge = Callable[[RecordView, Criterion], Finding]

CRITERIA: dict[str, Judge] = {
    "B1a": blueprint.severity_confirmed,
    "B1b": blueprint.merges_frozen,
    "B1c": blueprint.command_pair,
    "B2a": blueprint.options_compared,
    "B2b": blueprint.readiness_known,
    "B3a": blueprint.one_branch,
    "B3b": blueprint.no_contradiction,
    "B4a": blueprint.verified,
    "B4b": blueprint.baseline_compared,
    "B5a": blueprint.note_published,
    "B5b": blueprint.checkpoint_committed,
    "L1": ladders.severity_and_dependency,
    "L2a": ladders.branch_fits,
    "L2b": ladders.alternatives_rejected,
    "L2c": ladders.prechecked,
    "L3": ladders.confidence,
    "L4": ladders.branch_strategy,
    "G1": gates.decision_quality,
    "G2": gates.handoffs_accepted,
    "G3": gates.completed,
    "G4": gates.closure,
    "G5": gates.closure_package,
    "P1": protocols.first_minutes,
    "P2": protocols.lanes,
    "P3": protocols.evidence,
    "P4": comms.communication,
    "P5": protocols.contradiction,
    "O1": outcome.harm_avoided,
    "O2": outcome.segments_treated,
}

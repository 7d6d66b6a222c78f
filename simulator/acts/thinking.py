"""Finding out and deciding: hypotheses, queries, options, readiness, decisions, snapshots, packets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.acts.base import Command
from simulator.values import (
    Action,
    Cause,
    Check,
    Confidence,
    Evidence,
    Figure,
    Id,
    Line,
    Metric,
    Minutes,
    Phase,
    Pick,
    Query,
    Recommendation,
    RejectedRung,
    Role,
    Seat,
    Segment,
    Service,
    Strategy,
    Text,
)


class StateHypothesis(Command):
    """Say what you think the cause is, and how sure you are."""

    kind: Literal["state_hypothesis"] = "state_hypothesis"
    cause: Cause
    probability: float = Field(ge=0, le=1)


class RunQuery(Command):
    """Run a command or query, or have the executor run it. The output comes after its duration."""

    kind: Literal["run_query"] = "run_query"
    query: Query
    executor: Role | None = None


class SearchLogs(Command):
    """Search the log stream; what it finds can be named as evidence."""

    kind: Literal["search_logs"] = "search_logs"
    text: Line = ""
    service: Service | None = None
    level: Literal["INFO", "WARN", "ERROR"] | None = None
    minutes: Annotated[float, Field(gt=0, le=180)] = 15


class PinMetric(Command):
    """Put a metric panel as it is now into the record, as evidence of class artifact (`metric:ID`)."""

    kind: Literal["pin_metric"] = "pin_metric"
    metric: Metric
    minutes: Annotated[float, Field(gt=0, le=180)] = 30


class RecordOption(Command):
    """Put one option on the table before anything is executed."""

    kind: Literal["record_option"] = "record_option"
    action: Action
    effect: Line = ""
    coverage: tuple[Segment, ...]
    minutes_to_effect: Minutes
    risk: Annotated[Id, Pick("blast")]
    reversal_minutes: Minutes
    abort_if: Check | None = None


class RecordContradiction(Command):
    """Two owners want different things: both recommendations, the choice, and when it is looked at again."""

    kind: Literal["record_contradiction"] = "record_contradiction"
    recommendations: tuple[Recommendation, Recommendation]
    choice: Action
    reassess_minutes: Minutes = 10
    evidence: Evidence = ()


class RecordReadiness(Command):
    """Write down what the readiness prechecks gave: known-good revision, rollback path, health, thread."""

    kind: Literal["record_readiness"] = "record_readiness"
    known_good: Annotated[Id, Pick("revisions")]
    rollback: Literal["ready", "blocked", "unknown"]
    plan: Action | None = None
    evidence_channel: Annotated[Id, Pick("channels")] = "incident"
    evidence: Evidence = ()


class RecordDecision(Command):
    """Checkpoint decision: what, why now, what was rejected, who does it, who checks it, three statements."""

    kind: Literal["record_decision"] = "record_decision"
    decision: Literal["continue mitigation", "rollback", "escalate and pause"]
    actions: tuple[Action, ...] = ()
    strategy: Strategy
    why_now: Annotated[Id, Pick("reasons")]
    evidence: Evidence
    rejected: tuple[RejectedRung, ...] = ()
    execution_owner: Role
    verification_owner: Role
    reversal_minutes: Minutes
    blast_radius: tuple[Annotated[Id, Pick("blast")], ...] = ()
    check: Check
    confidence: Confidence
    contained_until_minutes: Minutes | None = None
    note: Text = ""


class RecordSnapshot(Command):
    """Incident command snapshot: where we are, what we would go back to, what waiting costs."""

    kind: Literal["record_snapshot"] = "record_snapshot"
    phase: Phase
    stable_revision: Annotated[Id, Pick("revisions")]
    candidate: Action | None = None
    risk_of_waiting: Figure
    next_checkpoint_minutes: Minutes
    next_owner: Seat


class RecordPacket(Command):
    """Evidence packet: severity and owner are filled in; add impact, evidence, residual risk, what is next."""

    kind: Literal["record_packet"] = "record_packet"
    segments: tuple[Segment, ...]
    impact: tuple[Figure, ...]
    evidence: Evidence
    residual_risks: tuple[Annotated[Id, Pick("residual_risks")], ...] = ()
    next_checkpoint_minutes: Minutes
    next_owner: Seat

"""Deciding: options, readiness, contradictions, checkpoint decisions, snapshots, packets."""

from __future__ import annotations

from typing import Literal

from simulator.acts.base import LEAD, Act
from simulator.names import Names, clauses
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.values import (
    Action,
    Channel,
    Check,
    Confidence,
    Evidence,
    Figure,
    Harm,
    Line,
    Minutes,
    Phase,
    Recommendation,
    RejectedRung,
    Revision,
    Risk,
    Role,
    Seat,
    Segment,
    Strategy,
    Text,
    Why,
)


class RecordOption(Act, form="Option", tab="Decide", about=("action",), number="option", group="decision"):
    """Put one option on the table before anything is executed."""

    action: Action
    effect: Line = ""
    coverage: tuple[Segment, ...]
    minutes_to_effect: Minutes
    risk: Harm
    reversal_minutes: Minutes
    abort_if: Check | None = None

    def fold(self, history: History, entry: Entry) -> None:
        history.options.append(entry)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Option: {n.title('actions', self.action)}", f"covers {n.titles('segments', self.coverage)}",
            f"effect in {self.minutes_to_effect:g} min", f"back in {self.reversal_minutes:g} min",
            f"risk: {n.harms([self.risk])}", f"given up if {n.check(self.abort_if)}" if self.abort_if else "",
            self.effect,
        )  # fmt: skip


class RecordContradiction(
    Act, form="Contradiction", tab="Decide", may=(*LEAD, "executes"), weighty=True, number="contradiction",
    group="decision",
):  # fmt: skip
    """Two owners want different things: both recommendations, the choice, and when it is looked at again."""

    recommendations: tuple[Recommendation, Recommendation]
    choice: Action
    reassess_minutes: Minutes = 10
    evidence: Evidence = ()

    def sentence(self, n: Names) -> str:
        sides = " / ".join(f"{n.voice(r)}: {n.title('actions', r.action)}" for r in self.recommendations)
        return clauses(
            f"Two recommendations: {sides}", f"choice: {n.title('actions', self.choice)}",
            f"looked at again in {self.reassess_minutes:g} min",
        )  # fmt: skip


class RecordReadiness(Act, form="Readiness", tab="Decide", number="readiness", group="decision"):
    """Write down what the readiness prechecks gave: known-good revision, rollback path, health, thread."""

    known_good: Revision
    rollback: Literal["ready", "blocked", "unknown"]
    plan: Action | None = None
    evidence_channel: Channel = "incident"
    evidence: Evidence = ()

    def fold(self, history: History, entry: Entry) -> None:
        history.readiness = entry

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Readiness: rollback {self.rollback}", f"known good {n.title('revisions', self.known_good)}",
            f"plan: {n.title('actions', self.plan)}" if self.plan else "",
        )  # fmt: skip


class RecordDecision(
    Act, form="Decision", tab="Decide", may=(*LEAD, "executes"), weighty=True, about=("actions",), number="decision",
    group="decision",
):  # fmt: skip
    """Checkpoint decision: what, why now, what was rejected, who does it, who checks it, three statements."""

    decision: Literal["continue mitigation", "rollback", "escalate and pause"]
    actions: tuple[Action, ...] = ()
    strategy: Strategy
    why_now: Why
    evidence: Evidence
    rejected: tuple[RejectedRung, ...] = ()
    execution_owner: Role
    verification_owner: Role
    reversal_minutes: Minutes
    blast_radius: tuple[Harm, ...] = ()
    check: Check
    confidence: Confidence
    contained_until_minutes: Minutes | None = None
    note: Text = ""

    def fold(self, history: History, entry: Entry) -> None:
        history.decisions.append(entry)
        history.strategy = self.strategy

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Decision ({self.confidence}): {self.decision} by {self.strategy}", n.titles("actions", self.actions),
            f"why now: {n.title('reasons', self.why_now)}",
            f"does {n.handle(self.execution_owner)}", f"checks {n.handle(self.verification_owner)}",
            f"if not: {n.check(self.check)}", self.note,
        )  # fmt: skip


class RecordSnapshot(
    Act, form="Snapshot", tab="Decide", may=LEAD, weighty=True, about=("phase",), number="snapshot",
    group="decision",
):  # fmt: skip
    """Incident command snapshot: where we are, what we would go back to, what waiting costs."""

    phase: Phase
    stable_revision: Revision
    candidate: Action | None = None
    risk_of_waiting: Figure
    next_checkpoint_minutes: Minutes
    next_owner: Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.next_checkpoint_due = entry.at + round(60 * self.next_checkpoint_minutes)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Snapshot, {self.phase}", f"stable: {n.title('revisions', self.stable_revision)}",
            f"next: {n.title('actions', self.candidate)}" if self.candidate else "",
            f"waiting costs {n.figure(self.risk_of_waiting)}",
            f"next checkpoint in {self.next_checkpoint_minutes:g} min by {n.handle(self.next_owner)}",
        )  # fmt: skip


class RecordPacket(Act, form="Evidence packet", tab="Decide", weighty=True, number="packet", group="decision"):
    """Evidence packet: severity and owner are filled in; add impact, evidence, residual risk, what is next."""

    segments: tuple[Segment, ...]
    impact: tuple[Figure, ...]
    evidence: Evidence
    residual_risks: tuple[Risk, ...] = ()
    next_checkpoint_minutes: Minutes
    next_owner: Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.packets.append(entry)
        history.next_checkpoint_due = entry.at + round(60 * self.next_checkpoint_minutes)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Evidence packet: {n.figures(self.impact)}", n.titles("segments", self.segments),
            f"{len(self.evidence)} references",
            f"next checkpoint in {self.next_checkpoint_minutes:g} min by {n.handle(self.next_owner)}",
        )  # fmt: skip

"""Deciding: options, readiness, contradictions, checkpoint decisions, snapshots, packets."""

from __future__ import annotations

from typing import Literal

from simulator import values as v
from simulator.acts.base import EXECUTES, LEAD, Record
from simulator.names import Names, back_in, clauses
from simulator.record.entry import Entry
from simulator.record.history import History


class _Decide(Record, tab="Decide", group="decision"):
    """Something written down before the world is changed, or about why it is."""


class RecordOption(
    _Decide, form="Option", verb="Put it on the table", about=("action",), number="option",
    first=("action", "coverage", "minutes_to_effect"),
):  # fmt: skip
    """Put one option on the table before anything is executed."""

    action: v.Action
    effect: v.Line = ""
    coverage: tuple[v.Segment, ...]
    minutes_to_effect: v.Minutes
    risk: v.Harm | None = None
    reversal_minutes: v.Minutes | None = None
    abort_if: v.Check | None = None

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Option: {n.title('actions', self.action)}", f"covers {n.titles('segments', self.coverage)}",
            f"effect in {self.minutes_to_effect:g} min", back_in(self.reversal_minutes),
            f"risk: {n.harms([self.risk])}" if self.risk else "",
            f"given up if {n.check(self.abort_if)}" if self.abort_if else "", self.effect,
        )  # fmt: skip


class RecordContradiction(
    _Decide, form="Contradiction", verb="Record both, and the choice", may=EXECUTES, weighty=True,
    number="contradiction", first=(
        "recommendations.owner", "recommendations.voice", "recommendations.action", "choice", "reassess_minutes"),
):  # fmt: skip
    """Two owners want different things: both recommendations, the choice, and when it is looked at again."""

    recommendations: tuple[v.Recommendation, v.Recommendation]
    choice: v.Action
    reassess_minutes: v.Minutes = 10
    evidence: v.Evidence = ()

    def sentence(self, n: Names) -> str:
        sides = " / ".join(f"{n.voice(r)}: {n.title('actions', r.action)}" for r in self.recommendations)
        return clauses(
            f"Two recommendations: {sides}", f"choice: {n.title('actions', self.choice)}",
            f"looked at again in {self.reassess_minutes:g} min",
        )  # fmt: skip


class RecordReadiness(
    _Decide, form="Readiness", verb="Record readiness", number="readiness", first=("rollback", "known_good"),
):  # fmt: skip
    """Write down what the readiness prechecks gave: known-good revision, rollback path, health, thread."""

    known_good: v.Revision
    rollback: Literal["ready", "blocked", "unknown"]
    plan: v.Action | None = None
    evidence_channel: v.Channel = "incident"
    evidence: v.Evidence = ()

    def fold(self, history: History, entry: Entry) -> None:
        history.readiness = entry

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Readiness: rollback {self.rollback}", f"known good {n.title('revisions', self.known_good)}",
            f"plan: {n.title('actions', self.plan)}" if self.plan else "",
        )  # fmt: skip


class RecordDecision(
    _Decide, form="Decision", verb="Decide", may=EXECUTES, weighty=True, about=("actions",), number="decision",
    first=("actions", "why_now", "execution_owner", "confidence"),
):  # fmt: skip
    """Checkpoint decision: what, why now, what was rejected, who does it, who checks it, three statements."""

    decision: Literal["continue mitigation", "rollback", "escalate and pause"] = "continue mitigation"
    actions: tuple[v.Action, ...] = ()
    strategy: v.Strategy | None = None
    why_now: v.Why
    evidence: v.Evidence = ()
    rejected: tuple[v.RejectedRung, ...] = ()
    execution_owner: v.Role
    verification_owner: v.Role | None = None
    reversal_minutes: v.Minutes | None = None
    blast_radius: tuple[v.Harm, ...] = ()
    check: v.Check | None = None
    confidence: v.Confidence
    contained_until_minutes: v.Minutes | None = None
    note: v.Text = ""

    def fold(self, history: History, entry: Entry) -> None:
        history.strategy = self.strategy or history.strategy

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Decision ({self.confidence}): {self.decision}"
            + (f" ({self.strategy})" if self.strategy not in (None, self.decision) else ""),
            n.titles("actions", self.actions),
            f"why now: {n.title('reasons', self.why_now)}",
            f"does {n.handle(self.execution_owner)}",
            f"checks {n.handle(self.verification_owner)}" if self.verification_owner else "",
            f"if not: {n.check(self.check)}" if self.check else "", self.note,
        )  # fmt: skip


class RecordSnapshot(
    _Decide, form="Snapshot", verb="Take the snapshot", may=LEAD, weighty=True, about=("phase",), number="snapshot",
    first=("phase", "candidate", "next_checkpoint_minutes", "next_owner"), settled=("next_owner",),
):  # fmt: skip
    """Incident command snapshot: where we are, what we would go back to, what waiting costs."""

    phase: v.Phase
    stable_revision: v.Revision | None = None
    candidate: v.Action | None = None
    risk_of_waiting: v.Figure | None = None
    next_checkpoint_minutes: v.Minutes
    next_owner: v.Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.next_checkpoint_due = entry.at + round(60 * self.next_checkpoint_minutes)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Snapshot, {self.phase}",
            f"stable: {n.title('revisions', self.stable_revision)}" if self.stable_revision else "",
            f"next: {n.title('actions', self.candidate)}" if self.candidate else "",
            f"waiting costs {n.figure(self.risk_of_waiting)}" if self.risk_of_waiting else "",
            f"next checkpoint in {self.next_checkpoint_minutes:g} min by {n.handle(self.next_owner)}",
        )  # fmt: skip


class RecordPacket(
    _Decide, form="Evidence packet", verb="Put the packet on record", weighty=True, number="packet",
    first=("segments", "evidence", "next_checkpoint_minutes", "next_owner"), settled=("next_owner",),
):  # fmt: skip
    """Evidence packet: severity and owner are filled in; add impact, evidence, residual risk, what is next."""

    segments: tuple[v.Segment, ...]
    impact: tuple[v.Figure, ...] = ()
    evidence: v.Evidence
    residual_risks: tuple[v.Risk, ...] = ()
    next_checkpoint_minutes: v.Minutes
    next_owner: v.Seat

    def fold(self, history: History, entry: Entry) -> None:
        history.next_checkpoint_due = entry.at + round(60 * self.next_checkpoint_minutes)

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Evidence packet: {n.figures(self.impact)}" if self.impact else "Evidence packet",
            n.titles("segments", self.segments),
            f"{len(self.evidence)} references",
            f"next checkpoint in {self.next_checkpoint_minutes:g} min by {n.handle(self.next_owner)}",
        )  # fmt: skip

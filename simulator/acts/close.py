"""Recovery, closure, and what is left open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import ConfigDict, Field

from simulator import events as e
from simulator import values as v
from simulator.acts.base import LEAD, SPEAKS, Act, Asked
from simulator.acts.command import declared
from simulator.answers import Refusal
from simulator.closure import missing_for_closure
from simulator.names import Names, clauses
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.text import alike


class _Close(Act, tab="Close", group="decision"):
    """Something settled or told once the impact is mitigated."""


class ClaimRecovery(
    _Close, form="Claim recovery", verb="Claim it", may=(*LEAD, "verifies", "speaks"), weighty=True, about=("claim",),
):  # fmt: skip
    """Claim that the impact is mitigated, contained or gone. The world knows whether it is."""

    claim: Literal["mitigated", "contained", "recovered"]
    evidence: v.Evidence = ()

    def sentence(self, n: Names) -> str:
        return f"Claims: {self.claim}"


class RecordResidualRisks(_Close, form="Residual risks", verb="Record the risks", may=(*LEAD, "verifies")):
    """Say what is still open after the mitigation."""

    risks: tuple[v.Risk, ...]

    def fold(self, history: History, entry: Entry) -> None:
        history.residual_risks = self.risks

    def sentence(self, n: Names) -> str:
        return f"Residual risks: {n.titles('residual_risks', self.risks)}"


class AddHardeningTask(
    _Close, form="Hardening", verb="Put it on the backlog", may=(*LEAD, "verifies", "executes"), about=("factor",),
    first=("text", "owner", "due_days", "factor"), settled=("due_days",),
):  # fmt: skip
    """Put one hardening item with owner and due date on the backlog."""

    factor: v.Factor
    class_: Literal["prevent", "detect", "mitigate", "learn"] = Field("prevent", alias="class")
    text: v.Line
    owner: v.Role
    due_days: float = Field(gt=0, le=90)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def fold(self, history: History, entry: Entry) -> None:
        history.hardening.append(entry)

    def sentence(self, n: Names) -> str:
        return (
            f"Hardening ({self.class_}) against {n.title('factors', self.factor)}: {self.text}"
            f" · {n.handle(self.owner)}, {self.due_days:g} day{'' if self.due_days == 1 else 's'}"
        )


def backlog(history: History) -> Iterator[tuple[Entry, AddHardeningTask]]:
    """Yield the items of the backlog with their entries, each once: who says the same again adds nothing."""
    seen = set[tuple[str, str]]()
    for entry in history.hardening:
        body = entry.body
        if isinstance(body, AddHardeningTask) and (one := (body.factor, alike(body.text))) not in seen:
            seen.add(one)
            yield entry, body


class SetWatch(
    _Close, form="24 h watch", verb="Set the watch", may=LEAD,
    first=("owner", "trigger.metric", "trigger.is", "trigger.threshold"), settled=("owner", "trigger.is"),
):  # fmt: skip
    """Name who watches for the next 24 hours and what makes them roll back at once."""

    owner: v.Seat
    trigger: v.Check
    hours: float = Field(24, ge=1, le=72)

    def fold(self, history: History, entry: Entry) -> None:
        history.watch = entry

    def sentence(self, n: Names) -> str:
        return f"Watch for {self.hours:g} h: {n.handle(self.owner)}, rolls back on {n.check(self.trigger)}"


class PublishDecisionNote(
    _Close, form="Decision note", verb="Publish the note", may=SPEAKS, weighty=True, about=("actions", "cause"),
    number="note", first=("cause", "confidence", "figures.0.name", "figures.0.low"),
):  # fmt: skip
    """Publish what was decided, why, and the figures."""

    cause: v.Cause
    confidence: v.Confidence
    actions: tuple[v.Action, ...] = ()
    figures: tuple[v.Figure, ...]
    residual_risks: tuple[v.Risk, ...] = ()
    text: v.Text = ""

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Decision note ({self.confidence}): {n.title('causes', self.cause)}", n.titles("actions", self.actions),
            n.figures(self.figures), f"open: {n.titles('residual_risks', self.residual_risks)}" * bool(
                self.residual_risks), self.text,
        )  # fmt: skip


class CommitCheckpoint(
    _Close, form="Next checkpoint", verb="Commit to it", may=LEAD, weighty=True,
    first=("in_hours", "owner", "trigger.metric", "trigger.is", "trigger.threshold"),
    settled=("owner", "trigger.metric", "trigger.is", "trigger.threshold"),
):  # fmt: skip
    """Commit the next checkpoint: when, who, and what would bring it forward."""

    in_hours: float = Field(gt=0, le=72)
    owner: v.Seat
    trigger: v.Check

    def sentence(self, n: Names) -> str:
        return f"Checkpoint in {self.in_hours:g} h: {n.handle(self.owner)}, sooner on {n.check(self.trigger)}"


class RequestClosure(
    _Close, form="Request closure", verb="Ask to close", may=LEAD, weighty=True, first=("confidence", "evidence"),
    settled=("evidence",),
):  # fmt: skip
    """Ask to close the response. The gate answers; a missing condition leaves the incident active."""

    confidence: v.Confidence
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        return declared(asked)

    def carry_out(self, asked: Asked) -> None:
        missing = missing_for_closure(
            asked.incident, asked.scenario, self.confidence, self.evidence, asked.drill.now
        )
        said = tuple(one.words for one in missing)
        asked.drill.emit(e.ClosureRefused(missing=said) if said else e.IncidentClosed())

    def sentence(self, n: Names) -> str:
        return f"Requests closure at {self.confidence}"


class PublishClosurePackage(
    _Close, form="Closure package", verb="Publish the package", may=SPEAKS, weighty=True,
    first=("verification", "residual_risks"), settled=("residual_risks",),
):  # fmt: skip
    """Publish the review package: facts come from the record, judgement from you."""

    verification: v.Evidence
    residual_risks: tuple[v.Risk, ...]
    summary: v.Text = ""

    def fold(self, history: History, entry: Entry) -> None:
        history.package = entry

    def sentence(self, n: Names) -> str:
        return clauses(
            "Closure package published",
            f"rests on {', '.join(map(n.cited, self.verification))}" if self.verification else "",
            f"open: {n.titles('residual_risks', self.residual_risks)}" if self.residual_risks else "", self.summary,
        )  # fmt: skip


class WriteLeadershipNote(
    _Close, form="Leadership note", verb="Send the note", may=SPEAKS, about=("cause",),
    first=("cause", "why", "confidence", "need", "watch_owner"), settled=("cause", "watch_owner"),
):  # fmt: skip
    """Tell leadership what happened, why this path, how sure, what is uncertain, what you need."""

    cause: v.Cause
    why: v.Why
    confidence: v.Confidence
    uncertain: tuple[v.Unknown, ...] = ()
    need: v.Need
    watch_owner: v.Seat
    text: v.Text = ""

    def sentence(self, n: Names) -> str:
        return clauses(
            f"Note to leadership ({self.confidence}): {n.title('causes', self.cause)}",
            f"because: {n.title('reasons', self.why)}",
            f"uncertain: {n.titles('unknowns', self.uncertain)}" if self.uncertain else "",
            f"needs: {n.title('needs', self.need)}", f"watch: {n.handle(self.watch_owner)}", self.text,
        )  # fmt: skip

"""Recovery, closure, and what is left open."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from simulator.acts.base import Command
from simulator.values import Action, Cause, Check, Confidence, Evidence, Figure, Id, Line, Pick, Role, Seat, Text


class ClaimRecovery(Command):
    """Claim that the impact is mitigated, contained or gone. The world knows whether it is."""

    kind: Literal["claim_recovery"] = "claim_recovery"
    claim: Literal["mitigated", "contained", "recovered"]
    evidence: Evidence = ()


class RecordResidualRisks(Command):
    """Say what is still open after the mitigation."""

    kind: Literal["record_residual_risks"] = "record_residual_risks"
    risks: tuple[Annotated[Id, Pick("residual_risks")], ...]


class AddHardeningTask(Command):
    """Put one hardening item with owner and due date on the backlog."""

    kind: Literal["add_hardening_task"] = "add_hardening_task"
    factor: Annotated[Id, Pick("factors")]
    class_: Literal["prevent", "detect", "mitigate", "learn"] = Field("prevent", alias="class")
    text: Line
    owner: Role
    due_days: float = Field(gt=0, le=90)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SetWatch(Command):
    """Name who watches for the next 24 hours and what makes them roll back at once."""

    kind: Literal["set_watch"] = "set_watch"
    owner: Seat
    trigger: Check
    hours: float = Field(24, ge=1, le=72)


class PublishDecisionNote(Command):
    """Publish what was decided, why, and the figures."""

    kind: Literal["publish_decision_note"] = "publish_decision_note"
    cause: Cause
    confidence: Confidence
    actions: tuple[Action, ...]
    figures: tuple[Figure, ...]
    residual_risks: tuple[Annotated[Id, Pick("residual_risks")], ...] = ()
    text: Text = ""


class CommitCheckpoint(Command):
    """Commit the next checkpoint: when, who, and what would bring it forward."""

    kind: Literal["commit_checkpoint"] = "commit_checkpoint"
    in_hours: float = Field(gt=0, le=72)
    owner: Seat
    trigger: Check


class RequestClosure(Command):
    """Ask to close the response. The gate answers; a missing condition leaves the incident active."""

    kind: Literal["request_closure"] = "request_closure"
    confidence: Confidence
    evidence: Evidence = ()


class PublishClosurePackage(Command):
    """Publish the review package: facts come from the record, judgement from you."""

    kind: Literal["publish_closure_package"] = "publish_closure_package"
    verification: Evidence
    residual_risks: tuple[Annotated[Id, Pick("residual_risks")], ...]
    summary: Text = ""


class WriteLeadershipNote(Command):
    """Tell leadership what happened, why this path, how sure, what is uncertain, what you need."""

    kind: Literal["write_leadership_note"] = "write_leadership_note"
    cause: Cause
    why: Annotated[Id, Pick("reasons")]
    confidence: Confidence
    uncertain: tuple[Annotated[Id, Pick("unknowns")], ...] = ()
    need: Annotated[Id, Pick("needs")]
    watch_owner: Seat
    text: Text = ""

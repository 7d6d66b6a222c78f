"""Changing the world and checking that it changed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.acts.base import Command
from simulator.values import Action, Evidence, Id, Metric, Minute, Minutes, Pick, Role, Segment


class TakeAction(Command):
    """Do something to the world, or have the executor do it."""

    kind: Literal["take_action"] = "take_action"
    action: Action
    executor: Role | None = None
    decision: Annotated[Id, Pick("decisions")] | None = None


class AbortAction(Command):
    """Stop an action that is still running."""

    kind: Literal["abort_action"] = "abort_action"
    action: Annotated[Id, Pick("running")]


class SignOff(Command):
    """Give the sign-off that an action waits for."""

    kind: Literal["sign_off"] = "sign_off"
    action: Action


class CaptureEvidence(Command):
    """Preserve logs and state before changing anything (audit capture, evidence snapshot)."""

    kind: Literal["capture_evidence"] = "capture_evidence"
    executor: Role | None = None


class RecordVerification(Command):
    """Compare indicators with an explicit baseline window, by segment, after holding still for a while."""

    kind: Literal["record_verification"] = "record_verification"
    metrics: tuple[Metric, ...]
    baseline_from: Minute = Field(description="minutes relative to T+0, negative is before")
    baseline_to: Minute
    segments: tuple[Segment, ...] = ()
    hold_minutes: Minutes = 5
    evidence: Evidence = ()

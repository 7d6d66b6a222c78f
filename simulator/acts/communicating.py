"""Telling people, and handing over to them."""

from __future__ import annotations

from typing import Annotated, Literal

from simulator.acts.base import Command
from simulator.values import Action, Cause, Check, Figure, Id, Minutes, Pick, Seat, Segment, Text


class EscalateInternally(Command):
    """Tell engineering leadership: impact, decision in hand, what you need, when they hear again."""

    kind: Literal["escalate_internally"] = "escalate_internally"
    impact: Figure
    decision: Action | None = None
    ask: Annotated[Id, Pick("needs")]
    next_update_minutes: Minutes
    owner: Seat
    text: Text = ""


class UpdateStakeholders(Command):
    """Tell customers or the company: status, impact, mitigation, unknowns, when they hear again."""

    kind: Literal["update_stakeholders"] = "update_stakeholders"
    audience: Literal["public", "internal", "restricted"]
    status: Literal["investigating", "mitigating", "recovered"]
    impact: Figure | None = None
    segments: tuple[Segment, ...] = ()
    mitigation: Action | None = None
    unknowns: tuple[Annotated[Id, Pick("unknowns")], ...] = ()
    cause: Cause | None = None
    eta: Literal["unknown", "range", "point"] = "unknown"
    next_update_minutes: Minutes
    text: Text = ""


class UpdateExecutives(Command):
    """Tell executives what is known, unknown, the impact, the mitigation and when they hear again."""

    kind: Literal["update_executives"] = "update_executives"
    impact: Figure | None = None
    """None is for whoever may not know: outside need-to-know there are no figures to give."""
    cause: Cause | None = None
    mitigation: Action | None = None
    unknowns: tuple[Annotated[Id, Pick("unknowns")], ...] = ()
    eta: Literal["unknown", "range", "point"] = "unknown"
    next_update_minutes: Minutes
    text: Text = ""


class CorrectUpdate(Command):
    """Take back or correct something an earlier update said."""

    kind: Literal["correct_update"] = "correct_update"
    update: Annotated[Id, Pick("updates")]
    status: Literal["investigating", "mitigating", "recovered"]
    impact: Figure | None = None
    text: Text = ""


class HandOff(Command):
    """Hand a lane or command to somebody, so that nothing falls between the two of you."""

    kind: Literal["hand_off"] = "hand_off"
    what: Literal["commander", "triage", "mitigation", "verification", "comms"]
    to: Seat
    included: tuple[Segment, ...]
    unknowns: tuple[Annotated[Id, Pick("unknowns")], ...]
    hypothesis: Cause | None = None
    in_flight: tuple[Action, ...] = ()
    next_checkpoint_minutes: Minutes
    rollback_trigger: Check | None = None
    packet: Annotated[Id, Pick("packets")] | None = None
    note: Text = ""


class AcceptHandOff(Command):
    """Say that you have what was handed to you."""

    kind: Literal["accept_hand_off"] = "accept_hand_off"
    handoff: Annotated[Id, Pick("handoffs")]

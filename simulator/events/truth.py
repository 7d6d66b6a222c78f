"""Truth: what the world really did, and where simulated people slipped. For facilitator and scoring only."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import Event, Scalar


class FaultStarted(Event):
    """The fault behind the incident began."""

    kind: Literal["fault_started"] = "fault_started"
    fault: str
    since: int | None = None
    """Drill second at which it began, where that lies before the drill's own history."""


class KnobTurned(Event):
    """Something people or the scenario did changed the world; full after `over` seconds."""

    kind: Literal["knob_turned"] = "knob_turned"
    knob: str
    value: float
    over: int
    by: str
    """Reference of the action, inject or merge that did it."""


class MitigationTookEffect(Event):
    """An action's propagation is over."""

    kind: Literal["mitigation_took_effect"] = "mitigation_took_effect"
    run: str
    action: str


class ToleranceCrossed(Event):
    """A segment went out of tolerance or came back."""

    kind: Literal["tolerance_crossed"] = "tolerance_crossed"
    segment: str
    within: bool


class SlipMade(Event):
    """A simulated person slipped: what they did or said was off, what the tools print is true."""

    kind: Literal["slip_made"] = "slip_made"
    role: str
    slip: Literal["wrong_place", "overstated", "misread"]
    about: str
    """Reference of the task or run."""
    said: str = ""


class MergeLanded(Event):
    """A queued change landed because nothing froze it; `harmful` when it hurt."""

    kind: Literal["merge_landed"] = "merge_landed"
    merge: str
    service: str
    harmful: bool


class TruthSampled(Event):
    """The world once a minute: cumulative harm by dimension, segments, facts and figures."""

    kind: Literal["truth_sampled"] = "truth_sampled"
    harm: dict[str, float]
    outside: dict[str, float]
    """Segment -> share still affected; within tolerance up to the segment's `tolerance`."""
    facts: dict[str, Scalar]
    figures: dict[str, float]

"""Truth: what the world really did, and where simulated people slipped. For facilitator and scoring only."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import TruthEvent
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.values import Action, Id, Ref, Role, Scalar, Segment, Words


class FaultStarted(TruthEvent, group="fault"):
    """The fault behind the incident began."""

    fault: Words
    since: int | None = None
    """Drill second at which it began, where that lies before the drill's own history."""


class KnobTurned(TruthEvent, group="change"):
    """Something people or the scenario did changed the world; full after `over` seconds."""

    knob: Id
    value: float
    over: int
    by: Ref
    """Reference of the action, inject or merge that did it."""


class MitigationTookEffect(TruthEvent, group="effect"):
    """An action's propagation is over."""

    run: Ref
    action: Action

    def fold(self, history: History, entry: Entry) -> None:
        run = history.runs[self.run]
        run.effect, run.effect_seq = entry.at, entry.seq


class ToleranceCrossed(TruthEvent, group="tolerance"):
    """A segment went out of tolerance or came back."""

    segment: Segment
    within: bool


class SlipMade(TruthEvent, group="slip", in_world=False):
    """A simulated person slipped: what they did or said was off, what the tools print is true."""

    role: Role
    slip: Literal["wrong_place", "overstated", "misread"]
    about: Ref
    """The task or run it happened in."""
    said: Words = ""


class MergeLanded(TruthEvent, group="change"):
    """A queued change landed because nothing froze it; `harmful` when it hurt."""

    merge: Id
    service: Id
    harmful: bool


class TruthSampled(TruthEvent, group="state"):
    """The world once a minute: cumulative harm by dimension, segments, facts and figures."""

    harm: dict[str, float]
    outside: dict[str, float]
    """Segment -> share still affected; within tolerance up to the segment's `tolerance`."""
    facts: dict[str, Scalar]
    figures: dict[str, float]

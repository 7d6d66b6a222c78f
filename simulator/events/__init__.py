"""What happened: a closed, tagged union of frozen models with past-tense names. Never a `simpy.Event`.

Three kinds by who may see them: most are for everybody; those with `to` are for the named roles only;
truth events (`TRUTH`) are for facilitator and scoring only and never reach a role's briefing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from simulator.events.base import Event, Scalar
from simulator.events.people import (
    ActionAborted,
    ActionFinished,
    ActionQueued,
    ActionStarted,
    MeasuredRow,
    MetricPinned,
    PageSent,
    PageUnanswered,
    QueryFinished,
    QueryQueued,
    QueryStarted,
    RoleAccepted,
    RoleDoubled,
    RoleJoined,
    RoleVacated,
    SignedOff,
    StandInCalled,
    StandInCame,
    StandInLeft,
    TaskAcknowledged,
    TaskAssigned,
    TaskReassigned,
    TaskReported,
    VerificationMeasured,
)
from simulator.events.truth import (
    FaultStarted,
    KnobTurned,
    MergeLanded,
    MitigationTookEffect,
    SlipMade,
    ToleranceCrossed,
    TruthSampled,
)

# --- the drill ---------------------------------------------------------------------------------------


class CommandRefused(Event):
    """A command was impossible or not this role's to give; nothing else came of it."""

    kind: Literal["command_refused"] = "command_refused"
    command: int
    """Sequence number of the refused command."""
    reason: str


class DrillEnded(Event):
    """People stopped playing; the world runs on untouched to the horizon."""

    kind: Literal["drill_ended"] = "drill_ended"
    how: Literal["resolved", "time", "stopped"]


class HorizonReached(Event):
    """The world stopped: harm is final."""

    kind: Literal["horizon_reached"] = "horizon_reached"


# --- signals -----------------------------------------------------------------------------------------


class AlertFired(Event):
    """An alert rule held for its `for:`; `value` is what the rule saw. `page` is the role it pages, if any."""

    kind: Literal["alert_fired"] = "alert_fired"
    alert: str
    severity: Literal["critical", "warning", "info"]
    summary: str
    value: float
    page: str | None = None
    runbook: str | None = None


class AlertResolved(Event):
    """An alert rule no longer holds."""

    kind: Literal["alert_resolved"] = "alert_resolved"
    alert: str


class ChangeHappened(Event):
    """A deploy, flag flip, migration or configuration change, innocent ones included."""

    kind: Literal["change_happened"] = "change_happened"
    change: str
    service: str
    summary: str
    actor: str
    detail: str | None = None


class InjectDelivered(Event):
    """Something from outside reached a channel: a message, an ask, a claim, a call."""

    kind: Literal["inject_delivered"] = "inject_delivered"
    inject: str
    persona: str
    channel: str
    text: str
    form: Literal["message", "ask", "claim", "order"]
    answers: tuple[tuple[str, str], ...] = ()
    """Answers on offer, as (id, label)."""


class MessagePosted(Event):
    """Somebody simulated said something; `about` is a reference (task, query, cue) where there is one."""

    kind: Literal["message_posted"] = "message_posted"
    role: str
    channel: str
    text: str
    about: str | None = None


class CueGiven(Event):
    """A role learned something that only it knows (always addressed)."""

    kind: Literal["cue_given"] = "cue_given"
    cue: str
    role: str
    text: str


class CueShared(Event):
    """A cue reached the channel; `how` says whether it was asked for, offered, or came late by itself."""

    kind: Literal["cue_shared"] = "cue_shared"
    cue: str
    role: str
    text: str
    how: Literal["asked", "offered", "late"]


class HintGiven(Event):
    """The next-step hint of training mode, or one from the facilitator."""

    kind: Literal["hint_given"] = "hint_given"
    text: str


# --- communicating and ending ------------------------------------------------------------------------


class HandOffOffered(Event):
    """A handoff got its id (`handoff:N`)."""

    kind: Literal["hand_off_offered"] = "hand_off_offered"
    handoff: str
    what: str
    giver: str
    receiver: str


class HandOffAccepted(Event):
    """The receiver has it."""

    kind: Literal["hand_off_accepted"] = "hand_off_accepted"
    handoff: str
    what: str
    receiver: str


class ClosureRefused(Event):
    """The gate's answer: the incident stays active; `missing` names each condition that is not met."""

    kind: Literal["closure_refused"] = "closure_refused"
    missing: tuple[str, ...]


class IncidentClosed(Event):
    """The gate's answer: every condition is met."""

    kind: Literal["incident_closed"] = "incident_closed"


AnyEvent = Annotated[
    CommandRefused | DrillEnded | HorizonReached
    | AlertFired | AlertResolved | ChangeHappened | InjectDelivered | MessagePosted | CueGiven | CueShared | HintGiven
    | PageSent | PageUnanswered | RoleJoined | RoleAccepted | RoleVacated | RoleDoubled
    | TaskAssigned | TaskReassigned | TaskAcknowledged | TaskReported | StandInCalled | StandInCame | StandInLeft
    | QueryQueued | QueryStarted | QueryFinished | MetricPinned
    | ActionQueued | SignedOff | ActionStarted | ActionFinished | ActionAborted
    | VerificationMeasured | HandOffOffered | HandOffAccepted | ClosureRefused | IncidentClosed
    | FaultStarted | KnobTurned | MitigationTookEffect | ToleranceCrossed | MergeLanded | SlipMade | TruthSampled,
    Field(discriminator="kind"),
]  # fmt: skip
EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)

TRUTH = (FaultStarted, KnobTurned, MitigationTookEffect, ToleranceCrossed, MergeLanded, SlipMade, TruthSampled)

__all__ = [
    "EVENT",
    "TRUTH",
    "ActionAborted",
    "ActionFinished",
    "ActionQueued",
    "ActionStarted",
    "AlertFired",
    "AlertResolved",
    "AnyEvent",
    "ChangeHappened",
    "ClosureRefused",
    "CommandRefused",
    "CueGiven",
    "CueShared",
    "DrillEnded",
    "Event",
    "FaultStarted",
    "HandOffAccepted",
    "HandOffOffered",
    "HintGiven",
    "HorizonReached",
    "IncidentClosed",
    "InjectDelivered",
    "KnobTurned",
    "MeasuredRow",
    "MergeLanded",
    "MessagePosted",
    "MetricPinned",
    "MitigationTookEffect",
    "PageSent",
    "PageUnanswered",
    "QueryFinished",
    "QueryQueued",
    "QueryStarted",
    "RoleAccepted",
    "RoleDoubled",
    "RoleJoined",
    "RoleVacated",
    "Scalar",
    "SignedOff",
    "SlipMade",
    "StandInCalled",
    "StandInCame",
    "StandInLeft",
    "TaskAcknowledged",
    "TaskAssigned",
    "TaskReassigned",
    "TaskReported",
    "ToleranceCrossed",
    "TruthSampled",
    "VerificationMeasured",
]

"""What happened: a closed, tagged union of frozen models with past-tense names. Never a `simpy.Event`.

Three kinds by who may see them: most are for everybody; those with `to` are for the named roles only;
truth events (`TRUTH`) are for facilitator and scoring only and never reach a role's briefing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from simulator.commands import Part

Scalar = bool | int | float | str


class Event(Part):
    """One thing that happened. `to` names the roles that may see it; empty means everybody."""

    kind: str
    to: tuple[str, ...] = ()


# --- the drill -----------------------------------------------------------------------------------------


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


# --- signals -------------------------------------------------------------------------------------------


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


# --- people and work -----------------------------------------------------------------------------------


class PageSent(Event):
    """A role was paged."""

    kind: Literal["page_sent"] = "page_sent"
    role: str
    about: str


class PageUnanswered(Event):
    """Nobody answered; the secondary is being paged."""

    kind: Literal["page_unanswered"] = "page_unanswered"
    role: str


class RoleJoined(Event):
    """A paged specialist is in the room."""

    kind: Literal["role_joined"] = "role_joined"
    role: str


class RoleAccepted(Event):
    """An incident role has a holder who accepted it."""

    kind: Literal["role_accepted"] = "role_accepted"
    role: str
    seat: str


class RoleVacated(Event):
    """The holder of an incident role had to go without having handed it over."""

    kind: Literal["role_vacated"] = "role_vacated"
    role: str
    seat: str


class RoleDoubled(Event):
    """One holder has both incident roles, which the playbook wants with two people: name another deputy."""

    kind: Literal["role_doubled"] = "role_doubled"
    seat: str


class TaskAssigned(Event):
    """A task got its id (`task`, such as `task:1`) and its owner."""

    kind: Literal["task_assigned"] = "task_assigned"
    task: str
    owner: str
    assigned_by: str
    text: str
    lane: str | None = None
    query: str | None = None
    action: str | None = None
    topic: str | None = None
    due: int
    """Drill second by which a report is expected."""


class TaskReassigned(Event):
    """A task went to somebody else because nothing came of it, or was taken back by who had it first."""

    kind: Literal["task_reassigned"] = "task_reassigned"
    task: str
    owner: str
    was: str
    due: int


class TaskAcknowledged(Event):
    """The owner said that they have it."""

    kind: Literal["task_acknowledged"] = "task_acknowledged"
    task: str
    owner: str


class TaskReported(Event):
    """The owner reported back; the task is closed."""

    kind: Literal["task_reported"] = "task_reported"
    task: str
    owner: str
    text: str


class StandInCalled(Event):
    """Somebody sits in a seat and does nothing while others wait; the secondary is being paged."""

    kind: Literal["stand_in_called"] = "stand_in_called"
    seat: str


class StandInCame(Event):
    """A simulated secondary does the seat's work until the person in it does anything."""

    kind: Literal["stand_in_came"] = "stand_in_came"
    seat: str


class StandInLeft(Event):
    """The person in the seat is back at work; the secondary is gone."""

    kind: Literal["stand_in_left"] = "stand_in_left"
    seat: str


class QueryQueued(Event):
    """A query waits because its executor's hands are full."""

    kind: Literal["query_queued"] = "query_queued"
    run: str
    executor: str
    command_line: str


class QueryStarted(Event):
    """An executor began; the output comes at about `expected`."""

    kind: Literal["query_started"] = "query_started"
    run: str
    """Reference of this run: `query:ID`, `query:ID#2`, `logs:N`, `capture:N`."""
    executor: str
    command_line: str
    expected: int


class QueryFinished(Event):
    """The output as it stood at that moment. `figures` are the numbers it shows."""

    kind: Literal["query_finished"] = "query_finished"
    run: str
    query: str | None = None
    """Id of the scenario's query; None for a log search."""
    executor: str
    command_line: str
    output: str
    evidence: Literal["physics", "receipt", "artifact", "narrative"]
    figures: dict[str, float] = {}
    ok: bool = True
    """False where the output is an error message (wrong precondition, wrong place)."""


class MetricPinned(Event):
    """A panel was put into the record: value, window and extremes as the measurement layer showed them."""

    kind: Literal["metric_pinned"] = "metric_pinned"
    run: str
    metric: str
    last: float | None = None
    low: float | None = None
    high: float | None = None
    since: int


class ActionQueued(Event):
    """An action waits for its executor or for a sign-off."""

    kind: Literal["action_queued"] = "action_queued"
    run: str
    """Reference of this run: `action:ID`, `action:ID#2`."""
    action: str
    executor: str
    waits_for: str


class SignedOff(Event):
    """Somebody signed an action; a signature serves one run."""

    kind: Literal["signed_off"] = "signed_off"
    action: str
    role: str
    """Role whose sign-off it is."""
    seat: str


class ActionStarted(Event):
    """The executor began to carry it out."""

    kind: Literal["action_started"] = "action_started"
    run: str
    action: str
    executor: str
    expected: int
    """Drill second at which it should be carried out."""


class ActionFinished(Event):
    """Carried out; the effect follows after its propagation. `output` is what the tool printed."""

    kind: Literal["action_finished"] = "action_finished"
    run: str
    action: str
    executor: str
    output: str
    ok: bool = True
    """False where it failed, or hangs (`stalled`) until its obstacle is gone or it is aborted."""
    stalled: bool = False


class ActionAborted(Event):
    """Stopped before it was carried out."""

    kind: Literal["action_aborted"] = "action_aborted"
    run: str
    action: str


class VerificationMeasured(Event):
    """What the measurement layer gave for a recorded verification, one row a metric and segment."""

    kind: Literal["verification_measured"] = "verification_measured"
    run: str
    """`verification:N`."""
    held: int
    """Seconds of holding still."""
    rows: tuple[MeasuredRow, ...]


class MeasuredRow(Part):
    """Baseline mean and current mean of one metric (and segment), and whether it is back within tolerance."""

    metric: str
    segment: str | None = None
    baseline: float | None = None
    current: float | None = None
    within: bool


# --- communicating and ending --------------------------------------------------------------------------


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


# --- truth: facilitator and scoring only ---------------------------------------------------------------


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

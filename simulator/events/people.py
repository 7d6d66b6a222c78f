"""People and their work: pages, roles, tasks, who stands in for whom, queries, actions, verifications."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import Event, Scalar
from simulator.values import Part


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
    """The person in the seat is back at work, or has got up; nobody stands in for them any more."""

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
    """The output as it stood at that moment. `figures` are the numbers it shows, `findings` what it says by name."""

    kind: Literal["query_finished"] = "query_finished"
    run: str
    query: str | None = None
    """Id of the scenario's query; None for a log search."""
    executor: str
    command_line: str
    output: str
    evidence: Literal["physics", "receipt", "artifact", "narrative"]
    figures: dict[str, float] = {}
    findings: dict[str, Scalar] = {}
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

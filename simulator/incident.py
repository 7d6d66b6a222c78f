"""The incident as people have made it so far: a fold over accepted commands and public events.

It holds nothing of the world's truth, so a role's page may read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field

from simulator import commands as c
from simulator import events as e
from simulator.journal import Entry, names_of
from simulator.scenario import Scenario
from simulator.tracked import AlertState, Offer, Run, Task

CADENCE = {"SEV-1": 30, "SEV-2": 60, "SEV-3": 120, "SEV-4": 240}
"""Minutes within which a stakeholder hears again, by severity."""


@dataclass
class IncidentState:
    """Who holds what, what is frozen, what runs, what is due."""

    scenario: InitVar[Scenario]
    severity: str | None = None
    title: str = ""
    status: str = "triage"
    declared_at: int | None = None
    dependency: str | None = None
    strategy: str | None = None
    seats: dict[str, str] = field(default_factory=dict)
    """Seat -> name of the person in it."""
    stand_ins: dict[str, int] = field(default_factory=dict)
    """Seat whose work a simulated secondary does while the person in it does nothing -> since when."""
    present: dict[str, bool] = field(default_factory=dict)
    paged: dict[str, int] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    """Incident role (commander, deputy) -> seat that accepted it."""
    commanded_since: int | None = None
    """Since when the one who holds command has held it."""
    offered: dict[str, str] = field(default_factory=dict)
    paired: bool = False
    """Whether commander and deputy were ever two seats; it stays so when the deputy takes command over."""
    gone: dict[str, str] = field(default_factory=dict)
    """Incident role -> seat whose holder had to leave it and cannot take it again."""
    lanes: dict[str, tuple[str, str]] = field(default_factory=dict)
    merge_owners: dict[str, str] = field(default_factory=dict)
    frozen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    alerts: dict[str, AlertState] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    asks: dict[str, int] = field(default_factory=dict)
    """Open asks: inject id -> delivered at."""
    claims: dict[str, int] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)
    """Inject id -> sequence number."""
    handoffs: dict[str, Offer] = field(default_factory=dict)
    refs: dict[str, int] = field(default_factory=dict)
    """Reference -> sequence number of the entry behind it."""
    cues: dict[str, int] = field(default_factory=dict)
    """Cues in the channel: id -> when."""
    options: list[Entry] = field(default_factory=list)
    decisions: list[Entry] = field(default_factory=list)
    packets: list[Entry] = field(default_factory=list)
    updates: list[Entry] = field(default_factory=list)
    verifications: list[Entry] = field(default_factory=list)
    measured: list[Entry] = field(default_factory=list)
    readiness: Entry | None = None
    note: Entry | None = None
    checkpoint: Entry | None = None
    watch: Entry | None = None
    residual_risks: tuple[str, ...] = ()
    hardening: list[Entry] = field(default_factory=list)
    claim: str | None = None
    closure_requests: int = 0
    closed: bool = False
    ended: str | None = None
    public_update_at: int | None = None
    next_update_due: int | None = None
    next_checkpoint_due: int | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self, scenario: Scenario) -> None:
        # Not the scenario itself: a role's page reads this, and must find no answers in it.
        self.present = {role.id: role.present for role in scenario.roles}
        self._lines = {action.id: action.command for action in scenario.actions}
        self._strategies = {action.id: action.strategy for action in scenario.actions if action.strategy}

    def holder(self, role: str) -> str | None:
        """Return the seat that holds an incident role."""
        return self.holders.get(role)

    def person(self, seat: str) -> str | None:
        """Return the name of the person in a seat, None where a simulated teammate holds it."""
        return self.seats.get(seat)

    def simulated(self, role: str) -> bool:
        """Tell whether nobody sits in a role, or a secondary stands in for a person who does nothing."""
        return role not in self.seats or role in self.stand_ins

    def seats_of(self, seat: str) -> tuple[str, ...]:
        """Return the roles whose rights a seat has: its own and the incident roles it accepted."""
        held = tuple(role for role, holder in self.holders.items() if holder == seat and role != seat)
        return held if self.handed_on(seat) else (seat, *held)

    def handed_on(self, seat: str) -> bool:
        """Tell whether the commander's seat has lost command: handed over, given away, or left vacant."""
        return seat == "commander" and (self.gone.get(seat) == seat or self.holders.get(seat, seat) != seat)

    def led_by_person(self) -> bool:
        """Tell whether command lies with a person: whoever holds it, else who sits in the seat that leads and may."""
        holder = self.holders.get("commander")
        vacant = holder is None and self.handed_on("commander")
        return not vacant and not self.simulated(holder or "commander")

    def begun(self, task: Task) -> bool:
        """Tell whether the owner of a task has begun what it asks for."""
        return any(
            run.executor == task.owner and run.ident in (task.query, task.action) and run.since >= task.since
            for run in self.runs.values()
        )

    def is_frozen(self, scope: tuple[str, ...], kind: str | None = None) -> bool:
        """Tell whether every service of `scope` is frozen (for merges or deploys, where `kind` says so)."""
        return bool(scope) and all(
            service in self.frozen and (kind is None or kind in self.frozen[service]) for service in scope
        )

    def last_run(self, what: str, ident: str) -> Run | None:
        """Return the latest run of a query or action."""
        return next((r for r in reversed(self.runs.values()) if r.what == what and r.ident == ident), None)

    def apply(self, entry: Entry, names: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Fold one accepted entry in; return its references.

        A role that sees only part of the entries has a state of its own; its references are those of the whole.
        """
        names = names_of(entry, self.counts) if names is None else names
        for name in names:
            # What everybody has heard stands for what one was told before.
            if isinstance(entry.body, e.CueShared) or name not in self.refs:
                self.refs[name] = entry.seq
        handler = _FOLDS.get(entry.body.kind)
        if handler:
            handler(self, entry, entry.body)
        return names


def _declare(s: IncidentState, entry: Entry, body: c.Declare) -> None:
    s.severity, s.title, s.status = body.severity, body.title, "investigating"
    if s.declared_at is None:
        s.declared_at = entry.at
        s.next_update_due = s.next_update_due or entry.at + 15 * 60


def _severity(s: IncidentState, entry: Entry, body: c.ChangeSeverity) -> None:
    s.severity = body.severity


def _status(s: IncidentState, entry: Entry, body: c.ChangeStatus) -> None:
    s.status = body.status


def _freeze(s: IncidentState, entry: Entry, body: c.Freeze) -> None:
    kinds = ("merges", "deploys") if body.what == "both" else (body.what,)
    for service in body.scope:
        s.frozen[service] = tuple(sorted({*s.frozen.get(service, ()), *kinds}))


def _lift(s: IncidentState, entry: Entry, body: c.LiftFreeze) -> None:
    for service in body.scope:
        s.frozen.pop(service, None)


def _seat(s: IncidentState, entry: Entry, body: c.TakeSeat) -> None:
    s.seats[body.seat] = body.name


def _leave(s: IncidentState, entry: Entry, body: c.LeaveSeat) -> None:
    s.seats.pop(body.seat, None)


def _accepted(s: IncidentState, entry: Entry, body: e.RoleAccepted) -> None:
    _hold(s, entry, body.role, body.seat)
    s.offered.pop(body.role, None)


def _hold(s: IncidentState, entry: Entry, role: str, seat: str) -> None:
    if role == "commander" and s.holder(role) != seat:
        s.commanded_since = entry.at
    s.holders[role] = seat
    s.paired = s.paired or len({s.holder("commander"), s.holder("deputy")} - {None}) == 2


def _vacated(s: IncidentState, entry: Entry, body: e.RoleVacated) -> None:
    _released(s, entry, body)
    s.gone[body.role] = body.seat


def _released(s: IncidentState, entry: Entry, body: e.RoleVacated | c.ReleaseRole) -> None:
    s.holders.pop(body.role, None)
    if body.role == "commander":
        s.commanded_since = None


def _update(
    s: IncidentState, entry: Entry, body: c.UpdateStakeholders | c.UpdateExecutives | c.EscalateInternally
) -> None:
    s.updates.append(entry)
    if isinstance(body, c.UpdateStakeholders):
        s.next_update_due = entry.at + round(60 * body.next_update_minutes)
        if body.audience == "public" and s.public_update_at is None:
            s.public_update_at = entry.at


def _task(s: IncidentState, entry: Entry, body: e.TaskAssigned) -> None:
    s.tasks[body.task] = Task(
        body.task, body.owner, body.assigned_by, body.text, body.due, entry.at, body.lane, body.query, body.action,
        body.topic,
    )  # fmt: skip


def _task_moved(s: IncidentState, entry: Entry, body: e.TaskReassigned) -> None:
    task = s.tasks[body.task]
    task.owner, task.was, task.due, task.since, task.acknowledged = body.owner, body.was, body.due, entry.at, None


def _task_ack(s: IncidentState, entry: Entry, body: e.TaskAcknowledged) -> None:
    s.tasks[body.task].acknowledged = entry.at


def _task_done(s: IncidentState, entry: Entry, body: e.TaskReported) -> None:
    s.tasks[body.task].reported = entry.at


def _query_queued(s: IncidentState, entry: Entry, body: e.QueryQueued) -> None:
    ident = body.run.partition(":")[2].partition("#")[0]
    s.runs[body.run] = Run(
        body.run, "query", ident, body.executor, body.command_line, entry.at, "waiting", waits_for=body.executor
    )


def _query_started(s: IncidentState, entry: Entry, body: e.QueryStarted) -> None:
    ident = body.run.partition(":")[2].partition("#")[0]
    s.runs[body.run] = Run(
        body.run, "query", ident, body.executor, body.command_line, entry.at, "running", body.expected
    )


def _query_done(s: IncidentState, entry: Entry, body: e.QueryFinished) -> None:
    run = s.runs[body.run]
    run.state, run.finished = ("done" if body.ok else "failed"), entry.at


def _queued(s: IncidentState, entry: Entry, body: e.ActionQueued) -> None:
    line = s._lines[body.action]
    s.runs[body.run] = Run(
        body.run, "action", body.action, body.executor, line, entry.at, "waiting", waits_for=body.waits_for
    )


def _action_started(s: IncidentState, entry: Entry, body: e.ActionStarted) -> None:
    run = s.runs[body.run]
    run.state, run.expected, run.waits_for = "running", body.expected, ""


def _action_done(s: IncidentState, entry: Entry, body: e.ActionFinished) -> None:
    run = s.runs[body.run]
    run.state = "done" if body.ok else "stalled" if body.stalled else "failed"
    run.finished = entry.at
    if body.ok and s.strategy is None:
        s.strategy = s._strategies.get(body.action)


def _aborted(s: IncidentState, entry: Entry, body: e.ActionAborted) -> None:
    run = s.runs[body.run]
    run.state, run.finished = "aborted", entry.at


def _alert(s: IncidentState, entry: Entry, body: e.AlertFired) -> None:
    known = s.alerts.get(body.alert)
    s.alerts[body.alert] = AlertState(
        body.alert,
        body.severity,
        body.summary,
        entry.at,
        True,
        known.acknowledged if known else None,
        body.page,
        body.runbook,
    )


def _alert_over(s: IncidentState, entry: Entry, body: e.AlertResolved) -> None:
    s.alerts[body.alert].firing = False


def _alert_ack(s: IncidentState, entry: Entry, body: c.AcknowledgePage) -> None:
    alert = s.alerts[body.alert]
    alert.acknowledged = alert.acknowledged if alert.acknowledged is not None else entry.at


def _inject(s: IncidentState, entry: Entry, body: e.InjectDelivered) -> None:
    s.delivered[body.inject] = entry.seq
    if body.form == "ask" or body.answers:
        s.asks[body.inject] = entry.at
    if body.form == "claim":
        s.claims[body.inject] = entry.at


def _answer(s: IncidentState, entry: Entry, body: c.AnswerAsker) -> None:
    s.asks.pop(body.inject, None)


def _challenge(s: IncidentState, entry: Entry, body: c.ChallengeClaim) -> None:
    s.claims.pop(body.inject, None)


def _offered(s: IncidentState, entry: Entry, body: e.HandOffOffered) -> None:
    s.handoffs[body.handoff] = Offer(body.handoff, body.what, body.giver, body.receiver, entry.seq)


def _taken(s: IncidentState, entry: Entry, body: e.HandOffAccepted) -> None:
    s.handoffs[body.handoff].accepted = entry.at
    if body.what == "commander":
        _hold(s, entry, "commander", body.receiver)
    elif body.what in s.lanes:
        s.lanes[body.what] = (body.receiver, s.lanes[body.what][1])


def _decision(s: IncidentState, entry: Entry, body: c.RecordDecision) -> None:
    s.decisions.append(entry)
    s.strategy = body.strategy


def _packet(s: IncidentState, entry: Entry, body: c.RecordPacket | c.RecordSnapshot) -> None:
    if isinstance(body, c.RecordPacket):
        s.packets.append(entry)
    s.next_checkpoint_due = entry.at + round(60 * body.next_checkpoint_minutes)


def _set(name: str) -> Callable[[IncidentState, Entry, c.Command], None]:
    def fold(s: IncidentState, entry: Entry, body: c.Command) -> None:
        setattr(s, name, entry)

    return fold


def _add(name: str) -> Callable[[IncidentState, Entry, c.Command | e.Event], None]:
    def fold(s: IncidentState, entry: Entry, body: c.Command | e.Event) -> None:
        getattr(s, name).append(entry)

    return fold


def _value(name: str, source: str) -> Callable[[IncidentState, Entry, c.Command | e.Event], None]:
    def fold(s: IncidentState, entry: Entry, body: c.Command | e.Event) -> None:
        setattr(s, name, getattr(body, source))

    return fold


def _refusal(s: IncidentState, entry: Entry, body: e.ClosureRefused) -> None:
    s.closure_requests += 1


def _closed(s: IncidentState, entry: Entry, body: e.IncidentClosed) -> None:
    s.closed, s.status = True, "resolved"
    s.closure_requests += 1


_FOLDS: dict[str, Callable[..., None]] = {
    "take_seat": _seat,
    "leave_seat": _leave,
    "declare": _declare,
    "change_severity": _severity,
    "change_status": _status,
    "classify_dependency": _value("dependency", "dependency"),
    "change_strategy": _value("strategy", "strategy"),
    "freeze": _freeze,
    "lift_freeze": _lift,
    "assign_role": lambda s, entry, body: s.offered.__setitem__(body.role, body.to),
    "release_role": _released,
    "role_accepted": _accepted,
    "role_vacated": _vacated,
    "assign_lane": lambda s, entry, body: s.lanes.__setitem__(body.lane, (body.owner, body.next_owner)),
    "name_merge_owner": lambda s, entry, body: s.merge_owners.__setitem__(body.surface, body.owner),
    "page_sent": lambda s, entry, body: s.paged.__setitem__(body.role, entry.at),
    "role_joined": lambda s, entry, body: s.present.__setitem__(body.role, True),
    "task_assigned": _task,
    "task_reassigned": _task_moved,
    "stand_in_came": lambda s, entry, body: s.stand_ins.__setitem__(body.seat, entry.at),
    "stand_in_left": lambda s, entry, body: s.stand_ins.pop(body.seat, None),
    "task_acknowledged": _task_ack,
    "task_reported": _task_done,
    "query_queued": _query_queued,
    "query_started": _query_started,
    "query_finished": _query_done,
    "action_queued": _queued,
    "action_started": _action_started,
    "action_finished": _action_done,
    "action_aborted": _aborted,
    "alert_fired": _alert,
    "alert_resolved": _alert_over,
    "acknowledge_page": _alert_ack,
    "inject_delivered": _inject,
    "answer_asker": _answer,
    "challenge_claim": _challenge,
    "cue_shared": lambda s, entry, body: s.cues.setdefault(body.cue, entry.at),
    "hand_off_offered": _offered,
    "hand_off_accepted": _taken,
    "update_stakeholders": _update,
    "update_executives": _update,
    "escalate_internally": _update,
    "record_option": _add("options"),
    "record_decision": _decision,
    "record_packet": _packet,
    "record_snapshot": _packet,
    "record_readiness": _set("readiness"),
    "record_verification": _add("verifications"),
    "verification_measured": _add("measured"),
    "publish_decision_note": _set("note"),
    "commit_checkpoint": _set("checkpoint"),
    "set_watch": _set("watch"),
    "record_residual_risks": _value("residual_risks", "risks"),
    "add_hardening_task": _add("hardening"),
    "claim_recovery": _value("claim", "claim"),
    "closure_refused": _refusal,
    "incident_closed": _closed,
    "drill_ended": _value("ended", "how"),
}

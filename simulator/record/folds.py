"""What each kind of entry makes of the incident as people have made it so far (`simulator.incident`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator import acts
from simulator import events as e
from simulator.record.journal import Entry
from simulator.record.tracked import AlertState, Offer, Run, Task

if TYPE_CHECKING:
    from simulator.record.incident import IncidentState


def _declare(s: IncidentState, entry: Entry, body: acts.Declare) -> None:
    s.severity, s.title, s.status = body.severity, body.title, "investigating"
    if s.declared_at is None:
        s.declared_at = entry.at
        s.next_update_due = s.next_update_due or entry.at + 15 * 60


def _severity(s: IncidentState, entry: Entry, body: acts.ChangeSeverity) -> None:
    s.severity = body.severity


def _status(s: IncidentState, entry: Entry, body: acts.ChangeStatus) -> None:
    s.status = body.status


def _freeze(s: IncidentState, entry: Entry, body: acts.Freeze) -> None:
    kinds = ("merges", "deploys") if body.what == "both" else (body.what,)
    for service in body.scope:
        s.frozen[service] = tuple(sorted({*s.frozen.get(service, ()), *kinds}))


def _lift(s: IncidentState, entry: Entry, body: acts.LiftFreeze) -> None:
    for service in body.scope:
        s.frozen.pop(service, None)


def _seat(s: IncidentState, entry: Entry, body: acts.TakeSeat) -> None:
    s.seats[body.seat] = body.name


def _leave(s: IncidentState, entry: Entry, body: acts.LeaveSeat) -> None:
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


def _released(s: IncidentState, entry: Entry, body: e.RoleVacated | acts.ReleaseRole) -> None:
    s.holders.pop(body.role, None)
    if body.role == "commander":
        s.commanded_since = None


def _update(
    s: IncidentState, entry: Entry, body: acts.UpdateStakeholders | acts.UpdateExecutives | acts.EscalateInternally
) -> None:
    s.updates.append(entry)
    if isinstance(body, acts.UpdateStakeholders):
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


def _alert_ack(s: IncidentState, entry: Entry, body: acts.AcknowledgePage) -> None:
    alert = s.alerts[body.alert]
    alert.acknowledged = alert.acknowledged if alert.acknowledged is not None else entry.at


def _inject(s: IncidentState, entry: Entry, body: e.InjectDelivered) -> None:
    s.delivered[body.inject] = entry.seq
    if body.form == "ask" or body.answers:
        s.asks[body.inject] = entry.at
    if body.form == "claim":
        s.claims[body.inject] = entry.at


def _answer(s: IncidentState, entry: Entry, body: acts.AnswerAsker) -> None:
    s.asks.pop(body.inject, None)


def _challenge(s: IncidentState, entry: Entry, body: acts.ChallengeClaim) -> None:
    s.claims.pop(body.inject, None)


def _offered(s: IncidentState, entry: Entry, body: e.HandOffOffered) -> None:
    s.handoffs[body.handoff] = Offer(body.handoff, body.what, body.giver, body.receiver, entry.seq)


def _taken(s: IncidentState, entry: Entry, body: e.HandOffAccepted) -> None:
    s.handoffs[body.handoff].accepted = entry.at
    if body.what == "commander":
        _hold(s, entry, "commander", body.receiver)
    elif body.what in s.lanes:
        s.lanes[body.what] = (body.receiver, s.lanes[body.what][1])


def _decision(s: IncidentState, entry: Entry, body: acts.RecordDecision) -> None:
    s.decisions.append(entry)
    s.strategy = body.strategy


def _packet(s: IncidentState, entry: Entry, body: acts.RecordPacket | acts.RecordSnapshot) -> None:
    if isinstance(body, acts.RecordPacket):
        s.packets.append(entry)
    s.next_checkpoint_due = entry.at + round(60 * body.next_checkpoint_minutes)


def _set(name: str) -> Callable[[IncidentState, Entry, acts.Command], None]:
    def fold(s: IncidentState, entry: Entry, body: acts.Command) -> None:
        setattr(s, name, entry)

    return fold


def _add(name: str) -> Callable[[IncidentState, Entry, acts.Command | e.Event], None]:
    def fold(s: IncidentState, entry: Entry, body: acts.Command | e.Event) -> None:
        getattr(s, name).append(entry)

    return fold


def _value(name: str, source: str) -> Callable[[IncidentState, Entry, acts.Command | e.Event], None]:
    def fold(s: IncidentState, entry: Entry, body: acts.Command | e.Event) -> None:
        setattr(s, name, getattr(body, source))

    return fold


def _refusal(s: IncidentState, entry: Entry, body: e.ClosureRefused) -> None:
    s.closure_requests += 1


def _closed(s: IncidentState, entry: Entry, body: e.IncidentClosed) -> None:
    s.closed, s.status = True, "resolved"
    s.closure_requests += 1


FOLDS: dict[str, Callable[..., None]] = {
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

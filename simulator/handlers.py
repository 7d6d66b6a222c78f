"""What each command sets in motion, beyond being on the record; one function a kind.

A command that is not in `HANDLERS` has no effect but its entry and what `simulator.incident` makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator import acts
from simulator import events as e
from simulator.closure import missing_for_closure
from simulator.monitoring.verification import measure
from simulator.need_to_know import tells_detail
from simulator.scenario.parts import Effect
from simulator.text import Utc

if TYPE_CHECKING:
    from simulator.engine import Engine

SEARCH_SECONDS = 12
CAPTURE_SECONDS = 60
LOG_LINES_SHOWN = 40


def _delegate(engine: Engine, task: acts.AssignTask, role: str) -> None:
    engine.teammates.assign(task, role)


def _on_query(engine: Engine, command: acts.RunQuery, role: str) -> None:
    query = engine.scenario.find("queries", command.query)
    who = engine.rules.executor(query.executors, command.executor, role)
    assert who is not None  # the rules refused otherwise
    if who == role:
        look = engine.teammates.look if engine.teammates.simulated(who) else engine.work.query
        engine.env.process(look(query, who))
    else:
        _delegate(engine, acts.AssignTask(to=who, text=query.title, query=query.id), role)


def _on_action(engine: Engine, command: acts.TakeAction, role: str) -> None:
    action = engine.scenario.find("actions", command.action)
    who = engine.rules.executor(action.executors, command.executor, role)
    assert who is not None  # the rules refused otherwise
    if who == role:
        engine.teammates.ask_to_sign(action)
        warns = engine.teammates.warns(action, who) if engine.teammates.simulated(who) else None
        engine.env.process(engine.work.action(action, who, warns))
    else:
        _delegate(engine, acts.AssignTask(to=who, text=action.title, action=action.id, due_minutes=10), role)


def _on_search(engine: Engine, command: acts.SearchLogs, role: str) -> None:
    def lines() -> str:
        found = engine.logs.search(
            engine.now, text=command.text, service=command.service, level=command.level, minutes=command.minutes
        )
        shown = [f"{line.service} {line.level} {line.text}" for line in found[-LOG_LINES_SHOWN:]]
        return "\n".join([f"{len(found)} lines, newest {len(shown)} shown", *shown])

    terms = " ".join(
        part
        for part in (
            f"service={command.service}" if command.service else "",
            f"level={command.level}" if command.level else "",
            repr(command.text) if command.text else "",
            f"last {command.minutes:g}m",
        )
        if part
    )
    engine.env.process(engine.work.lookup("logs", role, f"logs {terms}", SEARCH_SECONDS, lines, "receipt"))


def _on_capture(engine: Engine, command: acts.CaptureEvidence, role: str) -> None:
    special = engine.scenario.overlay.capture_action
    if special:
        _on_action(engine, acts.TakeAction(action=special, executor=command.executor), role)
        return

    def kept() -> str:
        return f"audit capture taken {Utc(engine.scenario.t0_utc, engine.now)()}: logs, configuration, state, access"

    who = command.executor if command.executor and command.executor not in engine.incident.seats else role
    engine.env.process(engine.work.lookup("capture", who, "audit capture", CAPTURE_SECONDS, kept, "physics"))


def _on_pin(engine: Engine, command: acts.PinMetric, role: str) -> None:
    since = engine.now - round(60 * command.minutes)
    values = [v for _, v in engine.telemetry.series(command.metric, engine.now, since) if v is not None]
    run = engine.work.named(f"metric:{command.metric}")
    engine.emit(
        e.MetricPinned(
            run=run, metric=command.metric, last=values[-1] if values else None,
            low=min(values, default=None), high=max(values, default=None), since=since,
        )
    )  # fmt: skip


def _on_verification(engine: Engine, command: acts.RecordVerification, role: str) -> None:
    run = f"verification:{engine.incident.counts['verification']}"
    engine.env.process(measure(engine, engine.telemetry, command, run))


def _on_abort(engine: Engine, command: acts.AbortAction, role: str) -> None:
    engine.work.abort(command.action)


def _on_sign_off(engine: Engine, command: acts.SignOff, role: str) -> None:
    action = engine.scenario.find("actions", command.action)
    missing = engine.work.missing_sign_offs(action)
    signer = next(one for one in engine.incident.seats_of(role) if one in missing)
    engine.work.sign_off(command.action, signer, role)


def _on_role(engine: Engine, command: acts.AssignRole, role: str) -> None:
    if command.to == role:
        engine.emit(e.RoleAccepted(role=command.role, seat=role))
    elif engine.teammates.simulated(command.to):
        engine.env.process(engine.teammates.accept_role(command.role, command.to))


def _on_accept_role(engine: Engine, command: acts.AcceptRole, role: str) -> None:
    engine.emit(e.RoleAccepted(role=command.role, seat=role))


def _on_page(engine: Engine, command: acts.PageTeam, role: str) -> None:
    engine.env.process(engine.teammates.page(engine.scenario.find("roles", command.role), f"by {role}"))


def _on_leave(engine: Engine, command: acts.LeaveSeat, role: str) -> None:
    engine.got_up(command.seat)


def _on_ack_task(engine: Engine, command: acts.AcknowledgeTask, role: str) -> None:
    task = engine.incident.tasks[command.task]
    if task.owner != role:  # taken back
        engine.emit(e.TaskReassigned(task=task.id, owner=role, was=task.owner, due=task.due))
    engine.emit(e.TaskAcknowledged(task=command.task, owner=role))


def _on_report(engine: Engine, command: acts.ReportTask, role: str) -> None:
    engine.emit(e.TaskReported(task=command.task, owner=role, text=command.text))


def _on_ask(engine: Engine, command: acts.AskRole, role: str) -> None:
    if engine.teammates.simulated(command.role):
        engine.env.process(engine.teammates.ask(command.role, command.topic))


def _on_answer(engine: Engine, command: acts.AnswerAsker, role: str) -> None:
    inject = engine.scenario.find("injects", command.inject)
    answer = next(a for a in inject.answers if a.id == command.answer)
    engine.turn(answer.effects, f"inject:{inject.id}")
    if answer.reply:
        engine.emit(
            e.MessagePosted(
                role=inject.persona, channel=inject.channel, text=engine.render(answer.reply),
                about=f"inject:{inject.id}",
            )
        )  # fmt: skip


def _on_share(engine: Engine, command: acts.ShareCue, role: str) -> None:
    cue = next(cue for r in engine.scenario.roles if r.id == role for cue in r.cues if cue.id == command.cue)
    engine.teammates.share(role, cue, "offered")


def _on_update(engine: Engine, command: acts.UpdateStakeholders | acts.UpdateExecutives, role: str) -> None:
    knobs = engine.world.knobs()
    public = isinstance(command, acts.UpdateStakeholders) and command.audience == "public"
    if public and "public_post" in knobs:
        engine.turn((Effect(knob="public_post", value=1.0),), "update")
    if "details_told" in knobs and tells_detail(command, engine.circle.inside):
        engine.turn((Effect(knob="details_told", value=1.0),), "update")


def _on_handoff(engine: Engine, command: acts.HandOff, role: str) -> None:
    ident = f"handoff:{len(engine.incident.handoffs) + 1}"
    engine.emit(e.HandOffOffered(handoff=ident, what=command.what, giver=role, receiver=command.to))
    if engine.teammates.simulated(command.to):
        engine.env.process(engine.teammates.accept_handoff(ident, command.what, command.to))


def _on_accept_handoff(engine: Engine, command: acts.AcceptHandOff, role: str) -> None:
    offer = engine.incident.handoffs[command.handoff]
    engine.emit(e.HandOffAccepted(handoff=offer.id, what=offer.what, receiver=role))


def _on_closure(engine: Engine, command: acts.RequestClosure, role: str) -> None:
    missing = missing_for_closure(engine.incident, engine.scenario, command, engine.now)
    engine.emit(e.ClosureRefused(missing=missing) if missing else e.IncidentClosed())


def _on_end(engine: Engine, command: acts.EndDrill, role: str) -> None:
    how = "resolved" if engine.incident.closed else "stopped" if command.how == "resolved" else command.how
    engine.emit(e.DrillEnded.model_validate({"how": how}))


def _on_fire(engine: Engine, command: acts.FireInject, role: str) -> None:
    engine.deliver(engine.msel.fire(command.inject))


def _on_hold(engine: Engine, command: acts.HoldInject | acts.SkipInject, role: str) -> None:
    engine.msel.lines[command.inject].state = "held" if isinstance(command, acts.HoldInject) else "skipped"


def _on_edit(engine: Engine, command: acts.EditInject, role: str) -> None:
    line = engine.msel.lines[command.inject]
    line.text = command.text if command.text is not None else line.text
    line.at = round(60 * command.at_minutes) if command.at_minutes is not None else line.at


def _on_ad_hoc(engine: Engine, command: acts.SendAdHoc, role: str) -> None:
    to = (command.to,) if command.to else ()
    engine.emit(e.MessagePosted(to=to, role=command.persona, channel=command.channel, text=command.text), by="engine")


def _on_hint(engine: Engine, command: acts.GiveHint, role: str) -> None:
    engine.emit(e.HintGiven(to=(command.to,) if command.to else (), text=command.text))


def _on_override(engine: Engine, command: acts.OverrideOutcome, role: str) -> None:
    wanted, other = engine.work.forced, engine.work.forbidden
    if command.outcome != "force":
        wanted, other = other, wanted
    wanted[command.action] = command.reason
    other.pop(command.action, None)


HANDLERS: dict[type[acts.Command], Callable[..., None]] = {
    acts.LeaveSeat: _on_leave,
    acts.RunQuery: _on_query,
    acts.TakeAction: _on_action,
    acts.SearchLogs: _on_search,
    acts.CaptureEvidence: _on_capture,
    acts.PinMetric: _on_pin,
    acts.RecordVerification: _on_verification,
    acts.AbortAction: _on_abort,
    acts.SignOff: _on_sign_off,
    acts.AssignRole: _on_role,
    acts.AcceptRole: _on_accept_role,
    acts.PageTeam: _on_page,
    acts.AssignTask: _delegate,
    acts.AcknowledgeTask: _on_ack_task,
    acts.ReportTask: _on_report,
    acts.AskRole: _on_ask,
    acts.AnswerAsker: _on_answer,
    acts.ShareCue: _on_share,
    acts.UpdateStakeholders: _on_update,
    acts.UpdateExecutives: _on_update,
    acts.HandOff: _on_handoff,
    acts.AcceptHandOff: _on_accept_handoff,
    acts.RequestClosure: _on_closure,
    acts.EndDrill: _on_end,
    acts.FireInject: _on_fire,
    acts.HoldInject: _on_hold,
    acts.SkipInject: _on_hold,
    acts.EditInject: _on_edit,
    acts.SendAdHoc: _on_ad_hoc,
    acts.GiveHint: _on_hint,
    acts.OverrideOutcome: _on_override,
}

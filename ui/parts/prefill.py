"""What a form starts with: read off the drill so far, so that filling it in takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from simulator import acts
from simulator import events as e
from simulator.acts.base import Record
from simulator.briefing import Briefing
from simulator.record.journal import refused
from simulator.record.tracked import AlertState, Run
from simulator.text import clock
from simulator.values import COMMANDER, DEPUTY, PLACES, Check, Duty, Ref
from ui.parts import units
from ui.parts.followups import amending, record, spread
from ui.parts.text import minutes

Filled = Mapping[str, Any]


def prefilled(kind: str, b: Briefing, about: str = "") -> dict[str, Any]:
    """Return field path -> value for a form of `kind`; what has to be judged is left open.

    `about` is what it was opened from: a record that it fills in, or an option that was chosen.
    """
    act = acts.ACTS[kind]
    if about and Ref(about).kind == act.number and issubclass(act, Record):
        return amending(b, about)
    chosen = record(b, about) if about else None
    if act is acts.RecordDecision and chosen is not None and isinstance(chosen.body, acts.RecordOption):
        return units.shown(b, _filled(b, act, _decision(b, chosen.body)))
    return units.shown(b, _filled(b, act, _MAKERS[act](b) if act in _MAKERS else {}))


def _filled(b: Briefing, act: type[acts.Act], own: Filled) -> dict[str, Any]:
    alike = {path: make(b) for path, make in _FIELDS.items() if path.partition(".")[0] in act.model_fields}
    return {path: value for path, value in {**alike, **own}.items() if value is not None}


def recent(b: Briefing, most: int = 4, since: int | None = None) -> list[Ref]:
    """Return references to the newest results, oldest first; what somebody typed in the wrong place is none."""
    refs = {seq: Ref(ref) for ref, seq in b.incident.refs.items()}
    found = [
        refs[entry.seq] for entry in b.entries
        if isinstance(entry.body, e.QueryFinished | e.MetricPinned) and entry.seq in refs
        and refs[entry.seq].kind != MISPLACED
        and (since is None or entry.at >= since)
    ]  # fmt: skip
    return found[-most:]


MISPLACED = "misplaced"
"""What a command is cited by that was given where it does not belong."""


class Measured(NamedTuple):
    """A figure that a result has shown, and when: the world moves on, so whoever says it is told its age."""

    value: float
    at: int


def measured(b: Briefing) -> dict[str, Measured]:
    """Return the newest value of every figure that a result has shown, newest figure first."""
    found: dict[str, Measured] = {}
    for entry in reversed(b.entries):
        if isinstance(entry.body, e.QueryFinished):
            for name, value in entry.body.figures.items():
                # Nobody says half a user; small figures are shares and keep their decimals.
                found.setdefault(name, Measured(float(round(value)) if abs(value) >= 20 else value, entry.at))
    return found


def figure(b: Briefing, path: str, at: int = 0) -> dict[str, Any]:
    """Return the `at`-th measured figure as the fields of a stated one."""
    known = list(measured(b).items())
    if at >= len(known):
        return {}
    return {f"{path}.name": known[at][0], f"{path}.low": known[at][1].value}


def figures(b: Briefing, path: str) -> dict[str, Any]:
    """Return the newest measured figures as rows."""
    return {**figure(b, f"{path}.0", 0), **figure(b, f"{path}.1", 1)}


def age(b: Briefing, name: str) -> str:
    """Return in words how old a measured figure is, empty for one that nobody measured."""
    found = measured(b).get(name)
    return "" if found is None else f"Measured at {clock(found.at)}, {minutes(max(0, b.now - found.at))} ago."


def cadence(b: Briefing) -> float:
    """Return minutes to the next update: what the severity allows, never more than half an hour."""
    level = next((one for one in b.incident.levels if one.id == b.incident.severity), None)
    return float(min(30.0, (level and level.update_minutes) or 30.0))


def _whose(b: Briefing, duty: Duty) -> str | None:
    """Return who does what a duty is about: the owner of its lane, else the seat that is there for it."""
    return _owner(b, PLACES[duty]) or b.catalogue.seat_for(duty)


def _owner(b: Briefing, lane: str) -> str | None:
    named = b.incident.lanes.get(lane)
    return named[0] if named else next((role.id for role in b.catalogue.roles if role.lane == lane and role.seat), None)


def _other(b: Briefing) -> str | None:
    deputy = b.incident.holder(DEPUTY)
    seats = [role.id for role in b.catalogue.roles if role.seat and role.id != b.role]
    return deputy if deputy and deputy != b.role else next(iter(seats), None)


def _own_causes(b: Briefing) -> str | None:
    said = [x.body for x in b.entries if isinstance(x.body, acts.StateHypothesis) and x.role == b.role]
    return max(said[-3:], key=lambda one: one.probability).cause if said else None


def _actions_done(b: Briefing) -> list[Run]:
    return [run for run in b.incident.runs.values() if run.what == "action" and run.state == "done"]


def _done(b: Briefing) -> list[str]:
    return list(dict.fromkeys(run.ident for run in _actions_done(b)))


def _in_hand(b: Briefing) -> list[str]:
    return [run.ident for run in b.running() if run.what == "action"]


def _last_done(b: Briefing) -> int | None:
    return max((run.finished or 0 for run in _actions_done(b)), default=None)


def _newest(b: Briefing, source: str) -> str | None:
    return next((option.id for option in reversed(b.options(source))), None)


def _phase(b: Briefing) -> str:
    return {"monitoring": "recovery", "resolved": "recovery", "mitigating": "containment"}.get(
        b.incident.status, "detection"
    )


def _public_status(b: Briefing) -> str:
    return "mitigating" if _done(b) or _in_hand(b) or b.incident.given("decision") else "investigating"


def _rang(b: Briefing) -> list[AlertState]:
    """Return the alert that an incident begins with, where there is one.

    What paged first: what comes while somebody reads the form may be no more than what was done about it. A page that
    is over is still what the incident began with; of what fires without one, the oldest is everyday noise, and all of
    it before anybody was paged.
    """
    firing = [a for a in b.alerts() if a.firing]
    pages = [a for a in firing if a.page] or [a for a in b.alerts() if a.page]
    return pages[-1:] or (firing[:1] if b.now >= 0 else [])


def _declare(b: Briefing) -> Filled:
    rang = _rang(b)
    evidence = [*(Ref.to("alert", a.alert) for a in rang), *recent(b, 3)]
    return {"title": "".join(a.summary[:120] for a in rang), "evidence": evidence, "hypothesis": _own_causes(b)}


def _roles(b: Briefing) -> Filled:
    if b.incident.holder(COMMANDER) is None:
        return {"role": COMMANDER, "to": b.role}
    return {"role": DEPUTY, "to": b.catalogue.seat_for("deputises")}


def _lane(b: Briefing) -> Filled:
    lanes = [role.lane for role in b.catalogue.roles if role.lane]
    free = [lane for lane in lanes if lane not in b.incident.lanes] or lanes
    owner = _owner(b, free[0]) if free else None
    rest = [role.id for role in b.catalogue.roles if role.seat and role.lane and role.id != owner]
    return {"lane": free[0] if free else None, "owner": owner, "next_owner": next(iter(rest), None)}


def _report(b: Briefing) -> Filled:
    tasks = b.tasks()
    return {"task": tasks[0].id if tasks else None, "evidence": recent(b, 2)}


def _decision(b: Briefing, chosen: acts.RecordOption | None = None) -> Filled:
    options = [x.body for x in b.incident.given("option") if isinstance(x.body, acts.RecordOption)]
    left = {one.action: one for one in options if not blocked(b, one.action)}
    # What was done already comes before what could be; of several that could be nobody has chosen one yet.
    undecided = [] if chosen else _undecided(b)
    one = chosen or (next(iter(left.values())) if len(left) == 1 and not undecided else None)
    return {
        "decision": "continue mitigation", "strategy": b.incident.strategy, "evidence": recent(b, 5),
        "actions": [one.action] if one else undecided, "reversal_minutes": one.reversal_minutes if one else None,
        "blast_radius": [one.risk] if one and one.risk else [], **(spread_as("check", one.abort_if) if one else {}),
        "execution_owner": _whose(b, "executes"), "verification_owner": _whose(b, "verifies"),
    }  # fmt: skip


def _undecided(b: Briefing) -> list[str]:
    """Return what was carried out and stands in no decision: the gate asks for one."""
    decided = {action for x in b.incident.given("decision") if isinstance(x.body, acts.RecordDecision)
               for action in x.body.actions}  # fmt: skip
    return list(dict.fromkeys(run.ident for run in _actions_done(b) if not run.decision and run.ident not in decided))


def _take(b: Briefing) -> Filled:
    """Return what was decided last and is still to be done, by whom, and where that stands.

    Who answers for it is named where they can do it; else it is left to whoever can.
    """
    decided = [x.body for x in b.incident.given("decision") if isinstance(x.body, acts.RecordDecision)][-1:]
    for one in decided:
        for action in one.actions:
            if not blocked(b, action):
                able = _can(b, one.execution_owner, action)
                return {"action": action, "executor": one.execution_owner if able else None,
                        "decision": _newest(b, "decisions")}  # fmt: skip
    # It may have left open what is done: then this is what was decided.
    left_open = bool(decided) and not decided[0].actions
    return {"decision": _newest(b, "decisions")} if left_open else {}


def _can(b: Briefing, role: str, action: str) -> bool:
    """Tell whether a role is in the room and an action is among what it can carry out."""
    line = b.catalogue.line(action)
    return line is not None and role in line.executors and b.incident.present.get(role, False)


def spread_as(path: str, check: Check | None) -> Filled:
    """Return a check as the fields of a form."""
    return {f"{path}.{name}": value for name, value in spread(check).items()} if check else {}


def blocked(b: Briefing, action: str) -> bool:
    """Tell whether the record says that an action cannot be taken now: refused, taken already, or no way back open."""
    line = b.catalogue.line(action)
    readiness = b.incident.readiness.body if b.incident.readiness else None
    no_way_back = isinstance(readiness, acts.RecordReadiness) and readiness.rollback == "blocked"
    if no_way_back and line and line.rung == "rollback":
        return True
    asked = any(task.action == action and task.reported is None for task in b.incident.tasks.values())
    tries = [x.seq for x in b.entries if isinstance(x.body, acts.TakeAction) and x.body.action == action]
    return asked or b.incident.last_run("action", action) is not None or not refused(b.entries).isdisjoint(tries[-1:])


def _snapshot(b: Briefing) -> Filled:
    readiness = b.incident.readiness.body if b.incident.readiness else None
    stable = readiness.known_good if isinstance(readiness, acts.RecordReadiness) else None
    return {"phase": _phase(b), "stable_revision": stable, "candidate": next(iter(_in_hand(b)), None),
            **figure(b, "risk_of_waiting")}  # fmt: skip


def _verification(b: Briefing) -> Filled:
    pinned = [ref.ident for ref in map(Ref, b.incident.refs) if ref.kind == "metric"]
    quiet = b.catalogue.quiet
    return {"metrics": list(dict.fromkeys(pinned)), "baseline_from": quiet[0], "baseline_to": quiet[1],
            "evidence": recent(b, 3, _last_done(b)),
            "segments": [option.id for option in b.options("segments")]}  # fmt: skip


def _update(b: Briefing) -> Filled:
    audience = "restricted" if b.catalogue.protected and b.catalogue.room != "incident" else "public"
    # What was counted inside is no statement to customers until somebody decides that it is.
    counted = figure(b, "impact") if audience == "restricted" else {}
    return {"audience": audience, "status": _public_status(b), **counted}


def _escalation(b: Briefing) -> Filled:
    decided = [x.body for x in b.incident.given("decision") if isinstance(x.body, acts.RecordDecision)]
    action = next(iter(decided[-1].actions), None) if decided else None
    return {"decision": action, "owner": b.role, **figure(b, "impact")}


def second(b: Briefing) -> str | None:
    """Return the seat that would lead on after this one: the deputy where they may, else the first that may."""
    others = [seat for seat in b.successors() if seat != b.role]
    return min(others, key=lambda seat: seat != b.incident.holder(DEPUTY), default=None)


def _handoff(b: Briefing) -> Filled:
    lane = next((role.lane for role in b.catalogue.roles if role.id == b.role), None)
    leads = b.incident.holder(COMMANDER) == b.role
    return {
        "what": COMMANDER if leads else lane, "to": second(b) if leads else _other(b),
        "in_flight": _in_hand(b), "hypothesis": _own_causes(b), "packet": _newest(b, "packets"),
        "update_minutes": cadence(b),
    }  # fmt: skip


def _scope(b: Briefing) -> Filled:
    said = b.incident.scope.body if b.incident.scope else None
    before = said if isinstance(said, acts.StateScope) else None
    return {
        "reaches": list(before.reaches) if before else [], "unknown": list(before.unknown) if before else [],
        "began_minutes": before.began_minutes if before else None, **figures(b, "impact"),
    }  # fmt: skip


def _trigger(b: Briefing) -> Check | None:
    """Return what would bring everything back, as said last: with the watch, else when something was handed on."""
    if b.incident.watch and isinstance(b.incident.watch.body, acts.SetWatch):
        return b.incident.watch.body.trigger
    handed = (x.body for x in reversed(b.entries) if isinstance(x.body, acts.HandOff))
    return next((one.rollback_trigger for one in handed if one.rollback_trigger), None)


def _watch(b: Briefing) -> Filled:
    return {"owner": _whose(b, "verifies"), **spread_as("trigger", _trigger(b))}


def _checkpoint(b: Briefing) -> Filled:
    return {"in_hours": 12.0, **_watch(b)}


def _claim(b: Briefing) -> Filled:
    return {"evidence": recent(b, 4, _last_done(b))}


def _package(b: Briefing) -> Filled:
    verified = [ref for ref in map(Ref, b.incident.refs) if ref.kind == acts.RecordVerification.number]
    return {"verification": [*verified, *recent(b, 3, _last_done(b))]}


def _leadership(b: Briefing) -> Filled:
    watch = b.incident.watch.body if b.incident.watch else None
    noted = [x.body.cause for x in b.incident.given("note") if isinstance(x.body, acts.PublishDecisionNote)]
    owner = watch.owner if isinstance(watch, acts.SetWatch) else None
    return {"cause": noted[-1] if noted else _own_causes(b), "watch_owner": owner}


_FIELDS: dict[str, Callable[[Briefing], Any]] = {
    "evidence": lambda b: recent(b, 3), "residual_risks": lambda b: list(b.incident.residual_risks),
    "next_owner": _other, "next_checkpoint_minutes": lambda b: 15.0, "next_update_minutes": cadence,
    "eta": lambda b: "unknown", "trigger.is": lambda b: "above", "abort_if.is": lambda b: "above",
    "rollback_trigger.is": lambda b: "above",
}  # fmt: skip
"""Path -> what such a field begins with in whatever form, where that form's own beginning has nothing else."""
_MAKERS: dict[type[acts.Act], Callable[[Briefing], Filled]] = {
    acts.AcknowledgePage: lambda b: {"alert": next((a.alert for a in b.alerts() if a.acknowledged is None), None)},
    acts.Declare: _declare,
    acts.AssignRole: _roles, acts.AssignLane: _lane, acts.ReportTask: _report, acts.HandOff: _handoff,
    acts.ChallengeClaim: lambda b: {"inject": _newest(b, "claims"), "evidence": recent(b, 2)},
    acts.RecordDecision: _decision, acts.TakeAction: _take,
    acts.RecordPacket: lambda b: {**figures(b, "impact"), "evidence": recent(b, 6)},
    acts.RecordSnapshot: _snapshot, acts.RecordReadiness: lambda b: {"evidence_channel": b.catalogue.room},
    acts.RecordVerification: _verification,
    acts.UpdateStakeholders: _update, acts.UpdateExecutives: lambda b: figure(b, "impact"),
    acts.EscalateInternally: _escalation,
    acts.CorrectUpdate: lambda b: {"update": _newest(b, "updates"), "status": _public_status(b)},
    acts.PostMessage: lambda b: {"channel": b.catalogue.room},
    acts.StateScope: _scope, acts.NoteTimeline: lambda b: {"evidence": recent(b, 1)},
    acts.ClaimRecovery: _claim, acts.AddHardeningTask: lambda b: {"due_days": 14.0}, acts.RequestClosure: _claim,
    acts.SetWatch: _watch,
    acts.PublishDecisionNote: lambda b: {"cause": _own_causes(b), "actions": _done(b), **figures(b, "figures")},
    acts.CommitCheckpoint: _checkpoint,
    acts.PublishClosurePackage: _package, acts.WriteLeadershipNote: _leadership,
    acts.EndDrill: lambda b: {"how": "resolved" if b.incident.closed else "stopped"},
}  # fmt: skip
"""Act -> what its form begins with, beside what its fields begin with anywhere and the defaults of its class."""

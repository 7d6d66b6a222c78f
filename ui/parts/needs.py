"""What waits for the person in a role: pages, offers, tasks, asks, sign-offs, each with the commands that settle it."""

from __future__ import annotations

from typing import NamedTuple

from analytics.criteria.comms import GRACE
from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.record.tracked import Task
from simulator.text import clock
from ui.parts.bar import one_person_leads, span_of
from ui.parts.words import Names, names_of

HINT_SECONDS = 150
"""Drill seconds for which a hint stands."""


class Button(NamedTuple):
    """One click: what it says and the command it gives, or the form it opens."""

    label: str
    command: acts.Act | None
    opens: str = ""
    """Kind of the form to open instead."""
    about: str = ""
    """Id the form is about."""


class Need(NamedTuple):
    """One thing that waits."""

    id: str
    label: str
    text: str
    buttons: tuple[Button, ...]
    urgent: bool = False


def needs(briefing: Briefing) -> tuple[Need, ...]:
    """Return what waits for this role, most urgent first."""
    if briefing.ended:
        return ()
    names = names_of(briefing)
    found = [
        *_pages(briefing, names), *_offers(briefing, names), *_asks(briefing), *_sign_offs(briefing, names),
        *_tasks(briefing, names), *_stalled(briefing, names), *_update(briefing), *_pair(briefing), *_hints(briefing),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda need: not need.urgent))


def _pages(b: Briefing, names: Names) -> list[Need]:
    held = b.incident.seats_of(b.role)
    mine = [a for a in b.alerts() if a.firing and a.acknowledged is None and a.page]
    return [
        Need(f"page-{a.alert}", "page", f"{names.title('alerts', a.alert)}: {a.summary}",
             (Button("Acknowledge", acts.AcknowledgePage(alert=a.alert)),), urgent=True)
        for a in mine if a.page in held or {"commander", "deputy"} & set(held)
    ]  # fmt: skip


def _offers(b: Briefing, names: Names) -> list[Need]:
    roles = [
        Need(f"role-{role}", "offered", f"You are asked to be {role}",
             (Button("Accept", acts.AcceptRole(role=role)),), urgent=True)  # type: ignore[arg-type]
        for role, seat in b.incident.offered.items() if seat == b.role
    ]  # fmt: skip
    handed = [
        Need(h.id, "handoff", f"{names.handle(h.giver)} hands {h.what} to you",
             (Button("Accept", acts.AcceptHandOff(handoff=h.id)),), urgent=True)
        for h in b.incident.handoffs.values() if h.receiver == b.role and h.accepted is None
    ]  # fmt: skip
    return roles + handed


def _asks(b: Briefing) -> list[Need]:
    found = []
    for entry in b.entries:
        body = entry.body
        if isinstance(body, e.InjectDelivered) and body.inject in b.incident.asks:
            buttons = tuple(
                Button(label, acts.AnswerAsker(inject=body.inject, answer=ident)) for ident, label in body.answers
            )
            found.append(Need(f"ask-{body.inject}", "asks", f"{body.persona}: {body.text}", buttons, urgent=True))
    return found


def _sign_offs(b: Briefing, names: Names) -> list[Need]:
    held = set(b.incident.seats_of(b.role))
    found = []
    for run in b.running():
        action = b.catalogue.line(run.ident) if run.what == "action" else None
        if action and run.waits_for.startswith("sign-off") and held & set(action.sign_offs):
            text = f"{action.title} waits for your sign-off"
            found.append(
                Need(f"sign-{run.run}", "sign-off", text, (Button("Sign off", acts.SignOff(action=action.id)),), True)
            )
    return found


def _tasks(b: Briefing, names: Names) -> list[Need]:
    return [_task(b, names, task) for task in b.tasks()]


def _task(b: Briefing, names: Names, task: Task) -> Need:
    late = b.now > task.due
    buttons: list[Button] = []
    if task.acknowledged is None:
        buttons.append(Button("I have it", acts.AcknowledgeTask(task=task.id)))
    run = _run_of(b, task)
    if task.query and run is None:
        buttons.append(Button("Run it", acts.RunQuery(query=task.query, executor=b.role)))
    if task.action and run is None:
        buttons.append(Button("Do it", acts.TakeAction(action=task.action, executor=b.role)))
    refs = tuple(ref for ref in (f"query:{task.query}", f"action:{task.action}") if ref in b.incident.refs)
    said = "Done; the result is in the channel." if refs else "Looked into it; nothing beyond what is in the channel."
    buttons.append(Button("Report", acts.ReportTask(task=task.id, text=said, evidence=refs)))
    buttons.append(Button("Report …", None, "report_task", task.id))
    when = f"OVERDUE since {clock(task.due)}" if late else f"by {clock(task.due)}"
    text = f"{task.text} ({when}, from {names.handle(task.assigned_by)})"
    return Need(f"need-{task.id}", task.id.replace(":", " "), text, tuple(buttons), urgent=task.acknowledged is None)


def _run_of(b: Briefing, task: Task) -> str | None:
    for run in b.incident.runs.values():
        if run.ident in (task.query, task.action) and run.executor == b.role and run.since >= task.since:
            return run.state
    return None


def _stalled(b: Briefing, names: Names) -> list[Need]:
    return [
        Need(f"stall-{run.run}", "hangs", f"{names.title('actions', run.ident)} hangs; see its output",
             (Button("Abort", acts.AbortAction(action=run.run)),))
        for run in b.running() if run.state == "stalled"
    ]  # fmt: skip


def _update(b: Briefing) -> list[Need]:
    due = b.incident.next_update_due
    speaks = {"commander", "deputy", "comms"} & set(b.incident.seats_of(b.role))
    if due is None or b.incident.closed or not speaks or b.now < due - 180:
        return []
    late = b.now > due + GRACE
    text = f"Stakeholder update for {clock(due)}: {span_of(due, b.now)}"
    return [Need("update", "overdue" if late else "due", text,
                 (Button("Write it", None, "update_stakeholders"),), urgent=b.now > due)]  # fmt: skip


def _pair(b: Briefing) -> list[Need]:
    both = one_person_leads(b.incident)
    if both is None or not {"commander", "deputy"} & set(b.incident.seats_of(b.role)):
        return []
    text = f"{both} is commander and deputy at once: if they drop out, nobody leads. Name somebody else."
    return [Need("pair", "one person", text, (Button("Name a deputy", None, "assign_role"),))]


def _hints(b: Briefing) -> list[Need]:
    given = [entry for entry in b.entries if isinstance(entry.body, e.HintGiven)]
    # A hint is for a moment; one that stays after it was heeded would be untrue.
    newest = [entry for entry in given[-1:] if b.now - entry.at < HINT_SECONDS]
    return [Need(f"hint-{entry.seq}", "hint", entry.body.text, ()) for entry in newest]  # type: ignore[union-attr]

"""What waits for the person in a role: pages, offers, tasks, asks, sign-offs, each with the commands that settle it."""

from __future__ import annotations

from typing import NamedTuple

from simulator import acts
from simulator import events as e
from simulator.acts.base import LEAD
from simulator.briefing import Briefing
from simulator.names import Names
from simulator.record.tracked import Task
from simulator.text import clock
from simulator.values import Ref
from ui.parts.bar import one_person_leads, span_of
from ui.parts.followups import next_open
from ui.parts.words import names_of

DOCUMENT = "document"
"""What a button opens that shows a record instead of a form."""
TO_FILL_IN = "to fill in"


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
        *(_task(briefing, names, task) for task in briefing.tasks()),
        *_stalled(briefing, names), *_update(briefing), *_pair(briefing), *_open(briefing, names),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda need: not need.urgent))


def _pages(b: Briefing, names: Names) -> list[Need]:
    leads, mine = b.incident.has_duty(b.role, *LEAD), b.incident.stands_for(b.role)
    waiting = [a for a in b.alerts() if a.firing and a.acknowledged is None and a.page]
    return [
        Need(f"page-{a.alert}", "page", f"{names.title('alerts', a.alert)}: {a.summary}",
             (Button("Acknowledge", acts.AcknowledgePage(alert=a.alert)),), urgent=True)
        for a in waiting if leads or a.page in mine
    ]  # fmt: skip


def _offers(b: Briefing, names: Names) -> list[Need]:
    roles = [
        Need(f"role-{role}", "offered", f"You are asked to be {role}",
             (Button("Accept", acts.AcceptRole.model_validate({"role": role})),), urgent=True)
        for role, seat in b.incident.offered.items() if seat == b.role
    ]  # fmt: skip
    handed = [
        Need(h.id, "handoff", f"{names.handle(h.giver)} hands {h.what} to you",
             (Button("Read it", None, DOCUMENT, h.id), Button("Accept", acts.AcceptHandOff(handoff=h.id))), urgent=True)
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
    mine = frozenset(b.incident.stands_for(b.role))
    return [
        Need(f"sign-{run.run}", "sign-off", f"{names.title('actions', run.ident)} waits for your sign-off",
             (Button("Sign off", acts.SignOff(action=run.ident)),), urgent=True)
        for run in b.running() if run.waits_to_be_signed and not mine.isdisjoint(run.waits_for)
    ]  # fmt: skip


def _task(b: Briefing, names: Names, task: Task) -> Need:
    late = b.now > task.due
    buttons: list[Button] = []
    if task.acknowledged is None:
        buttons.append(Button("I have it", acts.AcknowledgeTask(task=task.id)))
    begun = b.incident.begun(task)
    if task.query and not begun:
        buttons.append(Button("Run it", acts.RunQuery(query=task.query, executor=b.role)))
    if task.action and not begun:
        buttons.append(Button("Do it", acts.TakeAction(action=task.action, executor=b.role)))
    asked = (("query", task.query), ("action", task.action))
    refs = tuple(ref for kind, ident in asked if ident and (ref := Ref.to(kind, ident)) in b.incident.refs)
    said = "Done; the result is in the channel." if refs else "Looked into it; nothing beyond what is in the channel."
    buttons.append(Button("Report", acts.ReportTask(task=task.id, text=said, evidence=refs)))
    buttons.append(Button("Report …", None, "report_task", task.id))
    when = f"OVERDUE since {clock(task.due)}" if late else f"by {clock(task.due)}"
    text = f"{task.text} ({when}, from {names.handle(task.assigned_by)})"
    return Need(f"need-{task.id}", f"task {task.id.ident}", text, tuple(buttons), urgent=task.acknowledged is None)


def _stalled(b: Briefing, names: Names) -> list[Need]:
    return [
        Need(f"stall-{run.run}", "hangs", f"{names.title('actions', run.ident)} hangs; see its output",
             (Button("Abort", acts.AbortAction(action=run.run)),))
        for run in b.running() if run.state == "stalled"
    ]  # fmt: skip


def _update(b: Briefing) -> list[Need]:
    due = b.incident.next_update_due
    speaks = b.incident.has_duty(b.role, *LEAD, "speaks")
    if due is None or b.incident.closed or not speaks or b.now < due - 180:
        return []
    late = b.incident.overdue(b.now)
    text = f"Stakeholder update for {clock(due)}: {span_of(due, b.now)}"
    return [Need("update", "overdue" if late else "due", text,
                 (Button("Write it", None, "update_stakeholders"),), urgent=b.now > due)]  # fmt: skip


def _pair(b: Briefing) -> list[Need]:
    both = one_person_leads(b.incident)
    if both is None or not b.incident.has_duty(b.role, *LEAD):
        return []
    text = f"One person, {both}, is commander and deputy: if they drop out, nobody leads. Name somebody else."
    return [Need("pair", "one person", text, (Button("Name a deputy", None, "assign_role"),))]


def _open(b: Briefing, names: Names) -> list[Need]:
    """Ask for one thing that a record leaves open: of the newest record, and of no other."""
    newest = max(next_open(b), key=lambda one: b.incident.refs[one.record], default=None)
    if newest is None:
        return []
    asks = f"{names.handle(newest.asks)} asks: " if newest.asks else ""
    button = Button("Fill it in", None, newest.kind, newest.record)
    return [Need(f"open-{newest.record}", TO_FILL_IN, f"{asks}{newest.question}.", (button,))]

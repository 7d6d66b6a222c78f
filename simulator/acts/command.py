"""Leading the incident: page, severity, status, freezes, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from simulator import events as e
from simulator import values as v
from simulator.acts.base import EXECUTES, INVESTIGATES, LEAD, SPEAKS, Act, Asked, already, unmet
from simulator.acts.do import TakeAction
from simulator.answers import Refusal
from simulator.names import Names, clauses
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Entry
from simulator.record.history import History

FIRST_UPDATE = 15 * 60
"""Seconds from the declaration until stakeholders have to hear."""


class _Command(Act, tab="Command", group="lead"):
    """How the response is run: who is called, what the incident is said to be, what stands still."""


class AcknowledgePage(
    _Command, form="Acknowledge page", verb="Acknowledge", open=True, wordless=True, about=("alert",),
):  # fmt: skip
    """Tell the pager that somebody is on it."""

    alert: v.Alert

    def objection(self, asked: Asked) -> Refusal | None:
        alert = asked.incident.alerts.get(self.alert)
        if alert is None:
            return unmet("that alert has not fired")
        return already("already acknowledged") if alert.acknowledged is not None else None

    def fold(self, history: History, entry: Entry) -> None:
        alert = history.alerts[self.alert]
        alert.acknowledged = alert.acknowledged if alert.acknowledged is not None else entry.at

    def sentence(self, n: Names) -> str:
        return f"acknowledges {n.title('alerts', self.alert)}"

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return any(alert.acknowledged is None for alert in history.alerts.values())


class Declare(_Command, verb="Declare the incident", weighty=True, first=("severity", "title"), group="decision"):
    """Open the incident with a severity hypothesis; link the queries or alerts it rests on."""

    severity: v.Severity
    title: v.Line
    detected_by: Annotated[v.Ref, v.Pick("evidence")] | None = None
    """What brought it up: an alert, somebody's report, a check."""
    symptoms: tuple[v.Metric, ...] | None = None
    """Indicators that were seen to be off."""
    hypothesis: v.Cause | None = None
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.declared_at is not None:
            return already("already declared; change the severity instead")
        return None

    def closed(self, circle: NeedToKnow, hands: Mapping[str, str]) -> bool:
        told = self.hypothesis, self.detected_by
        return any(one is not None for one in told) or bool(self.symptoms) or bool(self.evidence)

    def fold(self, history: History, entry: Entry) -> None:
        history.severity, history.title, history.status = self.severity, self.title, "investigating"
        if history.declared_at is None:
            history.declared_at = entry.at
            history.next_update_due = history.next_update_due or entry.at + FIRST_UPDATE

    def sentence(self, n: Names) -> str:
        thinks = f"thinks: {n.title('causes', self.hypothesis)}" if self.hypothesis else ""
        noticed = f"noticed by {self.detected_by}" if self.detected_by else ""
        off = f"off: {n.titles('metrics', self.symptoms)}" if self.symptoms else ""
        return clauses(f"Declared {self.severity}: {self.title}", noticed, off, thinks)

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return history.declared_at is None


def declared(asked: Asked) -> Refusal | None:
    """Return the refusal of what only a declared incident has."""
    return None if asked.incident.declared_at is not None else unmet("declare the incident first")


class ClassifyDependency(
    _Command, form="Dependency class", verb="Classify", may=INVESTIGATES, about=("dependency",), group="decision",
):  # fmt: skip
    """Say which class of dependency is hit; it sets the default posture."""

    dependency: v.Dependency

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.dependency == self.dependency:
            return already(f"it is classified as {self.dependency} already")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.dependency = self.dependency

    def sentence(self, n: Names) -> str:
        return f"Dependency class: {self.dependency}"


class ChangeSeverity(
    _Command, form="Severity", verb="Change the severity", may=INVESTIGATES, weighty=True, group="decision",
):  # fmt: skip
    """Revise the severity, with the evidence that moved it."""

    severity: v.Severity
    because: v.Line
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.severity == self.severity:
            return already(f"it is {self.severity} already")
        return declared(asked)

    def fold(self, history: History, entry: Entry) -> None:
        history.severity = self.severity

    def sentence(self, n: Names) -> str:
        return clauses(f"Severity is now {self.severity}", self.because)

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return history.declared_at is not None


class ChangeStatus(
    _Command, form="Status", verb="Change the status", may=SPEAKS, open=True, weighty=True, group="decision",
):  # fmt: skip
    """Move the incident along: investigating, identified, mitigating, monitoring (resolved needs closure)."""

    status: v.Status

    def objection(self, asked: Asked) -> Refusal | None:
        if self.status == "resolved":
            return unmet("an incident is resolved through the closure gate; request closure")
        if asked.incident.status == self.status:
            return already(f"the status is {self.status} as it is")
        return declared(asked)

    def fold(self, history: History, entry: Entry) -> None:
        history.status = self.status

    def sentence(self, n: Names) -> str:
        return f"Status: {self.status}"


class ChangeStrategy(
    _Command, form="Change strategy", verb="Change the strategy", tab="Decide", may=EXECUTES, weighty=True,
    group="decision",
):  # fmt: skip
    """Give up the branch in hand for another one because it is stuck."""

    strategy: v.Strategy
    because: v.Line
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.strategy == self.strategy:
            return already(f"the strategy is {self.strategy} as it is")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.strategy = self.strategy

    def sentence(self, n: Names) -> str:
        return clauses(f"New strategy: {self.strategy}", self.because)


Stopped = Literal["merges", "deploys", "both"]


def kinds_stopped(what: Stopped) -> tuple[str, ...]:
    """Return the kinds of changes that a freeze stops."""
    return ("merges", "deploys") if what == "both" else (what,)


class Freeze(
    _Command, form="Freeze", verb="Freeze", may=EXECUTES, open=True, weighty=True, hands_on=True, wordless=True,
    about=("what",),
):  # fmt: skip
    """Stop merges, deploys, or both on the named services."""

    scope: tuple[v.Service, ...]
    what: Stopped = "both"

    def objection(self, asked: Asked) -> Refusal | None:
        if not self.scope:
            return unmet("name the services to freeze")
        if all(asked.incident.is_frozen(self.scope, kind) for kind in kinds_stopped(self.what)):
            return already(f"frozen as it is: {', '.join(self.scope)}")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.freeze(self.scope, kinds_stopped(self.what), entry)

    def sentence(self, n: Names) -> str:
        return f"Frozen ({self.what}): {', '.join(self.scope)}"


class LiftFreeze(_Command, form="Lift freeze", verb="Lift the freeze", may=LEAD, open=True, hands_on=True):
    """Let changes flow again."""

    scope: tuple[v.Service, ...]

    def objection(self, asked: Asked) -> Refusal | None:
        if not any(service in asked.incident.frozen for service in self.scope):
            return already(f"nothing of it is frozen: {', '.join(self.scope) or 'no service named'}")
        return None

    def fold(self, history: History, entry: Entry) -> None:
        history.thaw(self.scope, entry)

    def sentence(self, n: Names) -> str:
        return f"Freeze lifted: {', '.join(self.scope)}"

    @classmethod
    def offered(cls, history: History, role: str) -> bool:
        return bool(history.frozen)


class PageTeam(_Command, form="Page somebody", verb="Page them", open=True, wordless=True, about=("role",)):
    """Page a specialist who is not in the room yet."""

    role: v.Role

    def objection(self, asked: Asked) -> Refusal | None:
        if asked.incident.present[self.role]:
            return already(f"{asked.handle(self.role)} is already here")
        if self.role in asked.incident.paged:
            return already(f"{asked.handle(self.role)} has been paged; wait for the answer")
        return None

    def carry_out(self, asked: Asked) -> None:
        role = asked.scenario.find("roles", self.role)
        asked.drill.env.process(asked.drill.teammates.page(role, f"by {asked.role}"))

    def sentence(self, n: Names) -> str:
        return f"pages {n.handle(self.role)}"


class AssignTask(
    _Command, form="Task", verb="Give the task", wordless=True, about=("query", "action", "lane"), minor=True,
    closed_by=("to",), first=("to", "text", "due_minutes"),
):  # fmt: skip
    """Give one named role one task, with a due time; name the query, action or topic it is about, if any."""

    to: v.Role
    text: v.Line
    lane: v.Lane | None = None
    query: v.Query | None = None
    action: v.Action | None = None
    topic: v.Topic | None = None
    due_minutes: v.Minutes = 5

    def objection(self, asked: Asked) -> Refusal | None:
        # A task about an action is an order for it: whoever may not give the one may not give the other.
        if self.action and not TakeAction(action=self.action, executor=self.to).allowed(asked):
            return asked.not_allowed(TakeAction)
        return (
            asked.absent(self.to)
            or asked.unable("queries", self.query, self.to)
            or asked.unable("actions", self.action, self.to)
        )

    def carry_out(self, asked: Asked) -> None:
        asked.delegate(self.to, self.text, self.query, self.action, self.topic, self.lane, self.due_minutes)

    def essence(self) -> tuple[object, ...]:
        # Ordering something and doing it come to the same.
        return ("do", self.query or self.action) if self.query or self.action else super().essence()


class _OwnTask(Act, opens_with="tasks", wordless=True):
    """Something said of a task by whoever has it."""

    task: Annotated[v.Ref, v.Pick("tasks")]

    def objection(self, asked: Asked) -> Refusal | None:
        incident = asked.incident
        task = incident.tasks.get(self.task)
        foreign = Refusal("not_yours", "that task is not yours")
        if task is None:
            return foreign
        # Back from a simulated teammate only: what a person has in hand nobody takes from them.
        back = task.was == asked.role and isinstance(self, AcknowledgeTask) and incident.simulated(task.owner)
        if task.owner != asked.role and not back:
            return foreign
        if back and task.owner != asked.role and task.reported is None:
            at_it = incident.begun(task)
            return unmet(f"{asked.handle(task.owner)} is at it by now; wait for the report") if at_it else None
        if isinstance(self, AcknowledgeTask) and task.acknowledged is not None:
            return already("already acknowledged")
        return already("already reported") if task.reported is not None else None


class AcknowledgeTask(_OwnTask, form="Have a task", verb="I have it", tab="Investigate", group="lead", minor=True):
    """Say that you have the task; also the way to take one back that was given to somebody else meanwhile."""

    def carry_out(self, asked: Asked) -> None:
        task = asked.incident.tasks[self.task]
        if task.owner != asked.role:  # taken back
            asked.drill.emit(e.TaskReassigned(task=task.id, owner=asked.role, was=task.owner, due=task.due))
        asked.drill.emit(e.TaskAcknowledged(task=self.task, owner=asked.role))


class ReportTask(_OwnTask, form="Report a task", verb="Report", tab="Investigate", group="message", minor=True):
    """Close a task with what was found: conditions, actions, needs."""

    text: v.Text
    evidence: v.Evidence = ()

    def carry_out(self, asked: Asked) -> None:
        asked.drill.emit(e.TaskReported(task=self.task, owner=asked.role, text=self.text))

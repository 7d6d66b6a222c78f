"""Running the incident: page, severity, roles, lanes, freezes, tasks, questions, messages."""

from __future__ import annotations

from typing import Annotated, Literal

from simulator.acts.base import Command
from simulator.values import (
    Action,
    Alert,
    Cause,
    Dependency,
    Evidence,
    Id,
    Lane,
    Line,
    Minutes,
    Pick,
    Query,
    Role,
    Seat,
    Service,
    Severity,
    Status,
    Strategy,
    Text,
    Topic,
)


class AcknowledgePage(Command):
    """Tell the pager that somebody is on it."""

    kind: Literal["acknowledge_page"] = "acknowledge_page"
    alert: Alert


class Declare(Command):
    """Open the incident with a severity hypothesis; link the queries or alerts it rests on."""

    kind: Literal["declare"] = "declare"
    severity: Severity
    title: Line
    hypothesis: Cause | None = None
    evidence: Evidence = ()


class ClassifyDependency(Command):
    """Say which class of dependency is hit; it sets the default posture."""

    kind: Literal["classify_dependency"] = "classify_dependency"
    dependency: Dependency


class ChangeSeverity(Command):
    """Revise the severity, with the evidence that moved it."""

    kind: Literal["change_severity"] = "change_severity"
    severity: Severity
    because: Line
    evidence: Evidence = ()


class ChangeStatus(Command):
    """Move the incident along: investigating, identified, mitigating, monitoring (resolved needs closure)."""

    kind: Literal["change_status"] = "change_status"
    status: Status


class ChangeStrategy(Command):
    """Give up the branch in hand for another one because it is stuck."""

    kind: Literal["change_strategy"] = "change_strategy"
    strategy: Strategy
    because: Line
    evidence: Evidence = ()


class AssignRole(Command):
    """Offer an incident role (commander, deputy) to the holder of a seat; your own is accepted at once."""

    kind: Literal["assign_role"] = "assign_role"
    role: Literal["commander", "deputy"]
    to: Seat


class AcceptRole(Command):
    """Accept the incident role offered to your seat."""

    kind: Literal["accept_role"] = "accept_role"
    role: Literal["commander", "deputy"]


class ReleaseRole(Command):
    """Give up an incident role without a successor."""

    kind: Literal["release_role"] = "release_role"
    role: Literal["commander", "deputy"]


class AssignLane(Command):
    """Name the owner of a lane and the next owner after them."""

    kind: Literal["assign_lane"] = "assign_lane"
    lane: Lane
    owner: Seat
    next_owner: Seat


class NameMergeOwner(Command):
    """Where two lanes touch one surface, name who merges."""

    kind: Literal["name_merge_owner"] = "name_merge_owner"
    surface: Service
    owner: Seat


class Freeze(Command):
    """Stop merges, deploys, or both on the named services."""

    kind: Literal["freeze"] = "freeze"
    scope: tuple[Service, ...]
    what: Literal["merges", "deploys", "both"] = "both"


class LiftFreeze(Command):
    """Let changes flow again."""

    kind: Literal["lift_freeze"] = "lift_freeze"
    scope: tuple[Service, ...]


class PageTeam(Command):
    """Page a specialist who is not in the room yet."""

    kind: Literal["page_team"] = "page_team"
    role: Role


class AssignTask(Command):
    """Give one named role one task, with a due time; name the query, action or topic it is about, if any."""

    kind: Literal["assign_task"] = "assign_task"
    to: Role
    text: Line
    lane: Lane | None = None
    query: Query | None = None
    action: Action | None = None
    topic: Topic | None = None
    due_minutes: Minutes = 5


class AcknowledgeTask(Command):
    """Say that you have the task; also the way to take one back that was given to somebody else meanwhile."""

    kind: Literal["acknowledge_task"] = "acknowledge_task"
    task: Annotated[Id, Pick("tasks")]


class ReportTask(Command):
    """Close a task with what was found: conditions, actions, needs."""

    kind: Literal["report_task"] = "report_task"
    task: Annotated[Id, Pick("tasks")]
    text: Text
    evidence: Evidence = ()


class AskRole(Command):
    """Ask a role what they know about a topic."""

    kind: Literal["ask_role"] = "ask_role"
    role: Role
    topic: Topic


class AnswerAsker(Command):
    """Answer somebody who asked, with one of the answers on offer."""

    kind: Literal["answer_asker"] = "answer_asker"
    inject: Annotated[Id, Pick("asks")]
    answer: Annotated[Id, Pick("answers")]
    text: Text = ""


class ChallengeClaim(Command):
    """Contradict a claim with evidence that could have gone the other way."""

    kind: Literal["challenge_claim"] = "challenge_claim"
    inject: Annotated[Id, Pick("claims")]
    evidence: Evidence


class PostMessage(Command):
    """Say something in a channel."""

    kind: Literal["post_message"] = "post_message"
    channel: Annotated[Id, Pick("channels")] = "incident"
    text: Text


class ShareCue(Command):
    """Bring something that only you know into the channel."""

    kind: Literal["share_cue"] = "share_cue"
    cue: Annotated[Id, Pick("own_cues")]

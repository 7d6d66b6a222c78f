"""What ends a quiet stretch: the things that need the person in a role."""

from __future__ import annotations

from dataclasses import dataclass

from simulator import events as e
from simulator.acts import PostMessage
from simulator.engine import Engine
from simulator.record.incident import IncidentState
from simulator.record.journal import Entry, seen_by

LONGEST = 15 * 60
"""Drill seconds that one skip covers at most."""
NEWS = (
    e.DrillEnded, e.IncidentClosed, e.ClosureRefused, e.CommandRefused,
    e.AlertFired, e.InjectDelivered, e.MessagePosted, e.CueGiven, e.CueShared, e.HintGiven,
    e.QueryFinished, e.ActionFinished, e.ActionAborted, e.VerificationMeasured, e.TaskReported,
    e.PageUnanswered, e.RoleJoined, e.RoleDoubled, e.StandInCame,
)  # fmt: skip
"""Events that need whoever may see them."""


@dataclass(frozen=True)
class Skipped:
    """A stretch that was skipped over, and why it ended."""

    since: int
    until: int
    why: str
    entry: Entry | None = None
    """What needs the person, where it is something that happened."""


def needs(entry: Entry, role: str) -> bool:
    """Tell whether `entry` needs the person in `role`."""
    body = entry.body
    if not seen_by(entry, role) or entry.role == role:
        return False
    match body:
        case e.TaskAssigned():
            return body.owner == role
        case e.TaskReassigned():
            return role in (body.owner, body.was)
        case e.HandOffOffered():
            return body.receiver == role
        case e.ActionQueued():
            return body.waits_for.startswith("sign-off")
        case PostMessage():
            return True
    return isinstance(body, NEWS)


def due(incident: IncidentState, role: str, since: int, now: int) -> str | None:
    """Return what falls due for `role` after `since` and by `now`."""

    def falls(at: int | None) -> bool:
        return at is not None and since < at <= now

    speaks = {"commander", "deputy", "comms"}.intersection(incident.seats_of(role))
    if speaks and falls(incident.next_update_due):
        return "a stakeholder update is due"
    if speaks and falls(incident.next_checkpoint_due):
        return "a checkpoint is due"
    for task in incident.tasks.values():
        if task.reported is None and role in (task.owner, task.assigned_by) and falls(task.due):
            return f"{task.id} is due"
    return None


def run_ahead(engine: Engine, role: str, limit: int = LONGEST) -> Skipped:
    """Advance `engine` second by second until something needs `role`, the drill ends or `limit` seconds passed."""
    since, read = engine.now, len(engine.journal.entries)
    while engine.now < since + limit and not (engine.ended or engine.finished):
        before = engine.now
        engine.advance(before + 1)
        if engine.now == before:
            break
        news = next((x for x in engine.journal.entries[read:] if engine.circle.sees(x, role) and needs(x, role)), None)
        read = len(engine.journal.entries)
        why = news.body.kind.replace("_", " ") if news else due(engine.seen_as(role), role, before, engine.now)
        if why:
            return Skipped(since, engine.now, why, news)
    return Skipped(since, engine.now, "the drill is over" if engine.ended else "nothing happened")

"""What ends a quiet stretch: the things that need the person in a role."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.acts import RecordVerification
from simulator.engine import Engine
from simulator.record.entry import Entry, sees
from simulator.record.history import History

LONGEST = 15 * 60
"""Drill seconds that one skip covers at most."""
QUIET = 60
"""Drill seconds after which a skip of somebody who is led through ends where nothing that was begun is to come."""


@dataclass(frozen=True)
class Skipped:
    """A stretch that was skipped over, and why it ended, in responders' words."""

    since: int
    until: int
    why: str


def needs(entry: Entry, role: str) -> bool:
    """Tell whether `entry`, which the person in `role` may see, needs them."""
    return entry.role != role and entry.body.concerns(role)


def due(incident: History, role: str, since: int, now: int) -> str | None:
    """Return what falls due for `role` after `since` and by `now`."""

    def falls(at: int | None) -> bool:
        return at is not None and since < at <= now

    speaks = incident.has_duty(role, "commands", "deputises", "speaks")
    if speaks and falls(incident.next_update_due):
        return "a stakeholder update is due"
    if speaks and falls(incident.next_checkpoint_due):
        return "a checkpoint is due"
    for task in incident.tasks.values():
        if task.reported is None and role in (task.owner, task.assigned_by) and falls(task.due):
            return f"{task.id} is due"
    return None


def awaited(incident: History, role: str) -> bool:
    """Tell whether something that was begun is still to come by itself: work, a report, an answer, a measurement."""
    return (
        any(run.under_way and run.state != "stalled" for run in incident.runs.values())
        or any(task.reported is None and task.owner != role for task in incident.tasks.values())
        or any(offer.accepted is None and offer.receiver != role for offer in incident.handoffs.values())
        or any(seat != role for seat in incident.offered.values())
        or any(not incident.present[one] for one in incident.paged)
        or len(incident.measured) < len(incident.given(RecordVerification.number))
    )


def run_to_inject(engine: Engine, limit: int = LONGEST) -> Skipped:
    """Advance `engine` second by second until something of the MSEL comes, the drill ends or `limit` seconds passed."""
    since = engine.now
    came = sum(line.came is not None for line in engine.msel.lines.values())
    while engine.now < since + limit and not (engine.ended or engine.finished):
        engine.advance(engine.now + 1)
        new = [line for line in engine.msel.lines.values() if line.came is not None]
        if len(new) > came:
            last = max(new, key=lambda line: line.came or 0)
            return Skipped(since, engine.now, f"{last.inject.persona} says something")
    return Skipped(since, engine.now, "the drill is over" if engine.ended else "nothing came")


def run_ahead(engine: Engine, role: str, limit: int = LONGEST, quiet: int = LONGEST) -> Skipped:
    """Advance `engine` second by second until something needs `role`, the drill ends or `limit` seconds passed.

    Where nothing that was begun is to come it ends after `quiet` seconds: nobody has to know how long is too long.
    """
    since, read = engine.now, len(engine.journal.entries)
    while engine.now < since + limit and not (engine.ended or engine.finished):
        before, led = engine.now, not engine.incident.command.lost_by(role)
        engine.advance(before + 1)
        if engine.now == before:
            break
        fresh = (x for x in engine.journal.entries[read:] if sees(x, role, engine.circle) and needs(x, role))
        news = next(fresh, None)
        read = len(engine.journal.entries)
        if led and engine.incident.command.lost_by(role):
            return Skipped(since, engine.now, "command has left the seat that had it")
        why = news.body.news if news else due(engine.seen_as(role), role, before, engine.now)
        if why:
            return Skipped(since, engine.now, why)
        # Not before the first page, which comes in second 0, that is by 1.
        if engine.now >= max(1, since + quiet) and not awaited(engine.seen_as(role), role):
            return Skipped(since, engine.now, "nothing is under way")
    return Skipped(since, engine.now, "the drill is over" if engine.ended else "nothing happened")

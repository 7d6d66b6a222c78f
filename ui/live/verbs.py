"""What people ask of a room that is no act of the journal: the clock, seats, the drill itself.

A form with `data-act="room.NAME"` comes here. A verb returns the words of the answer, or raises DrillError to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator import acts
from simulator.acts.base import LEAD
from simulator.errors import AccessDenied, DrillError
from ui.live.tools import WAITS
from ui.parts.live import SERVER
from ui.session import Here

Fields = Mapping[str, Any]
"""What a form held, by name."""
Verb = Callable[[Here, Fields], str]
PREFIX = "room."
VERBS: dict[str, Verb] = {}
"""Name, without the prefix -> what it does."""


REPEATED: set[str] = set()
"""Verbs that are asked anew when they are sent again: what they answer is kept nowhere."""


def verb(name: str, *, repeated: bool = False) -> Callable[[Verb], Verb]:
    """Register a function as a verb of the room; one that is not `repeated` is done once under its key."""

    def register(do: Verb) -> Verb:
        VERBS[name] = do
        if repeated:
            REPEATED.add(name)
        return do

    return register


@verb("clock")
def _clock(here: Here, fields: Fields) -> str:
    """Start, pause, resume or skip ahead (`do`), or set the speed (`pace`): a number, or that it waits."""
    room, person = here.room, here.person
    if fields.get("pace") == WAITS:
        room.speed(person, None)
        return "The clock waits for you"
    if "pace" in fields:
        try:
            pace = float(fields["pace"])
        except (TypeError, ValueError):
            raise DrillError("a speed is a number") from None
        room.speed(person, pace)
        return f"{pace:g}×"
    match fields.get("do"):
        case "start":
            room.start(person)
        case "pause":
            room.pause(person)
        case "resume":
            room.resume(person)
        case "skip":
            found = room.skip_ahead(person)
            minutes, seconds = divmod(found.until - found.since, 60)
            return f"Skipped {minutes:d}:{seconds:02d}: {found.why}"
        case other:
            raise DrillError(f"the clock cannot {str(other)[:40]!r}")
    return ""


@verb("sit")
def _sit(here: Here, fields: Fields) -> str:
    """Go on from another seat, for whoever has lost command."""
    b = here.room.briefing(here.role)
    if not here.plays or not b.incident.command.lost_by(here.role):
        raise AccessDenied("you change seats here once you have lost command; before that, in the lobby")
    here.room.seats.take(here.person, str(fields.get("seat", "")))
    return "You sit somewhere else now"


@verb("play")
def _play(here: Here, fields: Fields) -> str:
    """Stop observing, to take a seat in the lobby."""
    if not here.person.observes:
        raise AccessDenied("you do not observe this drill")
    here.room.seats.leave(here.person)
    return "Take a seat in the lobby"


@verb("end")
def _end(here: Here, fields: Fields) -> str:
    """End the drill; `how` is `stop` for a real emergency."""
    emergency = fields.get("how") == "stop"
    b = here.room.briefing(here.role)
    if here.plays and not emergency and b.incident.has_duty(here.role, *LEAD):
        ended = acts.EndDrill(how="resolved" if b.incident.closed else "stopped")
        refusal = here.room.submit(ended, here.person).refusal
        if refusal:
            raise AccessDenied(refusal.reason)
    else:
        here.room.end(here.person, emergency=emergency)
    return "The drill is over"


@verb("remove")
def _remove(here: Here, fields: Fields) -> str:
    """Put somebody out of the drill."""
    other = SERVER.rooms.store.participant(str(fields.get("person", "")))
    if other is None or other.drill != here.room.row.id:
        raise AccessDenied("pick who is to leave the drill")
    here.room.remove(here.person, other)
    return f"{other.name} is out of the drill"

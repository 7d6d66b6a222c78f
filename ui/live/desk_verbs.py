"""What a facilitator asks for at the desk, in words and times as people write them.

What is an act of the journal is given as that act; the room says no to everybody else.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from simulator import acts
from simulator.errors import AccessDenied, DrillError
from simulator.events.signals import ATTACHED
from simulator.room.notes import HIGHEST, LOWEST
from simulator.room.store import Participant
from simulator.room.watch import planned
from simulator.text import clock
from ui import session
from ui.live.fields import problem
from ui.live.verbs import Fields, verb
from ui.parts.live import SERVER
from ui.session import Here

MOMENT = re.compile(r"(?:T\+?)?\s*(-?)(\d{1,4})(?::([0-5]\d))?(?:[.,](\d))?", re.IGNORECASE)
CONTROL = "Exercise control"
"""Who speaks where no persona of the scenario does."""
LONGEST_NOTE = 2000


def minute(text: object) -> float | None:
    """Return a moment as people write it (`12:30`, `T+12:30`, `12.5`) in minutes; None for nothing.

    Raises DrillError for what is no moment.
    """
    said = str(text or "").strip()
    if not said:
        return None
    found = MOMENT.fullmatch(said)
    if found is None or (found[3] and found[4]):
        raise DrillError(f"{said[:20]!r} is no moment; write it as 12:30, in minutes and seconds from the page")
    minutes = int(found[2]) + int(found[3] or 0) / 60 + int(found[4] or 0) / 10
    return -minutes if found[1] else minutes


def _give(here: Here, kind: str, done: str, **fields: Any) -> str:
    """Give an act; return what was done. Raises DrillError with the refusal."""
    try:
        act = acts.ACTS[kind].model_validate({name: one for name, one in fields.items() if one is not None})
    except ValidationError as error:
        raise DrillError(problem(error, fields).words) from None
    refusal = here.room.submit(act, here.person).refusal
    if refusal:
        raise DrillError(refusal.reason)
    return done


@verb("say")
def _say(here: Here, fields: Fields) -> str:
    """Speak as any persona, now or later, in a thread or not."""
    at = minute(fields.get("at"))
    done = "Said" if at is None else f"Will be said at {clock(round(60 * at))}"
    thread = fields.get("thread") or None
    return _give(here, "send_ad_hoc", done, persona=fields.get("persona"), text=fields.get("text"), at_minutes=at,
                 to=fields.get("to") or None, channel=fields.get("channel") or None, thread=thread,
                 attachment=_attached(fields))  # fmt: skip


def _attached(fields: Fields) -> dict[str, str] | None:
    """Return what comes with words, None where nothing does."""
    text = str(fields.get("attached", ""))
    if not text.strip():
        return None
    kind = str(fields.get("attached_is") or "document")
    title = str(fields.get("attached_title", "")).strip() or ATTACHED.get(kind, kind).capitalize()
    return {"title": title, "is": kind, "text": text}


@verb("fire")
def _fire(here: Here, fields: Fields) -> str:
    """Bring an inject now; one whose condition does not hold is asked about once."""
    here.room.check_hosts(here.person)
    inject = fields.get("inject")
    not_so = next((one.not_so for one in here.room.truth("msel", planned) if one.ident == inject), "")
    if not_so and not fields.get("anyway"):
        raise DrillError(f"its condition does not hold now: {not_so}; fire it anyway from Fire …")
    return _give(here, "fire_inject", "Fired", inject=inject, anyway=True if not_so else None)


@verb("hold")
def _hold(here: Here, fields: Fields) -> str:
    """Hold an inject until a moment, or until it is fired."""
    at = minute(fields.get("at"))
    done = "Held until you fire it" if at is None else f"Held until {clock(round(60 * at))}"
    return _give(here, "hold_inject", done, inject=fields.get("inject"), until_minutes=at)


@verb("edit")
def _edit(here: Here, fields: Fields) -> str:
    """Change words or time of an inject; words that are as they were shown stay the author's."""
    text, at = fields.get("text"), minute(fields.get("at"))
    same = str(text).replace("\r\n", "\n").strip() == str(fields.get("was", "")).strip()
    words = None if same else text
    return _give(here, "edit_inject", "Changed", inject=fields.get("inject"), text=words, at_minutes=at)


@verb("duplicate")
def _duplicate(here: Here, fields: Fields) -> str:
    """Let the persona of an inject say it once more."""
    at = minute(fields.get("at"))
    return _give(here, "duplicate_inject", "Once more", inject=fields.get("inject"), at_minutes=at)


@verb("freeze")
def _freeze(here: Here, fields: Fields) -> str:
    """Stop the world and ask everybody who sits."""
    try:
        probe = acts.ProbeTeam.model_validate({"questions": tuple(fields.get("questions") or ())})
    except ValidationError as error:
        raise DrillError(problem(error).words) from None
    refusal = here.room.freeze(here.person, probe).refusal
    if refusal:
        raise DrillError(refusal.reason)
    return "Everybody is asked; resume when they are done"


@verb("step")
def _step(here: Here, fields: Fields) -> str:
    """Run ahead to the next thing that the MSEL brings."""
    found = here.room.step(here.person)
    return f"{clock(found.until)}: {found.why}"


@verb("note")
def _note(here: Here, fields: Fields) -> str:
    """Keep a note or a mark, stamped with this second."""
    tag, text = str(fields.get("tag", "")), str(fields.get("text", ""))[:LONGEST_NOTE].strip()
    if tag not in ("+", "-", ""):
        raise DrillError("a mark is + or -")
    if not tag and not text:
        raise DrillError("there are no words in it; say something, or mark the moment")
    criterion = str(fields.get("criterion", ""))[:40]
    one = here.room.note(here.person, "mark" if tag else "note", text=text, tag=tag, criterion=criterion)
    return f"Kept at {clock(one.at)}"


@verb("rate")
def _rate(here: Here, fields: Fields) -> str:
    """Rate the team in one thing; a later rating takes the place of an earlier one."""
    rating = str(fields.get("rating", ""))
    if not rating.isascii() or not rating.isdigit() or not LOWEST <= int(rating) <= HIGHEST:
        raise DrillError(f"a rating is a number from {LOWEST} to {HIGHEST}")
    about = str(fields.get("about", ""))[:40]
    text = str(fields.get("text", ""))[:LONGEST_NOTE].strip()
    here.room.note(here.person, "rating", criterion=about, rating=int(rating), text=text)
    return f"{about}: {rating}"


@verb("leave_out")
def _leave_out(here: Here, fields: Fields) -> str:
    """Leave an evaluator's ratings out, or count them again."""
    here.room.note(here.person, "left out", evaluator=str(fields.get("evaluator", "")))
    return "Changed"


@verb("look", repeated=True)
def _look(here: Here, fields: Fields) -> str:
    """See the drill as another seat sees it."""
    here.room.check_hosts(here.person)
    role = here.room.loaded.scenario.find("roles", str(fields.get("seat", "")))
    if role is None:
        raise DrillError("pick a seat of this drill")
    session.look_at(here.person, role.id)
    return f"You see what {role.title} sees"


@verb("check")
def _check(here: Here, fields: Fields) -> str:
    """Ask everybody before the start whether they read the channel."""
    text = "Communications check: say that you read this channel."
    channel = here.room.loaded.scenario.channels[0]
    return _give(here, "send_ad_hoc", "Asked", persona=CONTROL, text=text, channel=channel)


@verb("free_seat")
def _free_seat(here: Here, fields: Fields) -> str:
    """Free somebody's seat; they stand, and can be given another."""
    here.room.check_hosts(here.person)
    seat = str(fields.get("seat", ""))
    if not seat:
        raise DrillError("pick a seat")
    here.room.seats.leave(here.person, seat)
    return "The seat is free"


@verb("move_seat")
def _move_seat(here: Here, fields: Fields) -> str:
    """Let somebody sit elsewhere."""
    other = here.room.seats.move(here.person, _person(here, "person", fields), str(fields.get("seat", "")))
    return f"{other.name} sits there now"


@verb("swap_seats")
def _swap_seats(here: Here, fields: Fields) -> str:
    """Let two people change seats."""
    one, other = _person(here, "one", fields), _person(here, "other", fields)
    here.room.seats.swap(here.person, one, other)
    return f"{one.name} and {other.name} have changed seats"


@verb("hand_seat")
def _hand_seat(here: Here, fields: Fields) -> str:
    """Give one's own seat to somebody who is in the drill."""
    to = here.room.seats.hand_over(here.person, _person(here, "person", fields))
    return f"{to.name} has your seat"


@verb("let_back", repeated=True)
def _let_back(here: Here, fields: Fields) -> str:
    """Give somebody who lost their browser a way back into their seat."""
    other = _person(here, "person", fields)
    ticket = SERVER.rooms.let_back(here.room, here.person, other)
    return f"Send {other.name} this server's address followed by /enter?{urlencode({'ticket': ticket})}"


@verb("rewind")
def _rewind(here: Here, fields: Fields) -> str:
    """Play on from an earlier moment, as a drill of its own."""
    at = minute(fields.get("at"))
    if at is None:
        raise DrillError("say from which moment, such as 12:30")
    life = SERVER.rooms.rewind(here.room, here.person, round(60 * at))
    return f"Join code {life.row.code}; open it below"


@verb("real_world")
def _real_world(here: Here, fields: Fields) -> str:
    """Stop for the real world: every console goes blank and says why."""
    here.room.check_hosts(here.person)
    here.room.end(here.person, emergency=True)
    return "Stopped for the real world"


def _person(here: Here, name: str, fields: Fields) -> Participant:
    other = SERVER.rooms.store.participant(str(fields.get(name, "")))
    if other is None or other.drill != here.room.row.id:
        raise AccessDenied("pick somebody who is in this drill")
    return other

"""Who is looking, and the only names of session_state keys.

A reload, a second tab or a restart of the server is a new session and must find the same seat. So the address says
who is meant (`?me=ID`) and the browser's cookie, which no script reads, that this is so: an address that somebody
copies or sees on a shared screen opens nothing. Session state holds what is being typed and nothing that matters later.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from simulator.acts import Act
from simulator.errors import AccessDenied, DrillError
from simulator.room.access import TOKEN, network
from simulator.room.room import Room
from simulator.room.store import Participant
from simulator.room.teams import Member, Team
from ui.parts.live import SERVER

P = ParamSpec("P")

DRILL = "drill"
"""Query parameter: the join code."""
ME = "me"
"""Query parameter: the id of a participant. It opens nothing; the cookie does."""
OF = "of"
"""Query parameter: the id of a team's drill. It opens nothing; being in that team does."""
NAME = "name"
"""What the person called themselves last."""
ANSWERS = "answers"
"""Last outcome by place (form, command box, needs): (ok, words)."""
OPENED = "opened"
"""Token and facilitator key of the drill that was opened in this session: shown once."""
TICKET = "ticket"
"""What the browser is to exchange for what it stays in with, in the next run."""
LINK = "link"
"""Link for another browser that was asked for last: (purpose, ticket, until)."""
DRAWER = "drawer"
"""A drawer was opened in the last run of the whole page, and nobody has closed it since."""
DESKS = "desks"
"""Persons and seats of this session, in the order in which they came."""
COOKIE, COOKIE_JOIN, COOKIE_MOST = "seats", "~", 12
"""Cookie that keeps the newest tokens of this browser."""
TEAMS = "teams"
"""Cookie that keeps the tokens of this browser's teams, the newest first."""
VISIT = "visit"
"""This session, for the brake on guessing."""
NOT_HERE = (
    "you are not signed in to this drill in this browser; open it in the browser that you joined with, "
    "have a link made for this one there, or join with the drill's code"
)


LOOKED: dict[str, str] = {}
"""Facilitator -> the seat whose view they look at; in this process, and from the commander's again in another one."""
MOST_LOOKED = 1_000


def look_at(person: Participant, seat: str) -> None:
    """Let a facilitator see what a seat sees."""
    if len(LOOKED) >= MOST_LOOKED:
        LOOKED.pop(next(iter(LOOKED)))
    LOOKED[person.id] = seat


@dataclass(frozen=True)
class Here:
    """A person in a drill."""

    room: Room
    person: Participant
    token: str

    @classmethod
    def behind(cls, token: str) -> Here:
        """Return who has a token. Raises DrillError for one that is no good."""
        room, person = SERVER.rooms.identify(token)
        return cls(room, person, token)

    @property
    def role(self) -> str:
        """Return the seat; an observer looks over the commander's shoulder, a facilitator over anybody's."""
        if self.person.facilitator:
            return LOOKED.get(self.person.id) or self.room.loaded.scenario.lead()
        seat = None if self.person.observes else self.person.seat
        return seat or self.room.loaded.scenario.lead()

    @property
    def plays(self) -> bool:
        """Tell whether the person sits in a seat and acts from it."""
        return self.person.seat is not None and not self.person.observes and not self.person.facilitator

    @property
    def link(self) -> dict[str, str]:
        """Return the query parameters that lead back here, in this browser."""
        return {ME: self.person.id}

    @property
    def desk(self) -> str:
        """Return whose half-filled forms these are: what is written in one seat is not for the next one."""
        return f"{self.person.id}/{self.person.seat or ''}"


def here() -> Here | None:
    """Return who is looking at which drill, None where the address names nobody.

    Raises AccessDenied for somebody who is not in this browser, or no longer.
    """
    ident = st.query_params.get(ME)
    if not ident:
        return None
    token = next((one for one in split(jar()) if SERVER.rooms.whose(one) == ident), None)
    if token is None:
        raise AccessDenied(NOT_HERE)
    return Here.behind(token)


def seats() -> Iterator[Here]:
    """Yield the seats that this browser holds, newest first."""
    return behind(jar())


def behind(kept: str) -> Iterator[Here]:
    """Yield who a cookie's tokens let in, newest first; not those of another database or that were withdrawn."""
    for token in split(kept):
        with suppress(DrillError):
            yield Here.behind(token)


def jar() -> str:
    """Return what the browser keeps of its seats, as it said when this session began."""
    return str(st.context.cookies.get(COOKIE) or "")


def team_jar() -> str:
    """Return what the browser keeps of its teams, as it said when this session began."""
    return str(st.context.cookies.get(TEAMS) or "")


def teams() -> list[tuple[Team, Member]]:
    """Return the teams of this browser, each with who its bearer is in it, newest first."""
    return list(memberships(team_jar()))


def of_team() -> tuple[Room, Team] | None:
    """Return the team's drill that the address names, and whose it is; None where it names none.

    Raises AccessDenied for a drill of no team that this browser is in.
    """
    ident = str(st.query_params.get(OF, ""))
    if not ident:
        return None
    owner = SERVER.rooms.teams.owner(ident)
    if owner is None or all(team.id != owner.id for team, _ in teams()):
        raise AccessDenied("it is no drill of a team that this browser is in; open it from “Your team” there")
    return SERVER.rooms.open(ident), owner


def memberships(kept: str) -> Iterator[tuple[Team, Member]]:
    """Yield what a cookie's tokens make somebody a member of; not what was withdrawn or left."""
    for token in split(kept):
        with suppress(AccessDenied):
            yield SERVER.rooms.teams.identify(token)


def known_as() -> str:
    """Return how the person called themselves last, in this session or in this browser."""
    return str(st.session_state.get(NAME) or next((one.person.name for one in seats()), ""))


def split(kept: str) -> list[str]:
    """Return the tokens of a cookie, newest first."""
    return [one for one in kept.split(COOKIE_JOIN) if TOKEN.fullmatch(one)][:COOKIE_MOST]


def code() -> str:
    """Return the join code of the link, empty where there is none."""
    return str(st.query_params.get(DRILL, ""))


def asked(what: str, among: Sequence[str], otherwise: str) -> str:
    """Return what a link asks the lobby to offer first, `otherwise` where it asks for nothing that there is."""
    found = str(st.query_params.get(what, ""))
    return found if found in among else otherwise


def sources() -> tuple[str, str]:
    """Return what wrong codes and keys are counted by: this session, and the network it comes from."""
    own = st.session_state.setdefault(VISIT, secrets.token_hex(8))
    return str(own), network(st.context.ip_address or "local")


def own(here: Here, name: str) -> str:
    """Return the key of a widget that everybody in every seat has for themselves."""
    desks = st.session_state.setdefault(DESKS, [])
    if here.desk not in desks:
        desks.append(here.desk)
    return f"{name}-{desks.index(here.desk)}"


def answer(place: str, ok: bool, words: str) -> None:
    """Remember what became of the last thing handed in at `place`."""
    st.session_state.setdefault(ANSWERS, {})[place] = (ok, words)


def answered(place: str) -> tuple[bool, str] | None:
    """Return what became of the last thing handed in at `place`."""
    found: tuple[bool, str] | None = st.session_state.setdefault(ANSWERS, {}).get(place)
    return found


def forget(place: str) -> None:
    """Forget the outcome at `place`."""
    st.session_state.setdefault(ANSWERS, {}).pop(place, None)


@contextmanager
def trying(place: str) -> Iterator[None]:
    """Have the answer at `place` say why where what is tried cannot be done."""
    try:
        yield
    except DrillError as error:
        answer(place, False, str(error))


def callback(place: str = "") -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make something the callback of a widget: what it raises is said at `place`."""

    def made(act: Callable[P, None]) -> Callable[P, None]:
        @wraps(act)
        def called(*args: P.args, **kwargs: P.kwargs) -> None:
            with trying(place):
                act(*args, **kwargs)

        return called

    return made


def giving(here: Here, place: str, command: Act, done: str) -> dict[str, Any]:
    """Return what a button needs to give a command: once, however often it is pressed before it is drawn again."""
    drawn = f"{here.person.id} {place} {command!r} {here.room.version}"
    key = hashlib.blake2s(drawn.encode(), digest_size=16).hexdigest()

    @callback(place)
    def give() -> None:
        refusal = here.room.submit(command, here.person, key).refusal
        answer(place, refusal is None, refusal.reason if refusal else done)

    return {"on_click": give}

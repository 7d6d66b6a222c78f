"""Who is looking, and the only names of session_state keys.

A reload, a second tab or a restart of the server is a new session and must find the same seat. So the address says
who is meant (`?me=ID`) and the browser's cookie, which no script reads, that this is so: an address that somebody
copies or sees on a shared screen opens nothing. Session state holds what is being typed and nothing that matters later.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from simulator.errors import AccessDenied, DrillError, StoreError
from simulator.room.access import TOKEN, network
from simulator.room.room import Room
from simulator.room.store import Participant
from ui.parts.drafts import DRAFTS
from ui.parts.live import SERVER

P = ParamSpec("P")

DRILL = "drill"
"""Query parameter: the join code."""
ME = "me"
"""Query parameter: the id of a participant. It opens nothing; the cookie does."""
NAME = "name"
"""What the person called themselves last."""
VIEW = "view"
"""Part of the console shown on a narrow screen."""
TAB = "tab"
"""Tab of the console's middle column."""
GROUP = "form_group"
FORM = "form_kind"
TYPED = "typed"
"""Text or pick in the command box."""
PENDING = "pending"
"""Line of the command box that is a command, and that command: given as soon as the box is drawn."""
TAKEN = "taken"
"""Line that was taken from the command box last, and when (by the monotonic clock)."""
PRESSES = "presses"
"""Key of the next command from each form, button and line."""
ANSWERS = "answers"
"""Last outcome by place (form, command box, needs): (ok, words)."""
ROUNDS = "rounds"
"""How often a form was handed in; part of its widgets' keys, so that the next one starts from the state."""
OPENED = "opened"
"""Token and facilitator key of the drill that was opened in this session: shown once."""
TICKET = "ticket"
"""What the browser is to exchange for what it stays in with, in the next run."""
LINK = "link"
"""Link for another browser that was asked for last: (purpose, ticket, until)."""
STARTED = "started"
"""What each form field was filled with at first: a field that still holds it has not been touched."""
MENU = "drill-menu"
"""Whether the drill's menu is open."""
ENDING = "ending-asked"
"""What ending was asked for in the menu: `end` or `stop`."""
DRAFT = "draft"
"""Fields that this person had filled in before a reload, by form and path, until they are drawn or handed in."""
WHOSE = "whose"
"""Person and seat that everything typed in this session belongs to."""
FIRST = "first_round"
"""Round that forms begin with: a new one for every seat, or the browser would show what it holds under the old key."""
FIELDS = "form-"
"""Beginning of the keys of all form fields."""
NEAREST = "nearest"
"""Command that comes closest to one that does not exist."""
EMPTY: tuple[Any, ...] = (None, "", [])
"""What a field holds that nobody has filled in."""
PLACES = "places"
"""What is drawn at a place now, and in which of its slots, by place."""
SLOTS = 2
"""Slots of a place: what is drawn there, and where the next thing goes."""
DESKS = "desks"
"""Persons and seats of this session, in the order in which they came."""
COOKIE, COOKIE_JOIN, COOKIE_MOST = "seats", "~", 12
"""Cookie that keeps the newest tokens of this browser."""
VISIT = "visit"
"""This session, for the brake on guessing."""
NOT_HERE = (
    "you are not signed in to this drill in this browser; open it in the browser that you joined with, "
    "have a link made for this one there, or join with the drill's code"
)


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
        """Return the seat; an observer or facilitator looks over the commander's shoulder."""
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


def field(kind: str, path: str) -> str:
    """Return the widget key of a form's field; it changes when the form has been handed in."""
    return f"{FIELDS}{kind}-{rounds(kind)}-{path}"


def start(key: str, value: Any) -> None:
    """Fill a widget that is drawn for the first time, or that nobody has touched since it was filled."""
    started = st.session_state.setdefault(STARTED, {})
    before = st.session_state.get(DRAFT, {})
    if key not in st.session_state and _name(key) in before:
        st.session_state[key] = before.pop(_name(key))
        started[key] = value
    elif key not in st.session_state and value in EMPTY:
        # Not assigned: what is assigned is sent to the browser, and may arrive when somebody is typing there already.
        started[key] = value
    elif key not in st.session_state or (key in started and st.session_state[key] == started[key] != value):
        st.session_state[key] = value
        started[key] = value


def own(here: Here, name: str) -> str:
    """Return the key of a widget that everybody in every seat has for themselves."""
    desks = st.session_state.setdefault(DESKS, [])
    if here.desk not in desks:
        desks.append(here.desk)
    return f"{name}-{desks.index(here.desk)}"


def slot(place: str, what: Hashable) -> int:
    """Return the slot for what is drawn at a place: another one than that of whatever else was there before."""
    places = st.session_state.setdefault(PLACES, {})
    before, number = places.get(place, (what, 0))
    places[place] = (what, number if before == what else (number + 1) % SLOTS)
    return int(places[place][1])


def _name(key: str) -> str:
    """Return what a form's field is kept under: form and path, however often the form was handed in."""
    kind, _, path = key.removeprefix(FIELDS).split("-", 2) if key.startswith(FIELDS) else ("", "", key)
    return f"{kind}/{path}"


def restore(here: Here) -> None:
    """Take up what this person had filled in in this seat before a reload, and the form that was open.

    A session that comes from another drill or seat forgets first what was typed there.
    """
    if st.session_state.get(WHOSE) == here.desk:
        return
    if WHOSE in st.session_state:
        _clear()
    st.session_state[WHOSE] = here.desk
    kept = DRAFTS.of(here.desk)
    for key in (GROUP, FORM):
        if key in kept:
            st.session_state[key] = kept[key]
    st.session_state[DRAFT] = {name: value for name, value in kept.items() if name not in (GROUP, FORM)}


def _clear() -> None:
    """Forget all that was typed, picked and answered."""
    first = max([st.session_state.get(FIRST, 0), *st.session_state.get(ROUNDS, {}).values()]) + 1
    fields = [key for key in st.session_state if key.startswith(FIELDS)]
    for key in (*fields, DRAFT, STARTED, ROUNDS, ANSWERS, PENDING, TAKEN, PRESSES, NEAREST, GROUP, FORM):
        st.session_state.pop(key, None)
    st.session_state[FIRST] = first
    if TYPED in st.session_state:
        # Assigned, not dropped: the box is the same widget in every seat, and the browser has its words.
        st.session_state[TYPED] = None


def save(here: Here) -> None:
    """Keep what has been filled in so far and differs from what it was filled with."""
    if st.session_state.get(WHOSE) != here.desk:
        return  # A tick of the page as it was before the seat changed.
    found = {**st.session_state.get(DRAFT, {}), **_touched()}
    opened = {key: st.session_state[key] for key in (GROUP, FORM) if st.session_state.get(key)}
    DRAFTS.keep(here.desk, {**found, **opened} if found else {})


def _touched() -> dict[str, Any]:
    """Return what was filled in since the forms were drawn: value by form and path."""
    found = {}
    for key, before in st.session_state.get(STARTED, {}).items():
        kind, _, path = _name(key).partition("/")
        if key == field(kind, path) and st.session_state.get(key, before) != before:
            found[_name(key)] = st.session_state[key]
    return found


def rounds(place: str) -> int:
    """Return how often a form or box was handed in."""
    return int(st.session_state.setdefault(ROUNDS, {}).get(place, st.session_state.get(FIRST, 0)))


def turn(place: str) -> None:
    """Start a form or box afresh: the next widgets are new ones."""
    st.session_state.setdefault(ROUNDS, {})[place] = rounds(place) + 1
    left = st.session_state.get(DRAFT, {})
    for name in [name for name in left if name.startswith(f"{place}/")]:
        del left[name]


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


def callback(
    place: str = "", field: Callable[[], str] | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make something the callback of a widget: what it raises is said at `place`, what was typed is put back.

    `field` names the widget's key where the browser empties that widget as soon as it is handed in.
    """

    def made(act: Callable[P, None]) -> Callable[P, None]:
        @wraps(act)
        def called(*args: P.args, **kwargs: P.kwargs) -> None:
            typed = st.session_state.get(field()) if field else None
            try:
                act(*args, **kwargs)
            except DrillError as error:
                answer(place, False, str(error))
                if field:
                    st.session_state[field()] = typed

        return called

    return made


def press(what: str) -> str:
    """Return the key of the next command from a form, button or line: another one once that was answered.

    What was drawn with it is pressed once, however often the press arrives.
    """
    return str(st.session_state.setdefault(PRESSES, {}).setdefault(what, secrets.token_urlsafe(12)))


def spent(key: str) -> bool:
    """Take a press for good; tell whether it had been taken before: the page may call what a button does twice."""
    presses = st.session_state.get(PRESSES, {})
    st.session_state[PRESSES] = {what: kept for what, kept in presses.items() if kept != key}
    return key not in presses.values()


@callback()
def turn_again(place: str) -> None:
    """Start a form afresh (as a callback)."""
    turn(place)


@callback()
def forgotten(place: str) -> None:
    """Forget the outcome at `place` (as a callback)."""
    forget(place)


@callback()
def given(here: Here, place: str, act: Any, done: str, key: str) -> None:
    """Give an act (as a callback)."""
    give(here, place, act, done, key)


def giving(here: Here, place: str, act: Any, done: str, what: str) -> dict[str, Any]:
    """Return what a button needs to give an act once when it is pressed; `what` tells it from other buttons."""
    return {"on_click": given, "args": (here, place, act, done, press(what))}


def give(here: Here, place: str, command: Any, done: str = "", key: str = "") -> bool:
    """Give a command for the person; remember the outcome at `place` and tell whether it was taken.

    `key` is that of what was pressed, else of the place. It stays where nobody knows whether the command was stored.
    """
    key = key or press(place)
    answered = True
    try:
        refusal = here.room.submit(command, here.person, key).refusal
        refused = refusal.reason if refusal else ""
    except DrillError as error:
        refused, answered = str(error), not isinstance(error, StoreError)
    if answered:
        spent(key)
    answer(place, not refused, refused or done)
    return not refused

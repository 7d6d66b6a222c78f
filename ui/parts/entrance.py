"""The way into a drill that is there already: by its code, by a seat, by the facilitator's key, or after its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from simulator.errors import DrillError
from simulator.room.room import Room
from simulator.room.rooms import Chair, Lobby
from simulator.values import OBSERVER
from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.offered import key_of_drill
from ui.parts.text import plain, sentence
from ui.session import Here

STATES = {"waiting": "not started yet", "over": "over", "lost": "cannot go on"}


def by_code(code: str) -> None:
    """Let somebody with a join link in: name and seat, or after the end what can still be had."""
    try:
        room = SERVER.rooms.by_code(code, *session.sources())
        lobby = SERVER.rooms.lobby(room)
    except DrillError as error:
        shell.kept_out("No drill has this code", error)
        with st.container(border=True, width=420):
            ask_code(code)
        return
    shell.head(lobby.title, f"Join code {lobby.code} · {lobby.mode} · {_state(lobby)}", narrow=True)
    if lobby.state == "lost":
        st.warning(plain(room.problem or ""), icon=":material/info:")
        shell.to_lobby()
    elif lobby.state == "over":
        _over(room, lobby)
    else:
        _briefing(lobby)
        name = your_name("join-name", width=420)
        word = _word("join-word", "A word to come back with (may be left empty)")
        _chairs(room, lobby, lambda seat: shell.enter(_join(room, name, seat, word)))
        _back(room)
    _by_key(room)


def your_name(key: str, width: int | Literal["stretch"] = "stretch") -> str:
    """Ask who somebody is, as they were called last."""
    name: str = st.text_input(
        "Your name",
        value=session.known_as(),
        key=key,
        max_chars=40,
        placeholder="As the channel shows it",
        width=width,
    )
    return name


def ask_code(code: str = "") -> None:
    """Ask for a join code and lead to its drill; `code` is one that was tried already."""
    with st.form("join-form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            typed = st.text_input(
                "Somebody gave you a join code?", value=code[:12], key="join-code", max_chars=12,
                placeholder="Six letters and digits", width=320,
            )  # fmt: skip
            found = st.form_submit_button("Join the drill", icon=":material/login:")
        if found:
            with session.trying("join"):
                room = SERVER.rooms.by_code(typed, *session.sources())
                session.forget("join")
                shell.go(Page.LOBBY, {session.DRILL: room.row.code})
        outcome("join")


def _over(room: Room, lobby: Lobby) -> None:
    """Offer what a drill that is over still gives to somebody who has only its code."""
    mine = next((one for one in session.seats() if one.room.row.id == room.row.id), None)
    st.info("This drill is over; nobody can sit down any more.", icon=":material/flag:")
    if mine is not None:
        label = f"Open the debrief as {plain(mine.person.name)}"
        if st.button(label, key="own-debrief", type="primary", icon=":material/fact_check:"):
            shell.go(Page.DEBRIEF, mine.link)
    elif lobby.mode == "training":
        st.markdown(
            "It was a training: its debrief can be read with this code, without the names of the people in it. "
            "It tells everything that was behind the incident, so play the scenario first if you want to."
        )
        with st.container(horizontal=True):
            if st.button("Read the debrief", key="read-debrief", type="primary", icon=":material/fact_check:"):
                shell.go(Page.DEBRIEF, {session.DRILL: lobby.code})
            if st.button("Practise this scenario first", key="practise-first", icon=":material/play_arrow:"):
                shell.go(Page.LOBBY, {"scenario": key_of_drill(room.row)})
    else:
        st.markdown(
            "It was an assessment: its debrief is for those who took part. If you were one of them, open it with the "
            "link that led you to your seat, or in the browser you used then, under *Your drills* in the lobby. "
            "Otherwise ask the host to show it to you."
        )
    shell.to_lobby()


def _by_key(room: Room) -> None:
    """Let whoever opened the drill be its facilitator in this browser too."""
    if not room.row.hosted:
        return
    with st.expander("I host this drill"), st.form("key-form", border=False):
        name = st.text_input("Your name", value=session.known_as(), key="key-name", max_chars=40)
        where = "It was shown once, beside the seats, when you opened the drill."
        key = st.text_input("Facilitator key", key="key-key", max_chars=80, help=where, type="password")
        if st.form_submit_button("Go on as its host"):
            with session.trying("key"):
                token, person = SERVER.rooms.facilitate(room, name or "Facilitator", key, *session.sources())
                shell.enter(Here(room, person, token))
        outcome("key")


def _join(room: Room, name: str, seat: str, word: str) -> Here:
    st.session_state[session.NAME] = name
    token, person = SERVER.rooms.join(room, name, seat, word)
    return Here(room, person, token)


def _word(key: str, label: str) -> str:
    """Ask for the word by which somebody has their seat again in another browser."""
    about = "With your name and this word you have your seat again, should you lose this browser."
    typed: str = st.text_input(label, key=key, max_chars=80, help=about, type="password", width=420)
    return typed


def _back(room: Room) -> None:
    """Let somebody back into their seat who lost their browser."""
    with st.expander("I was in this drill and lost my browser"), st.form("back-form", border=False):
        name = st.text_input("Your name in this drill", value=session.known_as(), key="back-name", max_chars=40)
        word = _word("back-word", "The word you chose when you joined")
        if st.form_submit_button("Back to my seat"):
            with session.trying("back"):
                token, person = SERVER.rooms.rejoin(room, name, word, *session.sources())
                shell.enter(Here(room, person, token))
        outcome("back")
        st.caption("Without a word: ask the host, who can let you back in by a link.")


def seats(here: Here) -> None:
    """Let somebody who is in, but stands, sit down; after the end there is only the debrief."""
    lobby = SERVER.rooms.lobby(here.room)
    if lobby.state == "over":
        shell.go(Page.DEBRIEF, here.link)
    shell.head(lobby.title, f"{here.person.name}, pick a seat · {_state(lobby)}", narrow=True)

    def sit(seat: str) -> None:
        if seat == OBSERVER:
            here.room.seats.observe(here.person)
        else:
            here.room.seats.take(here.person, seat)
        shell.go(Page.CONSOLE, here.link)

    _briefing(lobby)
    _chairs(here.room, lobby, sit)


def _chairs(room: Room, lobby: Lobby, sit: Callable[[str], None]) -> None:
    outcome("seat")
    does = {role.id: shell.opening(role.brief) for role in room.loaded.scenario.roles}

    def card(chair: Chair) -> None:
        with st.container(border=True, height="stretch"):
            st.markdown(
                f"**{plain(chair.title)}**  \n{plain(does.get(chair.id, ''))}  \n"
                f":gray[{plain(f'{chair.team} · {_holder(chair, lobby)}')}]"
            )
            st.space("stretch")
            if st.button("Sit here", key=f"sit-{chair.id}", disabled=chair.holder is not None, width="stretch"):
                with session.trying("seat"):
                    sit(chair.id)
                st.rerun()

    with st.grid(3, min_column_width=240, gap="small", key="chairs"):
        for chair in lobby.chairs:
            if not chair.specialist:
                card(chair)
        with st.container(border=True, height="stretch"):
            there = f" · {', '.join(lobby.observers)}" if lobby.observers else ""
            st.markdown(
                "**Observer**  \nSee what the commander sees; say and do nothing, and be in no score.  \n"
                f":gray[{plain(f'any number{there}')}]"
            )
            if st.button("Watch", key="sit-observer", width="stretch"):
                with session.trying("seat"):
                    sit(OBSERVER)
                st.rerun()
    pagers = [chair for chair in lobby.chairs if chair.specialist]
    if pagers:
        on_call = st.expander("Specialists: on call, and in the room once somebody pages them", key="pagers")
        with on_call, st.grid(3, min_column_width=240, gap="small", key="pager-chairs"):
            for chair in pagers:
                card(chair)


def _holder(chair: Chair, lobby: Lobby) -> str:
    return chair.holder or ("simulated until somebody sits down" if lobby.automation else "empty")


def _briefing(lobby: Lobby) -> None:
    if lobby.stands:
        st.info(plain(lobby.stands), icon=":material/pause_circle:")
    with st.expander("Briefing", expanded=True):
        st.markdown(shell.prose(lobby.briefing))


def _state(lobby: Lobby) -> str:
    return STATES.get(lobby.state, lobby.state)


def outcome(place: str) -> None:
    """Say once what went wrong at `place`."""
    found = session.answered(place)
    if found and not found[0]:
        st.error(sentence(found[1]), icon=":material/block:")
        session.forget(place)

"""Who is signed in where: a link for another browser, signing others out, leaving for good."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import streamlit as st

from simulator.room.rooms import Purpose
from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.session import Here

PLACE = "signing"
MINUTES = 10
"""How long a link for another browser is good for."""
WORDS: dict[Purpose, str] = {
    "enter": "Open it in the other browser, on a phone for instance; both stay signed in. It works once, within",
    "hand over": "Whoever opens it has your seat, and this browser is signed out. It works once, within",
}


def signing(here: Here) -> None:
    """Draw the part of the drill's menu that is about this person's browsers."""
    st.button(
        "Use another browser too", key="link-enter", icon=":material/devices:", on_click=_offer, args=(here, "enter")
    )
    st.button(
        "Hand over" if here.person.facilitator else "Hand my seat over",
        key="link-over", icon=":material/move_up:", on_click=_offer, args=(here, "hand over"),
    )  # fmt: skip
    purpose, ticket, until = st.session_state.get(session.LINK, (None, "", 0.0))
    if purpose is not None and time.time() < until:
        shell.link(f"/enter?{urlencode({'ticket': ticket})}", f"{WORDS[purpose]} {MINUTES} minutes, at an address")
    if st.button("Sign out everywhere else", key="sign-out", icon=":material/lock_reset:"):
        with session.trying(PLACE):
            again = here.room.sign_out(here.person)
            shell.enter(Here(here.room, again, here.token))
    if st.button("Leave for good", key="leave", icon=":material/logout:", help="Your seat is free for somebody else"):
        with session.trying(PLACE):
            here.room.leave(here.person)
            shell.go(Page.LOBBY, {})
    shell.refused(PLACE)


@session.callback(PLACE)
def _offer(here: Here, purpose: Purpose) -> None:
    ticket = SERVER.rooms.ticket(here.person, purpose, 60 * MINUTES)
    st.session_state[session.LINK] = (purpose, ticket, time.time() + 60 * MINUTES)

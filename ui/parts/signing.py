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
    with st.container(key="signing", gap="xsmall"):
        st.markdown("**You, in other browsers**" if here.person.facilitator else "**Your seat, in other browsers**")
        with st.container(horizontal=True, gap="xsmall"):
            _link("Use another one too", "devices", "enter", here)
            _link("Hand over", "move_up", "hand over", here)
        purpose, ticket, until = st.session_state.get(session.LINK, (None, "", 0.0))
        if purpose is not None and time.time() < until:
            shell.link(f"/enter?{urlencode({'ticket': ticket})}", f"{WORDS[purpose]} {MINUTES} minutes: the link")
        with st.container(horizontal=True, gap="xsmall"):
            if st.button("Sign out the others", key="sign-out", icon=":material/lock_reset:"):
                with session.trying(PLACE):
                    again = here.room.sign_out(here.person)
                    shell.enter(Here(here.room, again, here.token))
            free = "You are signed out everywhere" + (", your seat is free for somebody else" if here.plays else "")
            if st.button("Leave for good", key="leave", icon=":material/logout:", help=free):
                with session.trying(PLACE):
                    here.room.leave(here.person)
                    shell.go(Page.LOBBY, {})
        shell.refused(PLACE)


def _link(label: str, icon: str, purpose: Purpose, here: Here) -> None:
    key = f"link-{purpose.replace(' ', '-')}"
    st.button(label, key=key, icon=f":material/{icon}:", on_click=_offer, args=(here, purpose))


@session.callback(PLACE)
def _offer(here: Here, purpose: Purpose) -> None:
    ticket = SERVER.rooms.ticket(here.person, purpose, 60 * MINUTES)
    st.session_state[session.LINK] = (purpose, ticket, time.time() + 60 * MINUTES)

"""What stands beside a drill for whoever does not play: the way in for others, who sits where, putting somebody out."""

from __future__ import annotations

import streamlit as st

from simulator.errors import AccessDenied
from simulator.room.rooms import Lobby
from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.shell import part
from ui.parts.text import escape, plain, visible
from ui.session import Here

PLACE, WHO = "remove", "remove-who"


@part(run_every=3, key="host")
def host_panel(here: Here) -> None:
    """Draw the column of whoever hosts, or only looks on."""
    row = here.room.row
    with st.container(border=True, key="hosting"):
        if here.person.facilitator:
            st.markdown("**You host this drill**")
            st.html(f'<p class="code">{escape(row.code)}</p>')
            shell.join_link(row.code, "Read the code out, or send the link")
            st.caption(
                "Start, pause, speed and skip are yours; everybody sees the same clock. You look over the commander's "
                "shoulder: channel, alerts and panels are as that seat has them, with what only it knows."
            )
        else:
            st.markdown("**You observe this drill**")
            st.caption(
                "You look over the commander's shoulder and say and do nothing; you are in no score and on no record. "
                "To play, leave for the lobby and take a seat that is free."
            )
            if st.button("Take a seat instead", key="stop-observing", icon=":material/chair_alt:", width="stretch"):
                here.room.leave_seat(here.person)
                shell.go(Page.LOBBY, here.link)
    lobby = SERVER.rooms.lobby(here.room)
    with st.container(border=True, key="people"):
        st.markdown("**Seats**")
        for chair in lobby.chairs:
            who = chair.holder or ("simulated" if lobby.automation else "empty")
            st.markdown(f"{plain(chair.title)}  :gray[{plain(who)}]")
        if lobby.observers:
            st.markdown(f"Observers  :gray[{plain(', '.join(lobby.observers))}]")
        if here.person.facilitator:
            if lobby.inside:
                _putting_out(here, lobby)
            _outcome()


def _putting_out(here: Here, lobby: Lobby) -> None:
    """Let the host put somebody out of the drill, by two clicks."""
    with st.popover("Remove somebody", icon=":material/person_remove:", key="remove"):
        who = {person.id: visible(person.name) for person in lobby.inside}
        st.selectbox("Who leaves the drill", list(who), format_func=lambda ident: who.get(ident, ""), key=WHO)
        st.caption("Their seat is free, and they are signed out in every browser. The code would let them in again.")
        st.button("Remove from the drill", key="remove-sure", type="primary", on_click=_put_out, args=(here,))


def _outcome() -> None:
    outcome = session.answered(PLACE)
    if outcome and outcome[0]:
        st.caption(plain(outcome[1]))
    else:
        shell.refused(PLACE)


@session.callback(PLACE)
def _put_out(here: Here) -> None:
    other = SERVER.rooms.store.participant(str(st.session_state.get(WHO)))
    if other is None:
        raise AccessDenied("pick who is to leave the drill")
    here.room.remove(here.person, other)
    session.answer(PLACE, True, f"{other.name} is out of the drill")

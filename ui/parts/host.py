"""What stands beside a drill for whoever does not play: the way in for others, who sits where, the host's key."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.shell import part, plain
from ui.session import Here


@part(run_every=3, key="host")
def host_panel(here: Here) -> None:
    """Draw the column of whoever hosts, or only looks on."""
    row = here.room.row
    key = st.session_state.get(session.KEYS, {}).get(row.code)
    if key:
        _key(row.code, key)
    with st.container(border=True, key="hosting"):
        if here.person.facilitator:
            st.markdown("**You host this drill**")
            st.html(f'<p class="code">{row.code}</p>')
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


def _key(code: str, key: str) -> None:
    """Show the facilitator's key until it is said to be saved; only its hash is stored."""
    with st.container(border=True, key="keybox", gap="small"):
        st.markdown("**:material/key: Your facilitator key, shown only now**")
        st.caption(
            "It makes whoever has it the host of this drill in any browser: open the join link there, then "
            "*I host this drill*. You need it if you lose this tab's address. Copy it, and keep it from the players."
        )
        st.code(key, language=None)
        st.button("I have saved it", key="key-saved", icon=":material/check:", on_click=_saved, args=(code,))


def _saved(code: str) -> None:
    st.session_state[session.KEYS].pop(code, None)

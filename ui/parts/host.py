"""What the host of a drill sees beside it: the way in for others, who sits where, what is kept for the host."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.parts.live import SERVER
from ui.parts.shell import calm, plain
from ui.session import Here


@st.fragment(run_every=3)
@calm
def host_panel(here: Here) -> None:
    """Draw the host's column."""
    row = here.room.row
    with st.container(border=True, key="hosting"):
        st.markdown("**You host this drill**")
        st.html(f'<p class="code">{row.code}</p>')
        st.caption("Read the code out, or send the link that ends in")
        st.code(f"/?{session.DRILL}={row.code}", language=None)
        key = session.get(session.KEYS, {}).get(row.code)
        if key:
            st.caption("Your facilitator key, shown only here and now: it lets you host from another browser.")
            st.code(key, language=None)
        st.caption("Start, pause, speed and skip are yours; everybody sees the same clock.")
    lobby = SERVER.rooms.lobby(here.room)
    with st.container(border=True, key="people"):
        st.markdown("**Seats**")
        for chair in lobby.chairs:
            who = chair.holder or ("simulated" if lobby.automation else "empty")
            st.markdown(f"{plain(chair.title)}  :gray[{plain(who)}]")

"""A drill that was opened just now: its code for others, and the host's key, which is shown this once."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.parts import shell
from ui.parts.text import escape
from ui.session import Here


def show(token: str, key: str) -> None:
    """Show code and key until the host goes on; only the key's hash is stored."""
    here = Here.behind(token)
    code = here.room.row.code
    shell.head(here.room.row.title, "Your drill is open; its clock waits for you.", narrow=True)
    with st.container(border=True, key="hosting", width=560):
        st.markdown("**For those who play or watch**")
        st.html(f'<p class="code">{escape(code)}</p>')
        shell.join_link(code, "Read the code out, or send the link")
    with st.container(border=True, key="keybox", gap="small", width=560):
        st.markdown("**:material/key: Your facilitator key, shown only now**")
        st.caption(
            "It makes whoever has it the host of this drill in any browser: open the join link there, then "
            "*I host this drill*. You need it if this browser forgets you. Copy it, and keep it from the players."
        )
        st.code(key, language=None)
        if st.button("I have saved it, go on as host", key="key-saved", type="primary", icon=":material/check:"):
            del st.session_state[session.OPENED]
            shell.enter(here)

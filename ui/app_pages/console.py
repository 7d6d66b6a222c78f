"""The console's page: what lives is one element; what is looked up at leisure opens over it."""

from __future__ import annotations

import streamlit as st

from simulator.errors import DrillError
from ui import session
from ui.live.element import live
from ui.pages import Page
from ui.parts import explore, shell
from ui.parts.before import before
from ui.parts.over import over
from ui.parts.playbook import sheet
from ui.parts.signing import signing
from ui.session import Here


def render() -> None:
    """Draw the console of the person behind the link."""
    try:
        here = session.here()
    except DrillError as error:
        return shell.kept_out("You are not in this drill here", error)
    if here is None:
        return shell.dead_end(
            "No drill open", "Practise alone, host a drill or join one with its code; all three start in the lobby."
        )
    if here.room.problem:
        return shell.dead_end("This drill cannot go on", here.room.problem)
    if here.room.ended:
        return over(here)
    if here.person.seat is None and not here.person.facilitator:
        return shell.go(Page.LOBBY, here.link)
    if here.room.clock.state == "waiting" and not here.room.row.hosted and here.plays:
        return before(here)
    return _live(here)


def _live(here: Here) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="beside"):
        st.html('<span class="brand">Incident Drill</span>', width="content")
        st.space("stretch")
        if st.button("Explore", key="explore", icon=":material/query_stats:", type="tertiary"):
            _explore(here)
        if st.button("Logs", key="logs", icon=":material/notes:", type="tertiary"):
            _logs(here)
        if st.button("Playbook", key="playbook", icon=":material/menu_book:", type="tertiary"):
            sheet(here)
        with st.popover("Your browsers", icon=":material/devices:", key="browsers", type="tertiary"):
            signing(here)
    live(here)


@st.dialog("Explore", width="large")
def _explore(here: Here) -> None:
    explore.explorer(here)


@st.dialog("Logs", width="large")
def _logs(here: Here) -> None:
    explore.logs(here)


if __name__ == "__main__":
    render()

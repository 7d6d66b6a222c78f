"""Ending a drill: never by one click, and never without saying what ending means."""

from __future__ import annotations

import streamlit as st

from simulator import acts
from simulator.acts.base import LEAD
from simulator.briefing import Briefing
from simulator.text import clock
from ui import session
from ui.parts.shell import refused, themed
from ui.parts.text import escape
from ui.session import Here

PLACE = "ending"


@st.dialog("End the drill for everybody?", width="medium")
def confirm(here: Here, emergency: bool = False) -> None:
    """Ask once more; cancelling changes nothing and loses nothing that was typed."""
    b = here.room.briefing(here.role)
    st.html(themed(f'<ul class="ending">{"".join(f"<li>{one}</li>" for one in meaning(b, emergency))}</ul>'))
    with st.container(horizontal=True, gap="small"):
        sure = st.button(
            "Stop now" if emergency else "End it", key="end-sure", type="primary", icon=":material/flag:",
            on_click=_end, args=(here, b, emergency),
        )  # fmt: skip
        no = st.button("Go on with the drill", key="end-not", on_click=session.forgotten, args=(PLACE,))
    if not refused(PLACE) and (sure or no):
        st.rerun()


def meaning(b: Briefing, emergency: bool = False) -> list[str]:
    """Return what ending now means, as lines of HTML."""
    left = max(0, b.catalogue.horizon - b.now)
    found = []
    if emergency:
        found.append("<b>A real emergency comes first.</b> The drill stops at once for everybody in it.")
    if not b.incident.closed:
        found.append(
            f"<b>The incident is still open</b> ({escape(b.incident.status)}). "
            "To end with it closed, request closure first."
        )
    running = len(b.running())
    if running:
        found.append(f"{running} thing{'s are' if running > 1 else ' is'} still under way and will run out unattended.")
    if left:
        found.append(
            f"<b>The harm runs on.</b> From {clock(b.now)} to {clock(b.catalogue.horizon)} the world goes on "
            f"untouched, {left // 60} more minutes, and all of it counts. Ending early saves nothing."
        )
    found.append("Nobody can act any more; the record is frozen, scored, and the debrief opens. This cannot be undone.")
    return found


def gate(b: Briefing) -> None:
    """Draw what the closure gate would ask for now; looking costs nothing, unlike being refused."""
    missing = b.missing_for_closure()
    if not missing:
        st.markdown(":material/lock_open: **The gate would open now.**")
        return
    st.markdown(f"**Missing now ({len(missing)}):**")
    st.html(themed(f'<ul class="ending">{"".join(f"<li>{escape(one)}</li>" for one in missing)}</ul>'))


@session.callback(PLACE)
def _end(here: Here, b: Briefing, emergency: bool) -> None:
    leads = b.incident.has_duty(here.role, *LEAD)
    if leads and not emergency and not here.person.facilitator:
        session.give(here, PLACE, acts.EndDrill(how="resolved" if b.incident.closed else "stopped"))
        return
    session.forget(PLACE)
    here.room.end(here.person, emergency=emergency)

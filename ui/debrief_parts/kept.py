"""What facilitators kept to themselves, read again after the drill: notes, ratings, freezes. For facilitators alone."""

from __future__ import annotations

import streamlit as st

from analytics.report.probed import probed
from simulator.room.room import Room
from simulator.room.store import Participant
from ui.debrief_parts.judged import judged
from ui.live.desk_help import probes_html
from ui.parts.shell import themed


def kept(room: Room, person: Participant) -> None:
    """Draw what was kept in a drill, folded away, since others may look at the screen."""
    notes, journal = room.notes(person), room.record()
    titles = {role.id: role.title for role in room.loaded.scenario.roles}
    asked = probed(journal.entries) if journal else []
    with st.expander("Notes, ratings and freezes, for facilitators alone", key="kept"):
        judged(room, person, notes)
        if asked:
            st.html(themed(probes_html(asked, titles)))

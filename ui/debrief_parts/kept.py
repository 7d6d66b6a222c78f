"""What facilitators kept to themselves, read again after the drill: notes, ratings, freezes. For facilitators alone."""

from __future__ import annotations

import streamlit as st

from analytics.report.probed import probed
from ui.debrief_parts.judged import judged
from ui.debrief_parts.sitting import Sitting
from ui.live.desk_help import probes_html
from ui.parts.shell import themed


def kept_view(sitting: Sitting) -> None:
    """Draw what was kept in a drill, folded away, since others may look at the screen."""
    room, person = sitting.room, sitting.person
    if room is None or person is None:
        return
    notes, journal = room.notes(person), room.record()
    titles = {role.id: role.title for role in room.loaded.scenario.roles}
    asked = probed(journal.entries) if journal else []
    with st.expander("Notes, ratings and freezes, for facilitators alone", key="kept"):
        judged(room, person, notes)
        if asked:
            st.html(themed(probes_html(asked, titles)))

"""What facilitators kept to themselves, read again after the drill: notes, ratings, freezes. For facilitators alone."""

from __future__ import annotations

import streamlit as st

from analytics.report.probed import probed
from ui.debrief_parts.sitting import Sitting
from ui.live.desk_help import noted_html, probes_html, rated_html
from ui.parts.shell import themed


def kept_view(sitting: Sitting) -> None:
    """Draw what was kept in a drill, folded away, since others may look at the screen."""
    room, person = sitting.room, sitting.person
    if room is None or person is None:
        return
    notes, journal = room.notes(person), room.record()
    titles = {role.id: role.title for role in room.loaded.scenario.roles}
    asked = probed(journal.entries) if journal else []
    if not notes and not asked:
        return
    with st.expander("Notes, ratings and freezes, for facilitators alone", key="kept"):
        parts = (noted_html(notes), rated_html(notes, {}), probes_html(asked, titles))
        st.html(themed("".join(parts)))

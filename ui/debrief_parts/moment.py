"""The drawer on one moment: the entry in full, the minutes around it, and the finding's other moments."""

from __future__ import annotations

import streamlit as st

from analytics.report import tables as frames
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines, lanes_html
from ui.debrief_parts.sitting import Sitting
from ui.parts import shell
from ui.parts.shell import themed
from ui.parts.text import escape

AROUND = 120
"""Seconds shown on either side."""
ICONS = {"Before": ":material/chevron_left:", "After": ":material/chevron_right:"}


def drawer(sitting: Sitting) -> None:
    """Open the drawer if something was picked in this run."""
    drill = sitting.drill
    asked = st.session_state.pop(keys.OPENED, False)
    picked = asked and frames.known((st.session_state[keys.MOMENT][0],), drill.journal)

    def body() -> None:
        _body(drill, sitting.lines)

    shell.drawer("Moment", body if picked else None, sitting.settled)


def _body(drill: Debriefed, lines: Lines) -> None:
    seq, among, about = st.session_state[keys.MOMENT]
    at = drill.entry(seq).at
    place = among.index(seq) if seq in among else 0
    st.html(themed(f'<p class="db-note">{escape(about)} · moment {place + 1} of {len(among)}</p>'))
    with st.container(horizontal=True, vertical_alignment="center"):
        _leaf(drill, "Before", among, place - 1, about)
        _leaf(drill, "After", among, place + 1, about)
        if st.button("Open what happened then", type="primary", key="moment-timeline", on_click=keys.open_at,
                     args=(max(0, at), seq)):
            st.rerun()
    st.html(themed(lines.html(seq, focus=True, opened=True, anchor=False)))
    rows = [
        (row.at, row.seq, row.lane)
        for row in frames.each(drill.timeline)
        if abs(row.at - at) <= AROUND and (row.seq == seq or not row.minor)
    ]
    around = f'<h3 class="db-h3">Two minutes either side of {clock(at)}</h3>'
    st.html(themed(around + lanes_html(lines, rows, seq)))


def _leaf(drill: Debriefed, label: str, among: tuple[int, ...], place: int, about: str) -> None:
    there = 0 <= place < len(among)
    seq = among[place] if there else among[0]
    st.button(
        label, icon=ICONS[label], key=f"moment-{label.lower()}", disabled=not there, on_click=keys.leaf,
        args=(seq, among, about, drill.entry(seq).at),
    )  # fmt: skip

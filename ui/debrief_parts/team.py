"""How the team worked together: loops closed, cues shared, updates, handoffs, balance; seats, never persons."""

from __future__ import annotations

import streamlit as st

from analytics.report import tables as frames
from analytics.report import team
from ui.debrief_parts.charted import show_all
from ui.debrief_parts.look import Sign, badge, note, table
from ui.debrief_parts.sitting import Sitting
from ui.parts.text import escape

SIGNS = {
    "good": Sign("✓", "as it should be", "good"), "more": Sign("◐", "more to gain", "part"),
    "none": Sign("–", "none", "quiet"),
}  # fmt: skip


def team_view(sitting: Sitting) -> None:
    """Draw the five measures, then the charts behind them."""
    st.header("How you worked together", anchor=False)
    rows = [
        (escape(row.measure), f"<b>{escape(row.value)}</b>", badge(SIGNS[row.state]))
        for row in frames.each(team.process(sitting.drill.view))
    ]
    st.html(table("Team process", ("What", "In this drill", "How it was"), rows, ""))
    note("Measured on the record, simulated teammates included. It is about the team's process; no person is ranked.")
    show_all(sitting.drill, "team")

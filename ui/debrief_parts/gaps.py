"""Strengths and gaps beside each other, in sentences of this drill, each with its moments; then the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.report import lessons
from analytics.report import tables as frames
from analytics.view import RecordView
from ui.debrief_parts.charted import show_all
from ui.debrief_parts.look import quiet
from ui.debrief_parts.score import chips
from ui.debrief_parts.sitting import Sitting
from ui.parts.text import escape

if TYPE_CHECKING:
    import pandas as pd

Lessons = Callable[[RecordView, Mapping[str, Any]], "pd.DataFrame"]


def gaps_view(sitting: Sitting) -> None:
    """Draw the section."""
    if sitting.drill.card is None:
        st.html(quiet("There is no score yet, so strengths and gaps are still open."))
    else:
        left, right = st.columns(2, gap="large")
        with left:
            st.header("What went well", anchor=False)
            _list(sitting, "strength", lessons.strengths, "Nothing stood out. Start with what people say went well.")
        with right:
            st.header("Worth most next time", anchor=False)
            _list(sitting, "gap", lessons.gaps, "Nothing: every finding has its full points.")
    show_all(sitting.drill, "gaps")


def _list(sitting: Sitting, what: str, make: Lessons, nothing: str) -> None:
    rows = list(frames.each(make(sitting.drill.view, sitting.drill.card or {})))
    if not rows:
        st.html(quiet(nothing))
    for number, row in enumerate(rows):
        with st.container(gap="xsmall", key=f"debrief-{what}-{number}"):
            worth = f'<span class="p">{escape(row.worth)}</span>' if row.worth else ""
            st.html(f'<div class="db-list"><div>{worth}<b>{escape(row.title)}</b><br>{escape(row.text)}</div></div>')
            chips(sitting, f"{what}-{number}", row.evidence, row.title)

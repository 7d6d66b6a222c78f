"""The playbook as a side sheet: phases with their windows, ladders, gates, caps. Same for every drill."""

from __future__ import annotations

from html import escape

import streamlit as st

from analytics import playbook as books

WINDOWS = ((0, 10, "Take command"), (10, 20, "Compare options"), (20, 35, "Execute one branch"),
           (35, 50, "Verify"), (50, 60, "Record and hand on"))  # fmt: skip
"""Phases of the default playbook's command timeline, in minutes."""


@st.dialog("Playbook", position="right", width="medium")
def sheet() -> None:
    """Open the side sheet."""
    st.html(sheet_html())


@st.cache_data(show_spinner=False)
def sheet_html(name: str = "recovery") -> str:
    """Return the playbook, short enough to look at while the clock runs."""
    book = books.load(name)
    parts = {part.id: part for part in book.parts}
    timeline = ""
    for low, high, title in WINDOWS:
        rows = "".join(
            f"<li><b>{escape(one.title)}</b> by T+{one.t1:g}<br><span>{escape(one.advice)}</span></li>"
            for one in parts["blueprint"].criteria
            if one.t1 is not None and low < one.t1 <= high
        )
        timeline += f"<h3>T+{low}–{high} · {title}</h3><ul>{rows}</ul>" if rows else ""
    severity = "".join(
        f"<tr><td><b>{row.severity}</b></td><td>{escape(', '.join(one.replace('_', ' ') for one in row.any_of))}</td>"
        f"<td>update every {row.update_minutes:g} min</td></tr>"
        for row in book.severity.rows
    )
    rest = "".join(
        f"<h3>{escape(part.title)} · {part.points:g} points</h3><ul>"
        + "".join(f"<li><b>{escape(one.title)}</b><br><span>{escape(one.advice)}</span></li>" for one in part.criteria)
        + "</ul>"
        for part in book.parts
        if part.id != "blueprint"
    )
    caps = "".join(f"<li><b>{escape(cap.title)}</b>: at most {cap.limit}</li>" for cap in book.caps)
    return (
        f'<div class="book"><h2>{escape(book.title)}</h2>{timeline}<h3>Severity matrix</h3>'
        f'<table class="plain"><tbody>{severity}</tbody></table>{rest}'
        f"<h3>What limits the score</h3><ul>{caps}</ul></div>"
    )

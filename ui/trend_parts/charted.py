"""How a chart of many drills is drawn: its finding, the picture, the table behind it, and that table as a file."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.report import cells
from analytics.report.charts.spec import Charted, captioned
from ui.debrief_parts import look
from ui.debrief_parts.charted import BUTTONS, WIDTH, alt
from ui.parts.text import escape, plain

if TYPE_CHECKING:
    import pandas as pd

MOST = 200
"""Rows of a table that are shown; the file has all of them."""


def draw(chart: Charted, note: str = "") -> None:
    """Draw a chart with its table folded away below it."""
    st.header(plain(chart.title), anchor=False)
    if note:
        look.note(note)
    if chart.frame.empty or chart.figure is None:
        return
    with st.container(key=f"captioned-{chart.ident}"):
        figure = captioned(chart, "Incident Drill: many drills").figure
        st.plotly_chart(figure, key=f"trends-{chart.ident}", config=_config(chart.ident), alt=alt(chart))
    with st.expander("The same as a table", key=f"trends-{chart.ident}-table"):
        look.note(f"In {chart.unit}.")
        st.html(rows(chart.title, chart.frame))
        st.download_button(
            "CSV", cells.csv(chart.frame), f"{chart.ident}.csv", "text/csv", on_click="ignore",
            key=f"trends-{chart.ident}-csv", icon=":material/download:",
        )  # fmt: skip


def _config(ident: str) -> dict[str, Any]:
    """Return what plotly's own buttons offer: save as a picture, zoom, back to all of it."""
    return {
        "displayModeBar": "hover", "displaylogo": False, "modeBarButtonsToRemove": list(BUTTONS),
        "toImageButtonOptions": {"format": "png", "filename": f"trends-{ident}", "width": WIDTH, "scale": 2},
    }  # fmt: skip


def rows(label: str, frame: pd.DataFrame) -> str:
    """Return a table as HTML, its first rows where there are many."""
    heads = tuple(str(name).replace("_", " ") for name in frame.columns)
    shown = [tuple(escape(_cell(value)) for value in row) for row in frame.head(MOST).itertuples(index=False)]
    more = f"{len(frame) - MOST:,} more rows are in the file." if len(frame) > MOST else ""
    return look.table(label, heads, shown, "Nothing.", cards=False) + (look.quiet(more) if more else "")


def _cell(value: object) -> str:
    import pandas as pd

    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return "–" if isnan(value) else f"{value:.2f}".removesuffix(".00")
    return "" if value is pd.NaT or value is None else str(value)

"""A chart of the registry on the page: the finding as its title, the figure, how to read it, its table and its CSV."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.report.charts import CHARTS
from analytics.report.charts.spec import Charted
from analytics.report.tables import each
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import note, number, quiet, table
from ui.parts.text import escape

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_ROWS = 400
"""Rows of a table on the page; the CSV has them all."""
WIDTH = 1200
"""Pixels across of a picture that is saved, whatever the screen: its caption fits."""
BUTTONS = ("select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d")


def show(drill: Debriefed, ident: str, **chosen: Any) -> None:
    """Draw one chart of the registry; where the drill has nothing of the kind, say so."""
    made = drill.chart(ident, **chosen)
    if made.figure is None:
        st.html(quiet(made.title))
        return
    heading(made.title)
    with st.container(key=f"captioned-{ident}"):
        st.plotly_chart(made.figure, key=f"debrief-{ident}", config=config(drill, ident), alt=alt(made))
    foot(drill, made)


def show_all(drill: Debriefed, section: str, but: tuple[str, ...] = ()) -> None:
    """Draw every chart of a section of the debrief, in the order of the registry, but for those drawn already."""
    for ident, kind in CHARTS.items():
        if kind.section == section and ident not in but:
            show(drill, ident)


def heading(title: str) -> None:
    """Draw a chart's finding above it."""
    st.html(f'<h2 class="db-finds">{escape(title)}</h2>')


def config(drill: Debriefed, ident: str) -> dict[str, Any]:
    """Return what plotly's own buttons offer: save as a picture, zoom, back to all of it."""
    head = drill.journal.header
    name = f"{head.scenario}-{head.variant}-{ident}"
    return {
        "displayModeBar": "hover", "displaylogo": False, "modeBarButtonsToRemove": list(BUTTONS),
        "toImageButtonOptions": {"format": "png", "filename": name, "width": WIDTH, "scale": 2},
    }  # fmt: skip


def alt(made: Charted) -> str:
    """Return what a chart shows, for whoever does not see it."""
    return f"{made.title}. {len(made.frame)} rows; the table below has them."


def foot(drill: Debriefed, made: Charted) -> None:
    """Draw how to read a chart, and its table and CSV."""
    if made.note:
        note(made.note)
    if drill.nameless:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"debrief-foot-{made.ident}"):
        opened = st.toggle("Table", key=f"debrief-table-{made.ident}")
        st.download_button(
            "CSV", made.csv, f"{made.ident}.csv", "text/csv", on_click="ignore", type="tertiary",
            icon=":material/download:", key=f"debrief-csv-{made.ident}",
        )  # fmt: skip
    if opened:
        st.html(_table(made))


def _table(made: Charted) -> str:
    shown = made.headed.drop(columns=[one for one in ("seq", "evidence") if one in made.frame]).head(MOST_ROWS)
    heads = tuple(str(name).replace("_", " ").capitalize() for name in shown.columns)
    rows = [
        tuple(_cell(value) for value in row) for row in each(shown)
    ]
    more = len(made.frame) - len(shown)
    rest = quiet(f"{more} more rows in the CSV.") if more else ""
    return table(made.title, heads, rows, "", cards=False) + rest


def _cell(value: object) -> str:
    import pandas as pd

    if value is None or value is pd.NA or (isinstance(value, float) and isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(float(value)) if isinstance(value, int | float) else escape(value)


def with_moment(figure: go.Figure, second: int) -> go.Figure:
    """Return a figure over drill minutes with a line at one moment."""
    line = {
        "type": "line", "x0": second / 60, "x1": second / 60, "yref": "paper", "y0": 0, "y1": 1, "name": "moment",
        "line": {"width": 2, "color": "#d27800"},
    }  # fmt: skip
    import plotly.graph_objects as go

    made = go.Figure(figure)
    made.layout.shapes = (*made.layout.shapes, line)
    return made

"""A scenario's list of events as a chart: who says what when, and what waits for somebody's deeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.report.charts.spec import above, band, figure, marks, rows_axis, spans, time_axis
from analytics.report.palette import ALERT, DECIDED, OTHER, QUIET, TEAM
from analytics.report.timed import msel
from simulator.scenario.model import Scenario

if TYPE_CHECKING:
    import plotly.graph_objects as go

FORMS = {"message": ("circle", OTHER), "ask": ("diamond", TEAM), "claim": ("x", ALERT),
         "order": ("triangle-up", DECIDED)}  # fmt: skip
"""Form of an inject -> how it is drawn."""
ROW = 30
"""Pixels of a row."""


def msel_chart(scenario: Scenario) -> go.Figure:
    """Return every inject at its minute, in a row for whoever says it; what waits for a condition has a bar.

    A bar reaches to the last minute at which it can come; before T+0 the ground is shaded.
    """
    frame = msel(scenario)
    personas = list(dict.fromkeys(frame["persona"]))
    row = {name: place for place, name in enumerate(personas)}
    traces = []
    waits = frame[frame["comes_when"] != ""]
    if not waits.empty:
        until = waits["until"].fillna(scenario.horizon / 60)
        hover = [f"comes when {when}" for when in waits["comes_when"]]
        traces.append(spans("can come", QUIET, waits["minute"], until, [row[one] for one in waits["persona"]], hover))
    for form, (symbol, colour) in FORMS.items():
        rows = frame[frame["form"] == form]
        if not rows.empty:
            traces.append(marks(form, symbol, colour, rows, [row[one] for one in rows["persona"]], rows["text"]))
    first = min(0.0, float(frame["minute"].min()) if len(frame) else 0.0)
    axis = time_axis(scenario.horizon / 60)
    return figure(
        ROW * len(personas) + 90, traces, barmode="overlay", xaxis={**axis, "range": [first - 1, axis["range"][1]]},
        yaxis={**rows_axis(personas), "showticklabels": False},
        annotations=above([(place, name) for name, place in row.items()]), shapes=[band(first, 0)] if first < 0 else [],
    )  # fmt: skip

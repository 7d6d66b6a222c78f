"""Metric panels: one small Plotly figure each, made once a scrape and shared by everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator import events as e
from simulator.briefing import Briefing
from simulator.catalogue import Panel
from simulator.text import clock, quantity
from ui.parts.text import escape
from ui.parts.words import names_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

LINE, NORMAL, LIMIT, DEPLOY, ACTION = "#3f8fdf", "#3aa57a", "#d9534f", "#a06bd6", "#d08a1d"
"""Readable on dark and light ground alike; each marker also differs in dash or symbol."""
WINDOW = 45
"""Minutes a panel looks back."""
HEIGHT, LOW = 140, 112
"""Pixels of a panel; with more than three rows of them they are lower, so that the work under way stays in sight."""
MANY = 100_000
"""Values from which an axis counts in thousands and millions."""
Drawn = dict[str, Any]
"""A shape, an annotation or a layout as Plotly takes it."""


def value_text(panel: Panel, value: float | None) -> str:
    """Return a value as the panel's head shows it."""
    return quantity(value, panel.unit, panel.decimals)


def judgement(panel: Panel, value: float | None) -> str:
    """Return in a word how a value stands against the level from before."""
    if value is None:
        return "no data"
    if panel.normal is None:
        return ""
    gap, near = value - panel.normal, max(0.25 * abs(panel.normal), 1e-9)
    if abs(gap) <= near:
        return "normal"
    return "above normal" if gap > 0 else "below normal"


def figure(briefing: Briefing, panel: Panel, minutes: float = WINDOW, height: int = HEIGHT) -> go.Figure:
    """Return the panel as monitoring shows it: series, normal level, alert limits, deploys and actions."""
    import plotly.graph_objects as go

    return go.Figure(data=[series_of(briefing, panel, minutes)], layout=layout_of(briefing, panel, minutes, height))


def series_of(briefing: Briefing, panel: Panel, minutes: float = WINDOW) -> Drawn:
    """Return a panel's curve as Plotly takes it."""
    points = _points(briefing, panel, minutes)
    return {
        "type": "scatter", "x": [round(t / 60, 3) for t, _ in points], "y": [value for _, value in points],
        "mode": "lines", "line": {"width": 1.7, "color": LINE}, "connectgaps": False, "showlegend": False,
        "hovertemplate": "T%{x:+.1f} min  %{y:,.4~g}<extra></extra>",
    }  # fmt: skip


def layout_of(briefing: Briefing, panel: Panel, minutes: float = WINDOW, height: int = HEIGHT) -> Drawn:
    """Return what stands around a panel's curve, as Plotly takes it."""
    since = briefing.now - round(60 * minutes)
    y = [value for _, value in _points(briefing, panel, minutes) if value is not None]
    shapes, notes = _levels(panel, _scale(panel), y)
    changes, named = _marks(briefing, since)
    # In one go: adding shapes one by one makes Plotly check the whole figure again for each of them.
    made = _layout(briefing, panel, since, height, [*shapes, *changes], [*notes, *named])
    return made | {"yaxis": _upwards(max((abs(value) for value in y), default=0.0))}


def _scale(panel: Panel) -> float:
    return 100.0 if panel.unit == "ratio" else 1.0


def _points(briefing: Briefing, panel: Panel, minutes: float) -> list[tuple[int, float | None]]:
    found = briefing.series(panel.id, briefing.now - round(60 * minutes))
    scale = _scale(panel)
    return [(t, None if value is None else round(value * scale, 6)) for t, value in found]


def _levels(panel: Panel, scale: float, seen: list[float]) -> tuple[list[Drawn], list[Drawn]]:
    top = max(seen, default=0.0)
    shapes, notes = [], []
    if panel.normal is not None:
        shapes.append(_across(panel.normal * scale, NORMAL, "dot"))
    for side, limit in panel.limits:
        # A limit far above the curve would press it flat; it appears when it begins to matter.
        if side == "below" or top > 0.35 * limit * scale:
            shapes.append(_across(limit * scale, LIMIT, "dash"))
            notes.append({  # one word is enough where limits lie close together
                "text": "alert", "x": 0, "xref": "paper", "y": limit * scale, "xanchor": "left", "yanchor": "bottom",
                "showarrow": False, "font": {"size": 9, "color": LIMIT},
            })  # fmt: skip
    return shapes, notes[:1]


def _across(y: float, colour: str, dash: str) -> Drawn:
    line = {"width": 1, "dash": dash, "color": colour}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _upright(at: int, colour: str, dash: str) -> Drawn:
    line = {"width": 1.2, "dash": dash, "color": colour}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at / 60, "x1": at / 60, "line": line}


def _marks(b: Briefing, since: int) -> tuple[list[Drawn], list[Drawn]]:
    """Return a line for each change and action, and what each is called, for whoever points at its foot."""
    names = names_of(b)
    lines, named = [], []
    for entry in b.entries:
        if entry.at < since:
            continue
        if isinstance(entry.body, e.ChangeHappened):
            colour, dash, words = DEPLOY, "dash", f"{entry.body.service}: {entry.body.what}"
        elif isinstance(entry.body, e.ActionFinished) and entry.body.ok:
            colour, dash, words = ACTION, "solid", names.title("actions", entry.body.action)
        else:
            continue
        lines.append(_upright(entry.at, colour, dash))
        named.append({
            "text": "▴", "x": entry.at / 60, "y": 0, "yref": "paper", "yanchor": "bottom", "showarrow": False,
            "font": {"size": 9, "color": colour}, "hovertext": escape(f"{clock(entry.at)} {words[:90]}"),
            "captureevents": True,
        })  # fmt: skip
    return lines, named


def _layout(b: Briefing, panel: Panel, since: int, height: int, shapes: list[Drawn], notes: list[Drawn]) -> Drawn:
    latest = b.latest(panel.id)
    word = judgement(panel, latest)
    text = value_text(panel, latest) + (f"  <i>{word}</i>" if word not in ("", "no data") else "")
    font = {"size": 11, "color": LIMIT} if word == "no data" else {"size": 11}
    head = {
        "text": text, "xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom",
        "showarrow": False, "font": font, "yshift": 1,
    }  # fmt: skip
    return {
        "height": height, "minreducedheight": 30, "margin": {"l": 38, "r": 10, "t": 34, "b": 20}, "hovermode": "x",
        "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "shapes": shapes,
        "annotations": [*notes, head],
        "title": {"text": panel.title, "x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 2, "l": 2},
                  "font": {"size": 12}},
        "xaxis": {"range": [since / 60, b.now / 60], "tickfont": {"size": 9}, "tickprefix": "T", "tickformat": "+d",
                  "nticks": 5, "showgrid": False, "fixedrange": True, "zeroline": since < 0, "zerolinewidth": 1,
                  "zerolinecolor": "#8b98a9"},
    }  # fmt: skip


def _upwards(top: float) -> Drawn:
    # From a hundred thousand on `g` would write 6e+6; `s` writes 6M, and would write 50m for what is small.
    return {"rangemode": "tozero", "tickfont": {"size": 9}, "nticks": 4, "fixedrange": True,
            "tickformat": "~s" if top >= MANY else ",~g", "zeroline": False}  # fmt: skip

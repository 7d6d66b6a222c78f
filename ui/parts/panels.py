"""Metric panels: one small Plotly figure each, made once a scrape and shared by everybody."""

from __future__ import annotations

import plotly.graph_objects as go

from simulator import events as e
from simulator.views import Briefing, Panel

LINE, NORMAL, LIMIT, DEPLOY, ACTION = "#3f8fdf", "#3aa57a", "#d9534f", "#a06bd6", "#d08a1d"
"""Readable on dark and light ground alike; each marker also differs in dash or symbol."""
WINDOW = 45
"""Minutes a panel looks back."""
HEIGHT = 140


def value_text(panel: Panel, value: float | None) -> str:
    """Return a value as the panel's head shows it."""
    if value is None:
        return "no data"
    if panel.unit == "ratio":
        return f"{100 * value:.{max(0, panel.decimals - 2)}f} %"
    return f"{value:,.{panel.decimals}f} {panel.unit}".strip()


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
    since = briefing.now - round(60 * minutes)
    points = briefing.series(panel.id, since)
    scale = 100.0 if panel.unit == "ratio" else 1.0
    x = [t / 60 for t, _ in points]
    y = [None if value is None else value * scale for _, value in points]
    drawn = go.Figure(
        go.Scatter(
            x=x, y=y, mode="lines", line={"width": 1.7, "color": LINE}, connectgaps=False, showlegend=False,
            hovertemplate="T%{x:+.1f} min  %{y:,.4~g}<extra></extra>",
        )
    )  # fmt: skip
    _levels(drawn, briefing, panel, scale, [value for value in y if value is not None])
    _marks(drawn, briefing, since)
    _frame(drawn, briefing, panel, since, height)
    return drawn


def _levels(drawn: go.Figure, briefing: Briefing, panel: Panel, scale: float, seen: list[float]) -> None:
    top = max(seen, default=0.0)
    if panel.normal is not None:
        drawn.add_hline(y=panel.normal * scale, line={"width": 1, "dash": "dot", "color": NORMAL})
    for rule in briefing.incident.scenario.alerts:
        limit = rule.above if rule.above is not None else rule.below
        # A limit far above the curve would press it flat; it appears when it begins to matter.
        if rule.metric == panel.id and limit is not None and (rule.below is not None or top > 0.35 * limit * scale):
            drawn.add_hline(
                y=limit * scale, line={"width": 1, "dash": "dash", "color": LIMIT},
                annotation={"text": "alert", "font": {"size": 9, "color": LIMIT}, "yshift": 0},
                annotation_position="top left",
            )  # fmt: skip


def _marks(drawn: go.Figure, briefing: Briefing, since: int) -> None:
    for entry in briefing.entries:
        if entry.at < since:
            continue
        if isinstance(entry.body, e.ChangeHappened):
            drawn.add_vline(x=entry.at / 60, line={"width": 1, "dash": "dash", "color": DEPLOY})
        elif isinstance(entry.body, e.ActionFinished) and entry.body.ok:
            drawn.add_vline(x=entry.at / 60, line={"width": 1.4, "color": ACTION})


def _frame(drawn: go.Figure, briefing: Briefing, panel: Panel, since: int, height: int) -> None:
    latest = briefing.latest(panel.id)
    word = judgement(panel, latest)
    drawn.update_layout(
        height=height, margin={"l": 38, "r": 10, "t": 34, "b": 20}, hovermode="x", dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        title={"text": panel.title, "x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 2, "l": 2},
               "font": {"size": 12}},
    )  # fmt: skip
    text = value_text(panel, latest) + (f"  <i>{word}</i>" if word not in ("", "no data") else "")
    drawn.add_annotation(
        text=text, xref="paper", yref="paper", x=1, y=1, xanchor="right", yanchor="bottom", showarrow=False,
        font={"size": 11, "color": LIMIT if word == "no data" else None}, yshift=1,
    )  # fmt: skip
    drawn.update_xaxes(
        range=[since / 60, briefing.now / 60], tickfont={"size": 9}, tickprefix="T", tickformat="+d", nticks=5,
        showgrid=False, fixedrange=True, zeroline=since < 0, zerolinewidth=1, zerolinecolor="#8b98a9",
    )  # fmt: skip
    drawn.update_yaxes(
        rangemode="tozero", tickfont={"size": 9}, nticks=4, fixedrange=True, tickformat=",~g", zeroline=False
    )

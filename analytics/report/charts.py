"""Tables of `analytics.report.tables` as plotly figures, and nothing else.

Backgrounds are clear and colours come from the palette of whoever shows a figure, by the order of its traces, so one
figure serves dark and light. What a colour says, a shape, a dash or a word says too.
"""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from analytics.report.tables import BEST, COURSES, LOSS, NULL, each

QUIET = "rgba(128,138,150,0.42)"
FAINT = "rgba(128,138,150,0.18)"
HAIR = "rgba(128,138,150,0.55)"
NARROW = 46
"""Characters after which a label is cut."""
DASH = {NULL: "dash", BEST: "dot"}
STROKES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Lines of one chart differ in these too, not in colour alone."""


def _figure(height: int) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 8, "r": 12, "t": 8, "b": 8}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"align": "left"},
        legend={"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "title": None},
    )  # fmt: skip
    return figure


def cut(text: str, at: int = NARROW) -> str:
    """Return text short enough for a label, in which plotly finds no markup."""
    short = text if len(text) <= at else f"{text[: at - 1].rstrip()}…"
    return short.replace("<", "&lt;")


def part_bars(parts: pd.DataFrame) -> go.Figure:
    """Return what was earned of each part, as horizontal bars over what could be."""
    figure = _figure(max(120, 44 * len(parts) + 24))
    names = [cut(name) for name in parts["title"]]
    figure.add_bar(
        y=names, x=parts["points"], orientation="h", name="earned", cliponaxis=False,
        hovertemplate="%{y}: %{x:g} points<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        y=names, x=parts["out_of"] - parts["points"], orientation="h", name="not earned", marker_color=FAINT,
        text=[f"{p:g} of {o:g}" for p, o in zip(parts["points"], parts["out_of"], strict=True)],
        textposition="none", hovertemplate="%{y}: %{x:g} points not earned<extra></extra>",
    )  # fmt: skip
    for name, points, out_of in zip(names, parts["points"], parts["out_of"], strict=True):
        text = f"<b>{points:g}</b> of {out_of:g}" if out_of else "does not apply"
        figure.add_annotation(x=out_of, y=name, text=text, showarrow=False, xanchor="left", xshift=8, yanchor="middle")
    top = max([*parts["out_of"], 1.0])
    figure.update_layout(barmode="stack", bargap=0.45, showlegend=False)
    figure.update_xaxes(range=[0, top * 1.24], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False, fixedrange=True, ticks="")
    return figure


def harm_over_time(harm: pd.DataFrame, dimension: str, label: str, marks: pd.DataFrame) -> go.Figure:
    """Return one dimension of harm over drill time, a line per course, with what people did marked on theirs."""
    figure = _figure(430)
    chosen = harm[harm["dimension"] == dimension]
    for course in COURSES:
        line = chosen[chosen["course"] == course]
        if not line.empty:
            figure.add_scatter(
                x=line["minute"], y=line["value"], mode="lines", name=course,
                line={"width": 3 if course not in DASH else 2, "dash": DASH.get(course, "solid")},
                hovertemplate="%{y:,.3~f}",
            )  # fmt: skip
    _add_marks(figure, chosen[chosen["course"] == COURSES[0]], marks)
    _time_axis(figure, chosen["minute"].max() if len(chosen) else 60.0)
    ticks = ",.2~f" if dimension == LOSS else "~s"
    figure.update_yaxes(title=label, rangemode="tozero", zeroline=False, tickformat=ticks)
    figure.update_layout(hovermode="x unified")
    return figure


SHAPES = {"decision": "diamond", "action": "triangle-up", "effect": "star"}
WORDS = {"decision": "declared, decided or claimed", "action": "action started", "effect": "took effect"}


def _add_marks(figure: go.Figure, line: pd.DataFrame, marks: pd.DataFrame) -> None:
    if line.empty:
        return
    for kind, shape in SHAPES.items():
        some = marks[(marks["kind"] == kind) & (marks["minute"] >= 0)]
        if not some.empty:
            figure.add_scatter(
                x=some["minute"], y=[_at(line, minute) for minute in some["minute"]], mode="markers", name=WORDS[kind],
                marker={"symbol": shape, "size": 11, "line": {"width": 1}}, text=[cut(x) for x in some["label"]],
                hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip


def _at(line: pd.DataFrame, minute: float) -> float:
    """Return the height of a line at a minute, interpolated."""
    before = line[line["minute"] <= minute]
    after = line[line["minute"] >= minute]
    if before.empty or after.empty:
        return float((after if before.empty else before)["value"].iloc[0 if before.empty else -1])
    (x0, y0), (x1, y1) = before[["minute", "value"]].iloc[-1], after[["minute", "value"]].iloc[0]
    return float(y0 if x1 == x0 else y0 + (y1 - y0) * (minute - x0) / (x1 - x0))


def affected_over_time(affected: pd.DataFrame) -> go.Figure:
    """Return the share of each segment outside tolerance over drill time."""
    figure = _figure(300)
    for number, (_, line) in enumerate(affected.groupby("segment", sort=False)):
        figure.add_scatter(
            x=line["minute"], y=line["share"], mode="lines", name=cut(line["title"].iloc[0], 60),
            line={"dash": STROKES[number % len(STROKES)], "width": 2.2}, hovertemplate="%{y:.1f} %",
        )  # fmt: skip
    _time_axis(figure, affected["minute"].max() if len(affected) else 60.0)
    figure.update_yaxes(title="share affected, %", rangemode="tozero", zeroline=False)
    figure.update_layout(hovermode="x unified")
    return figure


def blueprint(windows: pd.DataFrame, happened: pd.DataFrame, phases: pd.DataFrame) -> go.Figure:
    """Return the windows of the plan as bars and what happened in and after them as marks and bars on top."""
    figure = _figure(max(240, 48 * len(windows) + 96))
    rows = {ident: i for i, ident in enumerate(windows["id"])}
    for number, phase in enumerate(each(phases)):
        if number % 2 == 0:
            figure.add_vrect(x0=phase.since, x1=phase.until, fillcolor=FAINT, opacity=0.5, line_width=0, layer="below")
    in_time, late = happened[~happened["late"]], happened[happened["late"]]
    for table, name, symbol in ((in_time, "happened", "circle"), (late, "happened late", "x")):
        figure.add_scatter(
            x=table["since"], y=[rows[i] for i in table["id"]], mode="markers", name=name, cliponaxis=False,
            marker={"symbol": symbol, "size": 12, "line": {"width": 1}}, text=[cut(x, 60) for x in table["label"]],
            hovertemplate="T+%{x:.0f}: %{text}<extra></extra>",
        )  # fmt: skip
    for column, base, name, colour in (
        ("full", None, "full points", QUIET), ("none", "full", "points fade", FAINT),
    ):  # fmt: skip
        start = [0.0] * len(windows) if base is None else list(windows[base])
        figure.add_bar(
            y=list(rows.values()), x=[b - a for a, b in zip(start, windows[column], strict=True)], base=start,
            orientation="h", width=0.34, name=name, marker={"color": colour, "line": {"width": 0}},
            hovertemplate=[f"{name} until T+{end:g}<extra></extra>" for end in windows[column]],
        )  # fmt: skip
    for row in each(happened[happened["until"].notna()]):
        figure.add_shape(
            type="line", x0=row.since, x1=row.until, y0=rows[row.id], y1=rows[row.id], line={"width": 4, "color": HAIR},
            layer="above",
        )  # fmt: skip
    last = [*windows["none"], *(x for x in happened["since"] if not math.isnan(x)), 60.0]
    _time_axis(figure, max(last))
    # Names stand above their bars, so that a narrow screen has its whole width for time.
    for ident, name in zip(windows["id"], windows["title"], strict=True):
        figure.add_annotation(
            x=0, y=rows[ident] - 0.42, text=cut(name, 60), showarrow=False, xanchor="left", yanchor="middle"
        )
    figure.update_layout(barmode="overlay")
    figure.update_yaxes(range=[len(rows) - 0.4, -0.8], visible=False, fixedrange=True)
    return figure


def hypotheses_over_time(hypotheses: pd.DataFrame, until: float) -> go.Figure:
    """Return how sure the team was of each cause over drill time; the true one is solid, the others are dashed."""
    figure = _figure(320)
    for _, line in hypotheses.groupby("cause", sort=False):
        true = bool(line["true"].iloc[0])
        last = line["probability"].iloc[-1]
        figure.add_scatter(
            x=[*line["minute"], max(until, line["minute"].iloc[-1])], y=[*line["probability"], last],
            mode="lines+markers", name=f"{'true: ' if true else ''}{cut(line['title'].iloc[0])}",
            line={"shape": "hv", "width": 3 if true else 2, "dash": "solid" if true else "dash"},
            hovertemplate="%{y:.0f} %",
        )  # fmt: skip
    _time_axis(figure, until)
    figure.update_yaxes(title="how sure, %", range=[-4, 104], zeroline=False)
    figure.update_layout(hovermode="x unified", showlegend=True)
    return figure


def _time_axis(figure: go.Figure, until: float) -> None:
    figure.update_xaxes(
        title="drill time, minutes", range=[-1, until + 1], dtick=10, tickprefix="T+",
        zeroline=False, ticks="outside",
    )  # fmt: skip

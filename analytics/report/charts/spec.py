"""What a chart is: rows of a finished drill, a title that says what they show, and a plotly figure of them.

A chart is one function with `@chart(…)` above it and one line in `CHARTS` (`analytics/report/charts/__init__.py`).
Figures have no ground and no letters of their own colour, so one serves dark and light; what a colour says, a shape, a
dash or a word says too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.report import cells
from analytics.report.palette import FAINT
from analytics.view import RecordView
from simulator import events as e

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

WIDE = 160
"""Characters after which a line of a caption is broken."""
AXIS = 56
"""Pixels for the axis of time and its name, under which a caption stands."""
NARROW = 46
"""Characters after which a label is cut."""
AFTER, SHORTEST = 3.0, 20.0
"""Minutes that are drawn after the end, and at least."""


@dataclass(frozen=True)
class Reviewed:
    """A finished drill as charts and documents read it: its record, and its published score once there is one."""

    view: RecordView
    card: Mapping[str, Any] | None = None


HEADS = {
    "at": "at (seconds)", "waited": "waited (minutes)", "share": "share (%)", "probability": "probability (%)",
    "stated": "stated (level)", "earned": "earned (level)", "count": "count (times)",
    "full": "full points until (minute)", "none": "no points from (minute)",
    "lanes.value": "value (loss a minute, or number of the stop)", "out_of": "out of (points)",
    **{name: f"{name} (minute)"
       for name in ("since", "until", "answered", "known", "shared", "acknowledged", "reported", "due")},
}  # fmt: skip
"""Column -> its head where people read it; a column `minute` says its unit by its name."""


class Drawing(NamedTuple):
    """What a chart's function makes of its rows."""

    title: str
    """The finding, as a sentence."""
    figure: go.Figure
    unit: str = ""
    """Of what is drawn, where it depends on the drill."""
    frame: pd.DataFrame | None = None
    """What of the rows its table may show, where that is not all of them."""


@dataclass(frozen=True)
class Charted:
    """One chart of one drill."""

    ident: str
    title: str
    """The finding, as a sentence; what is lacking where there is no figure."""
    frame: pd.DataFrame
    """The table behind it: every number that is drawn."""
    figure: go.Figure | None
    """None where the drill has nothing of the kind."""
    unit: str
    note: str

    @property
    def headed(self) -> pd.DataFrame:
        """The table behind it with heads that say their units, as people are shown it."""
        heads = {name: HEADS.get(f"{self.ident}.{name}", HEADS.get(name, name)) for name in self.frame.columns}
        return self.frame.rename(columns=heads)

    def csv(self) -> bytes:
        """Return the table behind it as CSV in which no cell is a formula."""
        return cells.csv(self.headed)


@dataclass(frozen=True)
class ChartSpec:
    """A kind of chart. Called with a drill, it returns that drill's chart."""

    ident: str
    about: str
    """What it shows, as a heading."""
    rows: Callable[[Reviewed], pd.DataFrame] = field(repr=False)
    draw: Callable[..., Drawing] = field(repr=False)
    """From the rows and the drill, and what its reader chose."""
    unit: str
    note: str
    """How to read it."""
    empty: str
    """What is said where the drill has nothing of the kind."""
    section: str
    """The part of a debrief that it belongs to."""

    def __call__(self, drill: Reviewed, **chosen: Any) -> Charted:
        """Return the chart of a drill; `chosen` is what its reader may choose, such as a dimension of harm."""
        return self.drawn(self.rows(drill), drill, **chosen)

    def drawn(self, frame: pd.DataFrame, drill: Reviewed, **chosen: Any) -> Charted:
        """Return the chart of a drill whose rows are there already."""
        if frame.empty:
            return Charted(self.ident, self.empty, frame, None, self.unit, self.note)
        made = self.draw(frame, drill, **chosen)
        frame = frame if made.frame is None else made.frame
        return Charted(self.ident, made.title, frame, made.figure, made.unit or self.unit, self.note)


def chart(
    ident: str, about: str, rows: Callable[[Reviewed], pd.DataFrame], *, empty: str, unit: str = "drill minutes",
    section: str, note: str = "",
) -> Callable[[Callable[..., Drawing]], ChartSpec]:  # fmt: skip
    """Make a chart of a function from (rows, drill) to its drawing."""
    return lambda draw: ChartSpec(ident, about, rows, draw, unit, note, empty, section)


def of_view(rows: Callable[[RecordView], pd.DataFrame]) -> Callable[[Reviewed], pd.DataFrame]:
    """Return a table of a record as the rows of a chart."""
    return lambda drill: rows(drill.view)


CAPTION = 84
"""Pixels at the foot of a picture for its caption; the page, which has the finding as a heading, does not show them."""


def captioned(made: Charted, about: str) -> Charted:
    """Return a chart whose figure has its finding, its units and what it is of at its foot, for whoever takes it away.

    What is above stays as it was: the page cuts `CAPTION` pixels off (`captioned` in its style).
    """
    import plotly.graph_objects as go

    if made.figure is None:
        return made
    lines = [f"<b>{one}</b>" for one in wrap(cut(made.title, 2 * WIDE), WIDE)]
    lines.append(cut(f"{about}. Unit: {made.unit}", WIDE + 20))
    figure = go.Figure(made.figure)
    layout = figure.layout
    layout.height = (layout.height or 450) + CAPTION
    below = AXIS if layout.xaxis.side != "top" else layout.margin.b or 0
    layout.margin.b = CAPTION + below
    layout.title = {"text": "<br>".join(lines), "x": 0.01, "xanchor": "left", "y": (CAPTION - 14) / layout.height,
                    "yref": "container", "yanchor": "top", "font": {"size": 14}}  # fmt: skip
    return replace(made, figure=figure)


# --- pieces of figures -------------------------------------------------------------------------------------

Part = dict[str, Any]
"""A trace, a shape, an annotation or an axis as plotly takes it."""


def figure(height: int, traces: Iterable[Part], **layout: Any) -> go.Figure:
    """Return a figure. Made in one go: added one by one, plotly would check the whole again for each."""
    legend = {"orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom", "title": None}
    made = {
        "height": height, "margin": {"l": 8, "r": 14, "t": 8, "b": 8}, "hoverlabel": {"align": "left"},
        "legend": legend, "plot_bgcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
    import plotly.graph_objects as go

    return go.Figure(data=list(traces), layout=made | layout)


def time_axis(until: float, **more: Any) -> Part:
    """Return the axis of drill minutes."""
    return {
        "title": "drill time, minutes", "range": [-1, until + 1], "dtick": 10 if until <= 70 else 20,
        "tickprefix": "T", "tickformat": "+d", "zeroline": False, "ticks": "outside", **more,
    }  # fmt: skip


def end_of(view: RecordView, horizon: float) -> float:
    """Return the minute at which a picture ends: soon after people left or it was all over, whichever is later.

    The world runs on to the horizon by itself, and what it does there is harm alone, which other charts show.
    """
    backs = [m.at for m in view.all(e.ToleranceCrossed) if m.body.within]
    over = max([view.left, *([] if view.outside(view.over) else backs)]) / 60
    return min(horizon, max(over + AFTER, SHORTEST))


def rows_axis(names: Iterable[str]) -> Part:
    """Return an axis of rows with their names, the first on top."""
    short = [cut(name, 26) for name in names]
    return {
        "tickmode": "array", "tickvals": list(range(len(short))), "ticktext": short, "range": [len(short) - 0.4, -0.6],
        "zeroline": False, "showgrid": False, "fixedrange": True, "automargin": True, "ticks": "", "title": None,
    }  # fmt: skip


def above(rows: Iterable[tuple[float, str]]) -> list[Part]:
    """Return names that stand above their rows, so that a narrow screen has its whole width for time."""
    return [
        {"x": 0, "xref": "paper", "y": y - 0.4, "text": cut(name, 60), "showarrow": False, "xanchor": "left",
         "yanchor": "middle"}
        for y, name in rows
    ]  # fmt: skip


def plain_titles(titles: Iterable[str]) -> dict[str, str]:
    """Return what each title is called in a label: without what stands in brackets, where that leaves it unlike others.

    A label is short, and whose team a seat is of says less in it than what the seat knows or did.
    """
    bare = {title: title.partition(" (")[0] for title in titles}
    often = Counter(bare.values())
    return {title: short if often[short] == 1 else title for title, short in bare.items()}


def numbered(frame: pd.DataFrame) -> pd.Series[int]:
    """Return the place of each row from above, for an axis of rows."""
    import pandas as pd

    return pd.Series(range(len(frame)))


def marks(name: str, symbol: str, colour: str, rows: pd.DataFrame, y: Iterable[float], hover: Iterable[str],
          **more: Any) -> Part:  # fmt: skip
    """Return marks at the `minute` of rows; those with a `seq` carry it, so that a page can open the moment."""
    seqs = rows["seq"] if "seq" in rows else [0] * len(rows)
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": list(rows["minute"]), "y": list(y),
        "text": [cut(text, 90) for text in hover], "customdata": [[int(seq)] for seq in seqs], "cliponaxis": False,
        "hovertemplate": "T+%{x:.1f}  %{text}<extra></extra>",
        "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 1}}, **more,
    }  # fmt: skip


def spans(name: str, colour: str, since: Iterable[float], until: Iterable[float], y: Iterable[float],
          hover: Iterable[str], **more: Any) -> Part:  # fmt: skip
    """Return bars from one minute to another, in rows."""
    begun = list(since)
    return {
        "type": "bar", "orientation": "h", "name": name, "base": begun, "y": list(y), "width": 0.46,
        "x": [max(0.0, end - start) for start, end in zip(begun, until, strict=True)],
        "marker": {"color": colour, "line": {"width": 0}}, "text": [cut(text, 90) for text in hover],
        "textposition": "none", "hovertemplate": "T+%{base:.1f}  %{text}<extra></extra>", **more,
    }  # fmt: skip


def band(since: float, until: float) -> Part:
    """Return a column behind everything."""
    return {"type": "rect", "xref": "x", "yref": "paper", "x0": since, "x1": until, "y0": 0, "y1": 1,
            "fillcolor": FAINT, "opacity": 0.5, "line": {"width": 0}, "layer": "below"}  # fmt: skip


def cut(text: str, at: int = NARROW) -> str:
    """Return text short enough for a label, in which plotly finds no markup."""
    short = text if len(text) <= at else f"{text[: at - 1].rstrip()}…"
    return short.replace("<", "&lt;")


def told(value: float) -> str:
    """Return a number as people write it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}".removesuffix(".0")


def at_minute(minute: float) -> str:
    """Return a drill minute as people say it."""
    seconds = round(60 * abs(minute))
    return f"T{'−' if minute < 0 else '+'}{seconds // 60:02d}:{seconds % 60:02d}"

"""Charts of the score: points by part, and the total with its caps and its spread over other seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan
from typing import TYPE_CHECKING, Any

from analytics.playbook import Playbook
from analytics.report import tables as frames
from analytics.report.charts.spec import Drawing, Reviewed, chart, cut, figure
from analytics.report.palette import ALERT, FAINT, OTHER, QUIET, TEAM
from analytics.report.tables import each

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"


@frames.table(part="str", title="str", points="float64", out_of="float64", low="float64", high="float64")
def score_rows(card: Mapping[str, Any], playbook: Playbook) -> Iterator[Any]:
    """Return a published score's parts, then its total with the ends of its spread, NaN where there is none."""
    nan = float("nan")
    for part in each(frames.parts(card, playbook)):
        yield part.part, part.title, part.points, part.out_of, nan, nan
    spread = card.get("spread")
    if card["total"] is not None:
        low, high = (spread["low"], spread["high"]) if spread else (nan, nan)
        yield TOTAL, "Total", card["total"], 100, low, high


def _rows(drill: Reviewed) -> pd.DataFrame:
    return score_rows(drill.card or {"parts": [], "total": None}, drill.view.playbook)


@chart(
    "parts", "Score by part, with caps and spread", _rows, section="score", unit="% of the points that apply",
    empty="There is no score yet.",
    note="Whisker: the same commands on other seeds. Open mark: before limits. Lines: limits that applied.",
)
def parts(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw what was earned of each part, and the total with its limits and its spread."""
    card = drill.card or {}
    shares = [100 * row.points / row.out_of if row.out_of else 0.0 for row in each(frame)]
    rows = list(range(len(frame)))
    bars = [
        {"type": "bar", "orientation": "h", "name": "earned", "x": shares, "y": rows, "width": 0.42,
         "marker": {"color": [OTHER if row.part == TOTAL else TEAM for row in each(frame)]},
         "text": [f"{row.points:g} of {row.out_of:g}" for row in each(frame)], "textposition": "none",
         "hovertemplate": "%{text}<extra></extra>"},
        {"type": "bar", "orientation": "h", "name": "not earned", "x": [100 - share for share in shares], "y": rows,
         "width": 0.42, "marker": {"color": FAINT}, "hoverinfo": "skip"},
    ]  # fmt: skip
    notes = [
        {"x": 0, "y": at - 0.42, "text": f"{cut(row.title)}  <b>{_worth(row)}</b>", "showarrow": False,
         "xanchor": "left", "yanchor": "middle"}
        for at, row in zip(rows, each(frame), strict=True)
    ]  # fmt: skip
    extra, lines = _limits(frame, card)
    return Drawing(_title(frame, card), figure(
        48 * len(frame) + 60, [*bars, *extra], barmode="stack", showlegend=False, annotations=notes, shapes=lines,
        xaxis={"range": [0, 103], "ticksuffix": " %", "fixedrange": True, "zeroline": False, "title": None},
        yaxis={"range": [len(frame) - 0.5, -0.85], "visible": False, "fixedrange": True},
    ))  # fmt: skip


def _worth(row: Any) -> str:
    return f"{row.points:g} of {row.out_of:g}" if row.out_of else "does not apply"


def _limits(frame: pd.DataFrame, card: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the total's spread and what it was before limits as traces, and each limit as a line."""
    total = frame[frame["part"] == TOTAL]
    if total.empty:
        return [], []
    row, at = total.iloc[0], len(frame) - 1
    traces = [{
        "type": "scatter", "mode": "markers", "name": "before limits", "x": [card["uncapped"]], "y": [at],
        "marker": {"symbol": "circle-open", "size": 12, "color": TEAM, "line": {"width": 2}},
        "hovertemplate": "before limits: %{x}<extra></extra>",
    }]  # fmt: skip
    if not isnan(row["low"]):
        traces.append({
            "type": "scatter", "mode": "lines", "name": "other seeds", "x": [row["low"], row["high"]], "y": [at, at],
            "line": {"width": 5, "color": QUIET}, "hovertemplate": "other seeds: %{x}<extra></extra>",
        })  # fmt: skip
    lines = [
        {"type": "line", "x0": one["limit"], "x1": one["limit"], "y0": at - 0.3, "y1": at + 0.4,
         "line": {"width": 2, "dash": "dash", "color": ALERT}}
        for one in limits_of(card)
    ]  # fmt: skip
    return traces, lines


def limits_of(card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return every limit of a published score, caps and anti-patterns, the lowest first."""
    found = [*card.get("caps", ()), *card.get("anti_patterns", ())]
    return sorted(found, key=lambda one: int(one["limit"]))


def _title(frame: pd.DataFrame, card: Mapping[str, Any]) -> str:
    own = frame[(frame["part"] != TOTAL) & (frame["out_of"] > 0)]
    if own.empty:
        return "Nothing of the playbook applies to this drill"
    weakest = max(each(own), key=lambda row: round(row.out_of - row.points, 1))
    left = round(weakest.out_of - weakest.points, 1)
    rest = f"most was left in {weakest.title} ({left:g} points)" if left else "nothing was left anywhere"
    if card.get("total") is None:
        return f"No total; {rest}"
    first = limits_of(card)[:1]
    held = first and card["total"] < card["uncapped"]
    words = f"{card['total']} of 100" + (f", {card['uncapped']} before {first[0]['id']}" if held else "")
    return f"{words}; {rest}"

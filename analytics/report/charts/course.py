"""Charts of what the drill came to: harm beside nobody and the best course, whom it hit, the plan, turning points."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Any

from analytics.about import TURNS, times, unmet
from analytics.report import tables as frames
from analytics.report.charts.spec import (
    Drawing,
    Part,
    Reviewed,
    above,
    at_minute,
    band,
    chart,
    cut,
    end_of,
    figure,
    marks,
    numbered,
    of_view,
    spans,
    time_axis,
    told,
)
from analytics.report.palette import ALERT, BEST, DECIDED, FAINT, HAIR, NOBODY, PALETTE, QUIET, TEAM
from analytics.report.tables import COURSES, LOSS, NULL, YOURS, each
from analytics.view import RecordView

if TYPE_CHECKING:
    import pandas as pd

LINES = {YOURS: (TEAM, "solid", 3), NULL: (NOBODY, "dash", 2), frames.BEST: (BEST, "dot", 2)}
STROKES = ("solid", "dash", "dot", "dashdot", "longdash")
SHAPES = {
    "decision": ("diamond", DECIDED, "declared, decided or claimed"),
    "action": ("triangle-up", ALERT, "action started"),
    "effect": ("star", TEAM, "took effect"),
}  # fmt: skip


def weightiest(view: RecordView) -> str:
    """Return the dimension of harm in which this drill lost most."""
    final = view.final.body.harm if view.final else {}
    lost = {one.id: one.weight * final.get(one.id, 0.0) / one.scale for one in view.scenario.harm}
    return max(lost, key=lambda ident: lost[ident], default=LOSS)


@chart(
    "harm", "Harm over time", of_view(frames.harm), section="instead", unit="",
    note="Same seed, same chance in all three. Marks lie on your own line.",
    empty="The record holds no truth to measure harm by.",
)  # fmt: skip
def harm(frame: pd.DataFrame, drill: Reviewed, dimension: str = "") -> Drawing:
    """Draw one dimension of harm, a line per course, with what people did marked on theirs."""
    dimension = dimension or weightiest(drill.view)
    spec = drill.view.scenario.find("harm", dimension)
    unit = spec.unit if spec else "loss (1 = the scenario's scale)"
    chosen = frame[frame["dimension"] == dimension]
    lines, ends = [], {}
    for course in COURSES:
        line = chosen[chosen["course"] == course]
        if line.empty:
            continue
        colour, dash, width = LINES[course]
        ends[course] = float(line["value"].iloc[-1])
        lines.append({
            "type": "scatter", "mode": "lines", "name": course, "x": list(line["minute"]), "y": list(line["value"]),
            "line": {"color": colour, "dash": dash, "width": width}, "hovertemplate": "%{y:,.3~f}",
        })  # fmt: skip
    own = chosen[chosen["course"] == YOURS]
    made = figure(
        430, [*lines, *_marks(own, frames.marks(drill.view))], hovermode="x unified",
        xaxis=time_axis(chosen["minute"].max() if len(chosen) else 60.0),
        yaxis={"title": f"{cut(spec.title, 60)}, {unit}" if spec else unit, "rangemode": "tozero", "zeroline": False,
               "tickformat": ",.2~f" if dimension == LOSS else "~s"},
    )  # fmt: skip
    title = f"{spec.title}: {_harm_title(ends, unit)}" if spec else _harm_title(ends, "of loss")
    units = {one.id: one.unit for one in drill.view.scenario.harm}
    rows = frame.assign(unit=[units.get(one, "loss (1 = the scenario's scale)") for one in frame["dimension"]])
    return Drawing(title, made, unit, rows)


def _harm_title(ends: dict[str, float], unit: str) -> str:
    yours = ends.get(YOURS, 0.0)
    words = f"{_sized(yours)} {unit}"
    if NULL not in ends:
        return words
    less, more = ends[NULL] - yours, yours - ends[frames.BEST]
    saved = f"{_sized(less)} less than with nobody acting" if less >= 0 else f"{_sized(-less)} more than nobody acting"
    return f"{words}, {saved}, {_sized(max(0.0, more))} more than the best course found"


def _sized(value: float) -> str:
    return told(value) if abs(value) >= 10 or value == 0 else f"{value:.2f}"


def _marks(line: pd.DataFrame, happened: pd.DataFrame) -> Iterator[Part]:
    for kind, (shape, colour, words) in SHAPES.items():
        some = happened[(happened["kind"] == kind) & (happened["minute"] >= 0)]
        if not some.empty and not line.empty:
            yield marks(words, shape, colour, some, (_height(line, minute) for minute in some["minute"]), some["label"])


def _height(line: pd.DataFrame, minute: float) -> float:
    """Return the height of a line at a minute, interpolated."""
    before, after = line[line["minute"] <= minute], line[line["minute"] >= minute]
    if before.empty or after.empty:
        return float((after if before.empty else before)["value"].iloc[0 if before.empty else -1])
    (x0, y0), (x1, y1) = before[["minute", "value"]].iloc[-1], after[["minute", "value"]].iloc[0]
    return float(y0 if x1 == x0 else y0 + (y1 - y0) * (minute - x0) / (x1 - x0))


@chart(
    "affected", "Who was affected", of_view(frames.affected), section="truth", unit="% of the segment",
    note="Within tolerance is not always zero.", empty="The record holds no truth about who was affected.",
)
def affected(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw the share of each segment outside tolerance."""
    lines = [
        {"type": "scatter", "mode": "lines", "name": cut(line["title"].iloc[0], 60), "x": list(line["minute"]),
         "y": list(line["share"]), "hovertemplate": "%{y:.1f} %",
         "line": {"dash": STROKES[number % len(STROKES)], "width": 2.2, "color": PALETTE[number % len(PALETTE)]}}
        for number, (_, line) in enumerate(frame.groupby("segment", sort=False))
    ]  # fmt: skip
    end = end_of(drill.view, float(frame["minute"].max()))
    worst = max(each(frame[frame["minute"] <= end]), key=lambda row: row.share)
    back = times(drill.view)["recovered"]
    came = f"all back at {at_minute(back / 60)}" if back is not None else "not all were back at the end"
    title = f"Hit hardest: {worst.title}, {told(worst.share)} % at {at_minute(worst.minute)}; {came}"
    if not worst.share:
        title = "Nobody was outside tolerance while people were there"
    # What the world came to by itself lies outside the picture, and is said.
    later = max(each(frame), key=lambda row: row.share)
    if later.share > worst.share:
        title += f"; after that {later.title}, {told(later.share)} % at {at_minute(later.minute)}"
    elif not worst.share:
        title = "Nobody was ever outside tolerance"
    return Drawing(title, figure(
        320, lines, hovermode="x unified", xaxis=time_axis(end), showlegend=True,
        yaxis={"title": "share affected, %", "rangemode": "tozero", "zeroline": False},
    ))  # fmt: skip


# --- the plan ----------------------------------------------------------------------------------------------


@frames.table(
    id="str", title="str", full="float64", none="float64", label="str", since="float64", until="float64", late="bool",
    seq="int64",
)  # fmt: skip
def plan(view: RecordView) -> Iterator[Any]:
    """Return each step of the plan with its window, once for each time it happened; `since` is NaN for never."""
    happened = frames.happened(view)
    for step in each(frames.windows(view)):
        own = [one for one in each(happened) if one.id == step.id]
        yield from (
            (step.id, step.title, step.full, step.none, one.label, one.since, one.until, one.late, one.seq)
            for one in own
        )
        if not own:
            yield step.id, step.title, step.full, step.none, "never", float("nan"), float("nan"), False, 0


@chart(
    "blueprint", "The plan and what happened", of_view(plan), section="gaps",
    empty="This playbook has no plan by the minute.",
    note="Bars: when a step earns full points, and until when it still earns some. Marks: when it was recorded; what "
         "that earned, the criteria say. Columns: the phases of the plan.",
)  # fmt: skip
def blueprint(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw the windows of the plan as bars and what happened in and after them as marks."""
    steps = frame.drop_duplicates("id").reset_index(drop=True)
    place = {ident: at for at, ident in enumerate(steps["id"])}
    done = frame[frame["seq"] > 0].assign(minute=lambda rows: rows["since"])
    lasted = done[done["until"].notna()]
    traces = [
        marks(name, symbol, colour, some, (place[ident] for ident in some["id"]), some["label"])
        for some, name, symbol, colour in (
            (done[~done["late"]], "in time", "circle", TEAM), (done[done["late"]], "late", "x", ALERT),
        )
    ]  # fmt: skip
    rows = list(place.values())
    traces += [
        spans("full points", QUIET, [0.0] * len(steps), steps["full"], rows, steps["title"], width=0.34),
        spans("points fade", FAINT, steps["full"], steps["none"], rows, steps["title"], width=0.34),
    ]
    phases = [band(one.since, one.until) for at, one in enumerate(each(frames.phases(drill.view))) if at % 2 == 0]
    lasting = [
        {"type": "line", "x0": row.since, "x1": row.until, "y0": place[row.id], "y1": place[row.id],
         "line": {"width": 4, "color": HAIR}, "layer": "above"}
        for row in each(lasted)
    ]  # fmt: skip
    in_time = {row.id for row in each(done) if not row.late}
    late = {*done["id"]} - in_time
    title = f"{len(in_time)} of {len(steps)} steps of the plan recorded in time"
    title += f", {len(late)} late" if late else ""
    never = len(steps) - len(in_time) - len(late)
    title += f", {never} never" if never else ""
    until = max([*steps["none"], *done["minute"], 60.0])
    return Drawing(title, figure(
        max(240, 46 * len(steps) + 96), traces, barmode="overlay", xaxis=time_axis(until), shapes=[*phases, *lasting],
        yaxis={"range": [len(steps) - 0.4, -0.8], "visible": False, "fixedrange": True},
        annotations=above(zip(rows, steps["title"], strict=True)),
    ))  # fmt: skip


# --- turning points ----------------------------------------------------------------------------------------


@frames.table(turn="str", title="str", minute="float64")
def turns(view: RecordView) -> Iterator[Any]:
    """Return the turning points of a drill in minutes, NaN for what never came."""
    for name, at in times(view).items():
        yield name, TURNS[name], float("nan") if at is None else at / 60


@chart(
    "times", "Turning points", of_view(turns), section="gaps", empty="Nothing of this drill has a time.",
    note="Minutes after the first page. What never came stands at the right edge. Verified: the first green rerun or "
         "comparison after the last change, of what had recovered.",
)
def time_to(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw how long each turning point took, a row each."""
    until = max([60.0, *frame["minute"].dropna()])
    came = frame["minute"].notna()
    rows = numbered(frame)
    traces = [
        spans("until then", QUIET, [0.0] * int(came.sum()), frame["minute"][came], rows[came], frame["title"][came],
              width=0.2, hoverinfo="skip", showlegend=False),
        marks("came", "circle", TEAM, frame[came], rows[came], frame["title"][came]),
        marks("never", "x", ALERT, frame[~came].assign(minute=until), rows[~came],
              (f"{row.title}: {unmet(drill.view, row.turn)}" for row in each(frame[~came])),
              hovertemplate="%{text}<extra></extra>"),
    ]  # fmt: skip
    when = (unmet(drill.view, row.turn) if isnan(row.minute) else at_minute(row.minute) for row in each(frame))
    words = [f"{title}  <b>{at}</b>" for title, at in zip(frame["title"], when, strict=True)]
    known = {row.turn: row.minute for row in each(frame) if not isnan(row.minute)}
    first = f"First mitigation at {at_minute(known['first_mitigation'])}" if "first_mitigation" in known \
        else "Nothing was mitigated"  # fmt: skip
    then = f"recovered at {at_minute(known['recovered'])}" if "recovered" in known else "not recovered by the end"
    notes = [
        {**note, "text": text} for note, text in zip(above(zip(rows, words, strict=True)), words, strict=True)
    ]
    return Drawing(f"{first}, {then}", figure(
        44 * len(frame) + 90, traces, barmode="overlay", xaxis=time_axis(until), annotations=notes, showlegend=False,
        yaxis={"range": [len(frame) - 0.5, -0.9], "visible": False, "fixedrange": True},
    ))  # fmt: skip

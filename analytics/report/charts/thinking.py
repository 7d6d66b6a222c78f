"""Charts of what people thought and decided: hypotheses, confidence beside evidence, the ladder and its rungs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_args

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.ladders import earned_level, rung_of, rungs
from analytics.facts import LEVELS
from analytics.report import tables as frames
from analytics.report.charts.spec import (
    Drawing,
    Reviewed,
    at_minute,
    chart,
    cut,
    figure,
    marks,
    of_view,
    rows_axis,
    time_axis,
    told,
)
from analytics.report.palette import ALERT, BEST, HAIR, NOBODY, PALETTE, TEAM
from analytics.report.tables import each
from analytics.view import RecordView
from simulator import values

if TYPE_CHECKING:
    import pandas as pd

LADDER = get_args(values.Rung)
TAKEN, REJECTED = "taken", "rejected"


@chart(
    "hypotheses", "Hypotheses", of_view(frames.hypotheses), section="known", unit="% sure",
    note="A step holds until the next is stated, or people leave.",
    empty="Nobody stated a hypothesis with a probability.",
)
def hypotheses(frame: pd.DataFrame, drill: Reviewed, truth: bool = False) -> Drawing:
    """Draw how sure the team was of each cause; with `truth` the true one is solid, the others are dashed.

    Without it the table does not tell either.
    """
    until = max(drill.view.left / 60, frame["minute"].max())
    lines = []
    for number, (_, line) in enumerate(frame.groupby("cause", sort=False)):
        true = truth and bool(line["true"].iloc[0])
        lines.append({
            "type": "scatter", "mode": "lines+markers",
            "name": f"{'true: ' if true else ''}{cut(line['title'].iloc[0])}",
            "x": [*line["minute"], until], "y": [*line["probability"], line["probability"].iloc[-1]],
            "line": {"shape": "hv", "width": 3 if true else 2, "dash": "solid" if true or not truth else "dash",
                     "color": PALETTE[number % len(PALETTE)]},
            "marker": {"symbol": number, "size": 9}, "hovertemplate": "%{y:.0f} %",
        })  # fmt: skip
    last = frame.drop_duplicates("cause", keep="last")
    surest = max(each(last), key=lambda row: row.probability)
    count = f"{len(last)} causes were" if len(last) > 1 else "One cause was"
    title = f"{count} considered; surest at the end: {surest.title}, {told(surest.probability)} %"
    if truth:
        title += ", which it was" if surest.true else ", which it was not"
    return Drawing(title, figure(
        320, lines, hovermode="x unified", showlegend=True, xaxis=time_axis(until),
        yaxis={"title": "how sure, %", "range": [-4, 104], "zeroline": False},
    ), frame=frame if truth else frame.drop(columns="true"))  # fmt: skip


@frames.table(
    decision="str", label="str", minute="float64", stated="int64", earned="int64", links="int64", seq="int64"
)
def confidence_rows(view: RecordView) -> Iterator[Any]:
    """Return each checkpoint decision acted on with the level it stated and the one its links carry for its first step.

    It is called by what it decided: others may have linked a step of theirs to it. Levels are 1 to 3; 0 is nothing
    linked.
    """
    for m in view.decisions:
        runs = [run for run in view.started if decision_behind(view, run) is m]
        if runs:
            run = next((one for one in runs if one.ident in m.body.actions), runs[0])
            stated, links = LEVELS.index(m.body.confidence) + 1, len(view.cited(m.body.evidence, m))
            label = view.titles("actions", m.body.actions) or m.body.decision
            yield m.ref, label, m.at / 60, stated, earned_level(view, m, run), links, m.seq


@chart(
    "confidence", "Confidence against evidence", of_view(confidence_rows), section="instead", unit="level",
    empty="No checkpoint decision was acted on, so no confidence was put to the test.",
    note="Filled: the level that was stated. Open: the one that the linked evidence carries.",
)
def confidence(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw the level stated with each decision beside the one its evidence carries."""
    gaps = [
        {"type": "line", "x0": row.minute, "x1": row.minute, "y0": row.stated, "y1": row.earned,
         "line": {"width": 3, "color": HAIR}}
        for row in each(frame) if row.stated != row.earned
    ]  # fmt: skip
    traces = [
        marks("stated", "circle", TEAM, frame, frame["stated"],
              (f"{row.label}: stated L{row.stated}, {row.links} links" for row in each(frame))),
        marks("carried by the evidence", "diamond-open", ALERT, frame, frame["earned"],
              (f"{row.label}: its links carry L{row.earned}" for row in each(frame))),
    ]  # fmt: skip
    high = int((frame["stated"] > frame["earned"]).sum())
    low = int((frame["stated"] < frame["earned"]).sum())
    title = f"Confidence was what the evidence carried in {len(frame) - high - low} of {len(frame)} decisions"
    title += f", above it in {high}" if high else ""
    title += f", below it in {low}" if low else ""
    return Drawing(title, figure(
        300, traces, shapes=gaps, showlegend=True, xaxis=time_axis(max(60.0, frame["minute"].max())),
        yaxis={"tickvals": [0, 1, 2, 3], "ticktext": ["nothing", "L1", "L2", "L3"], "range": [-0.4, 3.4],
               "zeroline": False, "fixedrange": True},
    ))  # fmt: skip


@frames.table(rung="str", state="str", minute="float64", label="str", holds="boolean", seq="int64")
def climbed(view: RecordView) -> Iterator[Any]:
    """Return each rung that was taken, and each that a decision rejected with whether its reason held."""
    for run in view.mitigations:
        yield rung_of(run.spec), TAKEN, run.begun / 60, run.spec.title, None, run.start_seq
    for m in view.decisions:
        for one in m.body.rejected:
            holds = one.reason in view.overlay.rejections.get(one.rung, ())
            label = f"{one.rung} rejected for {one.reason.replace('_', ' ')}: {'holds' if holds else 'does not hold'}"
            yield one.rung, REJECTED, m.at / 60, label, holds, m.seq


@chart(
    "ladder", "The ladder climbed", of_view(climbed), section="instead", unit="rung",
    empty="No step was taken and none was rejected.",
    note="The ladder climbs from the smallest step to the largest; what is no rung of it, such as containment, stands "
         "under it. Rungs nobody spoke of stay empty.",
)
def ladder(frame: pd.DataFrame, drill: Reviewed) -> Drawing:
    """Draw the rungs that were taken and those that were rejected, with whether the reason held."""
    named = dict.fromkeys([*rungs(drill.view), *frame["rung"]])
    rows = sorted(named, key=lambda one: -LADDER.index(one) if one in LADDER else len(LADDER))
    taken, given = frame[frame["state"] == TAKEN], frame[frame["state"] == REJECTED]
    holds = given["holds"].fillna(False).astype(bool)
    right, wrong = given[holds], given[~holds]
    path = {
        "type": "scatter", "mode": "lines", "x": list(taken["minute"]), "y": [rows.index(one) for one in taken["rung"]],
        "line": {"shape": "hv", "color": HAIR, "width": 2}, "hoverinfo": "skip", "showlegend": False, "name": "path",
    }  # fmt: skip
    traces = [
        path,
        marks("taken", "circle", TEAM, taken, map(rows.index, taken["rung"]), taken["label"]),
        marks("rejected, the reason holds", "square-open", BEST, right, map(rows.index, right["rung"]), right["label"]),
        marks("rejected, it does not", "x", NOBODY, wrong, map(rows.index, wrong["rung"]), wrong["label"]),
    ]
    if taken.empty:
        title = "No rung was taken"
    else:
        first = taken.iloc[0]
        title = f"First taken: {first['rung']} at {at_minute(first['minute'])}"
    title += f"; {len(right)} of {len(given)} rejections hold" if len(given) else "; no other rung was ruled out"
    return Drawing(title, figure(
        max(240, 52 * len(rows) + 100), [one for one in traces if one["x"]], showlegend=True,
        xaxis=time_axis(max(60.0, frame["minute"].max())), yaxis=rows_axis(rows),
    ))  # fmt: skip

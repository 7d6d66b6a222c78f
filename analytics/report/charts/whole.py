"""The whole drill in one picture: the world above, people below, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.criteria.common import in_command
from analytics.record import loss_of
from analytics.report import story
from analytics.report import tables as frames
from analytics.report.charts.spec import (
    Drawing,
    Part,
    Reviewed,
    at_minute,
    chart,
    cut,
    end_of,
    figure,
    marks,
    of_view,
    rows_axis,
    time_axis,
)
from analytics.report.palette import ALERT, BEST, DECIDED, HAIR, NOBODY, OTHER, QUIET, TEAM
from analytics.report.tables import each
from analytics.scorecard import counted
from analytics.view import RecordView
from simulator import acts
from simulator import events as e

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
PIVOT, RATE = "pivot", "rate"
BEFORE = -10
"""Minutes before the first page from which it is drawn."""
RULE = (
    "Stops are picked by rule, at most eight: the first page, the declaration, the first claim that the world "
    "contradicts, the fact one role kept longest, each decision, what landed or took effect, the last segment back, "
    "closure."
)


class LaneRow(NamedTuple):
    """One row of the picture: how its moments look."""

    name: str
    symbol: str
    colour: str


HARM, HIT, WORLD, ALERTS, INBOX = "Harm", "Hit", "World", "Alerts", "Came in"
COMMAND, CONCLUDED, LOOKED, DID, SHARED, TOLD = "Command", "Concluded", "Looked", "Did", "Shared", "Told"
ROWS = (
    LaneRow(HARM, "circle", NOBODY), LaneRow(HIT, "circle", NOBODY), LaneRow(WORLD, "square", NOBODY),
    LaneRow(ALERTS, "triangle-down", ALERT), LaneRow(INBOX, "circle-open", OTHER),
    LaneRow(COMMAND, "star", DECIDED), LaneRow(CONCLUDED, "diamond", DECIDED), LaneRow(LOOKED, "circle", OTHER),
    LaneRow(DID, "triangle-up", TEAM), LaneRow(SHARED, "hexagon", BEST), LaneRow(TOLD, "square", TEAM),
)  # fmt: skip
PLACE = {row.name: at for at, row in enumerate(ROWS)}
PEOPLE = PLACE[COMMAND]
BEGINS = (DID, ALERTS)
"""Rows whose stretches have a mark where they begin: they overlap."""


@frames.table(row="str", kind="str", label="str", minute="float64", until="float64", value="float64", seq="int64")
def moments(view: RecordView) -> Iterator[Any]:
    """Return what the picture shows: moments, stretches (with `until`), harm a minute (with `value`), stops (pivots).

    Nothing of it names the fault.
    """
    found = [*_world(view), *_people(view), *_rate(view)]
    for at, stop in enumerate(each(story.pivots(view)), 1):
        found.append(("", PIVOT, f"{at}. {stop.what}", stop.at / 60, NAN, float(at), stop.seq))
    yield from (one for one in found if one[3] >= BEFORE or one[4] >= BEFORE)


def _moment(row: str, label: str, at: int, seq: int, until: float = NAN) -> tuple[Any, ...]:
    return row, "moment" if isnan(until) else "stretch", label, at / 60, until, NAN, seq


def _world(view: RecordView) -> Iterator[tuple[Any, ...]]:
    for begun in view.all(e.FaultStarted):
        yield _moment(WORLD, "It begins", begun.at, begun.seq)
    for change in view.all(e.ChangeHappened):
        yield _moment(WORLD, f"{change.body.service}: {change.body.what}", change.at, change.seq)
    for merge in view.all(e.MergeLanded):
        yield _moment(WORLD, f"A queued change landed on {merge.body.service}", merge.at, merge.seq)
    for effect in view.all(e.MitigationTookEffect):
        yield _moment(WORLD, f"In effect: {view.title('actions', effect.body.action)}", effect.at, effect.seq)
    end = (view.final.at if view.final else view.over) / 60
    crossed = view.all(e.ToleranceCrossed)
    for out in (m for m in crossed if not m.body.within):
        back = next((m.at / 60 for m in crossed if m.seq > out.seq and m.body.segment == out.body.segment), end)
        yield _moment(HIT, view.title("segments", out.body.segment), out.at, out.seq, back)
    resolved = view.all(e.AlertResolved)
    for fired in view.all(e.AlertFired):
        over = next((m.at / 60 for m in resolved if m.seq > fired.seq and m.body.alert == fired.body.alert), end)
        yield _moment(ALERTS, view.title("alerts", fired.body.alert), fired.at, fired.seq, over)
    for came in view.all(e.InjectDelivered):
        yield _moment(INBOX, f"{came.body.persona}: {came.body.text}", came.at, came.seq)


def _people(view: RecordView) -> Iterator[tuple[Any, ...]]:
    for span in view.commanders:
        yield _moment(COMMAND, in_command(view, span), span.since, span.seq, min(span.until, view.left) / 60)
    for offer in view.all(e.HandOffOffered):
        yield _moment(COMMAND, "Handed over", offer.at, offer.seq)
    for run in view.started:
        landed = [at for at in (run.effect, run.carried, run.aborted) if at is not None]
        yield _moment(DID, run.spec.title, run.begun, run.start_seq, max([run.begun, *landed]) / 60)
    for x in view.entries:
        row, label = _deed(view, x.body)
        if row:
            yield _moment(row, label, x.at, x.seq)


def _deed(view: RecordView, body: Any) -> tuple[str, str]:
    """Return the row and the words of something people did; no row for what has one already."""
    match body:
        case e.QueryFinished(query=str(query)):
            return LOOKED, view.title("queries", query)
        case e.CueShared(text=text):
            return SHARED, text
        case acts.Declare(severity=level) | acts.ChangeSeverity(severity=level):
            return CONCLUDED, f"Severity {level}"
        case acts.RecordDecision(decision=decision, actions=actions):
            return CONCLUDED, f"Decision: {decision}, {view.titles('actions', actions)}"
        case acts.ClaimRecovery(claim=claim):
            return CONCLUDED, f"Claimed: {claim}"
        case e.IncidentClosed():
            return CONCLUDED, "Closed"
        case acts.StateHypothesis(cause=cause):
            return CONCLUDED, f"Hypothesis: {view.title('causes', cause)}"
        case acts.UpdateStakeholders(audience=audience):
            return TOLD, f"Update, {audience}"
        case acts.UpdateExecutives() | acts.EscalateInternally():
            return TOLD, "Executives" if isinstance(body, acts.UpdateExecutives) else "Leadership"
        case acts.AnswerAsker() | acts.ChallengeClaim():
            return TOLD, "Answered somebody" if isinstance(body, acts.AnswerAsker) else "Challenged a claim"
    return "", ""


def _rate(view: RecordView) -> Iterator[tuple[Any, ...]]:
    samples = [(m.at, loss_of(m.body.harm, view.scenario)) for m in view.samples if m.at >= 0]
    for (since, before), (at, after) in pairwise(samples):
        yield HARM, RATE, "", at / 60, NAN, max(0.0, (after - before) / max(1, at - since) * 60), 0


@chart(
    "lanes", "The drill in two lanes", of_view(moments), section="happened", empty="The record holds no moments.",
    note="Drag to zoom, double-click for all of it; press a mark to go to its moment. Concluded: causes, severities, "
         "decisions and claims that were put on record. " + RULE,
)
def lanes(frame: pd.DataFrame, drill: Reviewed, until: float | None = None) -> Drawing:
    """Draw the world above and people below; with `until` nothing after that minute."""
    end = end_of(drill.view, float(frame["minute"].max()))
    over = end if until is None else until
    shown = frame[frame["minute"] <= over]
    shown = shown.assign(until=shown["until"].clip(upper=over), minute=shown["minute"].clip(lower=BEFORE))
    traces = [*_area(shown), *_stretches(shown)]
    for row in ROWS:
        begins = shown["kind"].isin(["moment", "stretch"]) if row.name in BEGINS else shown["kind"] == "moment"
        some = shown[(shown["row"] == row.name) & begins]
        if not some.empty:
            traces.append(marks(row.name, row.symbol, row.colour, some, [PLACE[row.name]] * len(some), some["label"]))
    stops = shown[shown["kind"] == PIVOT]
    lines = [
        {"type": "line", "x0": one.minute, "x1": one.minute, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
         "line": {"width": 1, "dash": "dot", "color": HAIR}}
        for one in each(stops)
    ]  # fmt: skip
    border, horizon = PEOPLE - 0.5, float(frame["minute"].max())
    world = "the world" if end >= horizon else f"the world, on to {at_minute(horizon)}"
    lines.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": border, "y1": border,
                  "line": {"width": 1.5, "color": HAIR}})  # fmt: skip
    notes = [
        # In three heights, since stops often come close together.
        {"x": one.minute, "y": 1, "yref": "paper", "yanchor": "bottom", "text": f"<b>{one.value:.0f}</b>",
         "showarrow": False, "hovertext": cut(one.label, 90), "captureevents": True, "yshift": 13 * (one.value % 3)}
        for one in each(stops)
    ]  # fmt: skip
    notes += [
        {"x": 1, "xref": "paper", "xanchor": "right", "y": at, "text": words, "showarrow": False, "opacity": 0.6}
        for at, words in ((-0.35, world), (border + 0.2, "people"))
    ]
    return Drawing(_title(drill.view, shown), figure(
        34 * len(ROWS) + 90, traces, shapes=lines, annotations=notes, showlegend=False, barmode="overlay",
        hovermode="closest", dragmode="zoom", margin={"l": 8, "r": 14, "t": 50, "b": 8},
        xaxis=time_axis(end, range=[BEFORE, end + 1]), yaxis=rows_axis(row.name for row in ROWS),
    ))  # fmt: skip


def _area(frame: pd.DataFrame) -> Iterator[Part]:
    """Yield harm a minute, as high as its row."""
    rate = frame[frame["kind"] == RATE]
    most = rate["value"].max() if len(rate) else 0.0
    if most:
        base = PLACE[HARM] + 0.4
        yield {
            "type": "scatter", "mode": "lines", "name": HARM, "x": [*rate["minute"], *reversed(list(rate["minute"]))],
            "y": [*(base - 0.85 * value / most for value in rate["value"]), *[base] * len(rate)], "fill": "toself",
            "line": {"width": 1, "color": NOBODY}, "fillcolor": QUIET, "hoverinfo": "skip",
        }  # fmt: skip


def _stretches(frame: pd.DataFrame) -> Iterator[Part]:
    for row in ROWS:
        some = frame[(frame["row"] == row.name) & (frame["kind"] == "stretch")]
        if some.empty:
            continue
        many = list(dict.fromkeys(some["label"])) if row.name == HIT else [row.name]
        high = 0.7 / len(many)
        y = [
            PLACE[row.name] + (many.index(label) + 0.5) * high - 0.35 if row.name == HIT else PLACE[row.name]
            for label in some["label"]
        ]
        yield {
            "type": "bar", "orientation": "h", "name": row.name, "base": list(some["minute"]), "y": y,
            "x": [max(0.15, end - since) for since, end in zip(some["minute"], some["until"], strict=True)],
            "width": 0.85 * high if row.name == HIT else 0.34, "opacity": 0.55,
            "customdata": [[int(seq)] for seq in some["seq"]], "text": [cut(label, 90) for label in some["label"]],
            "textposition": "none", "hovertemplate": "T+%{base:.1f}  %{text}<extra></extra>",
            "marker": {"color": row.colour, "line": {"width": 0}},
        }  # fmt: skip


def _title(view: RecordView, shown: pd.DataFrame) -> str:
    rows = {row: shown[(shown["row"] == row) & (shown["kind"].isin(["moment", "stretch"]))] for row in PLACE}
    decided = {m.seq for m in view.decisions} & set(rows[CONCLUDED]["seq"])
    deeds = [int(seq) for row in (LOOKED, CONCLUDED, DID) for seq in rows[row]["seq"]]
    alone = sum(not view.by_people(seq) for seq in deeds)
    counts = {row: len(some) for row, some in rows.items()}
    words = (f"{counted(counts[INBOX], 'message')} came in; the team looked {counted(counts[LOOKED], 'time')}, came to "
             f"{counted(counts[CONCLUDED], 'conclusion')} ({counted(len(decided), 'decision')}) and acted "
             f"{counted(counts[DID], 'time')}")  # fmt: skip
    if alone:
        words += f"; simulated teammates did {'all' if alone == len(deeds) else f'{alone} of {len(deeds)}'} of it"
    return words if view.started else f"{words}: nothing was changed"

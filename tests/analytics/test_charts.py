"""Figures against the numbers they draw; a colour is never the only thing that says something."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.record import Course, References
from analytics.report import charts
from analytics.report import tables as frames
from analytics.report.tables import BEST, COURSES, LOSS, NULL, YOURS
from analytics.view import RecordView
from simulator import acts
from tests.analytics.builders import act, book, decide, declare, drill, pair, say, truth

MINUTES = tuple(float(i) for i in range(61))


def _run(name: str, per_minute: float) -> Course:
    series = tuple(per_minute * minute for minute in MINUTES)
    losses = tuple(value / 1000 for value in series)
    return Course(name=name, harm={"minutes": series[-1]}, loss=losses[-1], series={"minutes": series}, losses=losses)


@pytest.fixture
def view() -> RecordView:
    refs = References(null=_run("nothing", 15), best=_run("flag at T+4", 2))
    lines = [pair(), declare("04:00"), decide("09:30"), act("40:00", "flag")]
    return RecordView(drill(*lines, world=truth(harm=600), refs=refs), book())


def traces(figure: go.Figure) -> dict[str, go.Scatter | go.Bar]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("dimension", ["minutes", LOSS])
def test_harm_draws_the_three_courses_as_they_are(view: RecordView, dimension: str) -> None:
    harm = frames.harm(view)
    drawn = traces(charts.harm_over_time(harm, dimension, "min", frames.marks(view)))
    for course in COURSES:
        rows = harm[(harm["course"] == course) & (harm["dimension"] == dimension)]
        assert list(drawn[course].x) == list(rows["minute"])
        assert list(drawn[course].y) == list(rows["value"])
    assert drawn[NULL].y[-1] > drawn[YOURS].y[-1] > drawn[BEST].y[-1]


def test_marks_lie_on_your_line(view: RecordView) -> None:
    drawn = traces(charts.harm_over_time(frames.harm(view), "minutes", "min", frames.marks(view)))
    decided = drawn[charts.WORDS["decision"]]
    assert list(decided.x) == [4.0, 9.5]
    assert list(decided.y) == pytest.approx([40.0, 95.0])  # 600 in 60 minutes
    assert list(decided.text) == ["Declared SEV-1", "Decision 1: continue mitigation"]


def test_courses_and_marks_differ_in_more_than_colour(view: RecordView) -> None:
    figure = charts.harm_over_time(frames.harm(view), LOSS, "loss", frames.marks(view))
    assert len({trace.line.dash for trace in figure.data if trace.mode == "lines"}) == 3
    symbols = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert len(set(symbols)) == len(symbols) == 3


def test_before_the_references_are_made_your_own_course_is_drawn(view: RecordView) -> None:
    journal = drill(declare("04:00")).journal
    own = RecordView(frames.record_of(journal, view.scenario), book())
    assert [t.name for t in charts.harm_over_time(frames.harm(own), LOSS, "loss", frames.marks(own)).data] == [
        YOURS, charts.WORDS["decision"],
    ]  # fmt: skip


def test_part_bars_add_up_to_what_could_be_earned() -> None:
    parts = frames.parts.of([
        {"part": "a", "title": "Blueprint", "points": 21.5, "out_of": 25},
        {"part": "b", "title": "Gates", "points": 0, "out_of": 0},
    ])  # fmt: skip
    figure = charts.part_bars(parts)
    earned, rest = figure.data
    assert list(earned.x) == [21.5, 0]
    assert [a + b for a, b in zip(earned.x, rest.x, strict=True)] == [25, 0]
    assert [note.text for note in figure.layout.annotations] == ["<b>21.5</b> of 25", "does not apply"]


def test_the_plan_draws_each_window_and_what_happened_in_its_row(view: RecordView) -> None:
    windows, happened = frames.windows(view), frames.happened(view)
    drawn = traces(charts.blueprint(windows, happened, frames.phases(view)))
    full, fading = drawn["full points"], drawn["points fade"]
    assert list(full.x) == list(windows["full"])
    assert [b + x for b, x in zip(fading.base, fading.x, strict=True)] == list(windows["none"])
    row = list(windows["id"]).index("B3a")
    late = drawn["happened late"]
    assert (list(late.x), list(late.y)) == ([40.0], [row])
    assert drawn["happened"].marker.symbol != late.marker.symbol


def test_a_hypothesis_holds_until_the_next_is_stated() -> None:
    stated = [
        *say("05:00", "triage", acts.StateHypothesis(cause="attack", probability=0.6)),
        *say("08:00", "triage", acts.StateHypothesis(cause="attack", probability=0.1)),
        *say("09:00", "triage", acts.StateHypothesis(cause="key", probability=0.8)),
    ]
    view = RecordView(drill(stated), book())
    attack, key = charts.hypotheses_over_time(frames.hypotheses(view), 60).data
    assert (list(attack.x), list(attack.y)) == ([5, 8, 60], [60, 10, 10])
    assert key.name.startswith("true: ")
    assert (attack.line.dash, key.line.dash) == ("dash", "solid")


def test_segments_are_drawn_one_by_one(view: RecordView) -> None:
    drawn = traces(charts.affected_over_time(frames.affected(view)))
    assert list(drawn) == ["Web", "Mobile"]
    assert set(drawn["Web"].y) == {30.0}


def figures(view: RecordView) -> list[go.Figure]:
    marks = frames.marks(view)
    return [
        charts.harm_over_time(frames.harm(view), LOSS, "loss", marks),
        charts.blueprint(frames.windows(view), frames.happened(view), frames.phases(view)),
        charts.affected_over_time(frames.affected(view)),
        charts.hypotheses_over_time(frames.hypotheses(view), 60),
        charts.part_bars(frames.parts.of([])),
    ]


@pytest.mark.parametrize("ran", [True, False], ids=["a drill", "nothing on record"])
def test_every_figure_is_clear_behind_and_can_be_sent(view: RecordView, ran: bool) -> None:
    empty = RecordView(drill(world=[]), book())
    for figure in figures(view if ran else empty):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert figure.layout.height
        figure.to_json()


def test_a_label_is_cut_and_holds_no_markup() -> None:
    assert charts.cut("a" * 80, 10) == "aaaaaaaaa…"
    assert charts.cut("<a href='x'>") == "&lt;a href='x'>"


def test_lines_take_their_colours_from_whoever_shows_them(view: RecordView) -> None:
    figure = charts.harm_over_time(frames.harm(view), LOSS, "loss", frames.marks(view))
    assert all(t.line.color is None and t.marker.color is None for t in figure.data)
    assert isinstance(frames.marks(view), pd.DataFrame)

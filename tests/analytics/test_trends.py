"""Many drills as tables and charts: what is said, what is not said of few, and figures against their tables."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.playbook import load
from analytics.report import trend_charts as charts
from analytics.report import trends
from analytics.report.sample import recorded, samples
from analytics.report.trends import ENOUGH, QUARTERS, TEAMS, FollowedAction
from analytics.score import score
from simulator.record.result import DrillResult, Forecast, Held, result_of, with_body
from tests.analytics import builders as b

UNTIL = 1.7e9
PARTS = {"blueprint": "Blueprint <b>", "L1": "Ladder"}
EVERY = (
    lambda drills, group: charts.criteria_map(drills, PARTS),
    lambda drills, group: charts.parts_course(group, PARTS),
    lambda drills, group: charts.times_strip(group),
    lambda drills, group: charts.coverage_map(drills),
    lambda drills, group: charts.gaps_bars(drills, PARTS),
    lambda drills, group: charts.calibration_chart(drills),
)


@cache
def many() -> tuple[DrillResult, ...]:
    return tuple(samples(90, "a", UNTIL))


@cache
def alike() -> tuple[DrillResult, ...]:
    return tuple(one for one in many() if one.scenario == "auth_token")


def xs(figure: object, name: str) -> list[float]:
    return [x for trace in figure.data if trace.name == name for x in trace.x]  # type: ignore[attr-defined]


def ys(figure: object, name: str) -> list[float]:
    return [y for trace in figure.data if trace.name == name for y in trace.y]  # type: ignore[attr-defined]


@pytest.mark.parametrize("chart", EVERY)
@pytest.mark.parametrize("number", [0, 1, 3, 90])
def test_every_chart_is_drawn_of_none_one_few_and_many(chart: object, number: int) -> None:
    made = chart(many()[:number], alike()[:number])  # type: ignore[operator]
    assert made.title
    assert made.unit
    assert made.figure.to_json()
    assert bool(len(made.frame)) == bool(number)


def test_a_row_is_what_it_was_after_it_was_stored() -> None:
    for one in many()[:5]:
        bare = {k: v for k, v in one.__dict__.items() if k not in (
            "parts", "criteria", "times", "caps", "patterns", "held", "forecasts", "until")}  # fmt: skip
        assert with_body(one.body(), **bare) == one


def cut_short(*lines: b.Lines) -> DrillResult:
    """Return the row of a drill that its facilitator ended at T+30:00; the world goes on and is back at T+40:00."""
    record = b.cut_short("30:00", b.in_command("02:00"), b.declare("04:00"), b.act("10:00", "flag"), *lines,
                         world=b.truth("40:00"))  # fmt: skip
    card = score(record, load("recovery")).as_data()
    assert card["times"]["recovered"] is None or lines, "what the world did after the end is nobody's"
    return result_of(record.journal, card, drill="early", ended=UNTIL + 1, kind="team", pace="1×", team="a")


def test_who_is_ended_with_the_time_is_not_ended_early_whatever_else_keeps_a_total_away() -> None:
    record = b.cut_short("59:30", b.in_command("02:00"))
    card = score(record, load("recovery")).as_data() | {"total": None}
    assert result_of(record.journal, card, drill="late", ended=3600, kind="team", pace="1×").until is None


def test_a_drill_that_was_ended_early_shows_what_is_true_up_to_its_end_and_never_a_total() -> None:
    one = cut_short()
    assert (one.total, one.until) == (None, 1800)
    # What came after the end, and what had not come by then, is neither a time nor a turning point that never came.
    assert one.times == {"declared": 240, "first_mitigation": 600}
    assert cut_short(b.closure("25:00")).until is None
    held = replace(one, held=(Held("Ana", "commander", "Incident commander"),))
    (row,) = trends.drills([held]).itertuples()
    assert (str(row.total), row.ended_early) == ("<NA>", 30.0)
    group = [*(replace(other, scenario="x", playbook=one.playbook) for other in alike()[:ENOUGH]), held]
    dots = charts.parts_course(group, PARTS)
    mine = dots.frame[dots.frame["drill"] == "early"]
    assert "total" not in set(mine["part"])
    assert len(mine) > 0
    assert mine["early"].all()
    assert mine["median"].isna().all()
    assert any("circle-open" in (trace.marker.symbol or ()) for trace in dots.figure.data)
    without = trends.parts(group[:-1], PARTS)
    assert list(without["median"].dropna()) == list(dots.frame["median"].dropna())
    assert {row.of for row in trends.times_over(group).itertuples()} <= {0, ENOUGH}
    assert {row.turn for row in trends.times(group).itertuples() if row.drill == "early"} == set(one.times)
    assert [row.name for row in trends.coverage([held]).itertuples()] == ["Ana"]
    assert any(row.gaps for row in trends.gaps([held], PARTS).itertuples())
    assert charts.criteria_map([held], PARTS).figure.layout.yaxis.ticktext[0].endswith("(ended early)")
    assert charts.times_strip([held]).title == "Every drill of this kind was ended early"


def test_the_map_shows_each_status_of_its_table() -> None:
    made = charts.criteria_map(many(), PARTS)
    (heat,) = made.figure.data
    shown = trends.oldest_first(many())[-charts.ROWS :]
    assert len(heat.z) == len(shown)
    by = {(row.drill, row.criterion): row.status for row in made.frame.itertuples()}
    for line, signs, one in zip(heat.z, heat.text, shown, strict=True):
        for place, sign, ident in zip(line, signs, heat.x, strict=True):
            assert (place, sign) == charts.STATUS[by[one.drill, ident]]


def test_the_course_holds_the_numbers_of_its_table() -> None:
    import pandas as pd

    made = charts.parts_course(alike(), PARTS)
    assert ys(made.figure, "one drill, bar: other seeds") == list(
        pd.concat([rows["percent"] for _, rows in made.frame.groupby("part", sort=False)])
    )
    total = made.frame[made.frame["part"] == trends.TOTAL]
    assert list(total["percent"]) == [one.total for one in trends.oldest_first(alike())]
    five = total["percent"].rolling(trends.STRETCH)
    pd.testing.assert_series_equal(total["median"], five.median(), check_names=False)
    pd.testing.assert_series_equal(total["first_quarter"], five.quantile(0.25), check_names=False)
    pd.testing.assert_series_equal(total["last_quarter"], five.quantile(0.75), check_names=False)
    assert "Blueprint <b>" in set(made.frame["title"])
    assert any("&lt;b>" in one.text for one in made.figure.layout.annotations)


def test_an_edited_drill_goes_on_and_a_course_is_told_of_the_drills_since() -> None:
    import pandas as pd

    drills = trends.oldest_first(alike())
    edited = len(drills) - 2
    made, whole = charts.parts_course(drills, PARTS, [edited]), charts.parts_course(drills, PARTS)
    pd.testing.assert_frame_equal(made.frame, whole.frame)
    assert made.title == f"Too few drills for a course since it was edited: 3 of {ENOUGH}; each is shown by itself"
    assert {shape.x0 for shape in made.figure.layout.shapes} == {edited - 0.5}
    assert "edited" not in whole.title


def test_a_turning_point_that_never_came_is_not_said_to_have_come() -> None:
    few = [replace(one, times={turn: 60 if turn != "closed" else None for turn in charts.TURNS}) for one in alike()[:3]]
    assert charts.times_strip(few).title.startswith("Every turning point but Closed came in each of 3 drills")
    none = [replace(one, times=dict.fromkeys(charts.TURNS)) for one in few]
    assert charts.times_strip(none).title == "No turning point came in any of 3 drills"
    assert charts.times_strip(none[:1]).title == "No turning point came in 1 drill"
    for drills, last in ((few, "Closed: in none"), ([*few, replace(few[0], times={"closed": 60})], "Closed")):
        figure = charts.times_strip(drills).figure
        assert figure is not None
        assert figure.layout.yaxis.ticktext[-1] == last


def test_of_few_drills_no_course_and_no_median_is_told() -> None:
    few = alike()[: ENOUGH - 1]
    assert "Too few drills" in charts.parts_course(few, {}).title
    assert trends.times_over(few)["median"].isna().all()
    assert trends.times_over(alike())["median"].notna().any()


@pytest.mark.parametrize(("values", "told"), [
    (list(range(7)), "too few"), (list(range(8)), "rises"), (list(range(8, 0, -1)), "falls"), ([50.0] * 12, "level"),
    ([60, 40, 70, 50, 65, 45, 60, 52], "level"),
])  # fmt: skip
def test_a_course_is_more_than_chance(values: list[float], told: str) -> None:
    assert trends.course(values) == told


@given(st.lists(st.floats(0, 100), min_size=8, max_size=30))
def test_a_course_turned_round_is_its_opposite(values: list[float]) -> None:
    opposite = {"rises": "falls", "falls": "rises", "level": "level"}
    assert trends.course(values[::-1]) == opposite[trends.course(values)]


def test_the_strip_shows_every_minute_and_nothing_that_never_came() -> None:
    made = charts.times_strip(alike(), {"declared": 9.0, "closed": 120.0}, "What <i>we</i> had")
    came = made.frame[made.frame["minute"].notna()]
    mine = came[came["who"] == trends.DRILL]
    shown = xs(made.figure, "earlier drills") + xs(made.figure, "the newest drill")
    assert sorted(shown) == sorted(mine["minute"])
    assert xs(made.figure, "What &lt;i>we&lt;/i> had") == [9.0, 120.0]
    assert "real responders" in made.title


def test_a_real_incident_whose_page_is_not_known_is_compared_with_nothing() -> None:
    made = charts.times_strip(alike(), {"declared": 9.0, "recovered": 70.0}, "Theirs", paged=False)
    assert "not compared" in made.title
    assert made.figure.layout.xaxis.title.text == made.unit == (
        "minutes after the first page; of the real incident, after its first line")  # fmt: skip
    assert set(made.frame["who"]) == {trends.DRILL, trends.UNPAGED}
    assert xs(made.figure, "Theirs") == [9.0, 70.0]


def test_what_never_came_is_later_than_all_that_did() -> None:
    times = [{"closed": 60 * n} for n in range(1, 5)] + [{"closed": None}] * 6
    made = [replace(one, times=t) for one, t in zip(alike(), times, strict=False)]
    (row,) = [row for row in trends.times_over(made).itertuples() if row.turn == "closed"]
    assert (row.came, row.of) == (4, 10)
    assert math.isnan(row.median)
    assert row.first_quarter == 3


def test_gaps_count_where_a_criterion_applied() -> None:
    frame = trends.gaps(many(), PARTS)
    worst = frame.iloc[0]
    rows = trends.criteria(many())
    mine = rows[(rows["criterion"] == worst["criterion"]) & rows["share"].notna()]
    assert worst["of"] == len(mine)
    assert worst["gaps"] == (mine["status"] != "met").sum()
    assert worst["lost"] == pytest.approx((1 - mine["share"]).sum() / len(mine), abs=1e-9)
    made = charts.gaps_bars(many(), PARTS)
    assert list(made.figure.data[0].x) == list(100 * made.frame.head(12)["lost"])
    assert list(frame["lost"] * frame["of"]) == sorted(frame["lost"] * frame["of"], reverse=True)


def test_confidence_is_compared_with_what_was_true() -> None:
    told = [Forecast(0.9, n < 2) for n in range(10)] + [Forecast(0.1, False)] * 10 + [Forecast(1.0, True)]
    made = charts.calibration_chart([replace(many()[0], forecasts=tuple(told))])
    high = made.frame[made.frame["since"] == 80].iloc[0]
    assert (high["n"], round(high["came"], 1)) == (11, 27.3)
    assert high["low"] < high["came"] < high["high"] < high["said"]
    assert made.title.startswith("Too sure: of what was called 91 % likely, 27 % was true; 21 forecasts")
    assert trends.brier([])[1] == 0


def of_teams(number: int, times: dict[str, int | None] | None = None) -> list[DrillResult]:
    return [replace(one, team=f"t{n}", times=times or one.times) for n, one in enumerate(alike()[:number])]


def test_figures_over_teams_are_of_five_at_least() -> None:
    assert charts.across_teams(of_teams(TEAMS - 1), None) is None
    assert charts.across_teams([replace(one, team="t0") for one in alike()], None) is None
    made = charts.across_teams(of_teams(TEAMS, {"declared": 60, "closed": None}), None)
    assert made is not None
    assert list(made.frame["turn"]) == ["declared"]
    assert made.frame["teams"].min() == TEAMS
    assert not {"team", "drill"} & set(made.frame.columns)
    late = charts.across_teams(of_teams(8), replace(alike()[0], times={"declared": 10_000}))
    assert late is not None
    assert late.title == "Later than three quarters of the teams: declared (of 8)"
    few = charts.across_teams(of_teams(7), replace(alike()[0], times={"declared": 10_000}))
    assert few is not None
    assert few.title == "7 teams in the same drill; their middle"
    assert not few.figure.layout.shapes


def test_a_title_over_teams_names_what_was_compared_where_that_is_not_all() -> None:
    teams = [*of_teams(5, {"declared": 60, "closed": 60}), *of_teams(9, {"declared": 60})[5:]]
    in_the_middle = "Your newest drill is in or before the middle half of the teams"
    for yours, title in (
        ({"declared": 60, "closed": 9_000}, f"{in_the_middle}: declared (of 9)"),
        ({"declared": 60, "closed": None}, f"{in_the_middle}: declared (of 9)"),
        ({"declared": 90, "closed": 60}, "Later than three quarters of the teams: declared (of 9)"),
        ({"closed": 9_000}, "9 teams in the same drill; bars hold the middle half of them"),
    ):
        made = charts.across_teams(teams, replace(alike()[0], times=yours))
        assert made is not None
        assert made.title == title
    made = charts.across_teams(of_teams(9, {"declared": 60}), replace(alike()[0], times={"declared": 60}))
    assert made is not None
    assert made.title == f"{in_the_middle} throughout"


@pytest.mark.parametrize("teams", [5, 6, 7, 8, 9, 12])
def test_no_figure_over_teams_is_what_one_of_them_came_to(teams: int) -> None:
    # Each team's minutes lie so that the mean of any few that are next to each other is none of theirs.
    like = alike()[0]
    made = [replace(like, team=f"t{n}", times={"declared": 60 * 25 * n**2}) for n in range(1, teams + 1)]
    frame = trends.across(made, made[0])
    own = {one.times["declared"] / 60 for one in made}
    (row,) = frame.itertuples()
    figures = [row.first_quarter, row.median, row.last_quarter]
    said = [one for one in figures if not math.isnan(one)]
    assert len(said) == (3 if teams >= QUARTERS else 1)
    assert not own & set(said)
    told = {2 * figure - yours for figure in said for yours in own}
    assert min(abs(one - other) for one in told for other in own) > 1, "one of two could tell the other"
    assert sorted(said) == said
    assert all(float(one).is_integer() for one in said)


def test_coverage_counts_drills_and_puts_nobody_in_an_order_of_merit() -> None:
    frame = trends.coverage(many())
    assert frame["drills"].sum() == sum(len(one.held) for one in many())
    assert list(frame["name"]) == sorted(frame["name"])
    made = charts.coverage_map(many())
    assert sum(map(sum, made.figure.data[0].z)) == frame["drills"].sum()


def test_actions_show_what_is_open_and_late_first() -> None:
    today = date(2026, 11, 29)
    frame = trends.actions([
        FollowedAction("d", "done long ago", "Ana", date(2026, 1, 1), "done", "d9"),
        FollowedAction("d", "in time", "Ana", date(2026, 12, 1), "open"),
        FollowedAction("d", "late", "Ben", date(2026, 11, 1), "open"),
        FollowedAction("d", "some day", "Ben", None, "open"),
    ], today)  # fmt: skip
    assert list(frame["what"]) == ["late", "in time", "some day", "done long ago"]
    assert list(frame["late"]) == [True, False, False, False]


def test_samples_are_the_same_each_time_and_say_what_they_are() -> None:
    assert list(samples(90, "a", UNTIL)) == list(many())
    assert all(one.sample for one in many())
    assert len({one.drill for one in many()}) == 90
    assert max(one.ended for one in many()) == UNTIL
    for one in many():
        assert 0 <= one.uncapped <= 100
        assert {part.id: round(sum(c.points for c in one.criteria if c.part == part.id), 1) for part in one.parts} == {
            part.id: part.points for part in one.parts
        }
    assert len(recorded()) == 6

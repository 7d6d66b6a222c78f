"""Figures against the tables behind them, of recorded drills; a colour is never the only thing that says something."""

from __future__ import annotations

import math
import re
from functools import cache

import plotly.graph_objects as go
import pytest

from analytics import playbook
from analytics.record import Course, References
from analytics.report import tables as frames
from analytics.report import team
from analytics.report.charts import CHARTS, thinking
from analytics.report.charts.course import SHAPES, weightiest
from analytics.report.charts.spec import CAPTION, Charted, Reviewed, captioned, cut, plain_titles
from analytics.report.charts.whole import PLACE, RATE
from analytics.report.palette import PALETTE
from analytics.report.tables import BEST, COURSES, LOSS, NULL, YOURS, each
from analytics.score import score
from analytics.view import RecordView
from scenarios.loader import load
from simulator import acts
from simulator import events as e
from simulator.record.journal import parse
from tests import recorded
from tests.analytics.builders import (
    act,
    book,
    decide,
    declare,
    drill,
    event,
    hand_off,
    lanes,
    pair,
    query,
    say,
    truth,
    update,
)
from ui.debrief_parts.look import STYLE

MINUTES = tuple(float(i) for i in range(61))
GOLDEN = (
    "auth_token-by_search-7", "billing_mismatch-by_the_book-7", "permission_leak-impatient-7", "auth_token-null-7",
)  # fmt: skip


@cache
def reviewed(name: str) -> Reviewed:
    """Return a recorded drill as charts read it."""
    journal = parse("\n".join(recorded.journal_lines(recorded.read(name))) + "\n", name)
    scenario = load(journal.header.scenario, journal.header.variant, journal.header.difficulty).scenario
    record, rules = frames.record_of(journal, scenario), playbook.load()
    return Reviewed(RecordView(record, rules), score(record, rules).as_data())


@cache
def every() -> list[tuple[str, Charted]]:
    """Return every chart of every recorded drill."""
    return [(f"{name}: {ident}", made(reviewed(name))) for name in GOLDEN for ident, made in CHARTS.items()]


def _run(name: str, per_minute: float) -> Course:
    series = tuple(per_minute * minute for minute in MINUTES)
    losses = tuple(value / 1000 for value in series)
    return Course(name=name, harm={"minutes": series[-1]}, loss=losses[-1], series={"minutes": series}, losses=losses)


@pytest.fixture
def made() -> Reviewed:
    refs = References(null=_run("nothing", 15), best=_run("flag at T+4", 2))
    lines = [pair(), declare("04:00"), decide("09:30"), act("40:00", "flag")]
    return Reviewed(RecordView(drill(*lines, world=truth(harm=600), refs=refs), book()))


def traces(figure: go.Figure | None) -> dict[str, go.Scatter | go.Bar]:
    assert figure is not None
    return {trace.name: trace for trace in figure.data}


# --- every chart of every drill -----------------------------------------------------------------------------


@pytest.mark.slow
def test_every_mark_lies_where_its_row_says() -> None:
    for what, made in every():
        if made.figure is None or not {"seq", "minute"} <= set(made.frame):
            continue
        own = dict(zip(made.frame["seq"], made.frame["minute"], strict=True))
        for trace in made.figure.data:
            if trace.customdata is not None and trace.type == "scatter":
                for x, (seq,) in zip(trace.x, trace.customdata, strict=True):
                    known = {*made.frame.loc[made.frame["seq"] == seq].select_dtypes("float64").to_numpy().ravel()}
                    assert not seq or max(x, -10) in {max(one, -10) for one in known}, (what, trace.name, x, own[seq])


@pytest.mark.slow
def test_every_chart_says_its_finding_and_can_be_sent() -> None:
    for what, made in every():
        assert made.title, what
        assert not re.search(r"\bnan\b", made.title, re.IGNORECASE), (what, made.title)
        assert made.figure is None or (made.figure.layout.height and made.unit and made.note), what
        assert (made.figure is None) == made.frame.empty, what
        if made.figure is not None:
            assert made.figure.layout.paper_bgcolor is None, what  # the page's own, so that a saved picture has one
            assert "<script" not in made.figure.to_json(), what
            names = [trace.name for trace in made.figure.data]
            assert all(names), what


@pytest.mark.slow
def test_what_a_colour_says_something_else_says_too() -> None:
    for what, made in every():
        if made.figure is None:
            continue
        marked = [t for t in made.figure.data if t.type == "scatter" and t.mode == "markers"]
        assert len({(t.marker.symbol, t.y[0] if made.ident == "lanes" else 0) for t in marked}) == len(marked), what
        lines = [t for t in made.figure.data if t.type == "scatter" and t.mode == "lines" and t.line.dash is not None]
        assert len({t.line.dash for t in lines}) == len(lines) or len(lines) > 5, what
        used = {t.line.color for t in lines} | {t.marker.color for t in marked}
        assert used <= {*PALETTE, None}, (what, used)


def test_no_cell_of_a_csv_is_a_formula() -> None:
    one = CHARTS["times"](reviewed(GOLDEN[0]))
    evil = Charted(one.ident, one.title, one.frame.assign(title="=1+1"), one.figure, one.unit, one.note)
    assert "'=1+1" in evil.csv().decode("utf-8-sig")
    assert one.csv().decode("utf-8-sig").splitlines()[0] == ",".join(one.frame.columns)


def test_heads_of_a_csv_say_their_units_and_time_has_one() -> None:
    drill = reviewed(GOLDEN[1])
    heads = {one: CHARTS[one](drill).csv().decode("utf-8-sig").splitlines()[0].split(",") for one in CHARTS}
    assert {"minute", "answered (minute)"} <= set(heads["injects"])
    assert "at" not in heads["injects"]
    assert {"full points until (minute)", "no points from (minute)"} <= set(heads["blueprint"])
    assert "unit" in heads["harm"]
    assert all("revenue-agg: revenue-agg" not in label for label in CHARTS["lanes"](drill).frame["label"])


def test_a_picture_that_is_taken_away_says_what_it_found_of_which_drill_in_what_unit() -> None:
    for ident in CHARTS:
        made = CHARTS[ident](reviewed(GOLDEN[1]))
        if made.figure is None:
            continue
        shown = captioned(made, "A drill").figure
        assert shown is not None
        text = shown.layout.title.text
        assert f"<b>{made.title[:60]}" in text
        assert f"A drill. Unit: {made.unit}" in text
        assert text.count("<br>") <= 2, "the caption has room for three lines"
        assert shown.layout.height == made.figure.layout.height + CAPTION
        assert made.figure.layout.title.text is None
    assert f"inset(0 0 {CAPTION}px 0)" in STYLE.read_text(encoding="utf-8")
    (harm,) = [one for one in reviewed(GOLDEN[1]).view.scenario.harm if one.id == weightiest(reviewed(GOLDEN[1]).view)]
    assert CHARTS["harm"](reviewed(GOLDEN[1])).title.startswith(f"{harm.title}: ")


def test_what_a_drill_has_nothing_of_is_said() -> None:
    empty = Reviewed(RecordView(drill(world=[]), book()))
    for ident, made in CHARTS.items():
        found = made(empty)
        if found.figure is None:
            assert found.title == made.empty, ident
            assert list(found.frame.columns), ident
        else:
            assert ident in ("times", "blueprint", "cues", "participation"), ident


# --- numbers of single charts --------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", ["minutes", LOSS])
def test_harm_draws_the_three_courses_as_they_are(made: Reviewed, dimension: str) -> None:
    chart = CHARTS["harm"](made, dimension=dimension)
    drawn = traces(chart.figure)
    for course in COURSES:
        rows = chart.frame[(chart.frame["course"] == course) & (chart.frame["dimension"] == dimension)]
        assert list(drawn[course].x) == list(rows["minute"])
        assert list(drawn[course].y) == list(rows["value"])
    assert drawn[NULL].y[-1] > drawn[YOURS].y[-1] > drawn[BEST].y[-1]


def test_harm_says_what_it_came_to(made: Reviewed) -> None:
    title = CHARTS["harm"](made, dimension="minutes").title
    assert title.startswith("Minutes: 600 ")
    assert "300 less than with nobody acting" in title
    assert "480 more than the best course found" in title


def test_marks_lie_on_your_line(made: Reviewed) -> None:
    decided = traces(CHARTS["harm"](made, dimension="minutes").figure)[SHAPES["decision"][2]]
    assert list(decided.x) == [4.0, 9.5]
    assert list(decided.y) == pytest.approx([40.0, 95.0])  # 600 in 60 minutes
    assert list(decided.text) == ["Declared SEV-1", "Decision 1: continue mitigation"]


def test_before_the_references_are_made_your_own_course_is_drawn(made: Reviewed) -> None:
    journal = drill(declare("04:00")).journal
    own = Reviewed(RecordView(frames.record_of(journal, made.view.scenario), book()))
    chart = CHARTS["harm"](own, dimension=LOSS)
    assert list(traces(chart.figure)) == [YOURS, SHAPES["decision"][2]]
    assert "nobody" not in chart.title


def test_the_plan_draws_each_window_and_what_happened_in_its_row(made: Reviewed) -> None:
    chart = CHARTS["blueprint"](made)
    steps = chart.frame.drop_duplicates("id")
    drawn = traces(chart.figure)
    full, fading = drawn["full points"], drawn["points fade"]
    assert list(full.x) == list(steps["full"])
    assert [b + x for b, x in zip(fading.base, fading.x, strict=True)] == list(steps["none"])
    row = list(steps["id"]).index("B3a")
    assert (list(drawn["late"].x), list(drawn["late"].y)) == ([40.0], [row])
    assert drawn["in time"].marker.symbol != drawn["late"].marker.symbol
    assert f"of {len(steps)} steps of the plan recorded in time" in chart.title
    assert "1 late" in chart.title


def test_a_hypothesis_holds_until_the_next_is_stated() -> None:
    stated = [
        *say("05:00", "triage", acts.StateHypothesis(cause="attack", probability=0.6)),
        *say("08:00", "triage", acts.StateHypothesis(cause="attack", probability=0.1)),
        *say("09:00", "triage", acts.StateHypothesis(cause="key", probability=0.8)),
    ]
    view = Reviewed(RecordView(drill(stated), book()))
    told = CHARTS["hypotheses"](view, truth=True)
    assert told.figure is not None
    attack, key = told.figure.data
    assert (list(attack.x), list(attack.y)) == ([5, 8, 60], [60, 10, 10])
    assert key.name.startswith("true: ")
    assert (attack.line.dash, key.line.dash) == ("dash", "solid")
    kept = CHARTS["hypotheses"](view)
    assert "true: " not in str(kept.figure)
    assert "which it was" in told.title
    assert "which it was" not in kept.title
    assert b"true" in told.csv().splitlines()[0]
    assert b"true" not in kept.csv().lower()


def test_segments_are_drawn_one_by_one(made: Reviewed) -> None:
    drawn = traces(CHARTS["affected"](made).figure)
    assert list(drawn) == ["Web", "Mobile"]
    assert set(drawn["Web"].y) == {30.0}


def test_the_score_is_drawn_as_it_stands() -> None:
    card = reviewed(GOLDEN[2]).card
    assert card is not None
    chart = CHARTS["parts"](reviewed(GOLDEN[2]))
    earned = traces(chart.figure)["earned"]
    parts = [*card["parts"], {"points": card["total"], "out_of": 100}]
    assert list(earned.text) == [f"{one['points']:g} of {one['out_of']:g}" for one in parts]
    assert list(earned.x) == pytest.approx([100 * one["points"] / (one["out_of"] or 1) for one in parts])
    limits = sorted(one["limit"] for one in (*card["caps"], *card["anti_patterns"]))
    assert chart.figure is not None
    assert [line.x0 for line in chart.figure.layout.shapes] == limits
    assert traces(chart.figure)["before limits"].x == (card["uncapped"],)


@pytest.mark.parametrize("name", GOLDEN[:2])
def test_the_picture_has_every_lane_and_stops_where_it_is_told_to(name: str) -> None:
    whole, part = CHARTS["lanes"](reviewed(name)), CHARTS["lanes"](reviewed(name), until=12)
    assert whole.figure is not None
    assert part.figure is not None
    rows = {round(y) for t in whole.figure.data if t.type == "bar" or t.mode == "markers" for y in t.y}
    assert rows == set(range(1, len(PLACE)))
    assert len(whole.figure.data) >= len(part.figure.data)
    for trace in part.figure.data:
        ends = [b + x for b, x in zip(trace.base, trace.x, strict=True)] if trace.type == "bar" else trace.x
        assert max(ends) <= 12.15, trace.name  # what lasts no time is drawn a little wide
    assert "fault" not in str(whole.figure).lower()
    rate = whole.frame[whole.frame["kind"] == RATE]
    assert rate["value"].sum() == pytest.approx(reviewed(name).view.loss, abs=0.05)


@pytest.mark.parametrize(("left", "mended", "end"), [("12:00", False, 20), ("31:00", False, 34), ("12:00", True, 43)])
def test_the_picture_of_a_short_drill_ends_soon_after_what_happened(left: str, mended: bool, end: int) -> None:
    back = event("40:00", e.ToleranceCrossed(segment="web", within=True), "world") if mended else []
    world = truth("40:00") if mended else truth()
    made = CHARTS["lanes"](Reviewed(RecordView(drill(back, world=world, ended=left), book())))
    assert made.figure is not None
    assert made.figure.layout.xaxis.range[1] == end + 1
    drawn = [x for trace in made.figure.data if trace.type != "bar" for x in trace.x]
    assert max(drawn) <= end
    assert "the world, on to T+60:00" in str(made.figure.layout.annotations)
    assert made.frame["minute"].max() == 60
    hit = CHARTS["affected"](Reviewed(RecordView(drill(back, world=world, ended=left), book())))
    assert hit.figure is not None
    assert hit.figure.layout.xaxis.range[1] == end + 1
    assert hit.frame["minute"].max() == 60


def test_what_was_hit_worse_after_people_left_is_said_in_the_title() -> None:
    def title(worse: float, before: float = 0.0) -> str:
        world = [(at, by, body.model_copy(update={"outside": {"web": worse if at > 2400 else before, "mobile": 0.0}})
                  if isinstance(body, e.TruthSampled) else body) for at, by, body in truth()]  # fmt: skip
        return CHARTS["affected"](Reviewed(RecordView(drill(world=world, ended="12:00"), book()))).title

    assert title(0.0) == "Nobody was ever outside tolerance"
    assert title(0.9) == "Nobody was outside tolerance while people were there; after that Web, 90 % at T+41:00"
    assert title(0.9, 0.2).endswith("; after that Web, 90 % at T+41:00")
    assert "after that" not in title(0.1, 0.2)


def test_each_inject_is_called_by_who_it_came_from() -> None:
    made = CHARTS["injects"](reviewed(GOLDEN[0]))
    assert made.figure is not None
    told = [one.text for one in made.figure.layout.annotations]
    assert len(told) == len(made.frame)
    assert told[0].startswith("@pager: Page acknowledged")


def test_team_process_adds_up() -> None:
    for name in GOLDEN[:3]:
        view = reviewed(name).view
        tasks = team.tasks(view)
        assert len(tasks) == len(view.history.tasks)
        closed = tasks[tasks["loop"] == "closed"]
        assert (closed["acknowledged"] - closed["minute"] <= 2).all()
        assert (closed["reported"] <= closed["due"]).all()
        silent = team.cadence(view)
        silent = silent[silent["kind"] == team.SILENCE]
        assert (silent["until"] > silent["minute"]).all()
        assert len(team.process(view)) == 5


def test_a_lane_is_held_by_whoever_took_it_over() -> None:
    lines = [*lanes("05:00"), *hand_off("17:40", "triage", "triage", "mitigation")]
    held = team.holdings(RecordView(drill(lines), book()))
    held = held[(held["kind"] == team.HELD) & (held["what"] == "triage")]
    assert list(zip(held["who"], held["minute"], held["until"], strict=True)) == [
        ("triage", 5.0, pytest.approx(17 + 40 / 60)), ("mitigation", pytest.approx(17 + 40 / 60), 60.0),
    ]  # fmt: skip


def test_silences_that_run_side_by_side_have_a_row_each() -> None:
    chart = CHARTS["cadence"](reviewed("auth_token-impatient-7"))
    silent = chart.frame[chart.frame["kind"] == team.SILENCE]
    rows = traces(chart.figure)["silence beyond it"].y
    assert len(set(rows)) == silent["audience"].nunique()
    minutes = (silent["until"] - silent["minute"]).sum()
    assert f"outsiders waited {minutes:.0f} minute" in chart.title
    promise = say("10:00", "comms", acts.UpdateExecutives(next_update_minutes=10))
    both = RecordView(drill(update("08:00"), promise), book())
    assert CHARTS["cadence"](Reviewed(both)).title.endswith(
        "; executives waited 40 minutes beyond; outsiders waited 32 minutes beyond")


def test_confidence_and_ladder_are_of_what_was_decided() -> None:
    for name in GOLDEN[:2]:
        view = reviewed(name).view
        stated = CHARTS["confidence"](reviewed(name)).frame
        assert set(stated["seq"]) <= {m.seq for m in view.decisions}
        assert stated["stated"].between(1, 3).all()
        taken = CHARTS["ladder"](reviewed(name)).frame
        assert len(taken[taken["state"] == "taken"]) == len(view.mitigations)


def test_a_turning_point_that_never_came_is_drawn_as_such() -> None:
    chart = CHARTS["times"](reviewed(GOLDEN[3]))
    never = traces(chart.figure)["never"]
    assert len(never.x) == sum(math.isnan(minute) for minute in chart.frame["minute"])
    assert "Nothing was mitigated" in chart.title


def test_a_label_leaves_out_the_team_of_a_seat_where_no_other_is_called_so() -> None:
    names = ["Triage lead (Identity)", "Deputy", "On-call (Mobile)", "On-call (Web)"]
    assert list(plain_titles(names).values()) == ["Triage lead", "Deputy", "On-call (Mobile)", "On-call (Web)"]


def test_a_label_is_cut_and_holds_no_markup() -> None:
    assert cut("a" * 80, 10) == "aaaaaaaaa…"
    assert cut("<a href='x'>") == "&lt;a href='x'>"


def test_a_decision_is_called_by_what_it_decided_whatever_others_linked_to_it() -> None:
    step, other = act("20:00", "flag", decision="decision:1"), decide("18:00", "revoke")
    view = RecordView(drill(query("07:00", "zones"), other, step), book())
    (row,) = each(thinking.confidence_rows(view))
    assert row.label == view.title("actions", "revoke")


def test_what_is_no_rung_stands_under_the_ladder() -> None:
    drawn = CHARTS["ladder"](reviewed("billing_mismatch-by_the_book-7"))
    rows = drawn.figure["layout"]["yaxis"]["ticktext"]
    assert rows.index("rollback") < rows.index("flag") < rows.index("containment")


def test_what_teammates_did_alone_is_not_told_of_the_people() -> None:
    left_alone = say("-1:00", "comms", acts.TakeSeat(seat="comms", name="Ana"))
    deed = [(at, f"teammate:{by.removesuffix(':Ana')}" if by.endswith(":Ana") else by, body)
            for at, by, body in (*query("07:00", "zones"), *decide("09:00", "flag"))]  # fmt: skip
    view = RecordView(drill(left_alone, deed, policy=None), book())
    title = CHARTS["lanes"](Reviewed(view)).title
    assert "looked 1 time, came to 1 conclusion (1 decision)" in title
    assert "; simulated teammates did all of it" in title
    assert CHARTS["participation"](Reviewed(view)).title.endswith("; simulated teammates did all of it")
    assert "simulated" not in CHARTS["lanes"](Reviewed(RecordView(drill(query("07:00", "zones")), book()))).title


def test_what_was_due_when_people_had_left_is_no_silence() -> None:
    ended = event("30:00", e.DrillEnded(how="stopped"))
    view = RecordView(drill(update("08:00"), ended), book())
    frame = team.cadence(view)
    assert frame["minute"].max() <= 30
    assert not (frame["until"] > 30).any()

"""Small parts: conditions, times, streams, telemetry, logs, text, picks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from simulator import acts
from simulator.errors import ScenarioError, UnknownName
from simulator.monitoring.series import Telemetry
from simulator.options import options
from simulator.scenario.conditions import holds
from simulator.scenario.data import Duration, Seconds
from simulator.scenario.parts import AlertRule, Effect, Metric, Query
from simulator.streams import streams
from simulator.text import Utc, clock, render
from simulator.values import picked_fields
from tests.simulator.toy import engine


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"flag": "on"}, True),
        ({"flag": ["off", "on"]}, True),
        ({"flag": {"not": "on"}}, False),
        ({"flag": {"not": ["off"]}}, True),
        ({"load": {"above": 0.5, "below": 0.9}}, True),
        ({"load": {"above": 0.7}}, False),
        ({"flag": {"above": 1}}, False),
        ({"missing": True}, False),
        ({"missing": {"not": True}}, True),
        ({"done": True}, True),
        ({"done": 1}, False),
    ],
)
def test_conditions(condition: dict, expected: bool) -> None:
    assert holds(condition, {"flag": "on", "load": 0.7, "done": True}) is expected


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("3m", 180), ("-1m30s", -90), ("0.5m", 30), (12, 12), ("+2m", 120)]
)
def test_times_are_read_as_people_write_them(text: str | int, seconds: int) -> None:
    assert TypeAdapter(Seconds).validate_python(text) == seconds


@pytest.mark.parametrize("text", ["", "3 minutes", "m", "1h", "--3m"])
def test_other_times_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write '45s', '3m'"):
        Effect.model_validate({"knob": "k", "value": 1, "over": text})


def test_a_duration_may_be_a_time() -> None:
    base = {"id": "q", "title": "q", "command": "q", "executors": [], "evidence": "receipt", "output": ""}
    assert Query.model_validate({**base, "takes": "2m"}).takes == Duration(median=120)


@given(st.integers(), st.text(max_size=20), st.text(max_size=20))
def test_streams_do_not_disturb_each_other(seed: int, one: str, other: str) -> None:
    alone = streams(seed)
    draws = [alone(one).random() for _ in range(3)]
    mixed = streams(seed)
    if one != other:
        mixed(other).random()
    assert [mixed(one).random() for _ in range(3)] == draws


def telemetry(**more: object) -> Telemetry:
    metric = Metric.model_validate({"id": "m", "title": "m", "source": "x", "noise": 0, "lag": 30, **more})
    rule = AlertRule.model_validate({"id": "a", "title": "a", "metric": "m", "above": 5, "for": 60, "summary": "s"})
    return Telemetry([metric], [rule], streams(1))


def test_an_alert_waits_for_its_hold_and_resolves() -> None:
    got, layer = [], telemetry()
    for now in range(0, 600, 15):
        layer.scrape(now, {"x": 9.0 if 100 <= now < 300 else 1.0})
        got += [(now, transition.firing) for transition in layer.alerts(now)]
    # First scrape above at 105, visible 30 s later, held for 60 s; gone at 300, seen at 330.
    assert got == [(195, True), (330, False)]


def test_no_data_neither_fires_nor_resolves() -> None:
    layer = telemetry(missing_from=200)
    got = []
    for now in range(0, 600, 15):
        layer.scrape(now, {"x": 9.0 if now >= 90 else 1.0})
        got += [(now, transition.firing) for transition in layer.alerts(now)]
    assert got == [(180, True)]
    assert layer.latest("m", 599) is None


@given(st.integers(-3600, 3600), st.integers(0, 120))
def test_a_panel_never_shows_the_future(now: int, lag: int) -> None:
    layer = telemetry(lag=lag)
    for at in range(-300, 301, 15):
        layer.scrape(at, {"x": 1.0})
    assert all(at <= now - lag for at, _ in layer.series("m", now))
    since = layer.series("m", now, now - 60)
    assert all(at >= now - 60 for at, _ in since)


def test_log_search_is_the_same_every_time_and_filters() -> None:
    drill = engine()
    drill.advance(600)
    found = drill.logs.search(600, text="BOOM", minutes=10)
    assert found
    assert found == drill.logs.search(600, text="boom", service="web", level="ERROR", minutes=10)
    assert found == sorted(found)
    assert not drill.logs.search(600, level="INFO")
    assert all(0 <= line.at <= 600 for line in found)


def test_templates_are_sandboxed_and_say_what_is_missing() -> None:
    assert render("{{ n(12345.6) }} {{ pct(0.0502) }}", {}) == "12,346 5.0"
    with pytest.raises(ScenarioError, match="'nothing' is undefined"):
        render("{{ nothing }}", {})
    with pytest.raises(ScenarioError):
        render("{{ ''.__class__.__mro__ }}", {})


@pytest.mark.parametrize("written", ["n('text')", "n(rows)", "pct('text')", "pct('text', decimals=2)"])
def test_a_template_that_prints_no_number_says_what_to_write(written: str) -> None:
    name, given = written.partition("(")[0], "[1, 2]" if "rows" in written else "'text'"
    with pytest.raises(ScenarioError) as found:
        render(f"{{{{ {written} }}}}", {"rows": [1, 2]})
    said = f"{name}() prints a number and was given {given}: write that without {name}()"
    assert str(found.value) == f"template {f'{{{{ {written} }}}}'!r}: {said}"


def test_a_number_that_is_not_there_is_what_a_template_misses() -> None:
    for written in ("n(nothing)", "pct(nothing)"):
        with pytest.raises(ScenarioError, match="'nothing' is undefined"):
            render(f"{{{{ {written} }}}}", {})


def test_clock_labels() -> None:
    assert clock(450) == "T+07:30"
    assert clock(-61) == "T-01:01"
    assert Utc("2026-03-12T14:09:24Z", 60)() == "14:10:24Z"


def test_picks_name_their_source_and_hold_no_answers() -> None:
    assert ("evidence", "evidence") in picked_fields(acts.Declare)
    assert ("recommendations.action", "actions") in picked_fields(acts.RecordContradiction)
    drill = engine()
    assert [o.id for o in options("seats", drill.scenario, drill.incident)] == [
        "commander",
        "deputy",
        "comms",
        "mitigation",
    ]
    assert options("asks", drill.scenario, drill.incident) == []


def test_unknown_names_offer_the_nearest() -> None:
    assert str(UnknownName("policy", "by_the_bok", ["by_the_book", "null"])) == (
        "unknown policy 'by_the_bok'; did you mean 'by_the_book'?"
    )

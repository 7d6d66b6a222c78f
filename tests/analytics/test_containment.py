"""Containment on tiny drills: first, fitting its kind, and its checklist."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    Lines,
    act,
    capture,
    cut_short,
    decide,
    declare,
    drill,
    freeze,
    packet,
    query,
    references,
    scenario,
    truth,
    update,
)
from tests.analytics.trying import check, tried

SEEN = query("03:00", "zones")
DRY = query("07:00", "dry_run")
DONE = act("08:00", "flag")
BACK = truth(recovers="10:00")
LOOKS = [query(f"0{n}:30", "asn", f"query:asn#{n}") for n in range(1, 8)]


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([SEEN, DONE], "met", 10, "T+08:00", id="in time, on what had been seen"),
        pytest.param([SEEN, act("17:30", "flag")], "partial", 5, "late", id="late"),
        pytest.param([SEEN, *LOOKS, DONE], "partial", 8.7, "8 looks", id="explained for long before"),
        pytest.param([SEEN, act("08:00", "web_flag")], "partial", 8.4, "in time: Mobile", id="one part of it"),
        pytest.param([SEEN, DRY, act("08:00", "web_flag"), act("18:00", "revoke")], "met", 10, "Each part",
                     id="by parts"),
        pytest.param([SEEN, act("30:00", "flag")], "missed", 0, "too late", id="far too late"),
        pytest.param(
            [query("09:00", "zones"), DONE], "missed", 0, "before anything", id="before anything had been seen",
        ),
        pytest.param(
            [SEEN, act("08:00", "flag", ends="started")], "not_observed", 0, "Nothing that helps",
            id="never took effect",
        ),
    ],
)  # fmt: skip
def test_contained_first(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("contained_first", drill(*lines), (10, 25), enough=4, most=10), status, points, word)


def test_a_step_rests_on_what_its_author_says_justifies_it() -> None:
    actions = [one.model_dump(by_alias=True) for one in scenario().actions]
    actions[0]["justified_by"] = ["query:keyring"]
    of = scenario(actions=actions)
    found = tried("contained_first", drill(SEEN, DONE, of=of), (10, 25))
    check(found, "missed", 0, "before anything that justifies it")
    check(tried("contained_first", drill(query("04:00", "keyring"), DONE, of=of), (10, 25)), "met", 10)


KINDS: list[dict[str, Any]] = [
    {"title": "Breach", "fact": "data_lost_or_security", "steps": [
        {"title": "Withdrawn", "rungs": ["repair"]}, {"title": "Isolated", "rungs": ["flag", "rollback"]}]},
    {"title": "Corruption", "fact": "data_at_risk", "steps": [
        {"title": "Stopped", "by": "write_freeze"}, {"title": "Captured", "by": "capture"}]},
    {"title": "Blocked", "fact": "deployments_blocked", "steps": [
        {"title": "Paused", "by": "freeze"}, {"title": "Told", "by": "told"}]},
    {"title": "Failed", "fact": "runs_failed", "steps": [{"title": "Nothing flows on", "by": "freeze"}]},
    {"title": "Down", "fact": "production_affected", "need": 1, "steps": [
        {"title": "Back", "rungs": ["rollback"]}, {"title": "Out of service", "rungs": ["flag"]}]},
]  # fmt: skip


def of_kind(*facts: str, **overlay: Any) -> Scenario:
    more = scenario().overlay.model_dump(by_alias=True) | overlay
    return scenario(severity_facts=[{"fact": fact} for fact in facts], overlay=more)


BREACH, CORRUPTION = of_kind("data_lost_or_security"), of_kind("data_at_risk", write_freeze=["flag"])
BLOCKED, DOWN = of_kind("deployments_blocked"), of_kind("production_affected")


@pytest.mark.parametrize(
    ("of", "lines", "status", "points", "word"),
    [
        pytest.param(
            BREACH, [SEEN, DRY, act("08:00", "flag"), act("10:00", "revoke")], "met", 10, "Isolated: done",
            id="breach: withdrawn and isolated",
        ),
        pytest.param(
            BREACH, [SEEN, act("08:00", "flag")], "partial", 5, "Withdrawn: not done", id="breach: only isolated",
        ),
        pytest.param(
            CORRUPTION, [SEEN, capture("06:00"), act("08:00", "flag")], "met", 10, "Captured: done",
            id="corruption: stopped and captured",
        ),
        pytest.param(
            CORRUPTION, [SEEN, act("21:00", "flag"), capture("06:00")], "partial", 7.5, "Stopped: done late",
            id="corruption: stopped late",
        ),
        pytest.param(
            CORRUPTION, [SEEN, act("08:00", "web_flag")], "not_observed", 0, "Corruption",
            id="corruption: something else",
        ),
        pytest.param(
            BLOCKED, [SEEN, freeze("05:00"), update("06:00")], "met", 10, "Paused: done", id="blocked: paused and told",
        ),
        pytest.param(of_kind("runs_failed"), [freeze("05:00")], "met", 10, "Nothing flows on: done", id="failed runs"),
        pytest.param(DOWN, [SEEN, act("08:00", "flag")], "met", 10, "down", id="down: one of two will do"),
        pytest.param(
            DOWN, [query("09:00", "zones"), act("08:00", "flag")], "not_observed", 0, "none of what contains",
            id="down: before anything had been seen",
        ),
        pytest.param(
            of_kind("regression"), [SEEN, DONE], "not_applicable", 0, "none of the kinds", id="of no known kind",
        ),
    ],
)  # fmt: skip
def test_containment_fits(of: Scenario, lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("containment_fits", drill(*lines, of=of), (12, 30), kinds=KINDS), status, points, word)


BEFORE = [*query("02:00", "impact"), *SEEN, *declare("04:00", evidence=["query:impact"])]
WHOLE = [BEFORE, packet("05:00"), update("06:00", segments=("web", "mobile")), decide("07:00", "flag"), DONE]


@pytest.mark.parametrize(
    ("lines", "world", "status", "points", "word"),
    [
        pytest.param(WHOLE, BACK, "met", 10, "Harm was stopped for Web and Mobile", id="all four"),
        pytest.param(WHOLE, None, "partial", 7.5, "Harm was stopped for nothing", id="harm goes on"),
        pytest.param(
            [BEFORE, decide("07:00", "flag"), DONE], BACK, "partial", 6.3, "No stakeholder",
            id="nobody told, nothing said of whom it hits",
        ),
        pytest.param(
            [BEFORE, update("06:00", segments=("web", "mobile")), DONE], BACK, "partial", 7.5, "0 of 1 steps",
            id="not documented",
        ),
        pytest.param([SEEN, DONE], BACK, "partial", 3.1, "1 of 2 queries", id="harm stopped and little else"),
        pytest.param([BEFORE], None, "not_observed", 0, "nothing was contained", id="nothing done"),
    ],
)  # fmt: skip
def test_containment_checklist(lines: list[Lines], world: Any, status: str, points: float, word: str) -> None:
    check(tried("containment_checklist", drill(*lines, world=world), (15, 30)), status, points, word)


def test_whether_harm_was_stopped_for_good_is_not_asked_of_a_drill_cut_short() -> None:
    check(tried("containment_checklist", cut_short("12:00", *WHOLE), (15, 30)), "met", 10)


def test_below_the_gravest_levels_nobody_outside_has_to_be_told() -> None:
    record = drill(BEFORE, packet("05:00"), decide("07:00", "flag"), DONE, world=BACK, of=of_kind("regression"))
    found = tried("containment_checklist", record, (15, 30))
    assert "stakeholder" not in found.why


def test_where_it_passes_by_itself_calm_is_right() -> None:
    calm = references(null=0.12, best=0.1)
    for kind in ("contained_first", "containment_checklist", "reversible_first", "verification_checklist"):
        check(tried(kind, drill(BEFORE, refs=calm), (10, 25)), "not_applicable", 0, "passes by itself")
        check(tried(kind, drill(BEFORE), (10, 25)), "not_observed", 0)
    check(tried("contained_first", drill(SEEN, DONE, refs=calm), (10, 25)), "met", 10)

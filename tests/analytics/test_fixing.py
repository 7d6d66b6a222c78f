"""Fixing on tiny drills: kinds of fixes, what can be undone, what a fix needs, what is fastest, nothing risky."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import acts
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    Lines,
    act,
    card,
    decide,
    drill,
    note,
    query,
    ready,
    say,
    scenario,
    truth,
)
from tests.analytics.trying import check, hypothesis, tried

KINDS: list[dict[str, Any]] = [
    {"title": "Revert", "rungs": ["rollback"], "when": ["known_good", "low_risk"]},
    {"title": "Hotfix", "rungs": ["hotfix"], "when": ["small", "urgent"]},
    {"title": "Full fix", "rungs": ["repair"], "when": ["cause_known", "calm"]},
    {"title": "Workaround", "rungs": ["flag"], "when": ["temporary"]},
]
ZONES, COMPAT, DRY = query("04:00", "zones"), query("05:00", "compat"), query("06:00", "dry_run")
READY = truth(fallback="ready")
BACK = truth(recovers="12:00")
MOBILE = truth(only=["mobile"])


def risks(clock: str, *idents: str) -> Lines:
    return say(clock, "verification", acts.RecordResidualRisks(risks=idents))


@pytest.mark.parametrize(
    ("lines", "world", "status", "points", "word"),
    [
        pytest.param(
            [ZONES, COMPAT, ready("06:00", "ready"), act("08:00", "rollback")], READY, "met", 10,
            "revert, as it should", id="revert to what was good, prepared",
        ),
        pytest.param(
            [ZONES, COMPAT, act("08:00", "rollback")], READY, "partial", 5, "without known good",
            id="revert to nobody knows what",
        ),
        pytest.param(
            [ZONES, COMPAT, ready("06:00"), act("08:00", "rollback")], None, "partial", 5, "without low risk",
            id="revert unprepared",
        ),
        pytest.param(
            [ZONES, act("08:00", "hotfix")], None, "met", 10, "hotfix, as it should", id="hotfix while it burns",
        ),
        pytest.param(
            [ZONES, act("20:00", "hotfix")], BACK, "partial", 5, "without urgent", id="hotfix when nothing burns",
        ),
        pytest.param(
            [ZONES, DRY, decide("07:00", "flag"), act("08:00", "flag"), act("12:00", "revoke")], None, "met", 10,
            "full fix", id="workaround with an end, then a full fix",
        ),
        pytest.param(
            [ZONES, DRY, act("08:00", "revoke")], MOBILE, "partial", 5, "without calm", id="full fix before it is calm",
        ),
        pytest.param(
            [ZONES, DRY, act("08:00", "revoke"), act("12:00", "web_flag"),
             act("13:00", "revoke", ref="action:revoke#2")],
            truth(only=["mobile"]), "partial", 7.5, "full fix", id="full fix, once more when it is calm",
        ),
        pytest.param(
            [ZONES, decide("07:00", "flag", contained_until_minutes=None), act("08:00", "flag")], None, "missed", 0,
            "without temporary", id="workaround for ever",
        ),
        pytest.param(
            [ZONES, act("08:00", "flag"), risks("20:00", "old_key")], None, "met", 10, "workaround",
            id="workaround with a note of what is open",
        ),
        pytest.param([act("08:00", "hotfix")], None, "missed", 0, "", id="before anything had been seen"),
        pytest.param([ZONES], None, "not_observed", 0, "Nothing that helps", id="nothing done"),
    ],
)  # fmt: skip
def test_fix_fits(lines: list[Lines], world: Any, status: str, points: float, word: str) -> None:
    check(tried("fix_fits", drill(*lines, world=world), kinds=KINDS), status, points, word)


def test_a_fix_of_no_kind_that_is_known_is_not_judged() -> None:
    check(tried("fix_fits", drill(ZONES, act("08:00", "flag")), kinds=KINDS[:1]), "not_applicable", 0)


def with_capacity() -> Scenario:
    extra = {
        "id": "scale", "title": "scale", "command": "scale", "executors": ["mitigation"], "output": "",
        "rung": "capacity", "coverage": ["web"], "minutes_to_effect": 3, "reversal_minutes": 3,
        "reversible_by": "scale_down",
    }  # fmt: skip
    down = extra | {"id": "scale_down", "mitigates": False, "coverage": [], "reversible_by": None}
    return scenario(actions=[*(one.model_dump(by_alias=True) for one in scenario().actions), extra, down])


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([ZONES, act("08:00", "flag")], "met", 10, "undone within 2 minutes", id="soon undone"),
        pytest.param(
            [ZONES, DRY, act("08:00", "flag"), act("12:00", "revoke")], "met", 10, "nothing else was left",
            id="for good, after what can be undone",
        ),
        pytest.param([ZONES, act("08:00", "revoke")], "missed", 0, "before what can", id="for good first"),
        pytest.param(
            [ZONES, act("08:00", "rollback")], "met", 10, "takes 6 minutes",
            id="a rollback is preferred although it is wide",
        ),
        pytest.param([act("08:00", "flag")], "missed", 0, "", id="before anything had been seen"),
        pytest.param([ZONES], "not_observed", 0, "Nothing that helps", id="nothing done"),
    ],
)  # fmt: skip
def test_reversible_first(lines: list[Lines], status: str, points: float, word: str) -> None:
    found = tried("reversible_first", drill(*lines), prefer=["rollback", "flag"], want_end=["capacity"])
    check(found, status, points, word)


def test_more_capacity_is_a_step_that_has_an_end() -> None:
    of = with_capacity()
    web = truth(only=["web"])
    without = drill(ZONES, act("08:00", "scale"), of=of, world=web)
    check(tried("reversible_first", without, want_end=["capacity"]), "partial", 5, "has no end")
    ended = drill(ZONES, act("08:00", "scale"), act("30:00", "scale_down"), of=of, world=web)
    check(tried("reversible_first", ended, want_end=["capacity"]), "met", 10)
    dated = drill(ZONES, decide("07:00", "scale", contained_until_minutes=30), act("08:00", "scale"), of=of, world=web)
    check(tried("reversible_first", dated, want_end=["capacity"]), "met", 10)


SOUND = [ZONES, COMPAT, ready("06:00"), hypothesis("06:30"), decide("07:00", "flag"), act("08:00", "flag")]


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [*SOUND, risks("20:00", "old_key")], "met", 10, "why it is not mended yet",
            id="contained, and said why no more",
        ),
        pytest.param(SOUND, "partial", 8.8, "is nowhere", id="not said why the cause stays"),
        pytest.param(
            [ZONES, COMPAT, ready("06:00"), hypothesis("06:30"), decide("07:00", "hotfix"), act("08:00", "hotfix")],
            "met", 10, "goes at it", id="mended at the cause",
        ),
        pytest.param(
            [
                ZONES, COMPAT, ready("06:00"), hypothesis("06:30", "attack"), decide("07:00", "hotfix"),
                act("08:00", "hotfix"),
            ], "partial", 7.5, "not named", id="wrong cause",
        ),
        pytest.param(
            [ZONES, hypothesis("06:30"), decide("07:00", "hotfix"), act("08:00", "hotfix")], "partial", 7.5,
            "No way back", id="no way back",
        ),
        pytest.param(
            [
                ZONES, COMPAT, ready("06:00", "ready"), hypothesis("06:30"), decide("07:00", "hotfix"),
                act("08:00", "hotfix"),
            ], "partial", 7.5, "No way back", id="a way back that is not there",
        ),
        pytest.param(
            [ZONES, COMPAT, ready("06:00"), hypothesis("06:30"), act("08:00", "hotfix")], "partial", 5, "0 %",
            id="nothing decided",
        ),
        pytest.param([ZONES], "not_observed", 0, "nothing was fixed", id="nothing done"),
    ],
)  # fmt: skip
def test_fix_requirements(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("fix_requirements", drill(*lines)), status, points, word)


def test_what_has_a_check_of_its_own_is_tested_by_it() -> None:
    lines = [ZONES, COMPAT, ready("06:30"), decide("07:00", "revoke"), act("08:00", "revoke"), note("20:00")]
    check(tried("fix_requirements", drill(*lines, world=MOBILE)), "partial", 7.5, "Not tested")
    check(tried("fix_requirements", drill(*lines, DRY, world=MOBILE)), "met", 10, "tested first")


def test_a_fix_for_a_part_is_a_part_of_one() -> None:
    """Web is six tenths of what was hit."""
    lines = [ZONES, DRY, decide("07:00", "web_flag"), act("08:00", "web_flag")]
    for kind, given in (("reversible_first", {}), ("fix_fits", {"kinds": KINDS})):
        check(tried(kind, drill(*lines), **given), "partial", 6, "60 % of what was hit")
    check(tried("fix_requirements", drill(*lines)), "partial", 3, "60 % of what was hit")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [ZONES, card("06:00", "flag"), act("08:00", "flag")], "met", 10, "fastest safe one takes 2 min",
            id="on a card",
        ),
        pytest.param(
            [ZONES, decide("06:00", "flag"), act("08:00", "flag")], "met", 10, "flag (2 min)", id="in a decision",
        ),
        pytest.param(
            [ZONES, card("06:00", "hotfix"), act("08:00", "hotfix")], "missed", 0, "hotfix (20 min)", id="far slower",
        ),
        pytest.param([ZONES, card("15:00", "flag"), act("16:00", "flag")], "partial", 5, "late", id="late"),
        pytest.param(
            [ZONES, card("06:00", "revoke"), act("08:00", "revoke")], "missed", 0, "not safe",
            id="what cannot be undone",
        ),
        pytest.param(
            [ZONES, card("06:00", "rollback"), act("08:00", "rollback")], "missed", 0, "not safe",
            id="what is not ready",
        ),
        pytest.param(
            [card("06:00", "flag"), act("08:00", "flag")], "missed", 0, "nothing had been seen",
            id="before anything had been seen",
        ),
        pytest.param(
            [ZONES, act("08:00", "flag"), card("09:00", "flag")], "not_observed", 0, "before something was done",
            id="named afterwards",
        ),
    ],
)  # fmt: skip
def test_fastest_safe(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("fastest_safe", drill(*lines), (10, 20)), status, points, word)


FLAG = [ZONES, *[decide("06:00", "flag")], act("07:00", "flag")]


@pytest.mark.parametrize(
    ("lines", "world", "status", "points", "word"),
    [
        pytest.param(
            [*FLAG, DRY, decide("12:00", "revoke"), act("13:00", "revoke")], None, "met", 10, "was prepared",
            id="checked and decided",
        ),
        pytest.param(
            [*FLAG, DRY, act("13:00", "revoke")], None, "partial", 6, "only in part", id="checked, not decided",
        ),
        pytest.param(
            [*FLAG, decide("12:00", "revoke"), act("13:00", "revoke")], None, "partial", 4, "only in part",
            id="decided, not checked",
        ),
        pytest.param(
            [*FLAG, COMPAT, decide("12:00", "rollback"), act("13:00", "rollback")], None, "missed", 0, "unprepared",
            id="what was not ready",
        ),
        pytest.param(
            [*FLAG, COMPAT, decide("12:00", "rollback"), act("13:00", "rollback")], READY, "met", 10, "prepared",
            id="what was ready",
        ),
        pytest.param(FLAG, None, "not_applicable", 0, "Nothing more was changed", id="nothing more was changed"),
        pytest.param([ZONES], None, "not_observed", 0, "nothing to keep stable", id="nothing done"),
    ],
)  # fmt: skip
def test_nothing_risky(lines: list[Lines], world: Any, status: str, points: float, word: str) -> None:
    check(tried("nothing_risky", drill(*lines, world=world)), status, points, word)

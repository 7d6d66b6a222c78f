"""Detection, what is captured at once, and severity by levels, on tiny drills."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from tests.analytics.builders import Lines, act, declare, drill, event, inject, query, say, scenario, truth
from tests.analytics.trying import alert, check, paged, pinned, tried

SOURCES = {"alert": ["acknowledge", "look"], "inject": ["reproduce", "look"], "query": ["scope"]}
PAGE = alert("00:00")
REPORTED = scenario(injects=[{"id": "report", "at": 0, "persona": "mira", "text": ""}])
TOLD = event(
    "00:00", e.InjectDelivered(inject="report", persona="mira", channel="incident", text="", form="message")
)


def said(clock: str = "02:00", **more: Any) -> Lines:
    return say(clock, "commander", acts.Declare.model_validate({"severity": "SEV-1", "title": "t"} | more))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [PAGE, paged(), query("01:00", "impact"), said(evidence=["alert:page"])], "met", 10, "acknowledged",
            id="alert acknowledged, looked into and named",
        ),
        pytest.param(
            [PAGE, paged(), query("01:00", "impact"), said(detected_by="alert:page")], "met", 10, "alert:page",
            id="named in its own field",
        ),
        pytest.param(
            [PAGE, paged(), pinned("01:00"), said(evidence=["alert:page"])], "met", 10, "looked into",
            id="a panel is a look",
        ),
        pytest.param(
            [PAGE, paged(), query("01:00", "impact")], "partial", 6.7, "acknowledged",
            id="acknowledged but never written down",
        ),
        pytest.param(
            [PAGE, paged(), query("10:00", "impact"), said(evidence=["alert:page"])], "partial", 8.3, "late",
            id="looked at late",
        ),
        pytest.param([PAGE, said(evidence=["alert:page"])], "partial", 3.3, "not acknowledged", id="only named"),
        pytest.param(
            [PAGE, paged(), query("01:00", "impact"), said(detected_by="alert:other")], "missed", 0, "was not there",
            id="names what was not there",
        ),
        pytest.param(
            [
                PAGE, alert("01:30", "late"), paged(), query("01:00", "impact"),
                said("09:00", detected_by="query:impact"),
            ], "met", 10, "bounded in scope", id="a check came first",
        ),
        pytest.param(
            [alert("-30:00", "old", None), PAGE, paged(), said(detected_by="alert:old")], "missed", 0,
            "was not what brought it up", id="an alert from before the fault",
        ),
        pytest.param([PAGE], "not_observed", 0, "Nobody said", id="nothing said"),
    ],
)  # fmt: skip
def test_detection(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("detection", drill(*lines), (5, 15), sources=SOURCES), status, points, word)


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [query("01:00", "rerun", ok=False), said(detected_by="inject:report")], "met", 10, "reproduced",
            id="reproduced, though it failed",
        ),
        pytest.param(
            [query("01:00", "asn"), said(detected_by="inject:report")], "partial", 6.7, "not reproduced",
            id="looked at without reproducing it",
        ),
    ],
)  # fmt: skip
def test_a_report_is_reproduced(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("detection", drill(TOLD, *lines, of=REPORTED), (5, 15), sources=SOURCES), status, points, word)


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [PAGE, query("01:00", "impact"), said(evidence=["alert:page", "query:impact"])], "met", 10,
            "with what was seen", id="time, source and output",
        ),
        pytest.param(
            [PAGE, said(detected_by="alert:page", symptoms=["web_ratio", "ratio"])], "met", 10, "web_ratio and ratio",
            id="symptoms picked",
        ),
        pytest.param(
            [PAGE, said(detected_by="alert:page", symptoms=["web_ratio"])], "partial", 8.3, "only in part",
            id="one of two symptoms",
        ),
        pytest.param(
            [PAGE, said(detected_by="alert:page", symptoms=["web_ratio", "cpu"])], "partial", 6.7, "not so",
            id="one right, one not off",
        ),
        pytest.param(
            [PAGE, said(detected_by="alert:page", symptoms=["ratio", "web_ratio", "mobile_ratio", "cpu"])], "partial",
            6.7, "", id="naming all is naming none",
        ),
        pytest.param([PAGE, said(evidence=["alert:page"])], "partial", 6.7, "without what was seen", id="no symptom"),
        pytest.param(
            [PAGE, said("10:00", detected_by="alert:page", symptoms=["web_ratio", "ratio"])], "partial", 5, "late",
            id="late",
        ),
        pytest.param([PAGE, said()], "partial", 3.3, "does not say", id="only declared"),
        pytest.param([PAGE, paged()], "not_observed", 0, "Nothing was written down", id="nothing"),
    ],
)  # fmt: skip
def test_captured_at_once(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("captured_at_once", drill(*lines), (5, 15), symptoms=2), status, points, word)


def test_a_symptom_of_what_is_fine_is_none() -> None:
    only_web = truth(only=["web"])
    record = drill(PAGE, said(detected_by="alert:page", symptoms=["mobile_ratio"]), world=only_web)
    check(tried("captured_at_once", record, (5, 15)), "partial", 6.7, "not so")


def moved(clock: str, to: str, *evidence: str) -> Lines:
    body = {"severity": to, "because": "b", "evidence": evidence}
    return say(clock, "commander", acts.ChangeSeverity.model_validate(body))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([declare("04:00")], "met", 10, "SEV-1 at T+04:00", id="right and in time"),
        pytest.param([declare("15:00")], "partial", 5, "", id="late"),
        pytest.param([declare("04:00", "SEV-2")], "partial", 3.3, "gives SEV-1", id="one too low"),
        pytest.param([declare("04:00", "SEV-4")], "missed", 0, "gives SEV-1", id="far too low"),
        pytest.param(
            [declare("04:00"), moved("06:00", "SEV-2")], "partial", 8, "without new linked evidence",
            id="moved on nothing",
        ),
        pytest.param(
            [declare("04:00", "SEV-3"), query("05:00", "impact"), moved("06:00", "SEV-1", "query:impact")], "met", 10,
            "T+06:00", id="moved to what it is, on evidence",
        ),
        pytest.param([act("05:00", "flag")], "not_observed", 0, "No severity", id="never stated"),
    ],
)  # fmt: skip
def test_severity_by_level(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("severity_by_level", drill(*lines), (10, 20)), status, points, word)


BREACH = scenario(severity_facts=[{"fact": "data_lost_or_security"}])


@pytest.mark.parametrize(
    ("lines", "points", "word"),
    [
        pytest.param([PAGE, paged("01:00"), declare("06:00")], 10, "taken up at T+01:00", id="taken up at once"),
        pytest.param([PAGE, declare("06:00")], 6.7, "taken up at T+06:00; SEV1 asks", id="taken up too late"),
        pytest.param([PAGE, paged("01:00"), declare("06:00", "SEV-3")], 3.3, "SEV3 at", id="in time, wrong level"),
    ],
)
def test_a_levels_response_time_is_kept(lines: list[Lines], points: float, word: str) -> None:
    found = tried("severity_by_level", drill(*lines, of=BREACH), (10, 20), "protocol")
    check(found, "met" if points == 10 else "partial", points, word)


def test_an_inject_that_nobody_followed_is_not_the_source() -> None:
    record = drill(inject("05:00", "attack_claim"), said("06:00", detected_by="inject:attack_claim"))
    check(tried("detection", record, (5, 15), sources=SOURCES), "partial", 3.3, "not reproduced")

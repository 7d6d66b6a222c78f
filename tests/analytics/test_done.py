"""Proof and evidence on tiny drills."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    Lines,
    act,
    capture,
    cut_short,
    declare,
    drill,
    event,
    query,
    ready,
    scenario,
    truth,
    update,
    verify,
)
from tests.analytics.trying import alert, check, pinned, searched, tried

DONE = act("10:00", "flag")
BACK = truth(recovers="12:00")
RERUN = query("20:00", "rerun")
FOUR = ("ratio", "web_ratio", "mobile_ratio", "cpu")


@pytest.mark.parametrize(
    ("lines", "world", "status", "points", "word"),
    [
        pytest.param([DONE, RERUN, verify("21:00", *FOUR)], BACK, "met", 10, "nothing got worse", id="all four"),
        pytest.param(
            [DONE, RERUN, verify("21:00", "web_ratio", "mobile_ratio")], BACK, "partial", 7.5,
            "beyond what failed: nothing", id="only what had failed",
        ),
        pytest.param([DONE, verify("21:00", *FOUR)], BACK, "partial", 7.5, "not rerun", id="without a rerun"),
        pytest.param([DONE, RERUN], BACK, "partial", 2.5, "No comparison", id="only rerun"),
        pytest.param(
            [DONE, RERUN, verify("21:00", *FOUR)], truth(recovers="12:00", only=["web"], until=3600), "met", 10, "",
            id="one segment was hit and is back",
        ),
        pytest.param(
            [DONE, query("52:30", "rerun"), verify("21:00", *FOUR)], BACK, "partial", 8.8, "late", id="rerun late",
        ),
        pytest.param(
            [query("05:00", "rerun"), DONE, verify("21:00", *FOUR, window=(-20, 0))], BACK, "not_observed", 0,
            "Nothing was checked", id="before the step, and against the fault",
        ),
        pytest.param(
            [DONE, RERUN, verify("21:00", *FOUR), alert("24:00", "cpu_high")], BACK, "partial", 7.5,
            "New since the first step: cpu_high", id="a grave alert stands",
        ),
        pytest.param(
            [DONE, RERUN, verify("21:00", *FOUR), alert("24:00", "cpu_high", severity="info")], BACK, "met", 10, "",
            id="one that is none",
        ),
        pytest.param([RERUN, verify("21:00", *FOUR)], BACK, "not_observed", 0, "nothing to verify", id="nothing done"),
    ],
)  # fmt: skip
def test_verification_checklist(lines: list[Lines], world: Any, status: str, points: float, word: str) -> None:
    check(tried("verification_checklist", drill(*lines, world=world), (45, 60)), status, points, word)


def test_what_was_never_treated_is_not_verified() -> None:
    """Mobile came back by itself."""
    record = drill(act("10:00", "web_flag"), RERUN, verify("21:00", *FOUR), world=BACK)
    check(tried("verification_checklist", record, (45, 60)), "partial", 8, "still out of tolerance: Mobile")


def test_an_alert_that_resolved_does_not_stand() -> None:
    gone = event("25:00", e.AlertResolved(alert="cpu_high"))
    record = drill(DONE, RERUN, verify("21:00", *FOUR), alert("24:00", "cpu_high"), gone, world=BACK)
    check(tried("verification_checklist", record, (45, 60)), "met", 10)


def test_what_got_worse_is_seen_in_the_world() -> None:
    """Mobile was within tolerance until after the step."""
    worse = [(at, by, _with(body, at)) for at, by, body in truth(recovers="12:00", only=["web"])]
    record = drill(DONE, RERUN, verify("21:00", *FOUR), world=worse)
    check(tried("verification_checklist", record, (45, 60)), "partial", 7.5, "New since the first step: Mobile")


def test_what_got_worse_after_a_facilitator_ended_the_drill_is_nobodys() -> None:
    worse = [(at, by, _with(body, at)) for at, by, body in truth(recovers="12:00", only=["web"])]
    record = cut_short("28:00", DONE, RERUN, verify("21:00", *FOUR), alert("40:00"), world=worse)
    check(tried("verification_checklist", record, (45, 60)), "met", 10)


def _with(body: Any, at: int) -> Any:
    if not isinstance(body, e.TruthSampled) or at < 1800:
        return body
    return body.model_copy(update={"outside": body.outside | {"mobile": 0.4}})


ASKED: list[dict[str, Any]] = [
    {"title": "Logs", "logs": True}, {"title": "Metrics", "metrics": 2},
    {"title": "Deploys", "queries": "deploys", "revision": True},
    {"title": "Configuration", "queries": "configuration", "changes": True},
]


def listing(**more: Any) -> Scenario:
    lists = {"deploys": ["git_log"], "configuration": ["keyring"]}
    return scenario(overlay=scenario().overlay.model_dump(by_alias=True) | {"evidence_queries": lists} | more)


DEPLOY, CONFIG = query("05:00", "git_log"), query("06:00", "keyring")
CHANGED = event("-20:00", e.ChangeHappened(change="conf", service="auth", summary="", actor="bot"))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [capture("04:00"), pinned("05:00"), pinned("05:10", "ratio"), DEPLOY, CONFIG], "met", 10, "Logs: collected",
            id="all four",
        ),
        pytest.param(
            [searched("04:00"), verify("21:00", *FOUR), DEPLOY, CONFIG], "met", 10, "Logs: collected",
            id="a search, and measured panels",
        ),
        pytest.param(
            [searched("04:00"), pinned("05:00"), DEPLOY, CONFIG], "partial", 8.8, "Metrics: in part", id="one panel",
        ),
        pytest.param(
            [pinned("05:00"), pinned("05:10", "ratio"), query("05:00", "compat"), ready("06:00")], "partial", 5,
            "Deploys: collected", id="a good revision on record",
        ),
        pytest.param(
            [CHANGED, declare(evidence=["change:conf"])], "partial", 2.5, "Configuration: collected",
            id="a linked change",
        ),
        pytest.param([], "not_observed", 0, "None of the evidence", id="nothing"),
    ],
)  # fmt: skip
def test_evidence_collected(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("evidence_collected", drill(*lines, of=listing()), kinds=ASKED), status, points, word)


def test_logs_whose_detail_got_out_count_half() -> None:
    of = listing(need_to_know=["commander", "triage"])
    told = update("10:00", segments=("web",))
    check(tried("evidence_collected", drill(searched("04:00"), told, of=of), kinds=ASKED[:1]), "partial", 5, "in part")
    inside = update("10:00", segments=("web",), audience="restricted")
    check(tried("evidence_collected", drill(searched("04:00"), inside, of=of), kinds=ASKED[:1]), "met", 10)

"""What is written down, on tiny drills: timeline, commands, decisions, who was in it, what is left."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import acts
from tests.analytics.builders import (
    Lines,
    act,
    card,
    decide,
    declare,
    drill,
    in_command,
    lanes,
    packet,
    query,
    say,
    truth,
    verify,
)
from tests.analytics.builders import (
    check as signal,
)
from tests.analytics.trying import check, hypothesis, tried

ROWS: list[dict[str, Any]] = [
    {"title": "Detected", "acts": ["declare"], "shows": "evidence"},
    {"title": "Contained", "acts": ["record_decision"], "shows": "evidence"},
    {"title": "Cause", "acts": ["state_hypothesis", "publish_decision_note"], "shows": "cause"},
    {"title": "Fixed", "acts": ["record_decision"], "shows": "change"},
    {"title": "Verified", "acts": ["record_verification", "claim_recovery"], "shows": "check"},
]
IMPACT, ZONES = query("02:00", "impact"), query("04:00", "zones")
DECLARED = declare("05:00", evidence=["query:impact"])
BACK = truth(recovers="12:00")


def claim(clock: str, *evidence: str) -> Lines:
    return say(clock, "verification", acts.ClaimRecovery.model_validate({"claim": "recovered", "evidence": evidence}))


BEGUN = [IMPACT, ZONES, DECLARED, hypothesis("05:30"), decide("06:00", "flag"), act("07:00", "flag")]


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [*BEGUN, verify("21:00")], "met", 10, "Verified: on record at T+21:00", id="all five, by a comparison",
        ),
        pytest.param(
            [*BEGUN, query("20:00", "rerun"), claim("22:00", "query:rerun")], "met", 10, "T+22:00",
            id="by a claim on a rerun",
        ),
        pytest.param([*BEGUN, claim("22:00")], "partial", 8, "Verified: not", id="by a claim on nothing"),
        pytest.param(
            [IMPACT, ZONES, declare("05:00"), *BEGUN[3:]], "partial", 6, "Detected: not", id="declared on nothing",
        ),
        pytest.param(
            [*BEGUN[:3], hypothesis("05:30", "attack"), *BEGUN[4:]], "partial", 6, "Cause: not", id="the wrong cause",
        ),
        pytest.param([*BEGUN[:5], verify("21:00")], "partial", 6, "Fixed: not", id="decided and never done"),
        pytest.param([act("07:00", "flag")], "not_observed", 0, "None of the timeline", id="nothing"),
    ],
)  # fmt: skip
def test_timeline_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("turning_points_kept", drill(*lines, world=BACK), rows=ROWS), status, points, word)


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([IMPACT, ZONES, DECLARED, packet("06:00")], "met", 10, "2 commands", id="two linked"),
        pytest.param(
            [IMPACT, ZONES, DECLARED, declare("06:00", evidence=["query:impact"])], "partial", 5, "1 command ",
            id="one linked twice",
        ),
        pytest.param(
            [IMPACT, ZONES, declare("05:00", evidence=["query:later"])], "not_observed", 0, "No command",
            id="what is not there",
        ),
    ],
)  # fmt: skip
def test_commands_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("commands_kept", drill(*lines), least=2), status, points, word)


HELD: dict[str, Any] = {"rejected": ({"rung": "rollback", "reason": "readiness"},)}
WRONG: dict[str, Any] = {"rejected": ({"rung": "rollback", "reason": "time"},)}
DONE = act("08:00", "flag")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [ZONES, decide("06:00", "flag", **HELD), DONE], "met", 10, "complete", id="rationale and what was rejected",
        ),
        pytest.param(
            [ZONES, card("05:00", "rollback"), decide("06:00", "flag"), DONE], "met", 10, "complete",
            id="another card before it",
        ),
        pytest.param(
            [ZONES, decide("06:00", "flag", **WRONG), DONE], "partial", 5, "an alternative",
            id="rejected for what is not so",
        ),
        pytest.param(
            [ZONES, decide("06:00", "flag", evidence=(), **HELD), DONE], "partial", 5, "a rationale", id="on nothing",
        ),
        pytest.param([ZONES, decide("06:00", "flag", evidence=()), DONE], "missed", 0, "lacks", id="neither"),
        pytest.param(
            [ZONES, decide("06:00", "flag", **HELD)], "not_observed", 0, "No decision", id="never carried out",
        ),
    ],
)  # fmt: skip
def test_decisions_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("decisions_kept", drill(*lines)), status, points, word)


def test_a_small_decision_more_takes_nothing_off() -> None:
    record = drill(ZONES, decide("06:00", "flag", **HELD), DONE, decide("09:00", "withdraw"), act("10:00", "withdraw"))
    check(tried("decisions_kept", record), "met", 10)


def worked(*seats: str) -> Lines:
    return [line for seat in seats for line in say("09:00", seat, acts.RunQuery(query="impact"))]


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [in_command(), lanes(), worked("triage", "mitigation", "verification", "comms")], "met", 10, "4 of 4",
            id="everybody in it",
        ),
        pytest.param(
            [in_command(), lanes(), worked("triage", "mitigation")], "partial", 6.7, "2 of 4", id="two owners in name",
        ),
        pytest.param(
            [lanes(), worked("triage", "mitigation", "verification", "comms")], "partial", 6.7, "Nobody commanded",
            id="nobody in command",
        ),
        pytest.param([in_command(), worked("triage")], "partial", 3.3, "0 of 4", id="no lanes"),
        pytest.param([worked("triage")], "not_observed", 0, "Nobody's part", id="nobody named"),
    ],
)  # fmt: skip
def test_involved_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("involved_kept", drill(*lines)), status, points, word)


def task(factor: str, days: float = 14) -> Lines:
    return say("30:00", "mitigation", acts.AddHardeningTask(factor=factor, text="t", owner="mitigation", due_days=days))


def risks(*idents: str) -> Lines:
    return say("31:00", "verification", acts.RecordResidualRisks(risks=idents))


def watch(hours: float = 24) -> Lines:
    return say("32:00", "commander", acts.SetWatch(owner="verification", trigger=signal(), hours=hours))


def checkpoint(hours: float) -> Lines:
    return say("33:00", "commander", acts.CommitCheckpoint(in_hours=hours, owner="verification", trigger=signal()))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([task("mount"), risks("old_key"), watch()], "met", 10, "1 task", id="owned, watched, open said"),
        pytest.param(
            [task("mount"), task("size"), risks("old_key"), watch()], "partial", 5, "", id="every factor is none",
        ),
        pytest.param([task("mount", 80), risks("old_key"), watch()], "partial", 5, "0 tasks", id="due far away"),
        pytest.param(
            [task("mount"), risks("none"), watch()], "partial", 7.5, "not on record", id="nothing open, it is said",
        ),
        pytest.param(
            [task("mount"), risks("old_key"), watch(2)], "partial", 7.5, "Nobody was named", id="watched for two hours",
        ),
        pytest.param(
            [task("mount"), risks("old_key"), checkpoint(12)], "partial", 8.8, "", id="a checkpoint within a day",
        ),
        pytest.param([DONE], "not_observed", 0, "Nothing was left", id="nothing"),
    ],
)  # fmt: skip
def test_followups_owned(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("followups_owned", drill(*lines), tasks=1), status, points, word)

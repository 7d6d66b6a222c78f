"""Diagnosis on tiny drills: its steps, what decisions and claims rest on, and what contradicts the evidence."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import acts
from tests.analytics.builders import (
    Lines,
    act,
    decide,
    drill,
    fired,
    inject,
    query,
    ready,
    say,
    scenario,
    truth,
    verify,
)
from tests.analytics.trying import check, hypothesis, pinned, tried

IMPACT, ZONES = query("02:00", "impact"), query("06:00", "zones")
COMPAT = query("07:00", "compat")
DECIDED = decide("10:00", "flag")
DONE = act("10:30", "flag")
BACK = truth(recovers="12:00")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [IMPACT, ZONES, COMPAT, ready("08:00"), hypothesis("09:00"), DECIDED, DONE], "met", 10, "rules a rival out",
            id="all five",
        ),
        pytest.param(
            [IMPACT, ZONES, ready("08:00"), hypothesis("09:00"), DONE], "partial", 8, "No decision",
            id="nothing rests on anything",
        ),
        pytest.param(
            [ZONES, ready("08:00"), hypothesis("09:00"), DECIDED, DONE], "met", 10, "reproduced",
            id="zones shows it by itself",
        ),
        pytest.param(
            [IMPACT, ZONES, ready("08:00", known_good="bad"), hypothesis("09:00"), DECIDED, DONE], "partial", 8,
            "not one that was good", id="wrong last good state",
        ),
        pytest.param(
            [IMPACT, ZONES, ready("08:00"), hypothesis("09:00", "attack"), DECIDED, DONE], "partial", 8,
            "not the true one", id="wrong cause",
        ),
        pytest.param(
            [
                IMPACT, query("06:00", "keyring"), ready("08:00"), hypothesis("09:00"),
                decide("10:00", "flag", evidence=("query:keyring",)), DONE,
            ], "partial", 9, "without a test", id="cause without ruling a rival out",
        ),
        pytest.param(
            [
                IMPACT, query("22:30", "zones"), ready("08:00"), hypothesis("23:00"), decide("24:00", "flag"),
                act("25:00", "flag"),
            ], "partial", 9, "late", id="shown late",
        ),
        pytest.param(
            [IMPACT, ZONES, ready("08:00"), hypothesis("09:00"), decide("30:00", "flag"), act("31:00", "flag")],
            "partial", 9, "older than", id="decided on old evidence",
        ),
        pytest.param([DONE], "not_observed", 0, "Nothing was looked into", id="nothing"),
    ],
)  # fmt: skip
def test_diagnosis_steps(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("diagnosis_steps", drill(*lines), (15, 30)), status, points, word)


def test_only_the_steps_that_are_asked_for_count() -> None:
    check(tried("diagnosis_steps", drill(IMPACT, DONE), (15, 30), steps=["reproduced"]), "met", 10)


@pytest.mark.parametrize(
    ("evidence", "points", "word"),
    [
        pytest.param(["query:zones"], 10, "physics", id="physics"),
        pytest.param(["query:asn"], 7, "receipt", id="receipts"),
        pytest.param(["query:git_log"], 3.5, "artifact", id="artifacts"),
        pytest.param(["metric:cpu"], 3.5, "artifact", id="a panel"),
        pytest.param(["query:hearsay"], 0, "narrative", id="somebody's word"),
        pytest.param(["query:hearsay", "query:git_log", "query:asn"], 7, "receipt", id="the best of it counts"),
        pytest.param(["query:later"], 0, "nothing", id="what is not there"),
    ],
)  # fmt: skip
def test_the_order_of_evidence(evidence: list[str], points: float, word: str) -> None:
    runs = [query("06:00", one) for one in ("zones", "asn", "git_log", "hearsay")]
    record = drill(*runs, pinned("06:10"), decide("10:00", "flag", evidence=tuple(evidence)), DONE)
    status = "met" if points == 10 else "partial" if points else "missed"
    check(tried("evidence_order", record), status, points, word)


def test_steps_weigh_by_what_they_cover_and_without_a_decision_rest_on_nothing() -> None:
    record = drill(ZONES, decide("10:00", "web_flag"), act("10:30", "web_flag"), act("12:00", "revoke"))
    check(tried("evidence_order", record), "partial", 6, "rests on no decision")
    check(tried("evidence_order", drill(ZONES, DECIDED)), "not_observed", 0)


def test_other_worth_is_a_parameter() -> None:
    record = drill(query("06:00", "asn"), decide("10:00", "flag", evidence=("query:asn",)), DONE)
    check(tried("evidence_order", record, worth={"receipt": 1.0}), "met", 10)


def claim(clock: str, *evidence: str) -> Lines:
    return say(clock, "verification", acts.ClaimRecovery.model_validate({"claim": "recovered", "evidence": evidence}))


def request(clock: str, *evidence: str) -> Lines:
    return say(clock, "commander", acts.RequestClosure.model_validate({"confidence": "L3", "evidence": evidence}))


RERUN = query("20:00", "rerun")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([DONE, RERUN, claim("21:00", "query:rerun")], "met", 10, "physics from after", id="on a rerun"),
        pytest.param(
            [DONE, RERUN, claim("21:00", "query:rerun"), request("30:00")], "partial", 5, "nothing from after",
            id="closed on nothing",
        ),
        pytest.param(
            [DONE, RERUN, claim("21:00"), claim("22:00", "query:rerun")], "met", 10, "T+22:00",
            id="the last word counts",
        ),
        pytest.param(
            [query("05:00", "rerun"), DONE, claim("21:00", "query:rerun")], "missed", 0, "nothing from after",
            id="on a rerun from before",
        ),
        pytest.param(
            [DONE, pinned("20:00"), claim("21:00", "metric:cpu")], "partial", 3.5, "artifact", id="on a panel",
        ),
        pytest.param([DONE, RERUN], "not_observed", 0, "Nobody said", id="nobody said so"),
        pytest.param([RERUN, claim("21:00", "query:rerun")], "missed", 0, "", id="nothing had been done"),
    ],
)  # fmt: skip
def test_claims_rest_on(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("claims_rest_on", drill(*lines, world=BACK)), status, points, word)


def challenge(clock: str, *evidence: str) -> Lines:
    return say(clock, "triage", acts.ChallengeClaim.model_validate({"inject": "attack_claim", "evidence": evidence}))


HEARD, ASN = inject("05:00", "attack_claim"), query("06:00", "asn")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [HEARD, ZONES, ASN, challenge("08:00", "query:asn", "query:zones")], "met", 10, "receipt",
            id="with what disproves it",
        ),
        pytest.param(
            [HEARD, ZONES, challenge("08:00", "query:zones")], "partial", 5, "physics",
            id="with something else of a better class",
        ),
        pytest.param([HEARD, ASN, challenge("25:00", "query:asn")], "partial", 5, "T+25:00", id="late"),
        pytest.param(
            [HEARD, query("06:00", "hearsay"), challenge("08:00", "query:hearsay")], "missed", 0, "narrative",
            id="word against word",
        ),
        pytest.param([HEARD, ASN], "missed", 0, "left standing", id="left standing"),
        pytest.param([fired("05:00", "attack_claim")], "not_applicable", 0, "Nobody", id="fired though it was not so"),
        pytest.param([ASN], "not_applicable", 0, "Nobody claimed", id="nobody claimed anything"),
    ],
)  # fmt: skip
def test_conflicts_resolved(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("conflicts_resolved", drill(*lines)), status, points, word)


def test_who_acts_on_a_wrong_claim_has_not_resolved_it() -> None:
    injects = [one.model_dump(by_alias=True) for one in scenario().injects]
    injects[0]["proposes"] = "flag"
    lines: list[Any] = [HEARD, ASN, challenge("08:00", "query:asn"), DONE]
    check(tried("conflicts_resolved", drill(*lines, of=scenario(injects=injects))), "missed", 0, "acted upon")
    check(tried("conflicts_resolved", drill(*lines[:3], of=scenario(injects=injects))), "met", 10)


def test_a_verification_is_no_word() -> None:
    record = drill(DONE, verify("20:00"), claim("30:00", "verification:1"), world=BACK)
    check(tried("claims_rest_on", record), "partial", 7, "receipt")

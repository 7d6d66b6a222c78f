"""Ladders: severity, fit, prechecks, confidence and strategy on tiny drills."""

from __future__ import annotations

import pytest

from analytics.record import DrillRecord
from simulator import acts
from tests.analytics.builders import (
    Lines,
    act,
    capture,
    check,
    decide,
    declare,
    drill,
    fit,
    inject,
    judge,
    query,
    references,
    say,
    scenario,
)


def classify(clock: str, dependency: str = "auth") -> Lines:
    return say(clock, "commander", acts.ClassifyDependency.model_validate({"dependency": dependency}))


def revise(clock: str, severity: str, *evidence: str) -> Lines:
    return say(clock, "commander", acts.ChangeSeverity.model_validate(
        {"severity": severity, "because": "b", "evidence": evidence}))  # fmt: skip


def rejecting(clock: str, **reasons: str) -> Lines:
    return decide(clock, "flag", rejected=tuple({"rung": rung, "reason": why} for rung, why in reasons.items()))


IMPACT = query("03:00", "impact")
DECLARED = [*IMPACT, *declare(evidence=["query:impact"])]
POSTURE = [*query("07:00", "compat"), *capture("07:30")]
ZONES = query("06:00", "zones")
FLAG = act("10:00", "flag", decision="decision:1")

CASES: list[tuple[str, str, DrillRecord, str, float]] = [
    ("L1", "all of it", drill(DECLARED, classify("05:00"), POSTURE, act("10:00", "flag")), "met", 5.0),
    ("L1", "one below the truth", drill(
        IMPACT, declare(severity="SEV-2", evidence=["query:impact"]), classify("05:00"), POSTURE,
    ), "partial", 3.7),
    ("L1", "raised on new evidence", drill(
        IMPACT, declare(severity="SEV-2", evidence=["query:impact"]), query("06:00", "zones"),
        revise("07:00", "SEV-1", "query:zones"), classify("05:00"), POSTURE,
    ), "met", 5.0),
    ("L1", "two below", drill(IMPACT, declare(severity="SEV-3", evidence=["query:impact"])), "partial", 2.0),
    ("L1", "changed on old evidence", drill(DECLARED, revise("57:00", "SEV-1", "query:impact")), "partial", 3.0),
    ("L1", "declared after the change", drill(act("03:30", "flag"), DECLARED), "partial", 3.0),
    ("L1", "wrong class", drill(DECLARED, classify("05:00", "billing"), POSTURE), "partial", 4.0),
    ("L1", "no audit capture", drill(DECLARED, classify("05:00"), query("07:00", "compat")), "partial", 4.8),
    ("L1", "capture after the rollback", drill(
        DECLARED, classify("05:00"), query("07:00", "compat"), act("09:00", "rollback"), capture("12:00"),
    ), "partial", 4.8),
    ("L1", "said nothing", drill(POSTURE), "not_observed", 0.0),

    ("L2a", "the best there was", drill(FLAG, refs=references(fits=[fit(0.1, ("flag", 0.1))])), "met", 4.0),
    ("L2a", "within a tenth", drill(FLAG, refs=references(fits=[fit(0.19, ("flag", 0.1))])), "met", 4.0),
    ("L2a", "half of what was avoidable left", drill(FLAG, refs=references(fits=[fit(0.415, ("flag", 0.1))])),
        "partial", 2.0),
    ("L2a", "worse than that", drill(FLAG, refs=references(fits=[fit(0.9, ("flag", 0.1))])), "missed", 0.0),
    ("L2a", "weighed by what was at stake", drill(
        FLAG, refs=references(fits=[fit(0.1, ("a", 0.1)), fit(1.0, ("a", 0.7), ref="action:flag")]),
    ), "partial", 3.0),
    ("L2a", "nothing left at stake", drill(FLAG, refs=references(fits=[fit(0.1, null=0.105)])), "not_applicable", 0.0),
    ("L2a", "no branch", drill(), "not_observed", 0.0),

    ("L2b", "a reason that holds for each", drill(ZONES, rejecting("08:00", hotfix="time", rollback="readiness"), FLAG),
     "met", 2.0),
    ("L2b", "one does not hold", drill(ZONES, rejecting("08:00", hotfix="coverage", rollback="readiness"), FLAG),
     "partial", 1.0),
    ("L2b", "no reasons", drill(ZONES, decide("08:00"), FLAG), "missed", 0.0),
    ("L2b", "reasons, but nothing done", drill(ZONES, rejecting("08:00", hotfix="time")), "not_observed", 0.0),
    ("L2b", "every rung was taken", drill(act("08:00", "flag"), act("10:00", "rollback"), act("20:00", "hotfix")),
     "not_applicable", 0.0),

    ("L2c", "checked first", drill(query("08:00", "dry_run"), act("10:00", "revoke")), "met", 2.0),
    ("L2c", "one of two", drill(query("08:00", "dry_run"), act("10:00", "revoke"), act("15:00", "rollback")),
        "partial", 1.0),
    ("L2c", "checked afterwards", drill(act("10:00", "revoke"), query("12:00", "dry_run")), "missed", 0.0),
    ("L2c", "only flags", drill(act("10:00", "flag")), "not_applicable", 0.0),
    ("L2c", "a check, but nothing at stake", drill(query("08:00", "dry_run")), "not_observed", 0.0),

    ("L3", "L2 on a test that could have failed", drill(ZONES, decide("08:00", "flag"), FLAG), "met", 5.0),
    ("L3", "L2 on mere observation", drill(IMPACT, decide("08:00", "flag", evidence=("query:impact",)), FLAG),
        "partial", 3.0),
    ("L3", "L1 on an observation", drill(
        IMPACT, decide("08:00", "flag", evidence=("query:impact",), confidence="L1"), FLAG,
    ), "met", 5.0),
    ("L3", "L3 on two lines", drill(
        ZONES, query("07:00", "keyring"),
        decide("08:00", "flag", evidence=("query:zones", "query:keyring"), confidence="L3"), FLAG,
    ), "met", 5.0),
    ("L3", "L3 on one", drill(ZONES, decide("08:00", "flag", confidence="L3"), FLAG), "partial", 3.0),
    ("L3", "L2 on a rival disproved", drill(
        IMPACT, inject("05:00", "attack_claim"), query("06:00", "asn"),
        say("07:00", "triage", acts.ChallengeClaim(inject="attack_claim", evidence=("query:asn",))),
        decide("08:00", "flag", evidence=("query:impact",)), FLAG,
    ), "met", 5.0),
    ("L3", "beyond the level", drill(
        ZONES, decide("08:00", "revoke", confidence="L1"), act("10:00", "revoke", decision="decision:1"),
    ), "partial", 3.0),
    ("L3", "half of it undecided", drill(ZONES, decide("08:00", "flag"), FLAG, act("15:00", "hotfix")), "partial", 3.5),
    ("L3", "stated and nothing done", drill(ZONES, decide("08:00", "flag")), "not_observed", 0.0),
    ("L3", "no decision", drill(act("10:00", "flag")), "not_observed", 0.0),

    ("L4", "named, with an end", drill(ZONES, decide("08:00", "flag"), FLAG), "met", 2.0),
    ("L4", "containment without an end", drill(ZONES, decide("08:00", "flag", contained_until_minutes=None), FLAG),
     "partial", 1.0),
    ("L4", "named wrongly", drill(ZONES, decide("08:00", "flag", strategy="rollback"), FLAG), "missed", 0.0),
    ("L4", "three active, one unowned", drill(
        ZONES, decide("08:00", "flag"), FLAG, act("15:00", "hotfix"), act("16:00", "rollback"),
    ), "partial", 0.3),
    ("L4", "nothing ran", drill(ZONES, decide("08:00", "flag")), "not_observed", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "name", "record", "status", "points"), CASES, ids=[f"{x[0]}-{x[1]}" for x in CASES])
def test_a_criterion_finds_what_is_there(
    ident: str, name: str, record: DrillRecord, status: str, points: float
) -> None:
    found = judge(ident, record)
    assert (found.status, found.points) == (status, points), found.why
    assert found.evidence or not found.points


@pytest.mark.parametrize(("captured", "points"), [("12:00", 5.0), ("20:00", 4.8)])
def test_evidence_is_captured_before_what_takes_it_along(captured: str, points: float) -> None:
    """A rollback may come first where it is named that only the sign-out takes evidence along."""
    plain = scenario()
    overlay = plain.overlay.model_copy(update={"capture_before": ("revoke",)})
    named = plain.model_copy(update={"overlay": overlay})
    done = [*DECLARED, *classify("05:00"), *query("07:00", "compat"), *act("09:00", "rollback"), *capture(captured),
            *act("15:00", "revoke")]  # fmt: skip
    assert judge("L1", drill(sorted(done, key=lambda line: line[0]), of=named)).points == points


def test_a_kept_promise_carries_the_highest_level() -> None:
    from simulator import events as e
    from tests.analytics.builders import event

    pinned = e.MetricPinned(run="metric:ratio", metric="ratio", last=0.005, low=0.0, high=0.1, since=0)
    promised = [*ZONES, *decide("08:00", "web_flag", check=check()), *act("09:00", "web_flag", decision="decision:1")]
    later = [*decide("15:00", "flag", confidence="L3"), *act("16:00", "flag", decision="decision:2")]
    assert judge("L3", drill(promised, later)).points == 4.0
    assert judge("L3", drill(promised, event("12:00", pinned), later)).points == 5.0


def test_what_counts_of_a_level_is_how_long_it_was_in_force() -> None:
    told = [*query("03:00", "impact"), *declare(evidence=["query:impact"]), *query("06:00", "zones")]
    lower = say("07:00", "commander", acts.ChangeSeverity(severity="SEV-4", because="b", evidence=("query:zones",)))
    kept = judge("L1", drill(told)).points
    found = judge("L1", drill(told, lower))
    assert found.points <= kept - 2.5, found.why
    back = say("08:00", "commander", acts.ChangeSeverity(severity="SEV-1", because="b", evidence=("query:zones",)))
    assert judge("L1", drill(told, lower, back)).points > found.points

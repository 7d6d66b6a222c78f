"""Ladders: severity, fit, prechecks, confidence and strategy on tiny drills."""

from __future__ import annotations

import pytest

from analytics.record import DrillRecord, Fit
from simulator import acts
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    Lines,
    act,
    capture,
    cut_short,
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
    truth,
)
from tests.analytics.trying import finds


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
SEEN = query("07:00", "zones")
"""From T+7:15 on a step is justified; what is begun by T+10:15 is prompt."""
CURED = truth(recovers="20:00")
REFUTED = [
    *inject("05:00", "attack_claim"), *query("06:00", "asn"),
    *say("07:30", "triage", acts.ChallengeClaim(inject="attack_claim", evidence=("query:asn",))),
]  # fmt: skip


def fitting(*fits: Fit) -> DrillRecord:
    """Return a prompt, decided and successful flag whose branches were worth this."""
    return drill(SEEN, decide("08:00"), FLAG, world=CURED, refs=references(fits=fits))


def test_a_branch_that_had_no_time_to_help_is_judged_by_what_it_was_worth() -> None:
    more = {"world": truth(), "refs": references(fits=[fit(0.1, ("flag", 0.1))])}
    assert judge("L2a", drill(SEEN, decide("08:00"), FLAG, **more)).points == 0
    assert judge("L2a", cut_short("12:00", SEEN, decide("08:00"), FLAG, **more)).status == "met"


def claimed(level: str, *queries: str) -> DrillRecord:
    """Return a justified flag, decided at a level on these outputs."""
    looked = [query("07:20", ident) for ident in queries if ident != "zones"]
    links = tuple(f"query:{ident}" for ident in queries)
    return drill(SEEN, *looked, decide("08:00", "flag", evidence=links, confidence=level), FLAG)


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
    ("L1", "declared after something else was changed", drill(act("03:30", "flag_off"), DECLARED), "partial", 3.0),
    ("L1", "declared after only looking", drill(act("03:30", "copy"), DECLARED), "partial", 4.0),
    ("L1", "wrong class", drill(DECLARED, classify("05:00", "billing"), POSTURE), "partial", 4.0),
    ("L1", "no audit capture", drill(DECLARED, classify("05:00"), query("07:00", "compat")), "partial", 4.8),
    ("L1", "capture after the rollback", drill(
        DECLARED, classify("05:00"), query("07:00", "compat"), act("09:00", "rollback"), capture("12:00"),
    ), "partial", 4.8),
    ("L1", "said nothing", drill(POSTURE), "not_observed", 0.0),

    ("L2a", "the best there was", fitting(fit(0.1, ("flag", 0.1))), "met", 5.0),
    ("L2a", "within a tenth", fitting(fit(0.19, ("flag", 0.1))), "met", 5.0),
    ("L2a", "half of what was avoidable left", fitting(fit(0.415, ("flag", 0.1))), "partial", 2.5),
    ("L2a", "worse than that", fitting(fit(0.9, ("flag", 0.1))), "missed", 0.0),
    ("L2a", "weighed by what was at stake", fitting(fit(0.1, ("a", 0.1)), fit(1.0, ("a", 0.7), ref="action:flag")),
     "partial", 3.8),
    ("L2a", "it came late", drill(query("02:00", "zones"), decide("08:00"), FLAG, world=CURED,
        refs=references(fits=[fit(0.1, ("flag", 0.1))])), "partial", 3.0),
    ("L2a", "nobody decided on it", drill(SEEN, act("10:00", "flag"), world=CURED,
        refs=references(fits=[fit(0.1, ("flag", 0.1), ref="action:flag")])), "partial", 2.5),
    ("L2a", "it passes by itself", drill(SEEN, decide("08:00"), FLAG, world=CURED,
        refs=references(null=0.15, fits=[fit(0.1, ("flag", 0.1), null=0.15)])), "not_applicable", 0.0),
    ("L2a", "nothing left at stake", fitting(fit(0.1, null=0.105)), "not_applicable", 0.0),
    ("L2a", "no branch", drill(), "not_observed", 0.0),

    ("L2b", "a reason that holds for each", drill(ZONES, rejecting("08:00", hotfix="time", rollback="readiness"), FLAG),
     "met", 2.0),
    ("L2b", "one does not hold", drill(ZONES, rejecting("08:00", hotfix="coverage", rollback="readiness"), FLAG),
     "partial", 1.0),
    ("L2b", "no reasons", drill(ZONES, decide("08:00"), FLAG), "missed", 0.0),
    ("L2b", "reasons, but nothing done", drill(ZONES, rejecting("08:00", hotfix="time")), "not_observed", 0.0),
    ("L2b", "every rung was taken", drill(act("08:00", "flag"), act("10:00", "rollback"), act("20:00", "hotfix")),
     "not_applicable", 0.0),

    ("L2c", "checked first", drill(query("08:00", "dry_run"), act("10:00", "revoke")), "met", 1.0),
    ("L2c", "one of two", drill(query("08:00", "dry_run"), act("10:00", "revoke"), act("15:00", "rollback")),
        "partial", 0.5),
    ("L2c", "checked afterwards", drill(act("10:00", "revoke"), query("12:00", "dry_run")), "missed", 0.0),
    ("L2c", "only flags", drill(act("10:00", "flag")), "not_applicable", 0.0),
    ("L2c", "a check, but nothing at stake", drill(query("08:00", "dry_run")), "not_observed", 0.0),

    ("L3", "L2 on what speaks for the cause", claimed("L2", "keyring"), "met", 5.0),
    ("L3", "L3 on support and a rival ruled out", claimed("L3", "keyring", "asn"), "met", 5.0),
    ("L3", "one above: one output is not two lines", claimed("L3", "zones"), "partial", 3.0),
    ("L3", "L1 on an observation", claimed("L1", "impact"), "met", 5.0),
    ("L3", "one below what was earned", claimed("L2", "keyring", "asn"), "partial", 4.0),
    ("L3", "two below", claimed("L1", "keyring", "asn"), "partial", 3.0),
    ("L3", "one above: support alone is no L3", claimed("L3", "keyring"), "partial", 3.0),
    ("L3", "two above: a test of a rival speaks for no cause", claimed("L3", "asn", "impact"), "partial", 1.0),
    ("L3", "one above: L2 on mere observation", claimed("L2", "impact"), "partial", 3.0),
    ("L3", "two above takes off", claimed("L3", "impact"), "partial", 1.0),
    ("L3", "L1 on nothing", claimed("L1"), "partial", 1.0),
    ("L3", "L2 on nothing", claimed("L2"), "missed", 0.0),
    ("L3", "L2 on a rival disproved", drill(SEEN, IMPACT, REFUTED, decide("08:00", "flag", evidence=("query:impact",)),
        FLAG), "met", 5.0),
    ("L3", "L3 on a rival who was dead already", drill(SEEN, REFUTED, decide("08:00", "flag",
        evidence=("query:zones", "query:asn"), confidence="L3"), FLAG), "partial", 3.0),
    ("L3", "beyond the level", drill(
        query("06:00", "dry_run"), decide("08:00", "revoke", evidence=("query:dry_run",), confidence="L1"),
        act("10:00", "revoke", decision="decision:1"),
    ), "partial", 2.0),
    ("L3", "ordered before anything justified it", drill(
        IMPACT, decide("08:00", "flag", evidence=("query:impact",), confidence="L1"), FLAG), "partial", 3.0),
    ("L3", "half of it undecided", drill(query("07:00", "keyring"), decide("08:00", "flag",
        evidence=("query:keyring",)), FLAG, act("15:00", "hotfix")), "partial", 2.5),
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


test_a_criterion_finds_what_is_there = finds(CASES)


@pytest.mark.parametrize(("captured", "points"), [("12:00", 5.0), ("20:00", 4.8)])
def test_evidence_is_captured_before_what_takes_it_along(captured: str, points: float) -> None:
    """A rollback may come first where it is named that only the sign-out takes evidence along."""
    plain = scenario()
    overlay = plain.overlay.model_copy(update={"capture_before": ("revoke",)})
    named = plain.model_copy(update={"overlay": overlay})
    done = [*DECLARED, *classify("05:00"), *query("07:00", "compat"), *act("09:00", "rollback"), *capture(captured),
            *act("15:00", "revoke")]  # fmt: skip
    assert judge("L1", drill(sorted(done, key=lambda line: line[0]), of=named)).points == points


def test_what_counts_of_a_level_is_how_long_it_was_in_force() -> None:
    told = [*query("03:00", "impact"), *declare(evidence=["query:impact"]), *query("06:00", "zones")]
    lower = say("07:00", "commander", acts.ChangeSeverity(severity="SEV-4", because="b", evidence=("query:zones",)))
    kept = judge("L1", drill(told)).points
    found = judge("L1", drill(told, lower))
    assert found.points <= kept - 2.5, found.why
    back = say("08:00", "commander", acts.ChangeSeverity(severity="SEV-1", because="b", evidence=("query:zones",)))
    assert judge("L1", drill(told, lower, back)).points > found.points


def passing() -> Scenario:
    """Return the fixture as an incident that is grave for ten minutes only."""
    plain = scenario().model_dump(by_alias=True)
    facts = [{"fact": "users_blocked"}, {"fact": "auth_at_risk", "until": 600}]
    return Scenario.model_validate(plain | {"severity_facts": facts})


def test_a_level_kept_too_high_is_wrong_once_the_lower_one_could_be_seen_for_ten_minutes() -> None:
    def stated(*more: Lines) -> float:
        return judge("L1", drill(DECLARED, query("09:00", "zones"), *more, of=passing())).points

    # Declared first 1, on evidence 1; of the 57 minutes that it lasts SEV-1 is right for 16: up to T+19.
    assert stated() == 2.6
    assert stated(revise("15:00", "SEV-2", "query:zones")) == 4.0
    assert stated(revise("20:00", "SEV-2", "query:zones")) == 4.0
    assert stated(revise("30:00", "SEV-2", "query:zones")) == 3.6

"""The playbooks written from other texts: sound as data, in order over played drills, and nothing crashes them."""

from __future__ import annotations

from importlib import resources
from itertools import product

import pytest
from hypothesis import given, settings

from analytics.criteria import CRITERIA
from analytics.playbook import load, names, parse
from analytics.score import check, score
from analytics.scorecard import Scorecard
from simulator import acts
from simulator.errors import ScenarioError
from tests import played
from tests.analytics.builders import Lines, capture, drill, figure, inject, query, say, update
from tests.analytics.test_scoring import GROUPS, REFS, picked, worlds
from tests.analytics.trying import alert, hypothesis, paged, pinned, searched

BOOKS = ("protocol", "ops")
SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")
EACH = list(product(BOOKS, SCENARIOS))
PARTS = {
    "protocol": {"detect": 10, "contain": 20, "diagnose": 14, "fix": 13, "verify": 12, "document": 8, "outcome": 23},
    "ops": {"triage": 15, "mitigate": 17, "communicate": 14, "stabilise": 11, "handoff": 8, "done": 12, "outcome": 23},
}  # fmt: skip


# --- as data -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOOKS)
def test_a_playbook_is_sound(name: str) -> None:
    book = load(name)
    check(book)
    assert name in names()
    assert {part.id: part.points for part in book.parts} == PARTS[name]
    assert all(one.source and one.advice for _, one in book.criteria())
    assert [part.id for part in book.parts if part.always] == ["outcome"]
    assert book.templates
    assert all(one.rule and one.source and one.why for one in book.later)
    assert len({one.rule for one in book.later}) == len(book.later)


def test_each_predicate_is_named_by_a_playbook_that_ships() -> None:
    assert {one.kind for name in names() for _, one in load(name).criteria()} == set(CRITERIA)


LOST, DOWN, STUCK, WRONG = "data_lost_or_security", "production_affected", "users_blocked", "correctness"


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({DOWN, LOST}, "SEV1"), ({LOST}, "SEV1"), ({DOWN}, "SEV2"), ({DOWN, STUCK, WRONG}, "SEV2"),
        ({STUCK}, "SEV2"), ({STUCK, WRONG}, "SEV2"), ({WRONG}, "SEV3"), (set(), "SEV4"),
    ],
)  # fmt: skip
def test_the_tree_of_the_protocol(facts: set[str], level: str) -> None:
    assert load("protocol").severity.level(frozenset(facts)) == level


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({STUCK}, "SEV1"), ({LOST}, "SEV1"), ({"data_at_risk", "workaround"}, "SEV1"), ({DOWN}, "SEV2"),
        ({"widespread"}, "SEV2"), ({STUCK, "workaround"}, "SEV3"), ({DOWN, "workaround"}, "SEV3"),
        ({"regression"}, "SEV3"), (set(), "SEV4"),
    ],
)  # fmt: skip
def test_the_levels_of_operations(facts: set[str], level: str) -> None:
    assert load("ops").severity.level(frozenset(facts)) == level


@pytest.mark.parametrize("name", BOOKS)
def test_the_graver_the_sooner(name: str) -> None:
    levels = load(name).severity.levels
    updates = [one.update_minutes for one in levels]
    assert updates == sorted(updates)
    answers = [one.response_minutes for one in levels if one.response_minutes is not None]
    assert answers == sorted(answers)
    assert all(one.response and one.posture for one in levels)


# --- over played drills ------------------------------------------------------------------------------------


def card(name: str, scenario: str, policy: str) -> Scorecard:
    return score(played.record(scenario, "base", policy, 7), load(name))


def total(name: str, scenario: str, policy: str) -> int:
    found = card(name, scenario, policy).total
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scenario"), EACH)
def test_responders_come_in_their_order(name: str, scenario: str) -> None:
    book, slow, silent, impatient, null = (
        total(name, scenario, policy) for policy in ("by_the_book", "slow", "silent", "impatient", "null")
    )
    assert book >= 85
    assert not card(name, scenario, "by_the_book").caps
    assert book > slow > impatient > null
    # Deeds in time without a word may come out above the same words and deeds a quarter of an hour late.
    assert book - silent >= 25
    assert null <= 5


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scenario"), EACH)
def test_talk_and_forms_do_not_pay(name: str, scenario: str) -> None:
    assert total(name, scenario, "talker") <= 45
    assert total(name, scenario, "wrong_cause") <= 45
    book, slow = total(name, scenario, "by_the_book"), total(name, scenario, "slow")
    assert total(name, scenario, "gamer") < min(book - 25, slow)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "scenario"), EACH)
def test_findings_have_evidence_and_reason(name: str, scenario: str) -> None:
    for policy in ("by_the_book", "slow", "silent", "impatient"):
        record = played.record(scenario, "base", policy, 7)
        known = {entry.seq for entry in record.journal.entries}
        for part in card(name, scenario, policy).parts:
            for found in part.criteria:
                assert found.why.strip(), found.id
                assert set(found.evidence) <= known
                assert found.evidence or not found.points, found.id
                assert 0 <= found.points <= found.out_of


# --- whatever is on record ---------------------------------------------------------------------------------

TOLD = update("12:00", eta="range", eta_low=5, eta_high=20, cause="key", segments=("web", "mobile"))
MORE: list[Lines] = [
    [*alert("00:00"), *paged()], alert("25:00", "late", None), pinned("26:00"), hypothesis("07:00"),
    hypothesis("40:00", "attack"), searched("05:00"), inject("05:00", "attack_claim"), TOLD, capture("06:00"),
    query("20:00", "hearsay"), say("08:00", "triage", acts.ChallengeClaim.model_validate(
        {"inject": "attack_claim", "evidence": ("query:zones", "query:asn")})),
    say("02:00", "commander", acts.Declare.model_validate({
        "severity": "SEV-2", "title": "t", "detected_by": "alert:page", "symptoms": ("ratio", "cpu"),
        "evidence": ("alert:page", "query:nothing")})),
    say("45:00", "comms", acts.CorrectUpdate.model_validate(
        {"update": "update:1", "status": "mitigating", "impact": figure()})),
    say("46:00", "verification", acts.ClaimRecovery.model_validate(
        {"claim": "recovered", "evidence": ("query:rerun",)})),
    say("47:00", "mitigation", acts.AddHardeningTask(factor="mount", text="", owner="mitigation", due_days=14)),
    say("48:00", "verification", acts.RecordResidualRisks(risks=("old_key", "none"))),
]  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(picked, picked, worlds)
def test_no_record_crashes_a_predicate(chosen: list[int], more: list[int], world: Lines) -> None:
    groups = [*(GROUPS[at] for at in chosen), *(MORE[at] for at in more if at < len(MORE))]
    record = drill(*groups, world=world, refs=REFS)
    known = {entry.seq for entry in record.journal.entries}
    for name in BOOKS:
        scored = score(record, load(name))
        assert scored.total is not None
        assert 0 <= scored.total <= 100
        for part in scored.parts:
            for found in part.criteria:
                assert 0 <= found.points <= found.out_of
                assert found.why.strip()
                assert set(found.evidence) <= known
                assert found.evidence or not found.points, found.id
                assert (found.status == "met") == (found.points == found.out_of > 0)


@pytest.mark.parametrize("name", BOOKS)
def test_an_empty_record_earns_nothing(name: str) -> None:
    scored = score(drill(world=[], refs=REFS), load(name))
    assert scored.total == 0
    assert not any(found.points for part in scored.parts for found in part.criteria)


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("title: Incident timeline, fields: [Time, Event, Evidence]", "title: Incident timeline, fields: []", "fields"),
        ("title: Commands run,", "title: Incident timeline,", "template Incident timeline occurs twice"),
        ("rule: Other documents are referred to", 'rule: "Blocked deployments, failed runs"', "later Blocked"),
    ],
)
def test_forms_and_rules_for_later_are_held_to_their_form(was: str, now: str, says: str) -> None:
    text = (resources.files("scenarios") / "playbooks" / "protocol.yaml").read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(ScenarioError, match=says):
        parse(text.replace(was, now), "own.yaml")


def test_what_holds_after_the_drill_changes_no_judgement() -> None:
    book = load("protocol")
    assert book.model_copy(update={"later": (), "templates": (), "follow_through": None}).digest() == book.digest()

"""What severity rests on is so at some time and not at another, and every level is the truth somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from analytics import playbook
from scenarios import load
from simulator import events as e
from simulator.values import Scalar
from tests import played
from tests.shipped import EVERY, SPELLED_OUT

pytestmark = pytest.mark.slow

NEEDED = {
    "auth_at_risk", "billing_at_risk", "data_at_risk", "production_affected", "users_blocked", "data_lost_or_security",
    "workaround", "regression", "correctness", "widespread",
}  # fmt: skip
"""Facts that the playbooks ask for."""


@cache
def samples(name: str, variant: str, policy: str) -> tuple[tuple[int, Mapping[str, Scalar]], ...]:
    """Return (second, facts of the world) from T+0 on."""
    journal = played.engine(name, variant, policy, 1).journal
    return tuple((x.at, x.body.facts) for x in journal if isinstance(x.body, e.TruthSampled) and x.at >= 0)


def known(name: str, variant: str, at: int, facts: Mapping[str, Scalar]) -> frozenset[str]:
    """Return the severity facts that are so and could be known."""
    stated = load(name, variant).scenario.severity_facts
    return frozenset(one.fact for one in stated if one.known_from <= at and facts[one.fact])


def levels(name: str, variant: str, policy: str) -> list[str]:
    """Return the levels that the default matrix gives, in the order in which they come."""
    matrix = playbook.load("recovery").severity
    found: list[str] = []
    for at, facts in samples(name, variant, policy):
        level = matrix.level(known(name, variant, at, facts))
        if found[-1:] != [level]:
            found.append(level)
    return found


def by_the_tree(facts: frozenset[str]) -> str:
    """Return the level of the decision tree: production, then users, then correctness."""
    if "production_affected" in facts:
        return "SEV-1" if "data_lost_or_security" in facts else "SEV-2"
    if "users_blocked" in facts:
        return "SEV-2"
    return "SEV-3" if "correctness" in facts else "SEV-4"


def test_the_worlds_state_what_playbooks_ask_for_and_nothing_that_is_never_so():
    stated = {one.fact for name, variant in EVERY for one in load(name, variant).scenario.severity_facts}
    assert stated == NEEDED
    for name, variant in EVERY:
        there = set(samples(name, variant, "null")[0][1])
        assert there >= NEEDED, (name, variant)
        assert "safety_at_risk" not in samples(name, variant, "null")[0][1]


@pytest.mark.parametrize("fact", sorted(NEEDED))
def test_a_severity_fact_is_so_somewhere_and_not_elsewhere(fact):
    seen = {
        bool(facts[fact])
        for name, variant in EVERY
        for policy in ("null", "by_the_book")
        for _, facts in samples(name, variant, policy)
    }
    assert seen == {True, False}


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_it_begins_as_it_looks_and_ends_as_nothing_where_it_was_mended(name, variant):
    found = levels(name, variant, "by_the_book")
    assert found[0] == ("SEV-2" if variant == "flint" else "SEV-1")
    assert found[-1] == "SEV-4"
    assert found == sorted(found), "nothing gets worse again while the book is played"


def test_every_level_is_the_truth_while_the_book_is_played():
    reached = {(n, v): set(levels(n, v, "by_the_book")) for n, v in EVERY}
    for wanted in (("auth_token", "birch"), ("billing_mismatch", "flint"), ("permission_leak", "siskin")):
        assert "SEV-2" in reached[wanted]
    assert any("SEV-3" in found for found in reached.values())
    assert set().union(*reached.values()) == {"SEV-1", "SEV-2", "SEV-3", "SEV-4"}


def test_the_decision_tree_tells_the_worlds_apart():
    first = {
        name: by_the_tree(known(name, "base", *next(one for one in samples(name, "base", "null") if one[0] >= 300)))
        for name in SPELLED_OUT
    }
    assert first == {"auth_token": "SEV-2", "billing_mismatch": "SEV-1", "permission_leak": "SEV-1"}
    at, facts = next(one for one in samples("billing_mismatch", "flint", "null") if one[0] >= 300)
    assert by_the_tree(known("billing_mismatch", "flint", at, facts)) == "SEV-2"
    every = {
        by_the_tree(known(n, v, at, facts))
        for n, v in EVERY
        for policy in ("null", "by_the_book")
        for at, facts in samples(n, v, policy)
    }
    assert every == {"SEV-1", "SEV-2", "SEV-3", "SEV-4"}


def test_a_workaround_is_one():
    """Signing in again helps once new tokens are good; over another network where only some places are behind."""
    base = {at: facts["workaround"] for at, facts in samples("auth_token", "base", "by_the_book")}
    assert not base[300]
    assert any(base.values())
    assert all(facts["workaround"] for at, facts in samples("auth_token", "birch", "null") if at <= 300)
    assert not any(facts["workaround"] for at, facts in samples("billing_mismatch", "base", "null"))
    assert all(facts["workaround"] for at, facts in samples("billing_mismatch", "flint", "null") if at <= 300)

"""What must hold of any scorecard, in every scenario and variant: sums, evidence, caps, and that words are not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, StringConstraints

from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator import acts
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.journal import Journal, parse
from simulator.values import Pick
from tests import played
from tests.shipped import SPELLED_OUT
from tests.validity import sweep

pytestmark = pytest.mark.slow

SEED = 1
"""Whom the tests of each scenario and variant play too: a drill is played once."""
TRUTHS = [
    ("auth_token", "base"), ("billing_mismatch", "base"), ("permission_leak", "siskin"),
]  # fmt: skip
"""Every truth, on many seeds, is for `make validity`."""
SHORTEST_TEXT = 100
"""Characters from which on a field is free text: names and references are shorter."""


@pytest.mark.parametrize(("name", "variant"), TRUTHS)
def test_what_must_hold_of_any_scorecard(name: str, variant: str) -> None:
    cards = played.cards(name, variant, SEED)
    assert list(sweep.out_of_order(cards)) == []
    wrong = {policy: list(sweep.unsound(name, variant, policy, SEED, card)) for policy, card in cards.items()}
    assert {policy: what for policy, what in wrong.items() if what} == {}


def test_what_is_wrong_with_a_scorecard_is_told() -> None:
    def wrong(**changes: Any) -> list[str]:
        return list(sweep.unsound(*drill, replace(card, **changes)))

    drill = ("auth_token", "base", "by_the_book", SEED)
    card = played.card(*drill)
    first, *others = card.parts
    one, *rest = first.criteria
    assert wrong() == []
    assert wrong(total=1) == ["1 is not the lowest of points and limits"]
    for changed, what in (
        (replace(one, points=one.out_of + 1), f"{one.id} has"),
        (replace(one, evidence=()), f"{one.id} has points and no evidence"),
        (replace(one, evidence=(10**6,)), f"{one.id} rests on what is not on record"),
        (replace(one, points=0.0), "is not"),
    ):
        told = wrong(parts=(replace(first, criteria=(changed, *rest)), *others))
        assert any(what in line for line in told), (what, told)


@pytest.mark.parametrize("policy", ["by_the_book", "impatient"])
@pytest.mark.parametrize("name", SPELLED_OUT)
def test_other_words_give_the_same_score(name: str, policy: str) -> None:
    loaded = load(name)
    said = orders(played.engine(name, "base", policy, 7))
    other = [Order(o.at, o.by, reworded(o.body)) for o in said]
    assert sum(a.body != b.body for a, b in zip(said, other, strict=True)) > 3
    again = add_references(loaded, play_orders(loaded, other, 7, name=policy).journal, book(), seeds=0)
    assert score(again, book()).to_json() == played.card(name, "base", policy, 7).to_json()


def reworded(body: acts.Act) -> acts.Act:
    """Return a command with other words wherever somebody writes freely."""
    return body.model_copy(update=dict(_reworded(body)))


def _reworded(part: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        longest = max(
            (mark.max_length or 0 for mark in info.metadata if isinstance(mark, StringConstraints)), default=0
        )
        if isinstance(value, str) and longest >= SHORTEST_TEXT and not any(isinstance(m, Pick) for m in info.metadata):
            yield name, f"In other words: {len(value)} letters, SEV-1, recovered, rollback, all done."


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_same_record_gives_the_same_bytes_wherever_it_has_been(name: str) -> None:
    """Of whoever does a bit of everything; golden files hold others' records."""
    engine, card = played.drill(name, "base", "gamer", SEED)
    filed: Journal = parse("\n".join(engine.journal.lines()) + "\n", "filed.jsonl")
    assert score(DrillRecord.of(filed, load(name).scenario), book()).to_json() == card.to_json()

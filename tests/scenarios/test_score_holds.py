"""What must hold of any scorecard, in every scenario and variant: sums, evidence, caps, and that words are not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, StringConstraints

from analytics.playbook import load as book
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import limit, score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator import acts
from simulator.engine import Engine
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.journal import Journal, accepted, parse
from simulator.values import Pick
from tests import played
from tests.shipped import EVERY
from tests.validity import sweep

pytestmark = pytest.mark.slow

SEED = 1
"""Whom the tests of each scenario and variant play too: a drill is played once."""
SHORTEST_TEXT = 100
"""Characters from which on a field is free text: names and references are shorter."""


def cards(name: str, variant: str) -> Iterator[tuple[str, Engine, Scorecard]]:
    for policy, card in played.cards(name, variant, SEED).items():
        yield policy, played.engine(name, variant, policy, SEED), card


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_what_must_hold_of_any_scorecard(name: str, variant: str) -> None:
    for policy, engine, card in cards(name, variant):
        known = {entry.seq for entry in accepted(engine.journal.entries)}
        findings = [one for part in card.parts for one in part.criteria]
        for one in findings:
            assert 0 <= one.points <= one.out_of, (policy, one.id)
            assert one.evidence or not one.points, (policy, one.id)
            assert set(one.evidence) <= known, (policy, one.id)
        earned, out_of = (sum(round(10 * getattr(one, key)) for one in findings) for key in ("points", "out_of"))
        assert card.uncapped == 100 * earned // out_of
        assert card.total == min([card.uncapped, limit(card.caps), *(one.limit for one in card.anti_patterns)])
        assert card.total <= min((cap.limit for cap in card.caps), default=100)
        for hit in (*card.caps, *card.anti_patterns):
            assert hit.evidence, (policy, hit.id)
            assert set(hit.evidence) <= known, (policy, hit.id)
        for part in card.parts:
            assert part.points == pytest.approx(sum(one.points for one in part.criteria))
    assert list(sweep.out_of_order(played.cards(name, variant, SEED))) == []


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_other_words_give_the_same_score(name: str, variant: str) -> None:
    loaded = load(name, variant)
    for policy in ("by_the_book", "impatient"):
        said = orders(played.engine(name, variant, policy, SEED))
        other = [Order(o.at, o.by, reworded(o.body)) for o in said]
        assert sum(a.body != b.body for a, b in zip(said, other, strict=True)) > 3
        was, now = (
            score(add_references(loaded, play_orders(loaded, given, SEED).journal, book(), seeds=0), book())
            for given in (said, other)
        )
        assert now.to_json() == was.to_json()


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


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_same_record_gives_the_same_bytes_wherever_it_has_been(name: str, variant: str) -> None:
    loaded = load(name, variant)
    for policy in ("by_the_book", "gamer"):
        engine, card = played.drill(name, variant, policy, SEED)
        filed: Journal = parse("\n".join(engine.journal.lines()) + "\n", "filed.jsonl")
        assert score(DrillRecord.of(filed, loaded.scenario), book()).to_json() == card.to_json()

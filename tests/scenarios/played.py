"""Scenarios played by their scripted responders and scored, once each, and the order their totals must come in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator.engine import Engine
from simulator.play import play


@cache
def drill(name: str, variant: str, policy: str, seed: int) -> tuple[Engine, Scorecard]:
    """Return a finished drill and its card."""
    loaded, book = load(name, variant), playbook.load("recovery")
    engine = play(loaded, policy, seed)
    return engine, score(add_references(loaded, engine.journal, book, seeds=0), book)


def check_order(cards: Mapping[str, Scorecard]) -> None:
    """Assert that the responders of one drill come in the order without which the score measures the wrong thing."""
    total = {name: card.total for name, card in cards.items()}
    assert total["by_the_book"] >= 85
    assert not cards["by_the_book"].caps
    assert total["by_the_book"] > total["slow"] > total["impatient"]
    assert total["by_the_book"] > total["hero"] > total["impatient"]
    assert 35 <= total["silent"] <= 60
    assert total["talker"] <= 45
    assert total["null"] <= 5
    assert total["wrong_cause"] <= 45
    assert total["gamer"] < total["slow"]
    for name, points in total.items():
        assert points <= min((cap.limit for cap in cards[name].caps), default=100)

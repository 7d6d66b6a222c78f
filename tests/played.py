"""Shipped scenarios played by their scripted responders and scored, once each in a session; nobody drives them on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from analytics import playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator.engine import Engine
from simulator.play import play, play_each

_engines: dict[tuple[str, str, str, int], Engine] = {}


def engine(name: str, variant: str, policy: str, seed: int) -> Engine:
    """Return a finished drill."""
    key = (name, variant, policy, seed)
    if key not in _engines:
        _engines[key] = play(load(name, variant), policy, seed)
    return _engines[key]


@cache
def record(name: str, variant: str, policy: str, seed: int) -> DrillRecord:
    """Return a finished drill's record with its reference runs, without a spread."""
    loaded = load(name, variant)
    return add_references(loaded, engine(name, variant, policy, seed).journal, playbook.load("recovery"), seeds=0)


@cache
def card(name: str, variant: str, policy: str, seed: int) -> Scorecard:
    """Return a finished drill's scorecard."""
    return score(record(name, variant, policy, seed), playbook.load("recovery"))


def drill(name: str, variant: str, policy: str, seed: int) -> tuple[Engine, Scorecard]:
    """Return a finished drill and its card."""
    return engine(name, variant, policy, seed), card(name, variant, policy, seed)


def cards(name: str, variant: str, seed: int) -> dict[str, Scorecard]:
    """Return the cards of all responders; whoever others derive from plays only once."""
    loaded = load(name, variant)
    missing = [policy for policy in loaded.responders if (name, variant, policy, seed) not in _engines]
    for policy, played in play_each(loaded, missing, seed):
        _engines[name, variant, policy, seed] = played
    return {policy: card(name, variant, policy, seed) for policy in loaded.responders}


def check_order(cards: Mapping[str, Scorecard]) -> None:
    """Assert that the responders of one drill come in the order without which the score measures the wrong thing."""
    total = {name: card.total for name, card in cards.items() if card.total is not None}
    assert total.keys() == cards.keys()
    assert total["by_the_book"] >= 85
    assert not cards["by_the_book"].caps
    assert total["by_the_book"] > total["slow"] > total["impatient"]
    assert total["by_the_book"] > total["hero"] > total["impatient"]
    # Where it passes by itself, deeds without a word come to less: there was no harm to avoid.
    assert (35 if cards["silent"].finding("O1").out_of else 20) <= total["silent"] <= 60
    assert total["talker"] <= 45
    assert total["null"] <= 5
    assert total["wrong_cause"] <= 45
    assert total["gamer"] < total["slow"]
    for name, points in total.items():
        assert points <= min((cap.limit for cap in cards[name].caps), default=100)

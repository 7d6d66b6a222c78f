"""Shipped scenarios played by their scripted responders and scored, once each in a session; nobody drives them on."""

from __future__ import annotations

from functools import cache

from analytics import playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator.engine import Engine, new_header
from simulator.play import orders, play, play_each

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


def forget() -> None:
    """Keep nothing of what was played: for whoever plays more than fits into memory."""
    _engines.clear()
    record.cache_clear()
    card.cache_clear()
    under_way.cache_clear()


@cache
def under_way(name: str, policy: str, seed: int, at: int) -> Engine:
    """Return a drill of the base variant as it stood at a second: played by the orders of the finished one."""
    loaded = load(name)
    drill = Engine(loaded, new_header(loaded, seed, mode="assessment", policy=policy))
    for order in orders(engine(name, "base", policy, seed)):
        if order.at > at:
            break
        drill.advance(order.at)
        drill.submit(order.body, order.by)
    drill.advance(at)
    return drill

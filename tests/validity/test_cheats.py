"""Whoever plays for the score instead of the job is paid less than who does the job."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator.play import orders, play_orders
from tests import played
from tests.validity.cheats import CHEATS

pytestmark = pytest.mark.slow
SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_does_not_pay(name: str, scenario: str) -> None:
    cheat, loaded, book = CHEATS[name], load(scenario), playbook.load()
    given = cheat.bend(loaded.scenario, orders(played.engine(scenario, "base", "by_the_book", 7)))
    engine = play_orders(loaded, given, 7, name="by_the_book")
    total = score(add_references(loaded, engine.journal, book, seeds=0), book).total
    whole = played.card(scenario, "base", "by_the_book", 7).total
    assert total is not None
    assert whole is not None
    assert total <= (whole - cheat.below_book if cheat.at_most is None else cheat.at_most)

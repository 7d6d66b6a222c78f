"""Difficulty of scenario B: what a novice is shown, what an expert misses, and a report that runs twice."""

from __future__ import annotations

import pytest

from scenarios import DIFFICULTIES, load, variants
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.monitoring.onset import onset_shift
from simulator.play import play

pytestmark = pytest.mark.slow

OF_B = variants("billing_mismatch")
TELLTALE = {"base": "retries", "flint": "agg_again", "slate": "ledger_dropped"}


def drill(variant: str, difficulty: str, *orders: tuple[float, acts.Act], until: float = 25) -> Engine:
    """Return a drill of one commander; orders are (minute, command)."""
    loaded = load("billing_mismatch", variant, difficulty)
    engine = Engine(loaded, new_header(loaded, 1, mode="training", automation=False))
    engine.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    for minute, body in orders:
        engine.advance(round(60 * minute))
        engine.submit(body, "commander:Ana")
    engine.advance(round(60 * until))
    return engine


@pytest.mark.parametrize("variant", OF_B)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_the_first_page_lands_on_zero_at_every_difficulty(variant, difficulty):
    assert [onset_shift(load("billing_mismatch", variant, difficulty), seed) for seed in (1, 2, 3)] == [0, 0, 0]


@pytest.mark.parametrize("variant", OF_B)
def test_a_novice_sees_on_the_console_which_counter_moves(variant):
    engine = drill(variant, "novice", until=2)
    shown = {panel.id for panel in engine.catalogues["commander"].panels if panel.on_console}
    assert set(TELLTALE.values()) <= shown
    moving = {metric for metric in TELLTALE.values() if engine.telemetry.latest(metric, engine.now) > 5}
    assert moving == {TELLTALE[variant]}


def test_an_expert_misses_a_series_and_finance_and_hints():
    engine = drill("base", "expert", (1, acts.PageTeam(role="finance")))
    bodies = [x.body for x in engine.journal.entries]
    assert engine.telemetry.latest("commit_p99", engine.now) is None
    assert [b.role for b in bodies if isinstance(b, e.PageUnanswered)] == ["finance"]
    assert not [b for b in bodies if isinstance(b, e.HintGiven)]


@pytest.mark.parametrize("variant", OF_B)
def test_a_second_report_makes_it_worse_until_it_is_over_or_ended(variant):
    rates = {}
    for name, orders in {
        "runs": (),
        "ended": ((5, acts.PageTeam(role="dba")), (14, acts.TakeAction(action="kill_reports"))),
    }.items():
        engine = drill(variant, "expert", *orders, until=20)
        assert "report_again" in engine.incident.delivered
        rates[name] = (
            engine.world.retried()
            + engine.world.observe()["again_lines"]
            + engine.world.observe()["ledger_dropped"]
        )
        assert ("ledger_lock_waits" in [a.alert for a in engine.incident.alerts.values() if a.firing]) == (
            name == "runs"
        )
    assert rates["runs"] > 1.5 * rates["ended"] > 0
    assert drill(variant, "expert", until=33).world.observe()["lock_waits"] < 2


@pytest.mark.parametrize("variant", OF_B)
@pytest.mark.parametrize("difficulty", ["novice", "expert"])
def test_by_the_book_mends_it_at_every_difficulty(variant, difficulty):
    engine = play(load("billing_mismatch", variant, difficulty), "by_the_book", 1)
    assert engine.world.facts()["three_way_clean"]

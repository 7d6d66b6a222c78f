"""Scenario B in its variants, played: by_the_book and the others, simulated holders, the best course, sooner."""

from __future__ import annotations

import pytest

from analytics.record import loss_of
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from tests.scenarios.test_billing_variants import MENDED, OF_B, OTHERS, SEEDS, STOPPED, drill, drive

pytestmark = pytest.mark.slow

DID = {
    "base": ({"key_off", "pause", "rollback", "replay_selective", "refund_list"}, {"agg_stop", "replay_eventid"}),
    "flint": ({"agg_stop", "agg_rollback", "agg_start", "recompute"}, {"pause", "rollback", "refund_list"}),
    "slate": ({"pause", "ledger_rollback", "resume", "replay_eventid"}, {"rollback", "write_through", "recompute"}),
}
"""Variant -> what by_the_book does there, and what it leaves alone."""


@pytest.mark.parametrize("variant", OF_B)
@pytest.mark.parametrize("seed", SEEDS)
def test_by_the_book_reads_what_it_sees(variant, seed):
    engine, card = drill(variant, "by_the_book", seed)
    assert card.total >= 85
    assert not card.caps
    started = {x.body.action for x in engine.journal if isinstance(x.body, e.ActionStarted)}
    does, leaves = DID[variant]
    assert does <= started
    assert not leaves & started
    assert not [x for x in engine.journal if isinstance(x.body, e.CommandRefused)]
    assert engine.world.facts()["three_way_clean"]
    assert drill(variant, "null", seed)[1].total <= 5


def test_the_script_of_one_variant_fails_in_the_others():
    losses = {}
    for variant in OF_B:
        scenario = load("billing_mismatch", variant).scenario
        cures = {
            "base": (*MENDED["base"], (18, "replay_selective", 1, 0), (21, "recompute", 1, 0)),
            "flint": (*STOPPED, (12, "recompute", 1, 0)),
            "slate": (*MENDED["slate"], (15, "replay_eventid", 1, 0)),
        }  # fmt: skip
        found = {name: loss_of(drive(variant, turns, until=90).harm(), scenario) for name, turns in cures.items()}
        losses[variant] = min(found, key=found.__getitem__)
        null = loss_of(drive(variant, until=90).harm(), scenario)
        assert all(loss > 0.4 * null for name, loss in found.items() if name != variant), (variant, found, null)
    assert losses == {variant: variant for variant in OF_B}


@pytest.mark.parametrize("variant", OTHERS)
def test_a_second_page_of_the_same_story_is_answered_by_what_is_true(variant):
    engine, _ = drill(variant, "by_the_book", 1)
    answers = {x.body.inject: x.body.answer for x in engine.journal if isinstance(x.body, acts.AnswerAsker)}
    scenario = load("billing_mismatch", variant).scenario
    for inject, answer in answers.items():
        asked = scenario.find("injects", inject)
        wanted = asked.expects.fields["answer"]
        assert answer in (wanted if isinstance(wanted, list) else [wanted])
    assert answers["charged_twice"] == "none_found"


@pytest.mark.parametrize("variant", OF_B)
def test_simulated_holders_alone_mend_every_variant(variant):
    loaded = load("billing_mismatch", variant)
    engine = Engine(loaded, new_header(loaded, 1, mode="training"))
    engine.submit(acts.TakeSeat(seat="comms", name="Ana"), "comms:Ana")
    engine.advance(60 * 60)
    started = {x.body.action for x in engine.journal if isinstance(x.body, e.ActionStarted)}
    assert DID[variant][0] <= started
    assert not DID[variant][1] & started
    assert engine.world.facts()["three_way_clean"]


# --- sooner is better ------------------------------------------------------------------------------------

GOOD = {
    "base": ((6, "key_v2", 0, 60), (8, "pause", 1, 0), (10, "watermark", 1, 0), (12, "rollback", 1, 360),
             (20, "pause", 0, 0), (27, "replay_selective", 1, 0)),
    "flint": ((6, "agg_stop", 1, 0), (8, "agg_rollback", 1, 210), (13, "agg_stop", 0, 0), (15, "recompute", 1, 0)),
    "slate": ((6, "pause", 1, 0), (9, "watermark", 1, 0), (10, "ledger_rollback", 1, 210), (16, "pause", 0, 0),
              (18, "replay_eventid", 1, 0)),
}  # fmt: skip


@pytest.mark.parametrize(("variant", "index"), [(v, i) for v, turns in GOOD.items() for i in range(len(turns))])
def test_a_helpful_step_a_minute_earlier_never_costs(variant, index):
    turns, scenario = GOOD[variant], load("billing_mismatch", variant).scenario
    minute, *rest = turns[index]
    sooner = (*turns[:index], (minute - 1, *rest), *turns[index + 1 :])
    losses = [loss_of(drive(variant, tried, until=90).harm(), scenario) for tried in (sooner, turns)]
    assert losses[0] <= losses[1] + 1e-9

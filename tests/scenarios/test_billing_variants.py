"""Variants of scenario B: one page, three truths. Which source is wrong decides what stops it and what mends it."""

from __future__ import annotations

from functools import partial

import pytest

from scenarios import load, variants
from scenarios.billing_mismatch.world import BillingWorld
from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from simulator.monitoring.onset import onset_shift
from simulator.play import play_orders
from simulator.policy import Order
from tests import played
from tests.scenarios.worlds import printed
from tests.shipped import book

OF_B = variants("billing_mismatch")
OTHERS = OF_B[1:]
SEEDS = (1, 2, 3)
drill = partial(played.drill, "billing_mismatch")
OFF = {"base": {"events", "ledger", "processor"}, "flint": {"events"}, "slate": {"ledger"}}
"""Variant -> sources that are wrong."""


def drive(variant: str, turns: tuple = (), until: float = 60) -> BillingWorld:
    """Return a variant's world at `until` minutes after these turns: (minute, knob, value, seconds)."""
    loaded = load("billing_mismatch", variant)
    world = loaded.make_world()
    world.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
    for minute, knob, value, over in sorted(turns):
        world.step(round(60 * minute) - world.now)
        world.turn(knob, value, over)
    world.step(round(60 * until) - world.now)
    return world


# --- the same page, another truth ------------------------------------------------------------------------


def test_there_is_a_base_and_two_variants():
    assert OF_B == ("base", "flint", "slate")


@pytest.mark.parametrize("variant", OF_B)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_same_first_alerts_at_the_same_time(variant, seed):
    loaded = load("billing_mismatch", variant)
    assert abs(onset_shift(loaded, seed)) <= 30
    engine = Engine(loaded, new_header(loaded, seed, mode="assessment", automation=False))
    engine.advance(240)
    fired = {x.body.alert: x for x in engine.journal.entries if isinstance(x.body, e.AlertFired)}
    assert list(fired) == ["ledger_lock_waits", "revenue_ledger_mismatch", "revenue_agg_lag"]
    page = fired["revenue_ledger_mismatch"]
    assert page.at == 0
    assert page.body.value == pytest.approx(0.0101, abs=0.0003)


@pytest.mark.parametrize("minute", [-60, -35, -20, -5, 5, 15, 30])
def test_the_difference_climbs_alike(minute):
    shown = {variant: 100 * drive(variant, until=minute).mismatch() for variant in OF_B}
    assert shown["flint"] == pytest.approx(shown["base"], abs=0.04)
    assert shown["slate"] == pytest.approx(shown["base"], abs=0.04)


def test_what_happened_before_the_page_is_the_same_for_all():
    changes = {v: [(x.id, x.at, x.summary) for x in load("billing_mismatch", v).scenario.changes] for v in OF_B}
    assert changes["flint"] == changes["slate"] == changes["base"]


@pytest.mark.parametrize("variant", OF_B)
def test_each_variant_has_a_truth_of_its_own(variant):
    true = {"base": ["dual_write"], "flint": ["agg_rereads"], "slate": ["write_behind"]}
    scenario, world = load("billing_mismatch", variant).scenario, drive(variant, until=10)
    assert [one.id for one in scenario.causes if one.true] == true[variant]
    assert {name for name, off in world.outside().items() if off > world.tolerance[name]} == OFF[variant]
    charged = world.figures()["double_captures"]
    assert charged > 600 if variant == "base" else charged == 0


def test_a_wrong_sum_is_not_money_or_rows_at_risk():
    facts = {variant: drive(variant, until=10).facts() for variant in OF_B}
    assert [facts[v]["billing_at_risk"] for v in OF_B] == [True, False, True]
    assert [facts[v]["data_at_risk"] for v in OF_B] == [True, False, True]
    assert all(facts[v]["production_affected"] for v in OF_B)


@pytest.mark.parametrize(("variant", "plan"), [("base", "dual"), ("flint", "recount"), ("slate", "behind")])
def test_the_sample_tells_which_source_is_wrong(variant, plan):
    loaded = load("billing_mismatch", variant)
    seats = [Order(-60, "data:x", acts.TakeSeat(seat="data", name="x"))]
    looks = Order(60, "data:x", acts.RunQuery(query="sample_200"))
    engine = play_orders(loaded, [*seats, looks], 3)
    assert book("billing_mismatch").plan_for(briefing(engine, "data")).name == plan


# --- levers ----------------------------------------------------------------------------------------------

STOPS = {
    "rollback": {"base"}, "hotfix_share": {"base"}, "pause": {"base", "flint", "slate"}, "agg_stop": {"flint"},
    "agg_rollback": {"flint"}, "ledger_rollback": {"slate"}, "role_timeout": set(), "kill_reports": set(),
    "agg_restart": set(), "index": set(), "worker_scale": set(),
}  # fmt: skip
"""Knob turned to 1 at T+5 -> variants in which nothing goes wrong any more ten minutes later."""


@pytest.mark.parametrize("knob", STOPS)
def test_what_stops_it_depends_on_what_is_true(knob):
    assert {v for v in OF_B if not drive(v, ((5, knob, 1, 0),), until=15).facts()["wrong_now"]} == STOPS[knob]


@pytest.mark.parametrize("variant", OTHERS)
def test_going_back_with_billing_changes_nothing(variant):
    touched, left = drive(variant, ((5, "rollback", 1, 330), (5, "key_v2", 0, 60))), drive(variant)
    assert touched.harm() == left.harm()
    assert touched.mismatch() == left.mismatch()


def test_a_pause_ends_in_a_burst_where_counting_is_wrong():
    paused, left = drive("flint", ((6, "pause", 1, 0), (14, "pause", 0, 0)), until=30), drive("flint", until=30)
    assert paused.figures()["duplicate_events"] > left.figures()["duplicate_events"] + 200
    assert paused.harm()["delay_minutes"] > 500


def test_a_restart_counts_again_what_was_not_committed():
    before, after = drive("flint", until=10), drive("flint", ((10, "agg_restart", 1, 0),), until=10.25)
    assert after.figures()["duplicate_events"] - before.figures()["duplicate_events"] == pytest.approx(945, rel=0.05)
    loose = drive("flint", ((6, "agg_rollback", 1, 210),), until=12)
    stopped = drive("flint", ((5, "agg_stop", 1, 0), (6, "agg_rollback", 1, 210), (11, "agg_stop", 0, 0)), until=12)
    assert loose.figures()["duplicate_events"] > stopped.figures()["duplicate_events"] + 900
    assert not stopped.facts()["wrong_now"]


def test_a_sum_that_stands_still_passes_the_right_one_on_its_way():
    world = drive("flint", ((6, "agg_stop", 1, 0),), until=10.25)
    assert abs(world.recon) < 0.003
    assert world.books.uncounted > 1200
    assert not world.facts()["three_way_clean"]
    assert drive("flint", ((6, "agg_stop", 1, 0),), until=20).recon < -0.005


STOPPED = ((5, "agg_stop", 1, 0), (6, "agg_rollback", 1, 210), (10.5, "agg_stop", 0, 0))


def test_recomputing_holds_once_the_wrong_sum_is_gone():
    assert drive("flint", (*STOPPED, (12, "recompute", 1, 0)), until=20).facts()["three_way_clean"]
    hasty = drive("flint", ((6, "recompute", 1, 0),), until=8)
    assert hasty.outside()["events"] < 0.001
    assert drive("flint", ((6, "recompute", 1, 0),), until=10).outside()["events"] > 0.01


def test_a_sum_that_is_written_over_is_no_work_and_is_not_read_again():
    untouched, hasty = (drive("flint", turns, until=9) for turns in ((), ((6, "recompute", 1, 0),)))
    for _ in range(12):
        for world in (untouched, hasty):
            world.step(15)
        assert hasty.counting == pytest.approx(untouched.counting)
    assert hasty.books.recounted == pytest.approx(untouched.books.recounted)


def test_refunding_what_was_counted_twice_gives_all_of_it_away():
    world = drive("flint", (*STOPPED, (15, "refund_events", 1, 0)))
    assert world.harm()["refund_error"] == pytest.approx(38.4 * world.figures()["duplicate_events"], rel=0.02)
    assert not drive("flint", (*STOPPED, (15, "refund_list", 1, 0))).facts()["refunds_begun"]


def test_switching_write_behind_off_turns_lost_rows_into_second_charges():
    world = drive("slate", ((5, "write_through", 1, 0),), until=20)
    assert world.facts()["charging_twice"]
    assert world.harm()["wrong_money"] > 2000
    spared = drive("slate", ((5, "key_v2", 0, 0), (6, "write_through", 1, 0)), until=20)
    assert spared.harm()["wrong_money"] == 0
    assert spared.facts()["wrong_now"]
    assert drive("base", ((5, "write_through", 1, 0),)).harm() == drive("base").harm()


def test_pods_that_go_lose_what_they_hold_unless_nothing_comes():
    loose = drive("slate", ((6, "ledger_rollback", 1, 210),), until=10)
    held = drive("slate", ((4, "pause", 1, 0), (6, "ledger_rollback", 1, 210)), until=10)
    assert loose.figures()["missing_rows"] > held.figures()["missing_rows"] + 150
    assert not held.facts()["faulty_running"]
    assert drive("slate", ((4, "pause", 1, 0),), until=10).facts()["faulty_running"]


@pytest.mark.parametrize("variant", OTHERS)
def test_the_queued_promotion_does_harm_where_nobody_froze(variant):
    hit, spared = drive(variant, ((13, "tighter", 1, 0),)), drive(variant)
    if variant == "flint":
        assert hit.harm()["wrong_money"] > 8000
        assert spared.harm()["wrong_money"] == 0
    else:
        assert hit.figures()["missing_rows"] > 1.15 * spared.figures()["missing_rows"]


# --- repairs ---------------------------------------------------------------------------------------------

MENDED = {
    "base": ((6, "pause", 1, 0), (8.5, "watermark", 1, 0), (9, "rollback", 1, 330), (16, "pause", 0, 0)),
    "flint": (*STOPPED, (8, "watermark", 1, 0)),
    "slate": ((6, "pause", 1, 0), (8.5, "watermark", 1, 0), (9, "ledger_rollback", 1, 210), (14, "pause", 0, 0)),
}  # fmt: skip
LEFT = {
    ("base", "replay_selective"): (0, 0), ("base", "replay_eventid"): (0, 1500), ("base", "replay_ledger"): (0, 17_600),
    ("slate", "replay_selective"): (1600, 0), ("slate", "replay_eventid"): (0, 0),
    ("slate", "replay_ledger"): (0, 19_400), ("flint", "replay_selective"): (0, 0),
    ("flint", "replay_eventid"): (0, 0), ("flint", "replay_ledger"): (0, 20_600),
}  # fmt: skip
"""Rows missing and rows without a charge that a replay at T+18 leaves once the cause is gone."""


@pytest.mark.parametrize(("variant", "replay"), LEFT)
def test_which_replay_is_safe_depends_on_what_is_true(variant, replay):
    missing, phantom = LEFT[variant, replay]
    figures = drive(variant, (*MENDED[variant], (18, replay, 1, 0)), until=40).figures()
    assert figures["missing_rows"] == pytest.approx(missing, rel=0.05, abs=1)
    assert figures["phantom_rows"] == pytest.approx(phantom, rel=0.05, abs=1)


def test_the_replay_that_is_green_and_wrong_elsewhere_is_right_where_rows_were_lost():
    for variant, right in (("base", False), ("slate", True)):
        world = drive(variant, (*MENDED[variant], (18, "replay_eventid", 1, 0)), until=40)
        assert round(100 * world.recon, 2) == 0.02
        assert (world.outside()["ledger"] <= world.tolerance["ledger"]) is right


def test_a_replay_before_the_ledger_is_mended_is_lost_in_part():
    early = drive("slate", ((6, "pause", 1, 0), (9, "watermark", 1, 0), (10, "replay_eventid", 1, 0)), until=14)
    assert early.figures()["missing_rows"] > 100


def test_beside_live_traffic_some_rows_are_written_twice():
    turns = ((6, "ledger_rollback", 1, 210), (12, "replay_eventid", 1, 0))
    assert drive("slate", turns, until=20).figures()["phantom_rows"] > 200
    for safe in ((11, "watermark", 1, 0), (5, "pause", 1, 0), (11, "index", 1, 0)):
        assert drive("slate", (*turns, safe), until=20).figures()["phantom_rows"] == 0


def test_a_unique_index_makes_the_blunt_replay_safe():
    world = drive("slate", (*MENDED["slate"], (17, "index", 1, 0), (18, "replay_ledger", 1, 0)), until=40)
    assert world.facts()["three_way_clean"]


def test_recomputing_from_a_ledger_without_its_rows_bakes_that_in():
    turns = (*MENDED["slate"], (16, "recompute", 1, 0), (18, "replay_eventid", 1, 0))
    assert drive("slate", turns, until=40).outside()["events"] > 0.005


@pytest.mark.parametrize("variant", OTHERS)
@pytest.mark.parametrize("unknown", [(), ((11, "rollback", 1, 0),), ((11, "key_v2", 0, 0),)])
def test_a_full_replay_charges_again_whatever_key_paygrid_has_not_seen(variant, unknown):
    world = drive(variant, (*MENDED[variant], *unknown, (18, "replay_full", 1, 0)), until=40)
    if unknown:
        assert world.harm()["wrong_money"] > 600_000
    else:
        assert world.harm()["wrong_money"] == 0
        assert world.figures()["phantom_rows"] > 15_000
    assert not world.facts()["three_way_clean"]


@pytest.mark.parametrize("variant", OF_B)
def test_one_long_step_equals_many_short_ones(variant):
    loaded = load("billing_mismatch", variant)
    long, short = loaded.make_world(), loaded.make_world()
    for world in (long, short):
        world.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
    long.step(5400 + 1200)
    while short.now < 1200:
        short.step(15)
    assert long.figures() == short.figures()
    assert long.harm() == short.harm()


# --- texts -----------------------------------------------------------------------------------------------

TURNS = {
    "untouched": (), "paused": (("pause", 1),), "back": (("rollback", 1), ("agg_rollback", 1), ("ledger_rollback", 1)),
    "stopped": (("agg_stop", 1), ("write_through", 1)), "replayed": (("replay_eventid", 1), ("index", 1)),
    "charged": (("key_v2", 0), ("replay_full", 1)), "hasty": (("recompute", 1), ("adjust", 1), ("refund_events", 1)),
    "promoted": (("tighter", 1), ("dlq_purge", 1), ("hotfix_canary", 1)), "marked": (("watermark", 1),),
}  # fmt: skip


def texts_of(variant: str, turns: tuple[tuple[str, float], ...]) -> list[str]:
    scenario, world = load("billing_mismatch", variant).scenario, drive(variant, until=5)
    for knob, value in turns:
        world.turn(knob, value, 0)
    world.step(300)
    return list(printed(scenario, world).values())


@pytest.mark.parametrize("variant", OF_B)
@pytest.mark.parametrize("turns", TURNS)
def test_every_text_can_be_printed_in_every_variant(variant, turns):
    assert not [text for text in texts_of(variant, TURNS[turns]) if "-0.00 %" in text]


@pytest.mark.parametrize("variant", OTHERS)
def test_nothing_speaks_of_what_did_not_happen(variant):
    texts = "\n".join(texts_of(variant, ()))
    for words in ("statement_timeout 5s -> 2s", "key=inv_9f21:2", "firing since 10:09", "0 reusable", "growing)"):
        assert words not in texts
    scenario = load("billing_mismatch", variant).scenario
    told = " ".join(cue.text for role in scenario.roles for cue in role.cues)
    for words in ("more settlements than we sent", "two charges for one invoice", "gives up on a statement"):
        assert words not in told


@pytest.mark.parametrize("variant", OF_B)
def test_logs_speak_of_what_happens_and_of_nothing_else(variant):
    scenario, observed = load("billing_mismatch", variant).scenario, drive(variant, until=10).observe()
    loud = {log.id for log in scenario.logs if isinstance(log.rate, str) and observed[log.rate] > 1}
    speaks = {"base": {"retry", "exhausted", "gw_capture_again"}, "flint": {"taken_again"}, "slate": {"given_up"}}
    every = set().union(*speaks.values())
    assert loud & every == speaks[variant]

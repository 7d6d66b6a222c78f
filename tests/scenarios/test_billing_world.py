"""The world of scenario B against its calibration: the no-action curve, every reference outcome, every trap."""

from __future__ import annotations

import pytest

from scenarios import load
from scenarios.billing_mismatch.rates import PRICE
from scenarios.billing_mismatch.sampling import wilson
from scenarios.billing_mismatch.world import BillingWorld
from simulator.engine import Engine, new_header
from simulator.events import AlertFired
from simulator.monitoring.onset import onset_shift
from tests.scenarios.worlds import driven, leading_nowhere, printed

FAULT = -72 * 60

CURVE = [
    (-60, 210, 0.09, 78, 36, 7),
    (-45, 210, 0.47, 546, 249, 50),
    (-35, 210, 0.72, 858, 391, 78),
    (-20, 210, 0.80, 977, 445, 89),
    (-5, 289, 0.94, 1183, 539, 107),
    (0, 315, 1.02, 1302, 593, 118),
    (10, 315, 1.20, 1570, 715, 142),
    (30, 315, 1.53, 2106, 959, 191),
    (60, 210, 1.85, 2694, 1227, 244),
]
"""minute, invoices a minute, mismatch in percent, extra events, double captures, rows missing."""

PAUSE_7, PAUSE_8, PAUSE_15 = ((8, "pause", 1, 0),), ((9, "pause", 1, 0),), ((16, "pause", 1, 0),)
BACK = ((9.7, "watermark", 1, 0), (12, "rollback", 1, 360), (20, "pause", 0, 0))
WHOLE = ((27, "replay_selective", 1, 0), (33, "recompute", 1, 0))
OUTCOMES = {
    "nothing": ((), 634, 24_346, 244, 0, 1.85, 0),
    "flag T+5, freeze T+7, rollback T+12, resume T+20, selective T+27, recompute T+33": (
        ((6, "key_v2", 0, 60), *PAUSE_7, *BACK, *WHOLE), 76, 2_929, 0, 0, 0.0, 3_780),
    "the same without the flag": ((*PAUSE_7, *BACK, *WHOLE), 95, 3_632, 0, 0, 0.0, 3_780),
    "freeze T+15, rollback T+18, resume T+26, selective T+35": (
        (*PAUSE_15, (18, "rollback", 1, 360), (18, "watermark", 1, 0), (26, "pause", 0, 0),
         (35, "replay_selective", 1, 0), (41, "recompute", 1, 0)), 192, 7_381, 0, 0, 0.0, 3_150),
    "rollback T+12 without freeze, selective T+30": (
        ((12, "rollback", 1, 360), (19, "watermark", 1, 0), (30, "replay_selective", 1, 0), (38, "recompute", 1, 0)),
        182, 6_971, 0, 0, 0.0, 0),
    "flag only": (((9, "key_v2", 0, 60),), 113, 4_335, 244, 0, 1.85, 0),
    "hotfix T+10, then selective": (
        ((25, "hotfix_canary", 1, 480), (40, "watermark", 1, 0), (40, "replay_selective", 1, 0),
         (45, "recompute", 1, 0)), 387, 14_880, 0, 0, 0.0, 0),
    "freeze, rollback, full replay": (
        (*PAUSE_8, *BACK, (25, "replay_full", 1, 0)), 18_442, 708_189, 139, 0, 0.95, 3_465),
    "freeze, rollback, ledger replay without unique key": (
        (*PAUSE_8, *BACK, (25, "replay_ledger", 1, 0)), 107, 4_101, 0, 18_336, -9.4, 3_465),
    "freeze, rollback, ledger replay by event_id": (
        (*PAUSE_8, *BACK, (25, "replay_eventid", 1, 0)), 107, 4_101, 0, 1_536, 0.02, 3_465),
}  # fmt: skip
"""Knob turns (minute, knob, value, seconds) -> from T+0 to T+60: double captures, dollars, and at T+60: rows missing,
rows without a charge, mismatch shown in percent, largest backlog."""


class Watched(BillingWorld):
    """Remembers how many invoices waited at most."""

    waited = 0.0

    def stepped(self, dt):
        super().stepped(dt)
        self.waited = max(self.waited, self.backlog)


def drive(turns=(), until=60, step=15, make=BillingWorld, **parameters):
    return driven(make(parameters), -5400, FAULT, turns, until, step)


def doubles_since_page(world):
    return world.figures()["double_captures"] - drive(until=0).figures()["double_captures"]


@pytest.mark.parametrize(("minute", "due", "mismatch", "extra", "doubles", "missing"), CURVE)
def test_no_action_curve(minute, due, mismatch, extra, doubles, missing):
    # The reference prints a row after the step that begins at its minute.
    world = drive(until=minute + 0.25)
    figures = world.figures()
    assert world.observe()["invoices"] == pytest.approx(due, rel=0.10)
    assert 100 * world.mismatch() == pytest.approx(mismatch, rel=0.10)
    assert figures["duplicate_events"] == pytest.approx(extra, rel=0.10)
    assert figures["double_captures"] == pytest.approx(doubles, rel=0.10)
    assert figures["missing_rows"] == pytest.approx(missing, rel=0.10)


@pytest.mark.parametrize("policy", OUTCOMES)
def test_reference_outcomes(policy):
    turns, doubles, dollars, missing, phantom, shown, backlog = OUTCOMES[policy]
    world = drive(turns, make=Watched)
    figures = world.figures()
    assert doubles_since_page(world) == pytest.approx(doubles, rel=0.10)
    assert world.harm()["wrong_money"] == pytest.approx(dollars, rel=0.10)
    assert figures["missing_rows"] == pytest.approx(missing, rel=0.10, abs=0.5)
    assert figures["phantom_rows"] == pytest.approx(phantom, rel=0.10, abs=0.5)
    assert 100 * world.mismatch() == pytest.approx(shown, rel=0.10, abs=0.006)
    assert world.waited == pytest.approx(backlog, rel=0.10)


def test_rates_at_month_end():
    context = drive(until=10).context()["rate"]
    assert context["dups"] == pytest.approx(27, rel=0.10)
    assert context["doubles"] == pytest.approx(12, rel=0.10)
    assert context["doubles"] * PRICE == pytest.approx(470, rel=0.10)
    assert context["lost"] == pytest.approx(2.4, rel=0.10)


PANELS = [
    ("mismatch", 0.0002, 0.0102, 0.0153), ("mismatch_psp", 0.0001, 0.0050, 0.0076), ("processed", 210, 315, 315),
    ("retries", 0.4, 27, 27), ("ahead", 0, 29, 29), ("dup_suspected", 0.1, 14, 14), ("dlq", 0, 118, 191),
    ("commit_p99", 0.6, 2.0, 2.0), ("lag_worker", 40, 60, 60), ("tickets", 0.3, 0.9, 3.5),
]  # fmt: skip
"""Observable, and its value on a normal day, at T+0 and, untouched, at T+30."""


@pytest.mark.parametrize(("signal", "normal", "page", "later"), PANELS)
def test_what_monitoring_could_show(signal, normal, page, later):
    shown = [drive(until=minute).observe()[signal] for minute in (-80, 0.25, 30.25)]
    assert shown == pytest.approx([normal, page, later], rel=0.10, abs=0.0001)


def test_a_rebalance_looks_like_a_lag_for_four_minutes():
    lags = [drive(until=minute).observe()["lag_agg"] for minute in (1, 2, 5, 6, 30)]
    assert lags == [10, 2400, 2400, 10, 10]


def test_calm_before_the_release():
    world = drive(until=-73)
    assert all(share < 0.0005 for share in world.outside().values())
    assert world.observe()["mismatch"] == pytest.approx(0.0002)
    assert not any(world.facts()[fact] for fact in ("fault", "billing_at_risk", "wrong_now", "charging_twice"))


def test_one_long_step_equals_many_short_ones():
    world = BillingWorld({})
    world.start(-5400, FAULT)
    world.step(1095)
    world.step(4320)
    assert world.now == 15
    other = BillingWorld({})
    other.start(-5400, FAULT)
    while other.now < 15:
        other.step(15)
    assert world.figures() == other.figures()


def test_the_flag_stops_second_charges_and_nothing_else():
    with_flag, without = drive(((8, "key_v2", 0, 60),), until=40), drive(until=40)
    assert not with_flag.facts()["charging_twice"]
    assert with_flag.figures()["duplicate_events"] == without.figures()["duplicate_events"]
    assert with_flag.figures()["missing_rows"] == without.figures()["missing_rows"]
    assert with_flag.recon == without.recon


def test_a_freeze_stops_all_of_it_and_invoices_wait():
    world = drive(((8, "pause", 1, 0),), until=20)
    assert not world.facts()["wrong_now"]
    assert world.context()["backlog"] == pytest.approx(315 * 12, rel=0.02)
    assert drive(((8, "pause", 1, 0), (20, "pause", 0, 0)), until=28).context()["backlog"] == 0
    assert drive(((8, "pause", 1, 0),), until=9).facts()["drained"] is False
    assert drive(((8, "pause", 1, 0),), until=10).facts()["drained"] is True


def test_resuming_the_faulty_release_goes_on_where_it_stopped():
    world = drive(((8, "pause", 1, 0), (14, "pause", 0, 0)), until=40)
    assert world.facts()["wrong_now"]
    assert world.figures()["double_captures"] == pytest.approx(drive(until=40).figures()["double_captures"], rel=0.02)


def test_a_replay_without_a_boundary_races_with_live_traffic():
    turns = ((12, "rollback", 1, 360), (30, "replay_selective", 1, 0))
    assert drive(turns).figures()["phantom_rows"] == pytest.approx(37, abs=5)
    assert drive(turns).outside()["ledger"] > 0.00015
    for safe in ((20, "watermark", 1, 0), (29, "pause", 1, 0), (20, "index", 1, 0)):
        assert drive((*turns, safe)).figures()["phantom_rows"] == 0


def test_green_and_wrong():
    world = drive((*PAUSE_8, *BACK, (25, "replay_eventid", 1, 0)), until=60)
    assert round(100 * world.recon, 2) == 0.02
    assert world.facts()["recon_small"]
    assert world.figures()["phantom_rows"] == pytest.approx(1536, abs=2)
    assert not world.facts()["three_way_clean"]
    assert world.outside()["ledger"] > 0.009


def test_reversing_entries_take_rows_without_a_charge_back():
    turns = (*PAUSE_8, *BACK, (25, "replay_eventid", 1, 0), (40, "reverse", 1, 0))
    world = drive(turns)
    assert world.figures()["phantom_rows"] == 0
    assert world.outside()["ledger"] < 0.00015


def test_a_unique_index_makes_every_ledger_replay_safe():
    world = drive((*PAUSE_8, *BACK, (24, "index", 1, 0), (25, "replay_eventid", 1, 0)))
    assert world.figures()["phantom_rows"] == 0
    assert world.figures()["missing_rows"] == pytest.approx(0, abs=0.01)


def test_an_index_built_without_care_locks_the_ledger():
    hit, spared = drive(((10, "index_lock", 1, 0),)), drive()
    assert hit.figures()["missing_rows"] > spared.figures()["missing_rows"] + 10


def test_a_full_replay_can_be_stopped_on_the_way():
    turns = (*PAUSE_8, *BACK, (25, "replay_full", 1, 0))
    stopped = drive((*turns, (27, "replay_full", 0, 0)))
    assert 3500 < doubles_since_page(stopped) < 4500


def test_recomputing_before_the_rows_are_back_bakes_their_absence_in():
    early = drive((*PAUSE_8, *BACK, (22, "recompute", 1, 0), (27, "replay_selective", 1, 0)))
    assert early.mismatch() < -0.0005
    assert early.outside()["events"] > 0.0005


def test_an_adjusted_dashboard_hides_and_mends_nothing():
    world = drive(((20, "adjust", 1, 0),), until=21)
    assert world.recon == 0
    assert world.outside()["events"] > 0.01
    assert world.facts()["adjusted"]
    assert drive(((20, "adjust", 1, 0),), until=50).recon > 0.003


def test_refunds_by_the_two_lists():
    turns = (*PAUSE_7, *BACK)
    listed = drive((*turns, (30, "refund_list", 1, 0)))
    assert listed.outside()["processor"] < 0.05
    assert listed.harm()["refund_error"] == 0
    blind = drive((*turns, (30, "refund_events", 1, 0)))
    assert blind.harm()["refund_error"] == pytest.approx(31_500, rel=0.10)


def test_a_deleted_queue_cannot_be_replayed():
    world = drive((*PAUSE_7, *BACK, (22, "dlq_purge", 1, 0), (27, "replay_selective", 1, 0)))
    assert world.figures()["missing_rows"] == pytest.approx(137, rel=0.05)
    assert world.facts()["list_deleted"]


def test_the_promoted_release_makes_it_worse():
    hit, spared = drive(((13, "tighter", 1, 0),)), drive()
    assert hit.harm()["wrong_money"] > 1.3 * spared.harm()["wrong_money"]


def test_a_promotion_rolls_over_a_rollback():
    (merge,) = load("billing_mismatch").scenario.merges
    landed = tuple((13, effect.knob, effect.value, effect.over) for effect in merge.effects)
    world = drive(((4, "rollback", 1, 360), *landed), until=20)
    assert world.facts()["faulty_running"]
    assert not drive(((4, "rollback", 1, 360),), until=20).facts()["faulty_running"]


def test_harmless_herrings_change_nothing():
    knobs = ("agg_restart", "worker_scale", "role_timeout", "kill_reports", "fraud_rule", "dlq_route")
    touched = drive(tuple((10, knob, 1, 0) for knob in knobs))
    assert touched.harm() == drive().harm()
    assert touched.outside() == drive().outside()


def test_unknown_names_are_errors():
    with pytest.raises(KeyError):
        drive(until=0).turn("flag_desktop", 0, 0)
    with pytest.raises(KeyError):
        BillingWorld({"colour": 1})


# --- samples ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(17, 200, 0.054, 0.132), (0, 200, 0.0, 0.0188), (8, 200, 0.020, 0.077)]
)
def test_intervals_are_those_of_the_score_method(found, of, low, high):
    assert wilson(found, of) == pytest.approx((low, high), abs=0.001)


def test_which_part_of_the_morning_a_sample_is_drawn_from_matters():
    world = drive(until=0)
    seen = world.context()["sample"]
    _, locked, _ = seen["strata"]
    assert locked["dup"]["share"] == pytest.approx(0.149, abs=0.02)
    assert seen["recent"]["dup"]["share"] == pytest.approx(0.062, abs=0.02)
    assert seen["pooled"]["dup"] == pytest.approx(0.084, abs=0.01)


def test_nearly_every_interval_holds_the_truth():
    held = []
    for minute in range(2, 40, 2):
        world = drive(until=minute)
        figures, seen = world.figures(), world.context()["sample"]
        for size in ("random", "large"):
            truth = figures["double_captures"] / figures["invoices_affected"]
            held.append(seen[size]["double"]["low"] <= truth <= seen[size]["double"]["high"])
    assert sum(held) >= 0.9 * len(held)


# --- the scenario around the world -----------------------------------------------------------------------


STATES = {
    "untouched": (),
    "paused": ((8, "pause", 1, 0),),
    "half rolled back": ((22, "rollback", 1, 360),),
    "mended": (*PAUSE_7, *BACK, (21, "replay_selective", 1, 0), (24, "recompute", 1, 0), (21, "refund_list", 1, 0)),
    "green and wrong": (*PAUSE_7, *BACK, (21, "replay_eventid", 1, 0)),
    "charged again": (*PAUSE_7, *BACK, (21, "replay_full", 1, 0)),
    "patched, promoted, adjusted, purged": (
        (5, "hotfix_canary", 1, 480), (13, "tighter", 1, 0), (20, "adjust", 1, 0), (10, "dlq_purge", 1, 0)),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_every_text_can_be_printed_in_every_state(state):
    assert printed(load("billing_mismatch").scenario, drive(STATES[state], until=25))


def test_the_first_page_lands_on_its_nominal_second():
    loaded = load("billing_mismatch")
    assert [onset_shift(loaded, seed) for seed in range(1, 6)] == [0] * 5


def test_alerts_come_when_the_story_says():
    loaded = load("billing_mismatch")
    engine = Engine(loaded, new_header(loaded, seed=7, mode="assessment", automation=False))
    engine.advance(40 * 60)
    fired = {x.body.alert: x.at / 60 for x in engine.journal.entries if isinstance(x.body, AlertFired)}
    expected = {"ledger_lock_waits": -58, "revenue_ledger_mismatch": 0, "revenue_agg_lag": 2}
    assert {alert: round(fired[alert]) for alert in expected} == pytest.approx(expected, abs=1)
    assert "invoices_waiting" not in fired


def test_some_queries_lead_nowhere():
    known = {"healthz", "slo_status", "tls_certs", "disk_usage", "checkout_diff", "paygrid_status"}
    assert known <= leading_nowhere(load("billing_mismatch").scenario)


def test_scenario_and_world_agree_on_tolerances():
    segments = load("billing_mismatch").scenario.segments
    assert {one.id: one.tolerance for one in segments} == BillingWorld({}).tolerance

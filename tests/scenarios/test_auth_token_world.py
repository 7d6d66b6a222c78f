"""The world of scenario A against its calibration: the no-action curve and every reference outcome."""

from __future__ import annotations

import pytest

from scenarios import load
from scenarios.auth_token.world import AuthTokenWorld
from simulator.engine import Engine, new_header
from simulator.events import AlertFired
from simulator.monitoring.onset import onset_shift
from simulator.scenario.conditions import holds
from tests.scenarios.worlds import driven, leading_nowhere, printed

FAULT = -14 * 60

CURVE = [
    (-13, 0.682, 9104, 1.000, 185, 53, 0.0),
    (-10, 1.501, 11130, 1.000, 1919, 787, 0.1),
    (-8, 2.420, 13416, 1.000, 3877, 1756, 0.5),
    (-4, 3.895, 17120, 1.000, 7065, 3971, 4.4),
    (0, 5.017, 19964, 1.000, 9490, 5977, 15.5),
    (5, 6.245, 23087, 1.000, 12161, 8210, 40.5),
    (10, 7.320, 25828, 1.000, 14517, 10171, 74.9),
    (15, 8.263, 28237, 1.000, 16593, 11895, 115.1),
    (20, 9.091, 30402, 0.982, 18468, 13405, 158.1),
    (30, 10.644, 35868, 0.786, 23763, 15732, 246.9),
    (40, 11.911, 40360, 0.670, 28700, 17460, 334.6),
    (60, 13.689, 46440, 0.554, 36301, 19735, 507.9),
]  # fmt: skip
"""minute, 401 ratio in percent, mints a minute, share served, locked users, poisoned sessions, tickets."""

OUTCOMES = {
    "nothing": ((), 1_416_213, 50_590, 492.4),
    "two passes, flags T+7 and T+13": (
        ((7, "flag_web", 0, 45), (8, "revoke", 1, 0), (9, "public_post", 1, 0), (13, "flag_mobile", 0, 45),
         (15, "revoke", 1, 0)), 142_579, 5_075, 165.3),
    "flags T+7 and T+13, revoke T+15": (
        ((7, "flag_web", 0, 45), (9, "public_post", 1, 0), (13, "flag_mobile", 0, 45), (15, "revoke", 1, 0)),
        206_528, 3_974, 165.0),
    "config pin T+12, revoke T+16": (
        ((12, "pin", 1, 180), (12, "public_post", 1, 0), (16, "revoke", 1, 0)), 253_854, 5_823, 201.4),
    "flags T+12 and T+20, revoke T+23": (
        ((12, "flag_web", 0, 45), (14, "public_post", 1, 0), (20, "flag_mobile", 0, 45), (23, "revoke", 1, 0)),
        339_549, 6_556, 213.5),
    "standby key published T+10": (
        ((11, "publish_key", 1, 600), (12, "public_post", 1, 0)), 337_994, 6_887, 211.6),
    "compat T+12, rollback T+16, revoke T+23": (
        ((12, "public_post", 1, 0), (16, "compat", 1, 0), (16, "rollback", 1, 0), (23, "revoke", 1, 0)),
        380_164, 8_363, 225.8),
    "both flags, never revoke": (
        ((8, "flag_web", 0, 45), (12, "public_post", 1, 0), (13, "flag_mobile", 0, 45)), 473_811, 4_269, 175.7),
    "hotfix without bake T+10, revoke T+28": (
        ((12, "public_post", 1, 0), (23, "hotfix_share", 1, 180), (28, "revoke", 1, 0)), 497_785, 11_425, 250.2),
    "hotfix with bake T+10, revoke T+34": (
        ((12, "public_post", 1, 0), (23, "hotfix_canary", 1, 600), (34, "revoke", 1, 0)), 641_750, 15_376, 273.1),
    "web flag only": (((8, "flag_web", 0, 45), (12, "public_post", 1, 0)), 701_832, 12_264, 228.0),
    "rollback T+12 stalls, compat T+22, revoke T+34": (
        ((12, "rollback", 1, 0), (12, "public_post", 1, 0), (26, "compat", 1, 0), (34, "revoke", 1, 0)),
        752_778, 24_873, 271.6),
    "flags, then revoke all": (
        ((7, "flag_web", 0, 45), (12, "public_post", 1, 0), (13, "flag_mobile", 0, 45), (16, "revoke_all", 1, 0)),
        1_934_976, 907_307, 192.2),
    "unprepared rollback, never repaired": (
        ((12, "rollback", 1, 0), (12, "public_post", 1, 0)), 2_007_353, 110_843, 370.0),
}  # fmt: skip
"""Knob turns (minute, knob, value, seconds) -> locked user-minutes, failed logins, tickets from T+0 to T+60."""


def drive(turns=(), until=60, step=5, **parameters):
    return driven(AuthTokenWorld(parameters), -3600, FAULT, turns, until, step)


@pytest.mark.parametrize(("minute", "ratio", "demand", "useful", "locked", "poisoned", "tickets"), CURVE)
def test_no_action_curve(minute, ratio, demand, useful, locked, poisoned, tickets):
    # The reference prints a row after the step that begins at its minute.
    world = drive(until=minute + 5 / 60)
    seen, figures = world.observe(), world.figures()
    assert 100 * seen["ratio_401"] == pytest.approx(ratio, rel=0.10)
    assert world.demand == pytest.approx(demand, rel=0.10)
    assert 1 - seen["ratio_503"] == pytest.approx(useful, rel=0.10)
    assert figures["locked_users"] == pytest.approx(locked, rel=0.10)
    assert figures["poisoned_sessions"] == pytest.approx(poisoned, rel=0.10)
    assert figures["tickets_total"] == pytest.approx(tickets, rel=0.10, abs=0.5)


@pytest.mark.parametrize("policy", OUTCOMES)
def test_reference_outcomes(policy):
    turns, user_minutes, failed_logins, tickets = OUTCOMES[policy]
    harm = drive(turns).harm()
    assert harm["locked_user_minutes"] == pytest.approx(user_minutes, rel=0.10)
    assert harm["failed_logins"] == pytest.approx(failed_logins, rel=0.10)
    assert harm["tickets"] == pytest.approx(tickets, rel=0.10)


def test_calm_before_the_release():
    world = drive(until=-15)
    assert world.outside() == {"web": 0, "mobile": 0, "poisoned": 0}
    assert world.observe()["ratio_401"] == pytest.approx(0.006)
    assert world.observe()["minted"] == pytest.approx(148, abs=1)
    assert not any(world.facts()[fact] for fact in ("fault", "auth_at_risk", "signing_bad", "saturated"))


def test_one_long_step_equals_many_short_ones():
    world = AuthTokenWorld({})
    world.start(-3600, FAULT)
    world.step(2400)
    world.step(1200)
    world.step(60)
    assert world.figures() == drive(until=1).figures()


def test_web_flag_leaves_phones_and_poisoned_outside():
    outside = drive(((8, "flag_web", 0, 45),), until=40).outside()
    assert outside["web"] < 0.01
    assert outside["mobile"] > 0.015
    assert outside["poisoned"] > 0.4


def test_flags_without_revocation_leave_the_poisoned_behind():
    world = drive(((8, "flag_web", 0, 45), (13, "flag_mobile", 0, 45)), until=60)
    assert world.outside()["web"] < 0.01
    assert world.outside()["mobile"] < 0.0075
    assert world.outside()["poisoned"] > 0.2
    assert world.facts()["poisoned_over_1000"]


def test_a_pass_before_the_flags_is_undone_by_new_poison():
    once = drive(((8, "revoke", 1, 0),), until=30)
    assert once.facts()["poisoned_over_1000"]
    twice = drive(((8, "revoke", 1, 0), (9, "flag_web", 0, 45), (9, "flag_mobile", 0, 45), (15, "revoke", 1, 0)), 30)
    assert twice.outside()["poisoned"] < 0.01
    assert twice.knobs()["revoke"] == 2


def test_an_aborted_rollback_gives_its_capacity_back():
    stalled = drive(((12, "rollback", 1, 0),), until=14)
    assert stalled.facts()["rollback_stalled"]
    assert stalled.context()["replicas"] == 18
    stalled.turn("rollback", 0, 0)
    stalled.step(5)
    assert not stalled.facts()["rollback_stalled"]
    assert stalled.context()["replicas"] == 24


def test_a_rollback_can_be_undone_half_way():
    world = drive(((10, "compat", 1, 0), (10, "rollback", 1, 0)), until=13)
    assert world.context()["rolled_back"] == pytest.approx(0.5, abs=0.02)
    world.turn("rollback", 0, 0)
    world.step(200)
    assert world.context()["rolled_back"] == 0
    assert world.facts()["signing_web"]


def test_publishing_the_standby_key_counts_exposure_until_it_is_withdrawn():
    world = drive(((10, "publish_key", 1, 0),), until=20)
    assert world.harm()["security_exposure"] == pytest.approx(10, abs=0.2)
    world.turn("publish_key", 0, 0)
    world.step(600)
    assert world.harm()["security_exposure"] == pytest.approx(10, abs=0.2)
    assert world.facts()["data_lost_or_security"]
    assert not world.facts()["standby_key_published"]


def test_cordon_stops_bad_mints_and_takes_a_third_of_capacity():
    world = drive(((10, "zone_c", 1, 120),), until=15)
    assert not world.facts()["signing_bad"]
    assert world.context()["capacity"] == 20_000
    assert world.context()["replicas"] == 16


def test_throttle_hides_the_symptom_and_wears_off():
    before = drive(until=10).observe()["ratio_401"]
    world = drive(((10, "throttle", 1, 0),), until=11)
    assert world.observe()["ratio_401"] < 0.6 * before
    assert world.facts()["throttled"]
    assert not drive(((10, "throttle", 1, 0),), until=26).facts()["throttled"]


def test_an_unfrozen_merge_costs_capacity_for_three_minutes():
    hit, spared = drive(((12, "merge_restart", 1, 0),), until=60), drive()
    assert hit.harm()["failed_logins"] > spared.harm()["failed_logins"] + 1000
    during = drive(((12, "merge_restart", 1, 0),), until=14).observe()["ratio_503"]
    after = drive(((12, "merge_restart", 1, 0),), until=16).observe()["ratio_503"]
    assert during > 0.3
    assert after < during / 3


def test_harmless_herrings_change_nothing():
    turns = tuple((10, knob, 1, 0) for knob in ("edge_revert", "jwks_purge", "sessiondb_failover"))
    assert drive(turns).harm() == drive().harm()
    blocked = drive(((10, "asn_block", 1, 0),))
    assert {**blocked.harm(), "kept_out_minutes": 0} == drive().harm()
    assert (blocked.observe()["ratio_401"], blocked.figures()) == (drive().observe()["ratio_401"], drive().figures())
    assert drive(((10, "idp_failover", 1, 0),)).harm()["tickets"] > drive().harm()["tickets"] + 450


@pytest.mark.parametrize(
    ("turns", "minutes"),
    [
        ((), 0),
        (((7, "flag_web", 0, 45), (13, "flag_mobile", 0, 45), (15, "revoke", 1, 0)), 0),
        (((10, "revoke_all", 1, 0),), 341_000),
        (((10, "idp_failover", 1, 0),), 20_100),
        (((10, "asn_block", 1, 0),), 31_500),
        (((20, "throttle", 1, 0),), 36_800),
        (((10, "zone_a", 1, 120),), 46_200),
        (((9, "restart", 1, 0),), 5_260),
        (((12, "rollback", 1, 0),), 60_000),
    ],
)
def test_what_the_responders_take_from_people_is_harm_of_its_own(turns, minutes):
    assert drive(turns).harm()["kept_out_minutes"] == pytest.approx(minutes, rel=0.10)


def test_a_merge_of_somebody_else_is_not_the_responders_doing():
    assert drive(((14, "merge_restart", 1, 0),)).harm()["kept_out_minutes"] == 0


def test_unknown_names_are_errors():
    with pytest.raises(KeyError):
        drive().turn("flag_desktop", 0, 0)
    with pytest.raises(KeyError):
        AuthTokenWorld({"colour": 1})


def test_knobs_ramp_linearly():
    world = drive(((10, "zone_c", 1, 120),), until=11)
    world.step(5)
    assert world.knobs()["zone_c"] == pytest.approx(0.5)


# --- the scenario around the world -----------------------------------------------------------------------


STATES = {
    "untouched": (),
    "stalled": ((12, "rollback", 1, 0),),
    "half rolled back": ((10, "compat", 1, 0), (22, "rollback", 1, 0)),
    "cleaned up": ((7, "flag_web", 0, 45), (8, "flag_mobile", 0, 45), (12, "revoke", 1, 0)),
    "published": ((5, "publish_key", 1, 600),),
    "everybody signed out": ((20, "revoke_all", 1, 0),),
    "patched, merged, throttled, cordoned": (
        (5, "hotfix_canary", 1, 600), (14, "merge_restart", 1, 0), (20, "throttle", 1, 0), (10, "zone_c", 1, 120)),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_every_text_can_be_printed_in_every_state(state):
    assert printed(load("auth_token").scenario, drive(STATES[state], until=25))


def test_the_first_page_lands_on_its_nominal_second():
    loaded = load("auth_token")
    shifts = [onset_shift(loaded, seed) for seed in range(1, 9)]
    assert max(map(abs, shifts)) <= 30
    assert min(map(abs, shifts)) == 0


def test_alerts_come_when_the_story_says():
    loaded = load("auth_token")
    engine = Engine(loaded, new_header(loaded, seed=7, mode="assessment", automation=False))
    engine.advance(20 * 60)
    fired = {x.body.alert: x.at / 60 for x in engine.journal.entries if isinstance(x.body, AlertFired)}
    expected = {"session_db_latency": -36, "authn_reject_ratio_high": 0, "node_clock_offset": 3,
                "credential_stuffing": 4, "login_tickets_spike": 7}  # fmt: skip
    assert {alert: round(fired[alert]) for alert in expected} == pytest.approx(expected, abs=1)


def test_six_queries_and_more_lead_nowhere():
    nowhere = leading_nowhere(load("auth_token").scenario)
    assert len(nowhere) >= 6
    assert {"healthz", "slo_status", "tls_certs", "kafka_lag", "dns_check", "cpu_top"} <= nowhere


@pytest.mark.parametrize(("turns", "given", "again"), [
    ((), {}, False), ((("hotfix_share", 1, 0),), {}, False), ((("pin", 1, 0),), {}, True),
    ((("flag_mobile", 0, 0),), {}, True), ((("flag_mobile", 0, 0),), {"flag_reaches_mobile": 1}, False),
    ((("compat", 1, 0), ("rollback", 1, 0)), {}, True),
])  # fmt: skip
def test_signing_is_back_on_the_old_key_by_what_puts_it_there_alone(
    turns: tuple[tuple[str, float, int], ...], given: dict[str, float], again: bool
) -> None:
    left = next(one for one in load("auth_token").scenario.residual_risks if one.id == "old_key_end")
    world = driven(AuthTokenWorld(given), -3600, FAULT, [(0, *one) for one in turns], 10, 15)
    assert any(holds(one, world.facts()) for one in left.true_when) == again


@pytest.mark.parametrize("variant", ["base", "birch", "cedar"])
def test_of_records_from_before_the_world_told_it_the_flags_say_which_key_signs(variant: str) -> None:
    scenario = load("auth_token", variant).scenario
    left = next(one for one in scenario.residual_risks if one.id == "old_key_end")
    then = {name: value for name, value in AuthTokenWorld({}).facts().items() if name != "old_key_again"}
    for off, again in (({}, False), ({"flag_web_on": False}, True)):
        assert any(holds(one, then | off) for one in left.true_when) == again

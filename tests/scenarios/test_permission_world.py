"""The world of scenario C against its calibration: every reference outcome, and the harm beyond the reads."""

from __future__ import annotations

import math

import pytest

from scenarios import load
from scenarios.permission_leak.world import PermissionLeakWorld
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.monitoring.onset import onset_shift
from simulator.monitoring.series import Telemetry
from tests.scenarios.worlds import driven, leading_nowhere, printed

START, FAULT = -30 * 60, -26 * 3600
BACK, FREE, PURGED, CLOSED = 90, 90, 120, 60
"""Seconds until a rollback, a pin taken off, a purge and a closed route are in force."""


def within(reads: float) -> object:
    return pytest.approx(reads, rel=0.10, abs=0.1)


OUTCOMES = {
    "nothing": ((), 346.1, 1055.0, 120.0),
    "snapshot T+4, rollback T+8, purge T+10, syd T+13": (
        ((8, "hold", 1, 0), (8, "rollback", 1, BACK), (10, "purge", 1, PURGED), (13, "unpin", 1, FREE)), 0.2, 0.2, 9.8),
    "rollback T+4 without snapshot, purge T+6, syd T+9": (
        ((4, "rollback", 1, BACK), (6, "purge", 1, PURGED), (9, "unpin", 1, FREE)), 0.1, 0.1, 5.8),
    "rollback and purge, syd never found": (((8, "rollback", 1, BACK), (10, "purge", 1, PURGED)), 20.9, 63.4, 16.1),
    "rollback and syd, never a purge": (((8, "rollback", 1, BACK), (13, "unpin", 1, FREE)), 49.6, 52.9, 9.8),
    "only the button hidden": (((4, "ui_flag", 1, 45),), 346.1, 1055.0, 120.0),
    "rollback T+20, purge T+24, syd T+30": (
        ((20, "rollback", 1, BACK), (24, "purge", 1, PURGED), (30, "unpin", 1, FREE)), 2.5, 2.5, 22.0),
    "patch decided T+8, live T+42, purge T+43": (((42, "patch", 1, 0), (43, "purge", 1, PURGED)), 139.2, 139.2, 42.0),
    "details public T+6, rollback T+25, purge T+28, syd T+30": (
        ((6, "details_public", 1, 0), (25, "rollback", 1, BACK), (28, "purge", 1, PURGED), (30, "unpin", 1, FREE)),
        70.3, 70.3, 26.8),
    "rollback T+35, purge T+38, syd T+40": (
        ((35, "rollback", 1, BACK), (38, "purge", 1, PURGED), (40, "unpin", 1, FREE)), 80.6, 80.6, 36.8),
}  # fmt: skip
"""Knob turns (minute, knob, value, seconds) -> reads by T+60 and by T+120, minutes open weighted by traffic."""

REFILLED = {
    "snapshot T+4, rollback T+8, purge T+10, syd T+13": (0.32, 0.32),
    "rollback T+4 without snapshot, purge T+6, syd T+9": (0.23, 0.24),
    "rollback T+20, purge T+24, syd T+30": (2.97, 3.17),
}  # fmt: skip
"""Where syd still leaks at the purge, it fills its cache again until it is closed; the reference keeps it empty."""


def drive(turns=(), until=60.0, **parameters):
    return driven(PermissionLeakWorld(parameters), START, FAULT, turns, until, 15)


def reads(turns, until):
    return drive(turns, until).harm()["unauthorised_reads"]


@pytest.mark.parametrize("policy", OUTCOMES)
def test_reference_outcomes(policy):
    turns, by_60, by_120, _ = OUTCOMES[policy]
    by_60, by_120 = REFILLED.get(policy, (by_60, by_120))
    assert reads(turns, 60) == within(by_60)
    assert reads(turns, 120) == within(by_120)


@pytest.mark.parametrize("policy", REFILLED)
def test_a_purge_after_the_last_place_is_closed_gives_the_reference_to_the_read(policy):
    turns, by_60, by_120, _ = OUTCOMES[policy]
    late = [turn for turn in turns if turn[1] != "purge"]
    last = max(minute for minute, knob, *_ in late if knob == "unpin")
    both = (*turns, (last + 1.5, "purge", 1, 0))
    assert reads(both, 60) == within(by_60)
    assert reads(both, 120) == within(by_120)


@pytest.mark.parametrize("policy", OUTCOMES)
def test_minutes_open_by_traffic(policy):
    turns, *_, minutes = OUTCOMES[policy]
    world, pending, total = drive((), 0), sorted(turns), 0.0
    while world.now < 120 * 60:
        while pending and pending[0][0] * 60 <= world.now:
            world.turn(*pending.pop(0)[1:])
        world.step(15)
        total += world.open_share() / 4
    assert total == pytest.approx(minutes, rel=0.10, abs=0.3)


def test_before_the_report():
    world = drive(until=0)
    assert world.figures()["reads_total"] == pytest.approx(26.4, abs=0.2)
    assert world.context()["tenants_exact"] == 11
    assert set(world.outside().values()) == {1.0}
    assert world.harm() == dict.fromkeys(world.harm(), 0.0)


def test_what_it_remembers_of_two_days_ago_is_calm():
    world = drive(until=10)
    calm, leaking = world.before(-27 * 3600), world.before(-20 * 3600)
    assert (calm["authz_hit"], calm["previews_public"], calm["tokens_cached"], calm["version_max"]) == (0, 0, 0, 56)
    assert calm["authz_origin"] == pytest.approx(974)
    assert leaking["authz_hit"] == pytest.approx(0.61)
    assert world.observe()["authz_origin"] == pytest.approx(0.39 * calm["authz_origin"], rel=0.01)


def test_every_ordinary_graph_stays_green():
    seen, calm = drive(until=30).observe(), drive(until=30).before(-27 * 3600)
    for source in ("route_requests", "ratio_5xx", "ratio_4xx", "org_views", "public_views", "tokens_issued"):
        assert seen[source] == pytest.approx(calm[source], rel=0.35)


# --- evidence and scope ------------------------------------------------------------------------------------

SAVED = ((8, "hold", 1, 0), (8, "rollback", 1, BACK), (9, "unpin", 1, FREE), (11, "purge", 1, PURGED))


def test_with_a_snapshot_those_are_told_who_were_read():
    world = drive(SAVED, 120)
    assert world.figures()["tenants_to_tell"] == pytest.approx(11, abs=0.5)
    assert world.harm()["evidence_lost_pct"] == 0
    assert not world.facts()["evidence_destroyed"]


def test_without_one_everybody_is_told_and_half_the_evidence_is_gone():
    world = drive(SAVED[1:], 120)
    assert world.figures()["tenants_to_tell"] == 212
    assert world.harm()["evidence_lost_pct"] == pytest.approx(100 * (4 / 3) / 26 + 45, abs=0.01)
    assert world.facts()["evidence_destroyed"]


def test_a_snapshot_that_is_not_finished_saves_nothing():
    world = drive(((6, "rollback", 1, BACK), (8, "hold", 1, 0)), 20)
    assert world.facts()["trace_lost"]
    assert world.trace_lost == pytest.approx(0.94)
    assert world.context()["trace"] == {"main": False, "pinned": True, "where": "syd only"}


def test_containing_first_is_no_destruction_while_the_leak_is_being_used():
    assert drive((), 26).facts()["fallback"] == "ready"
    assert drive((), 24).facts()["fallback"] == "blocked"
    world = drive(((30, "rollback", 1, BACK),), 40)
    assert world.facts()["trace_lost"]
    assert not world.facts()["evidence_destroyed"]


def test_the_log_loses_twenty_minutes_and_then_an_hour_unless_it_is_held():
    assert [drive((), minute).hours_lost for minute in (19, 21, 79, 81)] == pytest.approx([0, 1 / 3, 1 / 3, 4 / 3])
    assert drive(((10, "log_hold", 1, 0),), 81).hours_lost == 0
    assert drive(((10, "hold", 1, 0),), 81).hours_lost == 0


def test_whatever_replaces_a_worker_wipes_its_trace():
    for knob in ("restart", "redeploy", "flush", "patch"):
        assert drive(((10, knob, 1, 0),), 12).trace_lost == pytest.approx(1)
    assert not drive(((10, "redeploy", 1, 0),), 12).facts()["evidence_destroyed"]  # nobody here did that
    assert drive(((10, "flush", 1, 0),), 12).facts()["evidence_destroyed"]


def test_each_read_more_is_a_customer_more_and_never_one_twice():
    new = [drive((), minute).harm()["tenants_over"] for minute in (20, 40, 60, 120)]
    assert new == sorted(new)
    assert new[1] == pytest.approx(201 * (1 - math.exp(-reads((), 40) / 201)), abs=1)
    assert new[3] <= 201


# --- what was handed out -----------------------------------------------------------------------------------


def test_a_purge_while_it_leaks_fills_again():
    world = drive(((5, "purge", 1, PURGED),), 7)
    assert world.outside()["previews"] == pytest.approx(0, abs=0.01)
    assert drive(((5, "purge", 1, PURGED),), 37).outside()["previews"] == pytest.approx(0.5, abs=0.02)


def test_cached_copies_fade_within_an_hour_of_the_last_leak():
    closed = ((8, "rollback", 1, BACK), (8, "unpin", 1, FREE))
    shares = [drive(closed, minute).outside()["previews"] for minute in (10, 40, 69, 71)]
    assert shares == pytest.approx([0.99, 0.49, 0.01, 0.0], abs=0.01)


def test_a_new_epoch_leaves_the_lagging_place_behind():
    closed = ((8, "rollback", 1, BACK), (8, "unpin", 1, FREE), (12, "epoch", 1, 15))
    world = drive(closed, 14)
    assert world.outside()["tokens"] == pytest.approx(0.06)
    assert world.facts()["epoch_lagging"]
    world = drive((*closed, (15, "epoch_sync", 1, 0)), 16)
    assert world.outside()["tokens"] == 0
    assert not world.facts()["epoch_lagging"]
    assert drive((*closed, (15, "epoch_sync", 1, 0), (20, "epoch", 1, 15)), 21).facts()["epoch_lagging"] is False


def test_tokens_are_used_again_until_they_are_refused():
    closed = ((8, "rollback", 1, BACK), (8, "unpin", 1, FREE))
    left, taken = drive(closed, 120), drive((*closed, (10, "epoch", 1, 15), (12, "epoch_sync", 1, 0)), 120)
    assert left.token_reads > 5 * taken.token_reads
    assert left.harm()["residual_minutes"] > 60 > 40 > taken.harm()["residual_minutes"]


# --- the route, pins, and what does nothing ----------------------------------------------------------------


def test_a_closed_route_stops_everything_at_a_price():
    world = drive(((3, "block", 1, CLOSED),), 120)
    assert world.harm()["unauthorised_reads"] < 0.2
    # In the first quarter of an hour more and more give up, then all who come.
    assert world.harm()["previews_denied"] == pytest.approx(6 * (116 - 7.5), rel=0.01)
    brief = drive(((3, "block", 1, CLOSED), (9, "block", 0, CLOSED)), 120)
    assert brief.harm()["previews_denied"] == pytest.approx(6 * 6**2 / 30, rel=0.05)
    assert {world.outside()[region] for region in ("americas", "europe", "apac")} == {0}
    assert not world.facts()["trace_lost"]
    again = drive(((3, "block", 1, CLOSED), (20, "block", 0, CLOSED)), 22)
    assert again.outside()["europe"] == 1


def test_a_pin_taken_off_before_or_after_the_rollback_ends_the_same():
    before = drive(((5, "unpin", 1, FREE), (8, "rollback", 1, BACK)), 12)
    after = drive(((8, "rollback", 1, BACK), (9, "unpin", 1, FREE)), 12)
    assert not before.facts()["leaking"]
    assert not after.facts()["leaking"]
    assert drive(((8, "rollback", 1, BACK),), 12).outside()["apac"] == pytest.approx(0.4)
    assert drive(((5, "unpin", 1, FREE),), 12).facts()["leaking_pinned"]


def test_going_forward_or_pinning_again_opens_the_leak():
    closed = ((5, "unpin", 1, FREE), (8, "rollback", 1, BACK))
    assert drive((*closed, (12, "rollback", 0, BACK)), 15).outside()["americas"] == 1
    assert drive((*closed, (12, "unpin", 0, FREE)), 15).facts()["leaking_pinned"]


def test_a_release_that_nobody_held_back_undoes_the_rollback():
    world = drive(((8, "rollback", 1, BACK), (14, "redeploy", 1, 0)), 15)
    assert world.facts()["leaking_most"]
    assert not world.facts()["rolled_back"]


def test_a_flush_helps_for_ten_minutes():
    quiet, usual = drive(((30, "flush", 1, 0),), 60), drive((), 60)
    assert reads(((30, "flush", 1, 0),), 40) == pytest.approx(reads((), 30), abs=0.1)
    assert usual.harm()["unauthorised_reads"] > quiet.harm()["unauthorised_reads"] > 200


def test_red_herrings_change_nothing():
    turns = tuple((10, knob, 1, 0) for knob in ("waf_rule", "role_cache", "sign_out", "drain_fra", "ui_flag", "room"))
    assert drive(turns, 120).harm() == drive((), 120).harm()


def test_details_that_get_out_bring_the_scan_forward_and_later_ones_do_not_delay_it():
    assert drive(((6, "details_told", 1, 0),), 17).facts()["scan_active"]
    assert not drive((), 17).facts()["scan_active"]
    assert drive(((24, "details_public", 1, 0),), 26).facts()["scan_active"]


def test_unknown_names_are_errors():
    with pytest.raises(KeyError):
        drive().turn("flag_desktop", 0, 0)
    with pytest.raises(KeyError):
        PermissionLeakWorld({"colour": 1})


def test_one_long_step_equals_many_short_ones():
    world = PermissionLeakWorld({})
    world.start(START, FAULT)
    world.step(1800)
    world.step(3600)
    assert world.figures() == drive(until=60).figures()


# --- the scenario around the world -------------------------------------------------------------------------

STATES = {
    "untouched": (),
    "five of six": ((8, "rollback", 1, BACK),),
    "saved and closed": (*SAVED, (13, "epoch", 1, 15)),
    "closed route": ((5, "block", 1, CLOSED),),
    "wiped, merged, patched": ((5, "restart", 1, 0), (14, "redeploy", 1, 0), (20, "patch", 1, 0)),
    "scanned and told": ((2, "details_told", 1, 0), (5, "probe", 1, 0), (6, "aware", 1, 0)),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_every_text_can_be_printed_in_every_state(state):
    assert printed(load("permission_leak").scenario, drive(STATES[state], until=25))


def fresh(seed=7, **options):
    loaded = load("permission_leak")
    return Engine(loaded, new_header(loaded, seed=seed, mode="assessment", automation=False, **options))


def test_a_report_opens_the_drill_and_nothing_pages():
    loaded = load("permission_leak")
    assert onset_shift(loaded, 3) == 0
    engine = fresh()
    engine.advance(60 * 60)
    assert not [x for x in engine.journal if isinstance(x.body, e.PageSent)]
    first = next(x for x in engine.journal if isinstance(x.body, e.InjectDelivered))
    assert (first.at, first.body.inject, first.body.to) == (0, "report", ("commander", "security"))


def test_the_fault_is_older_than_the_drill_and_the_record_says_so():
    started = [x for x in fresh().journal if isinstance(x.body, e.FaultStarted)]
    assert [(x.at, x.body.since) for x in started] == [(START, FAULT)]


def test_a_series_that_nothing_measures_yet_has_no_data():
    engine = fresh()
    engine.advance(300)
    assert {value for _, value in engine.telemetry.series("probe_europe", engine.now)} == {None}
    engine.submit(acts.TakeAction(action="create_probe"), "verification:Ana")
    engine.advance(600)
    assert engine.telemetry.latest("probe_europe", engine.now) == 1.0
    assert engine.telemetry.mean("probe_europe", -97200, -95000) is None


def test_a_window_before_the_drill_is_read_from_what_the_world_remembers():
    engine = fresh()
    engine.advance(300)
    telemetry: Telemetry = engine.telemetry
    assert telemetry.mean("authz_hit", -1620 * 60, -1580 * 60) == 0
    assert telemetry.mean("authz_origin", -1620 * 60, -1580 * 60) == pytest.approx(974)
    assert telemetry.mean("authz_hit", -20 * 60, -10 * 60) == pytest.approx(0.61, rel=0.02)


def test_the_generic_capture_takes_the_snapshot():
    engine = fresh()
    engine.advance(60)
    engine.submit(acts.CaptureEvidence(), "security:Ana")
    engine.advance(60 + 6 * 60)
    assert engine.incident.last_run("action", "evidence_snapshot").state == "done"
    assert engine.world.facts()["evidence_held"]
    refusal = engine.objection(acts.CaptureEvidence(), "security")
    assert refusal is not None
    assert "held already" in refusal.reason


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (acts.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=20), False),
        (acts.UpdateStakeholders(audience="restricted", status="investigating", cause="decision_key",
            segments=("apac",),
                              next_update_minutes=20), False),
        (acts.UpdateStakeholders(audience="internal", status="investigating", segments=("apac",),
                              next_update_minutes=20), True),
        (acts.UpdateStakeholders(audience="public", status="investigating", cause="decision_key",
                              next_update_minutes=20), True),
        (acts.UpdateExecutives(impact=values.Figure(name="reads_total", low=26), next_update_minutes=20), False),
        (acts.UpdateExecutives(impact=values.Figure(name="reads_total", low=26), cause="decision_key",
                            next_update_minutes=20), True),
        (acts.PostMessage(channel="general", text="decision_key, apac, everything"), False),
    ],
)  # fmt: skip
def test_detail_gets_out_by_what_is_picked_never_by_words(command, told):
    engine = fresh()
    engine.advance(120)
    engine.submit(command, "deputy:Ana")
    engine.advance(150)
    assert engine.world.facts()["details_told"] is told


def test_an_answer_may_let_it_out():
    engine = fresh()
    engine.advance(16 * 60 + 20)
    engine.submit(acts.AnswerAsker(inject="leadership_asks", answer="explain"), "commander:Ana")
    assert engine.world.facts()["details_told"]


def test_many_queries_lead_nowhere_and_none_names_the_cause():
    scenario = load("permission_leak").scenario
    assert len(leading_nowhere(scenario)) >= 10
    true = next(cause for cause in scenario.causes if cause.true)
    assert all(true.title.casefold() not in f"{q.title} {q.command}".casefold() for q in scenario.queries)

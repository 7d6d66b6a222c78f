"""Scenario B as a drill: two signatures, the emergency switch, and the replay that is green and wrong."""

from __future__ import annotations

from functools import partial

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.play import play_orders
from simulator.policy import Order

loaded = partial(load, "billing_mismatch")
SEATS = ("commander", "deputy", "triage", "mitigation", "data", "verification", "comms")


def orders(*given: tuple[float, str, acts.Act]) -> list[Order]:
    seated = [Order(-60, f"{seat}:x", acts.TakeSeat(seat=seat, name="x")) for seat in SEATS]
    return [*seated, *(Order(round(60 * at), f"{seat}:x", body) for at, seat, body in given)]


def ordered(at: float, action: str, seat: str = "mitigation") -> tuple[float, str, acts.Act]:
    return at, seat, acts.TakeAction(action=action)


def signs(at: float, action: str) -> list[tuple[float, str, acts.Act]]:
    return [(at, seat, acts.SignOff(action=action)) for seat in ("data", "commander")]


OPENING = (
    (0.5, "commander", acts.AssignRole(role="commander", to="commander")),
    (0.6, "commander", acts.Freeze(scope=("billing-worker", "ledger-svc"))),
)


def drill(*given: tuple[float, str, acts.Act]) -> Engine:
    return play_orders(loaded(), orders(*OPENING, *sorted(given, key=lambda one: one[0])), 7, name="x")


def card_of(engine: Engine) -> Scorecard:
    book = playbook.load("recovery")
    return score(add_references(loaded(), engine.journal, book, seeds=0), book)


def happened(engine: Engine, kind: type[e.Event], **fields: object) -> list[int]:
    return [
        x.at for x in engine.journal
        if isinstance(x.body, kind) and all(getattr(x.body, name) == value for name, value in fields.items())
    ]  # fmt: skip


STOPPED = (ordered(5, "pause"), (5, "mitigation", acts.RunQuery(query="rollback_check")), ordered(7, "rollback"))


def test_a_resume_waits_for_two_signatures():
    engine = drill(*STOPPED, ordered(15, "resume"), (17, "data", acts.SignOff(action="resume")))
    assert happened(engine, e.ActionQueued, action="resume")
    assert happened(engine, e.ActionStarted, action="resume") == []
    signed = drill(*STOPPED, ordered(15, "resume"), *signs(17, "resume"))
    assert happened(signed, e.ActionStarted, action="resume") == [17 * 60]


def test_one_person_cannot_sign_for_both():
    engine = drill(
        *STOPPED, ordered(15, "resume"), (17, "data", acts.SignOff(action="resume")), (18, "data",
            acts.SignOff(action="resume"))
    )
    assert happened(engine, e.ActionStarted, action="resume") == []


def test_a_signature_serves_one_run():
    engine = drill(*STOPPED, ordered(15, "resume"), *signs(16, "resume"), ordered(20, "pause"), ordered(24, "resume"))
    assert len(happened(engine, e.ActionStarted, action="resume")) == 1
    assert len(happened(engine, e.ActionQueued, action="resume")) == 2


def test_whoever_took_command_over_signs_for_the_commander():
    engine = drill(
        *STOPPED, ordered(15, "resume"), (16, "data", acts.SignOff(action="resume")),
        (17, "commander", acts.AssignRole(role="commander", to="deputy")),
        (18, "deputy", acts.AcceptRole(role="commander")),
        (19, "deputy", acts.SignOff(action="resume")),
    )  # fmt: skip
    assert happened(engine, e.SignedOff, role="commander", seat="deputy") == [19 * 60]
    assert happened(engine, e.ActionStarted, action="resume") == [19 * 60]


def simulated(*given: tuple[float, str, acts.Act]) -> Engine:
    """Return a drill of one person, the commander, among simulated teammates."""
    engine = Engine(loaded(), new_header(loaded(), 7, mode="assessment"))
    engine.submit(acts.TakeSeat(seat="commander", name="x"), "commander:x")
    for at, seat, body in (*OPENING, *given):
        engine.advance(round(60 * at))
        engine.submit(body, f"{seat}:x")
    engine.advance(50 * 60)
    return engine


def test_a_simulated_owner_looks_before_signing():
    engine = simulated(
        ordered(5, "pause", "commander"), ordered(7, "rollback", "commander"), ordered(9, "record_watermark",
            "commander"),
        ordered(16, "replay_selective", "commander"), (16.5, "commander", acts.SignOff(action="replay_selective")),
    )  # fmt: skip
    looked = happened(engine, e.QueryFinished, query="selective_dry_run")
    signed = happened(engine, e.SignedOff, action="replay_selective", role="data")
    assert looked
    assert signed
    assert looked[0] <= signed[0] <= happened(engine, e.ActionStarted, action="replay_selective")[0]


def test_a_simulated_owner_does_not_sign_what_charges_again():
    engine = simulated(
        ordered(5, "pause", "commander"), ordered(7, "rollback", "commander"), ordered(16, "replay_full", "commander"),
        (17, "commander", acts.SignOff(action="replay_full")),
    )  # fmt: skip
    assert happened(engine, e.SignedOff, action="replay_full", role="data") == []
    assert happened(engine, e.ActionStarted, action="replay_full") == []
    said = [x.body.text for x in engine.journal if isinstance(x.body, e.MessagePosted) and x.body.role == "data"]
    assert any("charges every card again" in text for text in said)


@pytest.mark.parametrize(
    ("action", "corrected"), [("resume_now", False), ("replay_full_now", True), ("replay_full_now", False)]
)
def test_the_emergency_switch_works_and_is_capped(action, corrected):
    more = [(20, "mitigation", acts.AbortAction(action=f"action:{action}"))] if corrected else []
    engine = drill(
        *STOPPED, (14, "verification", acts.RunQuery(query="canary")), (14, "data",
            acts.RunQuery(query="full_dry_run")),
        ordered(17, action), *more,
    )  # fmt: skip
    assert happened(engine, e.ActionStarted, action=action)
    hit = next(cap for cap in card_of(engine).caps if cap.id == "C2")
    assert hit.limit == (65 if corrected else 50)


def test_a_dashboard_corrected_by_hand_is_capped_until_the_books_agree():
    early = drill(*STOPPED, (14, "data", acts.RunQuery(query="recon_psp")), ordered(20, "adjust_dashboard", "data"))
    assert "C7" in [cap.id for cap in card_of(early).caps]
    late = drill(
        *STOPPED, ordered(14, "record_watermark", "data"), (15, "data", acts.RunQuery(query="selective_dry_run")),
        ordered(17, "replay_selective", "data"), *signs(18, "replay_selective"),
        (22, "data", acts.RunQuery(query="recon_psp")), ordered(27, "adjust_dashboard", "data"),
    )  # fmt: skip
    assert happened(late, e.ActionFinished, action="adjust_dashboard", ok=True)
    assert "C7" not in [cap.id for cap in card_of(late).caps]


def test_the_replay_by_event_id_is_green_and_wrong():
    engine = drill(
        *STOPPED, ordered(14, "record_watermark", "data"), (15, "data", acts.RunQuery(query="eventid_dry_run")),
        ordered(17, "replay_eventid", "data"), *signs(18, "replay_eventid"),
        (27, "data", acts.RunQuery(query="recon_now")), (27, "verification", acts.RunQuery(query="three_way")),
        (40, "verification", acts.ClaimRecovery(claim="recovered")),
    )  # fmt: skip
    assert happened(engine, e.InjectDelivered, inject="congratulation")
    shown = [x.body for x in engine.journal if isinstance(x.body, e.QueryFinished)]
    by_query = {body.query: body for body in shown}
    assert "+0.02 %" in by_query["recon_now"].output
    assert by_query["recon_now"].output.endswith("OK")
    assert "FAIL" in by_query["three_way"].output
    assert "rows without a charge" in by_query["three_way"].output
    panel = [value for _, value in engine.telemetry.series("mismatch", engine.now)]
    assert round(100 * panel[-1], 2) == 0.02
    assert engine.world.figures()["phantom_rows"] > 1300
    assert "C4" in [cap.id for cap in card_of(engine).caps]

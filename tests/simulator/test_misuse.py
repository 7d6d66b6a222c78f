"""What people must not be able to do by accident or on purpose: break a drill, look where they may not, order twice."""

from __future__ import annotations

import math
import threading
from typing import Any

import pytest
from pydantic import ValidationError

from scenarios import load
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.errors import JournalError
from simulator.monitoring.series import Telemetry
from simulator.record.journal import parse
from simulator.record.replay import replay
from simulator.streams import streams


def drill(name: str, *seats: str, seed: int = 7) -> Engine:
    """Return a drill at T+0 in which people sit in these seats and nobody acts unasked."""
    engine = Engine(load(name), new_header(load(name), seed, automation=False))
    engine.advance(10)
    for seat in seats:
        engine.submit(acts.TakeSeat(seat=seat, name="Z"), f"{seat}:Z")
    return engine


def refused(engine: Engine, command: acts.Act, by: str) -> str:
    """Give a command; return why it was refused, or nothing."""
    refusal = engine.submit(command, by).refusal
    return refusal.reason if refusal else ""


def of(engine: Engine, kind: type[Any]) -> list[Any]:
    return [x.body for x in engine.journal if isinstance(x.body, kind)]


def of_role(engine: Engine, role: str, inject: str) -> bool:
    return any(isinstance(x.body, e.InjectDelivered) and x.body.inject == inject for x in engine.inboxes[role])


# --- numbers and files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e308])
def test_no_number_reaches_the_engine_that_is_no_moment(number: float) -> None:
    with pytest.raises(ValidationError):
        acts.RecordVerification(metrics=("reject_ratio",), baseline_from=number, baseline_to=-25)
    with pytest.raises(ValidationError):
        acts.EditInject(inject="page", at_minutes=number)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_stated_figure_is_a_number(number: float) -> None:
    with pytest.raises(ValidationError):
        values.Figure(name="users", low=number)


def test_a_baseline_lies_in_the_past() -> None:
    engine = drill("auth_token", "verification")
    ahead = acts.RecordVerification(metrics=("reject_ratio",), baseline_from=20, baseline_to=30)
    assert "in the future" in refused(engine, ahead, "verification:Z")


@pytest.mark.parametrize(
    "line",
    [
        '{"seq":1,"at":"x","by":"commander:A","body":{"kind":"end_drill"}}',
        '{"seq":1,"at":1e999,"by":"commander:A","body":{"kind":"end_drill"}}',
        '{"seq":1,"at":NaN,"by":"commander:A","body":{"kind":"end_drill"}}',
        '{"seq":1,"at":1,"by":"commander:A","body":{"kind":["x"]}}',
        "[" * 100_000,
        '{"seq":1,"at":1,"by":"commander:A","body":' + '{"a":' * 3000 + "1" + "}" * 3000 + "}",
    ],
)
def test_a_broken_line_is_one_error_with_its_place(line: str) -> None:
    header = new_header(load("auth_token"), 1).model_dump_json()
    with pytest.raises(JournalError, match="file:2: "):
        parse(f"{header}\n{line}", "file")


# --- who may look, and who may order ------------------------------------------------------------------------


def test_who_need_not_know_searches_no_logs() -> None:
    engine = drill("permission_leak", "comms", "triage")
    assert "need to know" in refused(engine, acts.SearchLogs(text="edge"), "comms:Z")
    assert not refused(engine, acts.SearchLogs(text="edge"), "triage:Z")


def test_who_need_not_know_orders_no_snapshot() -> None:
    engine = drill("permission_leak", "comms")
    assert "may not do that" in refused(engine, acts.CaptureEvidence(executor="mitigation"), "comms:Z")


def test_nobody_captures_who_is_not_there() -> None:
    engine = drill("auth_token", "commander")
    assert "not in the room" in refused(engine, acts.CaptureEvidence(executor="dba"), "commander:Z")


def test_a_task_is_no_way_round_the_rights() -> None:
    engine = drill("auth_token", "comms", "commander")
    order = acts.AssignTask(to="mitigation", text="x", action="restart_pods", due_minutes=5)
    assert "may not do that" in refused(engine, order, "comms:Z")
    assert not refused(engine, order, "commander:Z")


def test_an_ask_is_answered_and_named_only_by_whom_it_reached() -> None:
    engine = drill("permission_leak", "triage", "security")
    engine.submit(acts.FireInject(inject="reporter_offers"), "facilitator:F")
    unseen = refused(engine, acts.AnswerAsker(inject="reporter_offers", answer="stop"), "triage:Z")
    assert "nothing here is called" in unseen
    assert "lawyer" not in refused(engine, acts.AnswerAsker(inject="reporter_offers", answer="q"), "triage:Z")
    assert not refused(engine, acts.AnswerAsker(inject="reporter_offers", answer="stop"), "security:Z")


@pytest.mark.parametrize(("leads", "hears"), [("comms", False), ("triage", True)])
def test_what_is_for_the_commander_follows_command_but_not_out_of_the_circle(leads: str, hears: bool) -> None:
    engine = drill("permission_leak", "commander", leads)
    engine.submit(acts.AssignRole(role="commander", to=leads), "commander:Z")
    assert not refused(engine, acts.AcceptRole(role="commander"), f"{leads}:Z")
    engine.submit(acts.FireInject(inject="reporter_offers"), "facilitator:F")
    reached = {role for role in ("commander", "security", leads) if of_role(engine, role, "reporter_offers")}
    assert reached == {"commander", "security"} | ({leads} if hears else set())


def test_nobody_shares_what_they_do_not_know_yet() -> None:
    engine = drill("permission_leak", "security")
    scenario = load("permission_leak").scenario
    late = next(cue for cue in scenario.find("roles", "security").cues if cue.known_from > 60)
    assert "do not know that yet" in refused(engine, acts.ShareCue(cue=late.id), "security:Z")
    engine.advance(late.known_from + 30)
    assert not refused(engine, acts.ShareCue(cue=late.id), "security:Z")


def test_a_shared_cue_can_be_cited_by_everybody() -> None:
    engine = drill("auth_token", "commander", "triage")
    cited = acts.Declare(severity="SEV-1", title="x", evidence=("cue:startup_lines",))
    assert "nothing here is called" in refused(engine, cited, "commander:Z")
    engine.submit(acts.ShareCue(cue="startup_lines"), "triage:Z")
    assert not refused(engine, cited, "commander:Z")


def test_a_second_pin_is_evidence_of_its_own() -> None:
    engine = drill("auth_token", "triage")
    for at in (60, 600):
        engine.advance(at)
        engine.submit(acts.PinMetric(metric="reject_ratio"), "triage:Z")
    first, second = engine.incident.refs["metric:reject_ratio"], engine.incident.refs["metric:reject_ratio#2"]
    assert engine.journal.entries[first - 1].at == 60
    assert engine.journal.entries[second - 1].at == 600


# --- runs ---------------------------------------------------------------------------------------------------


def test_stopping_what_has_not_begun_undoes_nothing() -> None:
    engine = drill("auth_token", "mitigation")
    engine.submit(acts.RunQuery(query="runbook"), "mitigation:Z")
    engine.advance(120)
    assert not refused(engine, acts.TakeAction(action="pin"), "mitigation:Z")
    engine.advance(600)
    assert engine.world.knobs()["pin"] == 1
    engine.submit(acts.SearchLogs(text="a"), "mitigation:Z")  # keeps the hands full
    assert not refused(engine, acts.TakeAction(action="pin"), "mitigation:Z")
    engine.advance(engine.now + 5)
    assert engine.incident.runs["action:pin#2"].state == "waiting"
    assert not refused(engine, acts.AbortAction(action="action:pin#2"), "mitigation:Z")
    engine.advance(900)
    assert engine.world.knobs()["pin"] == 1


def test_what_cannot_be_stopped_can_be_while_it_waits() -> None:
    engine = drill("auth_token", "mitigation")
    engine.submit(acts.SearchLogs(text="a"), "mitigation:Z")
    assert not load("auth_token").scenario.find("actions", "revoke_all").abortable
    engine.submit(acts.TakeAction(action="revoke_all", executor="mitigation"), "mitigation:Z")
    engine.advance(engine.now + 5)
    assert not refused(engine, acts.AbortAction(action="action:revoke_all"), "mitigation:Z")
    engine.advance(600)
    assert engine.world.knobs()["revoke_all"] == 0


def test_one_order_to_three_people_is_carried_out_once() -> None:
    engine = drill("auth_token", "commander")
    for who in ("mitigation", "verification", "triage"):
        assert not refused(engine, acts.TakeAction(action="rollback", executor=who), "commander:Z")
    engine.advance(400)
    assert len([x for x in of(engine, e.ActionStarted) if x.action == "rollback"]) == 1
    assert len([x for x in of(engine, e.TaskReported) if "under way" in x.text]) == 2


def test_two_signatures_are_two_peoples() -> None:
    engine = drill("billing_mismatch", "data", "mitigation")
    engine.submit(acts.AssignRole(role="commander", to="data"), "data:Z")
    engine.submit(acts.TakeAction(action="replay_selective", executor="data"), "data:Z")
    assert not refused(engine, acts.SignOff(action="replay_selective"), "data:Z")
    assert "somebody else's" in refused(engine, acts.SignOff(action="replay_selective"), "data:Z")
    engine.advance(900)
    assert not [x for x in of(engine, e.ActionStarted) if x.action == "replay_selective"]


def test_a_signature_ends_with_its_run() -> None:
    engine = drill("billing_mismatch", "data", "mitigation", "commander")
    engine.submit(acts.AssignRole(role="commander", to="commander"), "commander:Z")
    for signs in (True, False):
        assert not refused(engine, acts.TakeAction(action="replay_selective", executor="data"), "data:Z")
        engine.advance(engine.now + 5)
        run = engine.incident.last_run("action", "replay_selective")
        assert run is not None
        assert run.waits_for == ("data", "commander")
        if signs:
            assert not refused(engine, acts.SignOff(action="replay_selective"), "data:Z")
        engine.submit(acts.AbortAction(action=run.run), "mitigation:Z")
        engine.advance(engine.now + 60)


# --- command ------------------------------------------------------------------------------------------------


def test_who_takes_command_from_themselves_still_has_to_go() -> None:
    engine = drill("auth_token", "commander", "deputy")
    for at in range(60, 2400, 240):
        engine.advance(at)
        engine.submit(acts.AssignRole(role="commander", to="commander"), "commander:Z")
    assert [x.seat for x in of(engine, e.RoleVacated)] == ["commander"]


def test_an_old_offer_of_command_has_lapsed() -> None:
    engine = drill("auth_token", "commander", "deputy", "triage")
    engine.submit(acts.AssignRole(role="commander", to="commander"), "commander:Z")
    offer = acts.HandOff(
        what="commander", to="deputy", included=("web",), unknowns=(load("auth_token").scenario.unknowns[0].id,),
        next_checkpoint_minutes=5,
    )  # fmt: skip
    assert not refused(engine, offer, "commander:Z")
    engine.submit(acts.AssignRole(role="commander", to="triage"), "commander:Z")
    engine.submit(acts.AcceptRole(role="commander"), "triage:Z")
    assert "elsewhere" in refused(engine, acts.AcceptHandOff(handoff="handoff:1"), "deputy:Z")
    assert engine.incident.holder("commander") == "triage"


def test_a_handoff_makes_a_pair_too() -> None:
    engine = drill("auth_token", "deputy", "triage")
    engine.submit(acts.AssignRole(role="deputy", to="deputy"), "deputy:Z")
    engine.submit(acts.AssignRole(role="commander", to="deputy"), "deputy:Z")
    assert not engine.incident.paired
    offer = acts.HandOff(
        what="commander", to="triage", included=("web",), unknowns=(load("auth_token").scenario.unknowns[0].id,),
        next_checkpoint_minutes=5,
    )  # fmt: skip
    engine.submit(offer, "deputy:Z")
    engine.submit(acts.AcceptHandOff(handoff="handoff:1"), "triage:Z")
    assert engine.incident.paired


# --- facilitators, and looking --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["see {{ticket}} please", "we are {% of", "{{ 7*7 }}"])
def test_what_a_facilitator_types_is_said_as_typed(text: str) -> None:
    engine = drill("auth_token")
    engine.submit(acts.EditInject(inject="ddos_claim", text=text), "facilitator:F")
    engine.advance(400)
    assert [x.text for x in of(engine, e.InjectDelivered) if x.inject == "ddos_claim"] == [text]


def test_force_and_forbid_undo_each_other() -> None:
    engine = drill("auth_token", "commander")
    for outcome in ("forbid", "force"):
        engine.submit(acts.OverrideOutcome(action="flag_web", outcome=outcome, reason="so wanted"), "facilitator:F")
    assert not refused(engine, acts.TakeAction(action="flag_web", executor="mitigation"), "commander:Z")


def test_looking_from_many_threads_draws_every_value_once() -> None:
    scenario = load("auth_token").scenario
    metrics = scenario.metrics
    made = []
    for threads in (1, 8):
        telemetry = Telemetry(metrics, (), streams(7))
        world = load("auth_token").make_world()
        world.start(-900, 900)
        for at in range(-900, 600, 15):
            telemetry.scrape(at, world.observe())
        gate = threading.Barrier(threads)

        def look(telemetry: Telemetry = telemetry, gate: threading.Barrier = gate) -> None:
            gate.wait()
            for metric in metrics:
                telemetry.series(metric.id, 600)

        lookers = [threading.Thread(target=look) for _ in range(threads)]
        for one in lookers:
            one.start()
        for one in lookers:
            one.join()
        made.append({metric.id: telemetry.series(metric.id, 600) for metric in metrics})
    assert made[0] == made[1]


def test_a_drill_full_of_refusals_replays() -> None:
    engine = drill("billing_mismatch", "data", "mitigation", "commander")
    engine.submit(acts.TakeAction(action="replay_selective", executor="data"), "data:Z")
    engine.submit(acts.SignOff(action="replay_selective"), "data:Z")
    engine.submit(acts.SignOff(action="replay_selective"), "data:Z")
    engine.submit(acts.AbortAction(action="action:replay_selective"), "mitigation:Z")
    engine.run_to_horizon()
    assert replay(load("billing_mismatch"), engine.journal).journal.entries == engine.journal.entries

"""Somebody sits in a seat and does nothing; command that changes hands; one holder for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.briefing import Briefing
from simulator.engine import Engine, new_header
from simulator.loaded import Agent, LoadedScenario
from simulator.record.replay import replay
from tests.simulator.toy import TOY, toy

MITIGATION = "mitigation:Ana"


def gives(*commands: tuple[int, acts.Act]) -> Callable[[], Agent]:
    """Return a maker of a holder who gives each command once, not before its second."""

    def make() -> Agent:
        left = list(commands)

        def act(b: Briefing) -> Iterator[acts.Act]:
            while left and b.now >= left[0][0]:
                yield left.pop(0)[1]

        return act

    return make


CHECK_BY_TWO = [{**TOY["queries"][0], "executors": ["mitigation", "comms", "commander"]}, TOY["queries"][1]]


def led(*orders: tuple[int, acts.Act], **others: Callable[[], Agent]) -> LoadedScenario:
    """Return the toy with a simulated commander who gives these orders."""
    lead = gives((0, acts.AssignRole(role="commander", to="commander")), *orders)
    return replace(toy(queries=CHECK_BY_TWO, injects=[]), teammates=lambda scenario: {"commander": lead, **others})


def idle(loaded: LoadedScenario, seat: str = "mitigation", until: int = 1500) -> Engine:
    """Return a drill in which a person sits down and does nothing."""
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.TakeSeat(seat=seat, name="Ana"), f"{seat}:Ana")
    drill.advance(until)
    return drill


def bodies(drill: Engine, kind: type[Any]) -> list[Any]:
    return [entry.body for entry in drill.journal if isinstance(entry.body, kind)]


def first(drill: Engine, kind: type[Any]) -> int:
    return next(entry.at for entry in drill.journal if isinstance(entry.body, kind))


CHECK = (10, acts.AssignTask(to="mitigation", text="How bad is it?", query="check"))
FLAG = (10, acts.AssignTask(to="mitigation", text="Flag off, please.", action="flag_off"))


def test_the_lead_asks_and_then_gives_the_task_to_somebody_else() -> None:
    drill = idle(led(CHECK), until=420)
    asked = [x for x in bodies(drill, e.MessagePosted) if "are you on it?" in x.text]
    assert [(x.role, x.about) for x in asked] == [("commander", "task:1")]
    moved = bodies(drill, e.TaskReassigned)
    assert [(x.owner, x.was) for x in moved] == [("comms", "mitigation")]
    assert first(drill, e.TaskReassigned) - first(drill, e.TaskAssigned) >= 240
    assert [x.owner for x in bodies(drill, e.TaskReported)] == ["comms"]
    assert [x.executor for x in bodies(drill, e.QueryFinished)] == ["comms"]


def test_whoever_works_is_not_asked() -> None:
    loaded = led(CHECK)
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.TakeSeat(seat="mitigation", name="Ana"), MITIGATION)
    drill.advance(100)
    drill.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    drill.submit(acts.RunQuery(query="check"), MITIGATION)
    drill.advance(1500)
    assert not bodies(drill, e.TaskReassigned)
    assert not any("are you on it?" in x.text for x in bodies(drill, e.MessagePosted))


def test_a_task_can_be_taken_back_until_it_is_begun() -> None:
    loaded = led(CHECK)
    drill = idle(loaded, until=-60)
    while not bodies(drill, e.TaskReassigned):
        drill.advance(drill.now + 1)
    moved = drill.now
    assert "task:1" in [option.id for option in _options(drill, "mitigation")]
    drill.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    task = drill.incident.tasks["task:1"]
    assert (task.owner, task.was, task.acknowledged) == ("mitigation", "comms", moved)
    drill.submit(acts.RunQuery(query="check"), MITIGATION)
    drill.submit(acts.ReportTask(task="task:1", text="Bad."), MITIGATION)
    drill.advance(1500)
    assert [x.executor for x in bodies(drill, e.QueryFinished)] == ["mitigation"]
    late = idle(loaded, until=-60)
    while not bodies(late, e.QueryStarted):
        late.advance(late.now + 1)
    late.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    assert "is at it by now" in bodies(late, e.CommandRefused)[-1].reason


def _options(drill: Engine, role: str) -> list[Any]:
    from simulator.briefing import briefing

    return briefing(drill, role).options("tasks")


def test_what_nobody_else_can_do_brings_the_secondary() -> None:
    drill = idle(led(FLAG))
    assert not bodies(drill, e.TaskReassigned)
    called, came = first(drill, e.StandInCalled), first(drill, e.StandInCame)
    assert called < came
    assert drill.incident.runs["action:flag_off"].state == "done"
    assert next(x.at for x in drill.journal if isinstance(x.body, e.ActionStarted)) > came
    assert [x.owner for x in bodies(drill, e.TaskReported)] == ["mitigation"]


def test_the_secondary_does_the_seats_own_part_without_what_the_person_did() -> None:
    part = gives(
        (0, acts.StateHypothesis(cause="leak", probability=0.5)), (0, acts.TakeAction(action="flag_off")),
        (0, acts.RunQuery(query="check")),
    )  # fmt: skip
    loaded = led(CHECK, mitigation=part)
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.TakeSeat(seat="mitigation", name="Ana"), MITIGATION)
    drill.submit(acts.StateHypothesis(cause="leak", probability=0.9), MITIGATION)
    drill.advance(1500)
    did = [x.body.kind for x in drill.journal if x.by == "teammate:mitigation" and x.is_act]
    assert did == ["take_action", "run_query"]


def test_the_secondary_goes_as_soon_as_the_person_does_anything() -> None:
    drill = idle(led(FLAG), until=-60)
    while not bodies(drill, e.StandInCame):
        drill.advance(drill.now + 1)
    assert drill.incident.simulated("mitigation")
    drill.submit(acts.PostMessage(text="Back."), MITIGATION)
    assert bodies(drill, e.StandInLeft)
    assert not drill.incident.simulated("mitigation")
    drill.submit(acts.AssignTask(to="mitigation", text="And the check?", query="check"), "deputy:Di")
    now = drill.now
    drill.advance(now + 100)
    assert not any(x.task == "task:2" for x in bodies(drill, e.TaskAcknowledged))


def test_under_a_commander_who_is_a_person_nobody_is_stood_in_for() -> None:
    loaded = led(CHECK)
    drill = Engine(loaded, new_header(loaded, 7))
    drill.submit(acts.TakeSeat(seat="commander", name="Bo"), "commander:Bo")
    drill.submit(acts.TakeSeat(seat="mitigation", name="Ana"), MITIGATION)
    drill.submit(CHECK[1], "commander:Bo")
    drill.advance(1500)
    for kind in (e.TaskReassigned, e.StandInCalled, e.StandInCame):
        assert not bodies(drill, kind)
    assert not any("are you on it?" in x.text for x in bodies(drill, e.MessagePosted))


def test_a_signature_that_does_not_come_is_asked_for_and_stood_in_for() -> None:
    loaded = led((10, acts.TakeAction(action="flag_off", executor="mitigation")),
                 (60, acts.TakeAction(action="move", executor="mitigation")))  # fmt: skip
    drill = idle(loaded, "deputy")
    assert any("waits for your signature" in x.text for x in bodies(drill, e.MessagePosted))
    assert [x.seat for x in bodies(drill, e.StandInCame)] == ["deputy"]
    assert [x.role for x in bodies(drill, e.SignedOff)] == ["deputy"]


def test_what_a_person_left_undone_is_taken_up_when_they_get_up() -> None:
    loaded = led(CHECK)
    drill = idle(loaded, until=60)
    drill.submit(acts.LeaveSeat(seat="mitigation"), MITIGATION)
    drill.advance(400)
    assert [x.owner for x in bodies(drill, e.TaskReported)] == ["mitigation"]


def test_a_drill_with_a_stand_in_replays_to_the_same_bytes() -> None:
    loaded = led(CHECK, FLAG)
    drill = idle(loaded, until=1200)
    drill.submit(acts.PostMessage(text="Back."), MITIGATION)
    drill.run_to_horizon()
    assert bodies(drill, e.StandInLeft)
    assert list(replay(loaded, drill.journal).journal.lines()) == list(drill.journal.lines())


@pytest.mark.parametrize(
    ("name", "seat"),
    [("auth_token", "mitigation"), ("billing_mismatch", "data"), ("permission_leak", "security")],
)
def test_an_idle_person_does_not_stall_a_real_simulated_team(name: str, seat: str) -> None:
    loaded = load(name)

    def loss(sat: str | None) -> float:
        drill = Engine(loaded, new_header(loaded, 2))
        if sat:
            drill.submit(acts.TakeSeat(seat=sat, name="Ana"), f"{sat}:Ana")
        drill.run_to_horizon()
        harm = drill.world.harm()
        return sum(d.weight * harm[d.id] / d.scale for d in loaded.scenario.harm)

    assert loss(seat) < loss(None) + 0.15


def test_what_a_stand_in_does_earns_the_person_nothing() -> None:
    loaded, book = load("auth_token"), playbook.load("recovery")
    drill = Engine(loaded, new_header(loaded, 2))
    drill.submit(acts.TakeSeat(seat="mitigation", name="Ana"), MITIGATION)
    drill.run_to_horizon()
    card = score(add_references(loaded, drill.journal, book, seeds=0), book)
    assert bodies(drill, e.StandInCame)
    assert card.total is None
    assert sum(part.points for part in card.parts) <= 1


# --- command that changes hands ----------------------------------------------------------------------------

HANDOFF = acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5)


def real(seat: str = "commander", automation: bool = True) -> Engine:
    loaded = load("auth_token")
    drill = Engine(loaded, new_header(loaded, 2, automation=automation))
    drill.submit(acts.TakeSeat(seat=seat, name="Bo"), f"{seat}:Bo")
    return drill


def refusal(drill: Engine) -> str:
    body = drill.journal.entries[-1].body
    return body.reason if isinstance(body, e.CommandRefused) else ""


@pytest.mark.parametrize("named", [True, False])
def test_a_solo_commander_who_ignores_the_hour_has_to_go(named: bool) -> None:
    drill = real()
    if named:
        drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
    drill.submit(acts.Declare(severity="SEV-1", title="t"), "commander:Bo")
    drill.advance(28 * 60 + 60)
    drill.submit(acts.ChangeStatus(status="identified"), "commander:Bo")
    assert not refusal(drill)
    drill.advance(32 * 60)
    assert bodies(drill, e.RoleVacated)
    drill.submit(acts.ChangeStatus(status="mitigating"), "commander:Bo")
    assert "you have given command up" in refusal(drill)
    drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
    assert "had to leave" in refusal(drill)
    drill.run_to_horizon()
    book = playbook.load("recovery")
    card = score(add_references(load("auth_token"), drill.journal, book, seeds=0), book)
    assert "C1" in [cap.id for cap in card.caps]


def test_who_has_handed_over_decides_nothing_and_goes_on_from_another_seat() -> None:
    drill = real()
    drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
    drill.submit(acts.Declare(severity="SEV-1", title="t"), "commander:Bo")
    drill.advance(28 * 60 + 30)
    drill.submit(HANDOFF, "commander:Bo")
    drill.advance(31 * 60)
    assert drill.incident.holder("commander") == "deputy"
    drill.submit(acts.ChangeStatus(status="mitigating"), "commander:Bo")
    assert "ask @duty-deputy" in refusal(drill)
    drill.submit(acts.TakeSeat(seat="deputy", name="Bo"), "deputy:Bo")
    drill.submit(acts.LeaveSeat(seat="commander"), "commander:Bo")
    drill.submit(acts.ChangeStatus(status="mitigating"), "deputy:Bo")
    assert drill.incident.status == "mitigating"
    mark = len(drill.journal.entries)
    drill.run_to_horizon()
    unasked = [x for x in drill.journal.entries[mark:] if x.by.simulated and x.is_act]
    assert not unasked  # a person is in command, in whichever seat


def test_whoever_left_early_is_not_told_to_leave_again() -> None:
    for name in ("auth_token", "billing_mismatch", "permission_leak"):
        loaded = load(name)
        drill = Engine(loaded, new_header(loaded, 2, automation=False))
        drill.submit(acts.TakeSeat(seat="commander", name="Bo"), "commander:Bo")
        drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
        drill.advance(1200)
        drill.submit(HANDOFF, "commander:Bo")
        drill.run_to_horizon()
        assert drill.incident.holder("commander") == "deputy"
        assert not bodies(drill, e.RoleVacated)


def test_a_simulated_commander_hands_over_in_time_and_the_rest_of_their_part_with_it() -> None:
    for name in ("auth_token", "billing_mismatch", "permission_leak"):
        loaded = load(name)
        drill = Engine(loaded, new_header(loaded, 2))
        drill.submit(acts.TakeSeat(seat="comms", name="Ana"), "comms:Ana")
        drill.run_to_horizon()
        assert not bodies(drill, e.RoleVacated), name
        assert drill.incident.holder("commander") == "deputy"
        assert drill.incident.holder("deputy") == "triage"
        assert not [x for x in drill.journal if x.by == "teammate:commander" and x.is_act and x.at > 31 * 60]


# --- two roles, two people ---------------------------------------------------------------------------------


def test_the_deputy_is_somebody_else() -> None:
    drill = real()
    drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
    drill.submit(acts.AssignRole(role="deputy", to="commander"), "commander:Bo")
    assert "the deputy is somebody else" in refusal(drill)


def test_one_holder_for_both_is_said_until_another_deputy_is_named() -> None:
    drill = real(automation=False)
    drill.submit(acts.AssignRole(role="commander", to="commander"), "commander:Bo")
    drill.submit(acts.AssignRole(role="deputy", to="deputy"), "commander:Bo")
    drill.advance(300)
    assert not bodies(drill, e.RoleDoubled)
    drill.submit(HANDOFF, "commander:Bo")
    drill.advance(600)
    assert [x.seat for x in bodies(drill, e.RoleDoubled)] == ["deputy"]
    drill.submit(acts.AssignRole(role="deputy", to="triage"), "commander:Bo")
    drill.advance(900)
    assert drill.incident.holder("deputy") == "triage"
    assert len(bodies(drill, e.RoleDoubled)) == 1


@pytest.mark.parametrize("name", ["auth_token", "billing_mismatch", "permission_leak"])
def test_a_simulated_team_goes_on_from_where_a_person_in_command_stopped(name: str) -> None:
    loaded = load(name)
    drill = Engine(loaded, new_header(loaded, 7))
    by = "commander:Bo"
    freeze = acts.Freeze(scope=loaded.scenario.overlay.freeze_scope)
    paged = next(role.id for role in loaded.scenario.roles if not role.present)
    for command in (
        acts.AssignRole(role="commander", to="commander"), acts.AssignRole(role="deputy", to="deputy"),
        acts.Declare(severity="SEV-1", title="t"), freeze, acts.PageTeam(role=paged),
        acts.AssignLane(lane="comms", owner="comms", next_owner="deputy"),
    ):  # fmt: skip
        drill.submit(command, by)
    drill.advance(600)
    drill.submit(HANDOFF, by)
    while drill.incident.holder("commander") != "deputy":
        drill.advance(drill.now + 5)
    taken = drill.now
    drill.run_to_horizon()
    theirs = [x for x in drill.journal if x.by.simulated and x.is_act]
    assert min(x.at for x in theirs) >= taken + 120 - 15  # it looks around on every scrape
    given = [x.body for x in theirs]
    assert not [x for x in given if isinstance(x, acts.Declare)]
    assert freeze not in given
    assert not [x for x in given if isinstance(x, acts.PageTeam) and x.role == paged]
    assert any(isinstance(x, acts.TakeAction) for x in given)
    assert not [x for x in drill.journal if isinstance(x.body, e.CommandRefused)]

"""People who come, go and come back in the middle of a drill: nothing breaks, hangs, or is done twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.view import RecordView
from scenarios import load
from simulator import acts, values
from simulator import events as e
from simulator.answers import Refusal
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from simulator.record.replay import replay
from tests.simulator.test_circle import PROTECTED
from tests.simulator.test_standins import CHECK, FLAG, MITIGATION, bodies, first, gives, idle, led
from tests.simulator.toy import toy

BO = "commander:Bo"
DECISION = acts.RecordDecision(
    decision="continue mitigation", actions=("flag_web",), strategy="containment", why_now="quickest_undo", evidence=(),
    execution_owner="mitigation", verification_owner="verification", reversal_minutes=1,
    check=values.Check(metric="reject_ratio_web", threshold=0.05), confidence="L2",
)  # fmt: skip


def real(name: str, seed: int = 7, mode: str = "training") -> Engine:
    loaded = load(name)
    return Engine(loaded, new_header(loaded, seed, mode=mode))


def sits(drill: Engine, seat: str, name: str) -> None:
    drill.submit(acts.TakeSeat(seat=seat, name=name), f"{seat}:{name}")


@pytest.mark.parametrize("owner", ["security", "deputy"])
def test_work_of_those_who_need_to_know_stays_among_them(owner: str) -> None:
    drill = real("permission_leak")
    sits(drill, owner, "Ana")
    sits(drill, "commander", "Bo")
    drill.advance(315)
    drill.submit(acts.TakeAction(action="remove_post", executor=owner), BO)
    drill.submit(acts.LeaveSeat(seat="commander"), BO)
    drill.advance(1200)
    moved = bodies(drill, e.TaskReassigned)
    assert moved
    assert all(drill.circle.knows(x.owner) for x in moved)


def same_again(drill: Engine, name: str) -> None:
    """Check that a drill replays to the same bytes."""
    assert list(replay(load(name), drill.journal).journal.lines()) == list(drill.journal.lines())


def test_who_sits_down_by_speaking_has_done_something() -> None:
    drill = real("auth_token")
    drill.advance(10)
    sits(drill, "commander", "Ada")
    drill.advance(30)
    drill.submit(acts.PostMessage(text="Here."), "mitigation:Bo")
    drill.advance(350)
    drill.submit(DECISION, "commander:Ada")
    drill.advance(400)
    drill.submit(acts.LeaveSeat(seat="commander"), "commander:Ada")
    drill.run_to_horizon()
    same_again(drill, "auth_token")


def test_nobody_comes_back_after_the_end() -> None:
    drill = idle(led(FLAG))
    assert drill.incident.stand_ins
    drill.submit(acts.EndDrill(how="stopped"), "facilitator:Flo")
    end = len(drill.journal.entries)
    drill.submit(acts.PostMessage(text="Back."), MITIGATION)
    assert [x.body.kind for x in drill.journal.entries[end:]] == ["post_message", "command_refused"]


def test_what_a_person_gave_is_left_out_once() -> None:
    packet = acts.RecordPacket(segments=(), impact=(), evidence=(), next_checkpoint_minutes=5, next_owner="deputy")
    loaded = led((300, packet), (300, packet), (300, packet))
    drill = Engine(loaded, new_header(loaded, 7))
    sits(drill, "commander", "Bo")
    drill.submit(acts.Declare(severity="SEV-2", title="t"), BO)
    drill.submit(packet, BO)
    assert not isinstance(drill.journal.entries[-1].body, e.CommandRefused)
    drill.submit(acts.LeaveSeat(seat="commander"), BO)
    drill.advance(900)
    theirs = [x for x in drill.journal if isinstance(x.body, acts.RecordPacket) and x.by == "teammate:commander"]
    assert len(theirs) == 2


def test_a_task_taken_back_can_be_given_away_again() -> None:
    drill = idle(led(CHECK), until=-60)
    while not bodies(drill, e.TaskReassigned):
        drill.advance(drill.now + 1)
    drill.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    while drill.now < 1500:
        drill.advance(drill.now + 60)
        drill.submit(acts.PostMessage(text="Still thinking."), MITIGATION)
    assert [x.owner for x in bodies(drill, e.TaskReassigned)] == ["comms", "mitigation", "comms"]
    assert [x.owner for x in bodies(drill, e.TaskReported)] == ["comms"]


def test_a_secondary_who_was_not_needed_can_be_called_again() -> None:
    drill = idle(led(FLAG), until=-60)
    while not bodies(drill, e.StandInCalled):
        drill.advance(drill.now + 1)
    sits(drill, "commander", "Bo")
    drill.advance(drill.now + 400)
    assert not bodies(drill, e.StandInCame)
    drill.submit(acts.LeaveSeat(seat="commander"), BO)
    drill.advance(1700)
    assert [x.seat for x in bodies(drill, e.StandInCame)] == ["mitigation"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["auth_token", "billing_mismatch", "permission_leak"])
def test_somebody_takes_command_from_who_did_nothing_with_it(name: str) -> None:
    drill = real(name)
    sits(drill, "commander", "Bo")
    drill.run_to_horizon()
    gone = first(drill, e.RoleVacated)
    taken = next(x for x in drill.journal if isinstance(x.body, e.RoleAccepted) and x.body.role == "commander")
    assert taken.body == e.RoleAccepted(role="commander", seat="deputy")
    assert 220 <= taken.at - gone <= 260  # looks are 15 s apart
    assert [x for x in drill.journal if x.by.simulated and isinstance(x.body, acts.TakeAction)]
    same_again(drill, name)
    book = playbook.load("recovery")
    assert score(add_references(load(name), drill.journal, book, seeds=0), book).total <= 5


def test_command_left_vacant_again_waits_again() -> None:
    leaves = {"persona": "Ops", "text": "off you go", "leaves": "commander", "grace": "10s"}
    loaded = toy(injects=[{"id": "once", "at": "1m", **leaves}, {"id": "twice", "at": "12m", **leaves}])
    lead = gives((0, acts.AssignRole(role="commander", to="commander")))
    loaded = replace(loaded, teammates=lambda scenario: {"commander": lead})
    drill = Engine(loaded, new_header(loaded, 7))
    drill.advance(1500)
    left = [x.at for x in drill.journal if isinstance(x.body, e.RoleVacated)]
    took = [x for x in drill.journal if isinstance(x.body, e.RoleAccepted) and "teammate" in x.by]
    assert [x.body.seat for x in took][-2:] == ["deputy", "comms"]
    assert all(taken.at - gone >= 120 for taken, gone in zip(took[-2:], left, strict=True))


def test_who_takes_vacant_command_is_asked_for_like_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    refuses = acts.AssignRole.objection

    def objection(self: acts.AssignRole, asked: acts.Asked) -> Refusal | None:
        return Refusal("gone", "not that seat") if self.to == "deputy" else refuses(self, asked)

    monkeypatch.setattr(acts.AssignRole, "objection", objection)
    leaves = {"persona": "Ops", "text": "off you go", "leaves": "commander", "grace": "10s"}
    loaded = toy(injects=[{"id": "once", "at": "1m", **leaves}])
    drill = idle(replace(loaded, teammates=lambda scenario: {"commander": gives()}), until=900)
    assert drill.incident.holder("commander") == "comms"


def test_what_somebody_is_asked_stays_in_their_channel_whoever_leads() -> None:
    agents = {"commander": gives((0, acts.AssignRole(role="commander", to="comms"))), "deputy": gives(CHECK)}
    drill = idle(replace(toy(**PROTECTED), teammates=lambda scenario: agents), until=900)
    assert drill.incident.holder("commander") == "comms"
    asked = [x for x in bodies(drill, e.MessagePosted) if "are you on it?" in x.text]
    assert [(x.role, x.channel) for x in asked] == [("comms", "closed")]


def test_nobody_takes_a_task_from_a_person() -> None:
    drill = idle(led(CHECK), until=-60)
    while not bodies(drill, e.TaskReassigned):
        drill.advance(drill.now + 1)
    drill.submit(acts.AcknowledgeTask(task="task:1"), MITIGATION)
    sits(drill, "comms", "Cy")
    assert "task:1" not in [option.id for option in briefing(drill, "comms").options("tasks")]
    drill.submit(acts.AcknowledgeTask(task="task:1"), "comms:Cy")
    assert isinstance(drill.journal.entries[-1].body, e.CommandRefused)
    assert drill.incident.tasks["task:1"].owner == "mitigation"


def test_who_sits_down_after_a_stand_in_is_credited_again_and_given_time() -> None:
    drill = real("auth_token")
    sits(drill, "mitigation", "Ada")
    while not bodies(drill, e.StandInCame):
        drill.advance(drill.now + 15)
    drill.submit(acts.LeaveSeat(seat="mitigation"), "mitigation:Ada")
    assert [x.seat for x in bodies(drill, e.StandInLeft)] == ["mitigation"]
    sits(drill, "mitigation", "Bo")
    sat = drill.now
    drill.submit(acts.RunQuery(query="by_client"), "mitigation:Bo")
    drill.advance(sat + 150)
    assert not [x for x in drill.journal if isinstance(x.body, (e.StandInCalled, e.StandInCame)) and x.at > sat]
    drill.run_to_horizon()
    same_again(drill, "auth_token")
    book = playbook.load("recovery")
    view = RecordView(add_references(load("auth_token"), drill.journal, book, seeds=0), book)
    done = next(m for m in view.all(e.QueryFinished) if m.body.executor == "mitigation" and m.at > sat)
    assert view.by_people(done.seq)


def test_a_drill_that_is_not_over_replays_to_where_it_stands() -> None:
    drill = idle(led(CHECK), until=-60)
    while not bodies(drill, e.TaskReassigned):
        drill.advance(drill.now + 1)
    rebuilt = replay(led(CHECK), drill.journal)
    assert bodies(rebuilt, e.TaskReassigned)

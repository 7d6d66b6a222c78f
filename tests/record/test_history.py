"""One fold of a record: however it is cut, whoever looks at it, and with the times the entries have."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import load
from simulator import acts
from simulator import changes as world_changes
from simulator import events as e
from simulator.engine import Engine
from simulator.need_to_know import NeedToKnow
from simulator.play import play
from simulator.record.entry import Entry, sees
from simulator.record.history import History
from simulator.record.journal import accepted
from simulator.record.tracked import Tenure
from simulator.values import COMMANDER, DEPUTY, Author, Ref

SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")


@cache
def drill(name: str) -> Engine:
    return play(load(name), "by_the_book", 7)


def entries(name: str) -> list[Entry]:
    return list(accepted(drill(name).journal.entries))


def same(one: History, other: History) -> bool:
    return vars(one) == vars(other)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_incident_live_is_what_its_record_adds_up_to(name: str) -> None:
    engine = drill(name)
    assert same(engine.incident, History.of(engine.scenario, entries(name)))
    for role in engine.circle.outside:
        seen = (entry for entry in entries(name) if sees(entry, role, engine.circle))
        again = History(engine.scenario)
        for entry in seen:
            again.apply(entry, tuple(ref for ref, seq in engine.incident.refs.items() if seq == entry.seq))
        assert again.runs == engine.seen_as(role).runs
        assert again.told == engine.seen_as(role).told


@pytest.mark.parametrize("name", SCENARIOS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_it_equals_itself_however_it_is_folded(name: str, data: st.DataObject) -> None:
    scenario, every = drill(name).scenario, entries(name)
    upto = data.draw(st.integers(0, len(every)))
    cut = data.draw(st.integers(0, upto))
    in_one_go = History.of(scenario, every[:upto], with_truth=True)
    by_and_by = History.of(scenario, every[:cut], with_truth=True)
    for entry in every[cut:upto]:
        by_and_by.apply(entry)
    assert same(in_one_go, by_and_by)


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_truth_it_holds_no_effect(name: str) -> None:
    scenario, every = drill(name).scenario, entries(name)
    told, known = History.of(scenario, every), History.of(scenario, every, with_truth=True)
    assert not [run for run in told.runs.values() if run.effect is not None or run.effect_seq]
    took = {x.body.run: x.at for x in every if isinstance(x.body, e.MitigationTookEffect)}
    assert took
    assert {run.run: run.effect for run in known.runs.values() if run.effect is not None} == took
    assert told.refs == known.refs
    without = History.of(scenario, (x for x in every if not x.body.is_truth))
    assert same(told, without)


def test_a_role_outside_never_holds_what_it_cannot_see() -> None:
    engine = drill("permission_leak")
    every, circle = entries("permission_leak"), NeedToKnow(engine.scenario)
    whole = History.of(engine.scenario, every)
    behind = {ref: every_entry for every_entry in every for ref, seq in whole.refs.items() if seq == every_entry.seq}
    assert circle.outside
    for role in circle.outside:
        seen = engine.seen_as(role)
        assert all(sees(behind[ref], role, circle) for ref in seen.refs if ref in behind)
        for kept in (*map(seen.given, ("option", "decision", "packet")), seen.measured, seen.hardening):
            assert all(sees(entry, role, circle) for entry in kept)
        assert all(circle.knows(run.executor) is False for run in seen.runs.values())
        assert not [task for task in seen.tasks.values() if {task.owner, task.assigned_by} <= set(circle.inside)]
        assert "restricted" not in seen.told
        assert set(seen.delivered) < set(whole.delivered)


# --- times -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_times_of_runs_are_those_of_their_entries(name: str) -> None:
    every = entries(name)
    known = History.of(drill(name).scenario, every, with_truth=True)
    for run in (run for run in known.runs.values() if run.what == "action"):
        mine = [x for x in every if getattr(x.body, "run", None) == run.run]

        def at(kind: type[Any], mine: list[Entry] = mine) -> tuple[int | None, int]:
            return next(((x.at, x.seq) for x in reversed(mine) if isinstance(x.body, kind)), (None, 0))

        assert run.since == at(e.ActionQueued)[0]
        assert (run.started, run.start_seq) == at(e.ActionStarted)
        assert (run.carried, run.finish_seq) == at(e.ActionFinished)
        assert (run.effect, run.effect_seq) == at(e.MitigationTookEffect)
        assert run.aborted == at(e.ActionAborted)[0]
        order = drill(name).entry(run.order_seq)
        assert (order.at, order.by) == (run.ordered, run.by)
        assert run.ordered <= run.since
        assert isinstance(order.body, acts.TakeAction | e.TaskAssigned | acts.CaptureEvidence | e.ActionQueued)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_times_of_tasks_are_those_of_their_entries(name: str) -> None:
    every = entries(name)
    tasks = History.of(drill(name).scenario, every).tasks
    assert tasks
    for task in tasks.values():
        mine = {x.body.kind: x.at for x in every if getattr(x.body, "task", None) == task.id}
        assert task.begun_at == mine["task_assigned"]
        assert task.acknowledged == mine.get("task_acknowledged")
        assert task.reported == mine.get("task_reported")
        assert bool(task.moved) == ("task_reassigned" in mine)


def test_the_last_change_is_looked_for_again_once_something_more_has_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, played = drill("auth_token").scenario, entries("auth_token")  # playing looks for changes as well
    looked, look = [], world_changes._newest_first
    monkeypatch.setattr(world_changes, "_newest_first", lambda *what: looked.append(what) or look(*what))
    history = History(scenario)
    for number, entry in enumerate(played):
        history.apply(entry)
        last = world_changes.last_change(history, scenario)
        if number % 20 == 0:
            assert last == max(world_changes.changes(history, scenario), key=lambda one: one.at, default=None)
            looked.pop()
    assert last is not None
    assert len(looked) <= len(history.happened) + 1 < len(played) / 4


def test_a_post_is_lost_left_and_vacant_for_whoever_had_it_and_nobody_else() -> None:
    def so(post: Tenure) -> tuple[Any, ...]:
        return post.holder, post.moved, post.vacant, post.left, [seat for seat in "abc" if post.lost_by(seat)]

    def at(second: int) -> Entry:
        return Entry(second, second, Author.person("a", "Ana"), acts.PostMessage(text="x"))

    post = Tenure("a")
    assert so(post) == (None, False, False, False, [])
    post.take("b", at(1), "a")
    assert so(post) == ("b", True, False, False, ["a"])
    post.take("c", at(2), "a")
    assert so(post) == ("c", True, False, False, ["a", "b"])
    assert [one.displaced for one in post.held] == [True, False], "b did not give it"
    post.take("c", at(3), "b")
    assert post.since == 2, "who has it takes it no second time"
    post.vacate(at(4))
    assert so(post) == (None, False, False, False, ["b", "c"]), "a has it again"
    post.gone = "c"
    assert so(post) == (None, False, False, True, ["b", "c"])
    post.gone = "a"
    assert so(post) == (None, True, True, True, ["a", "b", "c"])
    later = Tenure("a", gone="a")
    later.take("b", at(5), None)
    assert so(later) == ("b", True, False, False, ["a"]), "somebody took it since"
    assert [post.held_at(second, second) for second in range(7)] == [None, "b", "c", "c", "c", None, None]
    assert not Tenure(None).moved, "nobody is there for it"


def test_a_seat_answers_for_the_roles_whose_posts_it_took_in_the_order_it_took_them() -> None:
    scenario = drill("auth_token").scenario
    for order in ((COMMANDER, DEPUTY), (DEPUTY, COMMANDER)):
        history = History(scenario)
        seat = next(one.id for one in scenario.roles if one.id not in [history.home(post) for post in order])
        for number, post in enumerate(order, 1):
            said = acts.PostMessage(text="x")
            history.take_post(post, seat, Entry(number, number, Author.person(seat, "Ana"), said), None)
        assert history.stands_for(seat) == (seat, *(history.home(post) for post in order))


@pytest.mark.parametrize("name", SCENARIOS)
def test_stretches_follow_one_another_and_begin_with_their_entry(name: str) -> None:
    known = History.of(drill(name).scenario, entries(name))
    for post in (COMMANDER, DEPUTY):
        stretches = known.posts[post].held
        assert stretches
        for stretch in stretches:
            entry = drill(name).entry(stretch.seq)
            assert isinstance(entry.body, e.RoleAccepted | e.HandOffAccepted)
            assert entry.at == stretch.since
        for before, after in pairwise(stretches):
            assert before.until is not None
            assert before.until <= after.since
        assert (known.holder(post) == stretches[-1].who) == (stretches[-1].until is None)
    for seat, stretches in known.sat.items():
        assert stretches[-1].until is None, seat  # a player stays until the end


def amended(history: History, seq: int, at: int, body: acts.Act) -> None:
    history.apply(Entry(seq, at, Author.person("deputy", "Ben"), body))


def test_a_record_says_what_it_was_amended_to_and_stays_whose_and_when_it_was() -> None:
    history = History(load("auth_token").scenario)
    snapshot = acts.RecordSnapshot(phase="detection", next_checkpoint_minutes=10, next_owner="deputy")
    history.apply(Entry(1, 60, Author.person("commander", "Ana"), snapshot))
    assert history.next_checkpoint_due == 660
    amended(history, 2, 120, snapshot.model_copy(update={"amends": Ref("snapshot:1"), "next_checkpoint_minutes": 5}))
    (standing,) = history.given("snapshot")
    assert (standing.seq, standing.at, standing.by.role) == (1, 60, "commander")
    assert history.next_checkpoint_due == 360
    assert dict(history.refs) == {"snapshot:1": 1}


def test_an_older_record_that_is_amended_does_not_have_the_last_word() -> None:
    history = History(load("auth_token").scenario)
    first = acts.RecordReadiness(known_good="old", rollback="unknown")
    history.apply(Entry(1, 60, Author.person("mitigation", "Ana"), first))
    second = acts.RecordReadiness(known_good="new", rollback="ready")
    history.apply(Entry(2, 90, Author.person("mitigation", "Ana"), second))
    amended(history, 3, 120, first.model_copy(update={"amends": Ref("readiness:1"), "rollback": "blocked"}))
    assert [x.body.rollback for x in history.given("readiness")] == ["blocked", "ready"]  # type: ignore[attr-defined]
    assert history.readiness is not None
    assert history.readiness.seq == 2


def test_whoever_has_not_seen_a_record_is_not_told_by_what_amends_it() -> None:
    history = History(load("auth_token").scenario)
    amended(history, 5, 120, acts.RecordReadiness(known_good="x", rollback="ready", amends=Ref("readiness:1")))
    assert history.given("readiness") == ()
    assert history.readiness is None


def test_several_sit_in_it_from_entry_to_entry_and_who_moves_within_a_second_turns_nothing() -> None:
    history = History(drill("auth_token").scenario)
    one, two = (seat.id for seat in drill("auth_token").scenario.seats()[:2])

    def moved(seq: int, at: int, act: acts.Act) -> list[tuple[int, int, int | None, int]]:
        history.apply(Entry(seq, at, Author(f"{one}:Ana"), act))
        return [(been.since, been.seq, been.until, been.last_seq) for been in history.gatherings]

    assert moved(1, 0, acts.TakeSeat(seat=one, name="Ana")) == []
    assert moved(2, 60, acts.TakeSeat(seat=two, name="Ana")) == [(60, 2, None, 0)]
    assert moved(3, 60, acts.LeaveSeat(seat=one)) == [], "she sits elsewhere"
    assert moved(4, 90, acts.TakeSeat(seat=one, name="Bo")) == [(90, 4, None, 0)]
    moved(5, 120, acts.LeaveSeat(seat=one))
    assert moved(6, 120, acts.TakeSeat(seat=one, name="Cy")) == [(90, 4, None, 5)], "Bo gave Cy the seat"
    assert moved(7, 150, acts.LeaveSeat(seat=one)) == [(90, 4, 150, 7)]
    assert moved(8, 180, acts.TakeSeat(seat=one, name="Di")) == [(90, 4, 150, 7), (180, 8, None, 0)]

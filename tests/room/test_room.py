"""A live drill: paced by its clock, the same for everybody, lost by nobody, closed to those it does not concern."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator import commands as c
from simulator.engine import Engine
from simulator.errors import AccessDenied, DrillError, StaleWriter, StoreError, UnknownName
from simulator.journal import parse
from simulator.room.rooms import export
from simulator.room.store import Store
from tests.room.rooms import Wall, lines, rooms, say, solo
from tests.simulator.toy import toy


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drills.db"


def drill_second(room: Any) -> int:
    return int(room.version[1])


# --- the clock and the engine ----------------------------------------------------------------------------


def test_the_drill_follows_its_clock(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    assert drill_second(room) == -60
    wall.pass_(90)
    assert drill_second(room) == 30
    room.pause(person)
    wall.pass_(1000)
    assert drill_second(room) == 30
    room.resume(person)
    room.speed(person, 10)
    wall.pass_(3)
    assert drill_second(room) == 60


def test_before_the_start_people_take_seats_and_talk(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room = place.create("toy", seed=7).room
    _, person = place.join(room, "Ana", "commander")
    wall.pass_(3600)
    assert drill_second(room) == -60
    room.submit(say("hello"), person)
    with pytest.raises(AccessDenied, match="not started"):
        room.submit(c.RunQuery(query="check"), person)
    with pytest.raises(DrillError, match="start it first"):
        room.skip_ahead(person)


def test_a_refusal_is_an_answer_and_the_drill_goes_on(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    entry, refused = room.submit(c.TakeAction(action="purge"), person)
    assert refused is not None
    assert "flag off first" in refused
    assert entry.by == "commander:Ana"
    assert room.submit(say("well then"), person)[1] is None


def test_in_training_a_pause_stops_the_world_but_not_people(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    wall.pass_(100)
    room.pause(person)
    wall.pass_(100)
    entry, refused = room.submit(say("thinking aloud"), person)
    assert (entry.at, refused) == (40, None)


def test_in_an_assessment_a_pause_is_for_the_facilitator(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", seed=7, mode="assessment", hosted=True)
    room = opened.room
    _, ana = place.join(room, "Ana", "commander")
    _, flo = place.facilitate(room, "Flo", opened.key)
    room.start(flo)
    room.pause(flo)
    with pytest.raises(AccessDenied, match="paused"):
        room.submit(say("psst"), ana)
    assert room.submit(c.SendAdHoc(persona="Boss", text="Well?"), flo)[1] is None


def test_looking_writes_nothing(path: Path, wall: Wall) -> None:
    room, _ = solo(rooms(path, wall))
    store = Store(str(path))
    before = store.heads(room.row.id), store.record(room.row.id)
    for _ in range(50):
        wall.pass_(20)
        room.advance()
        room.briefing("commander")
    assert (store.heads(room.row.id), store.record(room.row.id)) == before


def test_twenty_viewers_share_one_finished_object(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    made = []

    def build(briefing: Any) -> list[str]:
        made.append(briefing.now)
        return [entry.body.kind for entry in briefing.entries]

    feeds = [room.shared("commander", "feed", build) for _ in range(20)]
    assert len(made) == 1
    assert all(feed is feeds[0] for feed in feeds)
    assert room.shared("comms", "feed", build) is not feeds[0]
    room.submit(say("hello"), person)
    assert room.shared("commander", "feed", build)[-1] == "post_message"


def test_a_briefing_stands_still_while_the_drill_goes_on(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    before = room.briefing("commander")
    seen, tasks = len(before.entries), dict(before.incident.tasks)
    room.submit(c.AssignTask(to="mitigation", text="look"), person)
    wall.pass_(300)
    assert len(room.briefing("commander").entries) > seen
    assert (len(before.entries), before.incident.tasks) == (seen, tasks)


# --- several processes -------------------------------------------------------------------------------------


def test_two_processes_on_one_store_see_the_same_bytes(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall)
    room, person = solo(here)
    other, same = there.identify(here.join(room, "Bo", "comms")[0])
    wall.pass_(100)
    room.submit(c.Declare(severity="SEV-1", title="down"), person)
    other.submit(say("posting"), same)
    wall.pass_(45)
    room.submit(c.RunQuery(query="check"), person)
    room.skip_ahead(person)
    wall.pass_(10)
    assert lines(room) == lines(other)
    assert room.version == other.version


def test_a_command_that_this_process_had_passed_is_taken_in_its_place(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall)
    room, person = solo(here)
    other = there.open(room.row.id)
    wall.pass_(100)
    assert drill_second(other) == 40
    wall.pass_(-30)  # this writer's clock is half a minute behind
    room.submit(say("from the past"), person)
    wall.pass_(30.5)
    assert lines(other) == lines(room)
    assert any('"at": 10,' in line and "from the past" in line for line in lines(other))


def test_many_writers_race_and_every_command_is_kept_once(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, person = solo(place)
    others = [rooms(path, wall).open(room.row.id) for _ in range(3)]
    failures: list[BaseException] = []

    def write(writer: Any, name: str) -> None:
        try:
            for n in range(15):
                assert writer.submit(say(f"{name}{n}"), person)[1] is None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(one, "abcd"[i])) for i, one in enumerate([room, *others])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(one) for one in failures if "same moment" not in str(one)] == []
    wall.pass_(1)
    texts = [entry.body.text for entry in Store(str(path)).commands(room.row.id) if entry.body.kind == "post_message"]
    assert len(texts) == len(set(texts)) >= 30
    assert all(lines(other) == lines(room) for other in others)


def test_threads_in_one_process_never_trip_over_each_other(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    failures: list[BaseException] = []

    def work(act: Callable[[], object]) -> None:
        try:
            for _ in range(30):
                act()
        except BaseException as error:
            failures.append(error)

    def look() -> None:
        wall.pass_(0.7)
        found = room.briefing("commander")
        [entry.to_json() for entry in found.entries]
        found.series("errors")

    threads = [threading.Thread(target=work, args=(look,)) for _ in range(4)]
    threads += [threading.Thread(target=work, args=(lambda: room.submit(say("x"), person),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum("post_message" in line for line in lines(room)) == 60


def test_a_restarted_process_goes_on_where_the_drill_was(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, _ = solo(place)
    token, bo = place.join(room, "Bo", "comms")
    wall.pass_(200)
    room.submit(say("hello"), bo)
    before = lines(room)
    again, same = rooms(path, wall).identify(token)
    assert same.by == "comms:Bo"
    assert lines(again) == before


# --- what can go wrong ---------------------------------------------------------------------------------------


def test_what_could_not_be_stored_has_not_happened(path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    room, person = solo(rooms(path, wall))
    before = lines(room)

    def full(*args: object) -> None:
        raise StoreError("the database has no room left on its disk; free some space, then try again")

    with monkeypatch.context() as patch:
        patch.setattr(room._store, "append", full)
        with pytest.raises(StoreError, match="free some space"):
            room.submit(say("lost"), person)
    assert lines(room) == before
    room.submit(say("kept"), person)
    assert "kept" in lines(room)[-1]


def test_a_command_that_breaks_the_engine_is_not_kept(path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    room, person = solo(rooms(path, wall))
    before = lines(room)

    def broken(self: Engine, command: object, by: str) -> None:
        raise KeyError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "submit", broken)
        with pytest.raises(KeyError):
            room.submit(say("poison"), person)
    assert lines(room) == before


def test_an_engine_that_fails_stops_one_drill_and_says_so(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = rooms(path, wall)
    room, person = solo(place)
    room.submit(say("kept"), person)

    def broken(self: Engine, to: int) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Engine, "advance", broken)
    wall.pass_(10)
    place.advance_running()
    with pytest.raises(DrillError, match="engine failed"):
        room.advance()
    assert place.lobby(room).state == "lost"
    assert "kept" in list(export(place.store, room.row.id))[-1]


def test_a_stale_clock_line_is_written_again(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall)
    room, person = solo(here)
    other = there.open(room.row.id)
    assert other.clock.state == "waiting"  # it has not looked yet
    other.pause(person)
    wall.pass_(1)
    room.advance()
    assert room.clock.state == other.clock.state == "paused"


def test_a_writer_who_is_always_late_gives_up_with_a_message(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, person = solo(rooms(path, wall))

    def late(*args: object) -> None:
        raise StaleWriter("late")

    monkeypatch.setattr(room._store, "append", late)
    with pytest.raises(DrillError, match="try again"):
        room.submit(say("x"), person)


def test_a_running_drill_whose_scenario_changed_says_so_and_can_be_exported(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    room.submit(say("kept"), person)

    def changed(scenario: str, variant: str, difficulty: str) -> Any:
        loaded = toy()
        return type(loaded)(loaded.scenario, loaded.make_world, "another", loaded.responders)

    place = rooms(path, wall, load=changed)
    again = place.open(room.row.id)
    for act in (again.advance, lambda: again.submit(say("x"), person), lambda: again.briefing("commander")):
        with pytest.raises(DrillError, match="has changed since this drill was begun"):
            act()  # type: ignore[no-untyped-call]
    assert place.lobby(again).state == "lost"
    assert "kept" in list(export(place.store, room.row.id))[-1]


# --- the end ---------------------------------------------------------------------------------------------------


def score(loaded: Any, journal: Any, progress: Callable[[float], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    progress(0.5)
    return {"null": len(journal.entries)}, {"playbook": "recovery", "total": 42}


def test_ending_freezes_the_record_and_scores_it(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place, seat="comms")
    wall.pass_(400)
    assert room.record() is None
    room.end(person)
    room.wait_for_score(10)
    record = room.record()
    assert record is not None
    kinds = [entry.body.kind for entry in record]
    assert kinds[-1] == "horizon_reached"
    assert "drill_ended" in kinds
    assert record.references == {"null": len(kinds)}
    assert room.scorecard() == {"playbook": "recovery", "total": 42}
    assert room.scoring == (1.0, None)
    assert room.clock.state == "stopped"
    with pytest.raises(DrillError, match="debrief"):
        room.submit(say("too late"), person)
    with pytest.raises(DrillError, match="debrief"):
        room.pause(person)
    room.end(person)


def test_time_ends_a_drill_that_nobody_ends(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, _ = solo(place)
    wall.pass_(4000)
    place.advance_running()
    assert place.store.running() == []
    record = room.record()
    assert record is not None
    assert [entry.body.how for entry in record if entry.body.kind == "drill_ended"] == ["time"]
    room.wait_for_score(10)


def test_a_finished_record_stays_readable_after_its_scenario_changed(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)
    wall.pass_(100)
    room.end(person)
    room.wait_for_score(10)
    loaded = toy()
    other = rooms(path, wall, load=lambda *_: type(loaded)(loaded.scenario, loaded.make_world, "new", {}))
    again = other.open(room.row.id)
    assert again.ended
    assert again.problem is None
    record = again.record()
    assert record is not None
    text = "\n".join(export(other.store, room.row.id)) + "\n"
    assert list(parse(text, "export").lines()) == list(record.lines())
    assert other.lobby(again).state == "over"


def test_failed_scoring_is_shown_and_can_be_tried_again(path: Path, wall: Wall) -> None:
    tries: list[int] = []

    def flaky(loaded: Any, journal: Any, progress: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise DrillError("no playbook")
        return score(loaded, journal, progress)

    room, person = solo(rooms(path, wall, flaky))
    room.end(person)
    room.wait_for_score(10)
    assert room.scoring[1] == "no playbook"
    assert room.scorecard() is None
    room.score_again()
    room.wait_for_score(10)
    assert room.scorecard() is not None


def test_a_record_left_unscored_by_a_dead_process_is_scored_by_the_next(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    room.end(person)
    again = rooms(path, wall, score).open(room.row.id)
    assert again.scorecard() is None
    again.wait_for_score(1)
    assert again.scorecard() is None
    wall.pass_(120)
    assert again.scorecard() is None
    again.wait_for_score(10)
    assert again.scorecard() is not None


# --- skipping ----------------------------------------------------------------------------------------------------


def test_skip_ahead_stops_at_the_page_and_is_on_record(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    skipped = room.skip_ahead(person)
    assert skipped.why == "alert fired"
    assert skipped.entry is not None
    assert skipped.entry.body.alert == "Errors"
    assert skipped.until == drill_second(room)
    assert 0 <= skipped.until <= 1
    assert room.skips() == ((-60, skipped.until),)
    assert room.clock.state == "running"


def test_skip_ahead_stops_at_a_result_a_message_and_a_due_time(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall), seat="mitigation")
    room.skip_ahead(person)
    room.submit(c.RunQuery(query="check"), person)
    assert room.skip_ahead(person).why == "query finished"
    whys = [room.skip_ahead(person).why for _ in range(3)]
    assert "inject delivered" in whys


def test_a_task_that_falls_due_ends_the_skip(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, person = solo(place)
    place.join(room, "Cy", "comms")
    room.skip_ahead(person)
    room.submit(c.AssignTask(to="comms", text="look", due_minutes=1), person)
    assert room.skip_ahead(person).why == "task:1 is due"


def test_only_the_facilitator_skips_in_a_hosted_drill(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", seed=7, hosted=True)
    _, ana = place.join(opened.room, "Ana", "commander")
    _, flo = place.facilitate(opened.room, "Flo", opened.key)
    opened.room.start(flo)
    for act in (opened.room.skip_ahead, opened.room.pause, opened.room.end):
        with pytest.raises(AccessDenied, match="only the facilitator"):
            act(ana)
    assert opened.room.skip_ahead(flo).why == "alert fired"


# --- people ------------------------------------------------------------------------------------------------------


def test_people_join_by_code_and_come_back_to_their_seat(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", hosted=True)
    room = place.by_code(f" {opened.code[:3].lower()}-{opened.code[3:]} ")
    assert room is opened.room
    token, ana = place.join(room, "  Ana\nLee ", "commander")
    assert ana.name == "Ana Lee"
    assert place.identify(token) == (room, ana)
    assert rooms(path, wall).identify(token)[1] == ana
    with pytest.raises(AccessDenied, match="taken by Ana Lee"):
        place.join(room, "Ana Lee", "commander")
    chairs = {chair.id: chair.holder for chair in place.lobby(room).chairs}
    assert (chairs["commander"], chairs["comms"]) == ("Ana Lee", None)


def test_changing_seats_frees_the_old_one(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, ana = solo(place)
    moved = room.take_seat(ana, "comms")
    assert moved.by == "comms:Ana"
    holders = {chair.id: chair.holder for chair in place.lobby(room).chairs}
    assert (holders["commander"], holders["comms"]) == (None, "Ana")
    assert room.submit(say("here"), moved)[0].by == "comms:Ana"
    with pytest.raises(AccessDenied, match="take one in the lobby"):
        room.submit(say("there"), ana)


def test_an_observer_looks_and_does_not_speak(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, _ = solo(place)
    _, bo = place.join(room, "Bo")
    with pytest.raises(AccessDenied, match="no seat"):
        room.submit(say("hello"), bo)


def test_a_facilitator_frees_a_seat_somebody_lost(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", hosted=True)
    room = opened.room
    _, ana = place.join(room, "Ana", "commander")
    _, flo = place.facilitate(room, "Flo", opened.key)
    room.leave_seat(flo, "commander")
    _, bo = place.join(room, "Bo", "commander")
    assert bo.by == "commander:Bo"
    with pytest.raises(AccessDenied, match="no seat"):
        room.submit(say("hello"), ana)


def test_whoever_lost_a_seat_does_not_take_it_from_the_next(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", hosted=True)
    room = opened.room
    _, ana = place.join(room, "Ana", "commander")
    _, flo = place.facilitate(room, "Flo", opened.key)
    room.leave_seat(flo, "commander")
    place.join(room, "Bo", "commander")
    room.leave_seat(ana)
    assert place.lobby(room).chairs[0].holder == "Bo"


def test_nobody_moves_others_through_a_command(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    room, person = solo(place)
    with pytest.raises(AccessDenied, match="in the lobby"):
        room.submit(c.LeaveSeat(seat="comms"), person)


def test_the_wrong_key_and_too_many_wrong_codes_open_nothing(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    opened = place.create("toy", hosted=True)
    with pytest.raises(AccessDenied, match="shown once"):
        place.facilitate(opened.room, "Eve", "guess")
    with pytest.raises(AccessDenied, match="no drill has the code"):
        place.by_code("AAAAAA", "eve")
    for _ in range(20):
        with pytest.raises(AccessDenied):
            place.by_code("AAAAAA", "eve")
    with pytest.raises(AccessDenied, match="too many wrong codes"):
        place.by_code(opened.code, "eve")
    assert place.by_code(opened.code, "ana") is opened.room


def test_a_token_is_for_one_drill_and_names_must_be_said(path: Path, wall: Wall) -> None:
    place = rooms(path, wall)
    one, ana = solo(place)
    two, _ = solo(place)
    with pytest.raises(AccessDenied, match="another drill"):
        two.submit(say("hello"), ana)
    with pytest.raises(AccessDenied, match="called"):
        place.join(one, "  ")
    with pytest.raises(UnknownName):
        place.open("nosuch")
    with pytest.raises(AccessDenied, match="join again"):
        place.identify("forged.token")

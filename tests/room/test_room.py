"""A live drill: paced by its clock, shown to everybody alike, skipped through on record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator import acts
from simulator.errors import AccessDenied, DrillError
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.room.rooms import Wall, drill_second, hosted, rooms, say, solo

# --- the clock and the engine -------------------------------------------------------------------------------


def test_the_drill_follows_its_clock(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    assert drill_second(room) == -60
    wall.pass_(90)
    assert drill_second(room) == 30
    room.pause(person)
    wall.pass_(100)
    assert drill_second(room) == 30
    room.resume(person)
    room.speed(person, 10)
    wall.pass_(3)
    assert drill_second(room) == 60


def test_before_the_start_people_take_seats_and_talk(place: Rooms, wall: Wall) -> None:
    room = place.create("toy", seed=7).room
    _, person = place.join(room, "Ana", "commander")
    wall.pass_(3600)
    assert drill_second(room) == -60
    room.submit(say("hello"), person)
    with pytest.raises(AccessDenied, match="not started"):
        room.submit(acts.RunQuery(query="check"), person)
    with pytest.raises(DrillError, match="start it first"):
        room.skip_ahead(person)


def test_a_refusal_is_an_answer_and_the_drill_goes_on(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    entry, refusal = room.submit(acts.TakeAction(action="purge"), person)
    assert refusal is not None
    assert "flag off first" in refusal.reason
    assert entry.by == "commander:Ana"
    assert room.submit(say("well then"), person).refusal is None


def test_in_training_a_pause_stops_the_world_but_not_people(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    wall.pass_(100)
    room.pause(person)
    wall.pass_(100)
    entry, refusal = room.submit(say("thinking aloud"), person)
    assert (entry.at, refusal) == (40, None)


def test_in_an_assessment_a_pause_is_for_the_facilitator(place: Rooms) -> None:
    room, flo = hosted(place, mode="assessment")
    _, ana = place.join(room, "Ana", "commander")
    room.start(flo)
    room.pause(flo)
    with pytest.raises(AccessDenied, match="paused"):
        room.submit(say("psst"), ana)
    assert room.submit(acts.SendAdHoc(persona="Boss", text="Well?"), flo).refusal is None


def test_looking_writes_nothing(path: Path, wall: Wall) -> None:
    room, _ = solo(rooms(path, wall))
    store = Store(str(path))
    wall.pass_(20)
    before = store.heads(room.row.id), store.record(room.row.id)
    for _ in range(50):
        wall.sleep(1)
        room.briefing("commander")
        room.truth("entries", lambda engine: len(engine.journal.entries))
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
    room.submit(acts.AssignTask(to="mitigation", text="look"), person)
    wall.pass_(300)
    assert len(room.briefing("commander").entries) > seen
    assert (len(before.entries), before.incident.tasks) == (seen, tasks)


# --- skipping -----------------------------------------------------------------------------------------------


def test_skip_ahead_stops_at_the_page_and_is_on_record(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    skipped = room.skip_ahead(person)
    assert skipped.why == "an alert fired"
    assert "Errors" in room.briefing("commander").incident.alerts
    assert skipped.until == drill_second(room)
    assert 0 <= skipped.until <= 1
    assert room.clock.state == "running"


def test_skip_ahead_stops_at_a_result_a_message_and_a_due_time(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall), seat="mitigation")
    room.skip_ahead(person)
    room.submit(acts.RunQuery(query="check"), person)
    assert room.skip_ahead(person).why == "a result is there"
    whys = [room.skip_ahead(person).why for _ in range(3)]
    assert "a message came" in whys


def test_a_task_that_falls_due_ends_the_skip(place: Rooms) -> None:
    room, person = solo(place)
    place.join(room, "Cy", "comms")
    room.skip_ahead(person)
    room.submit(acts.AssignTask(to="comms", text="look", due_minutes=1), person)
    assert room.skip_ahead(person).why == "task:1 is due"


def test_only_the_facilitator_skips_in_a_hosted_drill(place: Rooms) -> None:
    room, flo = hosted(place)
    _, ana = place.join(room, "Ana", "commander")
    room.start(flo)
    for act in (room.skip_ahead, room.pause, room.end):
        with pytest.raises(AccessDenied, match="only the facilitator"):
            act(ana)
    assert room.skip_ahead(flo).why == "an alert fired"

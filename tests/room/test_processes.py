"""Several processes and threads on one store: the same bytes, nothing lost, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator import acts
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.room.rooms import Wall, drill_second, lines, rooms, say, solo


def test_two_processes_on_one_store_see_the_same_bytes(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall)
    room, person = solo(here)
    other, same = there.identify(here.join(room, "Bo", "comms")[0])
    wall.pass_(100)
    room.submit(acts.Declare(severity="SEV-1", title="down"), person)
    other.submit(say("posting"), same)
    wall.pass_(45)
    room.submit(acts.RunQuery(query="check"), person)
    room.skip_ahead(person)
    wall.pass_(10)
    assert lines(room) == lines(other)
    assert room.version == other.version


def test_a_process_that_is_behind_writes_nothing_before_what_others_have_seen(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall, serves=False)
    room, person = solo(here)
    wall.pass_(70)
    other = there.open(room.row.id)
    assert drill_second(other) == 10
    wall.pass_(30)
    before = lines(room)
    wall.at -= 3600  # the other one's wall clock is an hour behind
    other.submit(say("a word"), person)
    wall.sleep(1)
    assert lines(room) == lines(other)
    assert lines(room)[: len(before)] == before
    assert '"at": 40,' in lines(room)[-1]


def test_many_writers_race_and_every_command_is_kept_once(place: Rooms, path: Path, wall: Wall) -> None:
    room, person = solo(place)
    others = [rooms(path, wall).open(room.row.id) for _ in range(3)]
    failures: list[BaseException] = []

    def write(writer: Any, name: str) -> None:
        try:
            for n in range(15):
                assert writer.submit(say(f"{name}{n}"), person).refusal is None
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


def test_a_restarted_process_goes_on_where_the_drill_was(place: Rooms, path: Path, wall: Wall) -> None:
    room, _ = solo(place)
    token, bo = place.join(room, "Bo", "comms")
    wall.pass_(200)
    room.submit(say("hello"), bo)
    before = lines(room)
    again, same = rooms(path, wall).identify(token)
    assert same.by == "comms:Bo"
    assert lines(again) == before

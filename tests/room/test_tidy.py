"""What is left behind: deleted to the last byte, after so many days where asked, and let go of in memory."""

from __future__ import annotations

import gc
import sqlite3
import threading
import tracemalloc
import weakref
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from simulator.errors import DrillError, UnknownName
from simulator.room import schema as t
from simulator.room import tidy
from simulator.room.archive import verify
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from simulator.room.tidy import DAY, DELETE, LINGER, LOOK, Tidying, delete, due
from tests.room.rooms import Wall, rooms, say, solo
from tests.simulator.toy import toy

SECRETS = ("Ottilie", "Zwiebelkuchen", "Kasperltheater", "Donaudampfschiff")


def score(*_: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [({"null": SECRETS[2]}, {"total": 42, "said": SECRETS[2]})]


def bytes_of(path: Path) -> bytes:
    """Return all that is in the files of a database."""
    return b"".join(one.read_bytes() for one in path.parent.iterdir())


def found_in(path: Path) -> list[str]:
    text = bytes_of(path)
    return [one for one in SECRETS if one.encode() in text]


def lived(place: Rooms, person: str = SECRETS[0], words: str = SECRETS[1], many: int = 40) -> str:
    """Play a drill in which somebody said a lot; return its id."""
    room = place.create("toy", seed=7).room
    _, sat = place.join(room, person, "commander")
    room.start(sat)
    for n in range(many):
        room.submit(say(f"{words} {n} " + "x" * (n * 37 % 1500)), sat)
    room.end(sat)
    room.finishing.wait(10)
    place.store.add_override(room.row.id, person, {"reason": SECRETS[3]})
    return room.row.id


def rows_of(store: Store, drill: str) -> int:
    """Count the rows of a drill in all tables."""
    with store.transaction(writes=False) as connection:
        return sum(
            connection.scalar(select(func.count()).select_from(table).where(column == drill)) or 0
            for table in t.metadata.sorted_tables
            for column in table.c
            if column.name == "drill" or (table is t.drills and column.name == "id")
        )


@pytest.mark.parametrize("running", [True, False])
def test_what_is_deleted_is_in_no_file_any_more(path: Path, wall: Wall, running: bool) -> None:
    place = rooms(path, wall, score)
    other = solo(place)[0].row.id
    drill = lived(place)
    again = rooms(path, wall, score)
    again.open(drill).record()
    assert found_in(path) == list(SECRETS)
    store = again.store
    if not running:
        place.store.close()
        again.store.close()
        store = Store(str(path))
    delete(store, drill)
    assert found_in(path) == []
    assert rows_of(store, drill) == 0
    assert store.ids() == [other]
    assert verify(store, other).changed == ()
    with pytest.raises(UnknownName, match=drill):
        delete(store, drill)


def test_a_table_of_drills_is_never_forgotten() -> None:
    about = {table.name for table in t.metadata.sorted_tables if "drill" in table.c}
    # What a team brought goes with the last drill that was played of it: tests/room/test_uploads.py.
    others = {"drills", "settings", "schema_version", "teams", "members", "uploads"}
    assert about == {table.name for table in t.metadata.sorted_tables} - others


def test_what_an_older_program_deleted_goes_when_the_file_is_written_anew(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    drill = lived(place)
    place.store.close()
    old = sqlite3.connect(path)
    old.execute("PRAGMA secure_delete=OFF")
    for table in ("overrides", "scorecards", "records", "participants", "clock", "commands"):
        old.execute(f"DELETE FROM {table}")
    old.execute("DELETE FROM drills")
    old.commit()
    old.close()
    assert found_in(path)
    store = Store(str(path))
    tidy.rewrite(store)
    assert found_in(path) == []
    assert drill not in store.ids()


# --- retention --------------------------------------------------------------------------------------------------------


class Seconds(Wall):
    """A monotonic clock that a test moves by hand."""


def test_only_what_ended_or_was_left_long_ago_is_due(place: Rooms, wall: Wall) -> None:
    ended = lived(place, many=1)
    left, person = solo(place)
    ahead = place.create("toy", seed=1).room
    wall.at += 10 * DAY
    fresh, _ = solo(place)
    recent = lived(place, many=1)
    place.store.add_participant(Participant("late", ended, "Late", None, False, wall()))
    assert sorted(due(place.store, wall() - 5 * DAY)) == sorted([ended, left.row.id])
    assert due(place.store, wall() - 20 * DAY) == []
    assert {fresh.row.id, recent, ahead.row.id} <= set(place.store.ids())
    assert person.drill == left.row.id


def test_drills_are_deleted_so_many_days_after_their_end(path: Path, wall: Wall) -> None:
    place, seconds = rooms(path, wall, score), Seconds()
    place.tidying = Tidying(place.store, 30, seconds)
    ended = lived(place)
    wall.at += 29 * DAY
    going = lived(place, "Bo", "keep", 1)
    for passed, left in ((DELETE, {ended, going}), (DELETE, {ended, going})):
        seconds.pass_(passed)
        place.advance_running()
        assert set(place.store.ids()) == left
    wall.at += 2 * DAY
    seconds.pass_(DELETE)
    place.advance_running()
    assert set(place.store.ids()) == {ended, going}, "due for the first time"
    seconds.pass_(DELETE)
    place.advance_running()
    assert place.store.ids() == [going]
    assert found_in(path) == [SECRETS[2], SECRETS[3]], "the other drill's"
    with pytest.raises(UnknownName):
        place.open(ended)


def test_a_wall_clock_that_is_wrong_for_a_moment_deletes_nothing(path: Path, wall: Wall) -> None:
    place, seconds = rooms(path, wall, score), Seconds()
    place.tidying = Tidying(place.store, 30, seconds)
    ended = lived(place, many=1)
    for jump in (400 * DAY, -400 * DAY) * 3:
        wall.at += jump
        seconds.pass_(DELETE)
        place.advance_running()
    assert place.store.ids() == [ended]


def test_without_a_word_nothing_is_ever_deleted(path: Path, wall: Wall) -> None:
    place, seconds = rooms(path, wall, score), Seconds()
    place.tidying = Tidying(place.store, None, seconds)
    ended = lived(place, many=1)
    for _ in range(5):
        wall.at += 4000 * DAY
        seconds.pass_(2 * DELETE)
        place.advance_running()
    assert place.store.ids() == [ended]


def test_two_servers_delete_one_drill_once(path: Path, wall: Wall) -> None:
    places = [rooms(path, wall, score) for _ in range(2)]
    seconds = Seconds()
    lived(places[0], many=1)
    for place in places:
        place.tidying = Tidying(place.store, 1, seconds)
    wall.at += 2 * DAY
    for _ in range(3):
        seconds.pass_(DELETE)
        for place in places:
            place.advance_running()
    assert places[0].store.ids() == []


@pytest.mark.parametrize(("text", "found"), [(None, None), ("", None), ("30", 30), ("1", 1)])
def test_days_are_read(text: str | None, found: int | None) -> None:
    assert tidy.days(text) == found


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "9" * 5000, "٣"])
def test_what_is_no_number_of_days_is_refused(text: str) -> None:
    with pytest.raises(DrillError, match="give a whole number of days"):
        tidy.days(text)


# --- memory -----------------------------------------------------------------------------------------------------------


def idle(place: Rooms, seconds: Seconds, passed: float = LINGER + LOOK) -> None:
    seconds.pass_(passed)
    place.advance_running()
    gc.collect()


def test_a_room_that_nobody_looks_at_is_let_go_of_and_comes_back(path: Path, wall: Wall) -> None:
    place, seconds = rooms(path, wall, score), Seconds()
    place.tidying = Tidying(place.store, None, seconds)
    ended, going = lived(place, many=2), solo(place)[0].row.id
    waiting = place.create("toy", seed=1).room.row.id
    seen = {drill: weakref.ref(place.open(drill)) for drill in (ended, going, waiting)}
    idle(place, seconds, LINGER - 1)
    assert all(room() is not None for room in seen.values())
    place.open(waiting)
    idle(place, seconds, LOOK)
    assert [drill for drill, room in seen.items() if room() is None] == [ended]
    idle(place, seconds)
    assert [drill for drill, room in seen.items() if room() is not None] == [going]
    record = place.open(ended).record()
    assert record is not None
    assert record.references == {"null": SECRETS[2]}
    assert place.open(ended).scorecard() == {"total": 42, "said": SECRETS[2]}


def test_a_room_that_is_being_scored_stays(path: Path, wall: Wall) -> None:
    go_on = threading.Event()

    def slow(*_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        go_on.wait(10)
        return score()

    place, seconds = rooms(path, wall, slow), Seconds()
    place.tidying = Tidying(place.store, None, seconds)
    room, person = solo(place)
    room.end(person)
    idle(place, seconds)
    assert place.open(room.row.id) is room
    go_on.set()
    room.finishing.wait(10)
    idle(place, seconds)
    assert place.open(room.row.id) is not room


def test_a_drill_that_somebody_else_deleted_is_let_go_of(path: Path, wall: Wall) -> None:
    place, seconds = rooms(path, wall, score), Seconds()
    place.tidying = Tidying(place.store, None, seconds)
    drill = lived(place, many=1)
    delete(Store(str(path)), drill)
    place.open(drill)
    idle(place, seconds, LOOK)
    with pytest.raises(UnknownName):
        place.open(drill)


def test_ended_drills_leave_memory(path: Path, wall: Wall) -> None:
    loaded = toy()
    place, seconds = rooms(path, wall, score, lambda *_: loaded), Seconds()
    place.tidying = Tidying(place.store, None, seconds)
    idle(place, seconds)
    tracemalloc.start()
    try:
        lived(place, many=1)
        idle(place, seconds)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            room = place.open(lived(place, many=1))
            room.briefing("commander")
        held = tracemalloc.get_traced_memory()[0] - before
        del room
        idle(place, seconds)
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert left < held / 10, (left, held)

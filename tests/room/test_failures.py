"""What can go wrong with a running drill, and what it says then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.engine import Engine
from simulator.errors import DrillError, StaleWriter, StoreError
from simulator.room.archive import export
from simulator.room.rooms import Rooms
from tests.room.rooms import Wall, lines, rooms, say, solo
from tests.simulator.toy import toy


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
    place: Rooms, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert "kept" in list(export(place.store, room.row.id))[-2]


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
        return toy(version=2)

    place = rooms(path, wall, load=changed)
    again = place.open(room.row.id)
    for act in (again.advance, lambda: again.submit(say("x"), person), lambda: again.briefing("commander")):
        with pytest.raises(DrillError, match="begun with version 1, the scenario 'toy' is at version 2"):
            act()  # type: ignore[no-untyped-call]
    assert place.lobby(again).state == "lost"
    assert "kept" in list(export(place.store, room.row.id))[-2]

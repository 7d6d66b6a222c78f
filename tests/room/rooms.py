"""Rooms on the toy scenario, with a wall clock that a test moves by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator import acts
from simulator.record.journal import Journal
from simulator.room.clock import LEASE_SECONDS
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.simulator.toy import toy


class Wall:
    """The clocks of all processes of a test, which stand until they are moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0
        self.steady = 0.0
        self.places: list[Rooms] = []
        """Processes that serve drills."""

    def __call__(self) -> float:
        return self.at

    def elapsed(self) -> float:
        return self.steady

    def serves(self, place: Rooms) -> Rooms:
        """Let a process serve its drills while time passes."""
        self.places.append(place)
        return place

    def pass_(self, seconds: float) -> None:
        """Let time pass while drills are served."""
        left = seconds
        while left > 0:
            self.sleep(min(left, LEASE_SECONDS))
            left -= LEASE_SECONDS
            for place in list(self.places):
                place.advance_running()

    def kill(self, place: Rooms) -> None:
        """Let a process serve nothing any more."""
        self.places.remove(place)

    def sleep(self, seconds: float) -> None:
        """Let time pass in which nobody serves anything."""
        self.at += seconds
        self.steady += seconds


def rooms(path: Path | str, wall: Wall, finisher: Any = None, load: Any = None, serves: bool = True) -> Rooms:
    """Return one process's view of the store at `path`; whether it `serves` its drills or only looks."""
    store = Store(str(path))
    store.now = wall  # type: ignore[method-assign]
    place = Rooms(store, load or (lambda *_: toy()), finisher, steady=wall.elapsed)
    return wall.serves(place) if serves else place


def solo(place: Rooms, seat: str = "commander", **how: Any) -> tuple[Room, Participant]:
    """Open a drill for one person, sit them down and start it."""
    room = place.create("toy", seed=7, **how).room
    _, person = place.join(room, "Ana", seat)
    room.start(person)
    return room, person


def hosted(place: Rooms, host: str = "Flo", **how: Any) -> tuple[Room, Participant]:
    """Open a drill with a host."""
    opened = place.create("toy", seed=7, hosted=True, **how)
    return opened.room, place.facilitate(opened.room, host, opened.key)[1]


def end_of(room: Room, person: Participant) -> None:
    """End a drill and wait until it is scored."""
    room.end(person)
    room.finishing.wait(60)


def record_of(room: Room) -> Journal:
    """Return the record of a drill that is over."""
    found = room.record()
    assert found is not None
    return found


def lines(room: Room) -> list[str]:
    """Return the journal as the file would hold it."""
    return room.truth("lines", lambda engine: list(engine.journal.lines()))


def say(words: str) -> acts.Act:
    return acts.PostMessage(text=words)


def drill_second(room: Room) -> int:
    """Return the drill second the room stands at."""
    return int(room.version[1])

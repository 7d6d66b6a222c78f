"""Rooms on the toy scenario, with a wall clock that a test moves by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator import acts
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.simulator.toy import toy


class Wall:
    """A wall clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += seconds


def rooms(path: Path | str, wall: Wall, finisher: Any = None, load: Any = None) -> Rooms:
    """Return one process's view of the store at `path`."""
    store = Store(str(path))
    store.now = wall  # type: ignore[method-assign]
    return Rooms(store, load or (lambda *_: toy()), finisher)


def solo(place: Rooms, seat: str = "commander", **how: Any) -> tuple[Room, Participant]:
    """Open a drill for one person, sit them down and start it."""
    room = place.create("toy", seed=7, **how).room
    _, person = place.join(room, "Ana", seat)
    room.start(person)
    return room, person


def lines(room: Room) -> list[str]:
    """Return the journal as the file would hold it."""
    return room.truth("lines", lambda engine: list(engine.journal.lines()))


def say(words: str) -> acts.Act:
    return acts.PostMessage(text=words)


def drill_second(room: Room) -> int:
    """Return the drill second the room stands at."""
    return int(room.version[1])

"""Drills that were played out before anybody looks: hosted, a person in every seat, each doing as a script does."""

from __future__ import annotations

import time
from dataclasses import dataclass

from analytics import playbook as books
from analytics.runs.finish import finish
from scenarios.loader import load
from simulator.play import orders, play
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.room.rooms import Wall

NAMES = ("Ana", "Bo", "Cy", "Di", "Ed", "Fay")
HOST = "Hana"


@dataclass
class Played:
    """A finished drill, and what each of those in it holds: name -> (token, person)."""

    rooms: Rooms
    room: Room
    held: dict[str, tuple[str, Participant]]


def played(store: Store, days_ago: float, policy: str, seed: int) -> Played:
    """Play a drill into a store that no server serves meanwhile, so many days ago, and score it."""
    wall = Wall()
    wall.at = time.time() - 86_400 * days_ago
    store.now = wall  # type: ignore[method-assign]
    rooms = Rooms(store, load, finish, lambda name: books.load(name).played(), steady=wall.elapsed)
    opened = rooms.create("auth_token", seed=seed, hosted=True)
    room = opened.room
    held = {HOST: rooms.facilitate(room, HOST, opened.key)}
    seats: dict[str, Participant] = {}
    for name, seat in zip(NAMES, room.loaded.scenario.seats(), strict=False):
        held[name] = rooms.join(room, name, seat.id)
        seats[seat.id] = held[name][1]
    host = held[HOST][1]
    wall.serves(rooms)
    room.start(host)
    for one in orders(play(room.loaded, policy, seed)):
        if one.by.role in seats and one.body.kind not in ("take_seat", "leave_seat"):
            wall.pass_(max(0, one.at - room.version[1]))
            room.submit(one.body, seats[one.by.role])
    if not room.ended:
        room.end(host)
    room.finishing.wait(300)
    assert room.scorecard(), room.finishing.problem
    return Played(rooms, room, held)

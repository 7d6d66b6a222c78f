"""A whole drill through the room is the drill that `drill play` plays: pacing, store and clock change nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.loader import load
from simulator import acts
from simulator.play import orders
from simulator.room.rooms import Rooms
from tests import played
from tests.room.rooms import Wall, drill_second, record_of, rooms

pytestmark = pytest.mark.slow
PACE = 20


@pytest.mark.parametrize("restarts", [False, True])
def test_the_room_adds_and_loses_nothing(tmp_path: Path, restarts: bool) -> None:
    wall, path = Wall(), tmp_path / "drills.db"
    drill = played.engine("auth_token", "base", "by_the_book", 7)

    def process() -> Rooms:
        return rooms(path, wall, load=load)

    place = process()
    opened = place.create("auth_token", seed=7, mode="assessment", hosted=True)
    room = opened.room
    _, flo = place.facilitate(room, "Flo", opened.key)
    tokens = {}
    for order in orders(drill):
        if isinstance(order.body, acts.TakeSeat):
            tokens[order.body.seat], _ = place.join(room, order.body.name, order.body.seat)
    room.start(flo)
    room.speed(flo, PACE)
    for number, order in enumerate(orders(drill)):
        if isinstance(order.body, acts.TakeSeat):
            continue
        if restarts and number % 10 == 0:
            wall.kill(place)
            place = process()
        room, person = place.identify(tokens[order.by.partition(":")[0]])
        while drill_second(room) < order.at:
            if room.rests:  # after the closure the clock stands until somebody wants it to go on
                room.resume(flo)
            wall.pass_((order.at - room.clock.at) / PACE + 1e-6)
        assert room.submit(order.body, person).refusal is None
    while not room.ended:
        if room.rests:
            room.resume(flo)
        wall.pass_(60)
    record = record_of(room)
    # People of one name are told apart by numbers; scripts need no telling apart.
    said = [re.sub(r"(by_the_book) \d", r"\1", entry.to_json()) for entry in record]
    assert said == [entry.to_json() for entry in drill.journal]

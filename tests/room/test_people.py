"""Who may come in, sit where and speak."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import acts
from simulator.errors import AccessDenied, UnknownName
from simulator.room.access import Brake
from simulator.room.rooms import Rooms
from simulator.values import OBSERVER
from tests.room.rooms import Wall, hosted, rooms, say, solo


def test_people_join_by_code_and_come_back_to_their_seat(place: Rooms, path: Path, wall: Wall) -> None:
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


def test_changing_seats_frees_the_old_one(place: Rooms) -> None:
    room, ana = solo(place)
    moved = room.seats.take(ana, "comms")
    assert moved.by == "comms:Ana"
    holders = {chair.id: chair.holder for chair in place.lobby(room).chairs}
    assert (holders["commander"], holders["comms"]) == (None, "Ana")
    assert room.submit(say("here"), moved).entry.by == "comms:Ana"
    with pytest.raises(AccessDenied, match="take one in the lobby"):
        room.submit(say("there"), ana)


def test_who_has_no_seat_yet_does_not_speak(place: Rooms) -> None:
    room, _ = solo(place)
    _, bo = place.join(room, "Bo")
    with pytest.raises(AccessDenied, match="no seat"):
        room.submit(say("hello"), bo)


def test_an_observer_looks_on_and_leaves_no_trace(place: Rooms) -> None:
    room, ana = solo(place)
    before = room.version
    token, bo = place.join(room, "Bo", OBSERVER)
    assert bo.observes
    assert place.lobby(room).observers == ("Bo",)
    assert all(chair.holder != "Bo" for chair in place.lobby(room).chairs)
    with pytest.raises(AccessDenied, match="looks on"):
        room.submit(say("hello"), bo)
    for steer in (room.start, room.pause, room.end):
        with pytest.raises(AccessDenied, match="looks on"):
            steer(bo)
    assert room.version == before
    assert place.identify(token)[1].observes
    assert room.seats.take(bo, "comms").by == "comms:Bo"
    assert not place.lobby(room).observers
    assert room.submit(say("here"), ana).refusal is None


def test_who_goes_over_to_observing_leaves_the_seat_free(place: Rooms) -> None:
    room, ana = solo(place)
    watching = room.seats.observe(ana)
    assert watching.observes
    assert {chair.id: chair.holder for chair in place.lobby(room).chairs}["commander"] is None
    room, flo = hosted(place)
    with pytest.raises(AccessDenied, match="facilitator"):
        room.seats.observe(flo)


def test_a_facilitator_frees_a_seat_somebody_lost(place: Rooms) -> None:
    room, flo = hosted(place)
    _, ana = place.join(room, "Ana", "commander")
    room.seats.leave(flo, "commander")
    _, bo = place.join(room, "Bo", "commander")
    assert bo.by == "commander:Bo"
    with pytest.raises(AccessDenied, match="no seat"):
        room.submit(say("hello"), ana)


def test_whoever_lost_a_seat_does_not_take_it_from_the_next(place: Rooms) -> None:
    room, flo = hosted(place)
    _, ana = place.join(room, "Ana", "commander")
    room.seats.leave(flo, "commander")
    place.join(room, "Bo", "commander")
    room.seats.leave(ana)
    assert place.lobby(room).chairs[0].holder == "Bo"


def test_nobody_moves_others_through_a_command(place: Rooms) -> None:
    room, person = solo(place)
    with pytest.raises(AccessDenied, match="in the lobby"):
        room.submit(acts.LeaveSeat(seat="comms"), person)


def test_the_wrong_key_and_wrong_codes_open_nothing_and_hold_up_nobody_who_has_the_right_one(place: Rooms) -> None:
    slept: list[float] = []
    place._brake = Brake(sleep=slept.append)
    opened = place.create("toy", hosted=True)
    with pytest.raises(AccessDenied, match="shown once"):
        place.facilitate(opened.room, "Eve", "guess")
    with pytest.raises(AccessDenied, match="no drill has the code"):
        place.by_code("AAAAAA", "eve")
    for number in range(20):
        with pytest.raises(AccessDenied):
            place.by_code(f"AAAA{number:02}", "eve", "10.1.2.0/24")
    assert slept
    slept.clear()
    for source in ("eve", "ana"):
        assert place.by_code(opened.code, source, "10.1.2.0/24") is opened.room
    place.facilitate(opened.room, "Flo", opened.key, "eve", "10.1.2.0/24")
    assert not slept


def test_whoever_finds_a_seat_taken_is_the_same_person_at_the_next(place: Rooms) -> None:
    room, _ = solo(place)
    for _ in range(2):
        with pytest.raises(AccessDenied, match="taken by Ana"):
            place.join(room, "Bo", "commander")
    assert place.join(room, "Bo", "comms")[1].name == "Bo"
    assert place.join(room, "bo")[1].name == "bo 2"


def test_a_token_is_for_one_drill_and_names_must_be_said(place: Rooms) -> None:
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

"""A server or a database that is away: the drill stands where it was, says so, and goes on when people want it to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import AccessDenied, DrillError, StoreError
from simulator.room.clock import GAP_SECONDS, LEASE_SECONDS
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from simulator.values import OBSERVER
from tests.room.rooms import Wall, drill_second, lines, rooms, say, solo

GONE = "the database does not answer; check DRILL_DATABASE_URL and that the server runs"


def game_day(place: Rooms, mode: str = "training") -> tuple[Room, dict[str, Participant]]:
    """Open and start a drill with a host, somebody in a seat and an observer."""
    opened = place.create("toy", seed=7, hosted=True, mode=mode)  # type: ignore[arg-type]
    room = opened.room
    people = {
        "host": place.facilitate(room, "Flo", opened.key)[1], "seat": place.join(room, "Ana", "commander")[1],
        "observer": place.join(room, "Olu", OBSERVER)[1],
    }  # fmt: skip
    room.start(people["host"])
    return room, people


def may(act: Callable[[], None]) -> bool:
    try:
        act()
    except AccessDenied:
        return False
    return True


@pytest.mark.parametrize("who", ["the same process", "a new process"])
def test_two_hours_with_the_lid_closed_are_no_drill_time(path: Path, wall: Wall, who: str) -> None:
    place = rooms(path, wall)
    room, person = solo(place)
    wall.pass_(312)
    before = lines(room)
    wall.sleep(7200)
    if who == "a new process":
        wall.kill(place)
        place = rooms(path, wall)
    wall.pass_(60)
    room = place.open(room.row.id)
    assert (drill_second(room), lines(room)) == (252, before)
    assert (
        room.stands(person) == "At T+04:12 the server was away for 2 h; nothing happened meanwhile."
        " Resume to go on from there."
    )
    assert place.lobby(room).stands
    room.resume(person)
    wall.pass_(6)
    assert (drill_second(room), room.stands(person)) == (258, "")


@pytest.mark.parametrize("seconds", [1.0, LEASE_SECONDS, 6.0, GAP_SECONDS - LEASE_SECONDS - 6])
def test_a_server_that_restarts_goes_on_by_itself(place: Rooms, path: Path, wall: Wall, seconds: float) -> None:
    room, person = solo(place)
    wall.pass_(99)
    wall.kill(place)
    wall.sleep(seconds)
    again = rooms(path, wall)
    served(wall, 12, fails=False)
    room = again.open(room.row.id)
    assert room.stands(person) == ""
    assert 39 + 12 - LEASE_SECONDS - 3 <= drill_second(room) <= 39 + 12


@pytest.mark.parametrize(("mode", "free"), [("training", {"host", "seat"}), ("assessment", {"host"})])
def test_who_lets_it_go_on(path: Path, wall: Wall, mode: str, free: set[str]) -> None:
    for one in ("observer", "seat", "host"):
        room, people = game_day(rooms(path, wall), mode)
        wall.pass_(90)
        wall.sleep(600)
        wall.pass_(3)
        way = "Resume to" if one in free else "Anybody in a seat" if mode == "training" else "The host"
        assert f"nothing happened meanwhile. {way}" in room.stands(people[one])
        assert room.goes_on(people[one]) == may(lambda room=room, me=people[one]: room.resume(me)) == (one in free)
        assert (room.clock.state == "running") == (one in free)


def test_a_pause_of_the_host_is_the_hosts(path: Path, wall: Wall) -> None:
    room, people = game_day(rooms(path, wall))
    room.pause(people["host"])
    assert not may(lambda: room.resume(people["seat"]))
    assert not may(lambda: room.pause(people["seat"]))
    assert room.stands(people["seat"]) == ""


@pytest.mark.parametrize(("mode", "taken"), [("training", True), ("assessment", False)])
def test_what_is_taken_while_it_stands_is_what_is_taken_in_a_pause(
    path: Path, wall: Wall, mode: str, taken: bool
) -> None:
    room, people = game_day(rooms(path, wall), mode)
    wall.pass_(90)
    wall.sleep(600)
    wall.pass_(3)
    assert may(lambda: room.submit(say("still there?"), people["seat"]) and None) == taken
    assert drill_second(room) == 30


class Outage:
    """A store whose database can be taken away."""

    def __init__(self, store: Store) -> None:
        self.away = False
        connect = store._guard

        def guard() -> Any:
            if self.away:
                raise StoreError(GONE)
            return connect()

        store._guard = guard  # type: ignore[method-assign]


def served(wall: Wall, seconds: float, fails: bool) -> None:
    """Let time pass; tell that serving fails meanwhile, or that it does not."""
    for _ in range(int(seconds)):
        wall.sleep(1)
        for place in wall.places:
            try:
                place.advance_running()
            except StoreError:
                assert fails
            else:
                assert not fails


@pytest.mark.parametrize("seconds", [5, 1800])
def test_a_database_that_is_away_stops_the_drill_and_the_page_says_so(place: Rooms, wall: Wall, seconds: int) -> None:
    room, person = solo(place)
    outage = Outage(place.store)
    wall.pass_(99)
    before = drill_second(room), lines(room)
    outage.away = True
    served(wall, seconds, fails=True)
    assert (drill_second(room), lines(room)) == before
    assert room.stands(person) == f"The drill stands still: {GONE}. It goes on when that is mended."
    with pytest.raises(StoreError):
        room.submit(say("not stored, so not said"), person)
    outage.away = False
    served(wall, 10, fails=False)
    if seconds > GAP_SECONDS:
        assert drill_second(room) == 39
        assert room.stands(person).startswith("At T+00:39 the database did not answer for 30 min; nothing happ")
        room.resume(person)
        served(wall, 10, fails=False)
    assert room.stands(person) == ""
    assert 46 <= drill_second(room) <= 53


def test_of_two_servers_one_counts_and_either_shows_the_same(path: Path, wall: Wall) -> None:
    here, there = rooms(path, wall), rooms(path, wall)
    room, _ = solo(here)
    other = there.open(room.row.id)
    wall.pass_(99)
    assert drill_second(room) == drill_second(other) == 39
    wall.kill(here)
    served(wall, 30, fails=False)
    wall.at -= 3600
    served(wall, 30, fails=False)
    assert 39 + 55 <= drill_second(other) <= 39 + 60
    wall.places.append(here)
    wall.kill(there)
    wall.at += 90000
    wall.pass_(12)
    assert drill_second(room) == drill_second(other) >= 39 + 55
    assert room.clock.away is not None  # how long nobody served it the wall said, and it may have been a day


def test_nothing_is_skipped_while_the_clock_stands(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    room.pause(person)
    before = lines(room)
    with pytest.raises(DrillError, match="the drill is paused; resume it first"):
        room.skip_ahead(person)
    assert (drill_second(room), lines(room)) == (-60, before)


def test_a_drill_that_waits_to_be_started_is_not_missed(place: Rooms, wall: Wall) -> None:
    room = place.create("toy", seed=7).room
    _, person = place.join(room, "Ana", "commander")
    room.speed(person, 2)
    wall.sleep(7200)
    wall.pass_(12)
    assert (room.clock.state, room.stands(person)) == ("waiting", "")
    room.start(person)
    wall.pass_(30)
    assert drill_second(room) == 0

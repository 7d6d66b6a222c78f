"""The clock: it never goes back, a pause stops it, and only time in which a server served the drill moves it."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DrillError
from simulator.room.clock import (
    BEAT_SECONDS,
    GAP_SECONDS,
    LEASE_SECONDS,
    WAITS_SECONDS,
    Beat,
    Clock,
    ClockMark,
    Timekeeper,
    fold,
    span,
    steady,
    told,
)
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from tests.room.rooms import Wall, drill_second, rooms, say, solo
from tests.simulator.toy import toy

OPENS_AT = -60
seconds = st.floats(-60, 7200, allow_nan=False)
marks = st.lists(
    st.one_of(
        st.builds(ClockMark, seconds, st.sampled_from(["start", "pause", "resume", "stop", "away"])),
        st.builds(ClockMark, seconds, st.just("speed"), st.sampled_from([1.0, 2.0, 5.0, None])),
        st.builds(ClockMark, seconds, st.just("skip"), seconds),
    ),
    max_size=12,
)


def log(*lines: str) -> Clock:
    """Read `10 start`, `70 speed 2` as drill second, what, value, and return the clock after them."""
    parts = [line.split() for line in lines]
    made = [ClockMark(float(p[0]), p[1], float(p[2]) if len(p) > 2 else None) for p in parts]  # type: ignore[arg-type]
    return fold(made, Clock(OPENS_AT))


@pytest.mark.parametrize(("lines", "second", "pace", "state"), [
    ((), -60, 1, "waiting"),
    (("-60 start",), -60, 1, "running"),
    (("-60 speed 2", "-60 start"), -60, 2, "running"),
    (("-60 start", "40 pause"), 40, 1, "paused"),
    (("-60 start", "40 pause", "40 resume"), 40, 1, "running"),
    (("-60 start", "60 skip 300", "310 skip 100"), 310, 1, "running"),
    (("-60 start", "40 pause", "40 skip 300"), 40, 1, "paused"),
    (("-60 start", "40 pause", "40 start"), 40, 1, "paused"),
    (("-60 start", "40 away", "40 pause"), 40, 1, "paused"),
    (("-60 start", "40 away", "40 resume"), 40, 1, "running"),
    (("-60 start", "0 stop", "0 resume", "0 skip 900"), 0, 1, "stopped"),
])  # fmt: skip
def test_a_log_says_where_the_drill_stands(lines: tuple[str, ...], second: int, pace: float, state: str) -> None:
    clock = log(*lines)
    assert (clock.second, clock.pace, clock.state) == (second, pace, state)


def test_a_clock_that_waits_goes_on_for_a_moment_after_what_somebody_does(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "drills.db"
    room, person = solo(rooms(path, wall, load=lambda *_: replace(toy(), difficulty="novice")))
    room.speed(person, None)
    seconds = []
    for does in (
        lambda: None, lambda: room.skip_ahead(person), lambda: room.submit(say("I look."), person),
        lambda: room.pause(person), lambda: room.resume(person), lambda: room.speed(person, 2),
        lambda: room.speed(person, None),
    ):  # fmt: skip
        before = drill_second(room)
        does()
        wall.pass_(60)
        seconds.append(drill_second(room) - before)
    sat, paged, said, *rest = seconds
    assert sat == said == WAITS_SECONDS
    assert paged in (50, 51), "a skip ends at the page, and the clock stands there"
    assert rest == [0, 0, 120, 0]
    assert room.clock.held
    other = rooms(path, wall)
    second = drill_second(room)
    wall.kill(wall.places[0])
    wall.pass_(60)
    there = other.open(room.row.id)
    assert drill_second(there) == second, "another server has it wait as well"
    there.submit(say("I look again."), person)
    wall.pass_(60)
    assert drill_second(there) == second + WAITS_SECONDS


def test_a_clock_waits_for_one_person_and_goes_on_while_others_sit_there_too(tmp_path: Path, wall: Wall) -> None:
    place = rooms(tmp_path / "drills.db", wall, load=lambda *_: replace(toy(), difficulty="novice"))
    room, ana = solo(place)
    room.speed(ana, None)
    wall.pass_(60)
    assert room.clock.held
    _, bob = place.join(room, "Bob", "deputy")
    assert (room.clock.waits, room.may_wait) == (False, False)
    with pytest.raises(DrillError, match="who trains alone"):
        room.speed(bob, None)
    second = drill_second(room)
    wall.pass_(60)
    assert drill_second(room) == second + 60
    room.seats.leave(bob)
    wall.pass_(60)
    assert room.clock.held, "alone again, they have it as before"
    other = rooms(tmp_path / "drills.db", wall, load=lambda *_: replace(toy(), difficulty="novice"), serves=False)
    again = other.open(room.row.id)
    assert drill_second(again) == drill_second(room)
    assert again.clock.waits


def test_a_clock_that_nobody_moved_for_long_is_paused_until_they_resume(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.room.room.HELD_SECONDS", 120)
    room, ana = solo(rooms(tmp_path / "drills.db", wall, load=lambda *_: replace(toy(), difficulty="novice")))
    room.speed(ana, None)
    with room.presence.watching(ana.id):
        for does in (lambda: room.submit(say("I look."), ana), lambda: room.skip_ahead(ana)):
            does()
            wall.pass_(100)
            assert (room.clock.held, room.stands(ana)) == (True, "")
        wall.pass_(60)
        assert (room.clock.state, room.rests) == ("paused", False)
        assert "waited for you for half an hour" in room.stands(ana)
        beats, second = room._live._beat.number, drill_second(room)
        wall.pass_(60)
        assert (room._live._beat.number, drill_second(room)) == (beats, second)
        room.resume(ana)
        wall.pass_(60)
        assert (room.clock.held, room.stands(ana)) == (True, "")


def test_everybody_but_a_novice_alone_works_against_the_clock(tmp_path: Path, wall: Wall) -> None:
    place = rooms(tmp_path / "drills.db", wall)
    room, person = solo(place)
    with pytest.raises(DrillError, match="works against it"):
        room.speed(person, None)


@given(marks)
def test_no_mark_turns_the_clock_back_and_none_moves_a_paused_one_but_its_own_second(lines: list[ClockMark]) -> None:
    clock = Clock(OPENS_AT)
    for mark in lines:
        after = clock.after(mark)
        assert after.at >= clock.at
        if clock.state != "running":
            assert after.at == max(clock.at, mark.second)
        assert (after.away is None) or after.state == "paused"
        clock = after


class Counting:
    """A process that counts the time of one drill, at pace 1 unless told otherwise."""

    def __init__(self, pace: float = 1.0) -> None:
        self.keeper = Timekeeper()
        self.clock = Clock(0.0, pace, "running")
        self.beat = Beat(1, 0.0, 1000.0)
        self.keeper.wrote(self.beat, 0.0)

    def tick(self, now: float, wall: float | None = None) -> Beat | ClockMark | None:
        """Tick at `now`; what is due is written."""
        self.keeper.saw(self.beat, now)
        due = self.keeper.due(self.clock, self.beat, now, 1000 + now if wall is None else wall)
        if isinstance(due, Beat):
            self.beat, self.clock = due, self.clock.reached(due.second)
            self.keeper.wrote(due, now)
        elif due is not None:
            self.clock = self.clock.after(due)
        return due


@given(
    st.lists(st.floats(0.01, LEASE_SECONDS - BEAT_SECONDS), min_size=1, max_size=40), st.sampled_from([0.1, 1.0, 60.0])
)
def test_time_that_is_served_is_counted_once(steps: list[float], pace: float) -> None:
    counting, now = Counting(pace), 0.0
    for step in steps:
        now += step
        counting.tick(now)
    assert -1e-9 <= now * pace - counting.clock.at <= pace  # less than a heartbeat's time is not counted yet


def test_a_second_is_on_disk_when_it_begins_and_a_slow_pace_shows_signs_of_life() -> None:
    counting, slow = Counting(), Counting(0.1)
    assert [counting.tick(now) is not None for now in (0.5, 1.1, 1.6, 2.2)] == [False, True, False, True]
    assert [slow.tick(now) is not None for now in (0.5, 1.1, 1.6, 2.2)] == [False, True, False, True]


@pytest.mark.parametrize(("gap", "moves"), [
    (LEASE_SECONDS, LEASE_SECONDS), (LEASE_SECONDS + 1, LEASE_SECONDS), (GAP_SECONDS, LEASE_SECONDS),
    (GAP_SECONDS + 1, 0), (7200, 0),
])  # fmt: skip
def test_a_gap_costs_no_more_than_a_heartbeat_is_good_for(gap: float, moves: float) -> None:
    counting = Counting()
    due = counting.tick(gap)
    assert counting.clock.at == moves
    assert (counting.clock.away is not None) == isinstance(due, ClockMark) == (gap > GAP_SECONDS)


@pytest.mark.parametrize("wall", [-1e9, 0.0, 1000.0, 1e12])
def test_the_walls_time_moves_nothing_that_is_served(wall: float) -> None:
    counting = Counting()
    for now in range(1, 10):
        counting.tick(now, wall)
    assert counting.clock.at == 9
    assert counting.clock.state == "running"


@pytest.mark.parametrize(("age", "away"), [(5, False), (GAP_SECONDS, False), (GAP_SECONDS + 1, True), (-5, True)])
def test_another_process_takes_over_where_one_is_gone_and_asks_where_it_was_for_long(age: float, away: bool) -> None:
    counting = Counting()
    counting.keeper = Timekeeper()
    assert [counting.tick(now, 1000 + age) for now in (0.0, 1.0, 2.0, LEASE_SECONDS)] == [None] * 4
    assert counting.tick(LEASE_SECONDS + 0.1, 1000 + age) is not None
    assert counting.clock.at == 0  # nobody served it meanwhile
    assert (counting.clock.away is not None) == away


def test_a_process_that_lives_is_left_alone() -> None:
    one, other = Counting(), Timekeeper()
    for half in range(1, 40):
        one.tick(half / 2)
        other.saw(one.beat, half / 2)
        assert other.due(one.clock, one.beat, half / 2, 0.0) is None
    assert math.floor(one.clock.at) == 19


@pytest.mark.parametrize(("away", "words"), [
    (ClockMark(252.9, "away", 7200, "server"),
     "At T+04:12 the server was away for 2 h; nothing happened meanwhile."),
    (ClockMark(-20, "away", 61, "database"),
     "At T-00:20 the database did not answer for 61 s; nothing happened meanwhile."),
    (ClockMark(0, "away", 0, "server"), "At T+00:00 the server was away for a while; nothing happened meanwhile."),
])  # fmt: skip
def test_a_gap_is_told_in_a_sentence(away: ClockMark, words: str) -> None:
    assert told(away) == words


def test_stretches_are_told_in_the_unit_people_would_use() -> None:
    assert [span(one) for one in (0.2, 40, 119, 120, 5400, 7200, 86400, 200000)] == [
        "a while", "40 s", "119 s", "2 min", "90 min", "2 h", "24 h", "2 days",
    ]  # fmt: skip


def test_the_steady_clock_goes_on() -> None:
    before = steady()
    assert steady() >= before


def noted(place: Rooms, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Return whose heartbeats were written, transaction by transaction."""
    found, write = list[set[str]](), place.store.beat

    def beat(beats: Iterable[tuple[str, Beat]]) -> frozenset[str]:
        found.append(set())
        return write((drill, one) for drill, one in beats if found[-1].add(drill) is None)

    monkeypatch.setattr(place.store, "beat", beat)
    return found


def test_the_heartbeats_of_all_drills_are_one_transaction_and_who_moved_a_clock_elsewhere_is_left_alone(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "drills.db"
    place, other = rooms(path, wall), rooms(path, wall, serves=False)
    made = [solo(place) for _ in range(3)]
    wall.pass_(2)
    written = noted(place, monkeypatch)
    wall.pass_(2)
    assert written == [{room.row.id for room, _ in made}]
    (moved, who), *rest = made
    there = other.open(moved.row.id)
    there.pause(who)
    stood = there.clock.at
    wall.pass_(2)
    assert {room.clock.at for room, _ in rest} == {stood + 2}
    assert (moved.clock.at, moved.clock.state) == (stood, "paused")
    there.resume(who)
    there.speed(who, 2)
    seconds = [drill_second(one) for one, _ in rest]
    wall.sleep(LEASE_SECONDS / 2)
    place.advance_running()
    wall.sleep(LEASE_SECONDS / 2)
    place.advance_running()
    assert moved.clock.at == stood, "whoever moved it last serves it"
    assert [drill_second(one) for one, _ in rest] == [second + LEASE_SECONDS for second in seconds]


def test_a_server_with_no_heartbeat_to_write_never_asks_to_write(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = rooms(tmp_path / "drills.db", wall)
    looks = rooms(tmp_path / "drills.db", wall, serves=False)
    (room, _) = solo(place)
    wall.pass_(2)
    looks.open(room.row.id)
    looks.advance_running()
    written, elsewhere = noted(place, monkeypatch), noted(looks, monkeypatch)
    place.advance_running()
    looks.advance_running()
    assert written == elsewhere == []


def test_a_drill_that_somebody_is_at_has_its_heartbeat_after_the_others(
    tmp_path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = rooms(tmp_path / "drills.db", wall)
    (busy, ana), (other, _) = made = [solo(place) for _ in range(2)]
    wall.pass_(2)
    written = noted(place, monkeypatch)
    at, go = threading.Event(), threading.Event()

    def press() -> None:
        with busy._seen.writing():
            at.set()
            assert go.wait(60)

    presser = threading.Thread(target=press)
    presser.start()
    assert at.wait(60)
    monkeypatch.setattr(other, "advance", lambda counted: go.set() or presser.join(60) or Room.advance(other, counted))
    monkeypatch.setattr(busy, "advance", lambda counted: go.set() or presser.join(60) or Room.advance(busy, counted))
    wall.pass_(2)
    assert written == [{other.row.id}, {busy.row.id}]
    assert len({drill_second(room) for room, _ in made}) == 1
    assert busy.submit(say("heard"), ana).refusal is None

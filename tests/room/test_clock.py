"""The clock: it never goes back, a pause stops it, and every process reads the same log the same way."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from simulator.room.clock import Clock, ClockMark, fold

OPENS_AT = -60
walls = st.floats(0, 1e6, allow_nan=False)
marks = st.lists(
    st.one_of(
        st.builds(ClockMark, walls, st.sampled_from(["start", "pause", "resume", "stop"])),
        st.builds(ClockMark, walls, st.just("speed"), st.sampled_from([1.0, 2.0, 5.0, 10.0])),
        st.builds(ClockMark, walls, st.just("skip"), st.floats(-120, 7200)),
    ),
    max_size=12,
)


def log(*lines: str) -> list[ClockMark]:
    """Read `10 start`, `70 speed 2` as wall second, what, value."""
    parts = [line.split() for line in lines]
    return [ClockMark(float(p[0]), p[1], float(p[2]) if len(p) > 2 else None) for p in parts]  # type: ignore[arg-type]


def test_the_page_comes_one_minute_after_the_start() -> None:
    clock = fold(log("1000 start"), OPENS_AT)
    assert [clock.second(wall) for wall in (900, 1000, 1059.9, 1060, 1061)] == [-60, -60, -1, 0, 1]


def test_a_pause_stops_the_world() -> None:
    clock = fold(log("0 start", "100 pause"), OPENS_AT)
    assert clock.second(100) == clock.second(5000) == 40
    assert fold(log("0 start", "100 pause", "5000 resume"), OPENS_AT).second(5001) == 41


def test_pace_counts_from_its_own_mark() -> None:
    assert fold(log("0 start", "60 speed 10"), OPENS_AT).second(66) == 60


def test_a_skip_moves_forward_only() -> None:
    lines = log("0 start", "60 skip 300", "70 skip 100", "80 speed 2")
    assert fold(lines, OPENS_AT).second(80) == 320


def test_a_skip_while_paused_stays_paused() -> None:
    clock = fold(log("0 start", "60 pause", "61 skip 300"), OPENS_AT)
    assert (clock.state, clock.second(1000)) == ("paused", 300)


def test_a_second_start_or_a_late_resume_changes_nothing() -> None:
    assert fold(log("0 start", "50 start", "60 resume"), OPENS_AT) == Clock(0.0, 60.0, 1.0, "running")
    assert fold(log("0 start", "60 stop", "70 resume", "80 skip 900"), OPENS_AT).second(1000) == 0


@given(marks, walls, walls)
def test_the_clock_never_goes_back(lines: list[ClockMark], one: float, two: float) -> None:
    clock = fold(lines, OPENS_AT)
    early, late = sorted((one, two))
    assert OPENS_AT <= clock.second(early) <= clock.second(late)


@given(marks)
def test_no_mark_turns_the_clock_back(lines: list[ClockMark]) -> None:
    clock = Clock(OPENS_AT)
    for mark in lines:
        after = clock.after(mark)
        assert after.at >= clock.at
        assert after.second(mark.wall) >= clock.second(mark.wall)
        clock = after


@given(marks, walls)
def test_only_a_running_clock_moves(lines: list[ClockMark], wall: float) -> None:
    clock = fold(lines, OPENS_AT)
    if clock.state != "running":
        assert clock.second(wall) == clock.second(wall + 3600) == math.floor(clock.at)

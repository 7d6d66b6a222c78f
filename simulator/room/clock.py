"""The drill's clock: a log of marks, folded into how it stands, and a heartbeat that says how far it has come.

A drill moves only while a server serves it. Marks and heartbeats hold drill seconds that were reached, and nobody is
shown a second before its heartbeat is on disk. Between two of them a process measures with a clock that never goes
back. The wall's time stands beside them for people to read, and decides one thing: whether a drill whose server is gone
goes on by itself or waits for somebody.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from simulator.text import clock as stamp

What = Literal["start", "pause", "resume", "speed", "skip", "stop", "away"]
SERVER, DATABASE = "server", "database"
"""What was away, as the author of an `away` mark."""
PEOPLE, CLOSED, READING = "people", "closure", "reading"
"""What stops the clock though nobody pressed a button: nobody looks, as the author of an `away` mark; the incident is
closed, or a clock that waits has done so for long, as the author of a pause."""
GAPS = {SERVER: "the server was away", DATABASE: "the database did not answer"}
PAUSES = {
    CLOSED: "The incident is closed and the clock stands. Write what is left; then end the drill for its debrief.",
    READING: "The clock waited for you for half an hour; the drill is paused. Resume it to go on from here.",
}
"""What is said of a pause that nobody pressed, by its author."""
REAL_WORLD = (
    "Stopped for the real world: something real comes first. This was a drill; nothing you saw here is real, and "
    "nobody has to do anything about it. It is not scored as a whole."
)
"""What everybody reads once a drill was stopped for an emergency."""
BEAT_SECONDS = 1.0
"""A heartbeat follows at the latest after so long, at a slow pace too: it also says that somebody serves the drill."""
LEASE_SECONDS = 3.0
"""How long a heartbeat vouches for its server. No more than that is counted as served, and then another server may
take over: six ticks, so that one that comes late is not taken for a server that is gone."""
GAP_SECONDS = 30.0
"""A longer gap is a pause. A server restarts in 3 to 6 seconds, on a busy machine in half a minute; whoever sits before
a drill that stood still for longer has turned away from it."""
WAITS_SECONDS = 10
"""Drill seconds for which a clock that waits for people goes on after what they did last: they are answered within."""
HELD_SECONDS = 1800
"""Seconds for which a clock waits before the drill is paused: a tab that was left open is no reader."""
_STEADY = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def steady() -> float:
    """Return seconds of a clock that never goes back and that goes on while the machine sleeps."""
    # Linux's monotonic clock stands while the lid is closed; that of macOS goes on, and so does Windows' below.
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


@dataclass(frozen=True)
class ClockMark:
    """One line of the clock log: at drill second `second`, `by` did `what`."""

    second: float
    what: What
    value: float | None = None
    """`speed`: the new pace, None where the clock is to wait for people; `skip`: the drill second skipped to; `away`:
    seconds for which nobody served the drill."""
    by: str = ""
    """Who did it; of `away`: what was gone, `server`, `database` or `people`."""
    wall: float = 0.0
    """When it was written (seconds since the epoch): for people, nothing is reckoned from it."""


@dataclass(frozen=True)
class Beat:
    """A sign of life of a drill's clock."""

    number: int
    """Counts from 1; every change of the clock is one more, so that of two writers one comes too late."""
    second: float
    """Drill second reached."""
    wall: float
    """When that was (seconds since the epoch)."""


@dataclass(frozen=True)
class Clock:
    """Where the drill stands, and how it goes on from there."""

    at: float
    pace: float = 1.0
    state: Literal["waiting", "running", "paused", "stopped"] = "waiting"
    away: ClockMark | None = None
    """The gap it is paused by, None where a person paused it."""
    paused_by: str = ""
    """Who paused it, empty where it is not paused or by a gap."""
    waits: bool = False
    """It goes on for a moment after what somebody does, and then stands until they do more: time to read is theirs.

    Only while one person sits in the drill: of several each would stop and move it for the others."""
    shared: bool = False
    """It would wait, did not several people sit in the drill."""
    until: float = math.inf
    """Drill second up to which it goes by itself."""

    @property
    def second(self) -> int:
        """Return the drill second."""
        return math.floor(self.at)

    @property
    def held(self) -> bool:
        """Tell whether it stands until somebody does something."""
        return self.state == "running" and self.at >= self.until

    def reached(self, second: float) -> Clock:
        """Return the clock at `second`; it never goes back."""
        return replace(self, at=second) if second > self.at else self

    def after(self, mark: ClockMark) -> Clock:
        """Return the clock once `mark` is in the log. A mark that changes nothing (a second start) is harmless."""
        here = self.reached(mark.second)
        match mark.what:
            case "start" if self.state == "waiting":
                return replace(here, state="running")
            case "pause" if self.state == "running":
                return replace(here, state="paused", paused_by=mark.by)
            case "away" if self.state == "running":
                return replace(here, state="paused", away=mark)
            case "resume" if self.state == "paused":
                return replace(here, state="running", away=None, paused_by="")
            case "speed" if mark.value is None or mark.value > 0:
                return replace(here, pace=mark.value or 1.0, waits=mark.value is None)
            case "skip" if mark.value is not None and self.state == "running":
                return here.reached(mark.value)
            case "stop":
                return replace(here, state="stopped", away=None, paused_by="")
        return here


def fold(marks: Iterable[ClockMark], clock: Clock) -> Clock:
    """Return what becomes of a clock by `marks`, in the order of the log."""
    for mark in marks:
        clock = clock.after(mark)
    return clock


class Timekeeper:
    """How one process counts the time in which it serves a drill. Instants (`now`) are those of its steady clock."""

    def __init__(self) -> None:
        self.failing = ""
        """Why the database cannot be used, empty where it can."""
        self._failed = False
        """Whether it could not at some time since the last heartbeat."""
        self._number = 0
        """The heartbeat seen last."""
        self._own = False
        """Whether this process wrote it, and so serves the drill."""
        self._since = 0.0
        """Up to when time is counted; of another server's heartbeat: since when it has been the last one."""

    def fails(self, why: str) -> None:
        """Note that the database cannot be used."""
        self.failing, self._failed = why, True

    def answers(self) -> None:
        """Note that the database can be used. What it was away for is told by the next heartbeat."""
        self.failing = ""

    def waits(self, now: float, why: str) -> None:
        """Note that somebody else is at the drill, which is a failure once that time is no longer counted as served."""
        if self._own and now - self._since > LEASE_SECONDS:
            self.fails(why)

    def wrote(self, beat: Beat, now: float) -> None:
        """Count from `now` on: this process changed the clock."""
        self.failing, self._failed = "", False
        self._number, self._own, self._since = beat.number, True, now

    def saw(self, beat: Beat, now: float) -> None:
        """Take note of the last heartbeat in the store; whoever wrote one that is new serves the drill."""
        if beat.number != self._number:
            self._number, self._own, self._since = beat.number, False, now

    def due(self, clock: Clock, beat: Beat, now: float, wall: float) -> Beat | ClockMark | None:
        """Return what is to be written after the heartbeat seen last: the next, the mark of a gap, or nothing yet."""
        found = self._due(clock, beat, now, wall, DATABASE if self._failed else SERVER)
        # Until it is written, whoever asks again is told the same of a gap.
        self._failed = self._failed and isinstance(found, ClockMark)
        return found

    def _due(self, clock: Clock, beat: Beat, now: float, wall: float, away: str) -> Beat | ClockMark | None:
        if clock.state != "running":
            self._since = now
        elif self._own:
            return self._served(clock, beat, now - self._since, wall, away)
        elif now - self._since > LEASE_SECONDS:
            # Whoever served it is gone. How long ago is the wall's word; where that cannot be, people are asked.
            age = wall - beat.wall
            return Beat(beat.number + 1, beat.second, wall) if 0 <= age <= GAP_SECONDS else _gap(beat, age, wall, away)
        return None

    def _served(self, clock: Clock, beat: Beat, passed: float, wall: float, away: str) -> Beat | ClockMark | None:
        if passed > GAP_SECONDS:
            return _gap(beat, passed, wall, away)
        second = max(beat.second, min(beat.second + min(passed, LEASE_SECONDS) * clock.pace, clock.until))
        if passed < BEAT_SECONDS and math.floor(second) == clock.second:
            return None
        return Beat(beat.number + 1, second, wall)


def _gap(beat: Beat, seconds: float, wall: float, away: str) -> ClockMark:
    return ClockMark(beat.second, "away", max(0.0, seconds), away, wall)


def told(away: ClockMark) -> str:
    """Return in a sentence why a drill stands still that nobody paused."""
    at = stamp(math.floor(away.second))
    if away.by == PEOPLE:
        return f"At {at} nobody had looked for {span(away.value or 0)}; the drill has stood still since then."
    return f"At {at} {GAPS[away.by]} for {span(away.value or 0)}; nothing happened meanwhile."


SPANS = ((172800, 86400, "days"), (7200, 3600, "h"), (120, 60, "min"), (1, 1, "s"))
"""From how many seconds on a stretch is told in which unit, and how many seconds that has."""


def span(seconds: float) -> str:
    """Return a stretch of time in words."""
    for least, unit, name in SPANS:
        if seconds >= least:
            return f"{seconds / unit:.0f} {name}"
    return "a while"

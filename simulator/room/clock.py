"""The drill's clock as a pure fold over its log: which drill second a wall instant is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

What = Literal["start", "pause", "resume", "speed", "skip", "stop"]


@dataclass(frozen=True)
class ClockMark:
    """One line of the clock log: at wall instant `wall` (seconds since the epoch), `by` did `what`."""

    wall: float
    what: What
    value: float | None = None
    """`speed`: the new pace; `skip`: the drill second skipped to."""
    by: str = ""


@dataclass(frozen=True)
class Clock:
    """Where the drill stands: at drill second `at` when the wall said `since`, and how it goes on from there."""

    at: float
    since: float = -math.inf
    pace: float = 1.0
    state: Literal["waiting", "running", "paused", "stopped"] = "waiting"

    def second(self, wall: float) -> int:
        """Return the drill second at `wall`. Never decreases; a wall before the last mark counts as that mark."""
        return math.floor(self.reading(wall))

    def reading(self, wall: float) -> float:
        """Return the drill time at `wall` with its fraction of a second."""
        if self.state != "running":
            return self.at
        return self.at + max(0.0, wall - self.since) * self.pace

    def after(self, mark: ClockMark) -> Clock:
        """Return the clock once `mark` is in the log. A mark that changes nothing (a second start) is harmless."""
        wall = max(mark.wall, self.since)
        here = replace(self, at=self.reading(wall), since=wall)
        match mark.what:
            case "start" if self.state == "waiting":
                return replace(here, state="running")
            case "pause" if self.state == "running":
                return replace(here, state="paused")
            case "resume" if self.state == "paused":
                return replace(here, state="running")
            case "speed" if mark.value is not None and mark.value > 0:
                return replace(here, pace=mark.value)
            case "skip" if mark.value is not None and self.state != "stopped":
                return replace(here, at=max(here.at, mark.value))
            case "stop":
                return replace(here, state="stopped")
        return here


def fold(marks: Iterable[ClockMark], opens_at: int) -> Clock:
    """Return the clock after all `marks`, in the order of the log; it stands at `opens_at` until the start."""
    clock = Clock(at=opens_at)
    for mark in marks:
        clock = clock.after(mark)
    return clock

"""The world's interface: what the engine asks of a simulated system, mechanistic or declarative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


class World(Protocol):
    """A system that misbehaves and answers. Time is drill seconds; the engine alone moves it.

    A world is deterministic: chance lives in the measurement layer, in durations and in people. It is
    stepped from the scenario's `starts_at` to its horizon and never looks at the clock of the machine.
    """

    now: int
    """Drill second the state stands at."""

    step_seconds: int
    """Largest step the world integrates accurately; the engine never steps further at once."""

    def start(self, at: int, fault_at: int) -> None:
        """Put the world into its healthy equilibrium at drill second `at`, its fault beginning at `fault_at`."""

    def step(self, dt: int) -> None:
        """Integrate `dt` seconds."""

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob` from where it is to `value`, linearly over `over` seconds. Raises KeyError if unknown."""

    def knobs(self) -> Mapping[str, float]:
        """Return every knob and where it stands now."""

    def observe(self) -> Mapping[str, float]:
        """Return every observable quantity now, by key, in a fresh mapping: rates, ratios, levels (exact)."""

    def context(self) -> Mapping[str, Any]:
        """Return what templates may print: nested plain data (tables by segment, revisions, counts)."""

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return the facts that conditions, severity and scoring read."""

    def figures(self) -> Mapping[str, float]:
        """Return the true value of every figure people may state."""

    def outside(self) -> Mapping[str, float]:
        """Return, by segment, the share still affected (0 … 1)."""

    def harm(self) -> Mapping[str, float]:
        """Return harm by dimension, cumulative since T+0."""


@runtime_checkable
class Remembers(Protocol):
    """A world whose fault is older than the drill's history, and that can say what was seen before it."""

    def before(self, at: int) -> Mapping[str, float]:
        """Return every observable quantity at a drill second before `start`, by key."""

"""What worlds made of equations share: parameters, knobs that move gradually, steps in slices, harm that adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Mechanics:
    """The part of a `World` that is no equation. Times are drill seconds; `parameters` are the variation knobs."""

    PARAMETERS: ClassVar[Mapping[str, float]] = {}
    """Every parameter a variant may set, and what it is otherwise."""
    KNOBS: ClassVar[Mapping[str, float]] = {}
    """Every knob and where it stands before anybody touched it."""
    HARM: ClassVar[tuple[str, ...]] = ()
    """The dimensions of harm."""
    STEP: ClassVar[int] = 15
    """Largest slice of time, in seconds, that `integrate` is given."""

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        given = parameters or {}
        unknown = sorted(set(given) - set(self.PARAMETERS))
        if unknown:
            raise KeyError(f"unknown world parameters: {', '.join(unknown)}")
        self.parameters = {**self.PARAMETERS, **given}
        self.step_seconds = self.STEP
        self.now = 0
        self.fault_at = 0
        self.knob = dict(self.KNOBS)
        self._ramps: dict[str, tuple[int, int, float, float]] = {}
        self._harm = dict.fromkeys(self.HARM, 0.0)

    def start(self, at: int, fault_at: int) -> None:
        """Stand in healthy equilibrium at `at`; the fault begins at `fault_at`."""
        self.now, self.fault_at = at, fault_at

    def step(self, dt: int) -> None:
        """Integrate `dt` seconds, in slices of at most `step_seconds` where anything moves."""
        while dt > 0:
            piece = self.calm(dt) if self.now < 0 else 0
            if not piece:
                piece = min(dt, self.step_seconds)
                self._move()
                self.integrate(piece)
            self.now += piece
            dt -= piece
            self.stepped(piece)

    def calm(self, dt: int) -> int:
        """Return how many of the next `dt` seconds change nothing but the time; asked before T+0 alone."""
        return 0

    def integrate(self, dt: int) -> None:
        """Move the state on by `dt` seconds, from `now`."""
        raise NotImplementedError

    def stepped(self, dt: int) -> None:
        """Have happen what falls due in the `dt` seconds that are just over."""

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob` to `value` linearly over `over` seconds. Raises KeyError if there is no such knob."""
        old = self.knob[knob]
        if over > 0 and value != old:
            self._ramps[knob] = (self.now, over, old, value)
        else:
            self._ramps.pop(knob, None)
            self.knob[knob] = value

    def _move(self) -> None:
        for knob, (since, over, old, value) in list(self._ramps.items()):
            done = (self.now - since) / over
            if done >= 1:
                self.knob[knob] = value
                del self._ramps[knob]
            else:
                self.knob[knob] = old + (value - old) * done

    def knobs(self) -> Mapping[str, float]:
        """Return every knob and where it stands."""
        return dict(self.knob)

    def harm(self) -> Mapping[str, float]:
        """Return harm by dimension since T+0."""
        return dict(self._harm)


def canary(progress: float) -> float:
    """Return the share of pods a staged roll-out has reached: 5 % at once, half of them half way, all at the end."""
    minute = progress * 10
    if minute <= 0:
        return 0.0
    second = min(1.0, max(0.0, minute - 5))
    third = min(1.0, max(0.0, (minute - 8) / 2))
    return 0.05 * min(1.0, minute / 0.5) + 0.45 * second + 0.5 * third

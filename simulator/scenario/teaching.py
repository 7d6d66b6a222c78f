"""What a scenario tells a team beside the drill: one good way through it, and hints for whoever stands still."""

from __future__ import annotations

from simulator.scenario.data import Condition, Data, SeatId, Seconds


class TeachingPoint(Data):
    """One line of the hand-written teaching timeline: `text` says in words what `until` looks at."""

    at: Seconds
    text: str
    until: Condition = {}


class Hint(Data):
    """A next-step hint of training, given once: from `at` on, while it can be followed and nobody has done it."""

    id: str
    at: Seconds
    text: str
    until: Condition
    """The deed it asks for; once this held, the hint is never given."""
    when: Condition = {}
    """What makes it possible, and worth saying; it waits for that."""
    seats: tuple[SeatId, ...] = ()
    """Whom it is for: the first of these seats in which a person sits, by default the one that leads."""

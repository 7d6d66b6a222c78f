"""What plays a drill by itself: policies, the orders they give, and responders derived from one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator import acts
from simulator.briefing import Briefing
from simulator.values import Author

Brief = Callable[[str], Briefing]
Policy = Callable[[Brief], Iterable[tuple[str, acts.Act]]]
"""Given a way to be briefed for any role, the commands to give now, each with the seat that gives it."""


@dataclass(frozen=True)
class Order:
    """A command to be given at a drill second, by whom."""

    at: int
    by: Author
    body: acts.Act


@dataclass(frozen=True)
class Scripted:
    """A responder with a mind of its own: `make` returns a fresh policy."""

    make: Callable[[], Policy]


@dataclass(frozen=True)
class Derived:
    """A responder who gives what `source` gave on the same seed, changed: delayed, filtered, redirected."""

    source: str
    change: Callable[[Sequence[Order]], Sequence[Order]]


Responder = Scripted | Derived

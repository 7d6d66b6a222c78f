"""What plays a drill by itself: policies, the orders they give, and responders derived from one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator import acts
from simulator.briefing import Briefing
from simulator.scenario.model import Scenario
from simulator.values import Author, Pick, retold

Brief = Callable[[str], Briefing]
Policy = Callable[[Brief], Iterable[tuple[str, acts.Act]]]
"""Given a way to be briefed for any role, the commands to give now, each with the seat that gives it."""


def recast(policy: Policy, cast: Mapping[str, str]) -> Policy:
    """Return a policy that calls everybody by their place, playing where `cast` says who fills which.

    It is briefed as whoever fills a place, and the roles its commands name become those of the scenario.
    """

    def role(place: str) -> str:
        return cast.get(place, place)

    def named(pick: Pick, value: str) -> str:
        return role(value) if pick.source in ("roles", "seats") else value

    def play(brief: Brief) -> Iterator[tuple[str, acts.Act]]:
        for place, command in policy(lambda asked: brief(role(asked))):
            yield role(place), retold(command, Pick, named)

    return play


@dataclass(frozen=True)
class Order:
    """A command to be given at a drill second, by whom."""

    at: int
    by: Author
    body: acts.Act


@dataclass(frozen=True)
class Scripted:
    """A responder with a mind of its own: `make` returns a fresh policy for a scenario's seats."""

    make: Callable[[Scenario], Policy]


@dataclass(frozen=True)
class Derived:
    """A responder who gives what `source` gave on the same seed, changed: delayed, filtered, redirected."""

    source: str
    change: Callable[[Sequence[Order]], Sequence[Order]]


Responder = Scripted | Derived

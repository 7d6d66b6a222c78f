"""Slips of simulated people: believable, drawn from streams of their own, and never in what a tool prints.

A slip is in what somebody does or says, which is narrative: a command in the wrong place, a report that is
hastier than the output, a figure read off wrongly. Outputs stay true, so a team that looks notices; who does
not is corrected minutes later.
"""

from __future__ import annotations

import random
from typing import Literal

from simulator import events as e
from simulator.drill import Drill
from simulator.scenario.data import Duration
from simulator.scenario.parts import Query
from simulator.scenario.people import WrongPlace
from simulator.values import WORLD, Ref

Slip = Literal["wrong_place", "overstated", "misread"]
NOTICE = Duration(median=25, spread=0.4)
"""How long somebody looks at an error before they see whose it is."""
CORRECT = Duration(median=240, spread=0.3)
"""How long a wrong word stands before whoever said it takes it back."""
SHORTER = 0.5
"""A command that fails at once takes this share of what it would have taken."""
LIKELIEST = 0.9
"""Probability beyond which nobody slips, however tired."""


class Slips:
    """Who slips, when, and into what."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._probability = {role.id: role.slips for role in drill.scenario.roles}

    def stream(self, role: str, what: str) -> random.Random:
        """Return the stream of one person for one purpose."""
        return self._drill.stream(f"slip/{self._drill.scenario.place(role)}/{what}")

    def happens(self, role: str, slip: Slip, strain: float = 1.0) -> bool:
        """Draw whether a role slips now; whoever is tired slips more. Every chance to slip takes one draw."""
        return self.stream(role, slip).random() < min(LIKELIEST, self._probability[role] * strain)

    def place_for(self, query: Query, role: str) -> WrongPlace | None:
        """Return where a query could end up by mistake, drawn from the places its command line fits."""
        fitting = [place for place in self._drill.scenario.wrong_places if query.command.startswith(place.starts)]
        return self.stream(role, "where").choice(fitting) if fitting else None

    def misread(self, value: float, role: str) -> float | None:
        """Return a figure as somebody in a hurry reads it, off by more than a fifth; None where none is."""
        rng = self.stream(role, "reading")
        digits = f"{abs(value):.0f}"
        readings = [value / 10, value * 10]
        if len(digits) > 1 and digits[0] != digits[1] and digits[1] != "0":
            readings.append(float(digits[1] + digits[0] + digits[2:]))
        wrong = [reading for reading in readings if abs(reading - value) > 0.2 * abs(value)]
        return rng.choice(wrong) if wrong else None

    def told(self, role: str, slip: Slip, about: Ref, said: str = "") -> None:
        """Put a slip on the record of truth."""
        self._drill.emit(e.SlipMade(role=role, slip=slip, about=about, said=said), by=WORLD)

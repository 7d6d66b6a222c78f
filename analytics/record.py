"""A finished drill as scoring reads it: journal, scenario and the reference runs made when it ended."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from analytics.runs.library import library_of
from simulator.errors import JournalError
from simulator.record.formats import upgrade_references
from simulator.record.journal import Journal, first_problem
from simulator.scenario.data import Data
from simulator.scenario.model import Scenario


class Course(Data):
    """A course of the world: what was done, and the harm it came to at the horizon."""

    name: str
    harm: dict[str, float]
    """Harm by dimension at the horizon, cumulative since T+0."""
    loss: float
    """Scalar loss at the horizon."""
    series: dict[str, tuple[float, ...]]
    """Harm by dimension at each minute from T+0 to the horizon."""
    losses: tuple[float, ...]
    """Scalar loss at each minute."""
    steps: dict[str, int] = {}
    """Action -> drill second at which it is taken first; empty where that is on no record."""


class Branch(Data):
    """One way on from a decision, and the loss at the horizon it leads to."""

    name: str
    loss: float


class Fit(Data):
    """How well a decision's branch fits: its loss beside those of the branches that were open then."""

    ref: str
    """`decision:N`, or `action:ID` for a branch nobody recorded a decision for."""
    at: int
    taken: float
    """Loss of the branch taken."""
    null: float
    """Loss of doing nothing from then on."""
    branches: tuple[Branch, ...]
    """Alternatives started at that moment, best first."""

    @property
    def best(self) -> float:
        """Return the loss of the best branch, the one taken included."""
        return min([self.taken, *[one.loss for one in self.branches]])

    @property
    def avoidable(self) -> float:
        """Return the loss that was still avoidable."""
        return max(0.0, self.null - self.best)

    @property
    def gap(self) -> float:
        """Return the share of the avoidable loss that the branch taken leaves on the table (0 … 1)."""
        return min(1.0, (self.taken - self.best) / self.avoidable) if self.avoidable > 0 else 0.0


class Delay(Data):
    """What doing nothing for 30 minutes from a snapshot would have come to."""

    ref: str
    """`snapshot:N`."""
    at: int
    now: dict[str, float]
    """True figures at that moment."""
    then: dict[str, float]
    """True figures 30 minutes on, had nobody done anything."""


class Spread(Data):
    """Totals of the same commands on other seeds."""

    totals: tuple[int, ...]
    """Never empty."""

    @property
    def low(self) -> int:
        return min(self.totals)

    @property
    def high(self) -> int:
        return max(self.totals)

    @property
    def median(self) -> int:
        return statistics.median_low(self.totals)


class WhatIf(Data):
    """The same drill with one thing different, and what that would have come to."""

    kind: str
    """removed, moved, swapped or added."""
    label: str
    seq: int
    """The order it changes; 0 for something added."""
    at: int
    """Drill second at which the different thing happens."""
    loss: float
    """Difference in scalar loss; negative is better."""
    low: float
    high: float
    """Smallest and largest difference over this and other seeds."""
    harm: dict[str, float]
    """Difference in harm by dimension."""
    share: dict[str, float]
    """The same as a share of what it was."""


class References(Data):
    """Everything about a drill that needs the engine to be known; computed once, when it ended."""

    engine: str = ""
    """Version of the engine that made them."""
    scenario_version: str = ""
    """Version of the scenario they were made with."""
    null: Course
    """Nobody does anything."""
    best: Course
    """Best of the library's finalists."""
    earliest: dict[str, int] = {}
    """Action -> second from which it can be justified and carried out, whoever looks."""
    without: float | None = None
    """Loss of the same drill with the people's seats left to simulated teammates; None where people were all."""
    fits: tuple[Fit, ...] = ()
    waiting: tuple[Delay, ...] = ()
    spread: Spread | None = None
    what_if: tuple[WhatIf, ...] = ()
    """The changes with most leverage, most first."""


@dataclass(frozen=True)
class DrillRecord:
    """The only input of scoring."""

    journal: Journal
    scenario: Scenario
    references: References

    @classmethod
    def of(cls, journal: Journal, scenario: Scenario) -> DrillRecord:
        """Return the record of a journal that holds its references. Raises JournalError where it does not."""
        if journal.references is None:
            raise JournalError("the record holds no reference runs; make them first (`drill score` does)")
        try:
            references = References.model_validate(upgrade_references(journal.references))
        except ValidationError as error:
            raise JournalError(
                f"the record's references cannot be read ({first_problem(error)}); delete its last line and score again"
            ) from None
        best = references.best
        if "steps" not in best.model_fields_set:  # scored before courses had them
            best = best.model_copy(update={"steps": _named(best.name, scenario)})
            references = references.model_copy(update={"best": best})
        return cls(journal, scenario, references)


def _named(course: str, scenario: Scenario) -> dict[str, int]:
    """Return action -> the second at which a course takes it first, by its name; empty where that does not tell."""
    steps = [one.rpartition(" T+") for one in course.split(", ")]
    first = {what: round(60 * float(minute)) for what, _, minute in reversed(steps) if re.fullmatch(r"[\d.]+", minute)}
    words = library_of(scenario.id, scenario.variant).words
    # A course without words of its own is told in the ids of its actions.
    called = {one.id: words.get(one.id, one.id) for one in scenario.actions}
    return {action: first[word] for action, word in called.items() if word in first}


def loss_of(harm: dict[str, float] | Any, scenario: Scenario) -> float:
    """Return the scalar loss of `harm`: the sum of weight x harm / scale over the scenario's dimensions."""
    return float(sum(one.weight * harm.get(one.id, 0.0) / one.scale for one in scenario.harm))

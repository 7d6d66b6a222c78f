"""What somebody might have done in a scenario, as data: the `library.yaml` beside it.

Finalists are complete courses found by an offline search under information constraints, branches are ways on from a
decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.errors import ScenarioError
from simulator.loaded import LoadedScenario
from simulator.record.journal import first_problem
from simulator.scenario import document
from simulator.scenario.data import Data


class CourseStep(Data):
    """An action, or a knob turned directly, at a drill minute (of a finalist) or minutes after a decision."""

    action: str | None = None
    knob: str | None = None
    value: float = 1.0
    at: float


class Finalist(Data):
    """A complete course from T+0, and its loss when it was found."""

    name: str
    steps: tuple[CourseStep, ...]
    loss: float


class WayOn(Data):
    """A way on from a decision. It is open once any of `known` has been seen (always, where that is empty)."""

    name: str
    steps: tuple[CourseStep, ...]
    known: tuple[str, ...] = ()


class Earliest(Data):
    """The first minute at which an action can be justified and carried out, and why."""

    action: str
    minute: float
    because: str


class Library(Data):
    """What could have been done in one scenario."""

    scenario: str
    scenario_version: str = ""
    """The one that the finalists were searched with."""
    words: dict[str, str] = {}
    """Action -> what the name of a course calls it."""
    earliest: tuple[Earliest, ...] = ()
    search: tuple[tuple[tuple[CourseStep, ...], ...], ...] = ()
    """The grid of the search: a course takes one alternative of each group."""
    finalists: tuple[Finalist, ...] = ()
    branches: tuple[WayOn, ...] = ()
    cleanup: tuple[CourseStep, ...] = ()
    """Added to every branch that has none of these actions, `at` minutes after its last step."""


def library_file(scenario: str, variant: str = "base") -> Path:
    """Return where the library of a scenario's variant stands, if it has one of its own."""
    return library_in(Path(str(resources.files("scenarios"))) / scenario, variant)


def library_in(folder: Path, variant: str) -> Path:
    """Return where the library of a variant stands in a scenario's folder, if it has one of its own."""
    return folder / ("library.yaml" if variant == "base" else f"variants/{variant}.library.yaml")


def library_for(loaded: LoadedScenario) -> Library:
    """Return the library of a loaded scenario: what comes with it, or else what lies in the package."""
    scenario = loaded.scenario
    if loaded.library is None:
        return library_of(scenario.id, scenario.variant)
    return _valid(scenario.id, loaded.library())


@cache
def library_of(scenario: str, variant: str = "base") -> Library:
    """Return the library that comes with a scenario's variant, or else with the scenario; an empty one without."""
    own = library_file(scenario, variant)
    file = own if own.is_file() else library_file(scenario)
    if not file.is_file():
        return Library(scenario=scenario)
    return _valid(scenario, document.read(file.read_text(encoding="utf-8"), file.name).data)


def _valid(scenario: str, data: Mapping[str, Any]) -> Library:
    try:
        return Library.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(f"library of {scenario}: {first_problem(error)}") from None

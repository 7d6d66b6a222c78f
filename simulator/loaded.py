"""A scenario ready to run: its data, its world, and who can play it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from simulator.acts import Act
from simulator.policy import Responder
from simulator.scenario.model import Scenario
from simulator.scenario.world import World

Agent = Callable[[Any], Iterable[Act]]
"""Something that plays a role: given its `simulator.briefing.Briefing`, the acts it gives now."""
Holders = Callable[[Scenario], Mapping[str, Callable[[], Agent]]]
"""Given a scenario: seat -> maker of the simulated holder who acts unasked while nobody sits there."""


def nobody(scenario: Scenario) -> dict[str, Callable[[], Agent]]:
    """Leave every empty seat without a holder who acts unasked."""
    return {}


@dataclass(frozen=True, eq=False)
class LoadedScenario:
    """A scenario ready to run: its data, its world, and who can play it. Compared by identity."""

    scenario: Scenario
    make_world: Callable[[], World]
    responders: Mapping[str, Responder]
    """Scripted responders of this scenario, by name."""
    teammates: Holders = nobody
    """Who acts unasked where nobody sits."""
    guard: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes a context in which what the author's own Python raises is a ScenarioError with file and line."""
    library: Callable[[], Mapping[str, Any]] | None = None
    """Gives courses that come with it, in the form of a `library.yaml`; None: those that lie in the package."""
    variants: tuple[str, ...] = ("base",)
    """All variants there are of it, the base first."""
    difficulty: str = "standard"
    """What `scenarios.difficulty` has made of it."""

    @property
    def version(self) -> str:
        """Return the version of what is played; with an equal one of the engine, it gives equal bytes."""
        return self.scenario.whole_version


Load = Callable[[str, str, str], LoadedScenario]
"""Loads a scenario by id, variant and difficulty."""

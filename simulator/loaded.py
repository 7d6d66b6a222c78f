"""A scenario ready to run: its data, its world, and who can play it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.acts import Command
from simulator.policy import Responder
from simulator.scenario.model import Scenario
from simulator.scenario.world import World

Agent = Callable[[Any], Iterable[Command]]
"""Something that plays a role: given its `views.Briefing`, the commands it gives now."""


@dataclass(frozen=True, eq=False)
class LoadedScenario:
    """A scenario ready to run: its data, its world, and the digest that pins both. Compared by identity."""

    scenario: Scenario
    make_world: Callable[[], World]
    digest: str
    """SHA-256 over scenario text and world source, in hex."""
    responders: Mapping[str, Responder]
    """Scripted responders of this scenario, by name."""
    teammates: Mapping[str, Callable[[], Agent]] = field(default_factory=dict)
    """Seat -> maker of the simulated holder who acts unasked while nobody sits there."""
    source: str = ""
    """Where it was read from, for messages."""
    difficulty: str = "standard"
    """What `scenarios.difficulty` has made of it."""
    mechanics: str = ""
    """SHA-256 over what decides how the world moves and answers actions; committed courses name theirs."""


Load = Callable[[str, str, str], LoadedScenario]
"""Loads a scenario by id, variant and difficulty."""

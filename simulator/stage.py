"""What the parts of the engine share: environment, world, record. The engine is the one implementation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import simpy

from simulator.events import Event, Scalar
from simulator.record.incident import IncidentState
from simulator.record.journal import Entry, Header
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Effect
from simulator.streams import Streams


class Stage(Protocol):
    """The engine as its parts see it."""

    env: simpy.Environment
    scenario: Scenario
    header: Header
    incident: IncidentState
    stream: Streams

    @property
    def now(self) -> int:
        """Return the drill second."""

    def emit(self, body: Event, by: str = "engine") -> Entry:
        """Write an event into the journal and fold it into the incident."""

    def facts(self) -> Mapping[str, Any]:
        """Return world facts and incident facts, as conditions read them."""

    def render(self, template: str, **extra: Any) -> str:
        """Fill a template with the world as it is now."""

    def turn(self, effects: tuple[Effect, ...], by: str) -> None:
        """Apply effects to the world's knobs and record the truth."""

    def measured_figures(self, keys: Mapping[str, str]) -> dict[str, float]:
        """Return figure name -> value for keys into the world's context."""

    def findings(self, keys: Mapping[str, str]) -> dict[str, Scalar]:
        """Return finding -> value for keys into what templates print."""

"""A drill under way as acts, simulated people and pages may use it. The engine is the one there is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Literal, Protocol

import simpy

from simulator.answers import Answer, Refusal
from simulator.events import Event
from simulator.monitoring.logs import Logs
from simulator.monitoring.series import Telemetry
from simulator.msel import Line, Msel
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Effect, Query
from simulator.scenario.people import Cue, Role
from simulator.streams import Streams
from simulator.values import ENGINE, Author, Ref, Scalar

Process = Generator[simpy.Event, Any, Any]


class Hands(Protocol):
    """Queries and actions under way, and whose hands are full (`simulator.people.work`)."""

    forced: dict[str, str]
    forbidden: dict[str, str]

    def queued(self, role: str) -> int:
        """Return how many things a role has in hand or waiting for its hands."""

    def query(self, query: Query, executor: str, pace: float = 1.0) -> Process:
        """Run a query with somebody's hands."""

    def lookup(
        self, prefix: str, executor: str, line: str, takes: int, output: Callable[[], str], evidence: Any
    ) -> Process:
        """Run something that is no query of the scenario."""

    def action(self, action: Action, executor: str, first: Process | None = None) -> Process:
        """Carry out an action."""

    def obstacle(self, action: Action) -> str | None:
        """Return why an action cannot be done now, or None."""

    def in_hand(self, action: Action) -> str | None:
        """Return why an action cannot be begun for what has become of it before, or None."""

    def abort(self, run: Ref) -> bool:
        """Interrupt a run; tell whether there was one."""

    def sign_off(self, action: str, role: str, seat: str) -> None:
        """Record one sign-off and wake what waits for it."""

    def missing_sign_offs(self, action: Action) -> list[str]:
        """Return the roles whose sign-off an action still needs."""

    def signed_by(self, action: Action, seat: str) -> bool:
        """Tell whether a seat has signed the run of an action that waits."""

    def named(self, base: Ref) -> Ref:
        """Return the reference of the next run of something."""


class Team(Protocol):
    """The simulated side of every conversation (`simulator.people.teammates`)."""

    def simulated(self, role: str) -> bool:
        """Tell whether a role acts by itself."""

    def take_up(self, ident: Ref) -> None:
        """Let the owner of a task go to work on it, if they are simulated."""

    def look(self, query: Query, role: str) -> Process:
        """Run a query as a simulated person does."""

    def warns(self, action: Action, role: str) -> Process:
        """Say what a role knows against an action, and wait to be stopped."""

    def ask_to_sign(self, action: Action, only: str | None = None) -> None:
        """Ask the simulated ones among those who must sign."""

    def accept_role(self, role: str, seat: str) -> Process:
        """Accept a post offered to a simulated seat."""

    def accept_handoff(self, handoff: Ref, receiver: str) -> Process:
        """Read a handoff and accept it."""

    def page(self, role: Role, about: str) -> Process:
        """Page a role."""

    def ask(self, role: str, topic: str) -> Process:
        """Answer a question."""

    def share(self, role: str, cue: Cue, how: Literal["asked", "offered", "late"]) -> None:
        """Bring a cue into the channel."""


class Drill(Protocol):
    """A drill under way."""

    env: simpy.Environment
    scenario: Scenario
    incident: History
    circle: NeedToKnow
    stream: Streams
    telemetry: Telemetry
    logs: Logs
    msel: Msel

    @property
    def work(self) -> Hands:
        """Return queries and actions under way."""

    @property
    def teammates(self) -> Team:
        """Return the simulated people."""

    @property
    def now(self) -> int:
        """Return the drill second."""

    @property
    def mode(self) -> str:
        """Return training or assessment."""

    def submit(self, act: Any, by: Author) -> Answer:
        """Take an act now."""

    def objection(self, act: Any, role: str) -> Refusal | None:
        """Return why `role` would be refused an act now, or None."""

    def emit(self, body: Event, by: Author = ENGINE) -> Entry:
        """Write an event into the journal and fold it into the incident."""

    def seen_as(self, role: str) -> History:
        """Return the incident as a role sees it made."""

    def entry(self, seq: int) -> Entry:
        """Return an entry by its number."""

    def sees(self, ref: str, role: str) -> bool:
        """Tell whether `role` may see what is behind a reference that is on record."""

    def facts(self) -> Mapping[str, Any]:
        """Return world facts and incident facts, as conditions read them."""

    def render(self, template: str, **extra: Any) -> str:
        """Fill a template with the world as it is now."""

    def turn(self, effects: Sequence[Effect], by: str) -> None:
        """Apply effects to the world's knobs and record the truth."""

    def measured(self, keys: Mapping[str, str]) -> dict[str, float]:
        """Return figure -> value for dotted keys into the world's context."""

    def findings(self, keys: Mapping[str, str]) -> dict[str, Scalar]:
        """Return finding -> value for dotted keys into what templates print."""

    def deliver(self, line: Line) -> None:
        """Put one line of the MSEL in front of those it is for."""

    def got_up(self, seat: str) -> None:
        """Let the simulated holder of a seat take over from the person who left it."""

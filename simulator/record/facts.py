"""The facts that conditions read, live and afterwards: the world's own, and those about the incident.

One evaluator for every condition: injects and hints while a drill runs, expected responses, teaching points and caps
once it is over, and courses of the world without people. It is given a history, what the world says, and the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER, DEPUTY, Ref

AUDIENCES = ("public", "internal", "restricted", "executives", "leadership")
"""Who can be told something: `told.executives` is for how many minutes they have heard nothing."""
NEVER = 100_000.0
"""Minutes since somebody heard who never did."""

World = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
Past = History | Callable[[], History]


class Facts(Mapping[str, Any]):
    """Facts at one moment. Lazy, because a tick asks for a handful of some hundred."""

    def __init__(self, history: Past, world: World, now: int, freeze_scope: tuple[str, ...]) -> None:
        """`history` and `world` (its facts) or what gives them; `freeze_scope` the services that have to be frozen."""
        self.now = now
        self.freeze_scope = freeze_scope
        self._history = history
        self._world = world

    def __getitem__(self, name: str) -> Any:
        if name in _INCIDENT:
            return _INCIDENT[name](self)
        prefix, dot, ident = name.partition(".")
        if dot and prefix in _NAMED:
            return _NAMED[prefix](self, ident)
        return self._of_world()[name]

    def __iter__(self) -> Iterator[str]:
        yield from _INCIDENT
        yield from self._of_world()

    def __len__(self) -> int:
        return len(_INCIDENT) + len(self._of_world())

    def minutes_since(self, at: int | None) -> float:
        """Return how long ago something was; NEVER for what has not been."""
        return NEVER if at is None else (self.now - at) / 60

    @property
    def history(self) -> History:
        """Return what has become of the incident."""
        return self._history() if callable(self._history) else self._history

    def _of_world(self) -> Mapping[str, Any]:
        if callable(self._world):
            self._world = self._world()
        return self._world


class PastFacts(Facts):
    """Facts at a moment of a record that is finished: what is looked up once stays as it is."""

    def __init__(self, history: Past, world: World, now: int, freeze_scope: tuple[str, ...]) -> None:
        super().__init__(history, world, now, freeze_scope)
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = super().__getitem__(name)
        return self._known[name]


def prepared(scenario: Scenario) -> History:
    """Return the history of a drill in which whoever is needed is there and knows, and all is frozen and declared.

    What a course of the world is walked with that people have no part in.
    """
    history = History(scenario)
    history.declared_at = 0
    history.present = dict.fromkeys(history.present, True)
    history.frozen = dict.fromkeys(scenario.overlay.freeze_scope, ("deploys", "merges"))
    history.refs = {Ref.to("query", query.id): 0 for query in scenario.queries}
    return history


def _action(f: Facts, ident: str) -> str:
    run = f.history.last_run("action", ident)
    return run.state if run else "none"


_INCIDENT: dict[str, Callable[[Facts], Any]] = {
    "t": lambda f: f.now,
    "closed": lambda f: f.history.closed,
    "incident.acknowledged": lambda f: any(a.acknowledged is not None for a in f.history.alerts.values()),
    "incident.declared": lambda f: f.history.declared_at is not None,
    "incident.severity": lambda f: f.history.severity or "",
    "incident.status": lambda f: f.history.status,
    "incident.frozen": lambda f: f.history.is_frozen(f.freeze_scope),
    "incident.public_update": lambda f: "public" in f.history.told,
    "incident.executives_told": lambda f: "executives" in f.history.told,
    "incident.commander": lambda f: f.history.holder(COMMANDER) or "",
    "incident.commanded": lambda f: f.minutes_since(f.history.command.since),
    "incident.handed_over": lambda f: any(
        one.what == COMMANDER and one.accepted is not None for one in f.history.handoffs.values()
    ),
    "incident.deputy": lambda f: f.history.holder(DEPUTY) or "",
    "incident.lanes": lambda f: len(f.history.lanes),
    "incident.verifying": lambda f: bool(f.history.given("verification")),
    "incident.verified": lambda f: bool(f.history.measured),
}
_NAMED: dict[str, Callable[[Facts, str], Any]] = {
    "action": _action,
    "query": lambda f, ident: Ref.to("query", ident) in f.history.refs,
    "cue": lambda f, ident: ident in f.history.cues,
    "inject": lambda f, ident: ident in f.history.delivered,
    "role": lambda f, ident: f.history.present.get(ident, False),
    "told": lambda f, audience: f.minutes_since(f.history.told.get(audience)),
    "heard": lambda f, channel: f.minutes_since(f.history.heard.get(channel)),
}
"""Prefix -> fact about one named thing, such as `action.flag_web` or `query.runbook`."""
INCIDENT_FACTS = (*_INCIDENT, *(f"told.{audience}" for audience in AUDIENCES))
"""Names of the facts about drill and incident."""


def about_people(name: str) -> bool:
    """Tell whether a fact is about drill and incident; any other is the world's own."""
    return name in _INCIDENT or name.partition(".")[0] in _NAMED

"""The facts that conditions read: the world's own, and those about the incident, looked up as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simulator.acts import EscalateInternally, UpdateExecutives, UpdateStakeholders

if TYPE_CHECKING:
    from simulator.engine import Engine


def _commanded(engine: Engine) -> float:
    """Return the minutes that whoever holds command has held it; NEVER while nobody was named, who leads then."""
    since = engine.incident.commanded_since
    return NEVER if since is None else (engine.now - since) / 60


_INCIDENT: dict[str, Callable[[Engine], Any]] = {
    "t": lambda engine: engine.now,
    "closed": lambda engine: engine.incident.closed,
    "incident.acknowledged": lambda engine: any(a.acknowledged is not None for a in engine.incident.alerts.values()),
    "incident.declared": lambda engine: engine.incident.declared_at is not None,
    "incident.severity": lambda engine: engine.incident.severity or "",
    "incident.status": lambda engine: engine.incident.status,
    "incident.frozen": lambda engine: engine.incident.is_frozen(engine.scenario.overlay.freeze_scope),
    "incident.public_update": lambda engine: engine.incident.public_update_at is not None,
    "incident.executives_told": lambda engine: any(
        isinstance(x.body, UpdateExecutives) for x in engine.incident.updates
    ),
    "incident.commander": lambda engine: engine.incident.holder("commander") or "",
    "incident.commanded": _commanded,
    "incident.handed_over": lambda engine: any(
        one.what == "commander" and one.accepted is not None for one in engine.incident.handoffs.values()
    ),
    "incident.deputy": lambda engine: engine.incident.holder("deputy") or "",
    "incident.lanes": lambda engine: len(engine.incident.lanes),
    "incident.verified": lambda engine: bool(engine.incident.measured),
}

AUDIENCES = ("public", "internal", "restricted", "executives", "leadership")
"""Who can be told something: `told.executives` is for how many minutes they have heard nothing."""
NEVER = 100_000.0
"""Minutes since somebody heard who never did."""
INCIDENT_FACTS = (*_INCIDENT, *(f"told.{audience}" for audience in AUDIENCES))
"""Names of the facts about drill and incident."""


def _told(engine: Engine, audience: str) -> float:
    """Return the minutes since an audience was last told something."""
    for entry in reversed(engine.incident.updates):
        body = entry.body
        heard = (
            body.audience if isinstance(body, UpdateStakeholders)
            else "executives" if isinstance(body, UpdateExecutives)
            else "leadership" if isinstance(body, EscalateInternally) else ""
        )  # fmt: skip
        if heard == audience:
            return (engine.now - entry.at) / 60
    return NEVER


def _action(engine: Engine, ident: str) -> str:
    run = engine.incident.last_run("action", ident)
    return run.state if run else "none"


def _query(engine: Engine, ident: str) -> bool:
    return f"query:{ident}" in engine.incident.refs


_NAMED: dict[str, Callable[[Engine, str], Any]] = {
    "action": _action,
    "query": _query,
    "cue": lambda engine, ident: ident in engine.incident.cues,
    "inject": lambda engine, ident: ident in engine.incident.delivered,
    "role": lambda engine, ident: engine.incident.present.get(ident, False),
    "told": _told,
}
"""Prefix -> fact about one named thing, such as `action.flag_web` or `query.runbook`."""


class Facts(Mapping[str, Any]):
    """Facts at one moment. Lazy, because a tick asks for a handful of some hundred."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._world: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        if name in _INCIDENT:
            return _INCIDENT[name](self._engine)
        prefix, dot, ident = name.partition(".")
        if dot and prefix in _NAMED:
            return _NAMED[prefix](self._engine, ident)
        return self._of_world()[name]

    def __iter__(self) -> Iterator[str]:
        yield from _INCIDENT
        yield from self._of_world()

    def __len__(self) -> int:
        return len(_INCIDENT) + len(self._of_world())

    def _of_world(self) -> Mapping[str, Any]:
        if self._world is None:
            self._world = self._engine.world.facts()
        return self._world

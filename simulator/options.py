"""What a picked field may hold: the ids behind each `Pick` source, from the scenario and from the drill so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from simulator.errors import nearest
from simulator.need_to_know import NeedToKnow
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.values import picked_fields


class Option(NamedTuple):
    """One thing to pick: its id, and what people read."""

    id: str
    title: str


_STATIC = (
    "actions", "alerts", "causes", "metrics", "queries", "segments", "topics", "services", "figures", "residual_risks",
    "unknowns", "reasons", "needs", "revisions", "factors", "roles",
)  # fmt: skip
"""Parts of a scenario that are picked under their own name."""
_NUMBERED = {"decisions": "decision:", "updates": "update:", "packets": "packet:"}


def options(source: str, scenario: Scenario, incident: History, role: str | None = None) -> list[Option]:
    """Return what can be picked from `source` by `role` now, in the scenario's order. Truth is never in it."""
    if source in _STATIC:
        return [Option(part.id, part.title) for part in getattr(scenario, source)]
    if source in _NUMBERED:
        return [Option(ref, ref) for ref in incident.refs if ref.startswith(_NUMBERED[source])]
    return _DYNAMIC[source](scenario, incident, role)


def titles_of(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return group -> id -> title of all that can be picked, as far as it is the same for the whole drill."""
    return {group: {part.id: part.title for part in getattr(scenario, group)} for group in (*_STATIC, "blast")}


FIXED = (*_STATIC, "seats", "cues", "channels", "blast")
"""Sources that are the same for the whole drill."""


def _cues(scenario: Scenario, incident: History, role: str | None) -> list[Option]:
    return [Option(cue.id, cue.text) for r in scenario.roles for cue in r.cues]


def _own_cues(scenario: Scenario, incident: History, role: str | None) -> list[Option]:
    return [Option(cue.id, cue.text) for r in scenario.roles if r.id == role for cue in r.cues]


def _titled_inject(scenario: Scenario, ident: str) -> Option:
    inject = scenario.find("injects", ident)
    return Option(ident, f"{inject.persona}: {inject.text[:70]}" if "{" not in inject.text else inject.persona)


_DYNAMIC: dict[str, Callable[[Scenario, History, str | None], list[Option]]] = {
    "seats": lambda s, i, r: [Option(role.id, role.title) for role in s.seats()],
    "cues": _cues,
    "own_cues": _own_cues,
    "injects": lambda s, i, r: [_titled_inject(s, inject.id) for inject in s.injects],
    "asks": lambda s, i, r: [_titled_inject(s, ident) for ident in i.asks],
    "claims": lambda s, i, r: [_titled_inject(s, ident) for ident in i.claims],
    "answers": lambda s, i, r: [Option(a.id, a.label) for ident in i.asks for a in s.find("injects", ident).answers],
    "channels": lambda s, i, r: [Option(channel, channel) for channel in s.channels],
    "blast": lambda s, i, r: [Option(t.id, t.title) for t in (*s.blast, *s.segments)],
    "tasks": lambda s, i, r: [
        Option(t.id, t.text)
        for t in i.tasks.values()
        if t.reported is None and (t.owner == r or (t.was == r and i.simulated(t.owner)))
    ],
    "voices": lambda s, i, r: [_titled_inject(s, ident) for ident in i.delivered if s.find("injects", ident).proposes],
    "handoffs": lambda s, i, r: [
        Option(h.id, h.what) for h in i.handoffs.values() if h.receiver == r and h.accepted is None
    ],
    "running": lambda s, i, r: [
        Option(run.run, run.line)
        for run in i.runs.values()
        if run.what == "action" and run.under_way
    ],
    "to_sign": lambda s, i, r: [
        Option(a.id, a.title) for a in s.actions if r and not set(i.stands_for(r)).isdisjoint(a.sign_offs)
    ],
    "evidence": lambda s, i, r: [Option(ref, ref) for ref in i.refs],
}


def _values(body: Any, path: str) -> Iterator[str]:
    head, _, rest = path.partition(".")
    value = getattr(body, head)
    for item in value if isinstance(value, tuple) else (value,):
        if item is None:
            continue
        if rest:
            yield from _values(item, rest)
        else:
            yield item


def offered(
    source: str, scenario: Scenario, incident: History, role: str, circle: NeedToKnow, sees: Callable[[str], bool]
) -> list[Option]:
    """Return what `role` is offered from `source`: outside need-to-know nothing that tells of the matter.

    `incident` is the incident as that role sees it made; `sees(reference)` tells whether it may see what is behind one.
    """
    # A name alone would tell that somebody else knows or was told something.
    if source == "answers":
        asked = [ident for ident in incident.asks if sees(f"inject:{ident}")]
        return [Option(a.id, a.label) for ident in asked for a in scenario.find("injects", ident).answers]
    found = options(source, scenario, incident, role)
    if source == "evidence":
        return [option for option in found if sees(option.id)]
    if source in ("asks", "claims", "voices"):
        return [option for option in found if sees(f"inject:{option.id}")]
    return [option for option in found if circle.offers(source, option.id, role)]


class Picks:
    """Checks picked values against what a role is offered; the fixed lists are looked up once a drill."""

    def __init__(
        self,
        scenario: Scenario,
        circle: NeedToKnow,
        seen_as: Callable[[str], History],
        sees: Callable[[str, str], bool],
    ) -> None:
        """`seen_as(role)` is the incident as a role sees it; `sees(reference, role)`: may it see what is behind it?"""
        self._scenario = scenario
        self._circle = circle
        self._seen_as = seen_as
        self._sees = sees
        nobody = History(scenario)
        self._fixed = {source: {o.id for o in options(source, scenario, nobody)} for source in FIXED}

    def problem(self, command: BaseModel, role: str) -> str | None:
        """Return why a picked value cannot be picked, with the nearest that can, or None."""
        for path, source in picked_fields(type(command)):
            for value in _values(command, path):
                if not self._has(source, value, role):
                    known = self._known(source, role)
                    return f"{path.replace('.', ' ')}: nothing here is called {value!r}{nearest(value, known)}"
        return None

    def _has(self, source: str, value: str, role: str) -> bool:
        # That there are closed channels is no secret; whoever writes into one is told that it is closed.
        if source in self._fixed and (source == "channels" or role not in self._circle.outside):
            return value in self._fixed[source]
        if source == "evidence":
            return value in self._seen_as(role).refs and self._sees(value, role)
        return value in self._known(source, role)

    def _known(self, source: str, role: str) -> list[str]:
        found = offered(
            source, self._scenario, self._seen_as(role), role, self._circle, lambda ref: self._sees(ref, role)
        )
        return [option.id for option in found]

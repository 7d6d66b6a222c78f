"""What a picked field may hold: the ids behind each `Pick` source, from the scenario and from the drill so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, get_args

from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.text import clock
from simulator.values import Dimension, Ref


class Option(NamedTuple):
    """One thing to pick: its id, and what people read."""

    id: str
    title: str


_STATIC = (
    "actions", "alerts", "causes", "metrics", "queries", "segments", "topics", "services", "figures", "residual_risks",
    "unknowns", "reasons", "needs", "revisions", "factors", "roles", "reaches",
)  # fmt: skip
"""Parts of a scenario that are picked under their own name."""
_NUMBERED = {"decisions": "decision", "updates": "update", "packets": "packet"}


def options(source: str, scenario: Scenario, incident: History, role: str | None = None) -> list[Option]:
    """Return what can be picked from `source` by `role` now, in the scenario's order. Truth is never in it."""
    if source == "reaches":
        return [Option(one.id, f"{_spelled(one.dimension)}: {one.title}") for one in scenario.reaches]
    if source in _STATIC:
        return [Option(part.id, part.title) for part in getattr(scenario, source)]
    if source in _NUMBERED:
        made = {entry.seq: entry for entry in incident.given(_NUMBERED[source])}
        return [Option(ref, _dated(scenario, Ref(ref), made[seq])) for ref, seq in incident.refs.items() if seq in made]
    return _DYNAMIC[source](scenario, incident, role)


def _dated(scenario: Scenario, ref: Ref, entry: Entry) -> str:
    """Return a numbered record as people tell it from others: when it was made, and what it decides."""
    what = "; ".join(scenario.find("actions", action).title for action in getattr(entry.body, "actions", ()))
    return f"{ref.kind} {ref.ident}, {clock(entry.at)}" + (f": {what}" if what else "")


def _spelled(dimension: str) -> str:
    return dimension.replace("_", " ").capitalize()


def titles_of(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return group -> id -> title of all that can be picked, as far as it is the same for the whole drill."""
    return {group: {part.id: part.title for part in getattr(scenario, group)} for group in (*_STATIC, "blast")}


FIXED = (*_STATIC, "seats", "cues", "channels", "blast", "levels", "dependencies")
"""Sources that are the same for the whole drill."""


def _titled_inject(scenario: Scenario, ident: str) -> Option:
    inject = scenario.find("injects", ident)
    return Option(ident, f"{inject.persona}: {inject.text[:70]}" if "{" not in inject.text else inject.persona)


_DYNAMIC: dict[str, Callable[[Scenario, History, str | None], list[Option]]] = {
    "seats": lambda s, i, r: [Option(role.id, role.title) for role in s.seats()],
    "cues": lambda s, i, r: [Option(cue.id, cue.text) for role in s.roles for cue in role.cues],
    "own_cues": lambda s, i, r: [Option(cue.id, cue.text) for role in s.roles if role.id == r for cue in role.cues],
    "dependencies": lambda s, i, r: [Option(one.id, one.title or one.id) for one in i.dependencies],
    "levels": lambda s, i, r: [Option(level.id, level.title or level.id) for level in i.levels],
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
    "dimensions": lambda s, i, r: [Option(one, _spelled(one)) for one in get_args(Dimension)],
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
    "records": lambda s, i, r: [Option(ref, ref) for ref in i.refs if Ref(ref).kind in i.numbered],
    "evidence": lambda s, i, r: [Option(ref, ref) for ref in i.refs],
}


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
    if source in ("evidence", "records"):
        return [option for option in found if sees(option.id)]
    if source in ("asks", "claims", "voices"):
        return [option for option in found if sees(f"inject:{option.id}")]
    return [option for option in found if circle.offers(source, option.id, role)]

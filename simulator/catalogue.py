"""What exists in a drill to be asked for, stripped of everything that is an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from simulator.names import Called
from simulator.need_to_know import NeedToKnow
from simulator.options import Option, titles_of
from simulator.scenario.model import Scenario
from simulator.scenario.spoken import words_of
from simulator.values import LANES, Duty, Ref


class CommandLine(NamedTuple):
    """Something that can be typed: a query or an action, without what it gives away."""

    id: str
    what: str
    """`query` or `action`."""
    title: str
    command: str
    aliases: tuple[str, ...]
    executors: tuple[str, ...]
    group: str
    sign_offs: tuple[str, ...] = ()
    """Roles that must sign an action before it starts."""
    rung: str = ""
    """Of an action: flag, hotfix, rollback, containment, capacity or repair."""
    words: tuple[str, ...] = ()
    """What playbooks, gates and hints call it; it is found by them and does not run by them."""

    @property
    def source(self) -> str:
        """Return the list it is picked from."""
        return "queries" if self.what == "query" else "actions"


class Panel(NamedTuple):
    """A metric as the explorer lists it."""

    id: str
    title: str
    unit: str
    labels: tuple[tuple[str, str], ...]
    on_console: bool
    normal: float | None
    good: str
    decimals: int
    limits: tuple[tuple[str, float], ...] = ()
    """Where its alerts fire: `above` or `below`, and the value."""


class Seat(NamedTuple):
    """A role as its holder or a colleague sees it."""

    id: str
    title: str
    handle: str
    team: str
    seat: bool
    lane: str | None
    duties: tuple[Duty, ...]
    places: tuple[str, ...]
    """The places it fills, its own first: what scripts call it by, whatever its id."""


class Needed(NamedTuple):
    """Something that must be on record, and before what."""

    title: str
    before: str


class Elsewhere(NamedTuple):
    """A command line in a place where it does not belong, and the error that is true of that place."""

    typed: str
    """How such a line begins."""
    output: str


@dataclass(frozen=True)
class Catalogue:
    """What exists in this drill to be asked for; the same for the whole drill and every role."""

    title: str
    incident: str
    briefing: str
    horizon: int
    roles: tuple[Seat, ...]
    lines: tuple[CommandLine, ...]
    panels: tuple[Panel, ...]
    services: tuple[Option, ...]
    called: Called
    elsewhere: tuple[Elsewhere, ...] = ()
    needed: tuple[Needed, ...] = ()
    """The evidence minimum; none outside need-to-know."""
    room: str = "incident"
    """Channel in which the role works with others."""
    protected: bool = False
    """The incident is kept among those who need to know."""
    quiet: tuple[float, float] = (-55.0, -25.0)
    """The window people usually compare with, in minutes."""
    postures: tuple[tuple[str, str], ...] = ()
    """Classes of dependencies whose failure the company meets in its own way, each with how."""
    moved: tuple[tuple[str, float], ...] = ()
    """Rows of the playbook that this incident asks for earlier or later, each with its minute."""

    def line(self, ident: str) -> CommandLine | None:
        """Return the query or action with this id."""
        return next((line for line in self.lines if line.id == ident), None)

    def seat_for(self, duty: Duty) -> str | None:
        """Return the seat that is there for a duty."""
        seats = [role for role in self.roles if role.seat]
        main = next((role.id for role in seats if role.duties[:1] == (duty,)), None)
        return main or next((role.id for role in seats if duty in role.duties), None)

    def role(self, ident: str) -> Seat | None:
        """Return the role with this id."""
        return self._by_id.get(ident)

    def filling(self, place: str) -> str:
        """Return the id of the role that fills a place here."""
        return self._by_place.get(place, place)

    def place_of(self, role: str) -> str:
        """Return what a role is called whatever its id; empty for none of this drill."""
        known = self.role(role)
        return known.places[0] if known else ""

    @cached_property
    def _by_id(self) -> dict[str, Seat]:
        return {role.id: role for role in self.roles}

    @cached_property
    def _by_place(self) -> dict[str, str]:
        return {place: role.id for role in reversed(self.roles) for place in role.places}


def catalogue(s: Scenario, circle: NeedToKnow, only: str | None = None) -> Catalogue:
    """Return what can be asked for, stripped of everything that is an answer; `only` what one role can carry out."""
    words, places = words_of(s), s.places()
    queries = [
        CommandLine(
            q.id, "query", q.title, q.command, q.aliases, q.executors, q.group, words=words[Ref.to("query", q.id)]
        )
        for q in s.queries
    ]
    actions = [
        CommandLine(
            a.id, "action", a.title, a.command, a.aliases, a.executors, "actions", a.sign_offs, a.rung,
            words[Ref.to("action", a.id)],
        )
        for a in s.actions
    ]

    def offers(source: str, ident: str) -> bool:
        return only is None or circle.offers(source, ident, only)

    panels = [
        Panel(m.id, m.title, m.unit, tuple(m.labels.items()), m.panel, m.normal, m.good, m.decimals, _limits(s, m.id))
        for m in s.metrics
        if offers("metrics", m.id)
    ]
    lines = tuple(x for x in (*queries, *actions) if only is None or only in x.executors)
    return Catalogue(
        title=s.title, incident=s.incident, briefing=s.briefing, horizon=s.horizon,
        roles=tuple(
            Seat(r.id, r.title, r.handle, r.team, r.seat, r.lane, r.duties, places[r.id]) for r in s.roles
        ),
        lines=lines, panels=tuple(panels),
        services=tuple(Option(service.id, service.title) for service in s.services),
        called=called(s, offers),
        elsewhere=tuple(
            Elsewhere(place.typed, place.output)
            for place in s.wrong_places
            if place.typed != place.starts and "{" not in place.output and (only is None or circle.knows(only))
        ),
        needed=() if only else tuple(Needed(one.title, one.supports) for one in s.evidence_minimum),
        room=circle.channel(only) if only else s.room, protected=bool(circle.inside),
        quiet=(s.overlay.baseline.from_, s.overlay.baseline.to),
        postures=tuple(s.conventions.postures.items()),
        moved=tuple((row, start) for row, (start, _) in s.overlay.windows.items()),
    )  # fmt: skip


def called(scenario: Scenario, offers: Callable[[str, str], bool] = lambda source, ident: True) -> Called:
    """Return what things are called, as far as `offers(source, id)` allows."""
    titles = {
        source: {ident: title for ident, title in group.items() if offers(source, ident)}
        for source, group in titles_of(scenario).items()
    }
    units = {f.id: f.unit for f in scenario.figures if f.id in titles["figures"]}
    signals = {m.id: (m.unit, m.decimals) for m in scenario.metrics if offers("metrics", m.id)}
    titles["lane"] = dict(LANES)
    titles["audience"] = {str(one): words for one, words in scenario.conventions.audiences.items()}
    handles = {role.id: role.handle for role in scenario.roles}
    return Called(titles, units, handles, scenario.channels[0], signals)


def _limits(scenario: Scenario, metric: str) -> tuple[tuple[str, float], ...]:
    rules = [rule for rule in scenario.alerts if rule.metric == metric]
    sides = [(side, getattr(rule, side)) for rule in rules for side in ("above", "below")]
    return tuple((side, value) for side, value in sides if value is not None)

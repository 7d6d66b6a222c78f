"""What a role may see: the one object a page, a scripted responder or a simulated holder is given.

A briefing holds entries addressed to the role, the incident as people have made it, what monitoring
shows, and what can be asked for. It holds no truth: no hidden state, no inject to come, no other role's
cue, none of the scenario's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from simulator import events as e
from simulator.drill import Drill
from simulator.monitoring.logs import LogLine
from simulator.monitoring.series import Point
from simulator.names import Called
from simulator.need_to_know import NeedToKnow
from simulator.options import Option, offered, titles_of
from simulator.record.entry import Entry, sees
from simulator.record.history import History
from simulator.record.tracked import AlertState, Run, Task
from simulator.scenario.model import Scenario
from simulator.values import Duty, Ref


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
    t0_utc: str
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
        return self._places.get(role, "")

    @cached_property
    def _by_id(self) -> dict[str, Seat]:
        return {role.id: role for role in self.roles}

    @cached_property
    def _places(self) -> dict[str, str]:
        return {role.id: role.places[0] for role in self.roles}

    @cached_property
    def _by_place(self) -> dict[str, str]:
        return {place: role.id for role in reversed(self.roles) for place in role.places}


@dataclass(frozen=True)
class Briefing:
    """What `role` knows at `now`. Shown to a role by t means: it is in here at t."""

    role: str
    now: int
    mode: str
    brief: str
    """What only this role was told beforehand."""
    catalogue: Catalogue
    incident: History
    entries: Sequence[Entry]
    ended: str | None
    finished: bool
    _drill: Drill

    @property
    def place(self) -> str:
        """Return what scripts call this role, whatever its id."""
        return self.catalogue.place_of(self.role)

    def series(self, metric: str, since: int | None = None) -> list[Point]:
        """Return a metric as monitoring shows it: (drill second, value or None), oldest first."""
        if not self._drill.circle.offers("metrics", metric, self.role):
            return []
        return self._drill.telemetry.series(metric, self.now, since)

    def latest(self, metric: str) -> float | None:
        """Return the newest value monitoring shows of a metric."""
        if not self._drill.circle.offers("metrics", metric, self.role):
            return None
        return self._drill.telemetry.latest(metric, self.now)

    def options(self, source: str) -> list[Option]:
        """Return what this role can pick from `source` now."""
        if source == "evidence":
            return [Option(ref, self.title_of(ref)) for ref, seq in self.incident.refs.items() if self._sees(seq)]
        if source == "injects":
            return []
        if source == "answers":
            asked = [self._drill.entry(seq).body for seq in self._told(self.incident.asks)]
            return [Option(*one) for body in asked if isinstance(body, e.InjectDelivered) for one in body.answers]
        wanted = "own_cues" if source == "cues" else source
        found = offered(wanted, self._drill.scenario, self.incident, self.role, self._drill.circle)
        if source in ("asks", "claims", "voices"):
            return [option for option in found if self._sees(self.incident.delivered[option.id])]
        if wanted == "own_cues":
            return [option for option in found if Ref.to("cue", option.id) in self.incident.refs]
        return found

    def search_logs(
        self, *, text: str = "", service: str | None = None, level: str | None = None, minutes: float = 15
    ) -> list[LogLine]:
        """Return log lines; looking leaves no trace (a `search_logs` command makes it evidence)."""
        if not self._drill.circle.knows(self.role):
            return []
        return self._drill.logs.search(self.now, text=text, service=service, level=level, minutes=minutes)

    def alerts(self) -> list[AlertState]:
        """Return the alerts so far, firing ones first, newest first."""
        return sorted(self.incident.alerts.values(), key=lambda a: (not a.firing, -a.since, a.alert))

    def tasks(self) -> list[Task]:
        """Return the open tasks of this role."""
        return [t for t in self.incident.tasks.values() if t.owner == self.role and t.reported is None]

    def running(self) -> list[Run]:
        """Return the queries and actions that wait, run or hang."""
        return [run for run in self.incident.runs.values() if run.under_way]

    def result(self, ref: str) -> e.QueryFinished | None:
        """Return the output behind a reference such as `query:ID`, if it has come."""
        seq = self.incident.refs.get(ref)
        body = self._drill.entry(seq).body if seq and self._sees(seq) else None
        return body if isinstance(body, e.QueryFinished) else None

    def latest_result(self, query: str) -> e.QueryFinished | None:
        """Return the newest output of a query."""
        for entry in reversed(self.entries):
            if isinstance(entry.body, e.QueryFinished) and entry.body.query == query:
                return entry.body
        return None

    def title_of(self, ref: str) -> str:
        """Return a reference in words people recognise."""
        known = Ref(ref)
        line = self.catalogue.line(known.ident) if known.kind in ("query", "action") else None
        if line:
            return f"{line.title} (run {known.run})" if known.run > 1 else line.title
        if known.kind == "metric":
            panel = next((p for p in self.catalogue.panels if p.id == known.ident), None)
            return f"Panel: {panel.title}" if panel else ref
        return f"{known.kind} {known.ident}" + (f"#{known.run}" if known.run > 1 else "")

    def _told(self, injects: Iterable[str]) -> list[int]:
        return [seq for ident in injects if self._sees(seq := self.incident.delivered[ident])]

    def _sees(self, seq: int) -> bool:
        return sees(self._drill.entry(seq), self.role, self._drill.circle)


def catalogue(s: Scenario, circle: NeedToKnow, only: str | None = None) -> Catalogue:
    """Return what can be asked for, stripped of everything that is an answer; `only` what one role can carry out."""
    queries = [CommandLine(q.id, "query", q.title, q.command, q.aliases, q.executors, q.group) for q in s.queries]
    actions = [
        CommandLine(a.id, "action", a.title, a.command, a.aliases, a.executors, "actions", a.sign_offs, a.rung)
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
        title=s.title, incident=s.incident, briefing=s.briefing, t0_utc=s.t0_utc, horizon=s.horizon,
        roles=tuple(
            Seat(r.id, r.title, r.handle, r.team, r.seat, r.lane, r.duties, s.places(r.id)) for r in s.roles
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
    )  # fmt: skip


def called(scenario: Scenario, offers: Callable[[str, str], bool] = lambda source, ident: True) -> Called:
    """Return what things are called, as far as `offers(source, id)` allows."""
    titles = {
        source: {ident: title for ident, title in group.items() if offers(source, ident)}
        for source, group in titles_of(scenario).items()
    }
    units = {f.id: f.unit for f in scenario.figures if f.id in titles["figures"]}
    return Called(titles, units, {role.id: role.handle for role in scenario.roles}, scenario.channels[0])


def _limits(scenario: Scenario, metric: str) -> tuple[tuple[str, float], ...]:
    rules = [rule for rule in scenario.alerts if rule.metric == metric]
    sides = [(side, getattr(rule, side)) for rule in rules for side in ("above", "below")]
    return tuple((side, value) for side, value in sides if value is not None)


class Briefs(Drill, Protocol):
    """A drill that keeps what each role may see."""

    finished: bool

    def inbox(self, role: str) -> list[Entry]:
        """Return the entries `role` may see, oldest first."""

    def catalogue_of(self, role: str) -> Catalogue:
        """Return what `role` can ask for."""


def briefing(drill: Briefs, role: str) -> Briefing:
    """Return what `role` may see now. Raises KeyError for a role the drill does not have."""
    known = drill.scenario.find("roles", role)
    return Briefing(
        role=role, now=drill.now, mode=drill.mode, brief=known.brief, catalogue=drill.catalogue_of(role),
        incident=drill.seen_as(role), entries=drill.inbox(role), ended=drill.incident.ended, finished=drill.finished,
        _drill=drill,
    )  # fmt: skip


def briefer(drill: Briefs) -> Callable[[str], Briefing]:
    """Return what gives each role its briefing now; one is made anew only when something it copies has changed."""
    made: dict[str, Briefing] = {}

    def give(role: str) -> Briefing:
        b = made.get(role)
        if b is None or (b.now, b.ended, b.finished) != (drill.now, drill.incident.ended, drill.finished):
            b = made[role] = briefing(drill, role)
        return b

    return give

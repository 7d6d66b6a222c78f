"""What a role may see: the one object a page, a scripted responder or a simulated holder is given.

A briefing holds entries addressed to the role, the incident as people have made it, what monitoring
shows, and what can be asked for. It holds no truth: no hidden state, no inject to come, no other role's
cue, none of the scenario's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simulator import events as e
from simulator.monitoring.logs import LogLine
from simulator.monitoring.series import Point
from simulator.options import Option, offered, titles_of
from simulator.record.incident import IncidentState
from simulator.record.journal import Entry
from simulator.record.tracked import AlertState, Run, Task
from simulator.scenario.model import Scenario

if TYPE_CHECKING:
    from simulator.engine import Engine


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
    places: tuple[str, ...]
    """The places it fills, its own first: what scripts call it by, whatever its id."""

    @property
    def place(self) -> str:
        """Return what the role is called whatever its id."""
        return self.places[0]


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
class Called:
    """What the things of a drill are called, true and false ones alike."""

    titles: Mapping[str, Mapping[str, str]]
    """Group -> id -> title of all that can be named or picked."""
    units: Mapping[str, str]
    """Figure -> unit."""
    handles: Mapping[str, str]
    """Role -> handle of its simulated holder."""


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

    def role(self, ident: str) -> Seat | None:
        """Return the role with this id."""
        return next((role for role in self.roles if role.id == ident), None)


@dataclass(frozen=True)
class Briefing:
    """What `role` knows at `now`. Shown to a role by t means: it is in here at t."""

    role: str
    now: int
    mode: str
    brief: str
    """What only this role was told beforehand."""
    catalogue: Catalogue
    incident: IncidentState
    entries: Sequence[Entry]
    ended: str | None
    finished: bool
    _engine: Engine

    def series(self, metric: str, since: int | None = None) -> list[Point]:
        """Return a metric as monitoring shows it: (drill second, value or None), oldest first."""
        if not self._engine.circle.offers("metrics", metric, self.role):
            return []
        return self._engine.telemetry.series(metric, self.now, since)

    def latest(self, metric: str) -> float | None:
        """Return the newest value monitoring shows of a metric."""
        if not self._engine.circle.offers("metrics", metric, self.role):
            return None
        return self._engine.telemetry.latest(metric, self.now)

    def options(self, source: str) -> list[Option]:
        """Return what this role can pick from `source` now."""
        if source == "evidence":
            return [Option(ref, self.title_of(ref)) for ref, seq in self.incident.refs.items() if self._sees(seq)]
        if source == "injects":
            return []
        if source == "answers":
            asked = [self._engine.journal.entries[seq - 1].body for seq in self._told(self.incident.asks)]
            return [Option(*one) for body in asked if isinstance(body, e.InjectDelivered) for one in body.answers]
        wanted = "own_cues" if source == "cues" else source
        found = offered(wanted, self._engine.scenario, self.incident, self.role, self._engine.circle)
        if source in ("asks", "claims", "voices"):
            return [option for option in found if self._sees(self.incident.delivered[option.id])]
        if wanted == "own_cues":
            return [option for option in found if f"cue:{option.id}" in self.incident.refs]
        return found

    def search_logs(
        self, *, text: str = "", service: str | None = None, level: str | None = None, minutes: float = 15
    ) -> list[LogLine]:
        """Return log lines; looking leaves no trace (a `search_logs` command makes it evidence)."""
        if not self._engine.circle.knows(self.role):
            return []
        return self._engine.logs.search(self.now, text=text, service=service, level=level, minutes=minutes)

    def alerts(self) -> list[AlertState]:
        """Return the alerts so far, firing ones first, newest first."""
        return sorted(self.incident.alerts.values(), key=lambda a: (not a.firing, -a.since, a.alert))

    def tasks(self) -> list[Task]:
        """Return the open tasks of this role."""
        return [t for t in self.incident.tasks.values() if t.owner == self.role and t.reported is None]

    def running(self) -> list[Run]:
        """Return the queries and actions that wait, run or hang."""
        return [r for r in self.incident.runs.values() if r.state in ("waiting", "running", "stalled")]

    def result(self, ref: str) -> e.QueryFinished | None:
        """Return the output behind a reference such as `query:ID`, if it has come."""
        seq = self.incident.refs.get(ref)
        body = self._engine.journal.entries[seq - 1].body if seq and self._sees(seq) else None
        return body if isinstance(body, e.QueryFinished) else None

    def latest_result(self, query: str) -> e.QueryFinished | None:
        """Return the newest output of a query."""
        for entry in reversed(self.entries):
            if isinstance(entry.body, e.QueryFinished) and entry.body.query == query:
                return entry.body
        return None

    def title_of(self, ref: str) -> str:
        """Return a reference in words people recognise."""
        prefix, _, rest = ref.partition(":")
        ident, _, run = rest.partition("#")
        line = self.catalogue.line(ident) if prefix in ("query", "action") else None
        if line:
            return f"{line.title} (run {run})" if run else line.title
        if prefix == "metric":
            panel = next((p for p in self.catalogue.panels if p.id == ident), None)
            return f"Panel: {panel.title}" if panel else ref
        return f"{prefix} {rest}"

    def _told(self, injects: Iterable[str]) -> list[int]:
        return [seq for ident in injects if self._sees(seq := self.incident.delivered[ident])]

    def _sees(self, seq: int) -> bool:
        return self._engine.circle.sees(self._engine.journal.entries[seq - 1], self.role)


def catalogue(engine: Engine, only: str | None = None) -> Catalogue:
    """Return what can be asked for, stripped of everything that is an answer; `only` what one role can carry out."""
    s = engine.scenario
    queries = [CommandLine(q.id, "query", q.title, q.command, q.aliases, q.executors, q.group) for q in s.queries]
    actions = [
        CommandLine(a.id, "action", a.title, a.command, a.aliases, a.executors, "actions", a.sign_offs, a.rung)
        for a in s.actions
    ]

    def offers(source: str, ident: str) -> bool:
        return only is None or engine.circle.offers(source, ident, only)

    panels = [
        Panel(m.id, m.title, m.unit, tuple(m.labels.items()), m.panel, m.normal, m.good, m.decimals, _limits(s, m.id))
        for m in s.metrics
        if offers("metrics", m.id)
    ]
    lines = tuple(x for x in (*queries, *actions) if only is None or only in x.executors)
    return Catalogue(
        title=s.title, incident=s.incident, briefing=s.briefing, t0_utc=s.t0_utc, horizon=s.horizon,
        roles=tuple(Seat(r.id, r.title, r.handle, r.team, r.seat, r.lane, s.places(r.id)) for r in s.roles),
        lines=lines, panels=tuple(panels),
        services=tuple(Option(service.id, service.title) for service in s.services),
        called=called(s, offers),
        elsewhere=tuple(
            Elsewhere(place.typed, place.output)
            for place in s.wrong_places
            if place.typed != place.starts and "{" not in place.output and (only is None or engine.circle.knows(only))
        ),
        needed=() if only else tuple(Needed(one.title, one.supports) for one in s.evidence_minimum),
        room=engine.circle.channel(only) if only else s.room, protected=bool(engine.circle.inside),
        quiet=(s.overlay.baseline.from_, s.overlay.baseline.to),
    )  # fmt: skip


def called(scenario: Scenario, offers: Callable[[str, str], bool] = lambda source, ident: True) -> Called:
    """Return what things are called, as far as `offers(source, id)` allows."""
    titles = {
        source: {ident: title for ident, title in group.items() if offers(source, ident)}
        for source, group in titles_of(scenario).items()
    }
    units = {f.id: f.unit for f in scenario.figures if f.id in titles["figures"]}
    return Called(titles, units, {role.id: role.handle for role in scenario.roles})


def _limits(scenario: Scenario, metric: str) -> tuple[tuple[str, float], ...]:
    rules = [rule for rule in scenario.alerts if rule.metric == metric]
    sides = [(side, getattr(rule, side)) for rule in rules for side in ("above", "below")]
    return tuple((side, value) for side, value in sides if value is not None)


def briefing(engine: Engine, role: str) -> Briefing:
    """Return what `role` may see now. Raises KeyError for a role the drill does not have."""
    inbox = engine.inbox(role)
    known = engine.scenario.find("roles", role)
    return Briefing(
        role=role, now=engine.now, mode=engine.header.mode, brief=known.brief, catalogue=engine.catalogue_of(role),
        incident=engine.seen_as(role), entries=inbox, ended=engine.incident.ended, finished=engine.finished,
        _engine=engine,
    )  # fmt: skip


def briefer(engine: Engine) -> Callable[[str], Briefing]:
    """Return what gives each role its briefing now; one is made anew only when something it copies has changed."""
    made: dict[str, Briefing] = {}

    def give(role: str) -> Briefing:
        b = made.get(role)
        if b is None or (b.now, b.ended, b.finished) != (engine.now, engine.incident.ended, engine.finished):
            b = made[role] = briefing(engine, role)
        return b

    return give

"""What a role may see: the one object a page, a scripted responder or a simulated holder is given.

A briefing holds entries addressed to the role, the incident as people have made it, what monitoring
shows, and what can be asked for. It holds no truth: no hidden state, no inject to come, no other role's
cue, none of the scenario's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator import events as e
from simulator.catalogue import Catalogue, CommandLine, Panel
from simulator.changes import last_change
from simulator.closure import Condition, missing_for_closure
from simulator.drill import Drill
from simulator.monitoring.logs import LogLine
from simulator.monitoring.series import Point
from simulator.options import Option, offered
from simulator.record.entry import Entry, sees
from simulator.record.history import History
from simulator.record.tracked import AlertState, Run, Task
from simulator.values import Ref

BY_TITLE = ("causes", "factors", "blast", "residual_risks", "unknowns")
"""Sources in the order of their titles: an author writes the true ones first."""


@dataclass(frozen=True)
class Briefing:
    """What `role` knows at `now`. Shown to a role by t means: it is in here at t."""

    role: str
    now: int
    mode: str
    catalogue: Catalogue
    incident: History
    entries: Sequence[Entry]
    ended: str | None
    finished: bool
    _drill: Drill

    @property
    def brief(self) -> str:
        """Return what only this role was told beforehand."""
        return str(self._drill.scenario.find("roles", self.role).brief)

    @property
    def place(self) -> str:
        """Return what scripts call this role, whatever its id."""
        return self.catalogue.place_of(self.role)

    def missing_for_closure(self) -> tuple[Condition, ...]:
        """Return what the closure gate would ask for now, of somebody sure enough; asking costs nothing."""
        return missing_for_closure(self.incident, self._drill.scenario, "L3", (), self.now)

    def changed_at(self) -> int:
        """Return the drill second of the last change as the closure gate counts them, 0 where there was none."""
        change = last_change(self.incident, self._drill.scenario)
        return change.at if change else 0

    def mitigating_since(self) -> int | None:
        """Return when the first action was begun that the score counts as mitigation, None before one was."""
        meant = {action.id for action in self._drill.scenario.actions if action.treats}
        runs = [run for run in self.incident.runs.values() if run.what == "action" and run.ident in meant]
        return min((run.started for run in runs if run.started is not None), default=None)

    def changing(self) -> bool:
        """Tell whether an action is under way that will be a change once it is done."""
        actions = (self._drill.scenario.find("actions", run.ident) for run in self.running() if run.what == "action")
        return any(not action.looks and action.effects + action.starts_with for action in actions)

    def called_away(self) -> bool:
        """Tell whether this role was told that it has to go, and holds the post that it was told about."""
        incident = self.incident
        for inject in self._drill.scenario.injects:
            post, told = inject.leaves, incident.delivered.get(inject.id)
            if post is None or told is None or not self._sees(Ref.to("inject", inject.id)):
                continue
            # Whoever had the post then is meant, by name or not; not who took it since, nor who went and is back.
            tenure = incident.posts[post]
            meant = tenure.held_at(told, self._drill.entry(told).at) or tenure.home
            if self.role == meant == tenure.holder and self.role != tenure.gone:
                return True
        return False

    def successors(self) -> list[str]:
        """Return the seats that may take command where it is left vacant, in the order in which they are asked."""
        return list(self._drill.successors())

    def inside(self, seat: str) -> bool:
        """Tell whether a seat is among those who need to know what this role does."""
        return self._drill.circle.knows(seat) or not self._drill.circle.knows(self.role)

    def leads_on(self) -> str | None:
        """Return the seat that has command, or the first that may take it where it was left vacant."""
        return next(iter(self.successors()), None) if self.incident.command.vacant else self.incident.commander()

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
        if source == "injects":
            return []
        wanted = "own_cues" if source == "cues" else source
        circle, scenario = self._drill.circle, self._drill.scenario
        found = offered(wanted, scenario, self.incident, self.role, circle, self._sees)
        if source == "evidence":
            return [Option(option.id, self.title_of(option.id)) for option in found]
        if wanted == "own_cues":
            return [option for option in found if Ref.to("cue", option.id) in self.incident.refs]
        found = [option for option in found if self.knows(source, option.id)]
        return sorted(found, key=lambda option: option.title) if source in BY_TITLE else found

    def knows(self, source: str, ident: str) -> bool:
        """Tell whether this role has come to know of something in `source`: only then is it offered."""
        return self._drill.known[self.role].has(source, ident)

    @property
    def lines(self) -> tuple[CommandLine, ...]:
        """Return the queries and actions that are offered now; whoever types another one in full may run it."""
        return tuple(line for line in self.catalogue.lines if self.knows(line.source, line.id))

    @property
    def panels(self) -> tuple[Panel, ...]:
        """Return the metrics that are offered now."""
        return tuple(panel for panel in self.catalogue.panels if self.knows("metrics", panel.id))

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

    def _sees(self, ref: str) -> bool:
        return sees(self._drill.entry(self.incident.refs[ref]), self.role, self._drill.circle)


def briefing(drill: Drill, role: str) -> Briefing:
    """Return what `role` may see now. Raises KeyError for a role the drill does not have."""
    return Briefing(
        role=role, now=drill.now, mode=drill.mode, catalogue=drill.catalogues[role], incident=drill.seen_as(role),
        entries=drill.inboxes[role], ended=drill.incident.ended, finished=drill.finished, _drill=drill,
    )  # fmt: skip


def briefer(drill: Drill) -> Callable[[str], Briefing]:
    """Return what gives each role its briefing now; one is made anew only when something it copies has changed."""
    made: dict[str, Briefing] = {}

    def give(role: str) -> Briefing:
        b = made.get(role)
        if b is None or (b.now, b.ended, b.finished) != (drill.now, drill.incident.ended, drill.finished):
            b = made[role] = briefing(drill, role)
        return b

    return give

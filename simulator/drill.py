"""A drill under way: its world, what monitoring shows of it, the record, and the incident folded from that."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import simpy

from simulator import events as e
from simulator.catalogue import catalogue
from simulator.known import Known
from simulator.levels import STANDARD, PlayedBook
from simulator.monitoring.logs import Logs
from simulator.monitoring.series import Telemetry
from simulator.msel import Msel
from simulator.need_to_know import NeedToKnow
from simulator.record.entry import Body, Entry, readers, sees
from simulator.record.facts import Facts
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Effect
from simulator.scenario.shown import gates
from simulator.scenario.world import Remembers, World
from simulator.streams import streams
from simulator.text import Utc, dig, render
from simulator.values import COMMANDER, DEPUTY, ENGINE, WORLD, Author, Ref, Scalar

Process = Generator[simpy.Event, Any, Any]


class Drill(ABC):
    """What acts, simulated people and pages stand on. Nothing in it moves by itself: the engine lets time pass."""

    def __init__(
        self, scenario: Scenario, world: World, seed: int, mode: str, book: PlayedBook = STANDARD
    ) -> None:
        """Begin at the second where `world` stands."""
        self.scenario = scenario
        self.world = world
        self.mode = mode
        """training or assessment."""
        self.entries: list[Entry] = []
        """All that is on record, oldest first."""
        self.incident = History(scenario, book)
        self.circle = NeedToKnow(scenario)
        self._partial = {role: History(scenario, book) for role in self.circle.outside}
        self.stream = streams(seed)
        self.telemetry = Telemetry(scenario.metrics, scenario.alerts, self.stream)
        self.telemetry.memory = world.before if isinstance(world, Remembers) else None
        self.logs = Logs(scenario, seed)
        self.msel = Msel(scenario)
        self.env = simpy.Environment(initial_time=world.now)
        self.finished = False
        self.inboxes: dict[str, list[Entry]] = {role.id: [] for role in scenario.roles}
        """Role -> the entries it may see, oldest first."""
        self.catalogues = dict.fromkeys(self.inboxes, catalogue(scenario, self.circle))
        """Role -> what it can ask for: outside need-to-know only what it can carry out itself."""
        self.catalogues.update((role, catalogue(scenario, self.circle, role)) for role in self.circle.outside)
        gated = gates(scenario)
        self.known = {role.id: Known(gated, self.inboxes[role.id], role.duties) for role in scenario.roles}
        """Role -> what it has come to know of."""

    @property
    def now(self) -> int:
        """Return the drill second."""
        return int(self.env.now)

    @property
    def ended(self) -> bool:
        """Tell whether people have stopped."""
        return self.incident.ended is not None

    @abstractmethod
    def may(self, role: str, kind: str, /, **fields: str) -> bool:
        """Tell whether `role` could have an act of this kind now. Writes nothing."""

    def successors(self) -> Iterator[str]:
        """Yield the seats that may take command where it was left vacant: the deputy's own first, then in their order.

        All of them need to know; who had to go is refused, as anybody would be, and the seat that led has lost it.
        """
        seats = (self.incident.home(DEPUTY), *(role.id for role in self.scenario.seats()))
        able = (s for s in dict.fromkeys(seats) if s and s != self.incident.lead and self.circle.knows(s))
        yield from (s for s in able if self.may(s, "assign_role", role=COMMANDER, to=s))

    def record(self, body: Body, by: Author, to: tuple[str, ...] = ()) -> Entry:
        """Put an act or event on the record, in front of `to` or whoever may see it. It is not folded yet."""
        entry = Entry(len(self.entries) + 1, self.now, by, body)
        self.entries.append(entry)
        for role in to or readers(by, body, self.circle) or self.inboxes:
            if role in self.inboxes:
                self.inboxes[role].append(entry)
        return entry

    def emit(self, body: e.Event, by: Author = ENGINE) -> Entry:
        """Write an event into the journal, addressed to who may see it, and fold it into the incident."""
        entry = self.record(self._addressed(body), by)
        self.fold(entry)
        if isinstance(body, (e.RoleAccepted, e.HandOffAccepted)):
            self._one_holder_for_both()
        return entry

    def _addressed(self, body: e.Event) -> e.Event:
        """Return an event with its readers: what tells of a protected matter is for those who need to know."""
        inside = self.circle.inside
        if not inside or body.to or body.is_truth or not body.closed(self.circle, self._hands()):
            return body
        return body.model_copy(update={"to": inside})

    def _hands(self) -> dict[str, str]:
        hands: dict[str, str] = {run.run: run.executor for run in self.incident.runs.values()}
        return hands | {task.id: task.assigned_by for task in self.incident.tasks.values()}

    def _one_holder_for_both(self) -> None:
        """Say so where one holder has both posts: the playbook wants two people."""
        commander = self.incident.holder(COMMANDER)
        if commander and commander == self.incident.holder(DEPUTY):
            self.emit(e.RoleDoubled(seat=commander))

    def seen_as(self, role: str) -> History:
        """Return the incident as `role` sees it made."""
        return self._partial.get(role, self.incident)

    def entry(self, seq: int) -> Entry:
        """Return an entry by its number."""
        return self.entries[seq - 1]

    def sees(self, ref: str, role: str) -> bool:
        """Tell whether `role` may see what is behind a reference, if that is on record."""
        seq = self.incident.line(ref)
        return seq is not None and sees(self.entry(seq), role, self.circle)

    def fold(self, entry: Entry) -> None:
        """Fold an accepted entry into the incident, and into what each role sees of it."""
        names = self.incident.apply(entry)
        for role, state in self._partial.items():
            if sees(entry, role, self.circle):
                state.apply(entry, names)

    def facts(self) -> Facts:
        """Return world facts and incident facts, as conditions read them."""
        return Facts(self.incident, self.world.facts, self.now, self.scenario.overlay.freeze_scope)

    def render(self, template: str, **extra: Any) -> str:
        """Fill a template with the world as it is now."""
        if "{" not in template:
            return template
        return render(template, {**self._scope(), **extra})

    def turn(self, effects: Sequence[Effect], by: str) -> None:
        """Apply effects to the world's knobs and record the truth."""
        for effect in effects:
            self.world.turn(effect.knob, effect.value, effect.over)
            self.emit(e.KnobTurned(knob=effect.knob, value=effect.value, over=effect.over, by=Ref(by)), by=WORLD)

    def measured(self, keys: Mapping[str, str]) -> dict[str, float]:
        """Return figure -> value for dotted keys into the world's context."""
        context = self.world.context()
        return {name: round(float(dig(context, key)), 4) for name, key in keys.items()}

    def findings(self, keys: Mapping[str, str]) -> dict[str, Scalar]:
        """Return finding -> value for dotted keys into what templates print."""
        return {name: dig(self._scope(), key) for name, key in keys.items()}

    def _scope(self) -> dict[str, Any]:
        return {
            **self.scenario.context, **self.world.context(),
            "t": self.now, "utc": Utc(self.scenario.t0_utc, self.now),
        }  # fmt: skip

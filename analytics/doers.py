"""Whose doing an entry of a record is: people's, a teammate's in their place, another teammate's, or nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal

from analytics.timeline import Span, seated
from simulator import events as e
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.journal import Header
from simulator.record.tracked import Run
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER

Doer = Literal["people", "stand_in", "teammates", "nobody"]
"""Whose doing something is: people's, a teammate's in a seat that a person holds, another teammate's, the world's."""


class Doers:
    """Who did what, who sat where, and who led, for one record."""

    def __init__(
        self, header: Header, scenario: Scenario, history: History, entries: Sequence[Entry], commanders: Sequence[Span]
    ) -> None:
        """`entries` are the accepted ones, `commanders` who held command when."""
        self._history = history
        self._entries = entries
        self._commanders = commanders
        self._scenario = scenario
        self._onlookers = frozenset(role.id for role in scenario.roles if role.duties == ("observes",))
        # A scripted responder is one team, and so is a room without helpers.
        self._only_people = header.policy is not None or not header.automation

    def held(self, seats: Iterable[str], since: float, until: float) -> bool:
        """Tell whether people held one of these seats for most of a stretch; a scripted responder holds them all."""
        if self._only_people:
            return True
        span = max(1.0, until - since)
        for seat in seats:
            if seat in self._onlookers:
                continue
            inside = sum(max(0.0, min(b, until) - max(a, since)) for a, b in self._seated.get(seat, ()))
            if inside * 2 > span:
                return True
        return False

    def of(self, entry: Entry) -> Doer:
        """Return whose doing an entry is; what was begun before counts for whoever led or did it then.

        While a person is in command teammates only do what they are asked, so all that is done is the people's.
        """
        if self._only_people:
            return "people"
        origin = self._origin(entry)
        if self.led(origin.at) and not isinstance(entry.body, (e.AlertFired, e.InjectDelivered)):
            return "people"
        if entry.is_act:
            return self._doer(entry.role, entry.at) if entry.by.simulated else "people"
        if origin.is_act and isinstance(entry.body, e.VerificationMeasured):
            return self.of(origin)
        who = self._hands(entry)
        if who is None:
            return self._doer(entry.role, entry.at) if entry.by.simulated else "nobody"
        if self.sat(who, origin.at) and not entry.by.simulated and not self._stood_in(who, origin.at):
            return "people"
        return "stand_in" if self._given_away(entry, who) else self._doer(who, origin.at)

    def _hands(self, entry: Entry) -> str | None:
        """Return the role that did what an event tells of."""
        run = self._action(entry)
        if run is not None:
            return run.executor
        body = entry.body
        return getattr(body, body.doer) if isinstance(body, e.Event) and body.doer else None

    def _action(self, entry: Entry) -> Run | None:
        run = self._history.runs.get(getattr(entry.body, "run", ""))
        return run if run is not None and run.what == "action" else None

    def _doer(self, seat: str, at: int) -> Doer:
        """Return what a simulated teammate's deed counts as: in a seat that a person holds it is that person's lack."""
        return "stand_in" if self.answers(seat, at) else "teammates"

    def _given_away(self, entry: Entry, who: str) -> bool:
        """Tell whether somebody did a task that had been taken from a person who did not see to it."""
        run = self._action(entry)
        ident = run.ident if run else getattr(entry.body, "query", None)
        return ident is not None and any(
            to == who and at <= entry.at and self.answers(was, at)
            for task in self._history.tasks.values()
            if ident == (task.query or task.action)
            for at, was, to in task.moved
        )

    def answers(self, seat: str, at: int) -> bool:
        """Tell whether a person answers for a seat at a second: sits in it, and has not handed command on from it."""
        lead = self._history.lead
        return self.sat(seat, at) and (seat != lead or self._commanding(at) == lead)

    def sat(self, seat: str, at: int) -> bool:
        """Tell whether a person sat in a seat at a second."""
        return any(since <= at < until for since, until in self._seated.get(seat, ()))

    def _origin(self, entry: Entry) -> Entry:
        """Return the entry that began what this one is about: the order of a run, the task of a report."""
        body = entry.body
        ref = getattr(body, "run", None) or (body.task if isinstance(body, e.TaskReported) else None)
        if ref is None or entry.is_act:
            return entry
        run = self._action(entry)
        first = run.order_seq if run else min(entry.seq, self._begun.get(ref, entry.seq))
        return self._by_seq[first]

    @cached_property
    def _vacated(self) -> list[int]:
        """Seconds at which somebody had to leave command."""
        return [x.at for x in self._entries if isinstance(x.body, e.RoleVacated) and x.body.role == COMMANDER]

    @cached_property
    def _seated(self) -> dict[str, list[tuple[int, int]]]:
        return seated(self._history, self._scenario, self._entries)

    @cached_property
    def _by_seq(self) -> dict[int, Entry]:
        return {entry.seq: entry for entry in self._entries}

    @cached_property
    def _begun(self) -> dict[str, int]:
        """The first entry of every run and task: the act or the event that has its reference."""
        begun: dict[str, int] = {}
        for entry in self._entries:
            ref = getattr(entry.body, "run", None) or getattr(entry.body, "task", None)
            if ref is not None:
                begun.setdefault(ref, entry.seq)
        for ref, seq in self._history.refs.items():
            begun[ref] = min(seq, begun.get(ref, seq))
        return begun

    def led(self, at: int) -> bool:
        """Tell whether command lay with a person, for whom no secondary stood in, at a second."""
        if self._only_people:
            return True
        lead = self._commanding(at)
        return lead is not None and self.sat(lead, at) and not self._stood_in(lead, at)

    def _commanding(self, at: int) -> str | None:
        """Return the seat in command: its holder, or the one that leads while nobody has had to leave command."""
        holder = next((s.who for s in reversed(self._commanders) if s.since <= at < s.until), None)
        left = any(vacated <= at for vacated in self._vacated)
        return holder or (None if left else self._history.lead)

    def _stood_in(self, seat: str, at: int) -> bool:
        """Tell whether a secondary did a seat's work at a second."""
        stretches = self._history.stood_in.get(seat, ())
        return any(one.since <= at and (one.until is None or at < one.until) for one in stretches)

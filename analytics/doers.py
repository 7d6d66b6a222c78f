"""Whose doing an entry of a record is: people's, a teammate's in their place, another teammate's, or nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from analytics.timeline import ActionRun, seated
from simulator import events as e
from simulator.record.entry import Entry

if TYPE_CHECKING:
    from analytics.view import RecordView

Doer = Literal["people", "stand_in", "teammates", "nobody"]
"""Whose doing something is: people's, a teammate's in a seat that a person holds, another teammate's, the world's."""


class Doers:
    """Who did what, who sat where, and who led, for one record."""

    def __init__(self, view: RecordView) -> None:
        self._view = view

    @cached_property
    def _seated(self) -> dict[str, list[tuple[int, int]]]:
        return seated(self._view)

    def held(self, owners: Iterable[str], since: float, until: float) -> bool:
        """Tell whether people held one of these roles for most of a stretch; a scripted responder holds them all."""
        if self._only_people:
            return True
        roles = [r.id for r in self._view.scenario.seats()]
        wanted = roles if "all" in owners else [r for r in roles if r in frozenset(owners)]
        span = max(1.0, until - since)
        for role in wanted:
            inside = sum(max(0.0, min(b, until) - max(a, since)) for a, b in self._seated.get(role, ()))
            if inside * 2 > span:
                return True
        return False

    @property
    def _only_people(self) -> bool:
        """Tell whether all is the people's: a scripted responder is one team, and so is a room without helpers."""
        return self._view.header.policy is not None or not self._view.header.automation

    def of(self, entry: Entry) -> Doer:
        """Return whose doing an entry is; what was begun before counts for whoever led or did it then.

        While a person is in command teammates only do what they are asked, so all that is done is the people's.
        """
        if self._only_people:
            return "people"
        origin = self._origin(entry)
        if self.led(origin.at) and not isinstance(entry.body, (e.AlertFired, e.InjectDelivered)):
            return "people"
        if entry.is_command:
            return self._doer(entry.role, entry.at) if entry.by.simulated else "people"
        if origin.is_command and isinstance(entry.body, e.VerificationMeasured):
            return self.of(origin)
        run = self._runs_by_ref.get(getattr(entry.body, "run", ""))
        names = ("executor", "owner", "receiver", "giver", "seat")
        who = run.executor if run else next((w for n in names if (w := getattr(entry.body, n, None))), None)
        if who is None:
            return self._doer(entry.role, entry.at) if entry.by.simulated else "nobody"
        if self.sat(who, origin.at) and not entry.by.simulated and not self._stood_in(who, origin.at):
            return "people"
        return "stand_in" if self._given_away(entry, who) else self._doer(who, origin.at)

    def _doer(self, seat: str, at: int) -> Doer:
        """Return what a simulated teammate's deed counts as: in a seat that a person holds it is that person's lack."""
        return "stand_in" if self.answers(seat, at) else "teammates"

    def _given_away(self, entry: Entry, who: str) -> bool:
        """Tell whether somebody did a task that had been taken from a person who did not see to it."""
        run = self._runs_by_ref.get(getattr(entry.body, "run", ""))
        ident = run.id if run else getattr(entry.body, "query", None)
        asked = {m.body.task: m.body.query or m.body.action for m in self._view.all(e.TaskAssigned)}
        return ident is not None and any(
            m.body.owner == who and m.at <= entry.at and asked.get(m.body.task) == ident
            for m in self._view.all(e.TaskReassigned)
            if self.answers(m.body.was, m.at)
        )

    def answers(self, seat: str, at: int) -> bool:
        """Tell whether a person answers for a seat at a second: sits in it, and has not handed command on from it."""
        return self.sat(seat, at) and (seat != "commander" or self._commanding(at) == "commander")

    def sat(self, seat: str, at: int) -> bool:
        """Tell whether a person sat in a seat at a second."""
        return any(since <= at < until for since, until in self._seated.get(seat, ()))

    def _origin(self, entry: Entry) -> Entry:
        """Return the entry that began what this one is about: the order of a run, the task of a report."""
        body = entry.body
        ref = getattr(body, "run", None) or (body.task if isinstance(body, e.TaskReported) else None)
        if ref is None or entry.is_command:
            return entry
        run = self._runs_by_ref.get(ref)
        return self._view.entry(run.order_seq if run else min(entry.seq, self._begun.get(ref, entry.seq)))

    @cached_property
    def _runs_by_ref(self) -> dict[str, ActionRun]:
        return {run.ref: run for run in self._view.runs}

    @cached_property
    def _begun(self) -> dict[str, int]:
        """The first entry of every run and task: the command or the event that has its reference."""
        begun: dict[str, int] = {}
        for entry in self._view.entries:
            ref = getattr(entry.body, "run", None) or getattr(entry.body, "task", None)
            if ref is not None:
                begun.setdefault(ref, entry.seq)
        for ref, seq in self._view.refs.items():
            begun[ref] = min(seq, begun.get(ref, seq))
        return begun

    def led(self, at: int) -> bool:
        """Tell whether command lay with a person, for whom no secondary stood in, at a second."""
        if self._only_people:
            return True
        lead = self._commanding(at)
        return lead is not None and self.sat(lead, at) and not self._stood_in(lead, at)

    def _commanding(self, at: int) -> str | None:
        """Return the seat in command: its holder, or the one made for it while nobody has had to leave it."""
        holder = next((s.who for s in reversed(self._view.commanders) if s.since <= at < s.until), None)
        left = any(m.at <= at and m.body.role == "commander" for m in self._view.all(e.RoleVacated))
        return holder or (None if left else "commander")

    def _stood_in(self, seat: str, at: int) -> bool:
        """Tell whether a secondary did a seat's work at a second."""
        came = [m.at for m in self._view.all(e.StandInCame) if m.body.seat == seat and m.at <= at]
        left = [m.at for m in self._view.all(e.StandInLeft) if m.body.seat == seat and m.at <= at]
        return bool(came) and (not left or left[-1] < came[-1])

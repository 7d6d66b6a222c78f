"""Keeping what others rest on: the live timeline, and how far the impact reaches."""

from __future__ import annotations

from typing import Annotated

from simulator import values as v
from simulator.acts.base import LEAD, Act, Asked, Record, unmet
from simulator.answers import Refusal
from simulator.names import Names, clauses
from simulator.record.entry import Entry
from simulator.record.history import History


class NoteTimeline(
    Act, form="Timeline note", verb="Keep the line", tab="Tell", may=(*LEAD, "scribes"), number="timeline",
    group="message",
):  # fmt: skip
    """Keep one line of the live timeline: what kind of thing it is, and what on record it is about."""

    what: v.Kept
    evidence: v.Evidence = ()
    text: v.Text = ""

    def objection(self, asked: Asked) -> Refusal | None:
        return None if self.evidence or self.text else unmet("name what it is about, or write a line")

    def sentence(self, n: Names) -> str:
        return clauses(f"Timeline, {self.what}", ", ".join(self.evidence), self.text)


class StateScope(
    Record, form="Impact and scope", verb="State the scope", tab="Investigate", weighty=True, number="scope",
    group="decision", first=("reaches", "unknown", "began_minutes"),
):  # fmt: skip
    """Bound the impact: users, tenants, fault domain, dependency, recent change, and which of them nobody knows yet."""

    reaches: tuple[v.Reach, ...] = ()
    unknown: tuple[Annotated[v.Id, v.Pick("dimensions")], ...] = ()
    impact: tuple[v.Figure, ...] = ()
    began_minutes: v.Minute | None = None
    """Since when users are hit, in minutes relative to the first page."""
    state: v.Progress | None = None
    evidence: v.Evidence = ()

    def objection(self, asked: Asked) -> Refusal | None:
        if not self.reaches and not self.unknown:
            return unmet("name one dimension at least, or say that it is unknown")
        return super().objection(asked)

    def fold(self, history: History, entry: Entry) -> None:
        history.scope = entry

    def sentence(self, n: Names) -> str:
        unknown = ", ".join(one.replace("_", " ") for one in self.unknown)
        return clauses(
            f"Scope: {n.titles('reaches', self.reaches)}" if self.reaches else "Scope",
            f"unknown: {unknown}" if unknown else "", n.figures(self.impact),
            f"since T{self.began_minutes:+g} min" if self.began_minutes is not None else "", self.state or "",
        )  # fmt: skip

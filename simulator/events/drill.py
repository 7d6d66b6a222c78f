"""What becomes of acts, and how a drill ends."""

from __future__ import annotations

from typing import ClassVar, Literal

from simulator.events.base import Event, system
from simulator.names import Names, Said
from simulator.record.entry import Entry, Group
from simulator.record.history import History
from simulator.values import Words


class CommandRefused(Event):
    """An act was impossible or not this role's to give; nothing else came of it."""

    kind: Literal["command_refused"] = "command_refused"
    command: int
    """Sequence number of the refused act."""
    code: str
    """What kind of refusal it is (`simulator.answers.Refusal`)."""
    reason: Words

    group: ClassVar[Group] = "refused"
    news: ClassVar[str] = "something was refused"

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("refused", "refused", "", f"Refused, only you see this: {self.reason}")


class DrillEnded(Event):
    """People stopped playing; the world runs on untouched to the horizon."""

    kind: Literal["drill_ended"] = "drill_ended"
    how: Literal["resolved", "time", "stopped"]

    group: ClassVar[Group] = "lead"
    news: ClassVar[str] = "the drill is over"

    def fold(self, history: History, entry: Entry) -> None:
        history.ended = self.how

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"The drill is over ({self.how}).")


class HorizonReached(Event):
    """The world stopped: harm is final."""

    kind: Literal["horizon_reached"] = "horizon_reached"


class ClosureRefused(Event):
    """The gate's answer: the incident stays active; `missing` names each condition that is not met."""

    kind: Literal["closure_refused"] = "closure_refused"
    missing: tuple[str, ...]

    group: ClassVar[Group] = "decision"
    news: ClassVar[str] = "closure was refused"

    def in_words(self, n: Names, entry: Entry) -> Said:
        missing = "\n".join(f"- {one}" for one in self.missing)
        return Said("refused", "not closed", "", "The gate keeps the incident open:", missing)


class IncidentClosed(Event):
    """The gate's answer: every condition is met."""

    kind: Literal["incident_closed"] = "incident_closed"

    group: ClassVar[Group] = "decision"
    news: ClassVar[str] = "it is closed"

    def fold(self, history: History, entry: Entry) -> None:
        history.closed, history.status = True, "resolved"

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("decision", "closed", "", "Every condition is met: closed.")

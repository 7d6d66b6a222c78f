"""What becomes of acts, and how a drill ends."""

from __future__ import annotations

from typing import Literal

from simulator.events.base import Event, system
from simulator.names import Names, Said
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.values import Words


class CommandRefused(Event, open=True, group="refused", news="something was refused"):
    """An act was impossible or not this role's to give; nothing else came of it."""

    command: int
    """Sequence number of the refused act."""
    code: str
    """What kind of refusal it is (`simulator.answers.Refusal`)."""
    reason: Words

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("refused", "refused", "", f"Refused, only you see this: {self.reason}")


class DrillEnded(Event, open=True, group="lead", news="the drill is over"):
    """People stopped playing; the world runs on untouched to the horizon."""

    how: Literal["resolved", "time", "stopped"]

    def fold(self, history: History, entry: Entry) -> None:
        history.ended = self.how

    def in_words(self, n: Names, entry: Entry) -> Said:
        return system(f"The drill is over ({self.how}).")


class HorizonReached(Event, open=True):
    """The world stopped: harm is final."""


class ClosureRefused(Event, open=True, group="decision", news="closure was refused"):
    """The gate's answer: the incident stays active; `missing` names each condition that is not met."""

    missing: tuple[str, ...]

    def in_words(self, n: Names, entry: Entry) -> Said:
        missing = "\n".join(f"- {one}" for one in self.missing)
        return Said("refused", "not closed", "", "The gate keeps the incident open:", missing)


class IncidentClosed(Event, open=True, group="decision", news="it is closed"):
    """The gate's answer: every condition is met."""

    def fold(self, history: History, entry: Entry) -> None:
        history.closed, history.status = True, "resolved"

    def in_words(self, n: Names, entry: Entry) -> Said:
        return Said("decision", "closed", "", "Every condition is met: closed.")

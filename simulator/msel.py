"""The MSEL at work: timed and contingent injects, queued merges and changes, with hold / skip / fire / edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Change, Inject, Merge
from simulator.values import Attachment


@dataclass
class Line:
    """One line of the MSEL and what the facilitator made of it."""

    inject: Inject
    at: int
    until: int | None
    """Last second in which it may come."""
    text: str
    state: str = "pending"
    """pending, held, skipped, delivered, lapsed."""
    since: int | None = None
    """Since when its condition has held."""
    came: int | None = None
    """When it was delivered."""
    words_only: bool = False
    """A facilitator's own: it is said as it was typed, and nothing else comes of it."""
    attachment: Attachment | None = None
    """Of a facilitator's own words: what comes with them."""

    def move(self, to: int) -> None:
        """Let it come at another time, its condition waited for anew; it is due for as long after that as before."""
        self.until = None if self.until is None else self.until + to - self.at
        self.at, self.state, self.since = to, "pending", None


class Msel:
    """Decides, tick by tick, what is delivered. Pure bookkeeping: the engine does the delivering."""

    def __init__(self, scenario: Scenario) -> None:
        self.lines = {i.id: Line(i, i.at, i.until, i.text) for i in scenario.injects}
        self._changes = sorted(scenario.changes, key=lambda change: change.at)
        self._merges = list(scenario.merges)

    def add(self, inject: Inject, attachment: Attachment | None = None) -> Line:
        """Put a facilitator's own words on the list, to be said at their time."""
        line = Line(inject, inject.at, None, inject.text, words_only=True, attachment=attachment)
        self.lines[inject.id] = line
        return line

    def free_id(self, stem: str) -> str:
        """Return an id that no line has, made from `stem`."""
        number = 2
        while f"{stem}-{number}" in self.lines:
            number += 1
        return f"{stem}-{number}"

    def due(self, now: int, facts: Mapping[str, Any]) -> Iterator[Line]:
        """Yield the lines to deliver now, in the scenario's order."""
        for line in self.lines.values():
            if line.state == "pending" and now >= line.at and self._ready(line, now, facts):
                line.state = "delivered"
                yield line

    def _ready(self, line: Line, now: int, facts: Mapping[str, Any]) -> bool:
        inject = line.inject
        if line.until is not None and now > line.until:
            line.state = "lapsed"
            return False
        if not holds(inject.when, facts):
            line.since = None
            return False
        line.since = now if line.since is None else line.since
        return now - line.since >= inject.hold

    def changes(self, now: int) -> Iterator[Change]:
        """Yield the changes that happen by now."""
        while self._changes and self._changes[0].at <= now:
            yield self._changes.pop(0)

    def merges(self, now: int) -> Iterator[Merge]:
        """Yield the queued merges whose time has come; whether they land is the freeze's business."""
        for merge in [m for m in self._merges if m.at <= now]:
            self._merges.remove(merge)
            yield merge

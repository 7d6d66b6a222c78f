"""What the record keeps track of, one thing each: a task, a run, an alert, an offer, a stretch of time, a post."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.record.entry import Entry
from simulator.values import ENGINE, Author, Ref

State = Literal["waiting", "running", "stalled", "done", "failed", "aborted"]
"""How far a run is. A query knows neither stalled nor aborted."""
UNDER_WAY: tuple[State, ...] = ("waiting", "running", "stalled")


@dataclass(slots=True)
class Stretch:
    """Something that held from `since` on, until `until` (None: it still does), and the entry that began it."""

    who: str
    since: int
    seq: int
    until: int | None = None
    displaced: bool = False
    """Ended by somebody who took it without being given it."""
    last_seq: int = 0
    """The entry that ended it; it says nothing while it goes on."""

    def end(self, entry: Entry) -> None:
        """Let it hold no longer than until an entry."""
        self.until, self.last_seq = entry.at, entry.seq


@dataclass(slots=True)
class Tenure:
    """A post (commander, deputy, scribe): the seat that is there for it, and who held it when.

    As long as nobody was named, the seat that is there for it counts as having it: it can lose it so, too.
    """

    home: str | None
    held: list[Stretch] = field(default_factory=list)
    """Who held it when, in order; they follow one another."""
    gone: str | None = None
    """The seat whose holder had to leave it, last, and cannot take it again."""

    @property
    def holder(self) -> str | None:
        """Return the seat that holds it."""
        return self.held[-1].who if self.held and self.held[-1].until is None else None

    @property
    def since(self) -> int | None:
        """Return since when its holder has held it."""
        return self.held[-1].since if self.holder else None

    @property
    def moved(self) -> bool:
        """Tell whether the seat that is there for it has lost it: handed over, given away, or left vacant."""
        return self.holder not in (None, self.home) or (self.gone is not None and self.gone == self.home)

    @property
    def vacant(self) -> bool:
        """Tell whether the seat that is there for it has lost it and nobody holds it."""
        return self.moved and self.holder is None

    @property
    def left(self) -> bool:
        """Tell whether its holder, whoever that was, had to go and nobody took it since."""
        return self.gone is not None and self.holder is None

    def lost_by(self, seat: str) -> bool:
        """Tell whether a seat had it and has it no more: the one that is there for it, or any that once held it."""
        if seat == self.home:
            return self.moved
        return seat != self.holder and any(one.who == seat for one in self.held)

    def held_at(self, seq: int, at: int) -> str | None:
        """Return the seat that held it when entry number `seq` was written, at second `at`."""
        last = next((one for one in reversed(self.held) if one.seq <= seq), None)
        return last.who if last and (last.until is None or last.until >= at) else None

    def take(self, seat: str, entry: Entry, giver: str | None) -> None:
        """Let a seat hold it from an entry on; `giver` is who passed it on."""
        if self.holder == seat:
            return
        if self.holder is not None:
            self.held[-1].displaced = giver != self.holder
        self.vacate(entry)
        self.held.append(Stretch(seat, entry.at, entry.seq))

    def vacate(self, entry: Entry) -> None:
        """Leave it without a holder from an entry on."""
        if self.holder is not None:
            self.held[-1].end(entry)


@dataclass(slots=True)
class Task:
    """One task: who has it, since when, until when, and how far it is."""

    id: Ref
    owner: str
    assigned_by: str
    text: str
    due: int
    since: int
    seq: int
    given_to: str
    """Who had it first."""
    lane: str | None = None
    query: str | None = None
    action: str | None = None
    topic: str | None = None
    acknowledged: int | None = None
    reported: int | None = None
    was: str | None = None
    """Who had it before it went to somebody else."""
    moved: list[tuple[int, str, str]] = field(default_factory=list)
    """Each time it went to somebody else: when, from whom, to whom."""
    begun_at: int = 0
    """When it was given out first."""


@dataclass(slots=True)
class Run:
    """A query or action under way or over. Seconds are None where it did not get that far."""

    run: Ref
    what: Literal["query", "action"]
    ident: str
    executor: str
    line: str
    since: int
    """When it came to stand where it stands: queued, or begun."""
    state: State
    expected: int | None = None
    finished: int | None = None
    """When it was over or hung, stopped by hand included."""
    waits_for: tuple[str, ...] = ()
    """Roles whose signature it waits for."""
    ordered: int = 0
    order_seq: int = 0
    by: Author = ENGINE
    """Who ordered it."""
    decision: Ref | None = None
    """The decision that the order names."""
    started: int | None = None
    start_seq: int = 0
    carried: int | None = None
    """When it was carried out, failed or hung last."""
    outcome: State | None = None
    """What came of it then: done, failed or stalled; a later abort leaves it."""
    finish_seq: int = 0
    aborted: int | None = None
    effect: int | None = None
    """When it took effect: truth, kept where truth is folded."""
    effect_seq: int = 0

    @property
    def under_way(self) -> bool:
        """Tell whether it waits, runs or hangs."""
        return self.state in UNDER_WAY

    @property
    def waits_to_be_signed(self) -> bool:
        """Tell whether signatures are what it waits for."""
        return self.state == "waiting" and bool(self.waits_for)


@dataclass(slots=True)
class AlertState:
    """One alert: what it said last and whether somebody has it."""

    alert: str
    severity: str
    summary: str
    since: int
    firing: bool = True
    acknowledged: int | None = None
    page: str | None = None
    runbook: str | None = None


@dataclass(slots=True)
class Offer:
    """A handoff that was offered."""

    id: Ref
    what: str
    giver: str
    receiver: str
    seq: int
    accepted: int | None = None


@dataclass(slots=True)
class ActionOrder:
    """An action asked for: the order itself, or the task that passes it on."""

    at: int
    seq: int
    by: Author
    decision: Ref | None

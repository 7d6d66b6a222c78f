"""The three sources of truth of scenario B, how they come apart, and what a replay makes of them.

Counts are invoices, rows, events or captures since midnight UTC; nothing here knows about time or people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from scenarios.billing_mismatch.faults import AGG_SPEED
from scenarios.billing_mismatch.rates import CAPTURES_EACH, EVENTS_EACH, LOST_EACH

BEFORE = 126_000.0
"""Invoices of the day before the deploy."""
ROUNDING = 1.0002
"""What minor units and messages in flight add to the events on a healthy day."""
RACE = 0.24
"""Share of rows that a replay beside live traffic writes twice without a watermark: 8 % a minute, three minutes."""
SPEED = {"replay_full": 2000.0, "replay_ledger": 6000.0, "replay_eventid": 6000.0, "replay_selective": 90.0}
"""Messages a minute of each way to replay."""
REVERSED = 600.0
"""Reversing entries a minute."""


Counts = tuple[float, float, float, float]
"""Invoices of the faulty release, duplicates, doubles, messages lost."""


@dataclass(slots=True)
class Replay:
    """A replay under way: messages still before it, and what each of them writes."""

    left: float
    rows: float
    """Missing ledger rows a message."""
    phantom: float
    """Ledger rows without a charge a message."""
    dropped: float = 0.0
    """Rows that ledger-svc lost, and that are written now, a message."""
    known: float = 0.0
    """Share of messages whose payment key PayGrid has seen before."""


@dataclass(slots=True)
class Books:
    """Events, ledger and processor, and the difference of each from what happened."""

    billed: float = BEFORE
    """Invoices handled: what each source should show once."""
    events: float = BEFORE * ROUNDING
    ledger: float = BEFORE
    captured: float = BEFORE
    faulty: float = 0.0
    """Invoices handled since the release in question came, until it went."""
    processed: float = 0.0
    """Invoices handled by billing-worker 2.6."""
    duplicates: float = 0.0
    """Revenue events beyond the first of an invoice."""
    doubles: float = 0.0
    """Captures beyond the first of an invoice, by retries."""
    recharged: float = 0.0
    """Captures beyond the first of an invoice, by a replay."""
    missing: float = 0.0
    """Messages in the dead letter queue: captured, and no ledger row."""
    phantom: float = 0.0
    """Ledger rows with no charge behind them."""
    refunded: float = 0.0
    """Captures beyond the first whose refund is under way."""
    given_away: float = 0.0
    """Captures refunded although they were the only one of their invoice."""
    unlisted: float = 0.0
    """Missing rows whose message was deleted."""
    under_way: dict[str, Replay] = field(default_factory=dict)
    """Way of replaying -> how far it is."""
    reversing: float = 0.0
    marks: tuple[tuple[int, Counts], ...] = ()
    """Each minute of the last twenty: its second and what there was."""
    strata: tuple[Counts, ...] = ()
    """What there was when each stratum of the day began."""
    lost: float = 0.0
    """Rows that were ever missing."""
    dropped: float = 0.0
    """Rows that ledger-svc acknowledged and lost; no queue lists them."""
    recounted: float = 0.0
    """Events that revenue-agg counted again."""
    uncounted: float = 0.0
    """Events that wait because revenue-agg is stopped."""

    def handle(self, count: float, faulty: float, timed_out: float, per_attempt: float) -> float:
        """Handle invoices, `faulty` of them by billing-worker's faulty release; return the captures made twice."""
        failed = faulty * timed_out
        events, doubles, lost = failed * EVENTS_EACH, failed * CAPTURES_EACH * per_attempt, failed * LOST_EACH
        self.billed += count
        self.processed += faulty
        self.duplicates += events
        self.doubles += doubles
        self.missing += lost
        self.lost += lost
        self.events += count + events
        self.ledger += count - lost
        self.captured += count + doubles
        return doubles

    def drop(self, rows: float) -> None:
        """Lose rows that were acknowledged."""
        self.dropped += rows
        self.lost += rows
        self.ledger -= rows

    def count(self, emitted: float, minutes: float, stopped: bool) -> float:
        """Let revenue-agg count what was emitted, or have it wait; return the events counted."""
        if stopped:
            self.events -= emitted
            self.uncounted += emitted
            return 0.0
        caught_up = min(self.uncounted, AGG_SPEED * minutes)
        if caught_up:
            self.uncounted -= caught_up
            self.events += caught_up
        return emitted + caught_up

    def count_again(self, events: float) -> None:
        """Count events a second time."""
        self.events += events
        self.recounted += events

    def begin(self, way: str, known: float = 0.0) -> None:
        """Begin to replay in one of the ways; `known` is the share of payment keys that PayGrid has seen before."""
        rows = max(0.0, self.missing - self.unlisted)
        messages, phantom = {
            "replay_full": (self.processed, 0.0),
            "replay_ledger": (self.processed, self.processed - self.dropped),
            "replay_eventid": (self.duplicates + rows + self.dropped, self.duplicates),
            "replay_selective": (rows, 0.0),
        }[way]
        dropped = 0.0 if way == "replay_selective" else self.dropped
        if messages > 0:
            self.under_way[way] = Replay(messages, rows / messages, phantom / messages, dropped / messages, known)

    def replay(self, minutes: float, unique: bool, racing: bool, losing: float = 0.0) -> float:
        """Move every replay under way; return the captures that makes.

        `unique`: whether the ledger refuses a second row of an invoice. `racing`: beside live traffic, no watermark.
        `losing`: share of what is written that ledger-svc loses again.
        """
        captures = 0.0
        for way, run in list(self.under_way.items()):
            moved = min(run.left, SPEED[way] * minutes)
            run.left -= moved
            if run.left <= 0:
                del self.under_way[way]
            found = min(self.dropped, moved * run.dropped) * (1 - losing)
            if way == "replay_full":
                known = moved * run.known
                captures += moved - known
                self.recharged += moved - known
                self.captured += moved - known
                self.duplicates += known
                self.events += moved
                self.dropped -= found
                second = 0.0 if unique else max(0.0, known - found)
                self.phantom += second
                self.ledger += moved - known + found + second
                continue
            written = min(max(0.0, self.missing - self.unlisted), moved * run.rows)
            # By event_id, what is in flight may be booked twice as well.
            raced = (written if way == "replay_selective" else found) * RACE if racing else 0.0
            extra = 0.0 if unique else moved * run.phantom + raced
            self.missing -= written
            self.dropped -= found
            self.phantom += extra
            self.ledger += written + found + extra
        return captures

    def reverse(self, minutes: float) -> None:
        """Write reversing entries for rows without a charge."""
        moved = min(self.phantom, self.reversing, REVERSED * minutes)
        self.reversing = max(0.0, self.reversing - moved) if self.phantom > moved else 0.0
        self.phantom -= moved
        self.ledger -= moved

    def without_row(self) -> float:
        """Return the invoices that were charged and have no ledger row."""
        return self.missing + self.dropped

    def charged_twice(self) -> float:
        """Return the captures beyond the first of an invoice."""
        return self.doubles + self.recharged

    def counts(self) -> Counts:
        """Return what there is to be sampled."""
        return self.faulty, self.duplicates, self.doubles, self.lost

    def keep_stratum(self) -> None:
        """Begin a new stratum of the day: before, during and after the report that locked the ledger."""
        self.strata = (*self.strata, self.counts())

    def note(self, now: int) -> None:
        """Keep a mark of this minute."""
        self.marks = (*self.marks[-20:], (now, self.counts()))

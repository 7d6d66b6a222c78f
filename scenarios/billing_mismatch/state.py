"""The world of scenario B: one handler, three writes, and a retry that repeats two of them.

A fluid model, all flows per minute. `rates` says how often a commit times out, `books` what that leaves in the
three sources of truth, `readings` what can be seen of it; equations and calibration are described in the
facilitator notes beside this file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import fields

from scenarios.billing_mismatch import rates
from scenarios.billing_mismatch.books import BEFORE, ROUNDING, SPEED, Books
from scenarios.billing_mismatch.faults import HELD_MINUTES, RESTART_MINUTES, WINDOW_SECONDS, Faults
from simulator.scenario.mechanics import Mechanics, canary

RAMP = 360.0
"""Seconds a rolling update of all workers takes."""
DRAINS = 95
"""Seconds until handlers in flight are done after the consumer is paused."""
RECON_SECONDS, RECON_AFTER = 300, 120
"""The reconciliation job runs every five minutes, first so many seconds after the deploy."""
LOCK_SECONDS = 240
"""Seconds an index built without care locks the ledger."""
REFUND_SECONDS = 240
MINDED = 1800
"""Seconds after which it matters in full that an invoice waits; a few minutes hurt next to nobody."""
MOST_TICKETS = 40.0
WAITING_COUNTS = 0.1
"""What an event that waits to be counted weighs beside one that was counted twice."""
TOLERANCE = {"events": 0.0005, "ledger": 0.00015, "processor": 0.05}
CORRECTIONS = ("recompute", "adjust", "reverse", "refund_list", "refund_events")
"""Knobs that change what the books say, and not what runs."""


class BillingState(Mechanics):
    """Larkfield's billing after release 2.6.0."""

    HARM = ("wrong_money", "row_minutes", "delay_minutes", "refund_error")
    """Dollars, row-minutes, invoice-minutes, dollars."""
    KNOBS = {
        "key_v2": 1.0, "pause": 0.0, "rollback": 0.0, "hotfix_canary": 0.0, "hotfix_share": 0.0, "watermark": 0.0,
        "replay_full": 0.0, "replay_ledger": 0.0, "replay_eventid": 0.0, "replay_selective": 0.0, "reverse": 0.0,
        "recompute": 0.0, "adjust": 0.0, "refund_list": 0.0, "refund_events": 0.0, "index": 0.0, "index_lock": 0.0,
        "dlq_purge": 0.0, "dlq_route": 0.0, "role_timeout": 0.0, "kill_reports": 0.0, "agg_restart": 0.0,
        "worker_scale": 0.0, "fraud_rule": 0.0, "break_glass": 0.0, "tighter": 0.0, "public_post": 0.0,
        "agg_stop": 0.0, "agg_rollback": 0.0, "write_through": 0.0, "ledger_rollback": 0.0, "report": 0.0,
    }  # fmt: skip
    PARAMETERS = {"key_v2": KNOBS["key_v2"]} | {field.name: field.default for field in fields(Faults)}

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        super().__init__(parameters)
        self.tolerance = TOLERANCE
        self.faults = Faults(**{field.name: self.parameters[field.name] for field in fields(Faults)})
        self.knob["key_v2"] = self.parameters["key_v2"]
        self.books = Books()
        self.backlog = 0.0
        """Invoices due that wait because consumption is paused."""
        self._queue: deque[tuple[int, float]] = deque()
        """When those that wait fell due, and how many of them, oldest first."""
        self.paused_at: int | None = None
        self.arriving = rates.USUAL
        self.working = rates.USUAL
        """Invoices handled a minute."""
        self.writing: tuple[float, ...] = (rates.USUAL, rates.USUAL, rates.USUAL)
        """Events, ledger rows and captures a minute."""
        self.timing_out = 0.0
        """Share of commits that time out on faulty pods."""
        self.counting = rates.USUAL
        """Events that revenue-agg counts a minute."""
        self.rereading = 0.0
        """Share of events that revenue-agg counts again."""
        self.dropping = 0.0
        """Share of rows that ledger-svc acknowledges and loses."""
        self.faulty_share = 0.0
        self.watermark_at: int | None = None
        self.recon = 0.0002
        """Mismatch as the last run of the reconciliation job gave it."""
        self.recon_at = 0
        self.adjusted = 0.0
        """Events hidden by an adjustment of the dashboard."""
        self.refunding = 0.0
        """Captures a minute that are refunded now."""
        self.refunding_wrong = 0.0
        self.wrong_left = 0.0
        """Captures that are refunded although they were the only one, and still to come."""
        self._lock_until = -(10**9)
        self._wrong_sum: tuple[int, float] | None = None
        """When revenue-agg writes its own sum over a recomputed one, and by how much that is off."""
        self.tickets = self.tickets_total = 0.0
        """Tickets about being charged twice, a minute and so far."""
        if self.faults.rereads:
            self._harm["event_minutes"] = 0.0

    def start(self, at: int, fault_at: int) -> None:
        """Stand in healthy equilibrium at `at`; the release begins to roll out at `fault_at`."""
        super().start(at, fault_at)
        self.recon_at = at

    def calm(self, dt: int) -> int:
        """Return the seconds before the deploy, whose invoices are counted already."""
        return min(dt, max(0, self.fault_at - self.now))

    def stepped(self, dt: int) -> None:
        """Run the reconciliation job where its time has come."""
        if self.now > self.fault_at and (self.now - self.fault_at - RECON_AFTER) % RECON_SECONDS < dt:
            self.recon, self.recon_at = self.mismatch(), self.now

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob`, and do at once what turning it sets off. Raises KeyError if there is no such knob."""
        old = self.knob[knob]
        if knob in SPEED:
            # A replay takes what there is when it begins; turned back it stops where it is.
            if value > 0:
                self.books.begin(knob, self.faults.keys_known(self.knob, self.patched() > 0))
            else:
                self.books.under_way.pop(knob, None)
            self.knob[knob] = value
            return
        if value > 0 and knob in CORRECTIONS:
            self._correct(knob)
        elif value > 0:
            self._touch(knob, old)
        super().turn(knob, value, over)

    def _correct(self, knob: str) -> None:
        """Set one of the sources of truth right, or what somebody takes for right."""
        books = self.books
        if knob == "recompute":
            if self.rereading and self.knob["agg_stop"] < 0.5:
                # The sum is revenue-agg's: as long as it runs with a wrong one, it writes that over the new one.
                self._wrong_sum = (self.now + WINDOW_SECONDS, books.events - books.ledger)
            books.events, books.uncounted, self.adjusted = books.ledger, 0.0, 0.0
        elif knob == "adjust":
            self.adjusted = books.events - books.ledger
            self.recon = self.mismatch()
        elif knob == "reverse":
            books.reversing = books.phantom
        else:
            self.refunding = max(0.0, books.charged_twice() - books.refunded) * rates.MINUTE / REFUND_SECONDS
            if knob == "refund_events":
                twice = books.duplicates + books.recounted
                self.wrong_left = max(0.0, twice - books.charged_twice() - books.given_away)
                self.refunding_wrong = self.wrong_left * rates.MINUTE / REFUND_SECONDS

    def _touch(self, knob: str, old: float) -> None:
        """Let a service meet what is done to it at once."""
        books = self.books
        if knob == "index_lock" and not old:
            self._lock_until = self.now + LOCK_SECONDS
        elif knob == "dlq_purge":
            books.unlisted = books.missing
        elif knob == "watermark":
            self.watermark_at = self.now
        elif knob in ("agg_restart", "agg_rollback") and self.rereading and self.knob["agg_stop"] < 0.5:
            books.count_again(RESTART_MINUTES * self.counting)
        elif knob == "ledger_rollback" and self.dropping:
            books.drop(HELD_MINUTES * self.working)

    def integrate(self, dt: int) -> None:
        """Have `dt` seconds' invoices handled, and what goes wrong with them."""
        h = dt / rates.MINUTE
        k, books, since = self.knob, self.books, self.now - self.fault_at
        self.arriving = volume = rates.arrivals(since)
        running = k["pause"] < 0.5
        handled = self._consume(volume * h, h) if running else self._hold_back(volume * h)
        self.working = handled / h
        out = min(1.0, max(0.0, since / RAMP))
        self.faulty_share = out * (1 - k["rollback"]) * (1 - self.patched())
        locked = self.now < self._lock_until
        self.timing_out = 0.2 if locked else self.faults.timing_out(since, volume, k)
        before = books.events, books.ledger, books.captured
        double = books.handle(handled, handled * self.faulty_share, self.timing_out, k["key_v2"])
        books.faulty += handled * self._in_question(out)
        # While nothing is handled, what would go wrong is told by what falls due.
        self.dropping = out * self.faults.dropping(since, self.working or volume, k)
        if self.dropping:
            books.drop(handled * self.dropping)
        if books.under_way:
            racing = self.watermark_at is None and running
            double += books.replay(h, k["index"] >= 1, racing, self.dropping)
        self.writing = tuple(
            (now - was) / h for now, was in zip((books.events, books.ledger, books.captured), before, strict=True)
        )
        emitted = books.events - before[0]
        if self._wrong_sum and self.now >= self._wrong_sum[0]:
            # Written over, not counted: it is no work of revenue-agg, and nothing of it is read again.
            if k["agg_stop"] < 0.5 and self.rereading:
                books.events += self._wrong_sum[1]
            self._wrong_sum = None
        counted = books.count(emitted, h, k["agg_stop"] >= 0.5)
        self.counting = counted / h
        self.rereading = out * self.faults.rereading(since, self.counting or volume, k)
        if self.rereading:
            books.count_again(counted * self.rereading)
        if books.reversing:
            books.reverse(h)
        if self.refunding or self.refunding_wrong:
            self._refund(h)
        if self.now % 60 == 0:
            books.note(self.now)
        if since in (rates.LOCKED, rates.UNLOCKED):
            books.keep_stratum()
        # Card statements lag: those charged twice notice a good while later, more of them as they add up.
        twice = books.charged_twice() - 0.8 * books.refunded
        self.tickets = min(MOST_TICKETS, 0.6 * (twice / 593) ** 3.4) * (0.7 if k["public_post"] else 1.0)
        self.tickets += 0.3 * k["fraud_rule"]
        self.tickets_total += self.tickets * h
        if self.now >= 0:
            self._count_harm(double, h)

    def _consume(self, due: float, h: float) -> float:
        """Handle what falls due and as much of the backlog as can be; return the invoices handled."""
        self.paused_at = None
        drained = left = min(self.backlog, rates.FULL_SPEED * h)
        self.backlog -= drained
        while self._queue and left > 0:
            since, waiting = self._queue.popleft()
            if waiting > left:
                self._queue.appendleft((since, waiting - left))
            left -= min(waiting, left)
        return due + drained

    def _hold_back(self, due: float) -> float:
        """Keep what falls due for later; return the invoices handled, which is none."""
        self.paused_at = self.now if self.paused_at is None else self.paused_at
        self.backlog += due
        self._queue.append((self.now, due))
        return 0.0

    def _count_harm(self, double: float, h: float) -> None:
        books, harm = self.books, self._harm
        harm["wrong_money"] += double * rates.PRICE
        harm["row_minutes"] += (books.without_row() + books.phantom) * h
        harm["delay_minutes"] += self._minded() * h
        if "event_minutes" in harm:
            off = books.events + books.uncounted - books.billed - BEFORE * (ROUNDING - 1)
            harm["event_minutes"] += (abs(off) + WAITING_COUNTS * books.uncounted) * h

    def _minded(self) -> float:
        """Return the invoices that wait, each weighed by how long it has waited."""
        return sum(invoices * min(1.0, (self.now - since) / MINDED) for since, invoices in self._queue)

    def _in_question(self, out: float) -> float:
        """Return the share of invoices that meet the release in question, whichever service it is of."""
        if self.faults.rereads:
            return out * (1 - self.knob["agg_rollback"])
        return out * (1 - self.knob["ledger_rollback"]) if self.faults.drops else self.faulty_share

    def _refund(self, h: float) -> None:
        books = self.books
        right = min(self.refunding * h, books.charged_twice() - books.refunded)
        wrong = min(self.refunding_wrong * h, self.wrong_left)
        books.refunded += right
        books.given_away += wrong
        self.wrong_left -= wrong
        if self.now >= 0:
            self._harm["refund_error"] += wrong * rates.PRICE
        if books.refunded >= books.charged_twice() - 0.5:
            self.refunding = 0.0
        if self.wrong_left < 0.5:
            self.refunding_wrong = 0.0

    def mismatch(self) -> float:
        """Return (events - ledger) / ledger of the day, as the dashboard and the ledger show them."""
        return (self.books.events - self.adjusted - self.books.ledger) / self.books.ledger

    def patched(self) -> float:
        """Return the share of billing-worker's pods that run the hotfix."""
        return max(self.knob["hotfix_share"], canary(self.knob["hotfix_canary"]))

    def retried(self) -> float:
        """Return the handlers a minute whose commit times out."""
        return self.working * self.faulty_share * self.timing_out

    def doubling(self) -> float:
        """Return the captures a minute that are made twice by retries."""
        return self.retried() * rates.CAPTURES_EACH * self.knob["key_v2"]

    def drained(self) -> bool:
        """Tell whether consumption is paused and nothing is in flight."""
        return self.paused_at is not None and self.now - self.paused_at >= DRAINS

    def writing_wrong(self) -> bool:
        """Tell whether what runs would write wrong records, also while it is paused."""
        return self.now >= self.fault_at and round(max(self.faulty_share * self.timing_out, self.dropping), 4) > 0

    def counting_wrong(self) -> bool:
        """Tell whether what adds revenue up would count wrong, also while it is stopped."""
        return self.now >= self.fault_at and round(self.rereading, 4) > 0

    def wrong_now(self) -> bool:
        """Tell whether anything is written or counted wrong at this moment."""
        wrong = self.writing_wrong() or (self.counting_wrong() and self.knob["agg_stop"] < 0.5)
        return wrong and self.paused_at is None

    def gone(self) -> bool:
        """Tell whether the release in question, of whichever service, has gone or stands still."""
        knob = self.knob
        if self.faults.rereads:
            return knob["agg_rollback"] >= 1 or knob["agg_stop"] >= 0.5
        if self.faults.drops:
            return max(knob["ledger_rollback"], knob["write_through"]) >= 1
        return knob["rollback"] >= 1

    def outside(self) -> Mapping[str, float]:
        """Return by source how far it is off.

        `events`, `ledger`: counts beside the invoices handled, as a share of them; `processor`: captures made twice
        and not yet refunded, as a share of all that were made twice.
        """
        books = self.books
        twice = books.charged_twice()
        return {
            "events": abs(books.events - books.billed) / books.billed,
            "ledger": (books.without_row() + books.phantom + books.recharged) / books.billed,
            "processor": (twice - books.refunded) / twice if twice >= 1 else 0.0,
        }

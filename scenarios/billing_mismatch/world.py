"""The world of scenario B: one handler, three writes, and a retry that repeats two of them.

A fluid model, all flows per minute. `rates` says how often a commit times out, `books` what that leaves in the
three sources of truth, `readings` what can be seen of it; equations and calibration are described in the
facilitator notes beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.billing_mismatch import readings
from scenarios.billing_mismatch.books import SPEED, Books
from scenarios.billing_mismatch.rates import (
    CAPTURES_EACH,
    FULL_SPEED,
    LOCKED,
    MINUTE,
    UNLOCKED,
    USUAL,
    arrivals,
    canary,
    timeouts,
)

RAMP = 360.0
"""Seconds a rolling update of all workers takes."""
DRAINS = 95
"""Seconds until handlers in flight are done after the consumer is paused."""
RECON_SECONDS, RECON_AFTER = 300, 120
"""The reconciliation job runs every five minutes, first so many seconds after the deploy."""
PRICE = 38.40
"""Dollars of an average invoice."""
LOCK_SECONDS = 240
"""Seconds an index built without care locks the ledger."""
REFUND_SECONDS = 240
MOST_TICKETS = 40.0
TOLERANCE = {"events": 0.0005, "ledger": 0.00015, "processor": 0.05}

KNOBS = {
    "key_v2": 1.0, "pause": 0.0, "rollback": 0.0, "hotfix_canary": 0.0, "hotfix_share": 0.0, "watermark": 0.0,
    "replay_full": 0.0, "replay_ledger": 0.0, "replay_eventid": 0.0, "replay_selective": 0.0, "reverse": 0.0,
    "recompute": 0.0, "adjust": 0.0, "refund_list": 0.0, "refund_events": 0.0, "index": 0.0, "index_lock": 0.0,
    "dlq_purge": 0.0, "dlq_route": 0.0, "role_timeout": 0.0, "kill_reports": 0.0, "agg_restart": 0.0,
    "worker_scale": 0.0, "fraud_rule": 0.0, "break_glass": 0.0, "tighter": 0.0, "public_post": 0.0,
}  # fmt: skip
"""Every knob and where it stands before anybody touched it."""


class BillingWorld:
    """Larkfield's billing after release 2.6.0. Times are drill seconds; `parameters` are the variation knobs."""

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        given = dict(parameters or {})
        self.now = 0
        self.step_seconds = 15
        self.tolerance = TOLERANCE
        self.fault_at = 0
        self.severity = given.pop("timeout_factor", 1.0)
        key_v2 = given.pop("key_v2", 1.0)
        if given:
            raise KeyError(f"unknown world parameters: {', '.join(sorted(given))}")
        self.knob = KNOBS | {"key_v2": key_v2}
        self._ramps: dict[str, tuple[int, int, float, float]] = {}
        self.books = Books()
        self.backlog = 0.0
        """Invoices due that wait because consumption is paused."""
        self.backlog_highest = 0.0
        self.paused_at: int | None = None
        self.arriving = USUAL
        self.working = USUAL
        """Invoices handled a minute."""
        self.writing: tuple[float, ...] = (USUAL, USUAL, USUAL)
        """Events, ledger rows and captures a minute."""
        self.timing_out = 0.0
        """Share of commits that time out on faulty pods."""
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
        self._lock_until = -(10**9)
        self.tickets = self.tickets_total = 0.0
        """Tickets about being charged twice, a minute and so far."""
        self.doubles_at_page = self.missing_at_page = 0.0
        self._harm = {"wrong_money": 0.0, "row_minutes": 0.0, "delay_minutes": 0.0, "refund_error": 0.0}

    # --- time ----------------------------------------------------------------------------------------

    def start(self, at: int, fault_at: int) -> None:
        """Stand in healthy equilibrium at `at`; the release begins to roll out at `fault_at`."""
        self.now = self.recon_at = at
        self.fault_at = fault_at

    def step(self, dt: int) -> None:
        """Integrate `dt` seconds, in pieces of at most `step_seconds` from the deploy on."""
        while dt > 0:
            if self.now < self.fault_at:
                # The day's invoices before the deploy are counted already.
                calm = min(dt, self.fault_at - self.now)
                self.now += calm
                dt -= calm
                continue
            piece = min(dt, self.step_seconds)
            self._integrate(piece)
            self.now += piece
            if (self.now - self.fault_at - RECON_AFTER) % RECON_SECONDS < piece:
                self.recon, self.recon_at = self.mismatch(), self.now
            dt -= piece

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob` to `value` linearly over `over` seconds. Raises KeyError if there is no such knob."""
        old = self.knob[knob]
        books = self.books
        if knob in SPEED:
            # A replay takes what there is when it begins; turned back it stops where it is.
            if value > 0:
                books.begin(knob)
            else:
                books.under_way.pop(knob, None)
            self.knob[knob] = value
            return
        if value > 0:
            if knob == "recompute":
                books.events, self.adjusted = books.ledger, 0.0
            elif knob == "adjust":
                self.adjusted = books.events - books.ledger
                self.recon = self.mismatch()
            elif knob == "reverse":
                books.reversing = books.phantom
            elif knob == "refund_list":
                self.refunding = max(0.0, books.charged_twice() - books.refunded) * MINUTE / REFUND_SECONDS
            elif knob == "refund_events":
                self.refunding = max(0.0, books.charged_twice() - books.refunded) * MINUTE / REFUND_SECONDS
                wrong = max(0.0, books.duplicates - books.charged_twice() - books.given_away)
                self.refunding_wrong = wrong * MINUTE / REFUND_SECONDS
            elif knob == "index_lock" and not old:
                self._lock_until = self.now + LOCK_SECONDS
            elif knob == "dlq_purge":
                books.unlisted = books.missing
            elif knob == "watermark":
                self.watermark_at = self.now
        if over > 0 and value != old:
            self._ramps[knob] = (self.now, over, old, value)
        else:
            self._ramps.pop(knob, None)
            self.knob[knob] = value

    def knobs(self) -> Mapping[str, float]:
        """Return every knob and where it stands."""
        return dict(self.knob)

    def _move(self) -> None:
        for knob, (since, over, old, value) in list(self._ramps.items()):
            done = (self.now - since) / over
            if done >= 1:
                self.knob[knob] = value
                del self._ramps[knob]
            else:
                self.knob[knob] = old + (value - old) * done

    def _integrate(self, dt: int) -> None:
        h = dt / MINUTE
        if self._ramps:
            self._move()
        k, books, since = self.knob, self.books, self.now - self.fault_at
        self.arriving = volume = arrivals(since)
        running = 1.0 if k["pause"] < 0.5 else 0.0
        if running:
            self.paused_at = None
            drained = min(self.backlog, FULL_SPEED * h)
            self.backlog -= drained
            handled = volume * h + drained
        else:
            self.paused_at = self.now if self.paused_at is None else self.paused_at
            self.backlog += volume * h
            self.backlog_highest = max(self.backlog_highest, self.backlog)
            handled = 0.0
        self.working = handled / h
        patched = max(k["hotfix_share"], canary(k["hotfix_canary"]))
        self.faulty_share = min(1.0, max(0.0, since / RAMP)) * (1 - k["rollback"]) * (1 - patched)
        locked = self.now < self._lock_until
        self.timing_out = 0.2 if locked else timeouts(since, volume, self.severity * (1 + 0.6 * k["tighter"]))
        before = books.events, books.ledger, books.captured
        double = books.handle(handled, handled * self.faulty_share, self.timing_out, k["key_v2"])
        if books.under_way:
            racing = self.watermark_at is None and running > 0
            double += books.replay(h, k["index"] >= 1, racing)
        self.writing = tuple(
            (now - was) / h for now, was in zip((books.events, books.ledger, books.captured), before, strict=True)
        )
        if books.reversing:
            books.reverse(h)
        if self.refunding or self.refunding_wrong:
            self._refund(h)
        if self.now % 60 == 0:
            books.note(self.now)
        if since in (LOCKED, UNLOCKED):
            books.keep_stratum()
        # Card statements lag: those charged twice notice a good while later, more of them as they add up.
        twice = books.charged_twice() - 0.8 * books.refunded
        self.tickets = min(MOST_TICKETS, 0.6 * (twice / 593) ** 3.4) * (0.7 if k["public_post"] else 1.0)
        self.tickets += 0.3 * k["fraud_rule"]
        self.tickets_total += self.tickets * h
        if self.now >= 0:
            harm = self._harm
            harm["wrong_money"] += double * PRICE
            harm["row_minutes"] += (books.missing + books.phantom) * h
            harm["delay_minutes"] += self.backlog * h
        else:
            self.doubles_at_page, self.missing_at_page = books.charged_twice(), books.missing

    def _refund(self, h: float) -> None:
        books = self.books
        right = min(self.refunding * h, books.charged_twice() - books.refunded)
        books.refunded += right
        books.given_away += self.refunding_wrong * h
        if self.now >= 0:
            self._harm["refund_error"] += self.refunding_wrong * h * PRICE
        if books.refunded >= books.charged_twice() - 0.5:
            self.refunding = self.refunding_wrong = 0.0

    # --- what is so ------------------------------------------------------------------------------------

    def mismatch(self) -> float:
        """Return (events - ledger) / ledger of the day, as the dashboard and the ledger show them."""
        return (self.books.events - self.adjusted - self.books.ledger) / self.books.ledger

    def retried(self) -> float:
        """Return the handlers a minute whose commit times out."""
        return self.working * self.faulty_share * self.timing_out

    def doubling(self) -> float:
        """Return the captures a minute that are made twice by retries."""
        return self.retried() * CAPTURES_EACH * self.knob["key_v2"]

    def drained(self) -> bool:
        """Tell whether consumption is paused and nothing is in flight."""
        return self.paused_at is not None and self.now - self.paused_at >= DRAINS

    def observe(self) -> Mapping[str, float]:
        """Return every observable quantity (see `readings.observe` for units)."""
        return readings.observe(self)

    def context(self) -> Mapping[str, Any]:
        """Return what templates print."""
        return readings.context(self)

    def outside(self) -> Mapping[str, float]:
        """Return by source how far it is off.

        `events`, `ledger`: counts beside the invoices handled, as a share of them; `processor`: captures made twice
        and not yet refunded, as a share of all that were made twice.
        """
        books = self.books
        twice = books.charged_twice()
        return {
            "events": abs(books.events - books.billed) / books.billed,
            "ledger": (books.missing + books.phantom + books.recharged) / books.billed,
            "processor": (twice - books.refunded) / twice if twice >= 1 else 0.0,
        }

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return the facts that conditions, severity and scoring read."""
        k, books = self.knob, self.books
        outside = self.outside()
        off = {name: share > TOLERANCE[name] for name, share in outside.items()}
        producing = round(self.faulty_share * self.timing_out, 4) > 0 and self.now >= self.fault_at
        stopped = not producing or self.paused_at is not None
        active = (producing and not self.paused_at) or off["ledger"] or off["processor"]
        figures = self.figures()
        return {
            "fault": self.now >= self.fault_at,
            "fallback": "ready",
            "faulty_running": producing,
            "wrong_now": not stopped,
            "charging_twice": round(self.doubling(), 2) > 0.2 or "replay_full" in books.under_way,
            "key_v2_on": k["key_v2"] >= 0.5,
            "paused": k["pause"] >= 0.5,
            "drained": self.drained(),
            "watermark": self.watermark_at is not None,
            "boundary_possible": self.drained() or k["rollback"] >= 1,
            "rolled_back": k["rollback"] >= 1,
            "patched": max(k["hotfix_share"], canary(k["hotfix_canary"])) >= 1,
            "backlog": round(self.backlog),
            "replaying": bool(books.under_way),
            "recharged": books.recharged >= 1,
            "rows_missing": figures["missing_rows"] >= 20,
            "rows_phantom": figures["phantom_rows"] >= 20,
            "replayed_eventid": k["replay_eventid"] > 0,
            "list_deleted": books.unlisted >= 1,
            "reconciled": not off["ledger"] and stopped,
            "three_way_clean": not producing and not any(off.values()) and not books.under_way,
            "refunds_begun": books.refunded + books.given_away >= 1,
            "refunded": not off["processor"],
            "adjusted": self.adjusted != 0,
            "merged": k["tighter"] > 0,
            "index_built": k["index"] >= 1,
            "recon_above_1pct": round(self.recon, 6) > 0.01,
            "recon_small": abs(round(self.recon, 6)) < 0.002,
            "billing_at_risk": active or off["events"],
            "regression": active,
            "production_affected": active,
            "data_at_risk": off["ledger"],
            "auth_at_risk": False,
            "safety_at_risk": False,
            "users_blocked": False,
            "workaround": False,
            "data_lost_or_security": False,
            "correctness_affected": off["ledger"] or off["events"],
            "mismatch_pct": figures["mismatch_pct"],
        }

    def figures(self) -> Mapping[str, float]:
        """Return the true value of every figure people may state."""
        books = self.books
        twice = books.charged_twice()
        return {
            "mismatch_pct": round(100 * self.recon, 4),
            "double_captures": round(twice, 1),
            "wrong_money_usd": round(twice * PRICE, 1),
            "doubles_per_minute": round(self.doubling(), 2),
            "duplicate_events": round(books.duplicates, 1),
            "missing_rows": round(books.missing, 1),
            "phantom_rows": round(books.phantom, 1),
            "invoices_affected": round(books.faulty, 1),
            "invoices_waiting": round(self.backlog, 1),
            "wrong_money": round(self._harm["wrong_money"], 1),
            "row_minutes": round(self._harm["row_minutes"], 1),
            "delay_minutes": round(self._harm["delay_minutes"], 1),
            "refund_error": round(self._harm["refund_error"], 1),
        }

    def harm(self) -> Mapping[str, float]:
        """Return harm by dimension since T+0: dollars, row-minutes, invoice-minutes, dollars."""
        return dict(self._harm)


WORLD = BillingWorld
"""What the loader makes for this scenario, from its `parameters`."""

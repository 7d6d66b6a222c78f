"""Which part of scenario B is faulty, and how badly: the same rate of late commits, in one of three places.

In the base it is billing-worker, which retries. A variant may move it to revenue-agg, which then adds up again what it
reads again, or to ledger-svc, which then loses what it has acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.billing_mismatch.rates import timeouts

WINDOW_SECONDS = 180
"""Seconds between two sums that revenue-agg writes."""
RESTART_MINUTES = 3.0
"""Minutes of events that revenue-agg 4.1 reads again when it is started without having been stopped before."""
HELD_MINUTES = 0.5
"""Minutes of rows that pods of ledger-svc 8.2 hold in memory, and lose when they go."""
MORE_BY_PROMOTION = 0.6
"""What the queued promotion adds to the share of late commits, as a share of it."""
AGG_SPEED = 3000.0
"""Events a minute that revenue-agg counts when it has some to catch up with."""


def reporting(knob: Mapping[str, float]) -> bool:
    """Tell whether a second run of the month-end report holds locks on the ledger."""
    return knob["report"] >= 0.5


@dataclass(frozen=True, slots=True)
class Faults:
    """How much each part suffers from late commits."""

    timeout_factor: float = 1.0
    """billing-worker: factor on the share of commits that time out."""
    latent: float = 0.0
    """billing-worker: the same factor, but only once something exposes it to time-outs."""
    rereads: float = 0.0
    """revenue-agg: events counted again for each late commit's worth of events."""
    drops: float = 0.0
    """ledger-svc: rows lost for each late commit's worth of rows."""

    def timing_out(self, since: float, due: float, knob: Mapping[str, float]) -> float:
        """Return the share of commits that time out in the hands of billing-worker's faulty release."""
        exposed = knob["tighter"] if self.rereads else knob["write_through"] * (1 - knob["ledger_rollback"])
        factor = self.timeout_factor * (1 + MORE_BY_PROMOTION * knob["tighter"]) + self.latent * exposed
        return timeouts(since, due, factor, reporting(knob))

    def rereading(self, since: float, rate: float, knob: Mapping[str, float]) -> float:
        """Return the share of events that revenue-agg counts a second time, at `rate` events a minute."""
        if not self.rereads:
            return 0.0
        return self.rereads * timeouts(since, rate, 1.0, reporting(knob)) * (1 - knob["agg_rollback"])

    def dropping(self, since: float, rate: float, knob: Mapping[str, float]) -> float:
        """Return the share of rows that ledger-svc acknowledges and loses, at `rate` rows a minute."""
        if not self.drops:
            return 0.0
        behind = (1 - knob["ledger_rollback"]) * (1 - knob["write_through"])
        return self.drops * timeouts(since, rate, 1 + MORE_BY_PROMOTION * knob["tighter"], reporting(knob)) * behind

    def keys_known(self, knob: Mapping[str, float], patched: bool) -> float:
        """Return the share of a full replay's payment keys that PayGrid has seen before and does not charge again."""
        same = knob["rollback"] < 0.5 and knob["key_v2"] >= 0.5 and not patched
        return 1.0 if same and not self.timeout_factor else 0.0

"""Rates of scenario B: how many invoices fall due, and how often the ledger commit times out.

Seconds count from the deploy of the faulty release, because month-end does not wait for anybody's page.
"""

from __future__ import annotations

MINUTE = 60.0
USUAL = 210.0
"""Invoices a minute on an ordinary day."""
BUSY = 1.5
"""Factor of month-end at its height."""
CLIMBS, HIGH, FALLS, OVER = 52 * 60, 72 * 60, 112 * 60, 132 * 60
"""Seconds after the deploy at which volume begins to climb, is at its height, begins to fall, is usual again."""
LOCKED, UNLOCKED = 12 * 60, 37 * 60
"""Seconds after the deploy between which a report held locks on the ledger."""
TIMEOUTS, TIMEOUTS_LOCKED, TIMEOUTS_MOST = 0.028, 0.11, 0.2
"""Share of commits that time out under the faulty release: usual volume, behind the report, at most."""
EVENTS_EACH, CAPTURES_EACH, LOST_EACH = 1.35, 0.615, 0.1225
"""What one timed-out handler leaves on average: extra events, extra captures, messages in the dead letter queue."""
PRICE = 38.40
"""Dollars of an average invoice."""
FULL_SPEED = 585.0
"""Invoices of a backlog that are worked off a minute, on top of those that arrive."""


def arrivals(since_deploy: float) -> float:
    """Return the invoices that fall due a minute."""
    if since_deploy <= CLIMBS or since_deploy >= OVER:
        return USUAL
    if since_deploy < HIGH:
        return USUAL * (1 + (BUSY - 1) * (since_deploy - CLIMBS) / (HIGH - CLIMBS))
    if since_deploy <= FALLS:
        return USUAL * BUSY
    return USUAL * (BUSY - (BUSY - 1) * (since_deploy - FALLS) / (OVER - FALLS))


def timeouts(since_deploy: float, volume: float, tighter: float, locked: bool = False) -> float:
    """Return the share of commits that time out under the faulty release; `tighter` multiplies it.

    `locked`: a report holds locks on the ledger, beside the one of the morning.
    """
    share = TIMEOUTS * (volume / USUAL) ** 2
    if (locked or LOCKED <= since_deploy <= UNLOCKED) and share < TIMEOUTS_LOCKED:
        share = TIMEOUTS_LOCKED
    return min(TIMEOUTS_MOST, share * tighter)

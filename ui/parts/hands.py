"""Who could carry something out, and whether their hands are free."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.text import clock
from simulator.views import Briefing

LEAD = frozenset({"commander", "deputy"})
AGES = 10**9
"""Later than anything: nobody knows when hands that hang or queue come free."""


def busy_until(b: Briefing, role: str) -> int | None:
    """Return the drill second until which a role has its hands full, as far as `b` shows; None where they are free."""
    until = None
    for run in b.running():
        if run.executor != role or run.waits_for.startswith("sign-off"):
            continue
        end = run.expected if run.state == "running" and run.expected is not None else AGES
        until = max(until or 0, end)
    return until


def words(b: Briefing, role: str) -> str:
    """Return `, busy until T+05:10` for somebody whose hands are full."""
    until = busy_until(b, role)
    if until is None:
        return ""
    return ", busy, more waiting" if until == AGES else f", busy until {clock(max(until, b.now))}"


def best(b: Briefing, executors: Sequence[str]) -> str:
    """Return who should be asked first: somebody here whose hands are free, else whose hands are free soonest.

    Who leads asks others before doing it; everybody else does it themselves where they can.
    """
    able = [role for role in executors if b.incident.present.get(role)]
    if not able:
        return executors[0]
    leads = bool(LEAD & set(b.incident.seats_of(b.role)))
    # Other leaders come last: their hands are to stay free too.
    order = sorted(able, key=lambda role: (role == b.role) == leads or role in LEAD - {b.role})
    return min(order, key=lambda role: -AGES if (until := busy_until(b, role)) is None else until)

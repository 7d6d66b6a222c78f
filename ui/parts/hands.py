"""Who could carry something out, and whether their hands are free."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.acts.base import LEAD
from simulator.briefing import Briefing
from simulator.text import clock

AGES = 10**9
"""Later than anything: nobody knows when hands that hang or queue come free."""


def busy_until(b: Briefing, role: str) -> int | None:
    """Return the drill second until which a role has its hands full, as far as `b` shows; None where they are free."""
    runs = [run for run in b.running() if run.executor == role]
    hands = [run for run in runs if not run.waits_to_be_signed]
    begun = {run.ident for run in runs}
    # A teammate begins what they were asked for as soon as they can; a person does so when they like.
    open_tasks = [task for task in b.incident.tasks.values() if task.owner == role and task.reported is None]
    asked = any((task.query or task.action) and not {task.query, task.action} & begun for task in open_tasks)
    if (asked and role != b.role) or any(run.state != "running" or run.expected is None for run in hands):
        return AGES
    return max((run.expected or 0 for run in hands), default=None)


def words(b: Briefing, role: str) -> str:
    """Return `, busy until T+05:10` for somebody whose hands are full."""
    until = busy_until(b, role)
    if until is None:
        return ""
    return ", hands full" if until == AGES else f", busy until {clock(max(until, b.now))}"


def best(b: Briefing, executors: Sequence[str]) -> str:
    """Return who should be asked first: somebody here whose hands are free, else whose hands are free soonest.

    Who leads asks others before doing it; everybody else does it themselves where they can.
    """
    able = [role for role in executors if b.incident.present.get(role)]
    if not able:
        return executors[0]
    leads = b.incident.has_duty(b.role, *LEAD)
    # Other leaders come last: their hands are to stay free too.
    last = {role for role in able if (leads if role == b.role else b.incident.has_duty(role, *LEAD))}
    order = sorted(able, key=lambda role: (role in last, role != b.role))
    return min(order, key=lambda role: -AGES if (until := busy_until(b, role)) is None else until)

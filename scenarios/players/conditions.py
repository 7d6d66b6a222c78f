"""What a step of a script may wait for, in any scenario."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.players.said import filling, finding
from simulator import events as e
from simulator.briefing import Briefing
from simulator.values import Scalar

When = Callable[[Briefing], bool]


def seen(*queries: str) -> When:
    """Wait until each of these has given an output."""
    return lambda b: all(b.latest_result(query) is not None for query in queries)


def seen_after(query: str, at: int) -> When:
    """Wait for an output of a query that is newer than `at`."""
    return lambda b: any(
        x.at >= at and x.body.kind == "query_finished" and getattr(x.body, "query", None) == query for x in b.entries
    )


def done(action: str, times: int = 1) -> When:
    """Wait until an action has been carried out so many times."""
    return lambda b: (
        sum(r.state == "done" for r in b.incident.runs.values() if r.what == "action" and r.ident == action) >= times
    )


def here(role: str) -> When:
    """Wait until a role is in the room."""
    return lambda b: b.incident.present[filling(b, role)]


def delivered(inject: str) -> When:
    """Wait until something has been said."""
    return lambda b: inject in b.incident.delivered


def recorded(ref: str) -> When:
    """Wait until something is on the record."""
    return lambda b: ref in b.incident.refs


def waiting_to_sign(action: str) -> When:
    """Wait until a run of an action waits for signatures."""

    def met(b: Briefing) -> bool:
        run = b.incident.last_run("action", action)
        return run is not None and run.waits_to_be_signed

    return met


def since(action: str, seconds: int) -> When:
    """Wait until an action was carried out so many seconds ago."""

    def met(b: Briefing) -> bool:
        run = b.incident.last_run("action", action)
        return bool(run and run.state == "done" and run.finished is not None and b.now >= run.finished + seconds)

    return met


def in_command(seat: str) -> When:
    """Wait until a seat holds command."""
    return lambda b: b.incident.holder("commander") == filling(b, seat)


def failed(query: str) -> When:
    """Wait until the newest output of a check is a failure."""

    def met(b: Briefing) -> bool:
        result = b.latest_result(query)
        return result is not None and not result.ok

    return met


def asked(inject: str) -> When:
    """Wait until somebody has been waiting for an answer for half a minute."""
    return lambda b: inject in b.incident.asks and b.now >= b.incident.asks[inject] + 30


def green(b: Briefing) -> bool:
    """Tell whether the latest recorded verification found everything back within tolerance."""
    last = b.incident.measured[-1].body if b.incident.measured else None
    return isinstance(last, e.VerificationMeasured) and all(row.within for row in last.rows)


def both(*conditions: When) -> When:
    """Wait for all of these."""
    return lambda b: all(condition(b) for condition in conditions)


def found(query: str, name: str, value: Scalar) -> When:
    """Wait until a query's newest output has a finding of this value."""
    return lambda b: finding(b, query, name) == value

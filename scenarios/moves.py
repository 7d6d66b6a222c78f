"""What scripted responders of any scenario are made of: what a step may wait for, and small things to say."""

from __future__ import annotations

from collections.abc import Callable

from simulator import acts, values
from simulator import events as e
from simulator.briefing import Briefing

When = Callable[[Briefing], bool]


def m(minutes: float) -> int:
    """Return drill seconds for minutes."""
    return round(60 * minutes)


# --- what a step may wait for -----------------------------------------------------------------------------


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
    return lambda b: b.incident.present[role]


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
        return run is not None and run.state == "waiting" and run.waits_for.startswith("sign-off")

    return met


def since(action: str, seconds: int) -> When:
    """Wait until an action was carried out so many seconds ago."""

    def met(b: Briefing) -> bool:
        run = b.incident.last_run("action", action)
        return bool(run and run.state == "done" and run.finished is not None and b.now >= run.finished + seconds)

    return met


def in_command(seat: str) -> When:
    """Wait until a seat holds command."""
    return lambda b: b.incident.holder("commander") == seat


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


def found(query: str, name: str, value: e.Scalar) -> When:
    """Wait until a query's newest output has a finding of this value."""
    return lambda b: finding(b, query, name) == value


def finding(b: Briefing, query: str, name: str) -> e.Scalar | None:
    """Return a finding of a query's newest output; None while there is none."""
    result = b.latest_result(query)
    return result.findings.get(name) if result else None


# --- what is said ----------------------------------------------------------------------------------------


def known(b: Briefing, *queries: str) -> tuple[str, ...]:
    """Return references to the newest outputs of these queries, as far as there are any."""
    found = (b.latest_result(query) for query in queries)
    return tuple(result.run for result in found if result is not None)


def figure(b: Briefing, query: str, name: str) -> values.Figure | None:
    """Return a figure as a query's newest output gives it."""
    result = b.latest_result(query)
    return values.Figure(name=name, low=result.figures[name]) if result and name in result.figures else None


def task(to: str, query: str | None = None, action: str | None = None, text: str = "",
    due: float = 5) -> acts.AssignTask:
    """Return a task for a role, about a query, an action, or what `text` says."""
    return acts.AssignTask(
        to=to, text=text or f"Please run: {query or action}", query=query, action=action, due_minutes=due
    )


def below(metric: str, threshold: float, within: float = 10) -> values.Check:
    """Return a check that a metric falls below a threshold within so many minutes."""
    return values.Check.model_validate({"metric": metric, "is": "below", "threshold": threshold,
        "within_minutes": within})


def above(metric: str, threshold: float, within: float = 10) -> values.Check:
    """Return a check that a metric rises above a threshold within so many minutes."""
    return values.Check.model_validate({"metric": metric, "is": "above", "threshold": threshold,
        "within_minutes": within})

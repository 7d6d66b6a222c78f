"""What scripts of any scenario read off outputs, and small things they say."""

from __future__ import annotations

from simulator import acts, values
from simulator.briefing import Briefing
from simulator.values import Scalar


def m(minutes: float) -> int:
    """Return drill seconds for minutes."""
    return round(60 * minutes)


def place_of(b: Briefing, role: str | None = None) -> str:
    """Return what a role is called whatever its id; without one, whoever is briefed."""
    known = b.catalogue.role(role or b.role)
    return known.place if known else ""


def filling(b: Briefing, place: str) -> str:
    """Return the id of the role that fills a place here."""
    return next((role.id for role in b.catalogue.roles if place in role.places), place)


def finding(b: Briefing, query: str, name: str) -> Scalar | None:
    """Return a finding of a query's newest output; None while there is none."""
    result = b.latest_result(query)
    return result.findings.get(name) if result else None


def known(b: Briefing, *queries: str) -> tuple[str, ...]:
    """Return references to the newest outputs of these queries, as far as there are any."""
    found = (b.latest_result(query) for query in queries)
    return tuple(result.run for result in found if result is not None)


def figure(b: Briefing, query: str, name: str) -> values.Figure | None:
    """Return a figure as a query's newest output gives it."""
    result = b.latest_result(query)
    return values.Figure(name=name, low=result.figures[name]) if result and name in result.figures else None


def last_packet(b: Briefing) -> str | None:
    """Return a reference to the newest evidence packet."""
    return f"packet:{len(b.incident.packets)}" if b.incident.packets else None


def task(
    to: str, query: str | None = None, action: str | None = None, text: str = "", due: float = 5
) -> acts.AssignTask:
    """Return a task for a role, about a query, an action, or what `text` says."""
    return acts.AssignTask(
        to=to, text=text or f"Please run: {query or action}", query=query, action=action, due_minutes=due
    )


def below(metric: str, threshold: float, within: float = 10) -> values.Check:
    """Return a check that a metric falls below a threshold within so many minutes."""
    return values.Check.model_validate(
        {"metric": metric, "is": "below", "threshold": threshold, "within_minutes": within}
    )


def above(metric: str, threshold: float, within: float = 10) -> values.Check:
    """Return a check that a metric rises above a threshold within so many minutes."""
    return values.Check.model_validate(
        {"metric": metric, "is": "above", "threshold": threshold, "within_minutes": within}
    )

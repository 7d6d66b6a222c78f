"""What scripts of any scenario read off a briefing: who fills which place, and what a query found."""

from __future__ import annotations

from simulator.briefing import Briefing
from simulator.values import Scalar


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

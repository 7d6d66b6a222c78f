"""What by_the_book says in scenario B: packets, snapshots, updates."""

from __future__ import annotations

from scenarios.billing_mismatch.plans import Plan, plan_of
from scenarios.players import plan as plans
from scenarios.players.said import figure
from simulator import acts, values
from simulator.briefing import Briefing

OPEN = ("other_consumers", "tax_reports")
"""What is not known early, whatever the cause."""


def counted(b: Briefing, plan: Plan, factor: float) -> values.Figure:
    """Return the plan's count as a query gave it last, times `factor`; the mismatch where no query did."""
    name, query = plan.counted
    found = figure(b, query, name)
    return values.Figure(name=name, low=round(factor * found.low)) if found else plan.impact(b)


def snapshot(
    b: Briefing, plan: Plan, phase: str, candidate: str | None, factor: float, next_owner: str
) -> acts.RecordSnapshot:
    """Return a snapshot whose risk of waiting is the plan's count times `factor`."""
    return plans.snapshot(plan, phase, candidate, counted(b, plan, factor), next_owner)


def public(b: Briefing, status: str, mitigation: str | None, text: str) -> acts.UpdateStakeholders:
    """Return an update to customers."""
    plan = plan_of(b)
    return acts.UpdateStakeholders.model_validate(
        {
            "audience": "public",
            "status": status,
            "impact": plan.impact(b),
            "segments": plan.affected,
            "mitigation": mitigation,
            "unknowns": plan.unknowns if mitigation else OPEN,
            "next_update_minutes": 20,
            "text": text,
        }
    )


def executives(b: Briefing, plan: Plan, mitigation: str, text: str) -> acts.UpdateExecutives:
    """Return an update to executives."""
    return acts.UpdateExecutives(
        impact=plan.impact(b),
        cause=plan.cause,
        mitigation=mitigation,
        unknowns=plan.unknowns,
        next_update_minutes=30,
        text=text,
    )

"""What by_the_book says in scenario B: packets, snapshots, updates."""

from __future__ import annotations

from scenarios.billing_mismatch.plans import Plan, plan_of
from scenarios.players import plan as plans
from scenarios.players.said import figure
from simulator import acts, values
from simulator.briefing import Briefing

OPEN = ("other_consumers", "tax_reports")
"""What is not known early, whatever the cause."""


def mismatch(b: Briefing) -> values.Figure:
    """Return events over ledger as the panel shows it now, in percent."""
    return values.Figure(name="mismatch_pct", low=round(100 * (b.latest("mismatch") or 0.0), 3))


def counted(b: Briefing, plan: Plan, factor: float) -> values.Figure:
    """Return the plan's count as a query gave it last, times `factor`; the mismatch where no query did."""
    name, query = plan.counted
    found = figure(b, query, name)
    return values.Figure(name=name, low=round(factor * found.low)) if found else mismatch(b)


def packet(b: Briefing, plan: Plan, next_owner: str, *queries: str) -> acts.RecordPacket:
    """Return an evidence packet on the newest outputs of these queries."""
    return plans.packet(b, plan, mismatch(b), next_owner, *queries)


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
            "impact": mismatch(b),
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
        impact=mismatch(b),
        cause=plan.cause,
        mitigation=mitigation,
        unknowns=plan.unknowns,
        next_update_minutes=30,
        text=text,
    )


def last_packet(b: Briefing) -> str | None:
    """Return a reference to the newest evidence packet."""
    return f"packet:{len(b.incident.packets)}" if b.incident.packets else None

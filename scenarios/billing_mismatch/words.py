"""What by_the_book says in scenario B: packets, snapshots, updates, decisions, handoffs."""

from __future__ import annotations

from scenarios.billing_mismatch.plans import Plan, plan_of
from scenarios.moves import figure, known
from simulator import commands as c
from simulator.views import Briefing

OPEN = ("other_consumers", "tax_reports")
"""What is not known early, whatever the cause."""


def mismatch(b: Briefing) -> c.Figure:
    """Return events over ledger as the panel shows it now, in percent."""
    return c.Figure(name="mismatch_pct", low=round(100 * (b.latest("mismatch") or 0.0), 3))


def counted(b: Briefing, plan: Plan, factor: float) -> c.Figure:
    """Return the plan's count as a query gave it last, times `factor`; the mismatch where no query did."""
    name, query = plan.counted
    found = figure(b, query, name)
    return c.Figure(name=name, low=round(factor * found.low)) if found else mismatch(b)


def packet(b: Briefing, plan: Plan, next_owner: str, *queries: str) -> c.RecordPacket:
    """Return an evidence packet on the newest outputs of these queries."""
    return c.RecordPacket(
        segments=plan.affected,
        impact=(mismatch(b),),
        evidence=known(b, *queries),
        residual_risks=(plan.risks[0], "psp_nightly"),
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(
    b: Briefing, plan: Plan, phase: str, candidate: str | None, factor: float, next_owner: str
) -> c.RecordSnapshot:
    """Return a snapshot whose risk of waiting is the plan's count times `factor`."""
    return c.RecordSnapshot.model_validate(
        {
            "phase": phase,
            "stable_revision": plan.good,
            "candidate": candidate,
            "risk_of_waiting": counted(b, plan, factor),
            "next_checkpoint_minutes": 10,
            "next_owner": next_owner,
        }
    )


def public(b: Briefing, status: str, mitigation: str | None, text: str) -> c.UpdateStakeholders:
    """Return an update to customers."""
    plan = plan_of(b)
    return c.UpdateStakeholders.model_validate(
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


def executives(b: Briefing, plan: Plan, mitigation: str, text: str) -> c.UpdateExecutives:
    """Return an update to executives."""
    return c.UpdateExecutives(
        impact=mismatch(b),
        cause=plan.cause,
        mitigation=mitigation,
        unknowns=plan.unknowns,
        next_update_minutes=20,
        text=text,
    )


def decision(
    b: Briefing,
    plan: Plan,
    actions: tuple[str, ...],
    why: str,
    evidence: tuple[str, ...],
    reversal: float,
    blast: tuple[str, ...],
    check: c.Check,
    strategy: str = "containment",
    owner: str = "mitigation",
) -> c.RecordDecision:
    """Return a checkpoint decision carried out by one owner and checked by another."""
    return c.RecordDecision.model_validate(
        {
            "decision": "rollback" if strategy == "rollback" else "continue mitigation",
            "actions": actions,
            "strategy": strategy,
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": tuple(c.RejectedRung.model_validate({"rung": r, "reason": w}) for r, w in plan.rejected),
            "execution_owner": owner,
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": "L2",
            "contained_until_minutes": 240,
        }
    )


def hand_off(plan: Plan, what: str, to: str, ref: str | None) -> c.HandOff:
    """Return a handoff on a packet."""
    return c.HandOff(
        what=what,
        to=to,
        included=plan.affected,
        unknowns=plan.unknowns,
        hypothesis=plan.cause,
        next_checkpoint_minutes=10,
        rollback_trigger=watch(plan),
        packet=ref,
    )


def option(action: str, coverage: tuple[str, ...], minutes: float, risk: str, reversal: float) -> c.RecordOption:
    """Return an option card."""
    return c.RecordOption(
        action=action,
        coverage=coverage,
        minutes_to_effect=minutes,
        risk=risk,
        reversal_minutes=reversal,
        abort_if=c.Check.model_validate({"metric": "mismatch", "is": "above", "threshold": 0.02}),
    )


def watch(plan: Plan) -> c.Check:
    """Return what makes the watch act at once."""
    metric, threshold = plan.watched
    return c.Check.model_validate({"metric": metric, "is": "above", "threshold": threshold, "within_minutes": 5})


def last_packet(b: Briefing) -> str | None:
    """Return a reference to the newest evidence packet."""
    return f"packet:{len(b.incident.packets)}" if b.incident.packets else None

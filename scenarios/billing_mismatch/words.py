"""What by_the_book says in scenario B: packets, snapshots, updates, decisions, handoffs."""

from __future__ import annotations

from scenarios.moves import When, known
from simulator import commands as c
from simulator.views import Briefing

ALL = ("events", "ledger", "processor")
OPEN = ("chargebacks_open", "other_consumers")


def mismatch(b: Briefing) -> c.Figure:
    """Return events over ledger as the panel shows it now, in percent."""
    return c.Figure(name="mismatch_pct", low=round(100 * (b.latest("mismatch") or 0.0), 3))


def counted(b: Briefing, name: str, factor: float) -> c.Figure:
    """Return a count that a query gave last, times `factor`; the mismatch where no query did."""
    for query in ("by_attempt", "paygrid_list"):
        result = b.latest_result(query)
        if result and name in result.figures:
            return c.Figure(name=name, low=round(factor * result.figures[name]))
    return mismatch(b)


def packet(b: Briefing, next_owner: str, *queries: str) -> c.RecordPacket:
    """Return an evidence packet on the newest outputs of these queries."""
    return c.RecordPacket(
        segments=ALL,
        impact=(mismatch(b),),
        evidence=known(b, *queries),
        residual_risks=("statements_late", "psp_nightly"),
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(
    b: Briefing, phase: str, candidate: str | None, figure: str, factor: float, next_owner: str
) -> c.RecordSnapshot:
    """Return a snapshot whose risk of waiting is a count times `factor`."""
    return c.RecordSnapshot.model_validate(
        {
            "phase": phase,
            "stable_revision": "rel-7702",
            "candidate": candidate,
            "risk_of_waiting": counted(b, figure, factor),
            "next_checkpoint_minutes": 10,
            "next_owner": next_owner,
        }
    )


def public(b: Briefing, status: str, mitigation: str | None, text: str) -> c.UpdateStakeholders:
    """Return an update to customers."""
    return c.UpdateStakeholders.model_validate(
        {
            "audience": "public",
            "status": status,
            "impact": mismatch(b),
            "segments": ALL,
            "mitigation": mitigation,
            "unknowns": OPEN,
            "next_update_minutes": 20,
            "text": text,
        }
    )


def executives(b: Briefing, mitigation: str, text: str) -> c.UpdateExecutives:
    """Return an update to executives."""
    return c.UpdateExecutives(
        impact=mismatch(b), cause="dual_write", mitigation=mitigation, unknowns=OPEN, next_update_minutes=20, text=text
    )


def decision(
    b: Briefing,
    actions: tuple[str, ...],
    why: str,
    evidence: tuple[str, ...],
    reversal: float,
    blast: tuple[str, ...],
    check: c.Check,
    confidence: str = "L2",
    strategy: str = "containment",
) -> c.RecordDecision:
    """Return a checkpoint decision carried out by one owner and checked by another."""
    return c.RecordDecision.model_validate(
        {
            "decision": "rollback" if strategy == "rollback" else "continue mitigation",
            "actions": actions,
            "strategy": strategy,
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": (c.RejectedRung(rung="hotfix", reason="time"),),
            "execution_owner": "data" if "replay_selective" in actions else "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": confidence,
            "contained_until_minutes": 240,
        }
    )


def hand_off(what: str, to: str, ref: str | None) -> c.HandOff:
    """Return a handoff on a packet."""
    return c.HandOff(
        what=what,
        to=to,
        included=ALL,
        unknowns=OPEN,
        hypothesis="dual_write",
        next_checkpoint_minutes=10,
        rollback_trigger=watch(),
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


def watch() -> c.Check:
    """Return what makes the watch act at once."""
    return c.Check.model_validate({"metric": "retries", "is": "above", "threshold": 5, "within_minutes": 5})


def waiting_to_sign(action: str) -> When:
    """Wait until a run of an action waits for signatures."""

    def met(b: Briefing) -> bool:
        run = b.incident.last_run("action", action)
        return run is not None and run.state == "waiting" and run.waits_for.startswith("sign-off")

    return met

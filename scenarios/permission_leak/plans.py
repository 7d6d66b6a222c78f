"""What by_the_book makes of what it has seen: the plan it follows, and what it says under it.

A plan is chosen from an output that is in the channel: what a stranger is answered, and by whom.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.moves import figure, known
from simulator import commands as c
from simulator.views import Briefing

REGIONS = ("americas", "europe", "apac")
COMMON_RISKS = ("copies_kept", "short_logs")


@dataclass(frozen=True)
class Plan:
    """A cause, what helps against it, and what is true under it."""

    name: str
    cause: str
    affected: tuple[str, ...]
    branch: str
    """The step that stops it first, named in snapshots, escalations and updates."""
    undo: float
    """Minutes to undo that step."""
    hurts: tuple[str, ...]
    """What that step does besides."""
    fixed_by: str
    """The mitigation that updates name once it is closed for good."""
    clean_after: tuple[str, ...]
    """Actions that must be done before anything is verified."""
    done: tuple[str, ...]
    """Actions the decision note names."""
    strategy: str
    rejected: tuple[tuple[str, str], ...]
    proof: str
    """Query that shows that what was handed out is refused."""
    metrics: tuple[str, ...]
    """Series compared with the quiet window."""
    watched: tuple[str, float]
    """Series and threshold at which somebody is woken."""
    risks: tuple[str, ...]
    hardening: tuple[tuple[str, str, str, str, int], ...]
    why: str
    """Reason on the leadership note."""


NEGATIVE = ("no_negative_test", "detect", "Two identities open each page once a minute", "verification", 5)
STORE = Plan(
    name="store",
    cause="decision_key",
    affected=(*REGIONS, "previews", "tokens"),
    branch="rollback",
    undo=1.75,
    hurts=("trace_wiped",),
    fixed_by="rollback",
    clean_after=("purge", "epoch_sync"),
    done=("rollback", "unpin", "purge", "epoch_bump", "epoch_sync"),
    strategy="rollback",
    rejected=(("flag", "coverage"), ("hotfix", "time")),
    proof="revocation_check",
    metrics=("authz_hit_americas", "authz_hit_europe", "authz_hit_apac", "previews_public", "tokens_cached",
             "authz_origin"),
    watched=("authz_hit_apac", 0.1),
    risks=(*COMMON_RISKS, "pins_outside", "slower_previews"),
    hardening=(
        ("key_lacks_tenant", "prevent", "Tenant and viewer in the key, behind a canary", "mitigation", 2),
        NEGATIVE,
        ("pins_outside_rollback", "mitigate", "A rollback lists pins and fails on them", "mitigation", 10),
        ("edge_owns_authz", "prevent", "Security reviews what decides at the edge", "security", 14),
    ),
    why="evidence_safe",
)  # fmt: skip
COPY = Plan(
    name="copy",
    cause="cdn_rule",
    affected=(*REGIONS, "previews"),
    branch="rollback",
    undo=1.75,
    hurts=("previews_stay",),
    fixed_by="rollback",
    clean_after=("purge_paths",),
    done=("rollback", "unpin", "purge", "purge_paths"),
    strategy="rollback",
    rejected=(("flag", "coverage"), ("hotfix", "time")),
    proof="copy_check",
    metrics=("authz_hit_americas", "authz_hit_europe", "authz_hit_apac", "previews_public", "preview_age"),
    watched=("previews_public", 600),
    risks=(*COMMON_RISKS, "tag_gap", "pins_outside"),
    hardening=(
        ("public_default", "prevent", "Previews are private unless somebody says otherwise", "mitigation", 2),
        NEGATIVE,
        ("tag_index", "mitigate", "A purge counts what is left and fails on it", "verification", 7),
        ("headers_unreviewed", "prevent", "Security reviews what the edge lets others keep", "security", 14),
    ),
    why="quickest_undo",
)
MEMORY = Plan(
    name="memory",
    cause="link_memory",
    affected=(*REGIONS, "tokens"),
    branch="block_route",
    undo=1.25,
    hurts=("previews_denied",),
    fixed_by="resolver_off",
    clean_after=("resolver_off", "epoch_bump", "open_route"),
    done=("block_route", "resolver_off", "epoch_bump"),
    strategy="containment",
    rejected=(("hotfix", "coverage"), ("rollback", "coverage")),
    proof="revocation_check",
    metrics=("resolved_kept", "resolver_asks", "tokens_cached"),
    watched=("resolved_kept", 0.05),
    risks=(*COMMON_RISKS, "other_answers"),
    hardening=(
        ("memory_by_link", "prevent", "Viewer and tenant in what share-svc remembers", "triage", 5),
        NEGATIVE,
        ("switch_unreviewed", "prevent", "Switches that touch permissions are reviewed and rolled out by share",
         "mitigation", 10),
        ("trace_ring", "mitigate", "Answers are traced outside of what gives them", "security", 14),
    ),
    why="being_used",
)  # fmt: skip
TELLING = ("repro_warm",)
"""Query whose output decides between the plans."""


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of the worker's store."""
    shown = b.latest_result("repro_warm")
    foreign = shown.output.partition("foreign")[2] if shown else ""
    if "x-cache: HIT" in foreign:
        return COPY
    return MEMORY if "200" in foreign and "src=origin" in foreign else STORE


# --- what is said ----------------------------------------------------------------------------------------


def reads(b: Briefing) -> c.Figure | None:
    """Return the reads across tenants as the audit last counted them."""
    return figure(b, "audit_count", "reads_total")


def packet(b: Briefing, plan: Plan, next_owner: str, *queries: str) -> c.RecordPacket | None:
    counted = reads(b)
    if counted is None:
        return None
    return c.RecordPacket(
        segments=plan.affected,
        impact=(counted,),
        evidence=known(b, *queries),
        residual_risks=COMMON_RISKS,
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(phase: str, candidate: str | None, still_open: float, next_owner: str) -> c.RecordSnapshot:
    """Return a snapshot whose risk of waiting is the share of traffic that would still leak by then."""
    return c.RecordSnapshot.model_validate(
        {
            "phase": phase,
            "stable_revision": "v56",
            "candidate": candidate,
            "risk_of_waiting": c.Figure(name="open_traffic_pct", low=still_open),
            "next_checkpoint_minutes": 10,
            "next_owner": next_owner,
        }
    )


def restricted(b: Briefing, status: str, mitigation: str | None, text: str) -> c.UpdateStakeholders | None:
    counted = reads(b)
    if counted is None:
        return None
    return c.UpdateStakeholders.model_validate(
        {
            "audience": "restricted",
            "status": status,
            "impact": counted,
            "segments": REGIONS,
            "mitigation": mitigation,
            "unknowns": ("personal_data", "kept_copies"),
            "next_update_minutes": 20,
            "text": text,
        }
    )


def executives(b: Briefing, mitigation: str, text: str) -> c.UpdateExecutives | None:
    """Return an update that says how much and what next, nothing of how or where."""
    counted = reads(b)
    if counted is None:
        return None
    return c.UpdateExecutives(
        impact=counted, mitigation=mitigation, unknowns=("personal_data", "who_else"), next_update_minutes=20, text=text
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
    confidence: str = "L2",
) -> c.RecordDecision:
    return c.RecordDecision.model_validate(
        {
            "decision": "rollback" if "rollback" in actions else "continue mitigation",
            "actions": actions,
            "strategy": plan.strategy,
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": tuple(c.RejectedRung.model_validate({"rung": r, "reason": w}) for r, w in plan.rejected),
            "execution_owner": "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": confidence,
            "contained_until_minutes": 30 if plan.strategy == "containment" else None,
        }
    )


def trigger(plan: Plan) -> c.Check:
    """Return what makes somebody look again."""
    metric, threshold = plan.watched
    return c.Check.model_validate({"metric": metric, "is": "above", "threshold": threshold, "within_minutes": 5})


def hand_off(plan: Plan, what: str, to: str, ref: str, in_flight: tuple[str, ...] = ()) -> c.HandOff:
    return c.HandOff.model_validate(
        {
            "what": what,
            "to": to,
            "included": plan.affected,
            "unknowns": ("personal_data", "other_routes"),
            "hypothesis": plan.cause,
            "in_flight": in_flight,
            "next_checkpoint_minutes": 10,
            "rollback_trigger": trigger(plan),
            "packet": ref,
        }
    )


def option(action: str, coverage: tuple[str, ...], minutes: float, risk: str, reversal: float) -> c.RecordOption:
    return c.RecordOption(
        action=action,
        coverage=coverage,
        minutes_to_effect=minutes,
        risk=risk,
        reversal_minutes=reversal,
        abort_if=c.Check.model_validate({"metric": "ratio_5xx", "is": "above", "threshold": 0.02}),
    )

"""What by_the_book makes of what it has seen: the plan it follows, and what it says under it.

A plan is chosen from outputs that are in the channel: the reason verifiers give, and what the release's commits say.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.moves import known
from simulator import commands as c
from simulator.views import Briefing

NORMAL_PCT = 0.6
"""Share of requests that are refused on a good day, in percent."""


@dataclass(frozen=True)
class Plan:
    """A cause, what helps against it, and what is true under it."""

    name: str
    cause: str
    metric: str
    """Series of the refusals with this cause's reason."""
    affected: tuple[str, ...]
    lead: str
    """The step named first in snapshots and escalations."""
    cleaned_by: str
    """The mitigation that updates name once things get better."""
    settled_by: tuple[str, int]
    """Action, and how often it must be done, before anything is verified."""
    done: tuple[str, ...]
    """Actions the decision note names."""
    rejected: tuple[tuple[str, str], ...]
    risks: tuple[str, ...]
    """Residual risks, the general ones first."""
    unknowns: tuple[str, ...]
    hardening: tuple[tuple[str, str, str, str, int], ...]
    worse: float | None
    """Factor on the share of refusals if nothing is done for half an hour; None: it goes away."""
    need: str = "security_review"


COMMON = (("mint_is_health", "detect", "Verify each signed token once before it leaves", "mitigation", 14),)
KEY = Plan(
    name="key",
    cause="zone_key",
    metric="fail_signature",
    affected=("web", "mobile", "poisoned"),
    lead="flag_web",
    cleaned_by="revoke",
    settled_by=("revoke", 2),
    done=("flag_web", "flag_mobile", "revoke"),
    rejected=(("hotfix", "time"), ("rollback", "readiness")),
    risks=("zone_still_standby", "offline_devices", "old_key_end", "key_shared"),
    unknowns=("why_standby", "how_many_more"),
    hardening=(
        *COMMON,
        ("flag_half", "prevent", "One flag for both token paths", "mitigation", 10),
        ("revoke_undocumented", "mitigate", "Runbook page for scoped sign-out", "verification", 7),
        ("shared_standby", "prevent", "A standby key of its own for staging", "security", 5),
    ),
    worse=1.75,
)
UNFLAGGED = Plan(
    name="unflagged",
    cause="zone_key",
    metric="fail_signature",
    affected=KEY.affected,
    lead="pin",
    cleaned_by="revoke",
    settled_by=("revoke", 2),
    done=("flag_web", "pin", "revoke"),
    rejected=(("hotfix", "time"), ("rollback", "time")),
    risks=KEY.risks,
    unknowns=KEY.unknowns,
    hardening=KEY.hardening,
    worse=1.9,
)
LATE = Plan(
    name="late",
    cause="jwks_late",
    metric="fail_unknown_kid",
    affected=("web", "mobile"),
    lead="flag_web",
    cleaned_by="flag_mobile",
    settled_by=("flag_mobile", 1),
    done=("flag_web", "flag_mobile"),
    rejected=(("hotfix", "time"), ("rollback", "readiness")),
    risks=("late_again", "offline_devices", "old_key_end"),
    unknowns=("why_late", "offline_phones"),
    hardening=(
        *COMMON,
        ("sign_before_publish", "prevent", "Sign with a key only once all locations serve it", "mitigation", 10),
        ("stale_unwatched", "detect", "Alert on the age of the key set by location", "verification", 7),
    ),
    worse=None,
    need="release_stop",
)
CLOCK = Plan(
    name="clock",
    cause="clock_skew",
    metric="fail_not_yet_valid",
    affected=("web", "mobile"),
    lead="clock_sync",
    cleaned_by="clock_sync",
    settled_by=("clock_sync", 1),
    done=("clock_sync",),
    rejected=(("flag", "coverage"), ("hotfix", "time"), ("rollback", "readiness")),
    risks=("clock_drifts", "offline_devices"),
    unknowns=("why_clock", "offline_phones"),
    hardening=(
        *COMMON,
        ("new_nodes_unchecked", "prevent", "No pods on a node before its clock is checked", "mitigation", 7),
        ("nodes_unwatched", "detect", "New nodes report to monitoring before they take traffic", "verification", 10),
    ),
    worse=1.1,
    need="release_stop",
)
TELLING = ("endpoints", "git_log")
"""Queries whose outputs decide between the plans."""


def _says(b: Briefing, query: str, words: str) -> bool:
    result = b.latest_result(query)
    return result is not None and words in result.output


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of a wrong key."""
    if _says(b, "endpoints", "(unknown_kid)"):
        return LATE
    if _says(b, "endpoints", "(not_yet_valid)"):
        return CLOCK
    return UNFLAGGED if _says(b, "git_log", "signs with kid v2 always") else KEY


# --- what is said ----------------------------------------------------------------------------------------


def ratio(b: Briefing, factor: float | None = 1.0) -> c.Figure:
    """Return the share of refused requests as the panel shows it now, in percent; without a factor the usual one."""
    shown = NORMAL_PCT if factor is None else 100 * factor * (b.latest("reject_ratio") or 0.0)
    return c.Figure(name="reject_ratio_pct", low=round(shown, 2))


def packet(b: Briefing, plan: Plan, next_owner: str, *queries: str) -> c.RecordPacket:
    return c.RecordPacket(
        segments=plan.affected,
        impact=(ratio(b),),
        evidence=known(b, *queries),
        residual_risks=plan.risks[:2],
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(b: Briefing, phase: str, candidate: str | None, factor: float | None, next_owner: str) -> c.RecordSnapshot:
    return c.RecordSnapshot.model_validate(
        {
            "phase": phase,
            "stable_revision": "rel-5460",
            "candidate": candidate,
            "risk_of_waiting": ratio(b, factor),
            "next_checkpoint_minutes": 10,
            "next_owner": next_owner,
        }
    )


def public(b: Briefing, status: str, mitigation: str | None, text: str) -> c.UpdateStakeholders:
    # What is not known yet is named from the plan of the moment; before there is one, what is never known early.
    plan = plan_of(b)
    unknowns = ("how_many_more", "offline_phones") if "poisoned" in plan.affected else plan.unknowns
    return c.UpdateStakeholders.model_validate(
        {
            "audience": "public",
            "status": status,
            "impact": ratio(b),
            "segments": ("web", "mobile"),
            "mitigation": mitigation,
            "unknowns": unknowns,
            "next_update_minutes": 20,
            "text": text,
        }
    )


def executives(b: Briefing, plan: Plan, mitigation: str, text: str) -> c.UpdateExecutives:
    return c.UpdateExecutives(
        impact=ratio(b),
        cause=plan.cause,
        mitigation=mitigation,
        unknowns=(plan.unknowns[0], "offline_phones"),
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
    confidence: str = "L2",
) -> c.RecordDecision:
    return c.RecordDecision.model_validate(
        {
            "decision": "continue mitigation",
            "actions": actions,
            "strategy": "containment",
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": tuple(c.RejectedRung.model_validate({"rung": r, "reason": w}) for r, w in plan.rejected),
            "execution_owner": "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": confidence,
            "contained_until_minutes": 240,
        }
    )


def hand_off(plan: Plan, what: str, to: str, ref: str, in_flight: tuple[str, ...] = ()) -> c.HandOff:
    return c.HandOff.model_validate(
        {
            "what": what,
            "to": to,
            "included": plan.affected,
            "unknowns": plan.unknowns,
            "hypothesis": plan.cause,
            "in_flight": in_flight,
            "next_checkpoint_minutes": 10,
            "rollback_trigger": {"metric": plan.metric, "is": "above", "threshold": 50, "within_minutes": 5},
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
        abort_if=c.Check.model_validate({"metric": "reject_ratio", "is": "above", "threshold": 0.12}),
    )


def readiness(b: Briefing, state: str, plan: str | None, *queries: str) -> c.RecordReadiness:
    return c.RecordReadiness.model_validate(
        {"known_good": "rel-5460", "rollback": state, "plan": plan, "evidence": known(b, *queries)}
    )

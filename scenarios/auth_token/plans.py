"""What by_the_book makes of what it has seen: the plan it follows, and what it says under it.

A plan is chosen from outputs that are in the channel: the reason verifiers give, and what the release's commits say.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.players import plan as plans
from scenarios.players import said
from simulator import acts, values
from simulator.briefing import Briefing

NORMAL_PCT = 0.6
"""Share of requests that are refused on a good day, in percent."""
FEW_STUCK = 50
"""Sessions refused for good below which nobody has to be signed out for them."""
WATCHED = ("reject_ratio_web", "reject_ratio_mobile", "stuck_sessions")


@dataclass(frozen=True, kw_only=True)
class Plan(plans.Plan):
    """A plan of scenario A."""

    cleaned_by: str
    """The mitigation that updates name once things get better."""
    worse: float | None
    """Factor on the share of refusals if nothing is done for half an hour; None: it goes away."""
    told: str
    """What the public hears while it gets better."""
    told_up: tuple[str, str]
    """What executives hear once it is contained, and once it is over."""
    good: str = "rel-5460"
    stop_at: tuple[str, float] = ("reject_ratio", 0.12)
    noted: tuple[tuple[str, str], ...] = (("locked_user_minutes", "impact"), ("failed_logins", "impact"))
    ask: str = "mobile_hands"

    def impact(self, b: Briefing) -> values.Figure:
        """Return the share of refused requests."""
        return ratio(b)


COMMON = (("mint_is_health", "detect", "Verify each signed token once before it leaves", "mitigation", 14),)
KEY = Plan(
    name="key",
    cause="zone_key",
    metrics=(*WATCHED, "fail_signature"),
    watched=("fail_signature", 50),
    affected=("web", "mobile", "poisoned"),
    lead="flag_web",
    cleaned_by="revoke",
    settled_by=(("flag_mobile", 1, 75), ("revoke", 1, 0)),
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
    told="Browser users recover; phones follow.",
    told_up=("Cause contained, clean-up under way.", "Users are back; key hygiene stays open."),
    uncertain=("why_standby", "partner_tokens"),
    need="security_review",
)
UNFLAGGED = Plan(
    name="unflagged",
    cause="zone_key",
    metrics=(*WATCHED, "fail_signature"),
    watched=("fail_signature", 50),
    affected=KEY.affected,
    lead="pin",
    cleaned_by="revoke",
    settled_by=(("pin", 1, 195), ("revoke", 1, 0)),
    done=("flag_web", "pin", "revoke"),
    rejected=(("hotfix", "time"), ("rollback", "time")),
    risks=KEY.risks,
    unknowns=KEY.unknowns,
    hardening=KEY.hardening,
    worse=1.9,
    told="Phone users recover; browsers follow.",
    told_up=("Cause contained, clean-up under way.", "Users are back; key hygiene stays open."),
    uncertain=("why_standby", "partner_tokens"),
    need="security_review",
)
LATE = Plan(
    name="late",
    cause="jwks_late",
    metrics=(*WATCHED, "fail_unknown_kid"),
    watched=("fail_unknown_kid", 50),
    affected=("web", "mobile"),
    lead="flag_web",
    cleaned_by="flag_mobile",
    settled_by=(("flag_mobile", 1, 0),),
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
    told="It is getting better by itself; we help it along.",
    told_up=("It fades; nobody has to be signed out.", "Users are back; publishing before signing stays open."),
    uncertain=("why_late", "partner_tokens"),
    need="release_stop",
)
CLOCK = Plan(
    name="clock",
    cause="clock_skew",
    metrics=(*WATCHED, "fail_not_yet_valid"),
    watched=("fail_not_yet_valid", 50),
    affected=("web", "mobile"),
    lead="clock_sync",
    cleaned_by="clock_sync",
    settled_by=(("clock_sync", 1, 0),),
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
    told="The cause is found and being removed.",
    told_up=("Cause removed; users come back.", "Users are back; the time source stays open."),
    uncertain=("why_clock", "partner_tokens"),
    ask="nothing_now",
    need="release_stop",
)
TELLING = ("endpoints", "git_log")
"""Queries whose outputs decide between the plans."""


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of a wrong key."""
    by_reason = {"unknown_kid": LATE, "not_yet_valid": CLOCK}.get(str(said.finding(b, "endpoints", "reason")))
    return by_reason or (UNFLAGGED if said.finding(b, "git_log", "web_flag_read") is False else KEY)


def nobody_stuck(b: Briefing) -> bool:
    """Tell whether the panel shows next to nobody whose session is refused for good."""
    stuck = b.latest("stuck_sessions")
    return stuck is not None and stuck < FEW_STUCK


def somebody_stuck(b: Briefing) -> bool:
    """Tell whether the panel shows sessions that are refused for good."""
    return b.latest("stuck_sessions") is not None and not nobody_stuck(b)


# --- what is said ----------------------------------------------------------------------------------------


def ratio(b: Briefing, factor: float | None = 1.0) -> values.Figure:
    """Return the share of refused requests as the panel shows it now, in percent; without a factor the usual one."""
    shown = NORMAL_PCT if factor is None else 100 * factor * (b.latest("reject_ratio") or 0.0)
    return values.Figure(name="reject_ratio_pct", low=round(shown, 2))


def snapshot(
    b: Briefing, plan: Plan, phase: str, candidate: str | None, factor: float | None, next_owner: str
) -> acts.RecordSnapshot:
    return plans.snapshot(plan, phase, candidate, ratio(b, factor), next_owner)


def public(b: Briefing, status: str, mitigation: str | None, text: str) -> acts.UpdateStakeholders:
    # What is not known yet is named from the plan of the moment; before there is one, what is never known early.
    plan = plan_of(b)
    unknowns = ("how_many_more", "offline_phones") if "poisoned" in plan.affected else plan.unknowns
    return acts.UpdateStakeholders.model_validate(
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


def executives(b: Briefing, plan: Plan, mitigation: str, text: str) -> acts.UpdateExecutives:
    return acts.UpdateExecutives(
        impact=ratio(b),
        cause=plan.cause,
        mitigation=mitigation,
        unknowns=(plan.unknowns[0], "offline_phones"),
        next_update_minutes=20,
        text=text,
    )


def readiness(b: Briefing, state: str, plan: str | None, *queries: str) -> acts.RecordReadiness:
    return acts.RecordReadiness.model_validate(
        {"known_good": plan_of(b).good, "rollback": state, "plan": plan, "evidence": said.known(b, *queries)}
    )

"""What by_the_book makes of what it has seen: the plan it follows, and what it says under it.

A plan is chosen from an output that is in the channel: what a stranger is answered, and by whom.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.players import plan as plans
from scenarios.players.said import figure, finding
from simulator import acts, values
from simulator.briefing import Briefing

REGIONS = ("americas", "europe", "apac")
COMMON_RISKS = ("copies_kept", "short_logs")


@dataclass(frozen=True, kw_only=True)
class Plan(plans.Plan):
    """A plan of scenario C."""

    undo: float
    """Minutes to undo the step that comes first."""
    hurts: tuple[str, ...]
    """What that step does besides."""
    fixed_by: str
    """The mitigation that updates name once it is closed for good."""
    proof: str
    """Query that shows that what was handed out is refused."""
    good: str = "v56"
    stop_at: tuple[str, float] = ("ratio_5xx", 0.02)
    noted: tuple[tuple[str, str], ...] = (("reads_total", "affected_list"), ("tenants_to_tell", "affected_list"))
    unknowns: tuple[str, ...] = ("personal_data", "other_routes")
    uncertain: tuple[str, ...] = ("personal_data", "kept_copies")
    need: str = "review_edge"

    def impact(self, b: Briefing) -> values.Figure | None:
        """Return the reads across tenants."""
        return reads(b)


NEGATIVE = ("no_negative_test", "detect", "Two identities open each page once a minute", "verification", 5)
STORE = Plan(
    name="store",
    cause="decision_key",
    affected=(*REGIONS, "previews", "tokens"),
    lead="rollback",
    undo=1.75,
    hurts=("trace_wiped",),
    fixed_by="rollback",
    settled_by=(("purge", 1, 0), ("epoch_sync", 1, 0)),
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
    ask="growth_hands",
    ends=None,
    why="evidence_safe",
)  # fmt: skip
COPY = Plan(
    name="copy",
    cause="cdn_rule",
    affected=(*REGIONS, "previews"),
    lead="rollback",
    undo=1.75,
    hurts=("previews_stay",),
    fixed_by="rollback",
    settled_by=(("purge_paths", 1, 0),),
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
    ask="growth_hands",
    ends=None,
    why="quickest_undo",
)
MEMORY = Plan(
    name="memory",
    cause="link_memory",
    affected=(*REGIONS, "tokens"),
    lead="block_route",
    undo=1.25,
    hurts=("previews_denied",),
    fixed_by="resolver_off",
    settled_by=(("resolver_off", 1, 0), ("epoch_bump", 1, 0), ("open_route", 1, 0)),
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
    ask="platform_hands",
    ends=30,
    why="being_used",
)  # fmt: skip
TELLING = ("repro_warm",)
"""Query whose output decides between the plans."""


def plan_of(b: Briefing) -> Plan:
    """Return the plan that fits what has been seen; until something speaks against it, that of the worker's store."""
    return {"copy": COPY, "origin": MEMORY}.get(str(finding(b, "repro_warm", "let_in_by")), STORE)


# --- what is said ----------------------------------------------------------------------------------------


def reads(b: Briefing) -> values.Figure | None:
    """Return the reads across tenants as the audit last counted them."""
    return figure(b, "audit_count", "reads_total")


def snapshot(plan: Plan, phase: str, candidate: str | None, still_open: float, next_owner: str) -> acts.RecordSnapshot:
    """Return a snapshot whose risk of waiting is the share of traffic that would still leak by then."""
    return plans.snapshot(plan, phase, candidate, values.Figure(name="open_traffic_pct", low=still_open), next_owner)


def restricted(b: Briefing, status: str, mitigation: str | None, text: str) -> acts.UpdateStakeholders | None:
    counted = reads(b)
    if counted is None:
        return None
    return acts.UpdateStakeholders.model_validate(
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


def executives(b: Briefing, mitigation: str, text: str) -> acts.UpdateExecutives | None:
    """Return an update that says how much and what next, nothing of how or where."""
    counted = reads(b)
    if counted is None:
        return None
    return acts.UpdateExecutives(
        impact=counted, mitigation=mitigation, unknowns=("personal_data", "who_else"), next_update_minutes=20, text=text
    )

"""By the book, the middle part: closing the leak, taking back what it handed out, and what is said meanwhile.

Which steps these are depends on the plan (`plans.plan_of`).
"""

from __future__ import annotations

from scenarios.permission_leak.plans import COPY, MEMORY, REGIONS, STORE, Plan, restricted, snapshot
from scenarios.players.conditions import both, delivered, done, here, recorded, seen, seen_after, since
from scenarios.players.plan import Choice, decided, hand_off, option, packet, settled
from scenarios.players.said import below, known, m, task
from scenarios.players.script import Step, does
from simulator import acts, values
from simulator.briefing import Briefing

TOLD = seen("repro_warm")


def _readiness(b: Briefing, state: str, *queries: str, plan: str | None = None) -> acts.RecordReadiness:
    return acts.RecordReadiness.model_validate(
        {"known_good": "v56", "rollback": state, "plan": plan, "evidence_channel": "restricted",
         "evidence": known(b, *queries)}
    )  # fmt: skip


# --- the worker's store: save the evidence, go back, take back -------------------------------------------


def _store() -> list[Step]:
    closed = both(done("rollback"), done("unpin"))
    plan = STORE
    return [
        Step(m(3.5), "mitigation", does(option(plan, "rollback", ("americas", "europe"), 1.75, "pinned_stays", 1.75)),
             both(TOLD, seen("pin_inventory"))),
        Step(m(3.5), "mitigation", does(option(plan, "block_route", REGIONS, 1.25, "previews_denied", 1.25)), TOLD),
        Step(m(4.5), "commander",
             lambda b: packet(b, plan, "mitigation", "repro_warm", "audit_count", "evidence_status"),
             both(TOLD, seen("audit_count"))),
        Step(m(5), "mitigation", lambda b: _readiness(b, "ready", "manifest", "pin_inventory"), seen("manifest")),
        decided(m(5), plan, Choice(
            ("rollback",), "evidence_safe", ("repro_warm", "audit_count", "manifest", "pin_inventory"), 1.75,
            ("pinned_stays", "previews_stay"), below("authz_hit_europe", 0.05),
        ), both(seen("manifest", "pin_inventory"), recorded("option:2"))),
        Step(m(5), "mitigation", does(acts.TakeAction(action="rollback", decision="decision:1")),
             recorded("decision:1")),
        Step(m(5.5), "commander", does(task("mitigation", "purge_dry_run")), done("rollback")),
        Step(m(5.5), "commander", does(task("triage", "epoch_status")), done("rollback")),
        *_unpin(plan, m(6), "authz_hit_apac"),
        decided(m(8), plan, Choice(
            ("purge", "epoch_bump", "epoch_sync"), "left_behind", ("repro_warm", "purge_dry_run", "epoch_status"), 6,
            ("render_busy", "guests_again", "lagging_place"), below("tokens_cached", 400),
        ), both(seen("purge_dry_run", "epoch_status"), closed, since("unpin", 90))),
        Step(m(8), "mitigation", does(acts.TakeAction(action="purge", decision="decision:3")), recorded("decision:3")),
        Step(m(8), "mitigation", does(acts.TakeAction(action="epoch_bump", executor="triage", decision="decision:3")),
             recorded("decision:3")),
        Step(m(8.5), "mitigation", does(acts.TakeAction(action="epoch_sync", executor="platform",
             decision="decision:3")),
             both(here("platform"), delivered("lagging_epoch"))),
    ]  # fmt: skip


def _unpin(plan: Plan, at: int, metric: str) -> list[Step]:
    """Return the steps that turn over the place that a rollback leaves out."""
    choice = Choice(
        ("unpin",), "covers_rest", ("pin_inventory", "repro_warm"), 2, ("experiment_spoilt", "previews_stay"),
        below(metric, 0.05),
    )  # fmt: skip
    return [
        decided(at, plan, choice, both(here("growth"), done("rollback"))),
        Step(at, "mitigation", does(acts.TakeAction(action="unpin", executor="growth", decision="decision:2")),
             recorded("decision:2")),
    ]  # fmt: skip


# --- copies in the shared cache: go back at once, save the evidence, then purge, and count ----------------


def _copy() -> list[Step]:
    plan = COPY
    return [
        Step(m(2.5), "commander", does(task("verification", "repro_header")), TOLD),
        Step(m(2.5), "mitigation", does(option(plan, "rollback", ("americas", "apac"), 1.75, "pinned_stays", 1.75)),
             both(TOLD, seen("pin_inventory"))),
        Step(m(2.5), "mitigation", does(option(plan, "block_route", REGIONS, 1.25, "previews_denied", 1.25)), TOLD),
        Step(m(3), "mitigation", lambda b: _readiness(b, "ready", "evidence_status", "pin_inventory"),
             both(TOLD, seen("evidence_status", "pin_inventory"))),
        Step(m(3), "commander",
             lambda b: packet(b, plan, "mitigation", "repro_warm", "audit_count", "evidence_status"),
             both(TOLD, seen("audit_count"))),
        decided(m(3), plan, Choice(
            ("rollback",), "quickest_undo", ("repro_warm", "audit_count", "evidence_status", "pin_inventory"), 1.75,
            ("pinned_stays", "previews_stay"), below("authz_hit_americas", 0.05),
        ), both(seen("evidence_status", "pin_inventory", "audit_count"), recorded("option:2"))),
        Step(m(3), "mitigation", does(acts.TakeAction(action="rollback", decision="decision:1")),
             recorded("decision:1")),
        Step(m(4), "commander", does(task("mitigation", "purge_dry_run")), done("rollback")),
        Step(m(4), "commander", does(task("platform", "cache_inventory")), both(done("rollback"), here("platform"))),
        *_unpin(plan, m(5.2), "authz_hit_europe"),
        # The tag knows fewer copies than there are: five places now, and each by path once the pin is off.
        decided(m(5.5), plan, Choice(
            ("purge", "purge_paths"), "left_behind",
            ("repro_warm", "repro_header", "purge_dry_run", "cache_inventory", "manifest"), 6,
            ("render_busy", "refills"), below("previews_public", 600),
        ), both(seen("purge_dry_run", "cache_inventory", "manifest"), recorded("decision:2"))),
        Step(m(5.5), "mitigation", does(acts.TakeAction(action="purge", decision="decision:3")),
             recorded("decision:3")),
        Step(m(7), "mitigation", does(acts.TakeAction(action="purge_paths", executor="platform",
             decision="decision:3")),
             both(here("platform"), recorded("decision:3"), since("unpin", 90))),
        Step(m(8.5), "verification", does(acts.PinMetric(metric="authz_hit_americas")), done("rollback")),
        Step(m(12), "verification", does(acts.PinMetric(metric="authz_hit_europe")), since("unpin", 90)),
        Step(m(14), "verification", does(acts.PinMetric(metric="previews_public")), since("purge_paths", 210)),
    ]  # fmt: skip


# --- a memory at the origin: close the route, save behind it, switch it off -------------------------------


def _memory() -> list[Step]:
    plan = MEMORY
    return [
        Step(m(1.7), "commander", does(task("mitigation", "scan_check")), TOLD),
        Step(m(1.7), "commander", does(task("mitigation", "route_share")), TOLD),
        Step(m(1.8), "commander", does(task("verification", "repro_across")), TOLD),
        Step(m(2), "mitigation", does(option(plan, "block_route", REGIONS, 1.25, "previews_denied", 1.25)), TOLD),
        Step(m(2), "mitigation", does(option(plan, "resolver_off", REGIONS, 1, "slower_links", 1)), TOLD),
        Step(m(2), "mitigation", lambda b: _readiness(b, "ready", "evidence_status"),
             both(TOLD, seen("evidence_status"))),
        Step(m(2.5), "commander", lambda b: packet(b, plan, "mitigation", "repro_warm", "audit_count", "scan_check"),
             both(TOLD, seen("audit_count"))),
        decided(m(2.5), plan, Choice(
            ("block_route",), "being_used", ("repro_warm", "audit_count", "scan_check", "route_share"), 1.25,
            ("previews_denied", "tokens_stay"), below("probe_europe", 0.05),
        ), both(seen("scan_check", "route_share", "audit_count"), recorded("option:2"))),
        Step(m(2.5), "mitigation", does(acts.TakeAction(action="block_route", decision="decision:1")),
             recorded("decision:1")),
        Step(m(4), "commander", does(task("mitigation", "epoch_status")), done("block_route")),
        Step(m(4), "commander", does(task("documents", "resolver_state")), both(TOLD, here("documents"))),
        decided(m(5.5), plan, Choice(
            ("resolver_off",), "evidence_safe", ("repro_across", "resolver_state", "manifest"), 1,
            ("slower_links", "tokens_stay"), below("resolved_kept", 0.05),
        ), both(here("documents"), seen("resolver_state", "manifest"))),
        Step(m(5.5), "mitigation", does(acts.TakeAction(action="resolver_off", executor="documents",
             decision="decision:2")), recorded("decision:2")),
        decided(m(6), plan, Choice(
            ("epoch_bump",), "left_behind", ("repro_warm", "epoch_status", "audit_count"), 5, ("guests_again",),
            below("tokens_cached", 400),
        ), both(done("resolver_off"), seen("epoch_status"))),
        Step(m(6), "mitigation", does(acts.TakeAction(action="epoch_bump", executor="triage", decision="decision:3")),
             recorded("decision:3")),
        Step(m(6.5), "commander", does(task("mitigation", action="open_route")),
             both(since("resolver_off", 45), since("epoch_bump", 15))),
        Step(m(8.2), "verification", does(acts.PinMetric(metric="probe_europe")), done("create_probe")),
        Step(m(8.5), "verification", does(acts.PinMetric(metric="resolved_kept")), since("resolver_off", 90)),
        Step(m(10), "verification", does(acts.PinMetric(metric="tokens_cached")), since("epoch_bump", 60)),
    ]  # fmt: skip


# --- what the plans share --------------------------------------------------------------------------------


def _detected(plan: Plan) -> list[Step]:
    early = plan is not STORE
    looks, reads = ("verification" if plan is MEMORY else "mitigation"), ("mitigation" if plan is STORE else "triage")
    return [
        Step(m(3.5), "triage", does(acts.StateHypothesis(cause=plan.cause, probability=0.85)), TOLD),
        Step(m(2 if early else 3.5), "deputy", does(snapshot(plan, "detection", plan.lead, 100.0, "mitigation")), TOLD),
        Step(140, "commander", does(task(looks, "pin_inventory")), TOLD),
        Step(150, "commander", does(task(reads, "key_diff")), TOLD),
        Step(m(4.7), "security", does(hand_off(plan, "triage", "mitigation", "packet:1")), recorded("packet:1")),
        Step(m(5), "commander", does(task("mitigation", "manifest")), both(TOLD, done("evidence_snapshot"))),
        Step(m(5.5), "security", does(acts.TakeAction(action="ack_reporter", executor="security")),
             both(TOLD, done("evidence_snapshot"))),
        Step(m(5), "deputy", does(acts.TakeAction(action="remove_post", executor="deputy")), delivered("general_post")),
        Step(m(5.5), "commander", does(acts.AskRole(role="growth", topic="pins")), both(TOLD, here("growth"))),
        Step(m(5.5), "commander", does(acts.AskRole(role="documents", topic="previews")), both(TOLD,
             here("documents"))),
        Step(m(7), "verification", does(acts.TakeAction(action="create_probe")), done(plan.lead)),
    ]  # fmt: skip


def _scope(plan: Plan) -> list[Step]:
    clean = settled(plan)
    first = values.Recommendation(owner="mitigation", action=plan.lead, reversal_minutes=plan.undo,
        blast_radius=plan.hurts)
    block = values.Recommendation(
        owner="platform", action="waf_rule", reversal_minutes=1, blast_radius=("no_effect_on_cause",)
    )
    return [
        Step(m(9), "commander", does(task("triage", "waf_top")), TOLD),
        Step(m(9.5), "triage", lambda b: acts.ChallengeClaim(inject="crawler_claim", evidence=known(b, "waf_top")),
             both(delivered("crawler_claim"), seen("waf_top"))),
        Step(m(10), "commander", does(acts.RecordContradiction(
            recommendations=(first, block), choice=plan.lead, reassess_minutes=8,
            evidence=("query:repro_warm", "query:waf_top"),
        )), both(delivered("crawler_claim"), seen("waf_top", "repro_warm"))),
        Step(m(10), "commander", does(task("security", "affected_list")), TOLD),
        Step(m(10.5), "commander", does(task("verification", "repro_pops", due=8)), TOLD),
        Step(m(11), "commander", lambda b: packet(b, plan, "verification", "repro_warm", "manifest", "affected_list"),
             both(TOLD, seen("affected_list"))),
        *_told_again(plan),
        Step(m(12.5), "triage", lambda b: acts.ChallengeClaim(inject="news_hole", evidence=known(b, "key_diff")),
             both(delivered("news_hole"), seen("key_diff"))),
        Step(m(13), "mitigation", does(hand_off(plan, "mitigation", "verification", "packet:2", (plan.done[-1],))),
             both(recorded("packet:2"), done(plan.done[2]))),
        Step(m(14), "deputy", does(snapshot(plan, "recovery", None, 0.0, "verification")), clean),
        Step(m(14), "commander", does(acts.ChangeStatus(status="mitigating")), TOLD),
        Step(m(15), "commander", does(task("triage", plan.proof)), clean),
        Step(m(15.5), "commander", does(task("verification", text="Watch probes and caches until the checkpoint",
             due=14)), TOLD),
        Step(m(15.5), "commander", does(task("security", text="Brief counsel: what, since when, how many", due=14)),
             TOLD),
        # Outside the circle comms knows no more than that: it is real, it is in hand, and when more is said.
        Step(m(14.5), "comms", does(acts.UpdateExecutives(next_update_minutes=20,
             text="A protected matter, real and in hand; you hear more from the circle."))),
    ]  # fmt: skip


def _told_again(plan: Plan) -> list[Step]:
    """Return the second update; where reads came in by the minute, on a new count, and before it is over."""

    def make(b: Briefing) -> acts.Act | None:
        return restricted(b, "mitigating", plan.fixed_by, "Closed; cleaning up.")

    if plan is not MEMORY:
        return [Step(m(11.5), "deputy", make, done(plan.fixed_by))]
    return [
        Step(m(6.2), "commander", does(task("security", "audit_count")), TOLD),
        Step(m(8.6), "deputy", make, both(done(plan.fixed_by), seen_after("audit_count", m(6)))),
    ]


def steps_of(plan: Plan) -> list[Step]:
    """Return the steps of a plan."""
    own = {"store": _store, "copy": _copy, "memory": _memory}[plan.name]
    return [*_detected(plan), *own(), *_scope(plan)]

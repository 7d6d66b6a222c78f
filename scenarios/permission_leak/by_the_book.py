"""By the book: what a team that knows its playbook does in scenario C, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from scenarios.moves import below, both, delivered, done, figure, here, known, m, recorded, seen, seen_after, task
from scenarios.responders import Step, does
from simulator import commands as c
from simulator.views import Briefing

REGIONS = ("americas", "europe", "apac")
AFFECTED = (*REGIONS, "previews", "tokens")
BASELINE = (-1620.0, -1580.0)
RISKS = ("copies_kept", "pins_outside", "short_logs", "slower_previews")
BACK_FIRST = c.Recommendation(
    owner="mitigation", action="rollback", reversal_minutes=1.75, blast_radius=("trace_wiped",)
)


# --- what is said ----------------------------------------------------------------------------------------


def reads(b: Briefing) -> c.Figure | None:
    """Return the reads across tenants as the audit last counted them."""
    return figure(b, "audit_count", "reads_total")


def packet(b: Briefing, next_owner: str, *queries: str) -> c.RecordPacket | None:
    counted = reads(b)
    if counted is None:
        return None
    return c.RecordPacket(
        segments=AFFECTED,
        impact=(counted,),
        evidence=known(b, *queries),
        residual_risks=("copies_kept", "short_logs"),
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
            "strategy": "rollback",
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": (
                c.RejectedRung(rung="flag", reason="coverage"),
                c.RejectedRung(rung="hotfix", reason="time"),
            ),
            "execution_owner": "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": confidence,
        }
    )


def hand_off(what: str, to: str, ref: str, in_flight: tuple[str, ...] = ()) -> c.HandOff:
    return c.HandOff.model_validate(
        {
            "what": what,
            "to": to,
            "included": AFFECTED,
            "unknowns": ("personal_data", "other_routes"),
            "hypothesis": "decision_key",
            "in_flight": in_flight,
            "next_checkpoint_minutes": 10,
            "rollback_trigger": {"metric": "authz_hit_apac", "is": "above", "threshold": 0.1, "within_minutes": 5},
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


# --- by the book -----------------------------------------------------------------------------------------


def _first_minutes() -> list[Step]:
    shown = seen("repro_warm", "audit_count")
    return [
        Step(15, "commander", does(c.AssignRole(role="commander", to="commander"))),
        Step(20, "commander", does(c.AssignRole(role="deputy", to="deputy"))),
        Step(25, "deputy", does(c.TakeAction(action="open_room", executor="deputy"))),
        Step(30, "commander", does(task("triage", "repro_warm"))),
        Step(30, "commander", does(task("security", "audit_count"))),
        Step(35, "commander", does(task("mitigation", "evidence_status"))),
        Step(35, "commander", does(task("verification", "pop_versions"))),
        Step(40, "commander", does(task("verification", "origin_authz"))),
        Step(45, "comms", does(c.RunQuery(query="ticket_search"))),
        Step(60, "commander", does(c.PageTeam(role="growth"))),
        Step(65, "commander", does(c.PageTeam(role="platform"))),
        Step(
            100,
            "commander",
            lambda b: c.Declare(
                severity="SEV-1",
                title="HERON",
                evidence=("inject:report", *known(b, "repro_warm", "audit_count")),
            ),
            shown,
        ),
        Step(100, "commander", does(c.PageTeam(role="counsel")), shown),
        Step(105, "commander", does(c.ClassifyDependency(dependency="auth")), recorded("query:repro_warm")),
        Step(105, "security", does(c.TakeAction(action="evidence_snapshot", executor="security")),
             seen("evidence_status")),
        Step(110, "commander", does(c.Freeze(scope=("edge-worker", "edge-config")))),
        Step(115, "deputy", does(c.TakeAction(action="note_awareness", executor="deputy")),
             lambda b: b.incident.declared_at is not None),
        Step(120, "commander", does(c.AssignLane(lane="triage", owner="security", next_owner="mitigation"))),
        Step(120, "commander", does(c.AssignLane(lane="mitigation", owner="mitigation", next_owner="verification"))),
        Step(125, "commander", does(c.AssignLane(lane="verification", owner="verification", next_owner="deputy"))),
        Step(125, "commander", does(c.AssignLane(lane="comms", owner="comms", next_owner="deputy"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="edge-worker", owner="mitigation"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="token-svc", owner="triage"))),
        Step(135, "commander", does(c.PageTeam(role="documents"))),
        Step(140, "commander", does(task("mitigation", "pin_inventory"))),
        Step(140, "commander", does(task("triage", "scan_check"))),
        Step(145, "commander", does(task("verification", "healthz"))),
        Step(150, "commander", does(task("mitigation", "key_diff"))),
        Step(155, "commander", does(task("triage", "members_check"))),
        Step(170, "deputy", _escalation),
        Step(200, "deputy", lambda b: restricted(b, "investigating", None, "Confirmed; evidence is being saved."),
             shown),
    ]  # fmt: skip


def _escalation(b: Briefing) -> c.EscalateInternally | None:
    counted = reads(b)
    if counted is None:
        return None
    return c.EscalateInternally(
        impact=counted, decision="rollback", ask="growth_hands", next_update_minutes=20, owner="commander"
    )


def _contain() -> list[Step]:
    held = done("evidence_snapshot")
    closed = both(done("rollback"), done("unpin"))
    return [
        Step(m(3.5), "triage", does(c.StateHypothesis(cause="decision_key", probability=0.85)), seen("repro_warm")),
        Step(m(3.5), "deputy", does(snapshot("detection", "rollback", 100.0, "mitigation"))),
        Step(m(3.5), "mitigation", does(option("rollback", ("americas", "europe"), 1.75, "pinned_stays", 1.75)),
             seen("pin_inventory")),
        Step(m(3.5), "mitigation", does(option("block_route", REGIONS, 1.25, "previews_denied", 1.25))),
        Step(m(3.5), "mitigation", does(option("patch", REGIONS, 34, "second_defect", 2)), seen("key_diff")),
        Step(m(3.5), "mitigation", lambda b: c.RecordReadiness(
            known_good="v56", rollback="blocked", plan="evidence_snapshot", evidence_channel="restricted",
            evidence=known(b, "evidence_status", "pin_inventory")),
             both(seen("evidence_status", "pin_inventory"), lambda b: not held(b))),
        Step(m(4.5), "commander", lambda b: packet(b, "mitigation", "repro_warm", "audit_count", "evidence_status"),
             seen("audit_count")),
        Step(m(4.7), "security", does(hand_off("triage", "mitigation", "packet:1")), recorded("packet:1")),
        Step(m(5), "deputy", does(c.TakeAction(action="remove_post", executor="deputy")), delivered("general_post")),
        Step(m(5), "commander", does(task("mitigation", "manifest")), held),
        Step(m(5), "mitigation", lambda b: c.RecordReadiness(
            known_good="v56", rollback="ready", evidence_channel="restricted",
            evidence=known(b, "manifest", "pin_inventory")), seen("manifest")),
        Step(
            m(5),
            "commander",
            lambda b: decision(
                b, ("rollback",), "evidence_safe", ("repro_warm", "audit_count", "manifest", "pin_inventory"), 1.75,
                ("pinned_stays", "previews_stay"), below("authz_hit_europe", 0.05),
            ),
            both(seen("manifest", "pin_inventory"), recorded("option:2")),
        ),
        Step(m(5), "mitigation", does(c.TakeAction(action="rollback", decision="decision:1")), recorded("decision:1")),
        Step(m(5.5), "security", does(c.TakeAction(action="ack_reporter", executor="security")), held),
        Step(m(5.5), "commander", does(task("mitigation", "purge_dry_run")), done("rollback")),
        Step(m(5.5), "commander", does(task("triage", "epoch_status")), done("rollback")),
        Step(m(5.5), "commander", does(c.AskRole(role="growth", topic="pins")), here("growth")),
        Step(m(5.5), "commander", does(c.AskRole(role="documents", topic="previews")), here("documents")),
        Step(
            m(6),
            "commander",
            lambda b: decision(
                b, ("unpin",), "covers_rest", ("pin_inventory", "repro_warm"), 2,
                ("experiment_spoilt", "previews_stay"), below("authz_hit_apac", 0.05),
            ),
            both(here("growth"), done("rollback")),
        ),
        Step(m(6), "mitigation", does(c.TakeAction(action="unpin", executor="growth", decision="decision:2")),
             recorded("decision:2")),
        Step(m(7), "verification", does(c.TakeAction(action="create_probe")), done("rollback")),
        Step(
            m(8),
            "commander",
            lambda b: decision(
                b, ("purge", "epoch_bump", "epoch_sync"), "left_behind",
                ("repro_warm", "purge_dry_run", "epoch_status"), 6,
                ("render_busy", "guests_again", "lagging_place"), below("tokens_cached", 400),
            ),
            both(seen("purge_dry_run", "epoch_status"), lambda b: closed(b) and b.now >= _finished(b, "unpin") + 90),
        ),
        Step(m(8), "mitigation", does(c.TakeAction(action="purge", decision="decision:3")), recorded("decision:3")),
        Step(m(8), "mitigation", does(c.TakeAction(action="epoch_bump", executor="triage", decision="decision:3")),
             recorded("decision:3")),
        Step(m(8.5), "mitigation", does(c.TakeAction(action="epoch_sync", executor="platform", decision="decision:3")),
             both(here("platform"), delivered("lagging_epoch"))),
        Step(m(8.5), "verification", does(c.PinMetric(metric="authz_hit_europe")), done("rollback")),
    ]  # fmt: skip


def _finished(b: Briefing, action: str) -> int:
    run = b.incident.last_run("action", action)
    return run.finished if run and run.finished is not None else b.now


def _scope() -> list[Step]:
    clean = both(done("purge"), done("epoch_sync"))
    return [
        Step(m(9), "commander", does(task("triage", "waf_top"))),
        Step(m(9.5), "triage", lambda b: c.ChallengeClaim(inject="crawler_claim", evidence=known(b, "scan_check")),
             both(delivered("crawler_claim"), seen("scan_check"))),
        Step(m(10), "commander", does(c.RecordContradiction(
            recommendations=(
                BACK_FIRST,
                c.Recommendation(
                    owner="platform", action="waf_rule", reversal_minutes=1, blast_radius=("no_effect_on_cause",)),
            ),
            choice="rollback", reassess_minutes=8, evidence=("query:repro_warm", "query:scan_check"),
        )), both(delivered("crawler_claim"), seen("scan_check"))),
        Step(m(10), "commander", does(task("security", "affected_list"))),
        Step(m(10.5), "commander", does(task("verification", "repro_pops", due=8))),
        Step(m(11), "commander", lambda b: packet(b, "verification", "repro_warm", "manifest", "affected_list"),
             seen("affected_list")),
        Step(m(11.5), "deputy", lambda b: restricted(b, "mitigating", "rollback", "Workers safe; cleaning up."),
             done("rollback")),
        Step(m(12.5), "triage", lambda b: c.ChallengeClaim(inject="news_hole", evidence=known(b, "key_diff")),
             both(delivered("news_hole"), seen("key_diff"))),
        Step(m(13), "mitigation", does(hand_off("mitigation", "verification", "packet:2", ("purge",))),
             both(recorded("packet:2"), done("purge"))),
        Step(m(14), "deputy", does(snapshot("recovery", None, 0.0, "verification")), clean),
        Step(m(14), "commander", does(c.ChangeStatus(status="mitigating"))),
        Step(m(15), "verification", does(c.PinMetric(metric="authz_hit_apac")), done("unpin")),
        Step(m(15), "verification", does(c.PinMetric(metric="tokens_cached")), clean),
        Step(m(15), "commander", does(task("triage", "revocation_check")), clean),
        Step(m(15), "comms", does(c.TakeAction(action="status_page", executor="comms")), here("counsel")),
        Step(m(15.5), "commander", does(task("verification", text="Watch probes and caches until the checkpoint",
             due=14))),
        Step(m(15.5), "commander", does(task("security", text="Brief counsel: what, since when, how many", due=14))),
        Step(m(16), "commander", lambda b: executives(b, "rollback", "Real, contained step by step, in the circle.")),
        Step(m(17), "commander", does(task("security", "scope_draft"))),
    ]  # fmt: skip


def _verify_and_close() -> list[Step]:
    clean = both(done("purge"), done("epoch_sync"))
    return [
        Step(m(17), "verification", does(c.RunQuery(query="cache_inventory")), clean),
        Step(m(18), "verification", does(c.RunQuery(query="verify")), clean),
        Step(
            m(19),
            "verification",
            lambda b: c.RecordVerification(
                metrics=("authz_hit_americas", "authz_hit_europe", "authz_hit_apac", "previews_public",
                         "tokens_cached", "authz_origin"),
                baseline_from=BASELINE[0],
                baseline_to=BASELINE[1],
                segments=AFFECTED,
                hold_minutes=10,
                evidence=known(b, "verify"),
            ),
            seen_after("verify", m(18)),
        ),
        # Prepared well before it is needed, so that slower holders have it in time as well.
        Step(m(19.2), "commander", lambda b: packet(b, "deputy", "verify", "revocation_check", "affected_list"),
             recorded("packet:2")),
        Step(m(20), "commander", does(hand_off("commander", "deputy", "packet:3")),
             both(delivered("commander_leaves"), recorded("packet:3"))),
        Step(m(20.5), "deputy", does(c.AssignRole(role="deputy", to="triage")),
             lambda b: b.incident.holder("commander") == "deputy"),
        Step(m(30), "deputy", lambda b: restricted(b, "recovered", "rollback", "Closed in every place; we watch on."),
             recorded("verification:1")),
        Step(m(31), "verification", does(c.RunQuery(query="verify"))),
        Step(m(32), "triage", does(c.RunQuery(query="audit_count"))),
        Step(m(34), "deputy", lambda b: executives(b, "rollback", "Contained; counsel has the numbers.")),
        Step(m(34.5), "deputy", does(c.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(35), "verification", lambda b: c.ClaimRecovery(claim="recovered", evidence=known(b, "verify")),
             both(lambda b: bool(b.incident.measured), seen("revocation_check"))),
        Step(m(35.5), "deputy", lambda b: packet(b, "verification", "verify", "revocation_check")),
        Step(m(36), "deputy", does(snapshot("hardening", None, 0.0, "verification"))),
        Step(m(36.5), "verification", does(c.RecordResidualRisks(risks=RISKS))),
        *(
            Step(m(37), "mitigation", does(c.AddHardeningTask.model_validate(
                {"factor": factor, "class": kind, "text": text, "owner": owner, "due_days": days})))
            for factor, kind, text, owner, days in (
                ("key_lacks_tenant", "prevent", "Tenant and viewer in the key, behind a canary", "mitigation", 2),
                ("no_negative_test", "detect", "Two identities open each page once a minute", "verification", 5),
                ("pins_outside_rollback", "mitigate", "A rollback lists pins and fails on them", "mitigation", 10),
                ("edge_owns_authz", "prevent", "Security reviews what decides at the edge", "security", 14),
            )
        ),
        Step(m(39), "deputy", does(c.SetWatch(owner="verification", trigger=c.Check.model_validate(
            {"metric": "authz_hit_apac", "is": "above", "threshold": 0.1, "within_minutes": 5})))),
        Step(m(44), "triage", does(c.RunQuery(query="audit_count"))),
        Step(m(44), "security", does(c.RunQuery(query="affected_list"))),
        Step(m(47), "deputy", lambda b: restricted(b, "recovered", "rollback", "Quiet since; patch tomorrow.")),
        Step(m(47.5), "deputy", lambda b: packet(b, "verification", "verify", "affected_list")),
        Step(m(48), "deputy", does(c.RequestClosure(confidence="L3", evidence=("query:verify",)))),
        Step(m(49), "deputy", does(c.PublishClosurePackage(verification=("verification:1",), residual_risks=RISKS))),
        Step(m(49.5), "deputy", does(c.WriteLeadershipNote(cause="decision_key", why="evidence_safe", confidence="L3",
             uncertain=("personal_data", "kept_copies"), need="review_edge", watch_owner="verification"))),
        Step(m(50.5), "deputy", _note, seen("affected_list")),
        Step(m(51), "deputy", does(c.CommitCheckpoint(in_hours=2, owner="verification", trigger=c.Check.model_validate(
            {"metric": "authz_hit_apac", "is": "above", "threshold": 0.1, "within_minutes": 5})))),
        Step(m(55), "deputy", does(c.EndDrill(how="resolved"))),
    ]  # fmt: skip


def _note(b: Briefing) -> c.PublishDecisionNote:
    figures = [figure(b, "affected_list", name) for name in ("reads_total", "tenants_to_tell")]
    return c.PublishDecisionNote(
        cause="decision_key",
        confidence="L3",
        actions=("rollback", "unpin", "purge", "epoch_bump", "epoch_sync"),
        figures=tuple(f for f in figures if f),
        residual_risks=RISKS,
    )


def steps() -> list[Step]:
    """Return everything by_the_book means to do, in the order of its earliest times."""
    return [*_first_minutes(), *_contain(), *_scope(), *_verify_and_close()]

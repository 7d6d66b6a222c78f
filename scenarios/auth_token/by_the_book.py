"""By the book: what a team that knows its playbook does in scenario A, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from scenarios.moves import (
    below,
    both,
    delivered,
    done,
    figure,
    green,
    here,
    known,
    m,
    recorded,
    seen,
    seen_after,
    task,
)
from scenarios.responders import Step, does
from simulator import commands as c
from simulator.views import Briefing

AFFECTED = ("web", "mobile", "poisoned")
BASELINE = (-55.0, -25.0)
FLAG_FIRST = c.Recommendation(owner="mitigation", action="flag_web", reversal_minutes=1, blast_radius=("stuck_stay",))


# --- what is said ----------------------------------------------------------------------------------------


def ratio(b: Briefing, factor: float = 1.0) -> c.Figure:
    """Return the share of refused requests as the panel shows it now, in percent."""
    return c.Figure(name="reject_ratio_pct", low=round(100 * factor * (b.latest("reject_ratio") or 0.0), 2))


def packet(b: Briefing, next_owner: str, *queries: str) -> c.RecordPacket:
    return c.RecordPacket(
        segments=AFFECTED,
        impact=(ratio(b),),
        evidence=known(b, *queries),
        residual_risks=("zone_still_standby", "offline_devices"),
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(b: Briefing, phase: str, candidate: str | None, factor: float, next_owner: str) -> c.RecordSnapshot:
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
    return c.UpdateStakeholders.model_validate(
        {
            "audience": "public",
            "status": status,
            "impact": ratio(b),
            "segments": ("web", "mobile"),
            "mitigation": mitigation,
            "unknowns": ("how_many_more", "offline_phones"),
            "next_update_minutes": 20,
            "text": text,
        }
    )


def executives(b: Briefing, mitigation: str, text: str) -> c.UpdateExecutives:
    return c.UpdateExecutives(
        impact=ratio(b),
        cause="zone_key",
        mitigation=mitigation,
        unknowns=("why_standby", "offline_phones"),
        next_update_minutes=20,
        text=text,
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
            "decision": "continue mitigation",
            "actions": actions,
            "strategy": "containment",
            "why_now": why,
            "evidence": known(b, *evidence),
            "rejected": (
                c.RejectedRung(rung="hotfix", reason="time"),
                c.RejectedRung(rung="rollback", reason="readiness"),
            ),
            "execution_owner": "mitigation",
            "verification_owner": "verification",
            "reversal_minutes": reversal,
            "blast_radius": blast,
            "check": check,
            "confidence": confidence,
            "contained_until_minutes": 240,
        }
    )


def hand_off(what: str, to: str, ref: str, in_flight: tuple[str, ...] = ()) -> c.HandOff:
    return c.HandOff.model_validate(
        {
            "what": what,
            "to": to,
            "included": AFFECTED,
            "unknowns": ("why_standby", "how_many_more"),
            "hypothesis": "zone_key",
            "in_flight": in_flight,
            "next_checkpoint_minutes": 10,
            "rollback_trigger": {"metric": "fail_signature", "is": "above", "threshold": 50, "within_minutes": 5},
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


# --- by the book -----------------------------------------------------------------------------------------


def _first_minutes() -> list[Step]:
    return [
        Step(20, "commander", does(c.AcknowledgePage(alert="authn_reject_ratio_high"))),
        Step(25, "commander", does(c.AssignRole(role="commander", to="commander"))),
        Step(30, "commander", does(c.AssignRole(role="deputy", to="deputy"))),
        Step(35, "commander", does(task("triage", "endpoints"))),
        Step(35, "commander", does(task("verification", "impact"))),
        Step(40, "commander", does(task("mitigation", "git_log"))),
        Step(
            95,
            "commander",
            lambda b: c.Declare(
                severity="SEV-1",
                title="Customers are thrown out of their sessions",
                evidence=("alert:authn_reject_ratio_high", *known(b, "endpoints", "impact")),
            ),
            seen("endpoints", "impact"),
        ),
        Step(105, "commander", does(c.ClassifyDependency(dependency="auth"))),
        Step(110, "commander", does(c.Freeze(scope=("auth-svc", "edge-gw")))),
        Step(120, "commander", does(c.AssignLane(lane="triage", owner="triage", next_owner="mitigation"))),
        Step(120, "commander", does(c.AssignLane(lane="mitigation", owner="mitigation", next_owner="verification"))),
        Step(125, "commander", does(c.AssignLane(lane="verification", owner="verification", next_owner="deputy"))),
        Step(125, "commander", does(c.AssignLane(lane="comms", owner="comms", next_owner="deputy"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="auth-svc", owner="mitigation"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="edge-gw", owner="verification"))),
        Step(135, "commander", does(c.PageTeam(role="mobile"))),
        Step(140, "commander", does(c.PageTeam(role="dba"))),
        Step(145, "commander", does(c.PageTeam(role="security"))),
        Step(150, "commander", does(task("triage", "token_stats"))),
        Step(150, "commander", does(task("mitigation", "compat_check"))),
        Step(150, "commander", does(task("verification", "by_client"))),
        Step(155, "deputy", does(c.CaptureEvidence())),
        Step(160, "commander", does(task("verification", "verify"))),
        Step(165, "commander", does(task("triage", "curl_me"))),
        Step(165, "commander", does(task("mitigation", "git_rev_parse"))),
        Step(170, "comms", _escalation, seen("impact")),
        Step(200, "comms", lambda b: public(b, "investigating", None, "Some users are signed out. We are looking.")),
    ]


def _escalation(b: Briefing) -> c.EscalateInternally | None:
    impact = figure(b, "impact", "locked_users")
    if impact is None:
        return None
    return c.EscalateInternally(
        impact=impact, decision="flag_web", ask="mobile_hands", next_update_minutes=20, owner="commander"
    )


def _contain() -> list[Step]:
    stats = seen("token_stats")
    return [
        Step(m(4), "triage", does(c.StateHypothesis(cause="zone_key", probability=0.8)), stats),
        Step(m(4), "deputy", lambda b: snapshot(b, "detection", "flag_web", 1.75, "mitigation")),
        Step(m(4), "mitigation", does(option("flag_web", ("web",), 1, "phones_untouched", 1)), stats),
        Step(m(4), "mitigation", does(option("flag_mobile", ("mobile",), 1, "stuck_stay", 1)), stats),
        Step(m(4), "mitigation", does(option("rollback", ("web", "mobile"), 6, "schema_stall", 6)),
             seen("compat_check")),
        Step(
            m(4),
            "mitigation",
            lambda b: c.RecordReadiness(
                known_good="rel-5460",
                rollback="blocked",
                plan="compat",
                evidence=known(b, "compat_check", "git_rev_parse", "verify"),
            ),
            both(seen("compat_check", "git_rev_parse", "verify")),
        ),
        Step(m(4.5), "commander", lambda b: packet(b, "mitigation", "endpoints", "impact", "token_stats"), stats),
        Step(m(4.6), "triage", does(hand_off("triage", "mitigation", "packet:1")), recorded("packet:1")),
        Step(
            m(4.6),
            "commander",
            lambda b: decision(
                b, ("flag_web", "flag_mobile"), "quickest_undo", ("token_stats", "endpoints", "by_client"), 1,
                ("phones_untouched", "stuck_stay"), below("reject_ratio_web", 0.05),
            ),
            both(stats, recorded("option:2")),
        ),
        Step(m(4.7), "mitigation", does(c.TakeAction(action="flag_web", decision="decision:1")),
             recorded("decision:1")),
        Step(m(5), "commander", does(c.AskRole(role="mobile", topic="flags")), here("mobile")),
        Step(
            m(5),
            "mitigation",
            does(c.TakeAction(action="flag_mobile", executor="mobile", decision="decision:1")),
            both(here("mobile"), recorded("decision:1")),
        ),
        Step(m(5.2), "commander", does(task("triage", text="Watch for other reasons until the checkpoint", due=10))),
        Step(m(5.2), "commander", does(task("verification", text="Watch both client classes", due=10))),
        Step(m(5.5), "commander", does(task("verification", "stuck"))),
        Step(m(5.5), "commander", does(task("mitigation", "revoke_dry_run"))),
        Step(
            m(6),
            "commander",
            lambda b: decision(
                b, ("revoke",), "harm_grows", ("revoke_dry_run", "stuck", "token_stats"), 5,
                ("users_signed_out", "repoison"), below("stuck_sessions", 12_000),
            ),
            both(seen("revoke_dry_run", "stuck"), done("flag_web")),
        ),
        Step(m(6), "mitigation", does(c.TakeAction(action="revoke", decision="decision:2")), recorded("decision:2")),
        Step(m(8.5), "verification", does(c.PinMetric(metric="reject_ratio_web"))),
    ]  # fmt: skip


def _clean_up() -> list[Step]:
    flagged = both(done("flag_web"), done("flag_mobile"))
    return [
        Step(m(6), "triage", lambda b: c.ChallengeClaim(inject="ddos_claim", evidence=known(b, "token_stats")),
             both(delivered("ddos_claim"), seen("token_stats"))),
        Step(m(6.5), "commander", does(c.RecordContradiction(
            recommendations=(
                FLAG_FIRST,
                c.Recommendation(
                    owner="platform", action="block_asn", reversal_minutes=1, blast_radius=("no_effect_on_cause",)),
            ),
            choice="flag_web", reassess_minutes=8, evidence=("query:token_stats",),
        )), both(delivered("ddos_claim"), seen("token_stats"))),
        Step(m(7), "commander", does(c.AskRole(role="security", topic="signing_keys")), here("security")),
        Step(m(8), "commander", does(task("triage", "keyring"))),
        Step(m(8), "commander", does(task("dba", action="compat", due=10)), here("dba")),
        Step(m(9), "commander", does(task("triage", "key_fingerprint"))),
        Step(m(9), "mitigation", lambda b: c.RecordReadiness(known_good="rel-5460", rollback="ready",
             evidence=known(b, "compat_check", "git_rev_parse")), done("compat")),
        Step(m(11.6), "commander", does(c.RecordContradiction(
            recommendations=(
                FLAG_FIRST,
                c.Recommendation(
                    owner="platform", action="rollback", reversal_minutes=6, blast_radius=("schema_stall",)),
            ),
            choice="flag_web", reassess_minutes=8, evidence=("query:compat_check", "query:token_stats"),
        )), both(delivered("want_flag"), seen("compat_check", "token_stats"))),
        Step(m(10), "comms", lambda b: public(b, "mitigating", "revoke", "Browser users recover; phones follow."),
             done("flag_web")),
        Step(m(9), "mitigation", lambda b: c.RunQuery(query="revoke_dry_run"), flagged),
        Step(m(9.5), "commander", lambda b: packet(b, "verification", "revoke_dry_run", "stuck", "keyring"), flagged),
        Step(
            m(9.5),
            "commander",
            lambda b: decision(
                b, ("revoke",), "covers_rest", ("revoke_dry_run", "token_stats", "keyring"), 5,
                ("users_signed_out",), below("stuck_sessions", 1000),
            ),
            both(flagged, lambda b: b.now >= _finished(b, "flag_mobile") + 75),
        ),
        Step(m(9.5), "mitigation", does(c.TakeAction(action="revoke", decision="decision:3")), recorded("decision:3")),
        Step(m(12), "triage",
             lambda b: c.ChallengeClaim(inject="publish_proposal", evidence=known(b, "key_fingerprint")),
             both(delivered("publish_proposal"), seen("key_fingerprint"))),
        Step(m(13), "mitigation", does(hand_off("mitigation", "verification", "packet:2", ("revoke",))),
             both(recorded("packet:2"), done("revoke", 2))),
        Step(m(14), "deputy", lambda b: snapshot(b, "recovery", "revoke", 1.0, "verification"), done("revoke", 2)),
        Step(m(15), "commander", does(c.ChangeStatus(status="mitigating"))),
        Step(m(15.5), "commander", does(task("verification", text="Watch stuck sessions until they are gone", due=12))),
        Step(m(15.5), "commander", does(task("triage", text="Find where the standby key came from", due=12))),
        Step(m(16), "comms", lambda b: executives(b, "revoke", "Cause contained, clean-up under way.")),
    ]  # fmt: skip


def _finished(b: Briefing, action: str) -> int:
    run = b.incident.last_run("action", action)
    return run.finished if run and run.finished is not None else b.now


def _verify_and_close() -> list[Step]:
    return [
        Step(m(19), "verification", does(c.PinMetric(metric="stuck_sessions")), done("revoke", 2)),
        Step(m(19.5), "verification", does(c.RunQuery(query="stuck")), done("revoke", 2)),
        Step(m(20), "verification", does(c.RunQuery(query="verify")), done("revoke", 2)),
        Step(
            m(21.5),
            "verification",
            does(
                c.RecordVerification(
                    metrics=("reject_ratio_web", "reject_ratio_mobile", "stuck_sessions", "fail_signature"),
                    baseline_from=BASELINE[0],
                    baseline_to=BASELINE[1],
                    segments=AFFECTED,
                    hold_minutes=10,
                )
            ),
            seen_after("verify", m(20)),
        ),
        Step(m(26), "commander", lambda b: packet(b, "deputy", "verify", "stuck", "token_stats")),
        Step(m(28.2), "commander", does(hand_off("commander", "deputy", "packet:3")), delivered("commander_leaves")),
        Step(m(29), "deputy", does(c.AssignRole(role="deputy", to="triage")),
             lambda b: b.incident.holder("commander") == "deputy"),
        Step(m(29.5), "comms", lambda b: public(b, "recovered", "revoke", "Sign-in works again; we keep watching.")),
        Step(m(32), "verification", does(c.RunQuery(query="verify"))),
        Step(m(33.5), "comms", lambda b: executives(b, "revoke", "Users are back; key hygiene stays open.")),
        Step(m(34), "deputy", does(c.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(34), "verification", lambda b: c.ClaimRecovery(claim="recovered", evidence=known(b, "verify")),
             green),
        Step(m(35), "deputy", lambda b: packet(b, "verification", "verify", "stuck")),
        Step(m(36), "verification", does(c.RecordResidualRisks(
            risks=("zone_still_standby", "old_key_end", "key_shared", "offline_devices")))),
        *(
            Step(m(37), "mitigation", does(c.AddHardeningTask.model_validate(
                {"factor": factor, "class": kind, "text": text, "owner": owner, "due_days": days})))
            for factor, kind, text, owner, days in (
                ("mint_is_health", "detect", "Verify each signed token once before it leaves", "mitigation", 14),
                ("flag_half", "prevent", "One flag for both token paths", "mitigation", 10),
                ("revoke_undocumented", "mitigate", "Runbook page for scoped sign-out", "verification", 7),
                ("shared_standby", "prevent", "A standby key of its own for staging", "security", 5),
            )
        ),
        Step(m(39), "deputy", lambda b: snapshot(b, "hardening", None, 1.0, "verification")),
        Step(m(40), "deputy", does(c.SetWatch(owner="verification", trigger=c.Check.model_validate(
            {"metric": "fail_signature", "is": "above", "threshold": 50, "within_minutes": 5})))),
        Step(m(44), "verification", does(c.RunQuery(query="impact"))),
        Step(m(47), "comms", lambda b: public(b, "recovered", "revoke", "All users can sign in; watch continues.")),
        Step(m(47.5), "deputy", lambda b: packet(b, "verification", "verify", "impact")),
        Step(m(48), "deputy", does(c.RequestClosure(confidence="L3", evidence=("query:verify",)))),
        Step(m(49), "comms", does(c.PublishClosurePackage(verification=("verification:1",),
             residual_risks=("zone_still_standby", "key_shared", "offline_devices")))),
        Step(m(49.5), "comms", does(c.WriteLeadershipNote(cause="zone_key", why="quickest_undo", confidence="L3",
             uncertain=("why_standby", "partner_tokens"), need="security_review", watch_owner="verification"))),
        Step(m(50.5), "comms", _note, seen("impact")),
        Step(m(51), "deputy", does(c.CommitCheckpoint(in_hours=2, owner="verification", trigger=c.Check.model_validate(
            {"metric": "fail_signature", "is": "above", "threshold": 50, "within_minutes": 5})))),
        Step(m(55), "deputy", does(c.EndDrill(how="resolved"))),
    ]  # fmt: skip


def _note(b: Briefing) -> c.PublishDecisionNote:
    figures = [figure(b, "impact", name) for name in ("locked_user_minutes", "failed_logins")]
    return c.PublishDecisionNote(
        cause="zone_key",
        confidence="L3",
        actions=("flag_web", "flag_mobile", "revoke"),
        figures=tuple(f for f in figures if f),
        residual_risks=("zone_still_standby", "key_shared", "offline_devices"),
    )


def steps() -> list[Step]:
    """Return everything by_the_book means to do, in the order of its earliest times."""
    return [*_first_minutes(), *_contain(), *_clean_up(), *_verify_and_close()]

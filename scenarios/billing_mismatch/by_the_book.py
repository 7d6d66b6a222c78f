"""By the book: what a team that knows its playbook does in scenario B, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from collections.abc import Callable

from scenarios.billing_mismatch.words import (
    ALL,
    decision,
    executives,
    hand_off,
    option,
    packet,
    public,
    snapshot,
    waiting_to_sign,
    watch,
)
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


def _first_minutes() -> list[Step]:
    return [
        Step(20, "commander", does(c.AcknowledgePage(alert="revenue_ledger_mismatch"))),
        Step(25, "commander", does(c.AssignRole(role="commander", to="commander"))),
        Step(30, "commander", does(c.AssignRole(role="deputy", to="deputy"))),
        Step(35, "commander", does(task("data", "sample_200"))),
        Step(35, "commander", does(task("triage", "one_invoice"))),
        Step(40, "commander", does(task("verification", "blast_estimate"))),
        Step(40, "commander", does(task("mitigation", "git_log"))),
        Step(
            95,
            "commander",
            lambda b: c.Declare(
                severity="SEV-1",
                title="Revenue, ledger and charges disagree",
                evidence=("alert:revenue_ledger_mismatch", *known(b, "one_invoice", "blast_estimate")),
            ),
            seen("one_invoice", "blast_estimate"),
        ),
        Step(105, "commander", does(c.ClassifyDependency(dependency="billing"))),
        Step(110, "commander", does(c.Freeze(scope=("billing-worker", "ledger-svc")))),
        Step(120, "commander", does(c.AssignLane(lane="triage", owner="triage", next_owner="verification"))),
        Step(120, "commander", does(c.AssignLane(lane="mitigation", owner="mitigation", next_owner="data"))),
        Step(125, "commander", does(c.AssignLane(lane="verification", owner="verification", next_owner="deputy"))),
        Step(125, "commander", does(c.AssignLane(lane="comms", owner="comms", next_owner="deputy"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="billing-worker", owner="mitigation"))),
        Step(130, "commander", does(c.NameMergeOwner(surface="ledger-svc", owner="data"))),
        *(
            Step(135 + 5 * i, "commander", does(c.PageTeam(role=role)))
            for i, role in enumerate(("finance", "dba", "legal"))
        ),
        Step(150, "commander", does(task("triage", "by_attempt"))),
        Step(150, "commander", does(task("mitigation", "handler_diff"))),
        Step(150, "commander", does(task("verification", "recon_psp"))),
        Step(150, "commander", does(task("data", "sample_strata"))),
        Step(155, "deputy", does(c.CaptureEvidence())),
        Step(160, "commander", does(task("mitigation", "rollback_check"))),
        Step(160, "commander", does(task("triage", "rates_now"))),
        Step(165, "commander", does(task("mitigation", "known_good"))),
        Step(170, "comms", _escalation, seen("blast_estimate")),
        Step(200, "comms", lambda b: public(b, "investigating", None, "Our revenue records disagree. We are looking.")),
        Step(m(3), "triage",
             lambda b: c.ChallengeClaim(inject="late_consumer", evidence=known(b, "by_attempt", "recon_psp")),
             both(delivered("late_consumer"), seen("by_attempt"))),
    ]  # fmt: skip


def _escalation(b: Briefing) -> c.EscalateInternally | None:
    impact = figure(b, "blast_estimate", "invoices_affected")
    if impact is None:
        return None
    return c.EscalateInternally(
        impact=impact, decision="pause", ask="finance_hands", next_update_minutes=20, owner="commander"
    )


def _stop() -> list[Step]:
    looked = seen("by_attempt", "handler_diff", "sample_200")
    return [
        Step(m(4), "triage", does(c.StateHypothesis(cause="dual_write", probability=0.85)), looked),
        Step(m(4), "deputy", lambda b: snapshot(b, "detection", "pause", "duplicate_events", 1.6, "mitigation"),
             seen("by_attempt")),
        Step(m(4), "mitigation", does(option("key_off", ("processor",), 1.5, "books_drift_on", 1.5)), looked),
        Step(m(4), "mitigation", does(option("pause", ALL, 1, "invoices_wait", 1)), looked),
        Step(m(4), "mitigation", does(option("rollback", ALL, 6, "replay_recharges", 6)), seen("rollback_check")),
        Step(
            m(4),
            "mitigation",
            lambda b: c.RecordReadiness(
                known_good="rel-7702", rollback="ready", evidence=known(b, "rollback_check", "known_good", "recon_psp")
            ),
            seen("rollback_check", "known_good"),
        ),
        Step(m(4.5), "commander", lambda b: packet(b, "mitigation", "by_attempt", "sample_200", "handler_diff"),
             looked),
        Step(
            m(4.6),
            "commander",
            lambda b: decision(
                b, ("key_off", "pause"), "quickest_undo", ("by_attempt", "handler_diff", "sample_200", "rates_now"),
                1.5, ("invoices_wait", "books_drift_on", "known_twice_stay"), below("dup_captures", 1),
            ),
            both(looked, recorded("option:2")),
        ),
        Step(m(4.7), "mitigation", does(c.TakeAction(action="key_off", decision="decision:1")),
             recorded("decision:1")),
        Step(m(4.8), "triage", does(c.TakeAction(action="pause", decision="decision:1")), recorded("decision:1")),
        Step(m(5), "commander", does(c.AskRole(role="data", topic="recon"))),
        Step(m(5), "commander", does(task("finance", "paygrid_list", due=9)), here("finance")),
        Step(m(5.2), "commander", does(task("triage", text="Watch retries until the checkpoint", due=10))),
        Step(m(5.2), "commander", does(task("verification", text="Watch charges and rows until the checkpoint",
             due=10))),
        Step(m(7), "data", does(c.RunQuery(query="replay_bounds")), _since("pause", 140)),
        Step(m(7.5), "data", does(c.TakeAction(action="record_watermark")), both(_since("pause", 140),
             seen("replay_bounds"))),
        Step(m(8), "verification", does(c.PinMetric(metric="dup_captures")), done("pause")),
        Step(m(8.5), "commander", lambda b: packet(b, "mitigation", "replay_bounds", "rollback_check", "recon_psp"),
             seen("replay_bounds")),
        Step(
            m(8.5),
            "commander",
            lambda b: decision(
                b, ("rollback",), "covers_rest", ("rollback_check", "replay_bounds", "handler_diff", "recon_psp"), 6,
                ("replay_recharges", "known_debt"), below("retries", 2, 15), strategy="rollback",
            ),
            both(seen("replay_bounds", "rollback_check"), done("record_watermark")),
        ),
        Step(m(8.6), "mitigation", does(c.TakeAction(action="rollback", decision="decision:2")),
             recorded("decision:2")),
    ]  # fmt: skip


def _since(action: str, seconds: int) -> Callable[[Briefing], bool]:
    """Wait until an action was carried out so many seconds ago."""

    def met(b: Briefing) -> bool:
        run = b.incident.last_run("action", action)
        return bool(run and run.state == "done" and run.finished is not None and b.now >= run.finished + seconds)

    return met


def _resume() -> list[Step]:
    rolled = _since("rollback", 345)
    return [
        Step(m(10), "comms", lambda b: public(b, "mitigating", "pause", "Invoices wait while we mend billing."),
             done("pause")),
        Step(m(11), "commander", does(task("data", "full_dry_run"))),
        Step(m(12), "commander", does(task("data", "selective_dry_run"))),
        Step(m(12.5), "commander", does(c.RecordContradiction(
            recommendations=(
                c.Recommendation(owner="data", action="replay_selective", reversal_minutes=15,
                                 blast_radius=("known_twice_stay",)),
                c.Recommendation(owner="mitigation", action="replay_full", reversal_minutes=600,
                                 blast_radius=("charges_again",)),
            ),
            choice="replay_selective", reassess_minutes=8,
            evidence=("query:full_dry_run", "query:selective_dry_run"),
        )), both(delivered("replay_from_ten"), seen("full_dry_run", "selective_dry_run"))),
        Step(m(13), "comms", lambda b: executives(b, "pause", "Charging stopped; the faulty release is going.")),
        Step(m(14), "deputy", lambda b: snapshot(b, "containment", "rollback", "duplicate_events", 1.0, "data")),
        Step(m(15), "commander", does(c.ChangeStatus(status="mitigating"))),
        Step(m(15), "verification", does(c.RunQuery(query="canary")), rolled),
        Step(m(15), "verification", does(c.PinMetric(metric="retries")), rolled),
        Step(m(16), "commander", lambda b: packet(b, "data", "canary", "replay_bounds"), seen_after("canary", m(12))),
        Step(
            m(16),
            "commander",
            lambda b: decision(
                b, ("resume",), "boundary_known", ("canary", "replay_bounds", "rollback_check"), 1,
                ("impact_returns", "load_peak"), below("waiting", 100, 15),
            ),
            seen_after("canary", m(12)),
        ),
        Step(m(16), "mitigation", does(c.TakeAction(action="resume", decision="decision:3")), recorded("decision:3")),
        *_signed("resume", seen_after("canary", m(12))),
    ]  # fmt: skip


def _signed(action: str, when: Callable[[Briefing], bool]) -> list[Step]:
    """Return the two signatures under an action; whoever is in command signs for the commander."""
    asked = both(waiting_to_sign(action), when)
    return [
        Step(0, "data", does(c.SignOff(action=action)), asked),
        *(
            Step(0, seat, does(c.SignOff(action=action)), both(asked, in_command(seat)))
            for seat in ("commander", "deputy")
        ),
    ]


def in_command(seat: str) -> Callable[[Briefing], bool]:
    """Wait until a seat holds command."""
    return lambda b: b.incident.holder("commander") == seat


def _repair() -> list[Step]:
    ready = both(done("resume"), seen("selective_dry_run"))
    return [
        Step(m(18), "mitigation", does(hand_off("mitigation", "data", "packet:3")), recorded("packet:3")),
        Step(m(18), "commander", does(task("finance", "paygrid_list", due=10)), done("resume")),
        Step(m(18.5), "commander", lambda b: packet(b, "data", "selective_dry_run", "full_dry_run", "replay_bounds"),
             ready),
        Step(
            m(18.5),
            "commander",
            lambda b: decision(
                b, ("replay_selective", "recompute"), "boundary_known",
                ("selective_dry_run", "full_dry_run", "replay_bounds", "by_attempt"), 15,
                ("known_twice_stay", "bakes_in"), below("dlq", 3, 15),
            ),
            ready,
        ),
        Step(m(18.6), "data", does(c.TakeAction(action="replay_selective", decision="decision:4")),
             recorded("decision:4")),
        *_signed("replay_selective", seen("selective_dry_run")),
        Step(m(20), "commander", does(task("verification", text="Watch the dead letter queue empty", due=10))),
        Step(m(20), "commander", does(task("triage", text="Find who else reads the revenue events", due=12))),
        Step(m(22), "data", does(c.TakeAction(action="recompute", decision="decision:4")),
             _since("replay_selective", 30)),
        Step(m(24), "verification", does(c.PinMetric(metric="dlq")), done("replay_selective")),
        Step(m(25), "commander", lambda b: packet(b, "deputy", "paygrid_list", "selective_dry_run"),
             seen_after("paygrid_list", m(18))),
        Step(
            m(25),
            "commander",
            lambda b: decision(
                b, ("refund_list",), "evidence_agrees", ("paygrid_list", "by_attempt", "one_invoice"), 60,
                ("money_out",), below("dup_captures", 1, 15),
            ),
            seen_after("paygrid_list", m(18)),
        ),
        Step(m(25.2), "mitigation", does(c.TakeAction(action="refund_list", executor="finance", decision="decision:5")),
             recorded("decision:5")),
        Step(m(26), "verification", does(c.PinMetric(metric="waiting"))),
        Step(m(27), "commander", lambda b: packet(b, "deputy", "canary", "paygrid_list", "by_attempt")),
        # Early enough for simulated holders too: what it waits for comes at its own time.
        Step(m(20), "commander", lambda b: hand_off("commander", "deputy", _last_packet(b)),
             delivered("commander_leaves")),
        Step(m(20), "deputy", does(c.AssignRole(role="deputy", to="triage")), in_command("deputy")),
        Step(m(29.2), "comms", lambda b: public(b, "mitigating", "replay_selective",
             "Nobody is charged twice any more. Refunds come without asking.")),
        Step(m(30), "verification", does(c.PinMetric(metric="dup_captures"))),
    ]  # fmt: skip


def _last_packet(b: Briefing) -> str | None:
    return f"packet:{len(b.incident.packets)}" if b.incident.packets else None


def _failed(query: str) -> Callable[[Briefing], bool]:
    """Wait until the newest output of a check is a failure."""

    def met(b: Briefing) -> bool:
        result = b.latest_result(query)
        return result is not None and not result.ok

    return met


def _verify_and_close() -> list[Step]:
    proven = seen_after("three_way", m(30))
    return [
        Step(m(35), "verification", does(c.RunQuery(query="three_way")), both(_since("refund_list", 270),
             done("recompute"))),
        Step(m(35), "triage", does(c.RunQuery(query="rates_now"))),
        Step(m(43), "verification", does(c.RunQuery(query="three_way")), _failed("three_way")),
        Step(
            m(37),
            "verification",
            lambda b: c.RecordVerification(
                metrics=("mismatch", "dlq", "dup_captures", "retries", "commit_p99"),
                baseline_from=b.catalogue.quiet[0],
                baseline_to=b.catalogue.quiet[1],
                segments=ALL,
                hold_minutes=8,
            ),
            proven,
        ),
        Step(m(40.5), "comms", lambda b: executives(b, "replay_selective", "Books agree; refunds are out; watch on.")),
        Step(m(46), "deputy", does(c.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(46), "deputy", lambda b: snapshot(b, "hardening", None, "duplicate_events", 1.0, "verification")),
        Step(m(46), "verification", lambda b: c.ClaimRecovery(claim="recovered", evidence=known(b, "three_way")),
             green),
        Step(m(47), "verification", does(c.RecordResidualRisks(
            risks=("statements_late", "no_business_key", "psp_nightly", "dlq_unwatched", "reports_again")))),
        *(
            Step(m(47.5), "mitigation", does(c.AddHardeningTask.model_validate(
                {"factor": factor, "class": kind, "text": text, "owner": owner, "due_days": days})))
            for factor, kind, text, owner, days in (
                ("dual_write", "prevent", "Write event and row in one transaction, through an outbox", "triage", 21),
                ("no_business_key", "prevent", "Unique index on invoice and charge", "dba", 3),
                ("psp_nightly", "detect", "Compare ledger and PayGrid every five minutes", "data", 14),
                ("dlq_unrouted", "detect", "Route the dead letter alert to the pager", "platform", 1),
                ("no_replay_runbook", "mitigate", "Runbook for replays, with dry runs and signatures", "data", 10),
            )
        ),
        Step(m(48), "comms", lambda b: public(b, "recovered", "refund_list",
             "Billing is right again; everybody charged twice is refunded."), both(green, proven)),
        Step(m(48.5), "deputy", does(c.SetWatch(owner="verification", trigger=watch()))),
        Step(m(49), "verification", does(c.RunQuery(query="three_way"))),
        Step(m(51.5), "deputy", lambda b: packet(b, "verification", "three_way", "paygrid_list")),
        Step(m(52), "deputy", does(c.RequestClosure(confidence="L3", evidence=("query:three_way",))), green),
        Step(m(53), "comms", does(c.PublishClosurePackage(verification=("verification:1",),
             residual_risks=("statements_late", "no_business_key", "psp_nightly")))),
        Step(m(53.5), "comms", does(c.WriteLeadershipNote(cause="dual_write", why="quickest_undo", confidence="L3",
             uncertain=("chargebacks_open", "tax_reports"), need="release_stop", watch_owner="verification"))),
        Step(m(54), "comms", _note, seen("paygrid_list")),
        Step(m(55), "deputy", does(c.CommitCheckpoint(in_hours=2, owner="data", trigger=watch()))),
        Step(m(60), "deputy", does(c.EndDrill(how="resolved"))),
    ]  # fmt: skip


def _note(b: Briefing) -> c.PublishDecisionNote:
    figures = [figure(b, "paygrid_list", name) for name in ("double_captures", "wrong_money_usd")]
    return c.PublishDecisionNote(
        cause="dual_write",
        confidence="L3",
        actions=("key_off", "pause", "rollback", "replay_selective", "recompute", "refund_list"),
        figures=tuple(f for f in figures if f),
        residual_risks=("statements_late", "no_business_key", "psp_nightly"),
    )


def steps() -> list[Step]:
    """Return everything by_the_book means to do, in the order of its earliest times."""
    return [*_first_minutes(), *_stop(), *_resume(), *_repair(), *_verify_and_close()]

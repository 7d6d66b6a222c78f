"""By the book where no invoice is wrong and the sum is: let billing run, stop what counts, roll it back, recompute."""

from __future__ import annotations

from scenarios.billing_mismatch.plans import Plan
from scenarios.billing_mismatch.words import decision, executives, hand_off, option, packet, public, snapshot
from scenarios.moves import below, both, delivered, done, known, m, recorded, seen, seen_after, since, task
from scenarios.responders import Step, does
from simulator import commands as c


def steps(plan: Plan) -> list[Step]:
    """Return the steps from the first findings to a revenue figure that is right."""
    looked = seen(*plan.shown_by)
    rolled = since("agg_rollback", 225)
    calm = below("agg_again", 2)
    return [
        Step(m(3.2), "commander", does(task("triage", "agg_reads"))),
        Step(m(3.2), "commander", does(task("mitigation", "agg_plan"))),
        Step(m(3.4), "commander", does(task("triage", "consumer_agg"))),
        Step(m(4), "triage",
             lambda b: c.ChallengeClaim(inject="late_consumer", evidence=known(b, "agg_reads", "consumer_agg")),
             both(delivered("late_consumer"), seen("agg_reads", "consumer_agg"))),
        Step(m(4), "triage", does(c.StateHypothesis(cause="agg_rereads", probability=0.85)), looked),
        Step(m(4), "deputy", lambda b: snapshot(b, plan, "detection", "agg_stop", plan.worse, "mitigation"),
             seen("agg_reads")),
        Step(m(4), "mitigation", does(option("agg_stop", ("events",), 1, "number_stands", 1)), looked),
        Step(m(4), "mitigation", does(option("agg_rollback", ("events",), 4, "reads_again", 4)), seen("agg_plan")),
        Step(m(4), "mitigation", does(option("pause", ("events",), 1, "invoices_wait", 1)), looked),
        Step(
            m(4),
            "mitigation",
            lambda b: c.RecordReadiness(
                known_good="rel-7689", rollback="ready", evidence=known(b, "agg_plan", "known_good", "recon_psp")
            ),
            seen("rollback_check", "agg_plan", "known_good"),
        ),
        Step(m(4.5), "commander", lambda b: packet(b, plan, "mitigation", *plan.shown_by), looked),
        Step(
            m(4.6),
            "commander",
            lambda b: decision(
                b, plan, ("agg_stop",), "quickest_undo", (*plan.shown_by, "sample_200", "one_invoice"), 1,
                ("number_stands",), calm, owner="data",
            ),
            both(looked, recorded("option:2")),
        ),
        Step(m(4.7), "data", does(c.TakeAction(action="agg_stop", decision="decision:1")), recorded("decision:1")),
        Step(m(5), "commander", does(c.AskRole(role="data", topic="recon"))),
        Step(m(5.2), "commander", does(task("triage", text="Watch what is published until the checkpoint", due=10))),
        Step(m(5.2), "commander", does(task("verification", text="Watch charges and rows until the checkpoint",
             due=10))),
        Step(m(6), "commander", lambda b: c.ChangeSeverity(severity="SEV-2",
             because="Ledger and PayGrid agree: no charge and no row is wrong",
             evidence=known(b, "recon_psp", "one_invoice", "agg_reads")), looked),
        Step(m(6), "verification", does(c.PinMetric(metric="agg_again")), done("agg_stop")),
        Step(m(6), "verification", does(c.RunQuery(query="agg_reads")), done("agg_stop")),
        Step(
            m(6.2),
            "commander",
            lambda b: decision(
                b, plan, ("agg_rollback",), "covers_rest", ("agg_plan", "agg_reads", "recon_psp", "known_good"), 4,
                ("reads_again",), below("agg_again", 2, 15), strategy="rollback",
            ),
            both(seen("agg_plan"), seen_after("agg_reads", m(6))),
        ),
        Step(m(6.3), "mitigation", does(c.TakeAction(action="agg_rollback", decision="decision:2")),
             recorded("decision:2")),
        Step(m(10), "comms", lambda b: public(b, "mitigating", "agg_stop", plan.told[0]), done("agg_stop")),
        Step(m(10.5), "commander", lambda b: packet(b, plan, "data", "agg_reads", "agg_plan", "recon_psp"), rolled),
        Step(
            m(10.5),
            "commander",
            lambda b: decision(
                b, plan, ("agg_start", "recompute"), "evidence_agrees",
                ("recon_psp", "agg_reads", "agg_plan", "sample_200"), 2, ("bakes_in",), below("mismatch", 0.001, 15),
                owner="data",
            ),
            rolled,
        ),
        Step(m(10.6), "data", does(c.TakeAction(action="agg_start", decision="decision:3")), recorded("decision:3")),
        Step(m(11), "data", does(c.TakeAction(action="recompute", decision="decision:3")), since("agg_start", 45)),
        Step(m(11), "commander", does(task("mitigation", "full_dry_run"))),
        Step(m(12.5), "commander", does(c.RecordContradiction(
            recommendations=(
                c.Recommendation(owner="data", action="recompute", reversal_minutes=2, blast_radius=("bakes_in",)),
                c.Recommendation(owner="mitigation", action="replay_full", reversal_minutes=600,
                                 blast_radius=("books_worse",)),
            ),
            choice="recompute", reassess_minutes=8, evidence=("query:full_dry_run", "query:recon_psp"),
        )), both(delivered("replay_from_ten"), seen("full_dry_run"))),
        Step(m(13), "comms", lambda b: executives(b, plan, "agg_stop",
             "The ledger is right; revenue-agg counted some of it twice.")),
        Step(m(14), "deputy", lambda b: snapshot(b, plan, "containment", "agg_rollback", 1.0, "data")),
        Step(m(15), "commander", does(c.ChangeStatus(status="mitigating"))),
        Step(m(15), "data", does(c.RunQuery(query="agg_reads")), done("recompute")),
        Step(m(16), "mitigation", does(hand_off(plan, "mitigation", "data", "packet:2")), recorded("packet:2")),
        Step(m(16), "commander", does(task("verification", text="Watch the sum follow the ledger", due=12))),
        Step(m(16), "commander", does(task("triage", text="Find who took the revenue figure this morning", due=15))),
        Step(m(17), "verification", does(c.PinMetric(metric="mismatch")), done("recompute")),
        Step(m(20), "data", does(c.RunQuery(query="recon_now")), done("recompute")),
        Step(m(27), "commander", lambda b: packet(b, plan, "deputy", "agg_reads", "recon_now", "recon_psp")),
        Step(m(29.2), "comms", lambda b: public(b, "recovered", "recompute", plan.told[1]),
             seen_after("three_way", m(plan.verified_at))),
    ]  # fmt: skip

"""By the book where no invoice is wrong and the sum is: let billing run, stop what counts, roll it back, recompute."""

from __future__ import annotations

from scenarios.billing_mismatch.plans import Plan
from scenarios.billing_mismatch.words import public
from scenarios.players.conditions import both, done, recorded, seen, seen_after, since
from scenarios.players.plan import Choice, decided, hand_off, packet
from scenarios.players.said import below, known, m, task
from scenarios.players.script import Step, does
from simulator import acts


def steps(plan: Plan) -> list[Step]:
    """Return the steps that stop the counting, let the faulty release go and add up anew."""
    looked = seen(*plan.shown_by)
    rolled = since("agg_rollback", 225)
    return [
        Step(m(4.7), "data", does(acts.TakeAction(action="agg_stop", decision="decision:1")), recorded("decision:1")),
        Step(m(6), "commander", lambda b: acts.ChangeSeverity(severity="SEV-2",
             because="Ledger and PayGrid agree: no charge and no row is wrong",
             evidence=known(b, "recon_psp", "one_invoice", "agg_reads")), looked),
        Step(m(6), "verification", does(acts.PinMetric(metric="agg_again")), done("agg_stop")),
        Step(m(6), "verification", does(acts.RunQuery(query="agg_reads")), done("agg_stop")),
        decided(m(6.2), plan, plan.rolls_back, both(seen("agg_plan"), seen_after("agg_reads", m(6)))),
        Step(m(6.3), "mitigation", does(acts.TakeAction(action="agg_rollback", decision="decision:2")),
             recorded("decision:2")),
        Step(m(10.5), "commander", lambda b: packet(b, plan, "data", "agg_reads", "agg_plan", "recon_psp"), rolled),
        decided(m(10.5), plan, Choice(
            ("agg_start", "recompute"), "evidence_agrees", ("recon_psp", "agg_reads", "agg_plan", "sample_200"), 2,
            ("bakes_in",), below("mismatch", 0.001, 15), owner="data",
        ), rolled),
        Step(m(10.6), "data", does(acts.TakeAction(action="agg_start", decision="decision:3")), recorded("decision:3")),
        Step(m(11), "data", does(acts.TakeAction(action="recompute", decision="decision:3")), since("agg_start", 45)),
        Step(m(11), "commander", does(task("mitigation", "full_dry_run"))),
        Step(m(15), "data", does(acts.RunQuery(query="agg_reads")), done("recompute")),
        Step(m(16), "mitigation", does(hand_off(plan, "mitigation", "data", "packet:2")), recorded("packet:2")),
        Step(m(17), "verification", does(acts.PinMetric(metric="mismatch")), done("recompute")),
        Step(m(20), "data", does(acts.RunQuery(query="recon_now")), done("recompute")),
        Step(m(27), "commander", lambda b: packet(b, plan, "deputy", "agg_reads", "recon_now", "recon_psp")),
        Step(m(29.2), "comms", lambda b: public(b, "recovered", "recompute", plan.told[1]),
             seen_after("three_way", m(plan.verified_at))),
    ]  # fmt: skip

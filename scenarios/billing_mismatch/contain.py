"""By the book where wrong records are written: stop the writing, let the faulty release go, put the books right.

Two plans share these steps: handlers that are repeated, and a ledger that loses rows. They differ in what is rolled
back, in which replay is safe, and in whether anybody has to be paid back.
"""

from __future__ import annotations

from scenarios.billing_mismatch.plans import DUAL, Plan
from scenarios.billing_mismatch.words import public
from scenarios.players.conditions import (
    When,
    both,
    done,
    here,
    in_command,
    recorded,
    seen,
    seen_after,
    since,
    waiting_to_sign,
)
from scenarios.players.plan import Choice, decided, packet
from scenarios.players.said import below, m, task
from scenarios.players.script import Step, does
from simulator import acts


def stop(plan: Plan) -> list[Step]:
    """Return the steps that stop the writing, mark where it stopped, and let the faulty release go."""
    return [
        *([Step(m(4.7), "mitigation", does(acts.TakeAction(action="key_off", decision="decision:1")),
                recorded("decision:1"))] if plan is DUAL else []),
        Step(m(4.8), "triage", does(acts.TakeAction(action="pause", decision="decision:1")), recorded("decision:1")),
        Step(m(5), "commander", does(task("finance", "paygrid_list", due=9)), here("finance")),
        Step(m(7), "data", does(acts.RunQuery(query="replay_bounds")), since("pause", 140)),
        Step(m(7.5), "data", does(acts.TakeAction(action="record_watermark")), both(since("pause", 140),
             seen("replay_bounds"))),
        Step(m(8), "verification", does(acts.PinMetric(metric=plan.stops.check.metric)), done("pause")),
        decided(m(8.5), plan, plan.rolls_back, both(seen("replay_bounds", plan.back_check), done("record_watermark"))),
        Step(m(8.6), "mitigation", does(acts.TakeAction(action=plan.back, decision="decision:2")),
             recorded("decision:2")),
    ]  # fmt: skip


def resume(plan: Plan) -> list[Step]:
    """Return the steps from the rollback to billing that runs again, with two signatures."""
    dual = plan is DUAL
    rolled = since(plan.back, 345 if dual else 225)
    return [
        Step(m(11), "commander", does(task("data", "full_dry_run"))),
        Step(m(12), "commander", does(task("data", plan.repair[2]))),
        Step(m(15 if dual else 13), "verification", does(acts.RunQuery(query="canary")), rolled),
        Step(m(15), "verification", does(acts.PinMetric(metric=plan.watched[0])), rolled),
        Step(m(16), "commander", lambda b: packet(b, plan, "data", "canary", "replay_bounds"),
             seen_after("canary", m(12))),
        Step(m(16 if dual else 14), "mitigation", does(acts.TakeAction(action="resume", decision="decision:2")),
             seen_after("canary", m(12))),
        *signed("resume", seen_after("canary", m(12))),
    ]  # fmt: skip


def signed(action: str, when: When) -> list[Step]:
    """Return the two signatures under an action; whoever is in command signs for the commander."""
    asked = both(waiting_to_sign(action), when)
    return [
        Step(0, "data", does(acts.SignOff(action=action)), asked),
        *(
            Step(0, seat, does(acts.SignOff(action=action)), both(asked, in_command(seat)))
            for seat in ("commander", "deputy")
        ),
    ]


def repair(plan: Plan) -> list[Step]:
    """Return the steps that write what is missing, once, and pay back what was charged twice."""
    if plan is not DUAL:
        return _write_by_event(plan)
    ready = both(done("resume"), seen("selective_dry_run"))
    return [
        decided(m(18.5), plan, Choice(
            ("replay_selective", "recompute"), "boundary_known",
            ("selective_dry_run", "full_dry_run", "replay_bounds", "by_attempt"), 15,
            ("known_twice_stay", "bakes_in"), below("dlq", 3, 15), owner="data",
        ), ready),
        Step(m(18.6), "data", does(acts.TakeAction(action="replay_selective", decision="decision:3")),
             recorded("decision:3")),
        *signed("replay_selective", seen("selective_dry_run")),
        Step(m(22), "data", does(acts.TakeAction(action="recompute", decision="decision:3")),
             since("replay_selective", 30)),
        decided(m(25), plan, Choice(
            ("refund_list",), "evidence_agrees", ("paygrid_list", "by_attempt", "one_invoice"), 60, ("money_out",),
            below("dup_captures", 1, 15),
        ), both(done("replay_selective"), seen("paygrid_list"))),
        Step(m(25.2), "mitigation", does(acts.TakeAction(action="refund_list", executor="finance",
             decision="decision:4")),
             recorded("decision:4")),
        Step(m(27), "commander", lambda b: packet(b, plan, "deputy", "canary", "paygrid_list", "by_attempt")),
        Step(m(29.2), "comms", lambda b: public(b, "mitigating", "replay_selective", plan.told[1])),
    ]  # fmt: skip


def _write_by_event(plan: Plan) -> list[Step]:
    """Return the repair where every invoice was published once, so that its event is as good a key as any."""
    ready = both(done("resume"), seen_after("eventid_dry_run", m(12)))
    return [
        decided(m(15.5), plan, Choice(
            ("replay_eventid",), "boundary_known",
            ("eventid_dry_run", "full_dry_run", "replay_bounds", "by_attempt", "ledger_writes"), 15, ("ledger",),
            below("mismatch", 0.001, 15), owner="data",
        ), ready),
        Step(m(15.6), "data", does(acts.TakeAction(action="replay_eventid", decision="decision:3")),
             recorded("decision:3")),
        *signed("replay_eventid", seen_after("eventid_dry_run", m(12))),
        Step(m(19), "data", does(acts.RunQuery(query="recon_psp")), since("replay_eventid", 30)),
        Step(m(22), "verification", does(acts.PinMetric(metric="mismatch")), done("replay_eventid")),
        Step(m(24), "data", does(acts.RunQuery(query="recon_now")), since("replay_eventid", 330)),
        Step(m(27), "commander", lambda b: packet(b, plan, "deputy", "canary", "recon_psp", "ledger_writes")),
        Step(m(29.2), "comms", lambda b: public(b, "recovered", "replay_eventid", plan.told[1]),
             seen_after("three_way", m(plan.verified_at))),
    ]  # fmt: skip

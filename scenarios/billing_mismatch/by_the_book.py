"""By the book: what a team that knows its playbook does in scenario B, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from functools import partial

from scenarios.billing_mismatch import recount
from scenarios.billing_mismatch.contain import repair, resume, stop
from scenarios.billing_mismatch.plans import RECOUNT, TELLING, Plan, plan_of
from scenarios.billing_mismatch.words import executives, public, snapshot
from scenarios.players.conditions import asked, both, delivered, done, failed, green, recorded, seen, seen_after
from scenarios.players.plan import closing, decided, lanes, left_open, option, packet, passed_on, settled, verified
from scenarios.players.said import figure, known, m, task
from scenarios.players.script import Book, Step, does
from simulator import acts, values
from simulator.briefing import Briefing

ANSWERS = {
    "which_number": "neither_yet",
    "legal_duties": "list_and_hold",
    "fix_dashboard": "refuse",
    "fix_dashboard_told": "refuse",
}
"""Answers that are right whatever the cause; the others are in the plans."""


def _first_minutes() -> list[Step]:
    return [
        Step(20, "commander", does(acts.AcknowledgePage(alert="revenue_ledger_mismatch"))),
        Step(25, "commander", does(acts.AssignRole(role="commander", to="commander"))),
        Step(30, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
        Step(35, "commander", does(task("data", "sample_200"))),
        Step(35, "commander", does(task("triage", "one_invoice"))),
        Step(40, "commander", does(task("verification", "blast_estimate"))),
        Step(75, "comms", does(acts.ShareCue(cue="refund_tag"))),
        Step(85, "deputy", does(acts.ShareCue(cue="promotion_queue"))),
        Step(
            95,
            "commander",
            lambda b: acts.Declare(
                severity="SEV-1",
                title="Revenue, ledger and charges disagree",
                evidence=("alert:revenue_ledger_mismatch", *known(b, "one_invoice", "blast_estimate")),
            ),
            seen("one_invoice", "blast_estimate"),
        ),
        Step(105, "commander", does(acts.ClassifyDependency(dependency="billing"))),
        Step(110, "commander", does(acts.Freeze(scope=("billing-worker", "ledger-svc")))),
        *lanes(120, {
            "triage": ("triage", "verification"), "mitigation": ("mitigation", "data"),
            "verification": ("verification", "deputy"), "comms": ("comms", "deputy"),
        }, {"billing-worker": "mitigation", "ledger-svc": "data"}),
        Step(135, "commander", does(acts.PageTeam(role="finance"))),
        Step(150, "commander", does(task("triage", "by_attempt"))),
        Step(150, "commander", does(task("mitigation", "handler_diff"))),
        Step(150, "commander", does(task("verification", "recon_psp"))),
        Step(160, "commander", does(task("mitigation", "rollback_check"))),
        Step(170, "comms", _escalation, seen("blast_estimate")),
        Step(200, "comms", lambda b: public(b, "investigating", None, "Our revenue records disagree. We are looking.")),
    ]  # fmt: skip


def _escalation(b: Briefing) -> acts.EscalateInternally | None:
    impact, plan = figure(b, "blast_estimate", "invoices_affected"), plan_of(b)
    if impact is None:
        return None
    return acts.EscalateInternally(
        impact=impact, decision=plan.lead, ask=plan.ask, next_update_minutes=20, owner="commander"
    )


def _first_checkpoint(plan: Plan) -> list[Step]:
    """Return the steps from a plan to the decision how it is stopped."""
    looked, back = seen(*plan.shown_by), seen(plan.back_check)
    return [
        *(Step(m(3.2), "commander", does(task(role, query))) for role, query in plan.looks),
        Step(m(3), "triage",
             lambda b: acts.ChallengeClaim(inject="late_consumer", evidence=known(b, *plan.against_lag)),
             both(delivered("late_consumer"), seen(*plan.against_lag))),
        Step(m(4), "triage", does(acts.StateHypothesis(cause=plan.cause, probability=0.85)), looked),
        Step(m(4), "deputy", lambda b: snapshot(b, plan, "detection", plan.lead, plan.worse, "mitigation"),
             seen("by_attempt", plan.counted[1])),
        *(
            Step(m(4), "mitigation", does(option(plan, *card)), back if card[0] == plan.back else looked)
            for card in plan.cards
        ),
        Step(
            m(4),
            "mitigation",
            lambda b: acts.RecordReadiness(
                known_good=plan.good, rollback="ready", evidence=known(b, plan.back_check, "recon_psp")
            ),
            seen("rollback_check", plan.back_check),
        ),
        Step(m(4.5), "commander", lambda b: packet(b, plan, "mitigation", *plan.shown_by), looked),
        decided(m(4.6), plan, plan.stops, both(looked, recorded("option:2"))),
        Step(m(5.2), "commander", does(task("triage", text=plan.watches, due=10))),
        Step(m(5.2), "commander", does(task("verification", text="Watch charges and rows until the checkpoint",
             due=10))),
    ]  # fmt: skip


def _meanwhile(plan: Plan) -> list[Step]:
    """Return what is said while the faulty release goes, and the two who disagree on what comes after it."""
    undo, touches, dry_run = plan.repair
    return [
        Step(m(10), "comms", lambda b: public(b, "mitigating", plan.lead, plan.told[0]), done(plan.lead)),
        Step(m(12.5), "commander", does(acts.RecordContradiction(
            recommendations=(
                values.Recommendation(owner="data", action=plan.repaired_by, reversal_minutes=undo,
                    blast_radius=touches),
                values.Recommendation(owner="mitigation", action="replay_full", reversal_minutes=600,
                                 blast_radius=(plan.replayed,)),
            ),
            choice=plan.repaired_by, reassess_minutes=8, evidence=("query:full_dry_run", f"query:{dry_run}"),
        )), both(delivered("replay_from_ten"), seen("full_dry_run", dry_run))),
        Step(m(13), "comms", lambda b: executives(b, plan, plan.lead, plan.told_up[0])),
        Step(m(14), "deputy", lambda b: snapshot(b, plan, "containment", plan.back, 1.0, "data")),
        Step(m(15), "commander", does(acts.ChangeStatus(status="mitigating"))),
    ]  # fmt: skip


def _hand_over(plan: Plan) -> list[Step]:
    """Return the steps around the commander's leaving, and the answers that depend on the cause."""
    return [
        *passed_on(plan),
        *(
            Step(0, "commander", does(acts.AnswerAsker(inject=inject, answer=answer)), asked(inject))
            for inject, answer in plan.answers
        ),
    ]  # fmt: skip


def _verify_and_close(plan: Plan) -> list[Step]:
    first = plan.verified_at
    proven = seen_after("three_way", m(first))
    noted = tuple(dict.fromkeys(query for _, query in plan.noted))
    return [
        Step(m(first), "verification", does(acts.RunQuery(query="three_way")), settled(plan)),
        Step(m(first + 4), "verification", does(acts.RunQuery(query="three_way")), failed("three_way")),
        verified(m(first + 2), plan, 8, proven),
        Step(m(40.5), "comms", lambda b: executives(b, plan, plan.repaired_by, plan.told_up[1])),
        Step(m(46), "deputy", does(acts.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(46), "deputy", lambda b: snapshot(b, plan, "hardening", None, plan.left, "verification")),
        Step(m(46), "verification", lambda b: acts.ClaimRecovery(claim="recovered", evidence=known(b, "three_way")),
             green),
        *left_open(plan, risks=47, hardening=47.5, watch=48.5),
        Step(m(48), "comms", lambda b: public(b, "recovered", plan.done[-1], plan.told[2]), both(green, proven)),
        Step(m(51.5), "deputy", lambda b: packet(b, plan, "verification", "three_way", *noted)),
        *closing(52, plan, "comms", "three_way", ends=60),
    ]  # fmt: skip


def _steps_of(plan: Plan) -> list[Step]:
    """Return what follows the first findings under a plan, in the order of its earliest times."""
    work = recount.steps(plan) if plan is RECOUNT else [*stop(plan), *resume(plan), *repair(plan)]
    return [*_first_checkpoint(plan), *work, *_meanwhile(plan), *_hand_over(plan), *_verify_and_close(plan)]


book = partial(
    Book, answers=ANSWERS, first=_first_minutes, plan_of=plan_of, steps_of=_steps_of, telling=TELLING
)
"""Given places, by_the_book for these."""

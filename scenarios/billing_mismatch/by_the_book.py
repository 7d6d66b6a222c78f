"""By the book: what a team that knows its playbook does in scenario B, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.billing_mismatch import recount
from scenarios.billing_mismatch.contain import repair, resume, stop
from scenarios.billing_mismatch.plans import DUAL, RECOUNT, TELLING, Plan, plan_of
from scenarios.billing_mismatch.words import executives, hand_off, last_packet, packet, public, snapshot, watch
from scenarios.moves import (
    asked,
    both,
    delivered,
    failed,
    figure,
    green,
    in_command,
    known,
    m,
    recorded,
    seen,
    seen_after,
    since,
    task,
)
from scenarios.responders import Book, Step, does
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
    ]  # fmt: skip


def _escalation(b: Briefing) -> c.EscalateInternally | None:
    impact = figure(b, "blast_estimate", "invoices_affected")
    if impact is None:
        return None
    return c.EscalateInternally(
        impact=impact, decision=plan_of(b).lead, ask="finance_hands", next_update_minutes=20, owner="commander"
    )


def _hand_over(plan: Plan) -> list[Step]:
    """Return the steps around the commander's leaving, and the answers that depend on the cause."""
    return [
        # Early enough for simulated holders too: what it waits for comes at its own time.
        Step(m(20), "commander", lambda b: hand_off(plan, "commander", "deputy", last_packet(b)),
             delivered("commander_leaves")),
        Step(m(20), "deputy", does(c.AssignRole(role="deputy", to="triage")), in_command("deputy")),
        *(
            Step(0, "commander", does(c.AnswerAsker(inject=inject, answer=answer)), asked(inject))
            for inject, answer in plan.answers
        ),
    ]  # fmt: skip


def _verify_and_close(plan: Plan) -> list[Step]:
    dual = plan is DUAL
    first = plan.verified_at
    proven = seen_after("three_way", m(first - 5 if dual else first))
    settled = both(*(since(action, seconds) for action, seconds in plan.settled_by))
    noted = tuple(dict.fromkeys(query for _, query in plan.noted))
    return [
        Step(m(first), "verification", does(c.RunQuery(query="three_way")), settled),
        Step(m(35), "triage", does(c.RunQuery(query="rates_now"))),
        Step(m(43 if dual else first + 4), "verification", does(c.RunQuery(query="three_way")), failed("three_way")),
        Step(
            m(first + 2),
            "verification",
            lambda b: c.RecordVerification(
                metrics=plan.metrics,
                baseline_from=b.catalogue.quiet[0],
                baseline_to=b.catalogue.quiet[1],
                segments=plan.affected,
                hold_minutes=8,
            ),
            proven,
        ),
        Step(m(40.5), "comms", lambda b: executives(b, plan, plan.repaired_by,
             "Books agree; refunds are out; watch on." if dual else "All three sources agree; watch on.")),
        Step(m(46), "deputy", does(c.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(46), "deputy", lambda b: snapshot(b, plan, "hardening", None, plan.left, "verification")),
        Step(m(46), "verification", lambda b: c.ClaimRecovery(claim="recovered", evidence=known(b, "three_way")),
             green),
        Step(m(47), "verification", does(c.RecordResidualRisks(risks=plan.risks))),
        *(
            Step(m(47.5), "mitigation", does(c.AddHardeningTask.model_validate(
                {"factor": factor, "class": kind, "text": text, "owner": owner, "due_days": days})))
            for factor, kind, text, owner, days in plan.hardening
        ),
        Step(m(48), "comms", lambda b: public(b, "recovered", plan.done[-1], plan.told[2]), both(green, proven)),
        Step(m(48.5), "deputy", does(c.SetWatch(owner="verification", trigger=watch(plan)))),
        Step(m(49), "verification", does(c.RunQuery(query="three_way"))),
        Step(m(51.5), "deputy", lambda b: packet(b, plan, "verification", "three_way", *noted)),
        Step(m(52), "deputy", does(c.RequestClosure(confidence="L3", evidence=("query:three_way",))), green),
        Step(m(53), "comms", does(c.PublishClosurePackage(verification=("verification:1",),
             residual_risks=plan.risks[:3]))),
        Step(m(53.5), "comms", does(c.WriteLeadershipNote(cause=plan.cause, why="quickest_undo", confidence="L3",
             uncertain=(plan.unknowns[0], "tax_reports"), need="release_stop", watch_owner="verification"))),
        Step(m(54), "comms", lambda b: _note(b, plan), seen(*noted)),
        Step(m(55), "deputy", does(c.CommitCheckpoint(in_hours=2, owner="data", trigger=watch(plan)))),
        Step(m(60), "deputy", does(c.EndDrill(how="resolved"))),
    ]  # fmt: skip


def _note(b: Briefing, plan: Plan) -> c.PublishDecisionNote:
    figures = [figure(b, query, name) for name, query in plan.noted]
    return c.PublishDecisionNote(
        cause=plan.cause,
        confidence="L3",
        actions=plan.done,
        figures=tuple(f for f in figures if f),
        residual_risks=plan.risks[:3],
    )


def _steps_of(plan: Plan) -> list[Step]:
    """Return what follows the first findings under a plan, in the order of its earliest times."""
    work = recount.steps(plan) if plan is RECOUNT else [*stop(plan), *resume(plan), *repair(plan)]
    return [*work, *_hand_over(plan), *_verify_and_close(plan)]


def book(seats: Sequence[str], answers: Mapping[str, str], *, manners: bool = True, pace: float = 1.0) -> Book[Plan]:
    """Return by_the_book for these seats."""
    return Book(seats, answers, _first_minutes, plan_of, _steps_of, TELLING, manners=manners, pace=pace)

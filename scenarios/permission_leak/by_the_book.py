"""By the book: what a team that knows its playbook does in scenario C, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from functools import partial

from scenarios.permission_leak.contain import steps_of
from scenarios.permission_leak.plans import TELLING, Plan, executives, plan_of, reads, restricted, snapshot
from scenarios.players.conditions import both, recorded, seen, seen_after
from scenarios.players.plan import closing, lanes, left_open, packet, passed_on, settled, verified
from scenarios.players.said import known, m, task
from scenarios.players.script import Book, Step, does
from simulator import acts
from simulator.briefing import Briefing

ANSWERS = {
    "counsel_asks": "facts",
    "leadership_asks": "protected",
    "reporter_offers": "stop",
    "call_it": "each",
    "ciso_asks": "holding",
    "experiment_waits": "stays",
    "how_many_people": "phases",
    "draft_notice": "facts_only",
}


def _first_minutes() -> list[Step]:
    shown = seen("repro_warm", "audit_count")
    return [
        Step(15, "commander", does(acts.AssignRole(role="commander", to="commander"))),
        Step(20, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
        Step(25, "deputy", does(acts.TakeAction(action="open_room", executor="deputy"))),
        Step(30, "commander", does(task("triage", "repro_warm"))),
        Step(30, "commander", does(task("security", "audit_count"))),
        Step(35, "commander", does(task("mitigation", "evidence_status"))),
        Step(35, "commander", does(task("verification", "pop_versions"))),
        Step(40, "commander", does(task("verification", "origin_authz"))),
        Step(50, "mitigation", does(acts.ShareCue(cue="store_wiped"))),
        Step(60, "commander", does(acts.PageTeam(role="growth"))),
        Step(65, "commander", does(acts.PageTeam(role="platform"))),
        Step(
            100,
            "commander",
            lambda b: acts.Declare(
                severity="SEV-1",
                title="HERON",
                evidence=("inject:report", *known(b, "repro_warm", "audit_count")),
            ),
            shown,
        ),
        Step(100, "commander", does(acts.PageTeam(role="counsel")), shown),
        Step(105, "commander", does(acts.ClassifyDependency(dependency="auth")), recorded("query:repro_warm")),
        Step(105, "security", does(acts.TakeAction(action="evidence_snapshot", executor="security")),
             seen("evidence_status")),
        Step(85, "deputy", does(acts.ShareCue(cue="edge_train"))),
        Step(110, "commander", does(acts.Freeze(scope=("edge-worker", "edge-config")))),
        Step(115, "deputy", does(acts.TakeAction(action="note_awareness", executor="deputy")),
             lambda b: b.incident.declared_at is not None),
        *lanes(120, {
            "triage": ("security", "mitigation"), "mitigation": ("mitigation", "verification"),
            "verification": ("verification", "deputy"), "comms": ("comms", "deputy"),
        }, {"edge-worker": "mitigation", "token-svc": "triage"}),
        Step(135, "commander", does(acts.PageTeam(role="documents"))),
        Step(145, "commander", does(task("verification", "healthz"))),
        Step(170, "deputy", _escalation),
        # Everything rests on it: whoever was asked may be stuck.
        Step(m(4.5), "commander", does(task("verification", "repro_warm")),
             lambda b: b.latest_result("repro_warm") is None, until=m(9)),
        Step(200, "deputy", lambda b: restricted(b, "investigating", None, "Confirmed; evidence is being saved."),
             shown),
    ]  # fmt: skip


def _escalation(b: Briefing) -> acts.EscalateInternally | None:
    counted, plan = reads(b), plan_of(b)
    if counted is None:
        return None
    return acts.EscalateInternally(
        impact=counted, decision=plan.lead, ask=plan.ask, next_update_minutes=20, owner="commander"
    )


def _verify_and_close(plan: Plan) -> list[Step]:
    clean = settled(plan)
    return [
        Step(m(18), "verification", does(acts.RunQuery(query="verify")), clean),
        verified(m(19), plan, 10, seen_after("verify", m(18)), "verify"),
        # Prepared well before it is needed, so that slower holders have it in time as well.
        Step(m(19.2), "commander", lambda b: packet(b, plan, "deputy", "verify", plan.proof, "affected_list"),
             recorded("packet:2")),
        *passed_on(plan, recorded("packet:3")),
        Step(m(30), "deputy", lambda b: restricted(b, "recovered", plan.fixed_by,
             "Closed in every place; we watch on."), recorded("verification:1")),
        Step(m(34), "deputy", lambda b: executives(b, plan.fixed_by, "Contained; counsel has the numbers.")),
        Step(m(34.5), "deputy", does(acts.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(35), "verification", lambda b: acts.ClaimRecovery(claim="recovered", evidence=known(b, "verify")),
             both(lambda b: bool(b.incident.measured), seen(plan.proof))),
        Step(m(36), "deputy", does(snapshot(plan, "hardening", None, 0.0, "verification"))),
        *left_open(plan, risks=36.5, hardening=37, watch=39),
        Step(m(44), "triage", does(acts.RunQuery(query="audit_count"))),
        Step(m(44), "security", does(acts.RunQuery(query="affected_list"))),
        Step(m(47.5), "deputy", lambda b: packet(b, plan, "verification", "verify", "affected_list")),
        *closing(48, plan, "deputy", "verify", ends=55),
    ]  # fmt: skip


def _steps_of(plan: Plan) -> list[Step]:
    return [*steps_of(plan), *_verify_and_close(plan)]


book = partial(
    Book, answers=ANSWERS, first=_first_minutes, plan_of=plan_of, steps_of=_steps_of, telling=TELLING
)
"""Given places, by_the_book for these."""

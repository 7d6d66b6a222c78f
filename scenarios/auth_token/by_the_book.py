"""By the book: what a team that knows its playbook does in scenario A, each role its part.

Steps act on what their role is shown. Times are the earliest; most steps wait for what they rest on.
"""

from __future__ import annotations

from functools import partial

from scenarios.auth_token.contain import steps_of
from scenarios.auth_token.plans import TELLING, Plan, executives, nobody_stuck, plan_of, public, snapshot
from scenarios.players.conditions import both, green, recorded, seen, seen_after
from scenarios.players.plan import closing, lanes, left_open, packet, passed_on, settled, verified
from scenarios.players.said import figure, known, m, task
from scenarios.players.script import Book, Step, does
from simulator import acts
from simulator.briefing import Briefing

ANSWERS = {
    "meridian_eta": "no_time",
    "roll_back_now": "take_command",
    "compromised": "no_evidence",
    "can_we_close": "check_first",
    "over_then": "when_checked",
    "passwords": "not_needed",
    "sla_credit": "park",
}


def _first_minutes() -> list[Step]:
    return [
        Step(20, "commander", does(acts.AcknowledgePage(alert="authn_reject_ratio_high"))),
        Step(25, "commander", does(acts.AssignRole(role="commander", to="commander"))),
        Step(30, "commander", does(acts.AssignRole(role="deputy", to="deputy"))),
        Step(35, "commander", does(task("triage", "endpoints"))),
        Step(35, "commander", does(task("verification", "impact"))),
        Step(40, "commander", does(task("mitigation", "git_log"))),
        Step(60, "commander", does(acts.PageTeam(role="mobile"))),
        Step(75, "comms", does(acts.ShareCue(cue="web_recovers"))),
        Step(85, "deputy", does(acts.ShareCue(cue="merge_bot_queue"))),
        Step(
            95,
            "commander",
            lambda b: acts.Declare(
                severity="SEV-1",
                title="Customers are thrown out of their sessions",
                evidence=("alert:authn_reject_ratio_high", *known(b, "endpoints", "impact")),
            ),
            seen("endpoints", "impact"),
        ),
        Step(105, "commander", does(acts.ClassifyDependency(dependency="auth"))),
        Step(110, "commander", does(acts.Freeze(scope=("auth-svc", "edge-gw")))),
        *lanes(120, {
            "triage": ("triage", "mitigation"), "mitigation": ("mitigation", "verification"),
            "verification": ("verification", "deputy"), "comms": ("comms", "deputy"),
        }, {"auth-svc": "mitigation", "edge-gw": "verification"}),
        Step(145, "commander", does(acts.PageTeam(role="security"))),
        Step(150, "commander", does(task("triage", "token_stats"))),
        Step(150, "commander", does(task("mitigation", "compat_check"))),
        Step(150, "commander", does(task("verification", "by_client"))),
        Step(155, "deputy", does(acts.CaptureEvidence())),
        Step(m(3.2), "commander", does(task("verification", "verify"))),
        Step(165, "commander", does(task("triage", "curl_me"))),
        Step(170, "comms", _escalation, seen("impact")),
        Step(200, "comms", lambda b: public(b, "investigating", None, "Some users are signed out. We are looking.")),
    ]  # fmt: skip


def _escalation(b: Briefing) -> acts.EscalateInternally | None:
    impact, plan = figure(b, "impact", "locked_users"), plan_of(b)
    if impact is None:
        return None
    return acts.EscalateInternally(
        impact=impact, decision=plan.lead, ask=plan.ask, next_update_minutes=20, owner="commander"
    )


def _verify_and_close(plan: Plan) -> list[Step]:
    calm = both(settled(plan), nobody_stuck) if "poisoned" in plan.affected else settled(plan)
    return [
        Step(m(20), "verification", does(acts.RunQuery(query="verify")), calm),
        verified(m(21.5), plan, 10, seen_after("verify", m(20))),
        Step(m(26), "commander", lambda b: packet(b, plan, "deputy", "verify", "stuck", "token_stats")),
        *passed_on(plan, recorded("packet:1")),
        Step(m(29.5), "comms", lambda b: public(b, "recovered", plan.cleaned_by,
             "Sign-in works again; we keep watching.")),
        Step(m(33.5), "comms", lambda b: executives(b, plan, plan.cleaned_by, plan.told_up[1])),
        Step(m(34), "deputy", does(acts.ChangeStatus(status="monitoring")), recorded("verification:1")),
        Step(m(34), "verification", lambda b: acts.ClaimRecovery(claim="recovered", evidence=known(b, "verify")),
             green),
        *left_open(plan, risks=36, hardening=37, watch=40),
        Step(m(39), "deputy", lambda b: snapshot(b, plan, "hardening", None, 1.0, "verification")),
        Step(m(44), "verification", does(acts.RunQuery(query="impact"))),
        Step(m(47.5), "deputy", lambda b: packet(b, plan, "verification", "verify", "impact")),
        *closing(48, plan, "comms", "verify", ends=55),
    ]  # fmt: skip


def _steps_of(plan: Plan) -> list[Step]:
    return [*steps_of(plan), *_verify_and_close(plan)]


book = partial(
    Book, answers=ANSWERS, first=_first_minutes, plan_of=plan_of, steps_of=_steps_of, telling=TELLING
)
"""Given places, by_the_book for these."""

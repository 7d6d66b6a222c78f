"""The forms of the console: which commands, in which group, under which name, what scoring reads of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from analytics import playbook as books
from simulator import acts
from simulator.briefing import Briefing
from simulator.rules import RIGHTS
from ui.parts.shapes import model_of

MINE, OTHER = ":blue[◆]", ":gray[◇]"
"""Marks of a field that counts for the reader's seat, and of one that counts for another."""


class Form(NamedTuple):
    """One command as a form."""

    kind: str
    title: str
    scored: frozenset[str] = frozenset()
    """Fields that the score reads, whoever it is for."""

    @property
    def model(self) -> type[acts.Act]:
        return model_of(self.kind)


def _form(kind: str, title: str, *scored: str) -> Form:
    return Form(kind, title, frozenset(scored))


GROUPS: dict[str, tuple[Form, ...]] = {
    "Command": (
        _form("declare", "Declare", "severity", "evidence"),
        _form("assign_role", "Commander, deputy", "role", "to"),
        _form("accept_role", "Accept role", "role"),
        _form("freeze", "Freeze", "scope", "what"),
        _form("assign_lane", "Lane", "lane", "owner", "next_owner"),
        _form("classify_dependency", "Dependency class", "dependency"),
        _form("name_merge_owner", "Merge owner", "surface", "owner"),
        _form("change_severity", "Severity", "severity", "evidence"),
        _form("change_status", "Status"),
        _form("assign_task", "Task", "to", "lane", "due_minutes"),
        _form("page_team", "Page somebody"),
        _form("acknowledge_page", "Acknowledge page"),
        _form("hand_off", "Hand off", "what", "to", "included", "unknowns", "rollback_trigger", "packet"),
        _form("accept_hand_off", "Accept handoff", "handoff"),
        _form("lift_freeze", "Lift freeze"),
        _form("release_role", "Release role"),
    ),
    "Investigate": (
        _form("ask_role", "Ask somebody"),
        _form("state_hypothesis", "Hypothesis"),
        _form("challenge_claim", "Challenge a claim", "inject", "evidence"),
        _form("share_cue", "Share what you know"),
        _form("acknowledge_task", "Have a task"),
        _form("report_task", "Report a task", "task", "evidence"),
        _form("run_query", "Run a query", "query"),
        _form("search_logs", "Log search"),
        _form("pin_metric", "Pin a panel", "metric"),
        _form("capture_evidence", "Capture evidence"),
    ),
    "Decide": (
        _form("record_option", "Option", "action", "coverage", "minutes_to_effect", "risk", "reversal_minutes",
              "abort_if"),
        _form("record_readiness", "Readiness", "known_good", "rollback", "plan", "evidence"),
        _form("record_decision", "Decision", "decision", "strategy", "why_now", "evidence", "rejected",
              "execution_owner", "verification_owner", "reversal_minutes", "blast_radius", "check", "confidence"),
        _form("record_packet", "Evidence packet", "segments", "impact", "evidence", "next_owner"),
        _form("record_snapshot", "Snapshot", "phase", "stable_revision", "risk_of_waiting", "next_owner"),
        _form("record_contradiction", "Contradiction", "recommendations", "choice", "reassess_minutes"),
        _form("change_strategy", "Change strategy", "strategy", "evidence"),
    ),
    "Act": (
        _form("take_action", "Take action", "action", "decision"),
        _form("abort_action", "Abort action"),
        _form("sign_off", "Sign off", "action"),
        _form("record_verification", "Verification", "metrics", "baseline_from", "baseline_to", "segments",
              "hold_minutes"),
    ),
    "Tell": (
        _form("update_stakeholders", "Stakeholder update", "audience", "status", "impact", "segments", "unknowns",
              "eta", "next_update_minutes"),
        _form("update_executives", "Executive update", "impact", "unknowns", "eta", "next_update_minutes"),
        _form("escalate_internally", "Escalate", "impact", "ask", "next_update_minutes", "owner"),
        _form("answer_asker", "Answer"),
        _form("correct_update", "Correct an update", "update", "status", "impact"),
        _form("post_message", "Message"),
    ),
    "Close": (
        _form("claim_recovery", "Claim recovery", "claim", "evidence"),
        _form("record_residual_risks", "Residual risks", "risks"),
        _form("add_hardening_task", "Hardening", "factor", "class_", "owner", "due_days"),
        _form("set_watch", "24 h watch", "owner", "trigger"),
        _form("publish_decision_note", "Decision note", "cause", "confidence", "actions", "figures", "residual_risks"),
        _form("commit_checkpoint", "Next checkpoint", "in_hours", "owner", "trigger"),
        _form("request_closure", "Request closure", "confidence", "evidence"),
        _form("publish_closure_package", "Closure package", "verification", "residual_risks"),
        _form("write_leadership_note", "Leadership note", "cause", "why", "confidence", "uncertain", "need"),
        _form("end_drill", "End the drill"),
    ),
}  # fmt: skip

READ_BY: dict[str, tuple[str, ...]] = {
    "declare": ("B1a", "L1"), "change_severity": ("L1",), "classify_dependency": ("L1",),
    "assign_role": ("B1c", "P1"), "accept_role": ("B1c",), "freeze": ("B1b", "P1"), "assign_lane": ("P1", "P2"),
    "name_merge_owner": ("P2",), "assign_task": ("P2",), "report_task": ("P2",), "hand_off": ("G2",),
    "accept_hand_off": ("G2",), "challenge_claim": ("L3",), "run_query": ("B1a", "P3"), "pin_metric": ("P1", "P3"),
    "record_option": ("B2a",), "record_readiness": ("B2b", "P1"), "record_decision": ("B3a", "L2b", "L3", "L4", "G1"),
    "record_packet": ("P3",), "record_snapshot": ("P3",), "record_contradiction": ("P5",),
    "change_strategy": ("B3a",), "take_action": ("B3a", "L2a", "L2c"), "sign_off": ("G2",),
    "record_verification": ("B4b", "G3"), "update_stakeholders": ("P4",), "update_executives": ("P4",),
    "escalate_internally": ("P4",), "correct_update": ("P4",), "claim_recovery": ("C4",),
    "record_residual_risks": ("G3", "G4"), "add_hardening_task": ("G3", "G4"), "set_watch": ("G4",),
    "publish_decision_note": ("B5a",), "commit_checkpoint": ("B5b",), "request_closure": ("G4",),
    "publish_closure_package": ("G5",), "write_leadership_note": ("G5",),
}  # fmt: skip
"""Criteria and caps of the default playbook that read a command; whose they are says whose seat a form counts for."""

ONLY_WITH = {
    "accept_role": "offered", "accept_hand_off": "handoffs", "acknowledge_task": "tasks", "report_task": "tasks",
    "answer_asker": "asks", "challenge_claim": "claims", "share_cue": "own_cues", "abort_action": "running",
    "correct_update": "updates",
}  # fmt: skip
"""Forms that are shown only while there is something to pick."""


def offered(b: Briefing) -> dict[str, tuple[Form, ...]]:
    """Return the groups with the forms this role may use now, empty groups left out."""
    held = b.incident.seats_of(b.role)
    found = {
        name: tuple(form for form in forms if _may(form, held) and _useful(form, b)) for name, forms in GROUPS.items()
    }
    return {name: forms for name, forms in found.items() if forms}


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    book = books.load()
    return {one.id: one.owners for _, one in book.criteria()} | {cap.id: cap.owners for cap in book.caps}


def owners_of(form: Form) -> frozenset[str]:
    """Return the seats for which a form counts; `all` stands for every one."""
    return frozenset(owner for ident in READ_BY.get(form.kind, ()) for owner in _owners()[ident])


def counts_for(form: Form, seats: Iterable[str]) -> bool:
    """Tell whether what a form records counts for somebody with the rights of `seats`, such as a deputy in command."""
    return bool(owners_of(form) & {"all", *seats})


def group_of(kind: str) -> str | None:
    """Return the group a form is in."""
    return next((name for name, forms in GROUPS.items() if any(form.kind == kind for form in forms)), None)


def form_of(kind: str) -> Form | None:
    """Return the form of a command kind."""
    return next((form for forms in GROUPS.values() for form in forms if form.kind == kind), None)


def _may(form: Form, held: tuple[str, ...]) -> bool:
    rights = RIGHTS.get(form.model)
    return rights is None or "executor" in rights or any(one in rights for one in held)


def _useful(form: Form, b: Briefing) -> bool:
    source = ONLY_WITH.get(form.kind)
    if source == "offered":
        return b.role in b.incident.offered.values()
    if source:
        return bool(b.options(source))
    declared = b.incident.declared_at is not None
    if form.kind == "acknowledge_page":
        return any(alert.acknowledged is None for alert in b.incident.alerts.values())
    if form.kind == "declare":
        return not declared
    if form.kind == "change_severity":
        return declared
    if form.kind == "lift_freeze":
        return bool(b.incident.frozen)
    if form.kind == "release_role":
        return b.role in b.incident.holders.values()
    if form.kind == "sign_off":
        return any(set(b.incident.seats_of(b.role)) & set(line.sign_offs) for line in b.catalogue.lines)
    return True

"""The closure gate: what must be on the record before an incident may be closed, in the playbook's words.

It reads the record only, never the truth: that the evidence is fresh and green is a fact of the record; whether the
world agrees is scored, and is what a false all-clear means. Asking it what is missing costs nothing (`missing`).
"""

from __future__ import annotations

from typing import NamedTuple

from simulator import events as e
from simulator.changes import last_change
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER, MOST_DECIDED, Ref

WATCH_HOURS = 24
"""Hours for which somebody has to watch what would make them roll back."""
OUTSIDE = ("public", "internal", "restricted")
"""Audiences of which one at least has to know where things stand."""


class Condition(NamedTuple):
    """What has to be on the record before an incident may be closed."""

    words: str
    """Which it is, and what to do."""
    met: bool
    by: str
    """Kind of the act that sees to it."""


def missing_for_closure(
    s: History, scenario: Scenario, confidence: str, evidence: tuple[str, ...], now: int
) -> tuple[Condition, ...]:
    """Return each condition that is not met; empty when the gate opens."""
    rerun, compared = verified(s, scenario)
    checks = (
        Condition("severity recorded: declare the incident", s.declared_at is not None, "declare"),
        Condition("ownership recorded: have a commander accept", bool(s.holder(COMMANDER)), "assign_role"),
        Condition("ownership recorded: have a deputy accept, in another seat than the commander's",
                  s.paired, "assign_role"),
        Condition("mitigation path justified: record a checkpoint decision for what you executed",
                  _justified(s, scenario), "record_decision"),
        Condition("verified with fresh evidence: rerun the failing path green, after the last change",
                  rerun, "run_query"),
        Condition("verified with fresh evidence: compare green with a window before the fault, after the last change",
                  compared, "record_verification"),
        Condition(f"rollback trigger and owner: set the watch for at least {WATCH_HOURS} h", _watched(s), "set_watch"),
        Condition("residual risks explicit: record what is still open ('none' is no risk)",
                  _explicit(s, scenario), "record_residual_risks"),
        Condition("hardening backlog: at least one item with owner and due date",
                  bool(s.hardening), "add_hardening_task"),
        Condition("communications complete: no promised update is overdue", not s.overdue(now), "update_stakeholders"),
        Condition("communications complete: an update since the last change says where things stand",
                  _told(s, scenario), "update_stakeholders"),
        Condition("closure package: publish it before you close", s.package is not None, "publish_closure_package"),
        Condition("confidence: L3, or L2 with linked evidence",
                  confidence == "L3" or (confidence == "L2" and bool(evidence)), "request_closure"),
    )  # fmt: skip
    return tuple(one for one in checks if not one.met)


def _mitigated(s: History, scenario: Scenario) -> list[int]:
    done = (run for run in s.runs.values() if run.what == "action" and run.state == "done")
    return [run.finished or 0 for run in done if scenario.find("actions", run.ident).mitigates]


def _justified(s: History, scenario: Scenario) -> bool:
    """Tell whether each kind of mitigation that was carried out stands in a decision, or its order names one.

    A decision that lists nearly everything there is decides nothing.
    """
    decisions = {Ref.to("decision", n): x for n, x in enumerate(s.given("decision"), 1)}
    meant = {ref: getattr(x.body, "actions", ()) for ref, x in decisions.items()}
    meant = {ref: actions for ref, actions in meant.items() if len(actions) <= MOST_DECIDED}
    decided = {action for actions in meant.values() for action in actions}
    runs = [run for run in s.runs.values() if run.what == "action" and run.state == "done"]
    done = [run for run in runs if scenario.find("actions", run.ident).mitigates]
    return bool(done) and all(run.ident in decided or run.decision in meant for run in done)


def verified(s: History, scenario: Scenario) -> tuple[bool, bool]:
    """Tell whether a green rerun, and a green comparison with a window before the fault, came after the last change."""
    if not _mitigated(s, scenario):
        return False, False
    change = last_change(s, scenario)
    last = change.at if change else 0
    rerun = any(
        run.state == "done" and (run.finished or 0) > last and scenario.find("queries", run.ident).verifies
        for run in s.runs.values()
        if run.what == "query" and scenario.find("queries", run.ident)
    )
    measured = [(x.at, x.body) for x in s.measured if isinstance(x.body, e.VerificationMeasured)]
    fresh = [body for at, body in measured if at - body.held >= last]
    return rerun, bool(fresh) and _against_before(fresh[-1], scenario)


def _against_before(measured: e.VerificationMeasured, scenario: Scenario) -> bool:
    """Tell whether a measurement is green against a baseline that ends before the fault began."""
    before = measured.baseline_to is None or 60 * measured.baseline_to <= scenario.fault_at
    return measured.green and before


def _watched(s: History) -> bool:
    return s.watch is not None and getattr(s.watch.body, "hours", 0) >= WATCH_HOURS


def _explicit(s: History, scenario: Scenario) -> bool:
    risks = (scenario.find("residual_risks", ident) for ident in s.residual_risks)
    return any(risk is not None and not risk.nothing for risk in risks)


def _told(s: History, scenario: Scenario) -> bool:
    change = last_change(s, scenario)
    last = change.at if change else 0
    return any(s.told.get(audience, -1) >= last for audience in OUTSIDE)

"""The closure gate: what must be on the record before an incident may be closed.

It reads the record only, never the truth: that the evidence is fresh and green is a fact of the record;
whether the world agrees is scored, and is what a false all-clear means.
"""

from __future__ import annotations

from simulator import events as e
from simulator.record.history import History
from simulator.scenario.model import Scenario
from simulator.values import COMMANDER


def missing_for_closure(s: History, scenario: Scenario, confidence: str, now: int) -> tuple[str, ...]:
    """Return each condition that is not met, in words that say what to do; empty when the gate opens."""
    checks = (
        ("severity recorded: declare the incident", s.declared_at is not None),
        ("ownership recorded: have a commander accept", bool(s.holder(COMMANDER))),
        ("ownership recorded: have a deputy accept, in another seat than the commander's", s.paired),
        ("mitigation path justified: record a checkpoint decision for what you executed", _justified(s, scenario)),
        ("mitigation executed and verified: a green rerun and a green verification after it", verified(s, scenario)),
        ("rollback trigger and owner for the 24 h watch: set the watch", s.watch is not None),
        ("residual risks explicit: record them ('none' is no default)", bool(s.residual_risks)),
        ("hardening backlog: at least one item with owner and due date", bool(s.hardening)),
        ("communications timeline complete: a stakeholder update, none overdue", _communicated(s, now)),
        ("confidence above L1: an incident is never closed at L1", confidence != "L1"),
    )
    return tuple(words for words, met in checks if not met)


def _mitigations(s: History, scenario: Scenario) -> list[int]:
    done = (run for run in s.runs.values() if run.what == "action" and run.state == "done")
    return [run.finished or 0 for run in done if scenario.find("actions", run.ident).mitigates]


def _justified(s: History, scenario: Scenario) -> bool:
    finished = _mitigations(s, scenario)
    return bool(finished) and any(decision.at <= max(finished) for decision in s.given("decision"))


def verified(s: History, scenario: Scenario) -> bool:
    """Tell whether a green rerun and a green verification came after the last mitigation was carried out."""
    finished = _mitigations(s, scenario)
    if not finished:
        return False
    last = max(finished)
    rerun = any(
        run.state == "done" and (run.finished or 0) > last and scenario.find("queries", run.ident).verifies
        for run in s.runs.values()
        if run.what == "query" and scenario.find("queries", run.ident)
    )
    measured = [x.body for x in s.measured if x.at > last and isinstance(x.body, e.VerificationMeasured)]
    return rerun and bool(measured) and measured[-1].green


def _communicated(s: History, now: int) -> bool:
    told = not s.told.keys().isdisjoint(("public", "internal", "restricted"))
    return told and (s.next_update_due is None or now <= s.next_update_due)

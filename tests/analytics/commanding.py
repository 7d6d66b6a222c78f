"""Tiny drills for the command playbook, and how what its predicates find in them is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from analytics.criteria import CRITERIA
from analytics.playbook import Criterion, load
from analytics.record import DrillRecord
from analytics.scorecard import Finding
from analytics.view import RecordView
from simulator import acts
from simulator.scenario.model import Scenario
from tests.analytics import builders as b

FIVE = ["users", "tenants", "fault_domain", "dependency", "recent_change"]
STAGES = {
    "facts": {"what": "fact", "cites": ["query"]},
    "decisions": {"what": "decision", "cites": ["decision"]},
    "handing over": {"what": "responsibility", "cites": ["handoff"]},
}
SEVEN = ["state", "hypothesis", "impact", "in_flight", "decision_point", "cadence", "next_point"]


@cache
def scenario() -> Scenario:
    """Return the fixture with lines to bound its scope by, one dimension of which has nothing to know."""
    metrics = [
        {"id": one, "title": one, "source": one, "felt": one == "web_ratio", "segment": segment}
        for one, segment in (("ratio", None), ("web_ratio", "web"), ("mobile_ratio", "mobile"), ("cpu", None))
    ]
    reaches = [
        {"id": "people", "dimension": "users", "title": "People", "shown_by": ["impact"]},
        {"id": "robots", "dimension": "users", "title": "Robots", "true": False},
        {"id": "part", "dimension": "fault_domain", "title": "Part", "shown_by": ["zones"]},
        {"id": "other", "dimension": "fault_domain", "title": "Other", "true": False},
        {"id": "one_customer", "dimension": "tenants", "title": "One", "true": False},
        {"id": "path", "dimension": "dependency", "title": "Path", "shown_by": ["impact"]},
        {"id": "release", "dimension": "recent_change", "title": "Release", "shown_by": ["git_log"]},
    ]
    return b.scenario(reaches=reaches, metrics=metrics)


@cache
def protected() -> Scenario:
    """Return the fixture as a protected matter: the leaders and triage know, counsel has to be asked."""
    known = b.SCENARIO
    overlay = known.overlay.model_dump(by_alias=True, exclude_defaults=True)
    counsel = {"cap": "C3", "after": ["impact"], "within": "30m", "paged": ["mobile"], "title": "asked"}
    circle = {"need_to_know": ["commander", "deputy", "triage"], "deadlines": [counsel]}
    return b.scenario(channels=["incident", "inner"], restricted=["inner"], room="inner", overlay=overlay | circle)


def found(kind: str, record: DrillRecord, **given: Any) -> Finding:
    """Return what one predicate finds, for ten points until minute 10 and none from 20 on."""
    data = {"id": kind, "kind": kind, "title": kind, "points": 10, "owners": ["all"], "source": "s", "with": given}
    timed = {} if given.pop("untimed", False) else {"t1": 10, "t2": 20}
    one = Criterion.model_validate(data | timed)
    finding = CRITERIA[kind](RecordView(record, load("command")), one)
    assert finding.why
    assert not finding.points or finding.evidence
    return finding


def scope(clock: str, *reaches: str, unknown: tuple[str, ...] = (), **more: Any) -> b.Lines:
    data = {"reaches": reaches, "unknown": unknown, "evidence": ("query:impact",)} | more
    return b.say(clock, "triage", acts.StateScope.model_validate(data))


def line(clock: str, what: str, *evidence: str, text: str = "") -> b.Lines:
    data = {"what": what, "evidence": evidence, "text": text}
    return b.say(clock, "deputy", acts.NoteTimeline.model_validate(data))


def lane(clock: str, name: str, owner: str) -> b.Lines:
    data = {"lane": name, "owner": owner, "next_owner": "deputy"}
    return b.say(clock, "commander", acts.AssignLane.model_validate(data))


@dataclass(frozen=True)
class Case:
    """Lines of a drill, and what a predicate finds in them."""

    lines: Callable[[], b.Lines]
    status: str
    points: float
    says: str = ""


def check(kind: str, case: Case, scene: Scenario | None = None, **given: Any) -> None:
    finding = found(kind, b.drill(case.lines(), of=scene or scenario()), **given)
    assert (finding.status, finding.points) == (case.status, pytest.approx(case.points, abs=0.05)), finding.why
    assert case.says in finding.why

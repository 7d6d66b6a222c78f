"""What people call tools, whatever these are called: the words of playbooks, closure gates and hints.

They follow from what a query or action is there for, so that no author has to write them and every scenario has them.
A variant's are those of the scenario it is laid over: there, what is there for what depends on the truth.
"""

from __future__ import annotations

from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action, Query
from simulator.values import Ref

RERUN = ("rerun the failing path", "fresh evidence", "probe", "smoke test", "synthetic check", "end to end")
"""A query that shows whether the failing path works again."""
PRECHECK = ("precheck", "dry run", "safety check", "what would it do")
"""A query that shows what an action would do."""
READINESS = ("rollback readiness", "rollback safety check", "fall-back", "way back")
BASELINE = ("baseline", "failing command", "symptom", "blast radius")
HEALTH = ("health check",)
BOUNDARY = ("boundary", "from where to where")
CAPTURE = ("capture evidence", "preserve evidence", "snapshot")
REPORTER = ("answer the reporter",)
WRITE_FREEZE = ("write freeze", "pause", "stop the writing")
RUNGS = {
    "flag": ("flag", "feature flag", "toggle", "switch", "configuration"),
    "hotfix": ("hotfix", "patch", "fix forward"),
    "rollback": ("rollback", "roll back", "revert", "undo", "previous release", "known-good revision"),
    "containment": ("containment", "contain", "isolate", "stop the bleeding"),
    "capacity": ("capacity", "scale"),
    "repair": ("repair", "clean up"),
}
RESTORE = ("restore", "restore state")


def words_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return what people call each query and action, by `query:ID` and `action:ID`."""
    found = {Ref.to("query", one.id): of_query(one, scenario) for one in scenario.queries}
    found |= {Ref.to("action", one.id): of_action(one, scenario) for one in scenario.actions}
    return {ref: scenario.words.get(ref, words) for ref, words in found.items()}


def of_query(query: Query, scenario: Scenario) -> tuple[str, ...]:
    """Return what people call a query."""
    o = scenario.overlay
    served = tuple(need.title.lower() for need in scenario.evidence_minimum if need.id in query.serves)
    kinds = tuple(kind.replace("_", " ") for kind, queries in o.evidence_queries.items() if query.id in queries)
    return (
        *(RERUN if query.verifies else ()), *(PRECHECK if query.precheck_of else ()),
        *(READINESS if query.id in o.readiness_queries else ()),
        *(BASELINE if query.id in o.baseline_queries else ()), *(HEALTH if query.id in o.health_queries else ()),
        *(BOUNDARY if query.id in o.boundary_queries else ()), *served, *kinds,
    )  # fmt: skip


def of_action(action: Action, scenario: Scenario) -> tuple[str, ...]:
    """Return what people call an action."""
    o = scenario.overlay
    return (
        *RUNGS[action.rung], *(RESTORE if action.strategy == "restore" else ()),
        *(WRITE_FREEZE if action.id in o.write_freeze else ()), *(CAPTURE if action.id == o.capture_action else ()),
        *(REPORTER if action.id == o.reporter_action else ()),
    )  # fmt: skip

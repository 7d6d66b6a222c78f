"""What repairs of books add to the criteria: posture, signatures, evidence before a repair, conditional caps."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.record import DrillRecord
from simulator import acts
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    declare,
    drill,
    event,
    hand_off,
    judge,
    limit_of,
    packet,
    query,
    say,
    truth,
)


def _more(spec: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, dict[str, Any]] = {
        "web_flag": {},
        "revoke": {"sign_offs": ["triage", "commander"]},
        "publish": {"instead_of": "revoke", "cap": "C2", "starts_with": [{"knob": "k", "value": 1}]},
        "rewrite": {"cap_when": {"fallback": "blocked"}},
    }
    return spec | changes.get(spec["id"], {})


def _billing() -> Scenario:
    """Return the fixture as a scenario of books: writing can be stopped, a repair wants two signatures."""
    data = SCENARIO.model_dump(by_alias=True)
    data["actions"] = [_more(one) for one in data["actions"]]
    data["evidence_minimum"] = [{"id": "safety", "title": "boundary", "supports": "repair"}]
    data["overlay"] |= {
        "dependency": "billing", "write_freeze": ["web_flag"], "boundary_queries": ["compat"],
        "dual_sign_off": ["triage", "commander"], "owner_chain": [],
    }  # fmt: skip
    return Scenario.model_validate(data)


BILLING = _billing()
DECLARED = [*query("03:00", "impact"), *declare(evidence=["query:impact"])]
CLASSIFIED = say("05:00", "commander", acts.ClassifyDependency(dependency="billing"))
STOPPED, BOUND, REPAIR = act("06:00", "web_flag"), query("08:00", "compat"), act("12:00", "revoke")


def signed(clock: str, role: str, seat: str = "", action: str = "revoke") -> Lines:
    return event(clock, e.SignedOff(action=action, role=role, seat=seat or role))


def books(*lines: Lines, **more: Any) -> DrillRecord:
    return drill(*lines, of=BILLING, **more)


BOTH = [*signed("11:00", "triage"), *signed("11:00", "commander")]
CASES: list[tuple[str, str, DrillRecord, float]] = [
    ("L1", "stopped, bounded, then repaired", books(DECLARED, CLASSIFIED, STOPPED, BOUND, REPAIR), 5.0),
    ("L1", "stopped and bounded, nothing to repair", books(DECLARED, CLASSIFIED, STOPPED, BOUND), 5.0),
    ("L1", "no boundary before the repair", books(
        DECLARED, CLASSIFIED, STOPPED, REPAIR, query("14:00", "compat")), 4.8),
    ("L1", "repaired while it is written", books(
        DECLARED, CLASSIFIED, BOUND, REPAIR, act("14:00", "web_flag")), 4.8),
    ("G2", "signed by both", books(BOTH, REPAIR), 3.0),
    ("G2", "signed by one", books(signed("11:00", "triage"), REPAIR), 1.5),
    ("G2", "one seat for two roles", books(
        signed("11:00", "triage"), signed("11:00", "commander", "triage"), REPAIR), 1.5),
    ("G2", "a signature serves one run", books(BOTH, REPAIR, act("20:00", "revoke", ref="action:revoke#2")), 1.5),
    ("G2", "the emergency switch", books(act("12:00", "publish")), 0.0),
    ("G2", "signed, and a complete handoff", books(
        BOTH, REPAIR, query("20:00", "zones"), packet("27:00"), hand_off("28:00")), 3.0),
    ("P3", "boundary before the repair", books(BOUND, REPAIR), 1.0),
    ("P3", "boundary after it", books(REPAIR, query("14:00", "compat")), 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "what", "record", "points"), CASES, ids=[f"{i} {w}" for i, w, _, _ in CASES])
def test_points(ident: str, what: str, record: DrillRecord, points: float) -> None:
    finding = judge(ident, record)
    assert finding.points == pytest.approx(points), finding.why


def test_a_cap_may_hold_for_some_states_of_the_world_only() -> None:
    assert limit_of("C7", books(act("12:00", "rewrite"))) == 50
    assert limit_of("C7", books(act("12:00", "rewrite"), world=truth(fallback="ready"))) is None


def test_what_acts_while_it_runs_counts_although_it_was_stopped() -> None:
    stopped = act("12:00", "publish", ends="aborted", abort="30:00")
    assert limit_of("C2", books(stopped)) == 50
    assert limit_of("C2", books(act("12:00", "publish", ends="aborted", abort="15:00"))) == 65
    assert limit_of("C3", drill(stopped)) is None

"""What judges say they read, against what moves them: every field that counts is worth something in a played drill."""

from __future__ import annotations

from itertools import product

import pytest

from analytics.criteria import (
    CAPS,
    CRITERIA,
    PATTERNS,
    antipatterns,
    blueprint,
    caps,
    comms,
    gates,
    ladders,
    outcome,
    protocols,
)
from analytics.criteria.judging import found_in
from simulator.acts import ACTS
from tests.analytics.nonsense import BESIDES, MOST, all_otherwise, moved_by, moves
from tests.each import each

JUDGES = {**CRITERIA, **CAPS, **PATTERNS}
DRILLS = list(product(BESIDES, ("by_the_book", "busy")))
DEFAULT = found_in(blueprint, comms, gates, ladders, outcome, protocols, caps, antipatterns)
"""What the default playbook is made of, with which these drills were played."""
MARKED = sorted({read for judge in DEFAULT.values() for read in judge.reads})


READ = sorted({read for judge in JUDGES.values() for read in judge.reads})
FIELDS = {f"{kind}.{field}" for kind, act in ACTS.items() for field in act.model_fields.keys() - {"kind", "amends"}}


@each(JUDGES)
def test_a_judge_reads_fields_that_exist(ident: str) -> None:
    assert {*JUDGES[ident].reads} <= FIELDS


@pytest.mark.slow
@pytest.mark.parametrize("drill", DRILLS)
def test_what_no_judge_reads_moves_none(drill: tuple[str, str]) -> None:
    unread = {tuple(one.split(".")) for one in FIELDS - {*READ}}
    for bodies in all_otherwise(drill, unread):
        assert moved_by(drill, bodies) == set()


SELDOM = {
    "abort_action.action", "accept_hand_off.handoff", "accept_role.role", "assign_role.role", "assign_role.to",
    "assign_task.action", "assign_task.lane", "assign_task.query", "assign_task.to", "change_severity.severity",
    "change_strategy.evidence", "hand_off.to", "hand_off.what", "lift_freeze.scope", "page_team.role",
    "pin_metric.metric", "record_decision.execution_owner", "record_readiness.evidence",
    "record_verification.baseline_from", "record_verification.hold_minutes", "record_verification.metrics",
    "report_task.task", "request_closure.confidence", "run_query.executor", "run_query.query", "sign_off.action",
    "take_action.executor", "update_executives.unknowns",
}  # fmt: skip
"""Fields that one value in each drill does not show to count: all values are searched for them by `make soak`."""


@pytest.mark.slow
@pytest.mark.parametrize("read", READ)
def test_a_field_moves_judges_that_read_it_and_no_other(read: str) -> None:
    kind, _, field = read.partition(".")
    act = ACTS[kind]
    # Each drill has another one of the values: all in every drill found no more.
    moved = {drill: moves(drill, act, field, [place % MOST]) for place, drill in enumerate(DRILLS)}
    for drill, found in moved.items():
        assert {ident for ident in found if read not in JUDGES[ident].reads} == set(), drill
    assert any(moved.values()) or read not in MARKED or read in SELDOM


@pytest.mark.long
@pytest.mark.parametrize("read", sorted(SELDOM))
def test_a_field_that_seldom_moves_a_judge_moves_one(read: str) -> None:
    kind, _, field = read.partition(".")
    act = ACTS[kind]
    assert read in MARKED
    assert any(moves(drill, act, field, range(MOST)) for drill in DRILLS) or any(
        moves(drill, act, field, range(5), replay=True) for drill in DRILLS
    )

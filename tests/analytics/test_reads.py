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

JUDGES = {**CRITERIA, **CAPS, **PATTERNS}
DRILLS = list(product(BESIDES, ("by_the_book", "busy")))
DEFAULT = found_in(blueprint, comms, gates, ladders, outcome, protocols, caps, antipatterns)
"""What the default playbook is made of, with which these drills were played."""
MARKED = sorted({read for judge in DEFAULT.values() for read in judge.reads})


READ = sorted({read for judge in JUDGES.values() for read in judge.reads})
FIELDS = {f"{kind}.{field}" for kind, act in ACTS.items() for field in act.model_fields.keys() - {"kind", "amends"}}


@pytest.mark.parametrize("ident", JUDGES)
def test_a_judge_reads_fields_that_exist(ident: str) -> None:
    assert {*JUDGES[ident].reads} <= FIELDS


@pytest.mark.slow
@pytest.mark.parametrize("drill", DRILLS)
def test_what_no_judge_reads_moves_none(drill: tuple[str, str]) -> None:
    unread = {tuple(one.split(".")) for one in FIELDS - {*READ}}
    for bodies in all_otherwise(drill, unread):
        assert moved_by(drill, bodies) == set()


@pytest.mark.slow
@pytest.mark.parametrize("read", READ)
def test_a_field_moves_judges_that_read_it_and_no_other(read: str) -> None:
    kind, _, field = read.partition(".")
    act = ACTS[kind]
    # Each drill has another one of the values: all in every drill found no more.
    moved = {drill: moves(drill, act, field, [place % MOST]) for place, drill in enumerate(DRILLS)}
    for drill, found in moved.items():
        assert {ident for ident in found if read not in JUDGES[ident].reads} == set(), drill
    if read in MARKED:
        assert (
            any(moved.values())
            or any(moves(drill, act, field, range(MOST)) for drill in DRILLS)
            or any(moves(drill, act, field, range(5), replay=True) for drill in DRILLS)
        )

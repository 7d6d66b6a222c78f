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
from tests.analytics.nonsense import BESIDES, moves

JUDGES = {**CRITERIA, **CAPS, **PATTERNS}
DRILLS = list(product(BESIDES, ("by_the_book", "busy")))
DEFAULT = found_in(blueprint, comms, gates, ladders, outcome, protocols, caps, antipatterns)
"""What the default playbook is made of, with which these drills were played."""
MARKED = sorted({read for judge in DEFAULT.values() for read in judge.reads})


@pytest.mark.parametrize("ident", JUDGES)
def test_a_judge_reads_fields_that_exist(ident: str) -> None:
    for read in JUDGES[ident].reads:
        kind, _, field = read.partition(".")
        assert field in ACTS[kind].model_fields, read


@pytest.mark.slow
@pytest.mark.parametrize("kind", ACTS)
def test_what_moves_a_judge_is_among_what_it_reads(kind: str) -> None:
    act = ACTS[kind]
    for field in act.model_fields.keys() - {"kind"}:
        for drill in DRILLS:
            moved = moves(drill, act, field)
            assert {ident for ident in moved if f"{kind}.{field}" not in JUDGES[ident].reads} == set(), (field, drill)


@pytest.mark.slow
@pytest.mark.parametrize("read", MARKED)
def test_a_field_that_is_marked_as_counting_counts(read: str) -> None:
    kind, _, field = read.partition(".")
    act = ACTS[kind]
    in_the_record = any(moves(drill, act, field) for drill in DRILLS)
    assert in_the_record or any(moves(drill, act, field, replay=True, most=5) for drill in DRILLS)

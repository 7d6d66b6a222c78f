"""What the score must hold up to on any seed, on one of three truths; `make validity` takes every truth and many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.scorecard import CapHit, Scorecard
from tests import played
from tests.validity import sweep

pytestmark = pytest.mark.slow

SEED = 1
"""Whom the tests of every scenario and variant play too: a drill is played once."""
TRUTHS = [("auth_token", "amber"), ("permission_leak", "siskin")]
"""Some of those that `make validity` tries on many seeds."""


@pytest.mark.parametrize(("name", "variant"), TRUTHS)
def test_delay_and_missing_records_cost_what_they_should_on_a_seed(name: str, variant: str) -> None:
    found = sweep.swept(name, variant, SEED)
    assert found.broken == ()
    assert {"by_the_book", "no records", "later 5", "later 10", "later 15", "later 20"} <= found.totals.keys()


AS_IT_SHOULD = {
    "by_the_book": 95, "slow": 50, "hero": 84, "silent": 42, "talker": 19, "null": 0, "impatient": 22,
    "wrong_cause": 8, "gamer": 16,
}  # fmt: skip


def cards(**totals: int) -> dict[str, Scorecard]:
    """Return cards that are as they should be, but for these totals."""
    one = played.card("auth_token", "base", "by_the_book", SEED)
    return {name: replace(one, total=total) for name, total in (AS_IT_SHOULD | totals).items()}


def test_responders_in_their_order_are_in_order() -> None:
    assert list(sweep.out_of_order(cards())) == []


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ({"by_the_book": 89}, ["by_the_book 89 is below 90"]),
        ({"slow": 96}, ["by_the_book 95 is not above slow 96"]),
        ({"slow": 20}, ["slow 20 is not above impatient 22"]),
        ({"hero": 22}, ["hero 22 is not above impatient 22"]),
        ({"gamer": 50}, ["slow 50 is not above gamer 50"]),
        ({"hero": 85}, ["hero 85 is above 84"]),
        ({"silent": 34}, ["silent 34 is below 35"]),
        ({"silent": 61}, ["silent 61 is above 60"]),
        ({"talker": 46}, ["talker 46 is above 45"]),
        ({"wrong_cause": 46}, ["wrong_cause 46 is above 45"]),
        ({"null": 6}, ["null 6 is above 5"]),
        ({"gamer": None}, ["gamer has no total"]),
    ],
)
def test_what_is_out_of_order_is_told(totals: dict[str, Any], expected: list[str]) -> None:
    assert list(sweep.out_of_order(cards(**totals))) == expected


def test_nobody_is_above_a_cap_and_the_book_has_none() -> None:
    capped = cards()
    cap = CapHit("C1", "No command", 20, "", (1,), "")
    for name in ("by_the_book", "impatient"):
        capped[name] = replace(capped[name], caps=(cap,))
    assert list(sweep.out_of_order(capped)) == [
        "by_the_book is limited by C1",
        "by_the_book 95 is above its cap of 20",
        "impatient 22 is above its cap of 20",
    ]


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ({"later 5": 86, "later 10": 81, "later 15": 69, "later 20": 69, "no records": 80}, []),
        ({"later 5": 87}, ["later 5 87 is above 86"]),
        ({"later 10": 82}, ["later 10 82 is above 81"]),
        ({"later 20": 70}, ["later 20 70 is above 69"]),
        ({"no records": 81}, ["no records 81 is above 80"]),
    ],
)
def test_what_is_paid_alike_is_told(totals: dict[str, int], expected: list[str]) -> None:
    assert list(sweep.paid_alike({"by_the_book": 90, **totals})) == expected


def test_a_long_run_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[tuple[str, str, int]] = []

    def judge(jobs: Sequence[sweep.Job]) -> Iterator[sweep.Swept]:
        for name, variant, seed in jobs:
            judged.append((name, variant, seed))
            totals = {"by_the_book": 90 + seed}
            yield sweep.Swept(name, variant, seed, totals, ("C1 70",), ("wrong",) * (seed == 2))

    monkeypatch.setattr(sweep, "truths", lambda: TRUTHS)
    kept = tmp_path / "kept.jsonl"
    next(iter(sweep.sweep(1, judge, kept)))
    assert len(list(sweep.sweep(1, judge, kept))) == len(TRUTHS)
    both = list(sweep.sweep(2, judge, kept))
    assert judged == [(*truth, seed) for seed in (1, 2) for truth in TRUTHS]
    assert list(sweep.sweep(2, judge, kept)) == both
    assert list(sweep.table(both))[:4] == [
        "auth_token amber, 2 seeds", "  by_the_book   91 (91–92)",
        "  by_the_book is lowest on seed 1; limits: C1 70", "  BROKEN on seed 2: wrong",
    ]  # fmt: skip

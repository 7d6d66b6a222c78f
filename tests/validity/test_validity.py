"""The score against judges who had seen none: how near each judged trace comes, in what order, and how far at most."""

from __future__ import annotations

import pytest

from tests.validity import judged
from tests.validity.__main__ import lines

pytestmark = pytest.mark.slow

FARTHEST = 20
"""Points that no trace may be away from what was expected."""
NAMES = sorted(path.stem for path in (judged.HERE / "traces").glob("*.jsonl"))


def test_every_trace_has_an_expectation() -> None:
    assert sorted(judged.expectations()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_comes_as_near_as_it_should(name: str) -> None:
    assert judged.as_expected(name), "\n".join(lines(name))


def test_no_trace_is_far_off() -> None:
    both = judged.with_totals()
    assert {name: pair for name, pair in both.items() if abs(pair[0] - pair[1]) > FARTHEST} == {}


def test_traces_come_in_the_order_in_which_they_were_judged() -> None:
    both = judged.with_totals()
    assert judged.rank_correlation(both) >= 0.95, both
    assert judged.mean_difference(both) <= 7, both


@pytest.mark.parametrize(("better", "worse"), judged.ORDERS)
def test_the_better_play_is_worth_more(better: str, worse: str) -> None:
    assert not judged.inverted(better, worse)


@pytest.mark.parametrize(
    ("pairs", "correlation"),
    [
        ([(10, 1), (20, 2), (30, 3)], 1.0),
        ([(10, 3), (20, 2), (30, 1)], -1.0),
        ([(10, 1), (20, 3), (30, 2)], 0.5),
        ([(10, 1), (20, 1), (30, 2)], 0.75**0.5),
    ],
)
def test_ranks_are_correlated_as_spearman_did(pairs: list[tuple[int, int]], correlation: float) -> None:
    assert judged.rank_correlation({str(n): pair for n, pair in enumerate(pairs)}) == pytest.approx(correlation)

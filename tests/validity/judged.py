"""Traces with the total that an experienced incident commander would give, and what the score gives them.

`expectations.json` holds scenario, variant, seed, the totals of two judges who had seen no score, their mean
(`expected`), how near is near enough (`within`), the parts, and why; `traces/` the commands, as somebody gave them.
`or_no_total`: too little of the playbook was that person's to do, so findings without a total are as right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analytics import playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator import orders
from simulator.play import play_orders

HERE = Path(__file__).parent
TRACES = HERE / "traces"


def expectations() -> Mapping[str, Mapping[str, Any]]:
    """Return trace -> what is expected of it."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((HERE / "expectations.json").read_text(encoding="utf-8"))
    return found


@cache
def record(name: str) -> DrillRecord:
    """Return the drill that a trace makes, with its reference runs."""
    wanted = expectations()[name]
    loaded = load(wanted["scenario"], wanted["variant"])
    file = TRACES / f"{name}.jsonl"
    engine = play_orders(loaded, list(orders.read(file.read_text(encoding="utf-8"), file.name)), wanted["seed"])
    return add_references(loaded, engine.journal, playbook.load(), seeds=0)


@cache
def card(name: str, book: str = "recovery") -> Scorecard:
    """Return a trace's scorecard."""
    return score(record(name), playbook.load(book))


ORDERS = (
    ("A-expert-lean", "A-bureaucrat"), ("A-expert-lean", "A-hack-minimal"), ("A-solo-comms-good", "A-hack-comms-three"),
    ("A-birch-calm", "A-birch-base-script"),
)  # fmt: skip
"""The better play and the worse one of which a score once said the opposite."""


def as_expected(name: str) -> bool:
    """Tell whether a trace's total is as near as it has to be, or there is none where there need not be one."""
    wanted, total = expectations()[name], card(name).total
    if total is None:
        return bool(wanted.get("or_no_total"))
    return bool(abs(total - wanted["expected"]) <= wanted["within"])


def with_totals() -> Mapping[str, tuple[int, int]]:
    """Return trace -> (expected, total) of those that have a total."""
    found = {name: (wanted["expected"], card(name).total) for name, wanted in expectations().items()}
    return {name: (expected, total) for name, (expected, total) in found.items() if total is not None}


def mean_difference(both: Mapping[str, tuple[int, int]]) -> float:
    """Return the mean absolute difference between what was expected and the total."""
    return sum(abs(total - expected) for expected, total in both.values()) / len(both)


def rank_correlation(both: Mapping[str, tuple[int, int]]) -> float:
    """Return Spearman's rank correlation between what was expected and the total; equal values share their ranks."""
    expected, total = (_ranks([pair[at] for pair in both.values()]) for at in (0, 1))
    middle = (len(both) + 1) / 2
    ups, downs = [one - middle for one in expected], [one - middle for one in total]
    spread = (sum(one * one for one in ups) * sum(one * one for one in downs)) ** 0.5
    return sum(a * b for a, b in zip(ups, downs, strict=True)) / spread


def _ranks(values: list[int]) -> list[float]:
    first = sorted(values)
    return [first.index(value) + (first.count(value) + 1) / 2 for value in values]


def inverted(better: str, worse: str) -> bool:
    """Tell whether the better play of two came out below the worse one; without a total it did not."""
    first, second = card(better).total, card(worse).total
    return first is not None and second is not None and first <= second

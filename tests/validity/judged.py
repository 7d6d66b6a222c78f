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


def expectations() -> Mapping[str, Mapping[str, Any]]:
    """Return trace -> what is expected of it."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((HERE / "expectations.json").read_text(encoding="utf-8"))
    return found


@cache
def record(name: str) -> DrillRecord:
    """Return the drill that a trace makes, with its reference runs."""
    wanted = expectations()[name]
    loaded = load(wanted["scenario"], wanted["variant"])
    file = HERE / "traces" / f"{name}.jsonl"
    engine = play_orders(loaded, list(orders.read(file.read_text(encoding="utf-8"), file.name)), wanted["seed"])
    return add_references(loaded, engine.journal, playbook.load(), seeds=0)


@cache
def card(name: str, book: str = "recovery") -> Scorecard:
    """Return a trace's scorecard."""
    return score(record(name), playbook.load(book))

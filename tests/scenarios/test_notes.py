"""Notes of drills in one file say what was measured: for everybody who plays, every variant, and still so."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from scenarios import load
from tests.modules import ROOT
from tests.shipped import IN_ONE_FILE

ROW = re.compile(r"^\| `(\w+)` \|(.+)\|$", re.MULTILINE)
SPREAD = re.compile(r"\d+")
LEAST = 90
"""What the book comes to at least, on every seed that was played."""


@cache
def calibration(name: str) -> tuple[list[str], dict[str, list[list[int]]]]:
    """Return the variants and, by player, median, lowest and highest total in each, as a drill's notes have them."""
    _, _, part = (ROOT / "scenarios" / name / "README.md").read_text(encoding="utf-8").partition("## Calibration")
    head = next(line for line in part.splitlines() if line.startswith("| who "))
    rows = {who: [[int(one) for one in SPREAD.findall(cell)] for cell in cells.split("|")] for who, cells in
            ROW.findall(part)}  # fmt: skip
    return re.findall(r"`(\w+)`", head), rows


@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_a_calibration_is_of_everybody_in_every_variant(name: str) -> None:
    variants, rows = calibration(name)
    loaded = load(name)
    assert variants == list(loaded.variants)
    assert rows.keys() == loaded.responders.keys()
    for column in range(len(variants)):
        best = rows["by_the_book"][column]
        assert min(best) >= LEAST
        assert all(max(cells[column]) < min(best) for who, cells in rows.items() if who != "by_the_book")


@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_a_calibration_holds_the_recorded_drill(name: str) -> None:
    card = json.loads((ROOT / "tests" / "golden" / f"{name}-by_the_book-7" / "score.json").read_text(encoding="utf-8"))
    best = calibration(name)[1]["by_the_book"][0]
    assert min(best) <= card["total"] <= max(best)

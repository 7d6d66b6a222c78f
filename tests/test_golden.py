"""Recorded drills: every build replays and scores them again and must get the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator.play import play
from simulator.record import journal
from simulator.record.journal import Header
from simulator.record.replay import replay

GOLDEN = Path(__file__).parent / "golden"
DRILLS = [
    (scenario, policy, 7)
    for scenario in ("auth_token", "billing_mismatch", "permission_leak")
    for policy in ("by_the_book", "impatient", "null")
]

RAISE = (
    "bytes changed without a new version: raise `version:` in scenarios/{}/scenario.yaml where the scenario changed, "
    "else VERSION in simulator/engine.py; then run `make golden` and review it"
)

pytestmark = pytest.mark.golden


def drill_of(text: str) -> list[str]:
    """Return a journal's lines without the reference runs, which say nothing about what was played."""
    return [line for line in text.splitlines() if not line.startswith('{"references"')]


@pytest.mark.parametrize(("scenario", "policy", "seed"), DRILLS)
def test_equal_versions_give_equal_bytes(scenario: str, policy: str, seed: int) -> None:
    kept = (GOLDEN / f"{scenario}-{policy}-{seed}.jsonl").read_text(encoding="utf-8")
    was, now = Header.read(kept.splitlines()[0]), play(load(scenario), policy, seed).journal
    same = (was.scenario_version, was.engine) == (now.header.scenario_version, now.header.engine)
    if not same and os.environ.get("GOLDEN") == "write":
        return  # they are being recorded now
    assert same, "recorded with other versions; run `make golden` and review it"
    assert drill_of(kept) == list(now.lines()), RAISE.format(scenario)


@pytest.mark.parametrize(("scenario", "policy", "seed"), DRILLS)
def test_a_recorded_drill_is_played_and_scored_as_ever(
    scenario: str, policy: str, seed: int, golden: Callable[[str, str], None]
) -> None:
    loaded, book = load(scenario), playbook.load("recovery")
    record = add_references(loaded, play(loaded, policy, seed).journal, book, seeds=0)
    name = f"{scenario}-{policy}-{seed}"
    golden(f"{name}.jsonl", "\n".join(record.journal.lines()) + "\n")
    golden(f"{name}.score.json", score(record, book).to_json() + "\n")


@pytest.mark.parametrize(("scenario", "policy", "seed"), DRILLS)
def test_a_recorded_file_replays_and_its_score_needs_no_engine(scenario: str, policy: str, seed: int) -> None:
    recorded = journal.load(GOLDEN / f"{scenario}-{policy}-{seed}.jsonl")
    loaded = load(scenario)
    replay(loaded, recorded)
    again = score(DrillRecord.of(recorded, loaded.scenario), playbook.load("recovery")).to_json()
    assert again + "\n" == (GOLDEN / f"{scenario}-{policy}-{seed}.score.json").read_text(encoding="utf-8")

"""Recorded drills: every build replays and scores them again and must get the same bytes."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.score import score
from scenarios import load
from simulator.record import journal
from simulator.record.replay import replay
from tests import played, recorded

DRILLS = [
    (scenario, policy, 7)
    for scenario in ("auth_token", "billing_mismatch", "permission_leak")
    for policy in ("by_the_book", "impatient", "null")
]

pytestmark = [pytest.mark.golden, pytest.mark.slow]


@pytest.mark.parametrize(("scenario", "policy", "seed"), DRILLS)
def test_a_recorded_drill_is_played_and_scored_as_ever(scenario: str, policy: str, seed: int) -> None:
    drill = scenario, "base", policy, seed
    lines = list(played.record(*drill).journal.lines())
    recorded.compare(f"{scenario}-{policy}-{seed}", lines, played.card(*drill).to_json() + "\n")


@pytest.mark.parametrize(("scenario", "policy", "seed"), DRILLS)
def test_a_recorded_file_replays_and_its_score_needs_no_engine(scenario: str, policy: str, seed: int) -> None:
    files = recorded.read(f"{scenario}-{policy}-{seed}")
    filed = journal.parse("\n".join(recorded.journal_lines(files)) + "\n", f"{scenario}-{policy}-{seed}.jsonl")
    loaded = load(scenario)
    replay(loaded, filed)
    again = score(DrillRecord.of(filed, loaded.scenario), playbook.load("recovery")).to_json()
    assert again + "\n" == files["score.json"]

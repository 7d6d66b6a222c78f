"""Recorded drills: every build replays and scores them again and must get the same bytes."""

from __future__ import annotations

import cProfile
import json
import os
from dataclasses import fields, replace

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.report.sample import SHIPPED
from analytics.score import score
from scenarios import load
from simulator.record import journal
from simulator.record.journal import Header, Journal
from simulator.record.replay import replay
from simulator.record.result import PLAIN_PACE, Held, result_of
from tests import played, recorded
from tests.shipped import IN_ONE_FILE, SPELLED_OUT

DRILLS = [
    (scenario, policy, 7)
    for scenario in ("auth_token", "billing_mismatch", "permission_leak")
    for policy in ("by_the_book", "impatient", "null")
] + [(scenario, "by_the_book", 7) for scenario in IN_ONE_FILE]
"""Scenario, policy and seed of each recorded drill of a scenario's base."""
VARIANTS = [("parcel_lag", "heron"), ("parcel_lag", "plover"), ("levels_unseen", "tern"), ("levels_unseen", "avocet")]
"""Variants of drills in one file, each recorded by the book."""
RECORDED = [(one, "base", policy, seed, f"{one}-{policy}-{seed}") for one, policy, seed in DRILLS] + [
    (one, variant, "by_the_book", 7, f"{one}-{variant}-by_the_book-7") for one, variant in VARIANTS
]
RAISE = (
    "bytes changed without a new version: raise `version:` in scenarios/{}/*.yaml where the scenario changed, "
    "else VERSION in simulator/engine.py; then run `make golden` and review it"
)

pytestmark = [pytest.mark.golden, pytest.mark.slow]


def filed(name: str) -> Journal:
    lines = recorded.journal_lines(recorded.read(name))
    return journal.parse("\n".join(lines) + "\n", f"{name}.jsonl")


def versions(header: Header) -> tuple[str | None, str]:
    return header.scenario_version, header.engine


@pytest.mark.parametrize(("scenario", "variant", "policy", "seed", "name"), RECORDED)
def test_a_recorded_drill_is_played_and_scored_as_ever(
    scenario: str, variant: str, policy: str, seed: int, name: str
) -> None:
    drill = scenario, variant, policy, seed
    record = played.record(*drill)
    if os.environ.get("GOLDEN") != "write":
        was = filed(name)
        now = record.journal.header
        assert versions(was.header) == versions(now), "recorded with other versions; run `make golden`"
        lines = list(Journal(now, record.journal.entries).lines())
        was.references = None
        problem = recorded.first_difference(list(was.lines()), lines)
        assert problem is None, f"{name}: {problem}; {RAISE.format(scenario)}"
    recorded.compare(name, list(record.journal.lines()), played.card(*drill).to_json() + "\n")


@pytest.mark.parametrize(("scenario", "variant", "policy", "seed", "name"), RECORDED)
def test_a_recorded_file_replays_and_its_score_needs_no_engine(
    scenario: str, variant: str, policy: str, seed: int, name: str
) -> None:
    loaded = load(scenario, variant)
    replay(loaded, filed(name))
    again = score(DrillRecord.of(filed(name), loaded.scenario), playbook.load("recovery")).to_json()
    assert again + "\n" == recorded.read(name)["score.json"]


SAMPLED = ("auth_token", "billing_mismatch", "permission_leak")
"""Scenarios that samples are drills of."""


def row(name: str) -> str:
    """Return the row of a recorded drill as samples are made from it: three seats were held, by nobody yet."""
    card = json.loads(recorded.read(name)["score.json"])
    held = tuple(Held("", one["role"], one["title"]) for one in card["drill"]["roles"][:3])
    made = result_of(filed(name), card, drill=name, ended=0.0, kind="scripted", pace=PLAIN_PACE)
    body = json.loads(replace(made, held=held).body())
    columns = {one.name: getattr(made, one.name) for one in fields(made) if one.name not in body}
    return json.dumps({**columns, "body": body}, ensure_ascii=False, separators=(",", ":"))


def test_sample_drills_are_made_of_the_recorded_ones() -> None:
    rows = [row(f"{scenario}-{policy}-7") for scenario in SAMPLED for policy in ("by_the_book", "impatient")]
    text = "[\n" + ",\n".join(rows) + "]\n"
    if os.environ.get("GOLDEN") == "write":
        SHIPPED.write_text(text, encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == text, "the recorded drills changed; run `make golden` and review it"


MOST_CALLS = 33_000
"""Calls of functions that scoring a course by the book may take: a tenth more than it takes on average."""


def test_a_score_is_quick() -> None:
    records = [DrillRecord.of(filed(f"{one}-by_the_book-7"), load(one).scenario) for one in SPELLED_OUT]
    book = playbook.load("recovery")
    score(records[0], book)
    counted = cProfile.Profile()
    for record in records:
        counted.runcall(score, record, book)
    assert sum(one.callcount for one in counted.getstats()) / len(records) < MOST_CALLS

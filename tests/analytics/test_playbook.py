"""Playbooks: what ships is sound, and what does not add up is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.criteria import CRITERIA
from analytics.playbook import load, names, parse, read
from analytics.score import check
from simulator.errors import DrillError, ScenarioError, UnknownName

SMALL = """
id: own
title: Own
total: {total}
bands: [{{id: U, title: Unready, at_least: 0}}, {{id: P, title: Good, at_least: 80}}]
severity:
  levels: [{{id: SEV-1, title: Bad, update_minutes: 30}}, {{id: SEV-2, title: Not bad, update_minutes: 60}}]
  rows: [{{level: SEV-1, when: a}}]
  otherwise: SEV-2
parts:
  - id: blueprint
    title: Blueprint
    points: {part}
    criteria:
      - {{id: B1a, kind: severity_confirmed, title: T, points: 2, owners: [commands], source: s{more}}}
      - {{id: {second}, kind: merges_frozen, title: T, points: 1, owners: [commands], source: s}}
"""


def small(total: int = 3, part: int = 3, second: str = "B1b", more: str = "") -> str:
    return SMALL.format(total=total, part=part, second=second, more=more)


def test_the_default_playbook_has_a_hundred_points_and_judges_everything() -> None:
    playbook = load()
    check(playbook)
    assert playbook.total == 100
    assert [part.points for part in playbook.parts] == [25, 20, 15, 17, 23]
    assert {one.kind for name in names() for _, one in load(name).criteria()} == set(CRITERIA)
    assert all(one.source and one.advice for _, one in playbook.criteria())
    assert [playbook.band(total) for total in (85, 84, 70, 69, 50, 49, 0)] == ["P", "S", "S", "M", "M", "U", "U"]
    assert "recovery" in names()


def test_the_matrix_takes_the_worst_that_is_true() -> None:
    matrix = load().severity
    assert matrix.level(frozenset({"auth_at_risk", "regression"})) == "SEV-1"
    assert matrix.level(frozenset({"users_blocked"})) == "SEV-2"
    assert matrix.level(frozenset()) == "SEV-4"
    assert (matrix.cadence("SEV-1"), matrix.cadence("SEV-2"), matrix.cadence(None)) == (30, 60, 120)


def test_a_small_playbook_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(small(), encoding="utf-8")
    assert read(file).id == load(str(file)).id == "own"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (small(part=4, total=4), "part blueprint: its criteria add up to 3, not to its 4"),
        (small(total=5), "the parts add up to 3, not to 5"),
        (small(second="B1a"), "criterion B1a occurs twice"),
        (small(more=", t1: 10"), "give both t1 and t2"),
        (small(more=", t1: 10, t2: 5"), r"t2 \(5\) must come after t1 \(10\)"),
        (small(more=", colour: red"), "parts.criteria.colour|Extra inputs"),
        (small().replace("at_least: 0", "at_least: 1"), "no band begins at 0"),
        ("a: [", "yaml: did not find expected node content"),
        ("x" * 2_000_000, "keep it below 1,000,000"),
    ],
)
def test_what_does_not_add_up_is_refused(text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says) as caught:
        parse(text, "own.yaml")
    assert str(caught.value).startswith("own.yaml:")
    assert "\n" not in str(caught.value)


def test_a_playbook_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'recovery'"):
        load("recovary")
    with pytest.raises(DrillError, match="no such file"):
        load(str(tmp_path / "own.yaml"))

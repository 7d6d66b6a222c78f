"""Severity as a playbook writes it: one level whatever the facts, what cannot be is refused, two scales compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import levels
from analytics.criteria.comms import severity_at
from analytics.facts import severity_truth
from analytics.playbook import Playbook, load, parse
from analytics.severity import Severity
from analytics.view import RecordView
from scenarios.lint.files import check_text
from simulator.errors import ScenarioError
from simulator.levels import Level, PlayedBook, at_rank, moved
from simulator.record.journal import Journal
from tests.analytics.builders import declare, drill

FACTS = ("a", "b", "c", "d")
WORDS = ("all", "any")
Raw = dict[str, Any]

conditions = st.recursive(
    st.sampled_from(FACTS),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(WORDS), st.lists(inner, min_size=1, max_size=3)).map(lambda x: {x[0]: x[1]}),
        inner.map(lambda one: {"not": one}),
    ),
    max_leaves=6,
)


def scale(size: int) -> list[Raw]:
    return [{"id": f"P{at}", "title": f"Level {at}", "update_minutes": 30 * (at + 1)} for at in range(size)]


@st.composite
def matrices(draw: st.DrawFn) -> Raw:
    size = draw(st.integers(1, 6))
    ids = st.integers(0, size - 1).map(lambda at: f"P{at}")
    rows = draw(st.lists(st.fixed_dictionaries({"level": ids, "when": conditions}), max_size=5))
    return {"levels": scale(size), "rows": rows, "otherwise": draw(ids)}


@st.composite
def trees(draw: st.DrawFn) -> Raw:
    """Trees whose answers lead on to later questions, each asked after an earlier one, or to a level."""
    size, asked = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    tree: dict[str, Raw] = {}
    led: set[str] = set()
    for at in range(asked):
        later = [f"q{number}" for number in range(at + 1, asked)]
        ends = st.sampled_from([*later, *(f"P{number}" for number in range(size))])
        yes = f"q{at + 1}" if at + 1 < asked and f"q{at + 1}" not in led else draw(ends)
        no = draw(ends)
        led |= {yes, no}
        tree[f"q{at}"] = {"ask": "?", "when": draw(conditions), "yes": yes, "no": no}
    return {"levels": scale(size), "start": "q0", "tree": tree}


def truths() -> list[frozenset[str]]:
    return [frozenset(some) for size in range(len(FACTS) + 1) for some in combinations(FACTS, size)]


def holds(condition: Any, true: frozenset[str]) -> bool:
    """A second, plainer reading of a condition."""
    if isinstance(condition, str):
        return condition in true
    ((word, inner),) = condition.items()
    if word == "not":
        return not holds(inner, true)
    return (all if word == "all" else any)(holds(one, true) for one in inner)


@given(matrices())
def test_a_matrix_gives_the_first_row_that_holds(raw: Raw) -> None:
    severity = Severity.model_validate(raw)
    assert list(severity.wrong()) == []
    for true in truths():
        rows = [row["level"] for row in raw["rows"] if holds(row["when"], true)]
        assert severity.level(true) == (rows or [raw["otherwise"]])[0]


@given(trees())
def test_a_tree_comes_to_exactly_one_level_whatever_the_facts(raw: Raw) -> None:
    severity = Severity.model_validate(raw)
    assert list(severity.wrong()) == []
    for true in truths():
        at = raw["start"]
        while at in raw["tree"]:
            question = raw["tree"][at]
            at = question["yes" if holds(question["when"], true) else "no"]
        assert severity.level(true) == at in severity.ids


@given(trees(), st.data())
def test_a_tree_with_a_way_back_is_refused(raw: Raw, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(raw["tree"])))
    raw["tree"][name]["no"] = name if data.draw(st.booleans()) else "q0"
    wrong = [what for _, what, _ in Severity.model_validate(raw).wrong()]
    assert any("leads back to" in what for what in wrong)


# --- what is refused ---------------------------------------------------------------------------------------

OWN = """id: own
title: Own
total: 1
bands: [{id: U, title: Unready, at_least: 0}]
severity:
  levels:
    - {id: P1, title: Bad, update_minutes: 30}
    - {id: P2, title: Less bad, response: same day, posture: bounded fix, update_minutes: 60}
  start: production
  tree:
    production: {ask: Is production affected?, when: production_affected, yes: lost, no: P2}
    lost: {ask: Is data lost?, when: {all: [data_at_risk, {not: users_blocked}]}, yes: P1, no: P2}
parts:
  - {id: p, title: P, points: 1, criteria: [{id: x, kind: verified, title: T, points: 1, owners: [all], source: s}]}
"""
HEAD, TAIL = OWN[: OWN.index("  start:")], OWN[OWN.index("parts:") :]
MATRIX = HEAD + "  rows: [{level: P1, when: data_at_risk}]\n  otherwise: P2\n" + TAIL
WRONG = [
    (OWN.replace("{id: P2,", "{id: P1,"), 8, "severity.levels.P1.id: P1 occurs twice; give one of them another id"),
    (OWN.replace("yes: P1", "yes: P3"), 12,
     "severity.tree.lost.yes: there is no question and no level 'P3'; name one; known: P1, P2"),
    (MATRIX.replace("level: P1", "level: P3"), 9,
     "severity.rows.0.level: there is no level 'P3'; use a level; known: P1, P2"),
    (MATRIX.replace("otherwise: P2", "otherwise: P4"), 10, "severity.otherwise: there is no level 'P4'; use a level"),
    (MATRIX.replace("  otherwise: P2\n", ""), 5, "severity: `otherwise` is missing; say which level it is where"),
    (OWN.replace("yes: lost", "yes: P1"), 12,
     "severity.tree.lost: no answer leads to this question; lead one to it, or take it out"),
    (OWN.replace("yes: P1, no: P2}", "yes: P1, no: production}"), 12,
     "severity.tree.lost.no: leads back to 'production'; lead it to a level, or to a question not asked yet"),
    (OWN.replace("start: production", "start: prodution"), 9,
     "severity.start: there is no question 'prodution'; name a question; did you mean 'production'?"),
    (OWN.replace("  start: production\n", ""), 5, "severity: `start` is missing; name the question"),
    (OWN.replace("  start:", "  otherwise: P1\n  start:"), 9, "severity.otherwise: a tree always comes to a level"),
    (OWN.replace("  start:", "  rows: []\n  start:"), 11, "severity.tree: there are rows as well; keep the rows or"),
    (HEAD + TAIL, 5,
     "severity: says nothing of which level it is; give rows (a matrix) or a tree"),
    (OWN.replace("lost:", "P1:").replace("yes: lost", "yes: P1"), 12, "severity.tree.P1: is a level too; give the"),
    (OWN.replace("{all: [data_at_risk, {not: users_blocked}]}", "{any: []}"), 12,
     "severity.tree.lost.when.any: the condition is empty; name the facts it depends on"),
    (OWN.replace("when: production_affected", "when: ''"), 11,
     "severity.tree.production.when: the condition is empty; name the facts it depends on"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "says"), WRONG)
def test_what_gives_no_level_is_refused_alike_by_the_check_and_when_it_is_read(text: str, line: int, says: str) -> None:
    found = [str(one) for one in check_text(text, "own.yaml") if one.level == "error"]
    assert any(one.startswith(f"own.yaml:{line}: {says}") for one in found), found
    with pytest.raises(ScenarioError) as caught:
        parse(text, "own.yaml")
    assert str(caught.value) in found


@pytest.mark.parametrize(
    ("condition", "says"),
    [("{}", "write a fact's name"), ("{most: [data_at_risk]}", "write a fact's name"), ("[data_at_risk]", "write a")],
)
def test_what_is_no_condition_is_refused_with_its_line(condition: str, says: str) -> None:
    text = OWN.replace("when: production_affected", f"when: {condition}")
    assert any(says in str(one) and one.line == 11 for one in check_text(text, "own.yaml"))
    with pytest.raises(ScenarioError, match=r"^own\.yaml:11: .*is no condition"):
        parse(text, "own.yaml")


def test_a_fact_that_no_scenario_states_is_only_warned_of() -> None:
    found = check_text(OWN.replace("production_affected", "production_afected"), "own.yaml")
    told = "severity.tree.production.when: no scenario states 'production_afected'; use what they do; did you mean"
    assert [(one.line, one.level) for one in found if one.what + "; " + one.remedy >= told] == [(11, "warning")]
    assert parse(OWN, "own.yaml").severity.level(frozenset({"production_affected", "data_at_risk"})) == "P1"


# --- two scales --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "to", "places"),
    [
        (4, 4, [0, 1, 2, 3]),
        (3, 4, [0, 1, 3]),  # the middle of three lies between the second and third of four: the graver
        (4, 3, [0, 0, 1, 2]),
        (5, 4, [0, 0, 1, 2, 3]),
        (4, 6, [0, 1, 3, 5]),
        (2, 5, [0, 4]),
        (1, 4, [0]),
        (4, 1, [0, 0, 0, 0]),
    ],
)
def test_a_level_is_as_far_down_another_scale_and_rather_graver(of: int, to: int, places: list[int]) -> None:
    assert [moved(at, of, to) for at in range(of)] == places


@given(st.integers(1, 9), st.integers(1, 9))
def test_worst_stays_worst_mildest_mildest_and_order_order(of: int, to: int) -> None:
    places = [moved(at, of, to) for at in range(of)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == (to - 1 if of > 1 else 0)


def in_words(*names: str) -> Playbook:
    """Return the default playbook with other levels: the same matrix, with as many of its rows as there is room for."""
    data = load().model_dump(by_alias=True, exclude_none=True)
    data["severity"]["levels"] = [{"id": name, "title": name, "update_minutes": 30.0} for name in names]
    rows = data["severity"]["rows"]
    data["severity"]["rows"] = [{**row, "level": names[min(at, len(names) - 1)]} for at, row in enumerate(rows)]
    data["severity"]["otherwise"] = names[-1]
    return Playbook.model_validate(data)


def test_what_was_stated_in_other_words_is_judged_by_its_place() -> None:
    record = drill(declare(severity="SEV-1"))
    for book, level in ((load(), "SEV-1"), (in_words("P1", "P2", "P3"), "P1"), (in_words("SEV-0", "SEV-1"), "SEV-0")):
        view = RecordView(record, book)
        assert levels.stated(view, "SEV-1") == severity_at(view, 300) == severity_truth(view, 300) == level
        assert levels.fits(view, "SEV-1", severity_truth(view, 300))
        assert not levels.fits(view, "SEV-4", severity_truth(view, 300))


def test_a_drill_in_a_companys_words_is_scored_in_the_playbooks() -> None:
    words = tuple(Level(id=name) for name in ("crisis", "major", "minor"))
    record = drill(declare(severity="major"))
    header = record.journal.header.model_copy(update={"playbook": PlayedBook(id="ours", levels=words)})
    view = RecordView(replace(record, journal=Journal(header, record.journal.entries)), load())
    assert [levels.stated(view, one) for one in ("crisis", "major", "minor")] == ["SEV-1", "SEV-2", "SEV-4"]
    assert severity_at(view, 300) == "SEV-2"
    assert not levels.fits(view, "major", "SEV-1")
    assert levels.rank(view, "SEV-4") == 4


def test_a_rank_beyond_the_scale_is_its_mildest() -> None:
    scale: Mapping[int, str] = {1: "a", 2: "b", 3: "b", 9: "b"}
    assert {rank: at_rank((Level(id="a"), Level(id="b")), rank) for rank in scale} == scale

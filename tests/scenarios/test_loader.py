"""Reading scenarios: models, digest, safety limits and messages with line and remedy."""

from __future__ import annotations

import re

import pytest

from scenarios import load, names
from scenarios.loader import LARGEST, MOST_ALIASES, line_of, parse, read_yaml
from simulator.errors import ScenarioError, UnknownName
from tests.shipped import text


def line(fragment: str, within: str = "") -> int:
    within = within or text()
    return within[: within.index(fragment)].count("\n") + 1


def problem(written: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(written, "mine.yaml")
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_shipped_scenario_loads():
    assert "auth_token" in names()
    loaded = load("auth_token")
    assert loaded.scenario.id == "auth_token"
    assert re.fullmatch(r"[0-9a-f]{64}", loaded.digest)
    assert loaded.make_world() is not loaded.make_world()
    assert loaded.source == "scenarios/auth_token/scenario.yaml"


def test_the_same_files_give_the_same_digest():
    load.cache_clear()
    first = load("auth_token").digest
    load.cache_clear()
    assert load("auth_token").digest == first


def test_unknown_names_offer_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'auth_token'"):
        load("auth_tokens")
    with pytest.raises(UnknownName, match="variant of auth_token 'bass'; did you mean 'base'"):
        load("auth_token", "bass")


def test_a_field_may_be_called_true():
    scenario = parse(text(), "mine.yaml")
    assert [cause.id for cause in scenario.causes if cause.true] == ["zone_key"]
    assert not scenario.find("revisions", "rel-5512").true


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("horizon: 60m", "horizon: later", "horizon: 'later' is not a time; write '45s', '3m', '1m30s' or a number of "
         "seconds; correct the value"),
        ("summary: >-", "sumary: >-", "summary: is missing; add it"),
        ("    takes: 25s\n    evidence: receipt", "    takes: 25s\n    evidense: receipt",
         "evidence: is missing; add it"),
        ("    rung: flag\n    strategy: containment\n    preconditions: [{when: {flag_web_on",
         "    rung: flagg\n    strategy: containment\n    preconditions: [{when: {flag_web_on",
         "actions.flag_web.rung: 'flagg' is not possible; write 'flag', 'hotfix', 'rollback', 'containment', "
         "'capacity' or 'repair'"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_one_line(old, new, expected):
    assert old in text()
    assert problem(text().replace(old, new, 1)).endswith(expected)


def test_a_mistake_names_its_line_and_the_nearest_field():
    unknown = text().replace("    minutes_to_effect: 3.5\n", "    minutes_to_effect: 3.5\n    irreversable: true\n", 1)
    found = line("irreversable", unknown)
    assert problem(unknown) == (
        f"mine.yaml:{found}: actions.pin.irreversable: no such field; remove or rename it; did you mean 'irreversible'?"
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("format: [1", "mine.yaml:1: yaml: "),
        ("- 1\n- 2\n", "mine.yaml:1: file: holds no mapping"),
        ("id: a\nid: b\n", "mine.yaml:2: yaml: found duplicate key \"id\"; keep one of the two"),
        ("x: !!python/object/apply:os.system [ls]\n", "mine.yaml:1: yaml: could not determine a constructor"),
        ("x: " + "a" * LARGEST, "mine.yaml:1: file: 1,000,003 characters; keep it below 1,000,000"),
    ],
)
def test_unsafe_or_broken_yaml_is_refused(written, expected):
    assert problem(written).startswith(expected)


def test_alias_bombs_are_refused():
    written = "a: &a [1]\nb: [" + ", ".join(["*a"] * (MOST_ALIASES + 1)) + "]\n"
    assert f"more than {MOST_ALIASES} aliases" in problem(written)


def test_deep_nesting_is_refused():
    with pytest.raises(ScenarioError, match="nested too deeply"):
        read_yaml("x: " + "[" * 5000 + "]" * 5000, "mine.yaml")


def test_lines_are_found_for_paths():
    nodes = read_yaml(text(), "mine.yaml", lines=True)
    scenario = parse(text(), "mine.yaml")
    index = [query.id for query in scenario.queries].index("token_stats")
    assert line_of(nodes, ("queries", index)) == line("  - id: token_stats")
    assert line_of(nodes, ("queries", index, "takes")) > line("  - id: token_stats")
    assert line_of(nodes, ("causes", 0, "true")) == line("  - {id: zone_key")
    assert line_of(nodes, ("no", "such", "path")) == 1


def test_yaml_words_stay_words():
    assert read_yaml("a: on\nb: no\nc: 2026-03-12.3\n", "mine.yaml") == {"a": "on", "b": "no", "c": "2026-03-12.3"}

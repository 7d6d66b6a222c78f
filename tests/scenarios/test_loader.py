"""Reading scenarios: models, versions, what is offered, and messages with line and remedy."""

from __future__ import annotations

import re

import pytest

from scenarios import load, names
from scenarios.loader import parse
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
    assert loaded.version == "1"
    assert loaded.make_world() is not loaded.make_world()
    assert loaded.source == "scenarios/auth_token/scenario.yaml"


def test_a_variants_own_version_stands_beside_the_scenarios():
    mine = "version: 4\nhint: x\n"
    assert parse(TEXT, "base.yaml").whole_version == "1"
    assert parse(TEXT, "base.yaml", ("hint: x\n", "mine.yaml")).whole_version == "1"
    assert parse(TEXT, "base.yaml", (mine, "mine.yaml")).whole_version == "1.4"
    raised = TEXT.replace("\nversion: 1\n", "\nversion: 2\n")
    assert parse(raised, "base.yaml", (mine, "mine.yaml")).whole_version == "2.4"
    with pytest.raises(ScenarioError, match=r"mine\.yaml:2: variant_version: input should be greater"):
        parse(TEXT, "base.yaml", ("hint: x\nversion: -1\n", "mine.yaml"))


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

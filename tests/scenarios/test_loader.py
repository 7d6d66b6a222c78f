"""Reading scenarios: models, versions, what is offered, and messages with line and remedy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import load, names
from scenarios.loader import parse
from simulator.errors import ScenarioError, UnknownName
from tests.shipped import text

ROOT = Path(__file__).resolve().parents[2]


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
    assert loaded.version == loaded.scenario.whole_version
    assert loaded.make_world() is not loaded.make_world()


def test_a_variants_own_version_stands_beside_the_scenarios():
    mine, base = "version: 4\nhint: x\n", parse(text(), "base.yaml").version
    assert parse(text(), "base.yaml").whole_version == str(base)
    assert parse(text(), "base.yaml", ("hint: x\n", "mine.yaml")).whole_version == str(base)
    assert parse(text(), "base.yaml", (mine, "mine.yaml")).whole_version == f"{base}.4"
    raised = text().replace(f"\nversion: {base}\n", f"\nversion: {base + 1}\n")
    assert parse(raised, "base.yaml", (mine, "mine.yaml")).whole_version == f"{base + 1}.4"
    with pytest.raises(ScenarioError, match=r"mine\.yaml:2: variant_version: input should be greater"):
        parse(text(), "base.yaml", ("hint: x\nversion: -1\n", "mine.yaml"))


IMPORTS = """
import importlib, pathlib
for name in ("simulator", "scenarios", "analytics", "ui"):
    for file in sorted(pathlib.Path(name).rglob("*.py")):
        importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))
from scenarios.loader import load
from simulator.scenario.document import read
print(load.cache_info().misses, read.cache_info().misses)
"""


def test_nothing_is_loaded_or_read_at_import():
    found = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["0", "0"]


@pytest.mark.parametrize("garbage", [b"\xff\xfe", b"format: [1"])
def test_a_file_that_cannot_be_read_is_named(garbage, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scenario.yaml").write_bytes(garbage)
    monkeypatch.setattr("scenarios.__path__", [str(tmp_path)])
    with pytest.raises(ScenarioError, match=r"^scenarios/mine/scenario\.yaml:1: (file: is UTF-16|yaml: did not)"):
        load("mine")


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

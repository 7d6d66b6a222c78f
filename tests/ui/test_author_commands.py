"""Commands for authors: begin a drill, see its curves, have it checked; a scenario is a name or a path everywhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from analytics.runs.finalists import renew
from scenarios.declared.company import CompanyData
from scenarios.loader import load_at
from scenarios.templates import kinds
from simulator.described import Described
from tests.scenarios.drills import EXAMPLES
from ui import cli

pytestmark = pytest.mark.usefixtures("nothing_set")


@pytest.mark.parametrize("kind", kinds())
def test_what_one_begins_with_is_short_and_can_be_played(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", "mine", "--from", kind, "--in", str(tmp_path)]) == 0
    file = tmp_path / "mine" / "drill.yaml"
    assert len(file.read_text(encoding="utf-8").splitlines()) < 70
    assert cli.main(["check", str(file.parent), "--quick"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {one["level"] for one in found} == {"warning"}
    assert all("knows nothing of its own" in one["what"] for one in found)


def test_a_fresh_draft_is_told_how_the_lobby_comes_to_offer_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", "mine", "--in", str(tmp_path / "my drills")]) == 0
    assert cli.main(["check", str(tmp_path / "my drills" / "mine"), "--quick"]) == 0
    assert "take `draft: true` out" in "".join(capsys.readouterr().err.splitlines())
    play = ["play", str(tmp_path / "my drills" / "mine"), "--policy", "null", "--until", "1"]
    assert cli.main([*play, "--out", str(tmp_path / "a.jsonl")]) == 0
    assert f"drill --scenarios '{tmp_path / 'my drills'}' score" in "".join(capsys.readouterr().err.splitlines())


def test_a_draft_that_is_well_says_how_the_lobby_comes_to_offer_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (EXAMPLES / "queue_twice" / "drill.yaml").read_text(encoding="utf-8")
    for line, told in (("", False), ("draft: true\n", True)):
        file = tmp_path / f"{told}" / "queue_twice" / "drill.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(line + text, encoding="utf-8")
        assert cli.main(["check", str(file.parent), "--quick"]) == 0
        assert ("take `draft: true` out" in capsys.readouterr().err) is told


def test_a_new_drill_overwrites_nothing_and_has_a_name_that_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there").mkdir()
    for name, kind, what in (
        ("there", "queue", "is there already"), ("../out", "queue", "is no name"),
        ("mine", "quue", "did you mean 'queue'"),
    ):  # fmt: skip
        assert cli.main(["new", name, "--from", kind, "--in", str(tmp_path)]) == 2
        assert what in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def test_curves_are_a_line_for_nobody_and_for_each_move(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["curves", str(EXAMPLES / "queue_twice"), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    moves = ["", "throttle", "unthrottle", "guard", "rollback", "scale", "scale", "purge"]
    assert [one["move"] for one in found] == moves
    assert [one["after"] for one in found if one["after"]] == [["guard"]]
    assert found[4]["helps"] == ["charge", "stock"]


@pytest.mark.slow
def test_dev_says_what_is_wrong_then_what_it_comes_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["new", "mine", "--in", str(tmp_path)])
    file = tmp_path / "mine" / "drill.yaml"
    assert cli.main(["dev", str(file.parent), "--once"]) == 0
    out = capsys.readouterr()
    assert "(nobody)" in out.out
    assert "by the book 9" in out.err
    file.write_text(file.read_text(encoding="utf-8").replace("rate: lag", "rate: lg"), encoding="utf-8")
    assert cli.main(["dev", str(file), "--once"]) == 0
    assert "world.harm.late.rate: unknown name 'lg'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_drill_of_ones_own_is_played_scored_and_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    assert cli.main(["play", str(EXAMPLES / "queue_twice"), "--policy", "null", "--out", str(file)]) == 0
    assert f"`drill --scenarios {EXAMPLES} score {file}`" in "".join(capsys.readouterr().err.splitlines())
    assert cli.main(["score", str(file), "--seeds", "0"]) == 2  # nobody said where it lies
    assert "give its folder: drill --scenarios DIR" in capsys.readouterr().err
    own = ["--scenarios", str(EXAMPLES)]
    assert cli.main([*own, "score", str(file), "--seeds", "0"]) == 0
    assert cli.main([*own, "replay", str(file)]) == 0
    assert '"identical": true' in capsys.readouterr().out


def test_the_schema_says_what_a_field_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema", "drill"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["t0"]["description"] == "Wall-clock label of T+0, ISO 8601."
    assert schema["$defs"]["LookData"]["properties"]["for"]["description"] == "Its result speaks for the true cause."
    for whole in (schema, CompanyData.model_json_schema(schema_generator=Described)):
        parts = {"": whole, **whole["$defs"]}
        fields = [(name, one, said) for name, part in parts.items() for one, said in part["properties"].items()]
        assert [(name, one) for name, one, said in fields if not said.get("description")] == []


def test_courses_of_a_scenario_in_a_folder_of_ones_own_are_searched_there(tmp_path: Path) -> None:
    grid = "search: [[[{action: rollback, at: 8}], [{action: rollback, at: 12}]]]"
    text = f'scenario: queue_twice\nscenario_version: "1"\n{grid}\nfinalists: []\nwords: {{}}\n'
    own = replace(load_at(str(EXAMPLES / "queue_twice")), library=lambda: yaml.safe_load(text))
    assert renew(own, tmp_path) is None
    (tmp_path / "library.yaml").write_text(text, encoding="utf-8")
    found = renew(own, tmp_path)
    assert found is not None
    assert [one.name for one in found[1]] == ["rollback T+8"]
    written = yaml.safe_load((tmp_path / "library.yaml").read_text(encoding="utf-8"))
    assert written["scenario_version"] == own.version
    assert [one["steps"] for one in written["finalists"]] == [[{"action": "rollback", "at": 8}]]
    ungridded = replace(own, library=lambda: {"scenario": "queue_twice"})
    assert renew(ungridded, tmp_path) is None

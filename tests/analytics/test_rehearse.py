"""What only playing shows: dead actions, injects that never come, a best course that loses; each where it stands."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.runs import rehearse
from analytics.runs.library import Library
from analytics.runs.rehearse import Remark, Variant
from scenarios import lint
from scenarios.loader import load, parse
from scenarios.sources import variants_at
from scenarios.spelled_out import written
from tests.shipped import FOLDER, text
from ui import cli

pytestmark = pytest.mark.slow

EFFECTS = "    effects: [{knob: asn_block, value: 1}]\n"
ASKED = "  - id: meridian_eta\n"
NEVER = "{rollback_stalled: true, rolled_back: true}"


def variant(base: str, patch: str | None = None) -> Variant:
    """Return the scenario as `base` (and `patch`) have it; only by_the_book and null play it."""
    over = None if patch is None else (patch, "patch.yaml")
    loaded = load("auth_token")
    scenario = parse(base, "base.yaml", over)
    scenario = scenario.model_copy(update={"variant": "patched"}) if patch is not None else scenario
    some = {name: loaded.responders[name] for name in ("by_the_book", "null")}
    return Variant(replace(loaded, scenario=scenario, responders=some), written(base, "base.yaml", over))


def injects(*variants: Variant) -> list[Remark]:
    steps: list[tuple[int, int]] = []
    found = list(rehearse._injects(list(variants), lambda at, of: steps.append((at, of))))
    assert steps[-1][0] == steps[-1][1]
    return [one for one in found if "meridian_eta" in one.what or "later" in one.what]


def actions(*variants: Variant) -> list[Remark]:
    return list(rehearse._actions(list(variants)))


def line(base: str, remark: Remark) -> str:
    return base.splitlines()[remark.line - 1]


@pytest.fixture(autouse=True)
def one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearse, "SEEDS", (1,))


@pytest.fixture
def no_single_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    drills = rehearse._drills
    monkeypatch.setattr(rehearse, "_drills", lambda loaded: list(drills(loaded))[: len(loaded.responders)])


def test_an_action_that_changes_nothing_in_any_variant_is_found_where_it_was_written() -> None:
    assert EFFECTS in text()
    dead = text().replace(EFFECTS, "    effects: []\n")
    (one,) = actions(variant(dead), variant(dead, "hint: x\n"))
    assert one.what == "actions.block_asn: changes nothing that anybody can see, count or suffer from"
    assert (one.file, line(dead, one).strip(), one.level) == ("base.yaml", "effects: []", "error")


def test_a_move_of_a_drill_in_one_file_is_called_as_its_author_calls_it() -> None:
    ((_, source),) = variants_at(FOLDER / "sign_in_link") or ()
    assert source.called(("actions", 0)) == "moves.layout_off"


def test_a_fault_whose_page_comes_late_is_told_with_how_far_to_move_it(tmp_path: Path) -> None:
    drill = (FOLDER / "sign_in_link" / "drill.yaml").read_text(encoding="utf-8")
    late = drill.replace("at: -3m15s", "at: -9m")
    told = ["base: the first page comes at T-05:45, so all that was before it moves"]
    for source, said in (drill, list[str]()), (late, told):
        folder = tmp_path / f"with_{len(said)}" / "sign_in_link"
        folder.mkdir(parents=True)
        (folder / "drill.yaml").write_text(source, encoding="utf-8")
        found = [one for each in variants_at(folder) or () for one in rehearse._moved(Variant(*each))]
        assert [remark.what for remark in found] == said
        assert all(line(late, remark).strip() == "at: -9m" and "+345 s" in remark.remedy for remark in found)


def test_an_action_alive_in_one_variant_is_alive() -> None:
    dead = text().replace(EFFECTS, "    effects: []\n")
    revived = "actions:\n  - id: block_asn\n    effects: [{knob: asn_block, value: 1}]\n"
    assert actions(variant(dead), variant(dead, revived)) == []
    assert actions(variant(text()), variant(text(), "actions:\n  - {id: block_asn, effects: []}\n")) == []


@pytest.mark.usefixtures("no_single_actions")
def test_what_only_a_patch_adds_is_found_in_the_patch() -> None:
    patch = (
        "hint: x\nactions:\n"
        "  - {id: hope, title: Hope, command: hope, executors: [triage], rung: flag, output: x, minutes_to_effect: 1,"
        " reversal_minutes: 1}\n"
        "injects:\n"
        f"  - {{id: later, at: 5m, when: {NEVER}, persona: '@x', text: Later, objective: contain}}\n"
    )
    (action,) = actions(variant(text()), variant(text(), patch))
    assert (action.file, action.line) == ("patch.yaml", 3)
    (inject,) = injects(variant(text()), variant(text(), patch))
    assert (inject.file, inject.line, inject.level) == ("patch.yaml", 5, "warning")


@pytest.mark.usefixtures("no_single_actions")
def test_an_inject_that_never_comes_is_found_and_one_that_comes_in_one_variant_is_not() -> None:
    assert ASKED in text()
    never = text().replace(ASKED, f"{ASKED}    when: {NEVER}\n")
    (one,) = injects(variant(never), variant(never, "hint: x\n"))
    assert (one.file, line(never, one)) == ("base.yaml", ASKED.rstrip())
    revived = "injects:\n  - {id: meridian_eta, when: {t: {above: 60}}}\n"
    assert injects(variant(never), variant(never, revived)) == []


def test_an_inject_that_only_an_action_brings_about_comes() -> None:
    blocked = text().replace(ASKED, f"{ASKED}    when: {{action.block_asn: done}}\n")
    assert injects(variant(blocked)) == []


def test_a_best_course_that_loses_is_found_in_the_file_of_its_variant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearse, "library_for", lambda loaded: Library(scenario=loaded.scenario.id))
    (base,) = rehearse._best(variant(text()))
    (patched,) = rehearse._best(variant(text(), "hint: x\n"))
    assert (base.file, line(text(), base)) == ("base.yaml", "actions:")
    assert (patched.file, patched.line) == ("patch.yaml", 1)
    assert patched.what.startswith("patched: the best course (nobody does anything")


def test_the_packages_own_scenario_is_played_and_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = FOLDER / "auth_token"
    link, copy = tmp_path / "linked", tmp_path / "auth_token"
    link.symlink_to(own)
    for path in (own, own / "scenario.yaml", link):
        found = variants_at(path)
        assert found is not None
        loaded, source = next(found)
        assert (loaded.scenario.id, source.patch_file) == ("auth_token", "")
    shutil.copytree(own, copy)
    for path in (copy, copy / "scenario.yaml", own / "library.yaml"):
        assert variants_at(path) is None
    monkeypatch.setattr(lint, "check_path", lambda path, run: [])
    assert cli.main(["check", str(copy), "--run"]) == 0
    assert "not played: --run plays the package's own scenarios, no copies" in capsys.readouterr().err

"""A team's own folder: found by name or path, as data, and whatever is in it takes nothing else down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.loader import catalogue, load, names, variants
from scenarios.roots import FOLDERS, TRUST, place_of
from simulator.errors import DrillError, ScenarioError
from tests.scenarios.authored import world
from tests.scenarios.drills import text
from tests.shipped import text as spelled_out

OURS = {"auth_token", "billing_mismatch", "permission_leak"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a team's own folder, with one drill in it."""
    folder = tmp_path / "drills"
    write(folder, "queue_twice", text())
    monkeypatch.setenv(FOLDERS, str(folder))
    load.cache_clear()
    yield folder
    load.cache_clear()


def write(folder: Path, name: str, drill: str, file: str = "drill.yaml") -> Path:
    """Write a scenario into a folder and return its own."""
    (folder / name).mkdir(parents=True)
    (folder / name / file).write_text(drill, encoding="utf-8")
    return folder / name


def test_what_lies_in_it_is_offered_beside_what_ships(root: Path) -> None:
    assert {*names()} == {*OURS, "queue_twice"}
    assert "queue_twice" in catalogue().offered
    assert load("queue_twice").scenario.title == "Behind, and twice"
    assert variants("queue_twice") == ("base",)


def test_a_scenario_is_a_path_as_well_and_one_scenario_by_either(root: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "elsewhere", "mine", text().replace("drill: queue_twice", "drill: mine"))
    for path in (folder, folder / "drill.yaml"):
        assert load(str(path)).scenario.id == "mine"
    assert place_of(str(root / "queue_twice")) == place_of("queue_twice")
    assert "mine" not in names()
    with pytest.raises(DrillError, match="no scenario at"):
        load(str(tmp_path))


def test_settings_of_the_folder_we_run_in_name_folders_too(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDERS)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drill.toml").write_text('scenarios = ["drills"]\n')
    assert "queue_twice" in names()
    for wrong, what in (
        ('scenarios = "drills"', "is no list"), ("scenarios = [", "mend it"), ('scenarios = ["x"]', "no folder x"),
    ):  # fmt: skip
        (tmp_path / "drill.toml").write_text(wrong)
        with pytest.raises(DrillError, match=what):
            names()


def test_whatever_is_wrong_with_one_takes_nothing_else_down(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "half", text()[:900])
    write(root, "other_name", text())
    write(root, "bomb", "a: &a [x, x]\nb: &b [*a, *a]\n" + "c: [" + "*b, " * 900 + "*b]\n")
    write(root, "late", text().replace("drill: queue_twice", "drill: late").replace("is: total(lag)", "is: total(lgg)"))
    found = catalogue()
    assert {*found.offered} == {*OURS, "queue_twice"}
    assert found.broken.keys() == {"half", "other_name", "bomb", "late"}
    assert all("\n" not in one and ":" in one for one in found.broken.values())
    assert "unknown name 'lgg'" in found.broken["late"]
    assert "name the folder and the drill alike" in found.broken["other_name"]

    def fails(*given: object) -> None:
        raise RuntimeError("never thought of")

    monkeypatch.setattr("scenarios.loader.made", fails)
    load.cache_clear()
    assert {*catalogue().offered} == OURS
    assert "RuntimeError: never thought of" in catalogue().broken["queue_twice"]


def test_a_way_out_of_the_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    away = write(tmp_path / "away", "secret", text().replace("drill: queue_twice", "drill: secret"))
    (root / "secret").symlink_to(away)
    (root / "linked").mkdir()
    (root / "linked" / "drill.yaml").symlink_to(away / "drill.yaml")
    for name in ("secret", "linked"):
        with pytest.raises(ScenarioError, match="leads out of"):
            load(name)
    assert {*catalogue().offered} == {*OURS, "queue_twice"}


def test_of_two_with_one_name_the_first_counts_and_the_other_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "more"
    write(second, "queue_twice", text().replace("title: Behind, and twice", "title: Another"))
    write(second, "auth_token", text())
    monkeypatch.setenv(FOLDERS, os.pathsep.join((str(root), str(second))))
    found = catalogue()
    assert load("queue_twice").scenario.title == "Behind, and twice"
    assert load("auth_token").scenario.title == "Tokens refused after a release"
    assert len([one for one in found.broken.values() if "rename one of the folders" in one]) == 2


def test_python_of_a_folder_runs_only_where_the_operator_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(root, "mine", spelled_out().replace("\nid: auth_token\n", "\nid: mine\n"), "scenario.yaml")
    (folder / "world.py").write_text(f"open({str(root / 'ran')!r}, 'w').close()\n{world()}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not run unless you trust it"):
        load("mine")
    assert not (root / "ran").exists()
    monkeypatch.setenv(TRUST, "1")
    assert load("mine").make_world().knobs()
    assert (root / "ran").exists()
    (folder / "world.py").write_text("WORLD = nothing\n", encoding="utf-8")
    load.cache_clear()
    with pytest.raises(ScenarioError, match=r"world.py:1: NameError"):
        load("mine")
    assert {*catalogue().offered} == {*OURS, "queue_twice"}


def test_a_draft_is_for_its_author_alone(root: Path) -> None:
    write(root, "draft", text().replace("drill: queue_twice", "drill: draft\ndraft: true"))
    assert "draft" not in catalogue().offered
    assert "draft" not in catalogue().broken
    assert load("draft").scenario.draft

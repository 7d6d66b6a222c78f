"""A team's own folder: found by name or path, as data, and whatever is in it takes nothing else down."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.loader import catalogue, forget, load, load_at, names, variants
from scenarios.roots import FOLDERS, TRUST, own_roots, place_at, place_of
from simulator.errors import DrillError, ScenarioError, UnknownName
from tests.scenarios.authored import world
from tests.scenarios.drills import text
from tests.shipped import IN_ONE_FILE, SPELLED_OUT
from tests.shipped import text as spelled_out

OURS = {*SPELLED_OUT, *IN_ONE_FILE}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a team's own folder, with one drill in it."""
    folder = tmp_path / "drills"
    write(folder, "queue_twice", text())
    monkeypatch.setenv(FOLDERS, str(folder))
    forget()
    yield folder
    forget()


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
        assert load_at(str(path)).scenario.id == "mine"
        with pytest.raises(UnknownName):
            load(str(path))
    assert place_at(str(root / "queue_twice")) == place_at("queue_twice") == place_of("queue_twice")
    assert load_at(str(root / "queue_twice")).scenario is load("queue_twice", "base", "standard").scenario
    assert "mine" not in names()
    for nothing in (str(tmp_path), "~nosuchuser/mine", "a/\0", "/" + "x" * 5000):
        with pytest.raises(DrillError, match="no scenario at"):
            load_at(nothing)
        with pytest.raises(UnknownName):
            load(nothing)


def test_a_page_that_is_given_a_record_loads_no_path() -> None:
    """Records come from anywhere: what serves people loads by names alone."""
    ui = Path(__file__).resolve().parents[2]
    served = [file for folder in ("ui", "simulator", "analytics") for file in (ui / folder).rglob("*.py")]
    assert served
    for file in served:
        if "cli" not in file.parts:
            assert not {"load_at", "place_at"} & {*re.findall(r"\w+", file.read_text(encoding="utf-8"))}, file


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
        assert any(what in one for one in catalogue().broken.values())
        assert {*names()} == OURS


def test_a_folder_that_goes_away_takes_nothing_along(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setenv(FOLDERS, os.pathsep.join((str(gone), "~nosuchuser", str(root))))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drill.toml").mkdir()
    assert {*catalogue().offered} == {*OURS, "queue_twice"}
    assert {str(gone), "~nosuchuser"} <= catalogue().broken.keys()
    with pytest.raises(DrillError, match="no folder"):
        own_roots()
    (tmp_path / "drill.toml").rmdir()
    (tmp_path / "drill.toml").symlink_to(tmp_path / "drill.toml")
    assert {*names()} == {*OURS, "queue_twice"}


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
    forget()
    assert {*catalogue().offered} == {*SPELLED_OUT}
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
    with pytest.raises(DrillError, match=r"another 'auth_token' in .*, or give the path of the one you want"):
        load_at("auth_token")
    assert load_at(str(second / "queue_twice")).scenario.title == "Another"


def test_python_of_a_folder_runs_only_where_the_operator_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(root, "mine", spelled_out().replace("\nid: auth_token\n", "\nid: mine\n"), "scenario.yaml")
    (folder / "world.py").write_text(f"open({str(root / 'ran')!r}, 'w').close()\n{world()}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not run unless you trust it"):
        load("mine")
    assert not (root / "ran").exists()
    monkeypatch.setenv(TRUST, "1")
    assert load("mine").make_world().knobs()
    assert (root / "ran").exists()
    of_its_own = "from dataclasses import dataclass\n\n\n@dataclass\nclass Held:\n    here: int = 0\n"
    (folder / "world.py").write_text(f"from __future__ import annotations\n{of_its_own}{world()}", encoding="utf-8")
    forget()
    assert load("mine").make_world().knobs()
    (folder / "world.py").write_text("WORLD = nothing\n", encoding="utf-8")
    forget()
    with pytest.raises(ScenarioError, match=r"world.py:1: NameError"):
        load("mine")
    assert {*catalogue().offered} == {*OURS, "queue_twice"}


def test_a_half_saved_file_leaves_what_was_read_whole(root: Path) -> None:
    """Every variant is of the file that was read first, and how many there are needs no second look."""
    varied = "variants:\n  calm:\n    hint: Nothing\n"
    file = root / "queue_twice" / "drill.yaml"
    file.write_text(f"{text()}\n{varied}", encoding="utf-8")
    assert load("queue_twice").variants == ("base", "calm")
    file.write_text("drill: [", encoding="utf-8")
    assert "queue_twice" in catalogue().offered
    assert variants("queue_twice") == ("base", "calm")
    assert load("queue_twice", "calm").scenario.title == "Behind, and twice"


def test_what_is_wrong_is_worked_out_once_for_each_state_of_its_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fails(*given: object) -> None:
        tried.append(given)
        raise ScenarioError("drill.yaml:1: no")

    monkeypatch.setattr("scenarios.loader.made", fails)
    for _ in range(3):
        assert catalogue().broken["queue_twice"] == "drill.yaml:1: no"
    assert len(tried) == 1 + len(IN_ONE_FILE)
    monkeypatch.undo()
    monkeypatch.setenv(FOLDERS, str(root))
    (root / "queue_twice" / "drill.yaml").write_text(f"{text()}\n# mended\n", encoding="utf-8")
    assert "queue_twice" in catalogue().offered


def test_a_draft_is_for_its_author_alone(root: Path) -> None:
    write(root, "draft", text().replace("drill: queue_twice", "drill: draft\ndraft: true"))
    assert "draft" not in catalogue().offered
    assert "draft" not in catalogue().broken
    assert load("draft").scenario.draft

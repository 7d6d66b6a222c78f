"""What the server gives to anybody: scripts of ours, few and short, and nothing else."""

from __future__ import annotations

import re
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ui.live.element import styles
from ui.parts.assets import ASSETS, HOME

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((HOME / ASSETS).iterdir())
MOST_LINES, WIDEST = 800, 100


def test_there_are_scripts_and_nothing_else() -> None:
    assert {path.suffix for path in SCRIPTS} == {".js"}
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS) <= MOST_LINES


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_nobody_outside_and_runs_no_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert max(map(len, source.splitlines())) <= WIDEST
    for banned in ("http:", "https:", "eval(", "new Function", "document.write", "insertAdjacentHTML", "import("):
        assert banned not in source, banned


def test_no_script_imports_itself_by_way_of_others() -> None:
    imports = {path.name: re.findall(r'from "./(.+?)"', path.read_text(encoding="utf-8")) for path in SCRIPTS}
    assert len(list(TopologicalSorter(imports).static_order())) == len(SCRIPTS)  # raises for a circle


def test_an_installed_package_has_them() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert {"**/*.js", "**/*.css"} <= set(told["package-data"]["ui"])


def test_styles_begin_with_the_elements_own_and_load_nothing() -> None:
    assert styles().startswith("/* The live element.")
    assert "url(" not in styles()
    assert "@import" not in styles()

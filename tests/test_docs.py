"""What is written about the project names what there is: files, modules, tests, headings; and its examples run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests import handbooks
from tests.modules import ROOT, broken, text, tree

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "scenarios/*/README.md", "Makefile")
    for path in ROOT.glob(pattern)
)
PATH = re.compile(r"(?<![\w/.-])((?:simulator|scenarios|analytics|ui|tests|docs|benchmarks)/[\w./*-]*[\w/*])")
NAME = re.compile(r"(?<![\w./])((?:simulator|scenarios|analytics|ui)(?:\.[A-Za-z]\w*)+)(?!\w*/)")
MADE_UP = ("scenarios/NAME", "scenarios/yours")
"""Folders that only an example has."""
FILES = (".py", ".yaml", ".md", ".css")
LONGEST = {"docs/design.md": 300}


def there(path: str) -> bool:
    """Tell whether a path exists; a star stands for any name."""
    return path.startswith(MADE_UP) or any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()


def known(name: str) -> bool:
    """Tell whether a dotted name is a module, or a word of the module it begins with."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        files = [file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()]
        if files or (place.is_dir() and length == len(parts)):
            rest = parts[length : length + 1]
            return not rest or re.search(rf"\b{rest[0]}\b", files[0].read_text(encoding="utf-8")) is not None
    return False


def missing(words: str) -> list[str]:
    """Return what a text names and nobody finds."""
    paths = [path.rstrip("/") for path in PATH.findall(words) if not path.startswith(MADE_UP)]
    names = [name for name in NAME.findall(words) if not name.endswith(FILES)]
    return [*(path for path in paths if not there(path)), *(name for name in names if not known(name))]


def prose(name: str) -> Iterator[str]:
    """Yield docstrings, strings under a field, and comments of a module."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    yield from re.findall(r"#.*", text(name))


@cache
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))


def test_a_document_names_what_there_is() -> None:
    assert broken(lambda name: missing(text(name)), DOCUMENTS) == {}


def test_a_module_names_what_there_is() -> None:
    assert broken(lambda name: (found for words in prose(name) for found in missing(words))) == {}


def test_what_is_not_there_is_missed() -> None:
    words = "`simulator/nowhere.py`, `tests/nothing*.py`, `simulator.engine.Engineer`, `simulator.nowhere.x`"
    assert len(missing(words)) == 4
    assert missing("`simulator/engine.py`, `tests/test_*.py`, `simulator.engine.Engine`, ui/cli/") == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_test_that_is_named_is_there(name: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", text(name)))
    assert {one for one in named if f"def {one}(" not in sources()} == set()


def anchors(name: str) -> set[str]:
    heads = re.findall(r"^#+ (.*)", text(name), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.endswith(".md")])
def test_a_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        path, _, anchor = target.partition("#")
        if not path.startswith("http"):
            file = ((ROOT / name).parent / path).resolve() if path else ROOT / name
            assert file.exists(), target
            assert not anchor or anchor in anchors(file.relative_to(ROOT).as_posix()), target


def test_tables_say_what_the_playbooks_say() -> None:
    found = handbooks.pages()
    assert found
    for page in found:
        assert page.read_text(encoding="utf-8") == handbooks.filled(page.read_text(encoding="utf-8")), "run make docs"


@pytest.mark.parametrize("name", LONGEST)
def test_a_document_stays_short(name: str) -> None:
    assert len(text(name).splitlines()) <= LONGEST[name]


def test_the_world_that_authors_copy_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", text("docs/authoring.md"), re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)
    world = scope["WORLD"]({"inflow": 600.0})
    world.start(-600, 0)
    for _ in range(140):
        world.step(15)
    assert world.facts()["production_affected"]
    assert world.harm().keys() == {"order_minutes"}
    assert world.outside().keys() == {"orders"}
    backlog = world.figures()["backlog"]
    world.turn("consumers", 2.0, 60)
    world.step(600)
    assert world.figures()["backlog"] < backlog

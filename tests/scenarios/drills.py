"""The drills in one file that ship as examples, and copies of them with one thing otherwise."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scenarios.declared.company import companies_at
from scenarios.declared.made import MadeDrill, made
from scenarios.lint.drill import check_drill
from scenarios.problem import Problem

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
NAMES = ("queue_twice", "tokens_short")


@cache
def text(name: str = "queue_twice") -> str:
    """Return the file of an example."""
    return (EXAMPLES / name / "drill.yaml").read_text(encoding="utf-8")


def example(name: str = "queue_twice") -> MadeDrill:
    """Return an example, made ready."""
    return made(text(name), f"{name}/drill.yaml")


def changed(*changes: tuple[str, str], name: str = "queue_twice") -> str:
    """Return the file of an example with these texts in the place of others, each of which it has."""
    found = text(name)
    for old, new in changes:
        assert old in found, old
        found = found.replace(old, new)
    return found


def problems(written: str, file: Path = EXAMPLES / "queue_twice" / "drill.yaml") -> list[Problem]:
    """Return what `drill check` says of a drill that stands in a file, under the companies that lie there."""
    return check_drill(written, str(file), file.parent.name, companies_at(file.resolve().parent))

"""The project's own code as data, for the tests that hold it to its rules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "scenarios", "analytics", "ui")
MODULES = sorted(path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


@cache
def text(name: str) -> str:
    """Return a file of the project, by its path from the top."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    """Return a module, parsed."""
    return ast.parse(text(name), name)


def broken(rule: Callable[[str], Iterable[str]], names: Iterable[str] = MODULES) -> dict[str, list[str]]:
    """Return each module that breaks a rule with what the rule found there; one test a rule asks all modules."""
    return {name: found for name in names if (found := list(rule(name)))}

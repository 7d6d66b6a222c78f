"""Hold the code to its words: no seat is named by its id, and nothing that is a value is cut at a colon."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import get_args

import pytest

from simulator.values import Lane, Post
from tests.modules import MODULES, broken, tree

SEATS = frozenset({*get_args(Post), *get_args(Lane)})
"""Posts and lanes; scenarios happen to call their seats the same, and may call them anything."""
NOT_SEATS = {
    "simulator/values.py": SEATS,  # what posts and lanes are
    "simulator/acts/tell.py": SEATS,  # what can be handed over
    "simulator/acts/do.py": {"verification"},  # what a reference to one begins with
    "simulator/record/facts.py": {"verification"},  # the same
    "simulator/record/history.py": {"triage"},  # how an incident stands before it was declared
    "analytics/criteria/informing.py": {"mitigation"},  # what an update says
    "ui/parts/prefill.py": {"verification"},  # a field of the closure package
    "simulator/acts/close.py": {"verification"},  # the same field
    "analytics/criteria/diagnosis.py": {"verification"},  # the same field
    "analytics/criteria/telling.py": {"mitigation", "triage"},  # a field of updates, a stage of the response
}  # fmt: skip
"""File -> words that mean something else there."""
TYPED = {"ui/debrief_parts/lines.py"}
"""Modules that cut up something that is no reference and no author: what a clock shows."""


def seats_named(name: str) -> Iterator[str]:
    """Yield every literal that is the name of a post or lane, as `line: word`."""
    known = NOT_SEATS.get(name, frozenset())
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Constant) and node.value in SEATS - known:
            yield f"{node.lineno}: {node.value}"


def cut_up(name: str) -> Iterator[str]:
    """Yield every place where a text is cut at a colon or hash, or the author of an entry is spelled out."""
    module = tree(name)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(module) if isinstance(node, DOCUMENTED)}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]
            at = first.value if isinstance(first, ast.Constant) else None
            if node.func.attr in ("partition", "rpartition", "split", "rsplit") and at in (":", "#"):
                yield f"{node.lineno}: {node.func.attr}({at!r})"
        elif isinstance(node, ast.Constant) and "teammate:" in str(node.value) and node.value not in docs:
            yield f"{node.lineno}: {node.value!r}"


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_no_seat_is_named_by_its_id() -> None:
    assert broken(seats_named, [name for name in MODULES if not name.startswith("scenarios/")]) == {}


def test_references_and_authors_are_asked_and_not_cut_up() -> None:
    assert broken(cut_up, [name for name in MODULES if name not in {"simulator/values.py", *TYPED}]) == {}


@pytest.mark.parametrize("name", [*NOT_SEATS, *TYPED])
def test_what_is_excused_is_still_there(name: str) -> None:
    assert list(cut_up(name)) if name in TYPED else words(name) >= NOT_SEATS[name] - {"deputy", "scribe"}


def words(name: str) -> set[str]:
    """Return every literal of a module."""
    return {str(node.value) for node in ast.walk(tree(name)) if isinstance(node, ast.Constant)}

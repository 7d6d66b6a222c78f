"""What ships, by name alone: a test module may name it while tests are collected, and read it only in a test."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from scenarios import names, variants
from scenarios.players.book import read_book
from scenarios.players.script import Book

FOLDER = Path(str(resources.files("scenarios")))
SPELLED_OUT = [name for name in names() if (FOLDER / name / "scenario.yaml").is_file()]
"""Scenarios with a world in Python, a book and committed courses; the others are drills in one file."""
IN_ONE_FILE = [name for name in names() if name not in SPELLED_OUT]
"""Drills without code: most that holds of one is held by its check, the rest by tests/ui/test_in_one_file.py."""
EVERY = [(name, variant) for name in SPELLED_OUT for variant in variants(name)]
"""Truths of those spelled out; those of a drill in one file stand in it, and are for `truths`."""


def truths() -> list[tuple[str, str]]:
    """Return every truth there is; what is in one file is read for it, so ask in a test."""
    return [(name, variant) for name in names() for variant in variants(name)]


@cache
def text(name: str = "auth_token") -> str:
    """Return a scenario's file as it was written."""
    return (FOLDER / name / "scenario.yaml").read_text(encoding="utf-8")


def book(name: str) -> Book:
    """Return a scenario's book."""
    return read_book((FOLDER / name / "book.yaml").read_text(encoding="utf-8"), f"scenarios/{name}/book.yaml")

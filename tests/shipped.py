"""What ships, by name alone: a test module may name it while tests are collected, and read it only in a test."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from scenarios import names, variants
from scenarios.players.book import read_book
from scenarios.players.script import Book

FOLDER = Path(str(resources.files("scenarios")))
EVERY = [(name, variant) for name in names() for variant in variants(name)]


@cache
def text(name: str = "auth_token") -> str:
    """Return a scenario's file as it was written."""
    return (FOLDER / name / "scenario.yaml").read_text(encoding="utf-8")


def book(name: str) -> Book:
    """Return a scenario's book."""
    return read_book((FOLDER / name / "book.yaml").read_text(encoding="utf-8"), f"scenarios/{name}/book.yaml")

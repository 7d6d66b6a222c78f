"""What every test of a room starts from: a wall clock that stands, and a place for the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.room.rooms import Rooms
from tests.room.rooms import Wall, rooms

BOTH = {
    f"tests.room.test_{name}" for name in ("afterwards", "ending", "failures", "keys", "processes", "store", "teams",
                                           "uploads", "verbs")
}  # fmt: skip
"""Modules whose tests run on both databases, each that takes a `path`, by a fixture too, and is not marked `sqlite`."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let the tests of some modules run on either database."""
    if "path" in metafunc.fixturenames and metafunc.module.__name__ in BOTH:
        only = metafunc.definition.get_closest_marker("sqlite") is not None
        metafunc.parametrize("path", ["sqlite"] if only else ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Return where a store is to be: a file, or an address on the PostgreSQL server."""
    if getattr(request, "param", "sqlite") == "postgres":
        return str(request.getfixturevalue("postgres").fresh())
    return tmp_path / "drills.db"


@pytest.fixture
def place(path: Path | str, wall: Wall) -> Rooms:
    """Return a process that serves the store."""
    return rooms(path, wall)

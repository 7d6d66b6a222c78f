"""What every test of a room starts from: a wall clock that stands, and a place for the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.room.rooms import Wall


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drills.db"

"""Fixtures that every test may use: golden files, the browser's path, stores that are closed again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.room.store import Store

GOLDEN = Path(__file__).parent / "golden"


def first_difference(was: str, now: str) -> str | None:
    """Return where two texts part, in one line; None where they are equal."""
    if was == now:
        return None
    old, new = was.splitlines(), now.splitlines()
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    shown = [lines[at][:200] if at < len(lines) else "(nothing)" for lines in (old, new)]
    return f"differs at line {at + 1}: was {shown[0]}, is {shown[1]}"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Return `golden(name, text)`: compare with a file under tests/golden, or write it under `make golden`."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is missing; run `make golden` and review it"
        problem = first_difference(path.read_text(encoding="utf-8"), text)
        assert problem is None, f"{path} {problem}; if that is meant, run `make golden`"

    return compare


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the system's chromium. Without one: skip, on CI fail."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, filter(None, names)) if path), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no chromium on CI; `make test` installs it where apt-get can")
    if found is None:
        pytest.skip("no chromium; install it or set CHROMIUM=/path/to/it")
    return found


@pytest.fixture(autouse=True)
def stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every store a test opens: an open connection that is collected later is a warning in another test."""
    opened: list[Store] = []
    make = Store.__init__

    def remember(self: Store, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        opened.append(self)

    monkeypatch.setattr(Store, "__init__", remember)
    yield
    for store in opened:
        store.close()

"""Fixtures that every test may use: the browser's path, stores that are closed again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.room.store import Store


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

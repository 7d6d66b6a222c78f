"""Scenarios of an author's own, beside the package's: auth_token under another name, with a mistake in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import scenarios
from scenarios.loader import load

TEXT = (resources.files("scenarios") / "auth_token" / "scenario.yaml").read_text(encoding="utf-8")
WORLD = "from scenarios.auth_token.world import AuthTokenWorld\n\n\nclass Mine(AuthTokenWorld):\n{}\n\n\nWORLD = Mine\n"
BOOK = (resources.files("scenarios") / "auth_token" / "book.yaml").read_text(encoding="utf-8")
Author = Callable[..., Path]


def world(method: str = "    pass") -> str:
    """Return the source of a world with a method of its own, which begins in line 5."""
    return WORLD.format(method)


@contextmanager
def authoring(root: Path) -> Iterator[Author]:
    """Yield `write(name, world, more, book)`: makes a scenario under `root`, among those that are found."""

    def write(name: str = "mine", source: str | None = None, more: str = "", book: str = BOOK) -> Path:
        folder = root / name
        folder.mkdir()
        text = TEXT.replace("\nid: auth_token\n", f"\nid: {name}\n{more}")
        assert text != TEXT
        (folder / "scenario.yaml").write_text(text, encoding="utf-8")
        (folder / "world.py").write_text(world() if source is None else source, encoding="utf-8")
        (folder / "book.yaml").write_text(book, encoding="utf-8")
        return folder

    def forget() -> None:
        load.cache_clear()
        for module in [one for one in sys.modules if one.startswith("scenarios.")]:
            if (root / module.split(".")[1]).is_dir():
                del sys.modules[module]

    scenarios.__path__.append(str(root))
    try:
        yield write
    finally:
        scenarios.__path__.remove(str(root))
        forget()

"""Scenarios of an author's own, beside the package's: auth_token under another name, with a mistake in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import scenarios
from scenarios.loader import forget
from tests.shipped import FOLDER
from tests.shipped import text as written

WORLD = "from scenarios.auth_token.world import AuthTokenWorld\n\n\nclass Mine(AuthTokenWorld):\n{}\n\n\nWORLD = Mine\n"
Author = Callable[..., Path]


def book_text() -> str:
    """Return the book that a scenario of one's own begins with."""
    return (FOLDER / "auth_token" / "book.yaml").read_text(encoding="utf-8")


def world(method: str = "    pass") -> str:
    """Return the source of a world with a method of its own, which begins in line 5."""
    return WORLD.format(method)


@contextmanager
def authoring(root: Path) -> Iterator[Author]:
    """Yield `write(name, world, more, book)`: makes a scenario under `root`, among those that are found."""

    def write(name: str = "mine", source: str | None = None, more: str = "", book: str | None = None) -> Path:
        folder = root / name
        folder.mkdir()
        text = written().replace("\nid: auth_token\n", f"\nid: {name}\n{more}")
        assert text != written()
        (folder / "scenario.yaml").write_text(text, encoding="utf-8")
        (folder / "world.py").write_text(world() if source is None else source, encoding="utf-8")
        (folder / "book.yaml").write_text(book_text() if book is None else book, encoding="utf-8")
        return folder

    def let_go() -> None:
        forget()
        for module in [one for one in sys.modules if one.startswith("scenarios.")]:
            if (root / module.split(".")[1]).is_dir():
                del sys.modules[module]

    scenarios.__path__.append(str(root))
    try:
        yield write
    finally:
        scenarios.__path__.remove(str(root))
        let_go()

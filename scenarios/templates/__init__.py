"""Drills to begin with: each plays as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.errors import DrillError, UnknownName

HERE = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


def kinds() -> tuple[str, ...]:
    """Return what one can begin with."""
    return tuple(sorted(file.stem for file in HERE.glob("*.yaml")))


def begin(name: str, kind: str, folder: Path) -> Path:
    """Write a new drill of a kind into a folder of its own, and return its file. Raises DrillError."""
    return put(name, folder, template(kind).replace("drill: NAME", f"drill: {named(name)}", 1))


def template(kind: str) -> str:
    """Return the text of a drill of a kind, as yet without a name. Raises UnknownName."""
    if kind not in kinds():
        raise UnknownName("kind of drill", kind, kinds())
    return (HERE / f"{kind}.yaml").read_text(encoding="utf-8")


def named(name: str) -> str:
    """Return a name that a drill can have. Raises DrillError."""
    if not _NAME.fullmatch(name):
        raise DrillError(f"{name!r} is no name of a drill; use small letters, digits and underscores")
    return name


def put(name: str, folder: Path, text: str) -> Path:
    """Write a drill into a folder of its own, which must not be there yet, and return its file. Raises DrillError."""
    file = folder / named(name) / "drill.yaml"
    if file.parent.exists():
        raise DrillError(f"{file.parent} is there already; choose another name")
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file

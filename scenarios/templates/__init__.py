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
    if not _NAME.fullmatch(name):
        raise DrillError(f"{name!r} is no name of a drill; use small letters, digits and underscores")
    if kind not in kinds():
        raise UnknownName("kind of drill", kind, kinds())
    file = folder / name / "drill.yaml"
    if file.parent.exists():
        raise DrillError(f"{file.parent} is there already; choose another name")
    text = (HERE / f"{kind}.yaml").read_text(encoding="utf-8").replace("drill: NAME", f"drill: {name}", 1)
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file

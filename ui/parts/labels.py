"""What the fields of forms are called, and one line on those that are not plain by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simulator.briefing import Briefing
from ui.parts.shapes import Shape

WORDS = Path(__file__).parent.parent / "words.yaml"
PARTS: Mapping[str, Mapping[str, str]] = {
    "check": {"metric": "Signal", "is": "is", "threshold": "Threshold", "within_minutes": "Within (min)"},
    "figure": {"name": "Figure", "low": "From", "high": "To"},
    "pair": {"owner": "Owner", "voice": "Or said by", "action": "Wants", "reversal_minutes": "Minutes to undo",
             "blast_radius": "Can hurt"},
}  # fmt: skip
"""What the parts of a field that has several are called."""


@cache
def words(part: str) -> Mapping[str, Any]:
    """Return a part of the words that pages use (`ui/words.yaml`)."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found[part]


def label(shape: Shape) -> str:
    """Return a field's label."""
    return words("of_source").get(shape.source) or name_of(shape.path)


def name_of(path: str) -> str:
    """Return what a path is called."""
    return words("labels").get(path) or spelled(path)


def part_of(path: str) -> str:
    """Return what a part of a field is called, as its form does."""
    return next((called[path] for called in PARTS.values() if path in called), name_of(path))


def spelled(path: str) -> str:
    """Return a path as words."""
    return path.replace("_", " ").strip().capitalize()


def help_of(shape: Shape, b: Briefing) -> str | None:
    """Return the line behind the question mark of a field."""
    if shape.path == "evidence":
        minimum = "; ".join(f"{one.title} (before {one.before})" for one in b.catalogue.needed)
        return words("help")["evidence"] + (f" Evidence minimum here: {minimum}." if minimum else "")
    if shape.source == "levels":
        return "\n".join(f"{one.id}: {one.title}" if one.title else one.id for one in b.incident.levels)
    limit = f"Up to {shape.longest:,} characters." if shape.longest else None
    return words("help").get(shape.path, limit)

"""A scenario of the package with all its variants, and where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from scenarios.loader import BASE, load, names, variants
from scenarios.written import Written, written
from simulator.files import text_of
from simulator.loaded import LoadedScenario

AGAIN = "give it again"
"""What to do about a file that was read a moment ago."""


def variants_at(path: Path) -> Iterator[tuple[LoadedScenario, Written]] | None:
    """Return the scenario in a folder or file and its variants; None where it is not the package's own."""
    file = path / "scenario.yaml" if path.is_dir() else path
    name = file.resolve().parent.name
    package = Path(str(resources.files("scenarios"))).resolve()
    # A copy has its original's name, and what would be played is the original.
    own = name in names() and file.resolve() == package / name / "scenario.yaml"
    return _variants(name, file) if own else None


def _variants(name: str, file: Path) -> Iterator[tuple[LoadedScenario, Written]]:
    text = text_of(file, AGAIN)
    for variant in variants(name):
        over = file.parent / "variants" / f"{variant}.yaml"
        patch = None if variant == BASE else (text_of(over, AGAIN), str(over))
        yield load(name, variant), written(text, str(file), patch)

"""A scenario of the package with all its variants, and where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from scenarios.loader import BASE, load, names, variants
from scenarios.written import Written, written
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario


def variants_at(path: Path) -> Iterator[tuple[LoadedScenario, Written]]:
    """Return the scenario in a folder or file and its variants. Raises DrillError where it is not the package's own."""
    file = path / "scenario.yaml" if path.is_dir() else path
    name = file.resolve().parent.name
    package = Path(str(resources.files("scenarios"))).resolve()
    # A copy has its original's name, and what would be played is the original.
    if name not in names() or file.resolve() != package / name / "scenario.yaml":
        raise DrillError(
            f"{path}: --run plays the package's own scenarios, no copies: {', '.join(names())} in {package}"
        )
    return _variants(name, file)


def _variants(name: str, file: Path) -> Iterator[tuple[LoadedScenario, Written]]:
    text = file.read_text(encoding="utf-8")
    for variant in variants(name):
        patch = None
        if variant != BASE:
            over = file.parent / "variants" / f"{variant}.yaml"
            patch = over.read_text(encoding="utf-8"), str(over)
        yield load(name, variant), written(text, str(file), patch)

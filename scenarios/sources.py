"""A scenario that may be played, with all its variants, and where each part of them was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scenarios.declared.company import companies_at
from scenarios.declared.made import made
from scenarios.loader import BASE, load_at
from scenarios.roots import LONG, ScenarioPlace, place_at, trusted
from scenarios.spelled_out import written
from scenarios.written import Written
from simulator.errors import DrillError
from simulator.files import text_of
from simulator.loaded import LoadedScenario

AGAIN = "give it again"
"""What to do about a file that was read a moment ago."""


def variants_at(path: Path) -> Iterator[tuple[LoadedScenario, Written]] | None:
    """Return the scenario in a folder or file and its variants; None where it is Python that is not to be run."""
    file = path / LONG if path.is_dir() and (path / LONG).is_file() else path
    try:
        place = place_at(str(file.resolve()))
    except DrillError:
        return None
    if not (place.ours or place.declared or trusted()):
        return None
    return _variants(place, file)


def _variants(place: ScenarioPlace, file: Path) -> Iterator[tuple[LoadedScenario, Written]]:
    name = place.name if place.ours else str(place.folder)
    companies = companies_at(place.folder, place.root)
    if place.declared:
        text, shown = text_of(place.file, AGAIN), f"{place.shown}/{place.file.name}"
        for variant in load_at(name).variants:
            yield load_at(name, variant), made(text, shown, variant, companies).source
        return
    text = text_of(file, AGAIN)
    for variant in load_at(name).variants:
        over = file.parent / "variants" / f"{variant}.yaml"
        patch = None if variant == BASE else (text_of(over, AGAIN), str(over))
        yield load_at(name, variant), written(text, str(file), patch, companies)

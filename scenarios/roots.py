"""Where scenarios lie: in the package, in a team's own folders, or at a path that somebody names.

Own folders are named by `DRILL_SCENARIOS` (several, as in PATH) and by `scenarios = […]` in a `drill.toml` of the
folder the program runs in. They are data: Python in them runs only where the operator says so (`DRILL_TRUST_PYTHON=1`).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scenarios
from scenarios.declared.made import FILE
from simulator.errors import DrillError, ScenarioError, UnknownName

FOLDERS, TRUST, UPLOADS = "DRILL_SCENARIOS", "DRILL_TRUST_PYTHON", "DRILL_UPLOADS"
SETTINGS = "drill.toml"
LONG = "scenario.yaml"
"""What a scenario spelled out is called."""


@dataclass(frozen=True)
class ScenarioPlace:
    """Where a scenario lies."""

    name: str
    folder: Path
    root: Path | None
    """The team's folder it was found in; None for the package's own and for what somebody named by its path."""
    ours: bool = False
    """It came with the package."""

    @property
    def file(self) -> Path:
        """Return the file it is written in."""
        short = self.folder / FILE
        return short if short.is_file() else self.folder / LONG

    @property
    def declared(self) -> bool:
        """Tell whether it is a drill in one file."""
        return self.file.name == FILE

    @property
    def shown(self) -> str:
        """Return what messages call its folder."""
        return f"scenarios/{self.name}" if self.ours else str(self.folder)

    def inside(self) -> None:
        """Raise ScenarioError where it, or a file of it, is a way out of the team's folder."""
        if self.root is None:
            return
        for file in (self.folder, *sorted(self.folder.glob("*")), *sorted(self.folder.glob("variants/*"))):
            if not file.resolve().is_relative_to(self.root.resolve()):
                what = f"leads out of {self.root}" if file == self.folder else f"{file.name}: leads out of {self.root}"
                raise ScenarioError(f"{self.folder}:1: {what}; copy what it points to")


def own_roots() -> tuple[Path, ...]:
    """Return the folders of a team's own scenarios. Raises DrillError for the first that is none."""
    roots, wrong = _own()
    for what in wrong.values():
        raise DrillError(what)
    return roots


def _own() -> tuple[tuple[Path, ...], dict[str, str]]:
    """Return the folders of a team's own scenarios that are there, and what is wrong with others or the settings."""
    roots: list[Path] = []
    wrong: dict[str, str] = {}
    named = [one for one in os.environ.get(FOLDERS, "").split(os.pathsep) if one]
    try:
        named += _set()
    except DrillError as error:
        wrong[SETTINGS] = str(error)
    for one in named:
        try:
            folder = Path(one).expanduser()
            there = folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
        except (OSError, RuntimeError, ValueError):  # a home of nobody, a name that none can have
            folder, there = Path(one), False
        if there:
            roots.append(folder)
        else:
            wrong[one] = f"no folder {one} of scenarios; make it, or take it out of {FOLDERS} and {SETTINGS}"
    return tuple(dict.fromkeys(roots)), wrong


def _set() -> list[str]:
    """Return the folders that the settings of the folder we run in name."""
    named = _settings().get("scenarios", [])
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise DrillError(f'{SETTINGS}: scenarios is no list of folders; write scenarios = ["drills"]')
    return named


def _settings() -> dict[str, Any]:
    file = Path(SETTINGS)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DrillError(f"{SETTINGS}: {error}; mend it") from None


def uploads_taken() -> bool:
    """Tell whether teams may bring drills of their own by the browser. Raises DrillError for settings that are wrong.

    The environment goes before the settings; where neither says anything they may.
    """
    said = os.environ.get(UPLOADS, "")
    if said:
        return said != "0"
    wanted = _settings().get("uploads", True)
    if not isinstance(wanted, bool):
        raise DrillError(f"{SETTINGS}: uploads is neither true nor false; write uploads = false")
    return wanted


def trusted() -> bool:
    """Tell whether the operator has Python of other folders run."""
    return os.environ.get(TRUST, "") not in ("", "0")


def found() -> tuple[dict[str, ScenarioPlace], Mapping[str, str]]:
    """Return every scenario by name, and what is wrong with folders and with those that cannot be told apart."""
    places: dict[str, ScenarioPlace] = {}
    roots, wrong = _own()  # a folder that is gone takes nothing else along
    for place in _all(roots):
        first = places.setdefault(place.name, place)
        if first is not place:
            wrong[f"{place.name} in {place.folder.parent}"] = (
                f"{place.file}:1: there is another {place.name!r} in {first.folder.parent}; rename one of the folders"
            )
    return places, wrong


def _all(roots: tuple[Path, ...]) -> Iterator[ScenarioPlace]:
    for ours in scenarios.__path__:
        yield from (ScenarioPlace(name, Path(ours) / name, None, ours=True) for name in _names_in(Path(ours)))
    for root in roots:
        yield from (ScenarioPlace(name, root / name, root) for name in _names_in(root))


def _names_in(root: Path) -> list[str]:
    return sorted(one for one in os.listdir(root) if any(os.path.isfile(root / one / what) for what in (LONG, FILE)))


def place_of(name: str) -> ScenarioPlace:
    """Return where a scenario lies that is found here, by its name alone. Raises UnknownName."""
    places, _ = found()
    if name not in places:
        raise UnknownName("scenario", name, sorted(places))
    return places[name]


def place_at(where: str) -> ScenarioPlace:
    """Return where a scenario lies, by its name or by a path to its folder or file. Raises DrillError.

    For what somebody types at the machine itself; what comes from elsewhere, such as a record, gives names.
    """
    places, wrong = found()
    if where in places:
        if other := next((what for name, what in wrong.items() if name.startswith(f"{where} in ")), None):
            raise DrillError(f"{other}, or give the path of the one you want")
        return places[where]
    try:
        path = Path(where).expanduser()
        if not (os.sep in where or path.suffix == ".yaml" or path.is_dir()):
            raise UnknownName("scenario", where, sorted(places))
        folder = (path.parent if path.name in (LONG, FILE) else path).resolve()
        inside = next((one for one in places.values() if one.folder.resolve() == folder), None)
        if inside is not None:
            return inside
        if (folder / FILE).is_file() or (folder / LONG).is_file():
            return ScenarioPlace(folder.name, folder, None)
    except (OSError, RuntimeError, ValueError):  # a home of nobody, a name that none can have, a folder that is closed
        pass
    raise DrillError(f"no scenario at {where}; give a folder with a {FILE} or {LONG} in it")

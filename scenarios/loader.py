"""Read scenarios: YAML safely into models, the world and the scripted people beside it."""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from scenarios.authors import authored
from scenarios.declared.company import FILE as COMPANY
from scenarios.declared.company import Companies, companies_at, company_of
from scenarios.declared.made import FILE, made
from scenarios.declared.source import variants_of
from scenarios.difficulty import at
from scenarios.players.book import BOOK, book_made_of, read_book
from scenarios.players.derived import ANYBODY, library
from scenarios.players.script import holders
from scenarios.roots import LONG, TRUST, ScenarioPlace, found, place_at, place_of, trusted
from scenarios.spelled_out import written
from scenarios.written import Written, schema_problems
from simulator.errors import BrokenTemplate, DrillError, ScenarioError, UnknownName
from simulator.files import UnreadableFile, text_of
from simulator.loaded import LoadedScenario, nobody
from simulator.scenario.document import LARGEST, read
from simulator.scenario.model import Scenario
from simulator.scenario.spoken import words_of
from simulator.scenario.world import World

BASE, DRAWN = "base", "drawn"
"""The scenario as its own file has it; and, where people choose, any variant, without saying which."""
MOST_FAILED = 256
"""Mistakes that are remembered."""
MakeWorld = Callable[[Mapping[str, float]], World]


def names() -> tuple[str, ...]:
    """Return the scenarios there are, whether they can be loaded or not."""
    return tuple(sorted(found()[0]))


def variants(name: str) -> tuple[str, ...]:
    """Return the variants of a scenario, the base first. Raises UnknownName, or ScenarioError for one unreadable."""
    return _variants(place_of(name))


def _variants(place: ScenarioPlace) -> tuple[str, ...]:
    if place.declared:
        return (BASE, *variants_of(read(*_whole(place)[:2])))
    files = sorted(file.stem for file in place.folder.glob("variants/*.yaml"))
    return (BASE, *(one for one in files if "." not in one))


def lent_by(name: str) -> str:
    """Return the file of a scenario's company, empty where there is none. Raises UnknownName or ScenarioError."""
    place = place_of(name)
    data = read(*_text(place.folder, place.shown, place.file.name)).data
    company = company_of(data, companies_at(place.folder, place.root))
    return company.file if company else ""


def draw(loaded: LoadedScenario, rng: random.Random) -> str:
    """Return a variant drawn from all of a scenario's. `rng` belongs to the host, never to the drill's seed."""
    return rng.choice(loaded.variants)


@dataclass(frozen=True)
class Offering:
    """The scenarios there are, by what can be done with them."""

    offered: tuple[str, ...]
    """Those that load and are no drafts, in the order in which people see them: the shortest first."""
    broken: Mapping[str, str]
    """Name -> why it does not load, in one line."""
    drafts: tuple[str, ...] = ()
    """What is for its author alone, who plays it by name."""


def catalogue() -> Offering:
    """Return which scenarios can be offered; one that does not load is named with its mistake."""
    places, twice = found()
    offered: list[tuple[int, str]] = []
    drafts: list[str] = []
    broken: dict[str, str] = dict(twice)
    for name in sorted(places):
        try:
            scenario = load(name).scenario
            if scenario.draft:
                drafts.append(name)
            else:
                offered.append((scenario.horizon, name))
        except DrillError as error:
            broken[name] = str(error)
        except Exception as error:  # whatever one of them does, the others are there
            broken[name] = f"{places[name].file}:1: {type(error).__name__}: {error}; run `drill check` on it"
    return Offering(tuple(name for _, name in sorted(offered)), broken, tuple(drafts))


@lru_cache(maxsize=64)
def load(name: str, variant: str = BASE, difficulty: str = "standard") -> LoadedScenario:
    """Return a scenario that is found here, ready to run, by its name. Raises UnknownName or ScenarioError."""
    return _remembering(place_of(name), variant, difficulty)


@lru_cache(maxsize=64)
def load_at(where: str, variant: str = BASE, difficulty: str = "standard") -> LoadedScenario:
    """Return a scenario by its name or a path: for the command line alone, since a path may lead anywhere.

    Raises DrillError.
    """
    place = place_at(where)
    if found()[0].get(place.name) == place:
        return load(place.name, variant, difficulty)
    return _remembering(place, variant, difficulty)


def forget() -> None:
    """Have every scenario read anew."""
    for kept in (load, load_at, _whole):
        kept.cache_clear()
    _FAILED.clear()


_FAILED: dict[tuple[ScenarioPlace, str, str], tuple[object, Exception]] = {}
"""What did not load -> the state of its files then, and why; it is tried again once one of them has changed."""


def _remembering(place: ScenarioPlace, variant: str, difficulty: str) -> LoadedScenario:
    """Return a scenario; what is wrong with one is worked out once for each state of its files."""
    asked, state = (place, variant, difficulty), _state(place)
    before, error = _FAILED.get(asked, (None, None))
    if error is not None and before == state:
        raise error.with_traceback(None)
    try:
        return _loaded(place, variant, difficulty)
    except UnknownName:
        raise
    except Exception as error:
        if len(_FAILED) >= MOST_FAILED:
            _FAILED.clear()
        _FAILED[asked] = state, error
        raise


def _state(place: ScenarioPlace) -> object:
    """Return what is otherwise as soon as a file of a scenario is."""
    found: list[object] = [trusted()]
    beside = place.folder.parent / COMPANY
    for file in (*sorted(place.folder.glob("*")), *sorted(place.folder.glob("variants/*")), beside):
        try:
            there = file.stat()
        except OSError:
            continue
        found.append((file, there.st_mtime_ns, there.st_size))
    return found


def _loaded(place: ScenarioPlace, variant: str, difficulty: str) -> LoadedScenario:
    place.inside()
    known = _variants(place)
    if variant not in known:
        raise UnknownName(f"variant of {place.name}", variant, known)
    base = _declared(place, variant) if place.declared else _spelled_out(place, variant)
    if base.scenario.id != place.name:
        field = "drill" if place.declared else "id"
        what = f"{field}: is {base.scenario.id!r}; name the folder and the {field} alike"
        raise ScenarioError(f"{place.shown}/{place.file.name}:1: {what}")
    return at(replace(base, variants=known), difficulty)


@lru_cache(maxsize=64)
def _whole(place: ScenarioPlace) -> tuple[str, str, Companies]:
    """Return the text of a drill in one file that can be made, what messages call it, and companies' it may be of.

    Kept, so that every variant is of one version; one that cannot be made raises, and is read again.
    """
    text, file = _text(place.folder, place.shown, FILE)
    companies = companies_at(place.folder, place.root)
    made(text, file, BASE, companies)
    return text, file, companies


def _declared(place: ScenarioPlace, variant: str) -> LoadedScenario:
    """Return a drill in one file."""
    return made_of(*_whole(place), variant)


def made_of(text: str, file: str, companies: Companies, variant: str) -> LoadedScenario:
    """Return a drill in one file from its text, which messages call `file`. Raises ScenarioError."""
    drill = made(text, file, variant, companies)
    scenario = drill.scenario
    if variant != BASE:
        scenario = scenario.model_copy(update={"words": words_of(made(text, file, BASE, companies).scenario)})
    book = book_made_of(drill.book, file)
    return LoadedScenario(
        scenario=scenario,
        make_world=drill.bench.world,
        responders=library(book),
        teammates=holders(book),
        guard=lambda: _filled(lambda: drill.source),
        library=lambda: drill.library,
    )


def _spelled_out(place: ScenarioPlace, variant: str) -> LoadedScenario:
    """Return a scenario of a folder with its world in Python."""
    folder, shown = place.folder, place.shown
    text, file = _text(folder, shown, LONG)
    patch = None if variant == BASE else _text(folder, shown, f"variants/{variant}.yaml")
    companies = companies_at(folder, place.root)
    scenario = parse(text, file, patch, companies).model_copy(update={"variant": variant})
    if variant != BASE:
        scenario = scenario.model_copy(update={"words": words_of(parse(text, file, None, companies))})
    world = _python(place)
    book = read_book(*_text(folder, shown, BOOK)) if (folder / BOOK).is_file() else None
    courses = {} if place.ours else _courses(place, variant)
    return LoadedScenario(
        scenario=scenario,
        make_world=lambda: world(scenario.parameters),
        responders=library(book) if book else ANYBODY,
        teammates=holders(book) if book else nobody,
        guard=lambda: _guarded(folder, shown, lambda: written(text, file, patch, companies)),
        library=None if place.ours else lambda: courses,
    )


def _python(place: ScenarioPlace) -> MakeWorld:
    """Return the world that the Python of a folder makes; other people's runs where the operator says so alone."""
    if place.ours:
        with authored(place.folder, place.shown):
            module = f"scenarios.{place.name}.world"
            return world_in(importlib.import_module(module) if importlib.util.find_spec(module) else None, place.shown)
    file = place.folder / "world.py"
    if file.is_file() and not trusted():
        what = f"is Python, which is not run unless you trust it; set {TRUST}=1 if you do"
        raise ScenarioError(f"{place.shown}/world.py:1: {what}")
    with authored(place.folder, place.shown):
        return world_in(module_at(file) if file.is_file() else None, place.shown)


def module_at(file: Path) -> ModuleType:
    """Return the module of a Python file outside of the package, run."""
    # Under the whole path, so that no two are one; registered as any module is, which dataclasses ask for.
    spec = importlib.util.spec_from_file_location(f"team_world:{file.resolve()}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module.__name__, None)
        raise
    return module


def _courses(place: ScenarioPlace, variant: str) -> Mapping[str, Any]:
    """Return the courses that lie beside a scenario outside of the package; none is as good as an empty one."""
    for name in (f"variants/{variant}.library.yaml", "library.yaml"):
        if (place.folder / name).is_file():
            return read(*_text(place.folder, place.shown, name)).data
    return {"scenario": place.name}


@contextmanager
def _guarded(folder: Path, shown: str, source: Callable[[], Written]) -> Iterator[None]:
    """Have what the author's Python raises, and a template that cannot be filled, say file and line."""
    with _filled(source), authored(folder, shown):
        yield


@contextmanager
def _filled(source: Callable[[], Written]) -> Iterator[None]:
    """Have a template that cannot be filled say file and line."""
    try:
        yield
    except BrokenTemplate as error:
        raise source().problem_with(error.template, error.what, error.remedy).error() from None


def _text(folder: Path, shown: str, file: str) -> tuple[str, str]:
    """Return the text of a file in a scenario's folder, and what messages call that file."""
    try:
        return text_of(folder / file, "mend it", LARGEST), f"{shown}/{file}"
    except UnreadableFile as error:
        raise ScenarioError(f"{shown}/{file}:{error.line}: file: {error.what}; {error.remedy}") from None


def world_in(module: Any, shown: str) -> MakeWorld:
    """Return the class of the world that a scenario's `world.py` names. Raises ScenarioError."""
    if module is None:
        raise ScenarioError(f"{shown}/scenario.yaml:1: world: there is no world.py beside it; add one with a WORLD")
    found = getattr(module, "WORLD", None)
    if found is None:
        raise ScenarioError(f"{shown}/world.py:1: it names no WORLD; add `WORLD = YourWorld` to it")
    wanted = [name for name, part in vars(World).items() if callable(part) and not name.startswith("_")]
    for name in wanted:
        if not hasattr(found, name):
            raise ScenarioError(f"{shown}/world.py:1: its WORLD has no {name}(); add it")
    return found  # type: ignore[no-any-return]


def parse(
    text: str, file: str, patch: tuple[str, str] | None = None, companies: Companies | None = None
) -> Scenario:
    """Return the scenario in `text`, patched. Raises ScenarioError for its first mistake, with line and remedy."""
    source = written(text, file, patch, companies)
    try:
        return Scenario.model_validate(source.data)
    except ValidationError as error:
        raise schema_problems(error, source, Scenario)[0].error() from None

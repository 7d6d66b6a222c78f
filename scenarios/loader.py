"""Read scenarios: YAML safely into models, the world and the scripted people beside it."""

from __future__ import annotations

import importlib
import importlib.util
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import scenarios
from scenarios.authors import authored
from scenarios.difficulty import at
from scenarios.players.book import BOOK, read_book
from scenarios.players.derived import ANYBODY, library
from scenarios.players.script import holders
from scenarios.written import Written, schema_problems, written
from simulator.errors import BrokenTemplate, DrillError, ScenarioError, UnknownName
from simulator.files import UnreadableFile, text_of
from simulator.loaded import LoadedScenario, nobody
from simulator.scenario.document import LARGEST
from simulator.scenario.model import Scenario
from simulator.scenario.spoken import words_of
from simulator.scenario.world import World

BASE, DRAWN = "base", "drawn"
"""The scenario as its own file has it; and, where people choose, any variant, without saying which."""
MakeWorld = Callable[[Mapping[str, float]], World]


def names() -> tuple[str, ...]:
    """Return the scenarios there are, whether they can be loaded or not."""
    return tuple(sorted(file.parent.name for root in scenarios.__path__ for file in Path(root).glob("*/scenario.yaml")))


def folder_of(name: str) -> Path:
    """Return the folder of a scenario. Raises UnknownName."""
    for root in scenarios.__path__:
        if (Path(root) / name / "scenario.yaml").is_file():
            return Path(root) / name
    raise UnknownName("scenario", name, names())


def variants(name: str) -> tuple[str, ...]:
    """Return the variants of a scenario, the base first. Raises UnknownName."""
    found = sorted(file.stem for file in folder_of(name).glob("variants/*.yaml"))
    return (BASE, *(one for one in found if "." not in one))


def draw(name: str, rng: random.Random) -> str:
    """Return a variant drawn from all of a scenario's. `rng` belongs to the host, never to the drill's seed."""
    return rng.choice(variants(name))


@dataclass(frozen=True)
class Offering:
    """The scenarios there are, by what can be done with them."""

    offered: tuple[str, ...]
    """Those that load and are no drafts: what the lobby lists."""
    broken: Mapping[str, str]
    """Name -> why it does not load, in one line."""


def catalogue() -> Offering:
    """Return which scenarios can be offered; one that does not load is named with its mistake."""
    offered: list[str] = []
    broken: dict[str, str] = {}
    for name in names():
        try:
            if not load(name).scenario.draft:
                offered.append(name)
        except DrillError as error:
            broken[name] = str(error)
    return Offering(tuple(offered), broken)


@lru_cache(maxsize=32)
def load(name: str, variant: str = BASE, difficulty: str = "standard") -> LoadedScenario:
    """Return a scenario ready to run. Raises UnknownName or ScenarioError."""
    if variant not in variants(name):
        raise UnknownName(f"variant of {name}", variant, variants(name))
    folder, shown = folder_of(name), f"scenarios/{name}"
    text, file = _text(folder, shown, "scenario.yaml")
    patch = None if variant == BASE else _text(folder, shown, f"variants/{variant}.yaml")
    scenario = parse(text, file, patch)
    if scenario.id != name:
        raise ScenarioError(f"{file}:1: id: is {scenario.id!r}; name the folder and the id alike")
    scenario = scenario.model_copy(update={"variant": variant})
    if variant != BASE:
        scenario = scenario.model_copy(update={"words": words_of(load(name).scenario)})
    with authored(folder, shown):
        module = f"scenarios.{name}.world"
        world = world_in(importlib.import_module(module) if importlib.util.find_spec(module) else None, shown)
    book = read_book(*_text(folder, shown, BOOK)) if (folder / BOOK).is_file() else None
    base = LoadedScenario(
        scenario=scenario,
        make_world=lambda: world(scenario.parameters),
        responders=library(book) if book else ANYBODY,
        teammates=holders(book) if book else nobody,
        guard=lambda: _guarded(folder, shown, lambda: written(text, file, patch)),
    )
    return at(base, difficulty)


@contextmanager
def _guarded(folder: Path, shown: str, source: Callable[[], Written]) -> Iterator[None]:
    """Have what the author's Python raises, and a template that cannot be filled, say file and line."""
    try:
        with authored(folder, shown):
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


def parse(text: str, file: str, patch: tuple[str, str] | None = None) -> Scenario:
    """Return the scenario in `text`, patched. Raises ScenarioError for its first mistake, with line and remedy."""
    source = written(text, file, patch)
    try:
        return Scenario.model_validate(source.data)
    except ValidationError as error:
        raise schema_problems(error, source, Scenario)[0].error() from None

"""Read scenarios: YAML safely into models, the world and the scripted people beside it."""

from __future__ import annotations

import importlib
import importlib.util
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

import scenarios
from scenarios.authors import authored
from scenarios.difficulty import at
from scenarios.patch import Patched, lay_over
from scenarios.players.derived import ANYBODY
from simulator.errors import DrillError, ScenarioError, UnknownName, nearest
from simulator.loaded import LoadedScenario, nobody
from simulator.scenario.document import Document, Steps, read
from simulator.scenario.model import Scenario
from simulator.scenario.world import World

BASE, DRAWN = "base", "drawn"
"""The scenario as its own file has it; and, where people choose, any variant, without saying which."""
MakeWorld = Callable[[Mapping[str, float]], World]


def names() -> tuple[str, ...]:
    """Return the scenarios there are, whether they can be loaded or not."""
    return tuple(sorted(folder.name for root in scenarios.__path__ for folder in _folders(Path(root))))


def _folders(root: Path) -> list[Path]:
    return [file.parent for file in root.glob("*/scenario.yaml")]


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
    drafts: tuple[str, ...]
    broken: Mapping[str, str]
    """Name -> why it does not load, in one line."""


def catalogue() -> Offering:
    """Return which scenarios can be offered; one that does not load is named with its mistake."""
    offered: list[str] = []
    drafts: list[str] = []
    broken: dict[str, str] = {}
    for name in names():
        try:
            (drafts if load(name).scenario.draft else offered).append(name)
        except DrillError as error:
            broken[name] = str(error)
    return Offering(tuple(offered), tuple(drafts), broken)


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
    with authored(folder, shown):
        world = world_in(_module(f"scenarios.{name}.world"), shown)
        responders = _module(f"scenarios.{name}.responders")
    base = LoadedScenario(
        scenario=scenario,
        make_world=lambda: world(scenario.parameters),
        responders=dict(getattr(responders, "RESPONDERS", ANYBODY)),
        teammates=getattr(responders, "TEAMMATES", nobody),
        source=file if patch is None else patch[1],
        guard=lambda: authored(folder, shown),
    )
    return at(base, difficulty)


def _text(folder: Path, shown: str, file: str) -> tuple[str, str]:
    """Return the text of a file in a scenario's folder, and what messages call that file."""
    try:
        return (folder / file).read_text(encoding="utf-8"), f"{shown}/{file}"
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{shown}/{file}:1: file: cannot be read as UTF-8 text ({error}); mend it") from None


def _module(name: str) -> Any:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


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


@dataclass(frozen=True)
class Written:
    """A scenario's data and where each part of it was written: its own file, or the patch over it."""

    data: dict[str, Any]
    base: Document
    patched: Patched | None = None
    patch: Document | None = None

    @property
    def patch_file(self) -> str:
        """Return the file of the patch, empty where there is none."""
        return self.patch.file if self.patch else ""

    def place(self, path: Sequence[str | int]) -> tuple[str, int]:
        """Return file and line (from 1) of what stands at `path`, or of the nearest part above it."""
        if self.patched is None or self.patch is None:
            return self.base.file, self.base.line(tuple(path))
        from_patch, there = self.patched.origin(tuple(path))
        document = self.patch if from_patch else self.base
        return document.file, document.line(there)


def written(text: str, file: str, patch: tuple[str, str] | None = None) -> Written:
    """Return what stands in `text`, with the (text, file) of a patch laid over it. Raises ScenarioError."""
    base = read(text, file)
    if patch is None:
        return Written(base.data, base)
    over = read(*patch)
    patched = lay_over(base.data, over.data)
    for path, what, remedy in patched.problems:
        raise ScenarioError(f"{over.file}:{over.line(path)}: {label(over.data, path)}: {what}; {remedy}")
    return Written(patched.data, base, patched, over)


def parse(text: str, file: str, patch: tuple[str, str] | None = None) -> Scenario:
    """Return the scenario in `text`, patched. Raises ScenarioError for its first mistake, with line and remedy."""
    source = written(text, file, patch)
    try:
        return Scenario.model_validate(source.data)
    except ValidationError as error:
        where, line, field, what, remedy = schema_problems(error, source)[0]
        raise ScenarioError(f"{where}:{line}: {field}: {what}; {remedy}") from None


# --- what pydantic found, in an author's words -------------------------------------------------------


def schema_problems(
    error: ValidationError, source: Written, model: type[BaseModel] = Scenario
) -> list[tuple[str, int, str, str, str]]:
    """Return (file, line, field, what is wrong, remedy) for every finding of a validation error of `model`."""
    found = []
    for problem in error.errors(include_url=False):
        path = tuple(problem["loc"])
        what, remedy = _told(problem, path, model)
        found.append((*source.place(path), label(source.data, path), what, remedy))
    return found


def label(nodes: Any, path: Sequence[str | int]) -> str:
    """Return a path as people say it, with ids in the place of numbers: `queries.git_log.takes`."""
    words = []
    for step in path:
        try:
            nodes = nodes[step]
        except (KeyError, IndexError, TypeError):
            nodes = None
        ident = nodes.get("id") if isinstance(step, int) and isinstance(nodes, Mapping) else None
        words.append(str(ident if ident is not None else step))
    return ".".join(words) or "file"


def _told(problem: Any, path: Steps, model: type[BaseModel]) -> tuple[str, str]:
    match problem["type"]:
        case "missing":
            return "is missing", "add it"
        case "extra_forbidden":
            return "no such field", f"remove or rename it{nearest(str(path[-1]), _fields_at(path[:-1], model))}"
        case "literal_error":
            return f"{problem['input']!r} is not possible", f"write {problem['ctx']['expected']}"
        case "tuple_type":
            return "is no list" if problem[
                "input"
            ] is not None else "is empty", "write [a, b], or a line `- a` for each"
        case "dict_type" | "model_type":
            return "is no mapping", "write {name: value}, or a line `name: value` for each"
    what = str(problem["msg"]).removeprefix("Value error, ")
    return what[:1].lower() + what[1:], "correct the value"


def _fields_at(path: Steps, model: type[BaseModel]) -> list[str]:
    """Return the fields a part of `model` has at `path`."""
    models: list[Any] = [model]
    for step in path:
        if isinstance(step, str):
            models = [m.model_fields[step].annotation for m in models if step in m.model_fields]
        models = [model for one in models for model in _models_in(one)]
    return sorted({info.alias or name for model in models for name, info in model.model_fields.items()})


def _models_in(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models_in(arg)]

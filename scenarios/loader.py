"""Read scenarios: YAML safely into models, the world beside it, the digest that pins both."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from scenarios.difficulty import at
from scenarios.patch import Patched, lay_over
from scenarios.players.derived import ANYBODY
from simulator.errors import ScenarioError, UnknownName, nearest
from simulator.loaded import LoadedScenario, nobody
from simulator.scenario.model import Scenario

LARGEST = 1_000_000
"""Characters beyond which a scenario file is not read."""
MOST_ALIASES = 200
SHARED = ("conditions.py", "plan.py", "said.py", "script.py")
"""Files of `scenarios/players` that decide what simulated holders do."""
BASE, DRAWN = "base", "drawn"
"""The scenario as its own file has it; and, where people choose, any variant, without saying which."""
Path = tuple[str | int, ...]


def names() -> tuple[str, ...]:
    """Return the scenarios that come with the package."""
    root = resources.files("scenarios")
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir() and _text_of(entry).is_file()))


def variants(name: str) -> tuple[str, ...]:
    """Return the variants of a scenario, the base first. Raises UnknownName."""
    if name not in names():
        raise UnknownName("scenario", name, names())
    folder = resources.files("scenarios") / name / "variants"
    found = [entry.name.removesuffix(".yaml") for entry in folder.iterdir()] if folder.is_dir() else []
    return (BASE, *sorted(one for one in found if "." not in one))


def draw(name: str, rng: random.Random) -> str:
    """Return a variant drawn from all of a scenario's. `rng` belongs to the host, never to the drill's seed."""
    return rng.choice(variants(name))


@lru_cache(maxsize=32)
def load(name: str, variant: str = BASE, difficulty: str = "standard") -> LoadedScenario:
    """Return a scenario ready to run. Raises UnknownName or ScenarioError."""
    if variant not in variants(name):
        raise UnknownName(f"variant of {name}", variant, variants(name))
    folder = resources.files("scenarios") / name
    file = f"scenarios/{name}/scenario.yaml"
    text = _text_of(folder).read_text(encoding="utf-8")
    patch = None
    if variant != BASE:
        patched = f"scenarios/{name}/variants/{variant}.yaml"
        patch = (folder / "variants" / f"{variant}.yaml").read_text(encoding="utf-8"), patched
    scenario = parse(text, file, patch)
    if scenario.id != name:
        raise ScenarioError(f"{file}:1: id: is {scenario.id!r}; name the folder and the id alike")
    scenario = scenario.model_copy(update={"variant": variant})
    world = world_class(f"scenarios.{name}.world", file)
    responders = _module(f"scenarios.{name}.responders")
    base = LoadedScenario(
        scenario=scenario,
        make_world=lambda: world(scenario.parameters),
        digest=_digest(text + (f"\0{patch[0]}" if patch else ""), folder),
        responders=dict(getattr(responders, "RESPONDERS", ANYBODY)),
        teammates=getattr(responders, "TEAMMATES", nobody),
        source=file if patch is None else patch[1],
        mechanics=mechanics(scenario, folder),
    )
    return at(base, difficulty)


@dataclass(frozen=True)
class Written:
    """A scenario's data and where each part of it was written: its own file, or the patch over it."""

    data: dict[str, Any]
    file: str
    nodes: Any
    patched: Patched | None = None
    patch_file: str = ""
    patch_nodes: Any = None

    def place(self, path: Sequence[str | int]) -> tuple[str, int]:
        """Return file and line (from 1) of what stands at `path`, or of the nearest part above it."""
        if self.patched is None:
            return self.file, line_of(self.nodes, path)
        from_patch, there = self.patched.origin(tuple(path))
        if from_patch:
            return self.patch_file, line_of(self.patch_nodes, there)
        return self.file, line_of(self.nodes, there)


def written(text: str, file: str, patch: tuple[str, str] | None = None) -> Written:
    """Return what stands in `text`, with the (text, file) of a patch laid over it. Raises ScenarioError."""
    nodes = read_yaml(text, file, lines=True)
    data = plain(nodes)
    if patch is None:
        return Written(data, file, nodes)
    patch_nodes = read_yaml(*patch, lines=True)
    patched = lay_over(data, plain(patch_nodes))
    for path, what, remedy in patched.problems:
        raise ScenarioError(f"{patch[1]}:{line_of(patch_nodes, path)}: {label(patch_nodes, path)}: {what}; {remedy}")
    return Written(patched.data, file, nodes, patched, patch[1], patch_nodes)


def parse(text: str, file: str, patch: tuple[str, str] | None = None) -> Scenario:
    """Return the scenario in `text`, patched. Raises ScenarioError for its first mistake, with line and remedy."""
    data = read_yaml(text, file)
    if patch is not None:
        over = lay_over(data, read_yaml(*patch))
        data = over.data if not over.problems else written(text, file, patch).data
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        where, line, field, what, remedy = schema_problems(error, written(text, file, patch))[0]
        raise ScenarioError(f"{where}:{line}: {field}: {what}; {remedy}") from None


def world_class(module: str, file: str) -> Any:
    """Return the world that stands beside a scenario: `WORLD` in its `world.py`."""
    found = _module(module)
    world = getattr(found, "WORLD", None)
    if world is None:
        raise ScenarioError(f"{file}:1: world: there is no world.py with a WORLD beside it; add one")
    return world


def _module(name: str) -> Any:
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _text_of(folder: Traversable) -> Traversable:
    return folder / "scenario.yaml"


def _digest(text: str, folder: Traversable) -> str:
    """Return the SHA-256 over everything that shapes a journal: text, world, and what simulated holders do."""
    digest = hashlib.sha256(text.encode())
    own = [entry for entry in folder.iterdir() if entry.name.endswith(".py")]
    shared = [resources.files("scenarios.players") / name for name in SHARED]
    for entry in (*sorted(own, key=lambda entry: entry.name), *shared):
        digest.update(f"\0{entry.name}\0{entry.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()


MOVED_BY = ("parameters", "harm", "merges", "starts_at", "horizon", "fault_at")
ACTS_BY = ("id", "takes", "propagation", "starts_with", "effects", "stalls_when", "preconditions", "repeatable")
SCRIPTED = ("scenarios.players", "simulator.briefing")
"""What a module of scripted responders imports, and a world does not."""


def mechanics(scenario: Scenario, folder: Traversable) -> str:
    """Return the SHA-256 over what decides how the world moves and answers actions; words do not count."""
    digest = hashlib.sha256()
    parts = [scenario.model_dump_json(include=set(MOVED_BY))]
    parts += [action.model_dump_json(include=set(ACTS_BY)) for action in scenario.actions]
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        source = entry.read_text(encoding="utf-8") if entry.name.endswith(".py") else ""
        if source and not any(name in source for name in SCRIPTED):
            parts.append(source)
    for part in parts:
        digest.update(f"{part}\0".encode())
    return digest.hexdigest()


# --- YAML --------------------------------------------------------------------------------------------


class _Composer(Composer):
    """Refuses files that multiply themselves through aliases."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                mark = self.parser.peek_event().start_mark
                raise MarkedYAMLError(problem=f"more than {MOST_ALIASES} aliases", problem_mark=mark)
        return super().compose_node(parent, index)


def read_yaml(text: str, file: str, *, lines: bool = False) -> Any:
    """Return plain data, or with `lines` nodes that know where they stand. Raises ScenarioError."""
    if len(text) > LARGEST:
        raise ScenarioError(f"{file}:1: file: {len(text):,} characters; keep it below {LARGEST:,}")
    yaml = YAML(typ="rt" if lines else "safe", pure=True)
    yaml.Composer = _Composer
    try:
        data = yaml.load(text)
    except YAMLError as error:
        raise ScenarioError(_yaml_problem(error, file)) from None
    except RecursionError:
        raise ScenarioError(f"{file}:1: file: nested too deeply; flatten it") from None
    if not isinstance(data, Mapping):
        raise ScenarioError(f"{file}:1: file: holds no mapping; start with `format: 1` and the scenario's fields")
    return data if lines else plain(data)


def _yaml_problem(error: YAMLError, file: str) -> str:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    what = " ".join(str(getattr(error, "problem", None) or error).split())
    if isinstance(error, DuplicateKeyError):
        return f"{file}:{line}: yaml: {what.partition(' with value')[0]}; keep one of the two"
    return f"{file}:{line}: yaml: {what}; mend the indentation, brackets or quotes there"


def plain(data: Any) -> Any:
    """Return nodes as plain data; keys are words, also where YAML takes a field called `true` for a truth value."""
    if isinstance(data, Mapping):
        return {str(key).lower() if isinstance(key, bool) else key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(item) for item in data]
    return data


def line_of(nodes: Any, path: Sequence[str | int]) -> int:
    """Return the line (from 1) where `path` stands in nodes read with `lines`, or the nearest part above it."""
    line = 1
    for step in path:
        key: Any = step
        if isinstance(step, str) and isinstance(nodes, Mapping) and step not in nodes:
            key = {"true": True, "false": False}.get(step, step)
        where = getattr(nodes, "lc", None)
        known = where.data if where is not None and where.data else {}
        if key not in known:
            break
        line = known[key][0] + 1
        nodes = nodes[key]
    return line


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


def _told(problem: Any, path: Path, model: type[BaseModel]) -> tuple[str, str]:
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


def _fields_at(path: Path, model: type[BaseModel]) -> list[str]:
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

"""Read scenarios: YAML safely into models, the world beside it, the digest that pins both."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
from collections.abc import Mapping, Sequence
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

from simulator.errors import ScenarioError, UnknownName, nearest
from simulator.scenario import LoadedScenario, Scenario

LARGEST = 1_000_000
"""Characters beyond which a scenario file is not read."""
MOST_ALIASES = 200
SHARED = ("moves.py", "responders.py")
"""Python files beside the scenario folders that decide what simulated holders do."""
Path = tuple[str | int, ...]


def names() -> tuple[str, ...]:
    """Return the scenarios that come with the package."""
    root = resources.files("scenarios")
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir() and _text_of(entry).is_file()))


@lru_cache(maxsize=32)
def load(name: str, variant: str = "base") -> LoadedScenario:
    """Return a scenario ready to run. Raises UnknownName or ScenarioError."""
    if name not in names():
        raise UnknownName("scenario", name, names())
    if variant != "base":
        raise UnknownName(f"variant of {name}", variant, ["base"])
    folder = resources.files("scenarios") / name
    file = f"scenarios/{name}/scenario.yaml"
    text = _text_of(folder).read_text(encoding="utf-8")
    scenario = parse(text, file)
    if scenario.id != name:
        raise ScenarioError(f"{file}:1: id: is {scenario.id!r}; name the folder and the id alike")
    world = world_class(f"scenarios.{name}.world", file)
    responders = _module(f"scenarios.{name}.responders")
    return LoadedScenario(
        scenario=scenario,
        make_world=lambda: world(scenario.parameters),
        digest=_digest(text, folder),
        responders=dict(getattr(responders, "RESPONDERS", {})),
        teammates=dict(getattr(responders, "TEAMMATES", {})),
        source=file,
    )


def parse(text: str, file: str) -> Scenario:
    """Return the scenario in `text`. Raises ScenarioError for its first mistake, with line and remedy."""
    data = read_yaml(text, file)
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        line, field, what, remedy = schema_problems(error, read_yaml(text, file, lines=True))[0]
        raise ScenarioError(f"{file}:{line}: {field}: {what}; {remedy}") from None


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
    shared = [resources.files("scenarios") / name for name in SHARED]
    for entry in (*sorted(own, key=lambda entry: entry.name), *shared):
        digest.update(f"\0{entry.name}\0{entry.read_text(encoding='utf-8')}".encode())
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
    error: ValidationError, nodes: Any, model: type[BaseModel] = Scenario
) -> list[tuple[int, str, str, str]]:
    """Return (line, field, what is wrong, remedy) for every finding of a validation error of `model`."""
    found = []
    for problem in error.errors(include_url=False):
        path = tuple(problem["loc"])
        what, remedy = _told(problem, path, model)
        found.append((line_of(nodes, path), label(nodes, path), what, remedy))
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

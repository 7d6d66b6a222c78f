"""Everything an author can get wrong in a scenario or playbook, found without playing it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from analytics.playbook import Playbook
from scenarios.findings import Check, Finding, MakeWorld, of_error
from scenarios.loader import (
    Written,
    label,
    line_of,
    mechanics,
    parse,
    plain,
    read_yaml,
    schema_problems,
    world_class,
    written,
)
from scenarios.patch import lay_over
from simulator.errors import ScenarioError
from simulator.scenario.model import Scenario


def check_path(path: Path) -> list[Finding]:
    """Return the findings of a scenario's folder or file, its variants included, or of a playbook's file, by line."""
    file = path / "scenario.yaml" if path.is_dir() else path
    text = _read(file)
    if isinstance(text, Finding):
        return [text]
    findings = check_text(text, str(file), lambda: _world_beside(file)) + _old_courses(file, text)
    if file.name != "scenario.yaml" or any(found.level == "error" for found in findings):
        return findings
    for patch in sorted((file.parent / "variants").glob("*.yaml")):
        over = _read(patch)
        if isinstance(over, Finding):
            findings.append(over)
        elif "." not in patch.name.removesuffix(".yaml"):
            findings += check_text(text, str(file), lambda: _world_beside(file), (over, str(patch)))
            findings += _old_courses(file, text, (over, str(patch)))
    return sorted(dict.fromkeys(findings))


def _old_courses(file: Path, text: str, patch: tuple[str, str] | None = None) -> list[Finding]:
    """Return a warning where a library's finalists were searched with other mechanics than these."""
    library = Path(patch[1]).with_suffix(".library.yaml") if patch else file.parent / "library.yaml"
    found = _read(library)
    try:
        if file.name != "scenario.yaml" or isinstance(found, Finding):
            return []
        nodes = read_yaml(found, str(library), lines=True)
        now = mechanics(parse(text, str(file), patch), file.parent)
    except ScenarioError:
        return []  # said elsewhere
    if nodes.get("digest", now) == now:
        return []
    what = "digest: the finalists were searched with another world or other actions"
    return [Finding(str(library), line_of(nodes, ("digest",)), what, "search again: make finalists", "warning")]


def _read(file: Path) -> str | Finding:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read as UTF-8 text ({error})"
        return Finding(str(file), 1, what, "give a scenario's folder or a YAML file")


def check_text(
    text: str,
    file: str,
    find_world: Callable[[], MakeWorld] | None = None,
    patch: tuple[str, str] | None = None,
) -> list[Finding]:
    """Return the findings of a scenario's or playbook's text; without a world its names go unchecked.

    With the (text, file) of a variant's patch: those of the scenario with the patch laid over it.
    """
    try:
        nodes = read_yaml(text, file, lines=True)
        if "parts" in nodes or "bands" in nodes:
            return _check_playbook(Written(plain(nodes), file, nodes))
        if patch is not None and (found := _misplaced(plain(nodes), *patch)):
            return found
        source = written(text, file, patch)
        scenario = Scenario.model_validate(source.data)
    except ScenarioError as error:
        return [of_error(error, file)]
    except ValidationError as error:
        return sorted(_schema(error, source, Scenario))
    check = Check(source, scenario)
    check.run(find_world)
    return sorted(check.findings)


def _misplaced(base: dict[str, Any], text: str, file: str) -> list[Finding]:
    """Return what a patch cannot do at all."""
    nodes = read_yaml(text, file, lines=True)
    problems = lay_over(base, plain(nodes)).problems
    return [
        Finding(file, line_of(nodes, path), f"{label(nodes, path)}: {what}", remedy) for path, what, remedy in problems
    ]


def _check_playbook(source: Written) -> list[Finding]:
    try:
        Playbook.model_validate(source.data)
    except ValidationError as error:
        return sorted(_schema(error, source, Playbook))
    return []


def _schema(error: ValidationError, source: Written, model: Any) -> Iterator[Finding]:
    for file, line, name, what, remedy in schema_problems(error, source, model):
        yield Finding(file, line, f"{name}: {what}", remedy)


def _world_beside(file: Path) -> MakeWorld:
    """Return the class of the world in the scenario's folder. Raises ScenarioError."""
    folder = file.resolve().parent
    if folder.parent == Path(__file__).resolve().parent:
        return world_class(f"scenarios.{folder.name}.world", str(file))  # type: ignore[no-any-return]
    spec = importlib.util.spec_from_file_location("checked_world", folder / "world.py")
    if spec is None or spec.loader is None or not (folder / "world.py").is_file():
        raise ScenarioError(f"{file}:1: world: there is no world.py beside it; add one with a WORLD")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, "WORLD", None)
    if found is None:
        raise ScenarioError(f"{file}:1: world: its world.py names no WORLD; add `WORLD = YourWorld` to it")
    return found  # type: ignore[no-any-return]

"""Inspect a scenario's folder, its variants and library, or a playbook's file."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import scenarios
from analytics.playbook import Playbook
from scenarios.authors import authored
from scenarios.declared.company import FILE as COMPANY
from scenarios.declared.company import Companies, check_company, companies_at
from scenarios.declared.made import FILE
from scenarios.lint.apart import checked_apart
from scenarios.lint.book import check_book
from scenarios.lint.drill import check_drill
from scenarios.lint.playbook import check_playbook
from scenarios.lint.scenario import Inspection
from scenarios.lint.untrue import untrue
from scenarios.loader import MakeWorld, module_at, parse, world_in
from scenarios.patch import lay_over
from scenarios.players.book import BOOK
from scenarios.problem import Problem, of_error
from scenarios.spelled_out import written
from scenarios.written import Written, schema_problems
from simulator.errors import ScenarioError
from simulator.files import UnreadableFile, text_of
from simulator.scenario.document import LARGEST, read
from simulator.scenario.model import Scenario

FindWorld = Callable[[], MakeWorld | None]
"""Gives the class of a scenario's world; None where its Python is not to be run."""


def check_path(path: Path, run: bool = False) -> list[Problem]:
    """Return the problems of a scenario's folder or file, its variants included, or of a playbook's file, by line.

    The Python beside a scenario of the package is ours. Anybody else's runs with `run` alone, in a process of its own;
    without it a note says what went unchecked.
    """
    file = _file(path)
    world = _folder(file) / "world.py"
    if file.name == FILE or not world.is_file() or _ours(world):
        return check_here(file)
    if run:
        return checked_apart(file, world)
    asked: list[Path] = []
    problems = check_here(file, lambda: asked.append(world))
    what = "not run: names of its knobs, facts, sources and figures, and all templates are unchecked"
    note = Problem(str(file.with_name(world.name)), 1, what, "add --run if you trust it", "note")
    return [*problems, note] if asked else problems


def _file(path: Path) -> Path:
    """Return the file that a scenario or playbook at `path` is written in."""
    if path.is_dir():
        return path / (FILE if (path / FILE).is_file() else "scenario.yaml")
    return path.with_name("scenario.yaml") if path.name == BOOK else path


def _folder(file: Path) -> Path:
    """Return the folder that a file really lies in."""
    return Path(os.path.realpath(file)).parent


def _ours(world: Path) -> bool:
    """Tell whether a file lies in a scenario's folder of the package, wherever that is."""
    return world.parent.parent in (Path(root).resolve() for root in scenarios.__path__)


def check_here(file: Path, find_world: FindWorld | None = None) -> list[Problem]:
    """Return the problems of a scenario's or playbook's file and of what lies beside it, in this process.

    The world is the one beside it, unless another way to find one is given.
    """
    find_world = find_world or (lambda: _world_beside(file))
    text = _read(file)
    if isinstance(text, Problem):
        return [text]
    if file.name == COMPANY:
        return checked(lambda: check_company(text, str(file), _beside(file)), str(file))
    try:
        companies = companies_at(_folder(file))
    except ScenarioError as error:
        return [of_error(error, str(file))]
    if file.name == FILE:
        return check_drill(text, str(file), _folder(file).name, companies)
    problems = _of_text(text, file, find_world, companies)
    if file.name != "scenario.yaml" or any(one.level == "error" for one in problems):
        return problems
    patches: list[tuple[str, str]] = []
    for patch in sorted((file.parent / "variants").glob("*.yaml")):
        over = _read(patch)
        if isinstance(over, Problem):
            problems.append(over)
        elif "." not in patch.stem:
            patches.append((over, str(patch)))
            problems += _of_text(text, file, find_world, companies, patches[-1])
    if not any(one.level == "error" for one in problems):
        read_so = [parse(text, str(file), patch, companies) for patch in (None, *patches)]
        problems += _of_book(file.parent / BOOK, read_so)
    return sorted(dict.fromkeys(problems))


def checked(check: Callable[[], list[Problem]], file: str) -> list[Problem]:
    """Return what a check finds, or the one thing that keeps it from being made."""
    try:
        return check()
    except ScenarioError as error:
        return [of_error(error, file)]


def _of_book(file: Path, scenarios: list[Scenario]) -> list[Problem]:
    """Return the problems of the book beside a scenario, which may have none."""
    text = _read(file) if file.exists() else None
    return [text] if isinstance(text, Problem) else check_book(text, str(file), scenarios) if text is not None else []


def _beside(file: Path) -> list[dict[str, Any]]:
    """Return what scenarios beside a company's file or in folders beside it say, as far as they can be read."""
    beside = (FILE, "scenario.yaml", f"*/{FILE}", "*/scenario.yaml")
    found = (_read(path) for names in beside for path in sorted(file.parent.glob(names)))
    data = []
    for text in found:
        with suppress(ScenarioError):  # said where it is checked
            data += [read(text, str(file)).data] if isinstance(text, str) else []
    return data


def _of_text(
    text: str, file: Path, find_world: FindWorld, companies: Companies, patch: tuple[str, str] | None = None
) -> list[Problem]:
    """Return the problems of a scenario or variant, of its world, and of its library."""
    try:
        with authored(_folder(file), str(file.parent)):
            found = check_text(text, str(file), find_world, patch, companies)
            return found + _old_courses(file, text, patch, companies)
    except ScenarioError as error:
        return [of_error(error, str(file))]


def _old_courses(
    file: Path, text: str, patch: tuple[str, str] | None, companies: Companies
) -> list[Problem]:
    """Return a warning where a library's finalists were searched with another version than this one."""
    library = Path(patch[1]).with_suffix(".library.yaml") if patch else file.parent / "library.yaml"
    found = _read(library)
    try:
        if file.name != "scenario.yaml" or isinstance(found, Problem):
            return []
        document = read(found, str(library))
        now = parse(text, str(file), patch, companies).whole_version
    except ScenarioError:
        return []  # said elsewhere
    searched = document.data.get("scenario_version", now)
    if searched == now:
        return []
    what = f"scenario_version: the finalists were searched with version {searched}, this is version {now}"
    line = document.line(("scenario_version",))
    return [Problem(str(library), line, what, f"search again: drill finalists {file.parent}", "warning")]


def _read(file: Path) -> str | Problem:
    try:
        return text_of(file, "give a scenario's folder or a YAML file", LARGEST)
    except UnreadableFile as error:
        return Problem(str(file), error.line, error.what, error.remedy)


def check_text(
    text: str,
    file: str,
    find_world: FindWorld | None = None,
    patch: tuple[str, str] | None = None,
    companies: Companies | None = None,
) -> list[Problem]:
    """Return the problems of a scenario's or playbook's text; without a world its names go unchecked.

    With the (text, file) of a variant's patch: those of the scenario with the patch laid over it.
    """
    try:
        document = read(text, file)
        if "parts" in document.data or "bands" in document.data:
            return _check_playbook(Written(document.data, document))
        below = written(text, file, companies=companies)
        if patch is not None and (found := _misplaced(below.data, *patch)):
            return found
        source = written(text, file, patch, companies)
        scenario = Scenario.model_validate(source.data)
    except ScenarioError as error:
        return [of_error(error, file)]
    except ValidationError as error:
        return sorted(schema_problems(error, source, Scenario))
    check = Inspection(source, scenario)
    check.run(find_world)
    if patch is not None:
        check.problems += untrue(below, source)
    return sorted(check.problems)


def _misplaced(base: dict[str, Any], text: str, file: str) -> list[Problem]:
    """Return what a patch cannot do at all."""
    over = read(text, file)
    return [Written(over.data, over).problem(*problem) for problem in lay_over(base, over.data).problems]


def _check_playbook(source: Written) -> list[Problem]:
    try:
        playbook = Playbook.model_validate(source.data)
    except ValidationError as error:
        return sorted(schema_problems(error, source, Playbook))
    return sorted(check_playbook(playbook, source))


def _world_beside(file: Path) -> MakeWorld:
    """Return the class of the world in the scenario's folder, wherever that is. Raises ScenarioError."""
    folder = _folder(file)
    source, module = folder / "world.py", None
    if source.is_file() and _ours(source):
        module = importlib.import_module(f"scenarios.{folder.name}.world")
    elif source.is_file():
        module = module_at(source)
    return world_in(module, str(file.parent))

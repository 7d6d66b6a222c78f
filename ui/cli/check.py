"""Check what authors write, and print the schemas of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ui.cli import tables
from ui.cli.shared import progress, put, say

if TYPE_CHECKING:
    from scenarios.lint import Problem
    from scenarios.written import Written
    from simulator.loaded import LoadedScenario


def check(
    path: Annotated[Path, typer.Argument(help="A scenario's folder or file, or the file of a playbook or company.")],
    run: Annotated[
        bool, typer.Option("--run", help="Run the world.py beside it too, and play what the package ships.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Play nothing: read, and walk its world.")] = False,
) -> None:
    """Say what is wrong with a scenario or playbook: file, line, what, and how to mend it.

    A drill in one file is played, since it holds no code. No Python but the package's own is run without --run: names
    that a world.py gives are unchecked then, and nothing is played.
    """
    problems = looked_at(path, run)
    well = not any(problem.level == "error" for problem in problems)
    if well and not quick and (run or in_one_file(path)):
        with progress("playing") as report:
            problems += played(path, report)
    for problem in problems:
        say(str(problem))
    if all(problem.level == "note" for problem in problems):
        say(f"{path}: nothing to mend{' in what was checked' if problems else ''}")
    if well and _is_draft(path):
        say(f"{path}: a draft; take `draft: true` out and the lobby offers it")
    put({"path": str(path), "findings": [asdict(problem) for problem in problems]})
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(1)


def _is_draft(path: Path) -> bool:
    """Tell whether a drill in one file, in which nothing is wrong, is a draft: no lobby offers it."""
    from scenarios.loader import load_at

    return in_one_file(path) and load_at(str(path)).scenario.draft


def looked_at(path: Path, run: bool) -> list[Problem]:
    """Return what is wrong with what lies at `path`, without playing it."""
    from scenarios.lint import check_path
    from simulator.files import known

    return check_path(known(path, "give a scenario's folder or a YAML file"), run)


def in_one_file(path: Path) -> bool:
    """Tell whether a drill in one file lies at `path`."""
    from scenarios.declared.made import FILE

    return (path / FILE).is_file() if path.is_dir() else path.name == FILE


def played(path: Path, report: Callable[[int, int], None]) -> list[Problem]:
    """Play the scenario at `path` and return what only playing shows; that it was not, where it is somebody else's.

    `report` is told how many of how many steps are done, for each of the two ways of playing anew.
    """
    from scenarios.lint import Problem
    from scenarios.sources import variants_at

    found = variants_at(path)
    if found is None:
        remedy = "play your own with `drill play`, where the package finds it"
        return [Problem(str(path), 1, "not played: --run plays the package's own scenarios, no copies", remedy, "note")]
    return rehearsed(found, in_one_file(path), report)


def rehearsed(
    found: Iterable[tuple[LoadedScenario, Written]], in_one_file: bool, report: Callable[[int, int], None]
) -> list[Problem]:
    """Play a scenario in each of its variants and return what only playing shows."""
    from analytics.runs.rehearse import Variant, rehearse
    from analytics.runs.trial import trial
    from scenarios.lint import Problem

    variants = [Variant(loaded, source) for loaded, source in found]
    remarks = rehearse(variants, report)
    if in_one_file:
        remarks += trial(variants, report)
    return [Problem(*remark) for remark in remarks]


def playbook(
    name: Annotated[str, typer.Argument(help="A playbook's name, or the path of its YAML file.")] = "recovery",
) -> None:
    """Print a playbook as Markdown: what is judged, for how much, by when, and how."""
    from analytics.playbook import load
    from analytics.report.handbook import handbook

    tables.text(handbook(load(name)))


Schema = Literal["scenario", "drill", "company", "playbook", "book", "command"]


def schema(what: Annotated[Schema, typer.Argument(help="scenario, drill, company, playbook, book, command.")]) -> None:
    """Print a JSON Schema for editors and other tools."""
    if what == "command":
        from simulator import orders

        put(orders.schema())
    elif what == "scenario":
        from scenarios import spelled_out

        put(spelled_out.schema())
    elif what == "drill":
        from scenarios.declared.drill import DrillData
        from simulator.described import Described

        put(DrillData.model_json_schema(schema_generator=Described))
    elif what == "company":
        from scenarios.declared.company import CompanyData
        from simulator.described import Described

        put(CompanyData.model_json_schema(schema_generator=Described))
    elif what == "book":
        from scenarios.players import book

        put(book.schema())
    else:
        from analytics.playbook import Playbook
        from simulator.described import Described

        put(Playbook.model_json_schema(schema_generator=Described))

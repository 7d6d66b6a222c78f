"""Check what authors write, and print the schemas of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ui.cli import tables
from ui.cli.shared import err, known, progress, put

if TYPE_CHECKING:
    from scenarios.lint import Problem


def check(
    path: Annotated[Path, typer.Argument(help="A scenario's folder or file, or a playbook's file.")],
    run: Annotated[bool, typer.Option("--run", help="Play the scenario too, with every responder.")] = False,
) -> None:
    """Say what is wrong with a scenario or playbook: file, line, what, and how to mend it."""
    from scenarios.lint import check_path

    problems = check_path(known(path, "give a scenario's folder or a YAML file"))
    if run and not any(problem.level == "error" for problem in problems):
        problems += played(path)
    for problem in problems:
        err.print(str(problem), markup=False)
    if not problems:
        err.print(f"{path}: nothing to mend", markup=False)
    put({"path": str(path), "findings": [asdict(problem) for problem in problems]})
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(1)


def played(path: Path) -> list[Problem]:
    """Play the scenario at `path` and return what only playing shows."""
    from analytics.runs.rehearse import Variant, rehearse
    from scenarios.lint import Problem
    from scenarios.sources import variants_at

    variants = [Variant(loaded, source) for loaded, source in variants_at(path)]
    with progress("playing") as report:
        remarks = rehearse(variants, report)
    return [Problem(*remark) for remark in remarks]


def playbook(
    name: Annotated[str, typer.Argument(help="A playbook's name, or the path of its YAML file.")] = "recovery",
) -> None:
    """Print a playbook as Markdown: what is judged, for how much, by when, and how."""
    from analytics.playbook import load
    from analytics.report.handbook import handbook

    tables.text(handbook(load(name)))


Schema = Literal["scenario", "playbook", "book", "command"]


def schema(what: Annotated[Schema, typer.Argument(help="scenario, playbook, book or command.")]) -> None:
    """Print a JSON Schema for editors and other tools."""
    if what == "command":
        from simulator import orders

        put(orders.schema())
    elif what == "scenario":
        from simulator.scenario.model import Scenario

        put(Scenario.model_json_schema())
    elif what == "book":
        from scenarios.players import book

        put(book.schema())
    else:
        from analytics.playbook import Playbook

        put(Playbook.model_json_schema())

"""Check what authors write, and print the schemas of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.choices import Schema
from ui.cli.shared import bar, err, known, put

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
    with bar() as progress:
        task = progress.add_task("playing", total=None)
        remarks = rehearse(variants, lambda at, of: progress.update(task, completed=at, total=of))
    return [Problem(*remark) for remark in remarks]


def schema(what: Annotated[Schema, typer.Argument(help="scenario, playbook, book or command.")]) -> None:
    """Print a JSON Schema for editors and other tools."""
    if what is Schema.command:
        from simulator import orders

        put(orders.schema())
    elif what is Schema.scenario:
        from simulator.scenario.model import Scenario

        put(Scenario.model_json_schema())
    elif what is Schema.book:
        from scenarios.players import book

        put(book.schema())
    else:
        from analytics.playbook import Playbook

        put(Playbook.model_json_schema())

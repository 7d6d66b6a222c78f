"""Play many drills: to calibrate a scenario, and to find its best courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli import tables
from ui.cli.shared import Form, Level, Variant, chosen, progress, put, say

if TYPE_CHECKING:
    from analytics.runs.calibrate import Row


def calibrate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, such as auth_token, or the path of its folder.")],
    variant: Variant = "base",
    difficulty: Level = "standard",
    policies: Annotated[str, typer.Option(help="Responders, separated by commas; all of them if left out.")] = "",
    seeds: Annotated[int, typer.Option(min=1, max=100_000, help="Seeds 1 to this many.")] = 20,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes to use.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler to use instead.")] = None,
    playbook: Annotated[
        str, typer.Option(help="A playbook's name or file; several with commas between, or `all`.")
    ] = "recovery",
    form: Form = "table",
) -> None:
    """Play many drills over policies, seeds and playbooks: score, loss and harm, with their spread."""
    from analytics.playbook import names as playbooks
    from analytics.runs import calibrate as many
    from scenarios.uploaded import carried

    names = [name.strip() for name in policies.split(",") if name.strip()]
    books = playbooks() if playbook == "all" else [one.strip() for one in playbook.split(",") if one.strip()]
    there = chosen(scenario, variant)
    load, name = carried(scenario)
    wanted = [job for book in books for job in many.jobs_for(load, name, there, names, seeds, book, difficulty)]
    drills = sum(len(job.policies) for job in wanted)
    rows: list[Row] = []
    with progress("{task.completed:.0f} of {task.total:.0f} drills", drills) as report:

        def one(row: Row) -> None:
            rows.append(row)
            report(len(rows), drills)

        with many.executor(jobs, scheduler) as pool:
            stopped = many.run(wanted, pool, one)
    if stopped:
        say(f"{stopped}; {len(rows)} of {drills} drills are finished and stand")
    if form == "json":
        put(many.as_data(rows, drills))
    else:
        tables.calibration(many.summary(rows))
    if stopped:
        raise typer.Exit(130 if stopped == many.INTERRUPTED else 2)


def finalists(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Names of scenarios, or paths of their folders; all if left out.")
    ] = None,
) -> None:
    """Search the best courses of scenarios and their variants again, and write them into their libraries."""
    from analytics.runs.finalists import renew
    from scenarios.loader import load_at, names
    from scenarios.roots import place_at

    for name in scenarios or names():
        folder = place_at(name).folder
        renewed = [found for variant in load_at(name).variants if (found := renew(load_at(name, variant), folder))]
        if scenarios and not renewed:
            say(f"{name}: has no library with a grid to search; the courses of a drill in one file follow from it")
        for file, best in renewed:
            if best:
                say(f"{file}: {len(best)} finalists, best {best[0].loss:.4f} ({best[0].name})")

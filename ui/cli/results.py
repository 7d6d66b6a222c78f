"""What goes out for a team's own tools: results of many drills, and a scenario's list of events."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulator.errors import DrillError
from ui.cli import shared
from ui.cli.shared import Database, Level, Variant, progress, put, say
from ui.cli.store import opened

if TYPE_CHECKING:
    from simulator.room.results import Wanted
    from simulator.room.store import Store

NAMED = 5
"""Drills of a kind that a line names."""
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A file instead of the terminal.")]


def results(
    form: Annotated[
        Literal["json", "csv", "parquet"], typer.Option("--format", help="Parquet goes to a file or pipe.")
    ] = "json",
    table: Annotated[
        Literal["drills", "criteria", "times"], typer.Option(help="A row a drill, a criterion, or a turning point.")
    ] = "drills",
    out: Out = None,
    team: Annotated[str, typer.Option(help="A team's name; all drills without it.")] = "",
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make all rows again from the records first.")] = False,
    data: Database = None,
) -> None:
    """Print the results of scored drills for your own tools, samples left out."""
    from analytics.report import cells, trends
    from simulator.room import rebuild as anew
    from simulator.room import teams
    from simulator.room.results import every

    with opened(data, writes=rebuild) as store:
        if rebuild:
            with progress("{task.completed:.0f} of {task.total:.0f} drills") as report:
                made = anew.rebuild(store, report)
            say(f"made {made.made} rows again")
            _left_out(made.left)
        else:
            _take_in(store)
        found = (one for one in every(store, _wanted(store, team)) if not one.sample)
        frame = {"drills": trends.drills, "criteria": trends.criteria, "times": trends.times}[table](found)
        if "team" in frame:
            known = teams.names(store)
            frame["team"] = [known.get(one, "") for one in frame["team"]]
    if form == "json":
        rows = frame.astype({"ended": "str"}).astype(object).where(frame.notna(), None).to_dict(orient="records")
        return put(rows) if out is None else _write(out, _json(rows))
    return _give(cells.csv(frame) if form == "csv" else cells.parquet(frame), out, form == "csv")


def _take_in(store: Store) -> None:
    """Make the rows that are missing, where the database can be written."""
    from simulator.errors import StoreError
    from simulator.room.rebuild import make_each, missing

    if drills := missing(store):
        try:
            with store.transaction(writes=True):
                pass  # a database that only can be read would say the same of each
        except StoreError as error:
            return _left_out(dict.fromkeys(drills, str(error)))
        _left_out(make_each(store, drills).left)
    return None


def _left_out(left: Mapping[str, str]) -> None:
    """Say which drills are not among the results, and why: a line a reason."""
    from analytics.scorecard import counted

    for why in dict.fromkeys(left.values()):
        drills = [drill for drill in left if left[drill] == why]
        named = ", ".join(drills[:NAMED]) + (" …" if len(drills) > NAMED else "")
        say(f"left out, as they have no row: {counted(len(drills), 'scored drill')} ({named}): {why}")


def _wanted(store: Store, team: str) -> Wanted:
    from simulator.room.results import Wanted
    from simulator.room.teams import named

    return Wanted(team=named(store, team)) if team else Wanted()


def _json(value: object) -> bytes:
    import json

    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def msel(
    scenario: Annotated[str, typer.Argument(help="A scenario's name, such as auth_token.")],
    variant: Variant = "base",
    difficulty: Level = "standard",
    form: Annotated[
        Literal["csv", "xlsx", "cexf"], typer.Option("--format", help="A workbook (xlsx) goes to a file or pipe.")
    ] = "csv",
    out: Out = None,
) -> None:
    """Print a scenario's master scenario events list, for other tools and for paper; it gives the drill away."""
    from analytics.report import cells, timed

    loaded = shared.find(scenario, variant, difficulty)
    if form == "csv":
        return _give(cells.csv(timed.msel(loaded.scenario)), out, True)
    if form == "cexf":
        return _give((timed.cexf(loaded.scenario, loaded.version) + "\n").encode(), out, True)
    return _give(timed.workbook(loaded.scenario), out, False)


def _give(content: bytes, out: Path | None, readable: bool) -> None:
    if out is not None:
        return _write(out, content)
    if not readable:
        if sys.stdout.isatty():
            raise DrillError("this is no text for a terminal; name a file with --out, or put it into one with >")
        sys.stdout.write_bytes(content)  # type: ignore[attr-defined]  # it is ours, see `ui.cli.streams`
        return None
    sys.stdout.write(content.decode("utf-8-sig").replace("\r\n", "\n"))
    return None


def _write(out: Path, content: bytes) -> None:
    out.write_bytes(content)
    say(f"wrote {out}")

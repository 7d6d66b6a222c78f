"""The drills in a store: list, export, verify, import and delete them; copy the whole of it, and put it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.errors import DrillError, UnknownName
from ui.cli import author, shared
from ui.cli.shared import Database, Form, put, say

if TYPE_CHECKING:
    from simulator.record.journal import Journal
    from simulator.room.archive import Verdict
    from simulator.room.store import Store

Drill = Annotated[str, typer.Argument(help="A drill's id, as `drill list` gives it.")]
GIVE = "give what `drill export` wrote"

Imported = Annotated[Path, typer.Argument(metavar="FILE", help="An exported drill; or a timeline or list of events.")]
DRAFTED = (".csv", ".tsv", ".md", ".markdown", ".txt", ".xlsx")
"""Files of which `drill import` makes a draft."""


def drills(data: Database = None) -> None:
    """List the drills in the store."""
    with opened(data) as store:
        rows, broken = store.drills(), store.unreadable()
    put([
        {"id": row.id, "code": row.code, "title": row.title, "scenario": row.header.scenario,
         "variant": row.header.variant, "difficulty": row.header.difficulty, "seed": row.header.seed,
         "mode": row.header.mode, "hosted": row.hosted,
         "created": row.created, "ended": row.ended}
        for row in rows
    ])  # fmt: skip
    for one in broken:
        say(f"not listed: drill {one.drill}: {one}")


def export(drill: Drill, data: Database = None) -> None:
    """Print a drill's record, or what people did so far, as JSON Lines, word for word as it is stored."""
    from simulator.room.archive import export as lines

    with opened(data) as store:
        for line in lines(store, drill):
            sys.stdout.write(f"{line}\n")


def verify(
    drill: Annotated[
        str | None, typer.Argument(metavar="[DRILL|FILE]", help="A drill's id, or an exported file; without it all.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every drill in the store.")] = False,
    form: Form = "table",
    data: Database = None,
) -> None:
    """Say whether drills are as they were stored, and where one was changed; exit 1 if any was."""
    from simulator import files
    from simulator.room import archive

    if drill is not None and every:
        raise DrillError("say either a drill or --all")
    if drill is not None and Path(drill).is_file():
        found = [archive.verify_file(files.text_of(Path(drill), GIVE), drill)]
    else:
        with opened(data) as store:
            found = [archive.verify(store, one) for one in ([drill] if drill is not None else store.ids())]
    if form == "json":
        put([asdict(one) for one in found])
    else:
        sys.stdout.writelines(f"{said(one)}\n" for one in found)
    if any(one.changed for one in found):
        raise typer.Exit(1)


def said(verdict: Verdict) -> str:
    """Return a verdict in one line."""
    parts = [f"{verdict.commands} commands"] if verdict.commands or not verdict.record else []
    what = ", ".join([*parts, "record"] if verdict.record else parts)
    found = "; ".join(verdict.changed) or f"as it was stored, last digest {verdict.head[:16]}"
    return f"{verdict.drill}  {what}: {found}"


def take_in(
    file: Imported,
    data: Database = None,
    name: Annotated[str | None, typer.Option("--name", help="What a draft is called; else as its file.")] = None,
    kind: Annotated[str | None, typer.Option("--from", help="What a draft begins with: auth or queue.")] = None,
    folder: author.Folder = None,
) -> None:
    """Make a drill of an exported file; or a draft of one, of a timeline, an exercise or a postmortem.

    A drill is put into the database, and its id, its code and its facilitator's key are printed. A timeline (CSV,
    Markdown) or a list of events (XLSX, CEXF) becomes a drill.yaml that plays, with a TODO for what no list tells.
    """
    from analytics.report.exercise import is_cexf
    from simulator import files

    if file.suffix.lower() in DRAFTED or (file.suffix.lower() == ".json" and is_cexf(files.bytes_of(file, GIVE))):
        return author.draft(file, name, kind, folder)
    return _stored(file, data)


def _stored(file: Path, data: str | None) -> None:
    from simulator import files
    from simulator.record.journal import parse
    from simulator.room import archive, results
    from simulator.room.finish import DEFAULT_BOOK
    from simulator.room.store import Store

    text = files.text_of(file, GIVE)
    journal = parse(text, str(file))
    title, card = _scored(journal, text, str(file))
    with closing(Store(data)) as store:
        arrived = archive.take_in(store, text, str(file), title)
        if card is not None:
            played = journal.header.playbook
            store.save_scorecard(arrived.drill, played.id if played else DEFAULT_BOOK, card)
            results.keep(store, arrived.drill, journal, card)
    put(asdict(arrived))
    say(f"its debrief opens with the code {arrived.code}; the key makes its bearer the facilitator")


def _scored(journal: Journal, text: str, file: str) -> tuple[str | None, dict[str, Any] | None]:
    """Return the title of a journal's scenario, and its scorecard where it has the runs it was scored by."""
    from analytics.runs.finish import finish

    try:
        loaded = shared.scenario_in(journal.header, text, file)
        cards = [card for _, card in finish(loaded, journal, lambda _: None)] if journal.references is not None else []
    except DrillError as error:
        say(f"not scored: {error}")
        return None, None
    return loaded.scenario.title, cards[-1] if cards else None


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that does not exist yet.")], data: Database = None
) -> None:
    """Copy the database into a file, also while a server runs on it."""
    from simulator.room.copies import backup as copy

    with opened(data) as store:
        copy(store, file)
        count = len(store.ids())
    say(f"wrote {file} with {count} drills; keep it where only you can read it")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `drill backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose the drills that are there; stop servers first.")
    ] = False,
    data: Database = None,
) -> None:
    """Put a backup where there are no drills yet."""
    from simulator.room.copies import restore as put_back
    from simulator.room.database import locate

    count = put_back(file, data, replace=replace)
    say(f"there are {count} drills in {locate(data).database}")


def delete(
    drill: Drill,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Also where it is not over.")] = False,
    data: Database = None,
) -> None:
    """Delete a drill with all that people wrote and did in it; nothing brings it back."""
    from simulator.room import tidy

    with opened(data, writes=True) as store:
        if drill not in store.ids():
            raise UnknownName("drill", drill, store.ids())
        if not unfinished and store.frozen_at(drill) is None:
            raise DrillError(f"drill {drill} is not over; end it first, or say --unfinished")
        lives = [row.id for row in store.branches(drill)]
        tidy.delete(store, drill)
        tidy.rewrite(store)
    also = f"; so do the drills that play on from it ({', '.join(lives)}): delete them too" if lives else ""
    say(f"deleted {drill}; backups and exported files still hold it{also}")


@contextmanager
def opened(data: str | None, *, writes: bool = False) -> Iterator[Store]:
    """Open the store, which must exist already; where it cannot be written, for reading."""
    from simulator.room.copies import file_of, reader
    from simulator.room.database import locate
    from simulator.room.store import Store

    path = file_of(locate(data))
    if path is not None and not path.exists():
        raise DrillError(f"no database at {path}; `drill serve` makes it, or name another with --data")
    with closing(Store(data) if writes else reader(data)) as store:
        yield store

"""Score and replay recorded drills."""

from __future__ import annotations

from typing import Annotated

import typer

from simulator.errors import ReplayDivergence
from ui.cli import tables
from ui.cli.shared import Book, File, Form, err, progress, put, recorded, write


def score(
    file: File,
    playbook: Book = "recovery",
    form: Form = "table",
    seeds: Annotated[int, typer.Option(min=0, max=200, help="Other seeds that the spread is taken over.")] = 20,
    keep: Annotated[bool, typer.Option("--keep", help="Write the reference runs into the file.")] = False,
) -> None:
    """Score a journal; its reference runs are made first where the file lacks them."""
    from analytics.playbook import load as load_playbook
    from analytics.record import DrillRecord
    from analytics.runs.counterfactual import make_references
    from analytics.score import score as judge

    journal, loaded = recorded(file)
    book = load_playbook(playbook)
    if journal.references is None:
        with loaded.guard(), progress("reference runs", seeds + 1) as report:
            made = make_references(loaded, journal, book, seeds=seeds, progress=report)
        journal.references = made.model_dump(mode="json")
        if keep:
            write(file, journal)
    card = judge(DrillRecord.of(journal, loaded.scenario), book)
    if form == "json":
        put(card.as_data())
    else:
        tables.score(card)


def replay(file: File) -> None:
    """Rebuild a recorded drill from its commands and compare it entry by entry."""
    from simulator.record.replay import replay as again

    journal, loaded = recorded(file)
    try:
        with loaded.guard():
            engine = again(loaded, journal)
    except ReplayDivergence as difference:
        err.print(f"{file}: {difference}", markup=False)
        put({"file": str(file), "identical": False, "difference": str(difference)})
        raise typer.Exit(1) from None
    put({"file": str(file), "identical": True, "entries": len(journal.entries), "at": engine.now})

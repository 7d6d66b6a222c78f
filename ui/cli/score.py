"""Score and replay recorded drills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulator.errors import ReplayDivergence
from ui.cli import tables
from ui.cli.choices import Output
from ui.cli.shared import Book, File, bar, err, known, of_journal, put, write

if TYPE_CHECKING:
    from analytics.playbook import Playbook
    from analytics.record import References
    from simulator.loaded import LoadedScenario
    from simulator.record.journal import Journal


def score(
    file: File,
    playbook: Book = "recovery",
    form: Annotated[Output, typer.Option("--format", help="For people, or for programs.")] = Output.table,
    seeds: Annotated[int, typer.Option(min=0, max=200, help="Other seeds that the spread is taken over.")] = 20,
    keep: Annotated[bool, typer.Option("--keep", help="Write the reference runs into the file.")] = False,
) -> None:
    """Score a journal; its reference runs are made first where the file lacks them."""
    from analytics.playbook import load as load_playbook
    from analytics.record import DrillRecord
    from analytics.score import score as judge
    from simulator.record.journal import load

    journal = load(known(file, "give a journal written by `drill play --out`"))
    book = load_playbook(playbook)
    loaded = of_journal(journal)
    if journal.references is None:
        with loaded.guard():
            journal.references = references(loaded, journal, book, seeds).model_dump(mode="json")
        if keep:
            write(file, journal)
    card = judge(DrillRecord.of(journal, loaded.scenario), book)
    if form is Output.json:
        put(card.as_data())
    else:
        tables.score(card)


def references(loaded: LoadedScenario, journal: Journal, playbook: Playbook, seeds: int) -> References:
    """Make a drill's reference runs, with a progress bar on stderr."""
    from analytics.runs.counterfactual import make_references

    with bar() as progress:
        task = progress.add_task("reference runs", total=seeds + 1)

        def report(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        return make_references(loaded, journal, playbook, seeds=seeds, progress=report)


def replay(file: File) -> None:
    """Rebuild a recorded drill from its commands and compare it entry by entry."""
    from simulator.record.journal import load
    from simulator.record.replay import replay as again

    journal = load(known(file, "give a journal written by `drill play --out`"))
    loaded = of_journal(journal)
    try:
        with loaded.guard():
            engine = again(loaded, journal)
    except ReplayDivergence as difference:
        err.print(f"{file}: {difference}", markup=False)
        put({"file": str(file), "identical": False, "difference": str(difference)})
        raise typer.Exit(1) from None
    put({"file": str(file), "identical": True, "entries": len(journal.entries), "at": engine.now})

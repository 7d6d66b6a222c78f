"""Score and replay recorded drills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.errors import DrillError, JournalError, ReplayDivergence
from ui.cli import tables
from ui.cli.shared import File, Form, progress, put, recorded, say, write

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.loaded import LoadedScenario
    from simulator.record.journal import Journal


def score(
    file: File,
    playbook: Annotated[
        str | None, typer.Option("--playbook", help="A playbook's name or file; the drill's own without it.")
    ] = None,
    form: Form = "table",
    seeds: Annotated[int, typer.Option(min=0, max=200, help="Other seeds that the spread is taken over.")] = 20,
    keep: Annotated[bool, typer.Option("--keep", help="Write the reference runs into the file.")] = False,
) -> None:
    """Score a journal; its reference runs are made first where the file lacks them."""
    from analytics.playbook import DEFAULT, names
    from analytics.playbook import load as load_playbook
    from analytics.record import DrillRecord
    from analytics.runs.counterfactual import make_references
    from analytics.score import check
    from analytics.score import score as judge
    from simulator.record.journal import Journal

    journal, loaded = recorded(file)
    difference = None
    try:
        _played_again(journal, loaded)
    except ReplayDivergence as found:
        difference = str(found)
        say(f"{file}: does not replay, so nothing vouches for what it says: {difference}")
    played = journal.header.playbook
    own = played.id if played else DEFAULT
    book = load_playbook(playbook or (own if own in names() else DEFAULT))
    check(book)
    spread_of = own if journal.references is not None else book.id
    if journal.references is None:
        with _taken_at_its_word(file, difference), loaded.guard(), progress("reference runs", seeds + 1) as report:
            made = make_references(loaded, journal, book, seeds=seeds, progress=report)
        journal.references = made.model_dump(mode="json")
        if keep:
            # What is kept belongs to the drill's own playbook; of another one the runs do and the totals do not.
            kept = journal.references if book.id == own else {**journal.references, "spread": None}
            write(file, Journal(journal.header, journal.entries, kept))
    with _taken_at_its_word(file, difference):
        card = judge(DrillRecord.of(journal, loaded.scenario), book)
    if spread_of != book.id:  # totals on other seeds under another playbook say nothing of this one
        card = replace(card, spread=None)
    if form == "json":
        put(card.as_data())
    else:
        tables.score(card)


def replay(file: File) -> None:
    """Rebuild a recorded drill from its commands and compare it entry by entry."""
    journal, loaded = recorded(file)
    try:
        engine = _played_again(journal, loaded)
    except ReplayDivergence as difference:
        say(f"{file}: {difference}")
        put({"file": str(file), "identical": False, "difference": str(difference)})
        raise typer.Exit(1) from None
    put({"file": str(file), "identical": True, "entries": len(journal.entries), "at": engine.now})


def _played_again(journal: Journal, loaded: LoadedScenario) -> Engine:
    """Return the engine that a journal's commands give. Raises ReplayDivergence where that is not what it records."""
    from simulator.record.replay import replay as again

    with loaded.guard():
        return again(loaded, journal)


@contextmanager
def _taken_at_its_word(file: Path, difference: str | None) -> Iterator[None]:
    """Say of a journal that no engine wrote that it contradicts itself, where it does."""
    try:
        yield
    except DrillError:
        raise
    except Exception as error:
        if difference is None:
            raise
        what = f"{type(error).__name__}: {error}"
        raise JournalError(f"{file}: its entries contradict each other ({what}); score one that replays") from error

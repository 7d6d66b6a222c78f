"""What several commands share: their options, where output goes, finding scenarios and files."""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from simulator.loaded import LoadedScenario
    from simulator.record.journal import Header, Journal
    from simulator.room.store import DrillRow, Store

Variant = Annotated[str, typer.Option(help="Which variant of it; `drawn`: one of them, by chance.")]
Difficulty = Literal["novice", "standard", "expert"]
Level = Annotated[Difficulty, typer.Option(help="How clearly the world is seen, and how much help there is.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A journal written by `drill play --out` or exported.")]
Book = Annotated[str, typer.Option("--playbook", help="A playbook's name or file.")]
Form = Annotated[Literal["table", "json"], typer.Option("--format", help="For people, or for programs.")]
Database = Annotated[
    str | None,
    typer.Option("--data", help="Database: a path or URL. Without it DRILL_DATABASE_URL, or one in your home."),
]

LONGEST = 2_000
"""Characters of a line that anybody reads to its end."""
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
"""Control characters, those that have no width or turn text round, and halves of characters."""
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(words: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr that leaves nothing behind, none where nobody watches; yield what moves it on."""
    columns = (TextColumn(words), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def find(scenario: str, variant: str, difficulty: str) -> LoadedScenario:
    """Return a scenario by its name or path. Raises DrillError."""
    from scenarios.loader import load_at

    return load_at(scenario, chosen(scenario, variant), difficulty)


def played(header: Header) -> LoadedScenario:
    """Return the scenario that a record names, which may be anybody's: by its name alone. Raises DrillError."""
    from scenarios.loader import load, names
    from simulator.errors import DrillError, UnknownName

    try:
        return load(header.scenario, header.variant, header.difficulty)
    except UnknownName as error:
        if header.scenario in names():
            raise
        raise DrillError(f"{error}; for one of your own give its folder: drill --scenarios DIR …") from None


def recorded(file: Path) -> tuple[Journal, LoadedScenario]:
    """Return a journal and the scenario it was recorded with. Raises DrillError."""
    from simulator.files import text_of

    return written_down(text_of(file, "give a journal that `drill play --out` or `drill export` wrote"), str(file))


def written_down(text: str, file: str) -> tuple[Journal, LoadedScenario]:
    """Return a journal and the scenario it was recorded with, from its text. Raises DrillError."""
    from simulator.record.journal import parse

    journal = parse(text, file)
    return journal, scenario_in(journal.header, text, file)


def scenario_in(header: Header, text: str, file: str) -> LoadedScenario:
    """Return the scenario of a record, which may carry it: what a team brought is in there. Raises DrillError."""
    from scenarios import uploaded
    from scenarios.loader import names
    from simulator.errors import DrillError
    from simulator.room.archive import own_scenario

    own = own_scenario(text, file)
    if own is None:
        return played(header)
    if header.scenario in names():
        with suppress(DrillError):
            here = played(header)
            if here.version == header.scenario_version:
                return here
    return uploaded.load(*own, header.variant, header.difficulty)


def stored(store: Store, row: DrillRow) -> LoadedScenario:
    """Return the scenario that a stored drill is played of. Raises DrillError."""
    from scenarios import uploaded
    from simulator.room.uploads import Uploads

    if row.upload is None:
        return played(row.header)
    return Uploads(store, uploaded.load).loaded(row.upload, row.header.variant, row.header.difficulty)


def chosen(scenario: str, variant: str) -> str:
    """Return a variant by name, or for `drawn` one drawn by this machine's chance. Raises UnknownName."""
    from scenarios.loader import DRAWN, draw, load_at

    return draw(load_at(scenario), random.SystemRandom()) if variant == DRAWN else variant


def put(value: Any) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(visible(json.dumps(value, ensure_ascii=False, indent=2), "\n") + "\n")


def say(words: str) -> None:
    """Print a line on stderr."""
    line = visible(words)
    err.print(line if len(line) <= LONGEST else f"{line[:LONGEST]} …", markup=False, emoji=False)


def visible(text: str, but: str = "") -> str:
    """Return text with what cannot be seen, or moves what can, as escapes; in JSON they mean the same."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in but else _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def write(path: Path, journal: Journal) -> None:
    """Write a journal and say so. Raises DrillError where that is not possible."""
    journal.save(path)
    say(f"wrote {path}")

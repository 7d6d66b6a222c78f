"""What several commands share: their options, where output goes, finding scenarios and files."""

from __future__ import annotations

import difflib
import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from simulator.errors import DrillError

if TYPE_CHECKING:
    from simulator.loaded import LoadedScenario
    from simulator.record.journal import Journal

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

err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(words: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr that leaves nothing behind, none where nobody watches; yield what moves it on."""
    columns = (TextColumn(words), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def find(scenario: str, variant: str, difficulty: str) -> LoadedScenario:
    """Return a scenario by name. Raises UnknownName with the nearest one."""
    from scenarios.loader import load

    return load(scenario, chosen(scenario, variant), difficulty)


def recorded(file: Path) -> tuple[Journal, LoadedScenario]:
    """Return a journal and the scenario it was recorded with. Raises DrillError."""
    from simulator.record.journal import load

    journal = load(known(file, "give a journal written by `drill play --out`"))
    return journal, find(journal.header.scenario, journal.header.variant, journal.header.difficulty)


def chosen(scenario: str, variant: str) -> str:
    """Return a variant by name, or for `drawn` one drawn by this machine's chance. Raises UnknownName."""
    from scenarios.loader import DRAWN, draw

    return draw(scenario, random.SystemRandom()) if variant == DRAWN else variant


def put(value: Any) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write(path: Path, journal: Journal) -> None:
    """Write a journal and say so. Raises DrillError where that is not possible."""
    try:
        journal.save(path)
    except OSError as error:
        raise DrillError(f"{path}: cannot be written ({error.strerror}); name another file") from None
    err.print(f"wrote {path}", markup=False)


def known(path: Path, otherwise: str) -> Path:
    """Return a path that exists. Raises DrillError with the nearest name beside it, or what to do `otherwise`."""
    if path.exists():
        return path
    beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, beside, n=1)
    remedy = f"did you mean {str(path.parent / close[0])!r}?" if close else otherwise
    raise DrillError(f"{path}: no such file; {remedy}")


def text_of(path: Path) -> str:
    """Return a file's text. Raises DrillError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DrillError(f"{path}: cannot be read as UTF-8 text ({error})") from None

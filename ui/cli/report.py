"""Write documents of a finished drill: from its file or from the store, ours or from a template of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulator.errors import DrillError
from ui.cli import shared
from ui.cli.shared import Database, put, say, visible

if TYPE_CHECKING:
    from ui.reports.finished import Finished

DRILL = "A journal or exported file, or the id of a drill in the store."


def report(
    drill: Annotated[str | None, typer.Argument(metavar="[FILE|ID]", help=DRILL)] = None,
    kind: Annotated[str, typer.Option(help="Which document; --list names them.")] = "report",
    form: Annotated[Literal["md", "html", "json", "csv"], typer.Option("--format", help="In which form.")] = "md",
    template: Annotated[
        Path | None, typer.Option(help="Your own Markdown template; docs/reports.md names the fields.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A file to write; without it, on stdout.")] = None,
    nameless: Annotated[bool, typer.Option("--nameless", help="Call people by their seats.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Name the documents and their forms.")] = False,
    data: Database = None,
) -> None:
    """Write a document of a finished drill: after-action report, postmortem, timeline and others."""
    from simulator import files
    from ui.reports.fill import LARGEST_TEMPLATE
    from ui.reports.registry import REPORTS, formats
    from ui.reports.registry import report as made_of

    if listed:
        put({name: {"title": one.title, "about": one.about, "formats": formats(name)} for name, one in REPORTS.items()})
        return
    if drill is None:
        raise DrillError("name a drill: a file, or an id of `drill list`; `drill report --list` names documents")
    finished = _of_file(Path(drill)) if Path(drill).is_file() else _of_store(drill, data)
    own = None
    if template is not None:
        own = files.text_of(template, "give a Markdown template", LARGEST_TEMPLATE), str(template)
    text = made_of(finished.without_names() if nameless else finished, kind, form, own)
    if out is None:
        sys.stdout.write(visible(text, "\n"))
    else:
        files.write(out, text)
        say(f"wrote {out}")


def _of_file(file: Path) -> Finished:
    from simulator import files
    from ui.reports.finished import of_file, read_beside

    text = files.text_of(file, "give a journal that `drill play --out` or `drill export` wrote")
    journal, loaded = shared.written_down(text, str(file))
    if journal.references is None:
        say(f"{file}: has no reference runs, so no score; `drill score --keep` puts them in")
    return of_file(journal, loaded.scenario, None, read_beside(text, str(file)), text).scored()


def _of_store(ident: str, data: str | None) -> Finished:
    from ui.cli.store import opened
    from ui.reports.kept import of_store

    with opened(data) as store:
        return of_store(store, ident, shared.stored(store, store.drill(ident)).scenario)

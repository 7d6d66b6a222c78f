"""List the drills in a store and take their records out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.errors import DrillError
from ui.cli.shared import Database, put

if TYPE_CHECKING:
    from simulator.room.store import Store


def drills(data: Database = None) -> None:
    """List the drills in the store."""
    with opened(data) as store:
        rows = store.drills()
    put([
        {"id": row.id, "code": row.code, "title": row.title, "scenario": row.header.scenario,
         "variant": row.header.variant, "difficulty": row.header.difficulty, "seed": row.header.seed,
         "mode": row.header.mode, "hosted": row.hosted,
         "created": row.created, "ended": row.ended}
        for row in rows
    ])  # fmt: skip


def export(
    drill: Annotated[str, typer.Argument(help="A drill's id, as `drill list` gives it.")], data: Database = None
) -> None:
    """Print a drill's record, or what people did so far, as JSON Lines."""
    from simulator.room.archive import export as lines

    with opened(data) as store:
        for line in lines(store, drill):
            sys.stdout.write(f"{line}\n")


@contextmanager
def opened(data: str | None) -> Iterator[Store]:
    """Open the store, which must exist already."""
    from simulator.room.store import Store, locate

    url = locate(data)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise DrillError(f"no database at {url.database}; `drill serve` makes it, or name another with --data")
    with closing(Store(data)) as store:
        yield store

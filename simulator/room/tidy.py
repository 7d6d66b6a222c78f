"""What is left behind: drills deleted with all that people wrote in them, when asked or after so many days."""

from __future__ import annotations

from sqlalchemy import func, select, union_all

from simulator.errors import UnknownName
from simulator.room import schema as t
from simulator.room.store import Store

DAY = 86_400.0
EVERY = 3600.0
"""Seconds between two looks for what is to be deleted."""


def delete(store: Store, drill: str) -> None:
    """Delete everything that is stored of a drill. Raises UnknownName.

    In SQLite what is deleted is overwritten in the file too.
    """
    with store.transaction(writes=True) as connection:
        for table in reversed(t.metadata.sorted_tables):
            if "drill" in table.c:
                connection.execute(table.delete().where(table.c.drill == drill))
        gone = connection.execute(t.drills.delete().where(t.drills.c.id == drill)).rowcount
    if not gone:
        raise UnknownName("drill", drill, store.ids())
    scrub(store)


def scrub(store: Store) -> None:
    """Empty the log of what was written: it still holds what was deleted since."""
    if store.url.get_backend_name() == "sqlite":
        with store.sqlite("") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def due(store: Store, before: float) -> list[str]:
    """Return the drills that ended before this instant, and those left unfinished in which nothing happened since."""
    drill = t.drills.c
    signs = union_all(
        select(t.commands.c.drill, t.commands.c.wall.label("at")),
        select(t.participants.c.drill, t.participants.c.joined),
    ).subquery()
    left = select(drill.id).join(signs, signs.c.drill == drill.id).where(drill.ended.is_(None))
    with store.transaction(writes=False) as connection:
        over = connection.scalars(select(drill.id).where(drill.ended < before)).all()
        return [*over, *connection.scalars(left.group_by(drill.id).having(func.max(signs.c.at) < before))]

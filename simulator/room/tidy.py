"""What is left behind: rooms let go of, drills deleted with all that people wrote, when asked or after so many days."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, func, select, union_all

from simulator.errors import DrillError, UnknownName
from simulator.room import schema as t
from simulator.room.store import Store

DAY = 86_400.0
LINGER = 600.0
"""Seconds for which a room that is not under way is kept although nobody looks at it."""
LOOK, DELETE = 60.0, 3600.0
"""Seconds between two looks for rooms to let go of, and between two for drills to delete."""


class Tidying:
    """What one server tidies up beside its drills; the wall clock is asked for the age of what is deleted alone."""

    def __init__(self, store: Store, retain: int | None, seconds: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self.retain = retain
        """Days for which drills are kept after their end, None for ever."""
        self._seconds = seconds
        self._seen: dict[str, float] = {}
        self._looked = seconds()
        self._deleted = seconds()
        self._due: set[str] = set()
        self.held: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        """Person -> (drill, what this process alone keeps for them, by name); it goes with the drill."""

    def seen(self, drill: str) -> None:
        """Note that somebody looks at a drill."""
        self._seen[drill] = self._seconds()

    def look(self, idle: Iterable[str]) -> list[str]:
        """Delete what is due; return which of these drills nobody looks at any more, or are deleted."""
        now = self._seconds()
        if now - self._looked < LOOK:
            return []
        self._looked = now
        if self.retain is not None and now - self._deleted >= DELETE:
            self._deleted = now
            self._delete_due(self._store.now() - self.retain * DAY)
        there = set(self._store.ids())
        for person, (drill, _) in tuple(self.held.items()):
            if drill not in there:
                self.held.pop(person, None)
        found = [drill for drill in idle if drill not in there or now - self._seen.get(drill, 0.0) > LINGER]
        for drill in found:
            self._seen.pop(drill, None)
        return found

    def _delete_due(self, before: float) -> None:
        """Delete what was due at the look before too: no wall clock that is wrong for a moment deletes a drill."""
        found = set(due(self._store, before))
        for drill in sorted(found & self._due):
            with suppress(UnknownName):  # another server was first
                delete(self._store, drill)
            logging.getLogger(__name__).info("drill %s was over for %s days and is deleted", drill, self.retain)
        self._due = found


def days(text: str | None) -> int | None:
    """Return how many days drills are kept after their end, None for ever. Raises DrillError."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 36_500:
        raise DrillError(f"drills cannot be kept for {text!r} days; give a whole number of days, such as 30")
    return int(text)


def delete(store: Store, drill: str) -> None:
    """Delete everything that is stored of a drill. Raises UnknownName.

    In SQLite what is deleted is overwritten in the file too.
    """
    with store.transaction(writes=True) as connection:
        for table in reversed(t.metadata.sorted_tables):
            if "drill" in table.c:
                connection.execute(table.delete().where(table.c.drill == drill))
        gone = connection.execute(t.drills.delete().where(t.drills.c.id == drill)).rowcount
        sweep(connection)
    if not gone:
        raise UnknownName("drill", drill, store.ids())
    scrub(store)


def sweep(connection: Connection) -> None:
    """Delete what teams brought and took away again, but for what drills were played of."""
    c = t.uploads.c
    played = select(t.drills.c.upload).where(t.drills.c.upload == c.id)
    connection.execute(t.uploads.delete().where(c.state == "withdrawn", ~played.exists()))


def scrub(store: Store) -> None:
    """Empty the log of what was written: it still holds what was deleted since."""
    if store.url.get_backend_name() == "sqlite":
        with store.sqlite() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def rewrite(store: Store) -> None:
    """Write the file anew without what was ever deleted from it, also before what is deleted was overwritten."""
    if store.url.get_backend_name() == "sqlite":
        with store.sqlite() as connection:
            connection.execute("VACUUM")
        scrub(store)


def due(store: Store, before: float) -> list[str]:
    """Return the drills that ended before this instant, and those left unfinished in which nothing happened since.

    A drill that came in by a file is kept from when it came.
    """
    drill = t.drills.c
    signs = union_all(
        select(t.commands.c.drill, t.commands.c.wall.label("at")),
        select(t.participants.c.drill, t.participants.c.joined),
    ).subquery()
    left = select(drill.id).join(signs, signs.c.drill == drill.id).where(drill.ended.is_(None))
    with store.transaction(writes=False) as connection:
        came = select(t.records.c.drill).where(t.records.c.frozen >= before)
        over = connection.scalars(select(drill.id).where(drill.ended < before, drill.id.not_in(came))).all()
        return [*over, *connection.scalars(left.group_by(drill.id).having(func.max(signs.c.at) < before))]

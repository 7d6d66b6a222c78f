"""The rows of scored drills, made from their records and scorecards: those that are missing, or all of them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import delete, select

from simulator.errors import DrillError, StoreError
from simulator.record.result import VERSION
from simulator.room import results
from simulator.room import schema as t
from simulator.room.finish import DEFAULT_BOOK, read_record
from simulator.room.store import Store


class Rebuilt(NamedTuple):
    """What came of making all rows again."""

    made: int
    unscored: tuple[str, ...]
    """Drills that are over and have no scorecard, or one that cannot be read."""


def missing(store: Store) -> list[str]:
    """Return the drills that are scored and have no row, or one of another version, newest first."""
    made = select(t.results.c.drill).where(t.results.c.version == VERSION)
    c = t.drills.c
    scored = select(c.id).where(c.ended.is_not(None), c.id.in_(select(t.scorecards.c.drill)), c.id.not_in(made))
    with store.transaction(writes=False) as connection:
        return list(connection.scalars(scored.order_by(c.ended.desc(), c.id)))


def make(store: Store, drill: str) -> bool:
    """Make the row of a drill from what is stored; tell whether its record and scorecard can be read.

    Raises StoreError.
    """
    try:
        played = store.drill(drill).header.playbook
        card = store.scorecard(drill, played.id if played else DEFAULT_BOOK)
        journal = read_record(store, drill)
        return card is not None and journal is not None and results.keep(store, drill, journal, card)
    except StoreError:
        raise
    except DrillError:
        return False


def rebuild(store: Store, report: Callable[[int, int], None]) -> Rebuilt:
    """Make the rows of all scored drills again from what is stored; rows of drills that are gone go, samples stay."""
    over = [row.id for row in store.drills() if row.ended is not None]
    unscored = []
    for number, drill in enumerate(over, 1):
        if not make(store, drill):
            unscored.append(drill)
        report(number, len(over))
    there = select(t.drills.c.id)
    with store.transaction(writes=True) as connection:
        connection.execute(delete(t.results).where(~t.results.c.sample, t.results.c.drill.not_in(there)))
    return Rebuilt(len(over) - len(unscored), tuple(unscored))

"""The rows of all scored drills, made again from their records and scorecards."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import delete, select

from simulator.errors import DrillError
from simulator.room import results
from simulator.room import schema as t
from simulator.room.finish import DEFAULT_BOOK, read_record
from simulator.room.store import Store


class Rebuilt(NamedTuple):
    """What came of making all rows again."""

    made: int
    unscored: tuple[str, ...]
    """Drills that are over and have no scorecard, or one that cannot be read."""


def rebuild(store: Store, report: Callable[[int, int], None]) -> Rebuilt:
    """Make the rows of all scored drills again from what is stored; rows of drills that are gone go, samples stay."""
    over = [row for row in store.drills() if row.ended is not None]
    unscored = []
    for number, row in enumerate(over, 1):
        played = row.header.playbook
        try:
            card = store.scorecard(row.id, played.id if played else DEFAULT_BOOK)
            journal = read_record(store, row.id)
            made = card is not None and journal is not None and results.keep(store, row.id, journal, card)
        except DrillError:
            made = False
        if not made:
            unscored.append(row.id)
        report(number, len(over))
    there = select(t.drills.c.id)
    with store.transaction(writes=True) as connection:
        connection.execute(delete(t.results).where(~t.results.c.sample, t.results.c.drill.not_in(there)))
    return Rebuilt(len(over) - len(unscored), tuple(unscored))

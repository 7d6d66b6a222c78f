"""The rows of scored drills, made from their records and scorecards: those that are missing, or all of them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import delete, select

from simulator.errors import DrillError, StoreError
from simulator.record.result import VERSION
from simulator.room import results
from simulator.room import schema as t
from simulator.room.finish import DEFAULT_BOOK, read_record
from simulator.room.store import Store

UNREAD = "there is no scorecard, or it or the record cannot be read"


class Rebuilt(NamedTuple):
    """What came of making rows again."""

    made: int
    left: Mapping[str, str]
    """Drills of which none could be made -> why."""


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


def make_each(store: Store, drills: Iterable[str], report: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Make the rows of drills; one of which that cannot be done stops none of the others.

    `report` is told how many were tried.
    """
    left, number = dict[str, str](), 0
    for number, drill in enumerate(drills, 1):
        try:
            if not make(store, drill):
                left[drill] = UNREAD
        except StoreError as error:
            left[drill] = str(error)
        report(number)
    return Rebuilt(number - len(left), left)


def rebuild(store: Store, report: Callable[[int, int], None]) -> Rebuilt:
    """Make the rows of all scored drills again from what is stored; rows of drills that are gone go, samples stay."""
    over = [row.id for row in store.drills() if row.ended is not None]
    made = make_each(store, over, lambda number: report(number, len(over)))
    there = select(t.drills.c.id)
    with store.transaction(writes=True) as connection:
        connection.execute(delete(t.results).where(~t.results.c.sample, t.results.c.drill.not_in(there)))
    return made

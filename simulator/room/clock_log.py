"""Rows of a drill's clock: how its log and its heartbeat are written and read, inside a transaction of the store's."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import Connection, ScalarSelect, Select, Table, func, select, true

from simulator.errors import StaleWriter
from simulator.room import schema as t
from simulator.room.clock import Beat, ClockMark, What


@dataclass(frozen=True)
class ClockLine:
    """A line of the clock log, and where the clock stands with it."""

    number: int
    mark: ClockMark
    beat: Beat


@dataclass(frozen=True)
class Heads:
    """How far a drill has come in the store, all at one moment: what tells whether there is news."""

    commands: int
    """Number of the last command."""
    lines: int
    """Number of the last line of the clock log."""
    beat: Beat | None
    """The last heartbeat, None before the clock was first touched."""


def add_line(connection: Connection, drill: str, line: ClockLine) -> None:
    """Append to the clock log. Raises StaleWriter where the clock was changed meanwhile."""
    set_beat(connection, drill, line.beat)
    connection.execute(t.clock.insert().values(drill=drill, seq=line.number, **asdict(line.mark)))


def set_beat(connection: Connection, drill: str, beat: Beat) -> None:
    """Keep how far a drill has come. Raises StaleWriter where its clock was changed meanwhile."""
    if beat.number == 1:
        connection.execute(t.heartbeats.insert().values(drill=drill, **asdict(beat)))
        return
    last = (t.heartbeats.c.drill == drill) & (t.heartbeats.c.number == beat.number - 1)
    if connection.execute(t.heartbeats.update().where(last).values(**asdict(beat))).rowcount != 1:
        raise StaleWriter(f"heartbeat {beat.number} of drill {drill} is already there")


def hold(connection: Connection, drill: str, at: int) -> None:
    """Keep the clock from moving until the transaction is over. Raises StaleWriter where it has come past `at`.

    What was shown at a later second must not get a command before it.
    """
    reached = select(t.heartbeats.c.second).where(t.heartbeats.c.drill == drill).with_for_update()
    second = connection.scalar(reached)
    if second is not None and math.floor(second) > at:
        raise StaleWriter(f"drill {drill} has come past {at} s")


def only_after(connection: Connection, drill: str, commands: int) -> None:
    """Raise StaleWriter where a drill has other than so many commands."""
    if connection.scalar(select(_last(t.commands, drill))) != commands:
        raise StaleWriter(f"drill {drill} has other commands by now")


def heads_of(drill: str) -> Select[Any]:
    """Return the query for how far a drill has come; `heads` reads its one row."""
    beat = select(t.heartbeats).where(t.heartbeats.c.drill == drill).subquery()
    last = select(_last(t.commands, drill).label("commands"), _last(t.clock, drill).label("lines")).subquery()
    columns = (last.c.commands, last.c.lines, beat.c.number, beat.c.second, beat.c.wall)
    return select(*columns).select_from(last.outerjoin(beat, true()))


def heads(row: Any) -> Heads:
    """Return what `heads_of` found."""
    commands, lines, number, *then = row
    return Heads(commands, lines, None if number is None else Beat(number, *then))


def marks_of(drill: str, after: int) -> Select[Any]:
    """Return the query for the lines of a clock log past line `after`, in order; `mark` reads one."""
    columns = (t.clock.c.second, t.clock.c.what, t.clock.c.value, t.clock.c.by, t.clock.c.wall)
    return select(*columns).where(t.clock.c.drill == drill, t.clock.c.seq > after).order_by(t.clock.c.seq)


def mark(row: Any) -> ClockMark:
    """Return one line that `marks_of` found."""
    second, what, *rest = row
    return ClockMark(second, cast("What", what), *rest)


def _last(table: Table, drill: str) -> ScalarSelect[Any]:
    """Return the query for the number of a drill's last row in a table, 0 where it has none."""
    return select(func.coalesce(func.max(table.c.seq), 0)).where(table.c.drill == drill).scalar_subquery()

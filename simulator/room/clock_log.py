"""Rows of a drill's clock: how its log and its heartbeat are written and read, inside a transaction of the store's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import Connection, ScalarSelect, String, Table, bindparam, case, func, select, true, tuple_

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
    connection.execute(t.clock.insert(), {"drill": drill, "seq": line.number, **asdict(line.mark)})


def set_beat(connection: Connection, drill: str, beat: Beat) -> None:
    """Keep how far a drill has come. Raises StaleWriter where its clock was changed meanwhile."""
    if beat.number == 1:
        connection.execute(t.heartbeats.insert(), {"drill": drill, **asdict(beat)})
    elif connection.execute(BEAT, {"of": drill, "last": beat.number - 1, **asdict(beat)}).rowcount != 1:
        raise StaleWriter(f"heartbeat {beat.number} of drill {drill} is already there")


def set_beats(connection: Connection, beats: Mapping[str, Beat]) -> frozenset[str]:
    """Keep how far drills have come, by one statement; return those whose clock nobody changed meanwhile."""
    c = t.heartbeats.c
    as_before = tuple_(c.drill, c.number).in_([(drill, beat.number - 1) for drill, beat in beats.items()])
    reached = {name: case({drill: getattr(beat, name) for drill, beat in beats.items()}, value=c.drill)
               for name in ("number", "second", "wall")}  # fmt: skip
    kept = connection.scalars(t.heartbeats.update().where(as_before).values(reached).returning(c.drill))
    return frozenset(kept)


def hold(connection: Connection, drill: str, at: int) -> None:
    """Keep the clock from moving until the transaction is over. Raises StaleWriter where it has come past `at`.

    What was shown at a later second must not get a command before it.
    """
    second = connection.scalar(REACHED, {"of": drill})
    if second is not None and math.floor(second) > at:
        raise StaleWriter(f"drill {drill} has come past {at} s")


def only_after(connection: Connection, drill: str, commands: int) -> None:
    """Raise StaleWriter where a drill has other than so many commands."""
    if connection.scalar(COMMANDS, {"of": drill}) != commands:
        raise StaleWriter(f"drill {drill} has other commands by now")


def heads(connection: Connection, drill: str) -> Heads:
    """Return how far a drill has come."""
    commands, lines, number, *then = connection.execute(HEADS, {"of": drill}).one()
    return Heads(commands, lines, None if number is None else Beat(number, *then))


def marks(connection: Connection, drill: str, after: int) -> list[ClockMark]:
    """Return the lines of a clock log past line `after`, in order."""
    rows = connection.execute(MARKS, {"of": drill, "after": after})
    return [ClockMark(second, cast("What", what), *rest) for second, what, *rest in rows]


def _last(table: Table) -> ScalarSelect[Any]:
    """Return the query for the number of a drill's last row in a table, 0 where it has none."""
    return select(func.coalesce(func.max(table.c.seq), 0)).where(table.c.drill == OF).scalar_subquery()


# Made once: what runs twice a second for every drill spends most of its time in making the statement.
OF = bindparam("of", type_=String)
COMMANDS = select(_last(t.commands))
_beat = select(t.heartbeats).where(t.heartbeats.c.drill == OF).subquery()
_heads = select(_last(t.commands).label("commands"), _last(t.clock).label("lines")).subquery()
HEADS = select(
    _heads.c.commands, _heads.c.lines, _beat.c.number, _beat.c.second, _beat.c.wall
).select_from(_heads.outerjoin(_beat, true()))  # fmt: skip
MARKS = (
    select(t.clock.c.second, t.clock.c.what, t.clock.c.value, t.clock.c.by, t.clock.c.wall)
    .where(t.clock.c.drill == OF, t.clock.c.seq > bindparam("after"))
    .order_by(t.clock.c.seq)
)
REACHED = select(t.heartbeats.c.second).where(t.heartbeats.c.drill == OF).with_for_update()
BEAT = (
    t.heartbeats.update()
    .where(t.heartbeats.c.drill == OF, t.heartbeats.c.number == bindparam("last"))
    .values({name: bindparam(name) for name in ("number", "second", "wall")})
)

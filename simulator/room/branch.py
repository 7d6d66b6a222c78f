"""A second life: a drill that plays on from a moment of another one, as if what came after had not been.

It is a drill of its own: with the header of the first, the commands that people gave before that second, and everybody
who was in it. Scenario, seed and commands make it the same up to there, byte for byte.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from simulator.engine import OPENS_AT
from simulator.record.entry import Entry, dump
from simulator.room import chain, clock_log
from simulator.room import schema as t
from simulator.room.clock import Beat, ClockMark
from simulator.room.clock_log import ClockLine
from simulator.room.store import DrillRow, Participant, Store
from simulator.text import clock
from simulator.values import OBSERVER


def branched(row: DrillRow, code: str, second: int, now: float) -> DrillRow:
    """Return the row of a drill that plays on from `second` of another."""
    title = f"{row.title.partition(' · second life')[0]} · second life from {clock(second)}"
    return replace(row, id=secrets.token_hex(6), code=code, created=now, title=title, ended=None, branch_of=row.id,
                   branch_at=second)  # fmt: skip


def same_person(drill: str, person: str) -> str:
    """Return the id under which somebody is in a drill that branched off theirs."""
    return sha256(f"{drill}/{person}".encode()).hexdigest()[:16]


def write(
    store: Store, row: DrillRow, given: Iterable[Entry], people: Iterable[Participant], seats: Mapping[str, str],
    by: str,
) -> None:  # fmt: skip
    """Open the drill of `row` with what was `given` and who was in it; it stands, paused, where it branches off.

    `seats` says who sits where at that moment. All of it is written, or nothing.
    """
    wall, second = store.now(), float(row.branch_at or 0)
    header = row.header.model_dump_json()
    digest = chain.digest(header)
    sits = {name: seat for seat, name in seats.items()}
    with store.transaction(writes=True) as connection:
        connection.execute(t.drills.insert().values(**{**row.__dict__, "header": header}, digest=digest))
        for number, entry in enumerate(given, 1):
            text = json.dumps(dump(entry.body), ensure_ascii=False)
            digest = chain.of_command(digest, number, entry.at, entry.by, text)
            values = {"drill": row.id, "seq": number, "at": entry.at, "by": entry.by, "wall": wall, "body": text}
            connection.execute(t.commands.insert().values(**values, digest=digest))
        for person in people:
            looks_on = OBSERVER if person.observes else None
            seat = None if person.facilitator else sits.get(person.name, looks_on)
            moved = replace(person, id=same_person(row.id, person.id), drill=row.id, seat=seat, generation=0)
            connection.execute(t.participants.insert().values(moved.__dict__))
        start = ClockMark(float(OPENS_AT), "start", by=by, wall=wall)
        pause = ClockMark(second, "pause", by=by, wall=wall)
        clock_log.add_line(connection, row.id, ClockLine(1, start, Beat(1, start.second, wall)))
        clock_log.add_line(connection, row.id, ClockLine(2, pause, Beat(2, second, wall)))

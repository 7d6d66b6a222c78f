"""Where drills are kept: headers, commands, clock logs, finished records. SQLite unless told otherwise.

A drill's state is never stored; it is rebuilt from header and commands. What is appended here is
committed and on disk before the call returns.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from simulator.acts import Act
from simulator.errors import DrillError, NameTaken, StoreError, UnknownName, UnreadableRow
from simulator.record.entry import Entry, dump
from simulator.record.journal import Header
from simulator.room import chain, clock_log, rows
from simulator.room import schema as t
from simulator.room.clock import Beat, ClockMark
from simulator.room.database import Database
from simulator.text import alike
from simulator.values import OBSERVER, Author

ATTEMPTS = 20
"""How often what another process was quicker with is tried anew."""


@dataclass(frozen=True)
class DrillRow:
    """One drill as it was opened."""

    id: str
    code: str
    created: float
    title: str
    hosted: bool
    """Several people with a facilitator; otherwise one person practises alone."""
    key_hash: str
    header: Header
    ended: float | None = None
    branch_of: str | None = None
    """The drill that this one plays on from, as a second life."""
    branch_at: int | None = None
    """Drill second from which it differs from that."""
    upload: str | None = None
    """The drill that a team brought of which it is played; None: one that this server has."""

    @property
    def guided(self) -> bool:
        """Tell whether whoever leads is led through it: novices who train alone are."""
        return not self.hosted and self.header.mode == "training" and self.header.difficulty == "novice"


ROW = TypeAdapter(DrillRow)


@dataclass(frozen=True)
class Participant:
    """One person in one drill."""

    id: str
    drill: str
    name: str
    seat: str | None
    facilitator: bool
    joined: float
    generation: int = 0
    """Of what the person was given to come in with: what is of an earlier one is withdrawn."""
    word: str | None = field(default=None, repr=False, compare=False)
    """The word they come back with, hashed."""

    @property
    def observes(self) -> bool:
        """Tell whether the person only looks on."""
        return self.seat == OBSERVER

    @property
    def by(self) -> str:
        """Return how the journal names this person."""
        return f"facilitator:{self.name}" if self.seat is None else f"{self.seat}:{self.name}"


class NewCommand(NamedTuple):
    """A command as it is given: at which drill second, by whom, and what."""

    at: int
    by: str
    body: Act


# Made once: of what is asked at every tick or command, making the statement would cost more than the answer.
_person = select(*(column for column in t.participants.c if column is not t.participants.c.ticket))
"""What a participant is; what lets somebody in as one is only ever compared."""
PERSON = _person.where(t.participants.c.id == bindparam("is"))
PEOPLE = _person.where(t.participants.c.drill == bindparam("of")).order_by(t.participants.c.joined)
DRILLS = select(*(t.drills.c[one.name] for one in fields(DrillRow))).order_by(t.drills.c.created.desc())
DRILL = DRILLS.where(t.drills.c.id == bindparam("is"))
RUNNING = select(t.drills.c.id).where(t.drills.c.id.in_(select(t.clock.c.drill)), t.drills.c.ended.is_(None))
COMMANDS = (
    select(t.commands.c.seq, t.commands.c.at, t.commands.c.by, t.commands.c.body, t.commands.c.key)
    .where(t.commands.c.drill == bindparam("of"), t.commands.c.seq > bindparam("after"))
    .order_by(t.commands.c.seq)
)
FROZEN = select(t.records.c.frozen).where(t.records.c.drill == bindparam("of"))
NAMES = select(t.participants.c.name).where(t.participants.c.drill == bindparam("of"))
SEATED = t.participants.update().where(t.participants.c.id == bindparam("is")).values(seat=bindparam("at"))


class Store(Database):
    """A database of drills. Safe for several threads and processes at once."""

    def __init__(self, url: str | URL | None = None, steps: Sequence[t.Step] = t.STEPS) -> None:
        super().__init__(url, steps)
        self._told: set[str] = set()
        """Drills of which the log says already that they cannot be read."""
        self._ends: dict[str, tuple[int, str]] = {}
        """Number and digest of the last command of each drill that was written here."""

    def add_drill(self, row: DrillRow) -> None:
        """Open a drill. Raises StaleWriter where its id or code is taken, DrillError where its upload is gone."""
        header = row.header.model_dump_json()
        values = {**row.__dict__, "header": header, "digest": chain.digest(header)}
        with self._first(f"drill {row.id} or code {row.code} is taken") as connection:
            there = select(t.uploads.c.id).where(t.uploads.c.id == row.upload)
            if row.upload is not None and connection.scalar(there) is None:
                raise DrillError("this drill was removed a moment ago; look again at what your team has")
            connection.execute(t.drills.insert().values(values))

    def drill(self, ident: str) -> DrillRow:
        """Return the drill with this id. Raises UnknownName, or UnreadableRow for one that cannot be read."""
        found = next(self._drills(DRILL, {"is": ident}), None)
        if found is None:
            raise UnknownName("drill", ident, self.ids())
        if isinstance(found, UnreadableRow):
            raise found
        return found

    def drill_by_code(self, code: str) -> DrillRow | None:
        """Return the drill with this join code. Raises UnreadableRow for one that cannot be read."""
        found = next(self._drills(DRILLS.where(t.drills.c.code == code)), None)
        if isinstance(found, UnreadableRow):
            raise found
        return found

    def drills(self) -> list[DrillRow]:
        """Return every drill that can be read, newest first."""
        return self._readable(self._drills())

    def unreadable(self) -> list[UnreadableRow]:
        """Return what is wrong with every drill that cannot be read, newest first."""
        return [row for row in self._drills() if isinstance(row, UnreadableRow)]

    def running(self) -> list[str]:
        """Return the ids of the drills whose clock was started and that are not over."""
        return [ident for (ident,) in self._rows(RUNNING)]

    def branches(self, drill: str) -> list[DrillRow]:
        """Return the drills that play on from a moment of this one, newest first."""
        return self._readable(self._drills(DRILLS.where(t.drills.c.branch_of == drill)))

    def ids(self) -> list[str]:
        """Return the ids of all drills, newest first."""
        return [ident for (ident,) in self._rows(select(t.drills.c.id).order_by(t.drills.c.created.desc()))]

    def _drills(self, query: Any = DRILLS, given: Mapping[str, Any] | None = None
                ) -> Iterator[DrillRow | UnreadableRow]:  # fmt: skip
        for row in self._rows(query, given):
            try:
                yield rows.read(row.id, "the header", partial(_drill_row, **row._mapping))
            except UnreadableRow as error:
                yield error

    def _readable(self, all_of_them: Iterator[DrillRow | UnreadableRow]) -> list[DrillRow]:
        found = []
        for row in all_of_them:
            if isinstance(row, DrillRow):
                found.append(row)
            elif row.drill not in self._told:
                self._told.add(row.drill)
                logging.getLogger(__name__).warning("drill %s: %s", row.drill, row)
        return found

    def append(
        self,
        drill: str,
        expected: int,
        given: Sequence[NewCommand],
        key: str | None = None,
        line: clock_log.ClockLine | None = None,
        people: Iterable[Participant] = (),
    ) -> list[Entry]:
        """Make commands durable from the `expected`-th of their drill on, with the `line` of the clock log they write.

        `people` are those who come in, or sit elsewhere, by it, `key` is the last one's: all of it happens, or nothing.

        Raises StaleWriter where that one exists, or one with this key, or where the drill has come past it.
        """
        own, before = self._ends.get(drill, (0, ""))
        entries = [Entry(number, one.at, Author(one.by), one.body) for number, one in enumerate(given, expected)]
        with self._first(f"command {expected} of drill {drill}, or its key, is already there") as connection:
            if own != expected - 1 or not before:
                before = _end(connection, drill, expected - 1)
            if line is not None:
                clock_log.add_line(connection, drill, line)
            clock_log.hold(connection, drill, given[0].at)
            for person in people:
                _place(connection, person)
            for entry in entries:
                text = json.dumps(dump(entry.body), ensure_ascii=False)
                before = chain.of_command(before, entry.seq, entry.at, entry.by, text)
                values = {"drill": drill, "seq": entry.seq, "at": entry.at, "by": entry.by, "wall": self.now(),
                          "body": text, "key": key if entry is entries[-1] else None, "digest": before}  # fmt: skip
                connection.execute(t.commands.insert(), values)
        self._ends[drill] = entries[-1].seq, before
        return entries

    def commands(self, drill: str) -> list[Entry]:
        """Return the commands of a drill, in order."""
        return [entry for entry, _ in self.keyed(drill)]

    def keyed(self, drill: str, after: int = 0) -> list[tuple[Entry, str | None]]:
        """Return the commands of a drill with a number above `after`, in order, each with its key."""
        found = self._rows(COMMANDS, {"of": drill, "after": after})
        return [(rows.command(drill, *row), key) for *row, key in found]

    def add_mark(self, drill: str, line: clock_log.ClockLine, commands: int | None = None) -> None:
        """Append to the clock log.

        Raises StaleWriter where the clock was changed meanwhile, or there are other than so many `commands`.
        """
        with self._first(f"line {line.number} of the clock log of drill {drill} is already there") as connection:
            clock_log.add_line(connection, drill, line)
            if commands is not None:
                clock_log.only_after(connection, drill, commands)

    def beat(self, beats: Iterable[tuple[str, Beat]]) -> frozenset[str]:
        """Keep how far drills have come, in one transaction; return those whose clock nobody changed meanwhile.

        What is kept is asked for once it can be written: nothing else has to stand still until then.
        """
        with self._write() as connection:
            asked = dict(beats)
            return clock_log.set_beats(connection, asked) if asked else frozenset()

    def marks(self, drill: str, after: int = 0) -> list[ClockMark]:
        """Return the clock log of a drill past line `after`, in order."""
        with self._read() as connection:
            return clock_log.marks(connection, drill, after)

    def heads(self, drill: str) -> clock_log.Heads:
        """Return how far a drill has come: what tells whether there is news."""
        with self._read() as connection:
            return clock_log.heads(connection, drill)

    def add_participant(self, person: Participant) -> None:
        """Let a person in. Raises NameTaken where somebody goes by that name by now."""
        with self._first(f"participant {person.id} is already in") as connection:
            _place(connection, person)

    def participant(self, ident: str) -> Participant | None:
        """Return one person."""
        found = self._rows(PERSON, {"is": ident})
        return Participant(**found[0]._mapping) if found else None

    def participants(self, drill: str) -> list[Participant]:
        """Return everybody in a drill, in the order they came."""
        return [Participant(**row._mapping) for row in self._rows(PEOPLE, {"of": drill})]

    def place(self, people: Iterable[Participant]) -> None:
        """Note where people sit now, all of them or none."""
        with self._write() as connection:
            for person in people:
                _place(connection, person)

    def offer(self, ident: str, once: str) -> None:
        """Note what lets somebody in as this person once; what was offered before and not taken is void."""
        with self._write() as connection:
            connection.execute(t.participants.update().where(t.participants.c.id == ident).values(ticket=once))

    def take_up(self, ident: str, generation: int, once: str, *, alone: bool) -> bool:
        """Take up what was offered; tell whether it was still there. `alone`: withdraw all that was given before."""
        who = t.participants.c
        offered = (who.id == ident) & (who.generation == generation) & (who.ticket == once)
        values = {"ticket": None, "generation": who.generation + int(alone)}
        with self._write() as connection:
            return connection.execute(t.participants.update().where(offered).values(values)).rowcount == 1

    def withdraw(self, ident: str) -> None:
        """Withdraw all that lets anybody in as this person."""
        with self._write() as connection:
            _withdraw(connection, ident)

    @contextmanager
    def withdrawing(self, ident: str, *, for_good: bool = False) -> Iterator[None]:
        """Withdraw all that lets anybody in as this person with what is written next; `for_good`: their word, too."""
        with self.claiming(lambda connection: _withdraw(connection, ident, for_good=for_good)) as withdrawn:
            yield
            if not withdrawn.kept:
                with self._write():
                    pass  # nothing else was to be written

    def freeze(self, drill: str, journal: str) -> bool:
        """Keep the finished journal, mark the drill as ended, and tell whether this is the first; that one stays."""
        now = self.now()
        values = {"drill": drill, "frozen": now, "journal": journal, "bytes": len(journal.encode())}
        try:
            with self._write() as connection:
                digests = json.dumps(chain.of_record(journal, _end(connection, drill)))
                connection.execute(t.records.insert().values(**values, digests=digests))
                connection.execute(t.drills.update().where(t.drills.c.id == drill).values(ended=now))
        except IntegrityError:
            return False
        self._ends.pop(drill, None)
        return True

    def frozen_at(self, drill: str) -> float | None:
        """Return when the record of a drill was frozen, None while it runs."""
        found = self._rows(FROZEN, {"of": drill})
        return float(found[0][0]) if found else None

    def record(self, drill: str) -> tuple[str, str | None] | None:
        """Return the frozen journal's text and its references as JSON, where there are any."""
        columns = (t.records.c.journal, t.records.c.references)
        rows = self._rows(select(*columns).where(t.records.c.drill == drill))
        return (rows[0][0], rows[0][1]) if rows else None

    def add_references(self, drill: str, references: Mapping[str, Any]) -> None:
        """Keep the reference runs beside the frozen journal."""
        text = json.dumps(references, ensure_ascii=False)
        mine = t.records.c.drill == drill
        with self._write() as connection:
            known = chain.read(connection.scalar(select(t.records.c.digests).where(mine)))
            digests = json.dumps(chain.with_references(known, text))
            connection.execute(t.records.update().where(mine).values(references=text, digests=digests))

    def save_scorecard(self, drill: str, playbook: str, body: Mapping[str, Any]) -> None:
        """Keep a scorecard; one made before under the same playbook is replaced."""
        text = json.dumps(body, ensure_ascii=False)
        key = {"drill": drill, "playbook": playbook}
        values = {"made": self.now(), "body": text, "digest": chain.digest(text)}
        replace = t.scorecards.update().filter_by(**key).values(values)
        for _ in range(ATTEMPTS):
            with self._write() as connection:
                if connection.execute(replace).rowcount:
                    return
            if self._insert_once(t.scorecards, key | values):
                return
        raise StoreError("this scorecard is being saved again and again elsewhere; try again")

    def scorecard(self, drill: str, playbook: str) -> dict[str, Any] | None:
        """Return the scorecard of a drill under a playbook."""
        key = (t.scorecards.c.drill == drill) & (t.scorecards.c.playbook == playbook)
        rows = self._rows(select(t.scorecards.c.body).where(key))
        try:
            return cast("dict[str, Any]", json.loads(rows[0][0])) if rows else None
        except (ValueError, RecursionError):
            return None  # made anew from the record, it is what it was

    def add_override(self, drill: str, author: str, body: Mapping[str, Any]) -> int:
        """Add a correction to a drill's scorecard and return its number; nothing is ever replaced."""
        text = json.dumps(body, ensure_ascii=False)
        last = select(func.coalesce(func.max(t.overrides.c.n), 0)).where(t.overrides.c.drill == drill)
        for _ in range(ATTEMPTS):
            number = int(self._rows(last)[0][0]) + 1
            values = {"drill": drill, "n": number, "made": self.now(), "author": author, "body": text}
            if self._insert_once(t.overrides, {**values, "digest": chain.digest(text)}):
                return number
        raise StoreError("several people corrected this scorecard at once; try again")

    def overrides(self, drill: str) -> list[dict[str, Any]]:
        """Return the corrections of a drill in the order they were made, each with its author."""
        columns = (t.overrides.c.n, t.overrides.c.author, t.overrides.c.made, t.overrides.c.body)
        found = self._rows(select(*columns).where(t.overrides.c.drill == drill).order_by(t.overrides.c.n))
        return [{**rows.data(drill, f"correction {n}", body), "n": n, "author": author, "made": made}
                for n, author, made, body in found]  # fmt: skip

    def setting(self, name: str, fresh: str) -> str:
        """Return a setting all processes share; `fresh` becomes it where there is none."""
        query = select(t.settings.c.value).where(t.settings.c.name == name)
        if not (rows := self._rows(query)):
            self._insert_once(t.settings, {"name": name, "value": fresh})
            rows = self._rows(query)
        return str(rows[0][0])


def _drill_row(header: str, **others: Any) -> DrillRow:
    return ROW.validate_python({**others, "header": Header.read(header)})


def _place(connection: Connection, person: Participant) -> None:
    """Let a person in, or note where they sit now. Raises NameTaken."""
    if not connection.execute(SEATED, {"is": person.id, "at": person.seat}).rowcount:
        # Two who come at the same moment are let in one after the other.
        connection.execute(select(t.drills.c.id).where(t.drills.c.id == person.drill).with_for_update())
        if any(alike(person.name) == alike(name) for (name,) in connection.execute(NAMES, {"of": person.drill})):
            raise NameTaken(person.name)
        connection.execute(t.participants.insert(), person.__dict__)


def _withdraw(connection: Connection, ident: str, *, for_good: bool = False) -> None:
    """Withdraw all that lets anybody in as this person; `for_good`: their own word, too."""
    who = t.participants.c
    gone: dict[str, Any] = {"generation": who.generation + 1, "ticket": None} | ({"word": None} if for_good else {})
    connection.execute(t.participants.update().where(who.id == ident).values(gone))


LAST = 2**31 - 1
END = (
    select(t.commands.c.digest).where(t.commands.c.drill == bindparam("of"), t.commands.c.seq <= bindparam("upto"))
    .order_by(t.commands.c.seq.desc()).limit(1)
)  # fmt: skip
BEGINNING = select(t.drills.c.digest).where(t.drills.c.id == bindparam("of"))


def _end(connection: Connection, drill: str, upto: int = LAST) -> str:
    """Return the digest of a drill's last command, of those up to a number; of its header where there is none."""
    found = connection.scalar(END, {"of": drill, "upto": upto})
    return found or connection.scalar(BEGINNING, {"of": drill}) or ""

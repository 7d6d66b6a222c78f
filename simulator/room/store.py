"""Where drills are kept: headers, commands, clock logs, finished records. SQLite unless told otherwise.

A drill's state is never stored; it is rebuilt from header and commands. What is appended here is
committed and on disk before the call returns.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from simulator.acts import Act
from simulator.errors import StaleWriter, StoreError, UnknownName
from simulator.record.entry import Entry, dump
from simulator.record.journal import Header, parse_body
from simulator.room import schema as t
from simulator.room.clock import ClockMark, What
from simulator.values import OBSERVER, Author

HOME = Path("~/.local/share/incident-drill/drills.db")
BUSY_MS = 4000
ATTEMPTS = 20
WRITES = {"writes": True}
"""Mark of a transaction that is going to write."""


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


@dataclass(frozen=True)
class Participant:
    """One person in one drill."""

    id: str
    drill: str
    name: str
    seat: str | None
    facilitator: bool
    joined: float

    @property
    def observes(self) -> bool:
        """Tell whether the person only looks on."""
        return self.seat == OBSERVER

    @property
    def by(self) -> str:
        """Return how the journal names this person."""
        return f"facilitator:{self.name}" if self.seat is None else f"{self.seat}:{self.name}"


class Store:
    """A database of drills. Safe for several threads and processes at once."""

    def __init__(self, url: str | None = None, steps: Sequence[t.Step] = t.STEPS) -> None:
        self.url = locate(url)
        self._engine = _connect(self.url)
        self._offset = 0.0
        try:
            with self._guard():
                self._open(steps)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def now(self) -> float:
        """Return the wall clock that all processes on this database share (epoch seconds)."""
        return time.time() + self._offset

    def add_drill(self, row: DrillRow) -> None:
        """Open a drill. Raises StaleWriter where its id or code is taken."""
        values = {**row.__dict__, "header": row.header.model_dump_json()}
        self._insert(t.drills, values, taken=f"drill {row.id} or code {row.code} is taken")

    def drill(self, ident: str) -> DrillRow:
        """Return the drill with this id. Raises UnknownName."""
        found = next(self._drills(t.drills.c.id == ident), None)
        if found is None:
            raise UnknownName("drill", ident, [one.id for one in self.drills()])
        return found

    def drill_by_code(self, code: str) -> DrillRow | None:
        """Return the drill with this join code."""
        return next(self._drills(t.drills.c.code == code), None)

    def drills(self) -> list[DrillRow]:
        """Return every drill, newest first."""
        return list(self._drills())

    def running(self) -> list[DrillRow]:
        """Return the drills whose clock was started and that are not over."""
        started = t.drills.c.id.in_(select(t.clock.c.drill))
        return list(self._drills(started, t.drills.c.ended.is_(None)))

    def _drills(self, *where: Any) -> Iterator[DrillRow]:
        with self._read() as connection:
            found = connection.execute(select(t.drills).where(*where).order_by(t.drills.c.created.desc())).all()
        for row in found:
            yield DrillRow(**{**row._mapping, "header": Header.read(row.header)})

    def append(self, drill: str, expected: int, at: int, by: str, body: Act, key: str | None = None) -> Entry:
        """Make a command durable as the `expected`-th of its drill.

        Raises StaleWriter where that one exists, or one with this key.
        """
        values = {"drill": drill, "seq": expected, "at": at, "by": by, "wall": self.now(),
                  "body": json.dumps(dump(body), ensure_ascii=False), "key": key}  # fmt: skip
        self._insert(t.commands, values, taken=f"command {expected} of drill {drill}, or its key, is already there")
        return Entry(expected, at, Author(by), body)

    def commands(self, drill: str) -> list[Entry]:
        """Return the commands of a drill, in order."""
        return [entry for entry, _ in self.keyed(drill)]

    def keyed(self, drill: str, after: int = 0) -> list[tuple[Entry, str | None]]:
        """Return the commands of a drill with a number above `after`, in order, each with its key."""
        columns = (t.commands.c.seq, t.commands.c.at, t.commands.c.by, t.commands.c.body, t.commands.c.key)
        rows = self._rows(select(*columns).where(t.commands.c.drill == drill, t.commands.c.seq > after)
                          .order_by(t.commands.c.seq))  # fmt: skip
        return [(Entry(seq, at, Author(by), _body(body)), key) for seq, at, by, body, key in rows]

    def add_mark(self, drill: str, expected: int, mark: ClockMark) -> None:
        """Append to the clock log. Raises StaleWriter where line `expected` exists."""
        values = {"drill": drill, "seq": expected, **mark.__dict__}
        self._insert(t.clock, values, taken=f"line {expected} of the clock log of drill {drill} is already there")

    def marks(self, drill: str, after: int = 0) -> list[ClockMark]:
        """Return the clock log of a drill past line `after`, in order."""
        columns = (t.clock.c.wall, t.clock.c.what, t.clock.c.value, t.clock.c.by)
        rows = self._rows(select(*columns).where(t.clock.c.drill == drill, t.clock.c.seq > after)
                          .order_by(t.clock.c.seq))  # fmt: skip
        return [ClockMark(wall, cast("What", what), value, by) for wall, what, value, by in rows]

    def heads(self, drill: str) -> tuple[int, int]:
        """Return the last command's number and the last clock line's: what tells whether there is news."""
        last = [
            select(func.coalesce(func.max(table.c.seq), 0)).where(table.c.drill == drill).scalar_subquery()
            for table in (t.commands, t.clock)
        ]
        row = self._rows(select(*last))[0]
        return int(row[0]), int(row[1])

    def add_participant(self, person: Participant) -> None:
        """Let a person in."""
        self._insert(t.participants, dict(person.__dict__), taken=f"participant {person.id} is already in")

    def participant(self, ident: str) -> Participant | None:
        """Return one person."""
        rows = self._rows(select(t.participants).where(t.participants.c.id == ident))
        return Participant(**rows[0]._mapping) if rows else None

    def participants(self, drill: str) -> list[Participant]:
        """Return everybody in a drill, in the order they came."""
        rows = self._rows(select(t.participants).where(t.participants.c.drill == drill)
                          .order_by(t.participants.c.joined))  # fmt: skip
        return [Participant(**row._mapping) for row in rows]

    def seat(self, ident: str, seat: str | None) -> None:
        """Note which seat a person holds now."""
        with self._write() as connection:
            connection.execute(t.participants.update().where(t.participants.c.id == ident).values(seat=seat))

    def freeze(self, drill: str, journal: str) -> bool:
        """Keep the finished journal, mark the drill as ended, and tell whether this is the first; that one stays."""
        now = self.now()
        values = {"drill": drill, "frozen": now, "journal": journal, "bytes": len(journal.encode())}
        try:
            with self._write() as connection:
                connection.execute(t.records.insert().values(**values))
                connection.execute(t.drills.update().where(t.drills.c.id == drill).values(ended=now))
        except IntegrityError:
            return False
        return True

    def frozen_at(self, drill: str) -> float | None:
        """Return when the record of a drill was frozen, None while it runs."""
        rows = self._rows(select(t.records.c.frozen).where(t.records.c.drill == drill))
        return float(rows[0][0]) if rows else None

    def record(self, drill: str) -> tuple[str, str | None] | None:
        """Return the frozen journal's text and its references as JSON, where there are any."""
        columns = (t.records.c.journal, t.records.c.references)
        rows = self._rows(select(*columns).where(t.records.c.drill == drill))
        return (rows[0][0], rows[0][1]) if rows else None

    def add_references(self, drill: str, references: Mapping[str, Any]) -> None:
        """Keep the reference runs beside the frozen journal."""
        text = json.dumps(references, ensure_ascii=False)
        with self._write() as connection:
            connection.execute(t.records.update().where(t.records.c.drill == drill).values(references=text))

    def save_scorecard(self, drill: str, playbook: str, body: Mapping[str, Any]) -> None:
        """Keep a scorecard; one made before under the same playbook is replaced."""
        key = (t.scorecards.c.drill == drill) & (t.scorecards.c.playbook == playbook)
        text = json.dumps(body, ensure_ascii=False)
        with self._write() as connection:
            connection.execute(t.scorecards.delete().where(key))
            connection.execute(t.scorecards.insert().values(drill=drill, playbook=playbook, made=self.now(), body=text))

    def scorecard(self, drill: str, playbook: str) -> dict[str, Any] | None:
        """Return the scorecard of a drill under a playbook."""
        key = (t.scorecards.c.drill == drill) & (t.scorecards.c.playbook == playbook)
        rows = self._rows(select(t.scorecards.c.body).where(key))
        return cast("dict[str, Any]", json.loads(rows[0][0])) if rows else None

    def add_override(self, drill: str, author: str, body: Mapping[str, Any]) -> int:
        """Add a correction to a drill's scorecard and return its number; nothing is ever replaced."""
        text = json.dumps(body, ensure_ascii=False)
        last = select(func.coalesce(func.max(t.overrides.c.n), 0)).where(t.overrides.c.drill == drill)
        for _ in range(ATTEMPTS):
            number = int(self._rows(last)[0][0]) + 1
            values = {"drill": drill, "n": number, "made": self.now(), "author": author, "body": text}
            if self._insert_once(t.overrides, values):
                return number
        raise StoreError("several people corrected this scorecard at once; try again")

    def overrides(self, drill: str) -> list[dict[str, Any]]:
        """Return the corrections of a drill in the order they were made, each with its author."""
        columns = (t.overrides.c.n, t.overrides.c.author, t.overrides.c.made, t.overrides.c.body)
        rows = self._rows(select(*columns).where(t.overrides.c.drill == drill).order_by(t.overrides.c.n))
        return [{**json.loads(body), "n": n, "author": author, "made": made} for n, author, made, body in rows]

    def setting(self, name: str, fresh: str) -> str:
        """Return a setting all processes share; `fresh` becomes it where there is none."""
        query = select(t.settings.c.value).where(t.settings.c.name == name)
        if not (rows := self._rows(query)):
            self._insert_once(t.settings, {"name": name, "value": fresh})
            rows = self._rows(query)
        return str(rows[0][0])

    def _rows(self, query: Any) -> Sequence[Any]:
        with self._read() as connection:
            return connection.execute(query).all()

    def _insert(self, table: Table, values: Mapping[str, Any], taken: str) -> None:
        try:
            with self._write() as connection:
                connection.execute(table.insert().values(values))
        except IntegrityError:
            raise StaleWriter(taken) from None

    def _insert_once(self, table: Table, values: Mapping[str, Any]) -> bool:
        try:
            self._insert(table, values, taken="")
        except StaleWriter:
            return False
        return True

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._guard(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._guard(), self._engine.execution_options(**WRITES).begin() as connection:
            yield connection

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreError(explain(error, self.url)) from None

    def _open(self, steps: Sequence[t.Step]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                with self._engine.begin() as connection:
                    current = t.version(connection) == len(steps)
                if not current:
                    with self._engine.execution_options(**WRITES).begin() as connection:
                        t.upgrade(connection, steps)
                break
            except DBAPIError as error:
                # Where a writer does not wait for another one from its beginning on, all but one of several processes
                # that open an older or empty database at once find it changed under their hands.
                if "exists" not in str(error) and not isinstance(error, IntegrityError):
                    raise
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.05)
        if self.url.get_backend_name() != "sqlite":
            self._offset = self._read_offset()

    def _read_offset(self) -> float:
        with self._engine.begin() as connection:
            there = connection.scalar(select(func.extract("epoch", func.current_timestamp())))
        return float(there or time.time()) - time.time()


def locate(url: str | None) -> URL:
    """Return where the database is: `url` (or a path), else DRILL_DATABASE_URL, else the home directory's."""
    text = url or os.environ.get("DRILL_DATABASE_URL") or str(HOME.expanduser())
    try:
        found = make_url(text) if "://" in text else URL.create("sqlite", database=str(Path(text).expanduser()))
    except (SQLAlchemyError, ValueError, RuntimeError):  # what it says may hold a password
        raise StoreError("the database is named by no path and no URL; write one like postgresql://host/name") from None
    if found.get_backend_name() == "sqlite" and found.database and not found.database.startswith("file:"):
        folder = Path(found.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot create the folder {folder} ({error.strerror}); name another one with --data"
            ) from None
    return found


def _connect(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ModuleNotFoundError, SQLAlchemyError) as error:
        raise StoreError(f"cannot use the database {_name(url)} ({error}); see DRILL_DATABASE_URL") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    """Set what makes SQLite durable and shareable: the only place that knows which database this is."""
    # The driver begins no transaction before a SELECT or DDL; so it begins none at all, and `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    # Looked at before it is set: setting it writes, and a read-only database must still open for reading.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction; one that is going to write waits for its turn now, not when it has read already."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _body(text: str) -> Act:
    """Return a stored command."""
    return cast("Act", parse_body(json.loads(text)))


REMEDIES = (
    ("locked", "is locked by another program; close what has it open, then try again"),
    ("readonly", "cannot be written; make the file and its folder writable, or name another with --data"),
    ("read-only", "cannot be written; make the file and its folder writable, or name another with --data"),
    ("disk is full", "has no room left on its disk; free some space, then try again"),
    ("disk i/o", "cannot be read or written (disk error); check the disk, or name another file with --data"),
    ("not a database", "is not a database of drills; move it away, or name another file with --data"),
    ("malformed", "is damaged; restore a backup, or move it away and start with an empty one"),
    ("unable to open", "cannot be opened; check that its folder exists and is writable, or name another with --data"),
    ("could not connect", "does not answer; check DRILL_DATABASE_URL and that the server runs"),
    ("connection refused", "does not answer; check DRILL_DATABASE_URL and that the server runs"),
)


def explain(error: SQLAlchemyError, url: URL) -> str:
    """Return in one line what is wrong with the database and what to do."""
    cause = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    for sign, remedy in REMEDIES:
        if sign in cause.lower():
            return f"the database {_name(url)} {remedy}"
    return f"the database {_name(url)} failed: {' '.join(cause.split())}; check it, or name another with --data"


def _name(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.render_as_string(hide_password=True)

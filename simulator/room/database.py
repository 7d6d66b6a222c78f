"""The database under the store: where it is, how it is opened, read and written, and what is wrong with it.

SQLite unless told otherwise. What a transaction writes is on disk when it is over.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from simulator.errors import StaleWriter, StoreError
from simulator.room import postgres
from simulator.room import schema as t

HOME = Path("~/.local/share/incident-drill/drills.db")
BUSY_MS = 3000
CONNECTIONS = 16
"""Connections to SQLite that are kept, about as many as threads ask at once: to open one costs more than to use it."""
TURN_SECONDS = 1.0
"""For how long those who write in this process wait for one another, before the database itself has them wait.

Together less than a browser waits for an answer, and somebody at a room that another is at.
"""


@dataclass
class Claimed:
    """What is written together with the next thing that is."""

    write: Callable[[Connection], None]
    kept: bool = False
    """It is on disk."""


class Database:
    """Tables, brought to this program's version as it is opened. Safe for several threads and processes at once."""

    def __init__(self, url: str | URL | None = None, steps: Sequence[t.Step] = t.STEPS) -> None:
        self.url = locate(url)
        self._engine = _connect(self.url)
        self._begin = _begin_sqlite if self.url.get_backend_name() == "sqlite" else postgres.begin
        self._offset = 0.0
        self._turn = threading.Lock() if self.url.get_backend_name() == "sqlite" else None
        """Whose turn it is to write, among the threads of this process, where the whole database is one lock."""
        self._doing = threading.local()
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

    def transaction(self, *, writes: bool) -> AbstractContextManager[Connection]:
        """Begin one: what is read in it is of one moment, what is written in it is all there or not at all."""
        return self._write() if writes else self._read()

    @contextmanager
    def sqlite(self, otherwise: str = "use one that is") -> Iterator[sqlite3.Connection]:
        """Lend the driver's connection, outside of any transaction. Raises StoreError where it is not SQLite."""
        if self.url.get_backend_name() != "sqlite":
            raise StoreError(f"the database {_name(self.url)} is not SQLite; {otherwise}")
        with self._guard():
            lent = self._engine.raw_connection()
            try:
                yield cast("sqlite3.Connection", lent.driver_connection)
            except sqlite3.Error as error:
                raise StoreError(explain(error, self.url)) from None
            finally:
                lent.close()

    def _rows(self, query: Any, given: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Return what a query finds, whose parameters are `given`."""
        with self._read() as connection:
            return connection.execute(query, given).all()

    def _insert(self, table: Table, values: Mapping[str, Any], taken: str) -> None:
        with self._first(taken) as connection:
            connection.execute(table.insert(), values)

    @contextmanager
    def _first(self, taken: str) -> Iterator[Connection]:
        """Write as the first to do so. Raises StaleWriter, which says what is `taken`."""
        try:
            with self._write() as connection:
                yield connection
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
        with self._guard(), self._begun(writes=False) as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        claims: tuple[Claimed, ...] = getattr(self._doing, "claims", ())
        with self._guard(), self._in_turn(), self._begun(writes=True) as connection:
            for claim in claims:
                if not claim.kept:
                    claim.write(connection)
            yield connection
        for claim in claims:
            claim.kept = True

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        """Begin a transaction; one that is going to write waits for its turn: one at a time, whatever the database."""
        # Not by an event of SQLAlchemy's: one that listens makes every statement half as dear again.
        with self._engine.begin() as connection:
            self._begin(connection, writes)
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let those who write in this process do so one after the other.

        SQLite has them ask again and again, ever more seldom: then the database is idle while a press waits for it.
        """
        held = self._turn is not None and self._turn.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if held and self._turn is not None:
                self._turn.release()

    @contextmanager
    def claiming(self, write: Callable[[Connection], None]) -> Iterator[Claimed]:
        """Let the first thing that this thread writes meanwhile be written together with what `write` writes."""
        before, claim = getattr(self._doing, "claims", ()), Claimed(write)
        self._doing.claims = (*before, claim)
        try:
            yield claim
        finally:
            self._doing.claims = before

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StoreError(explain(error, self.url)) from None
        except UnicodeEncodeError as error:
            raise StoreError(f"text with half a character ({error.object[error.start]!r}) cannot be kept; type it anew"
                             ) from None  # fmt: skip

    def _open(self, steps: Sequence[t.Step]) -> None:
        with self._begun(writes=False) as connection:
            current = t.version(connection) == len(steps)
        if not current:
            with self._begun(writes=True) as connection:
                t.upgrade(connection, steps)
        if self.url.get_backend_name() != "sqlite":
            self._offset = self._read_offset()

    def _read_offset(self) -> float:
        with self._begun(writes=False) as connection:
            there = connection.scalar(select(func.extract("epoch", func.current_timestamp())))
        return float(there or time.time()) - time.time()


def locate(url: str | URL | None) -> URL:
    """Return where the database is: `url` (or a path), else DRILL_DATABASE_URL, else the home directory's."""
    if isinstance(url, URL):
        return url
    text = url or os.environ.get("DRILL_DATABASE_URL") or str(HOME.expanduser())
    try:
        found = make_url(text) if "://" in text else URL.create("sqlite", database=str(Path(text).expanduser()))
    except (SQLAlchemyError, ValueError, RuntimeError):  # what it says may hold a password
        raise StoreError("the database is named by no path and no URL; write one like postgresql://host/name") from None
    if found.drivername in ("postgres", "postgresql"):
        found = found.set(drivername=postgres.DRIVER)
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
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"cannot use the database {_name(url)}; name a file, or an address that begins postgresql://")
    sqlite = url.get_backend_name() == "sqlite"
    try:
        keep: dict[str, Any] = {"pool_size": CONNECTIONS} if sqlite else {"pool_pre_ping": True}
        engine = create_engine(url, connect_args={} if sqlite else postgres.patience(url), **keep)
    except ModuleNotFoundError as error:
        raise StoreError(f"the database {_name(url)} needs a driver ({error}); for PostgreSQL: pip install "
                         "'incident-drill[postgres]'") from None  # fmt: skip
    except SQLAlchemyError as error:
        raise StoreError(f"cannot use the database {_name(url)} ({error}); see DRILL_DATABASE_URL") from None
    event.listen(engine, "connect", _tune_sqlite if sqlite else postgres.tune)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    """Set what makes SQLite durable and shareable."""
    # The driver begins no transaction before a SELECT or DDL; so it begins none at all, and `_begin_sqlite` does.
    connection.isolation_level = None
    # A byte that is damaged is shown as what it is; refused, it would hide every other row of the same answer.
    connection.text_factory = lambda data: str(data, "utf-8", "backslashreplace")
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    # Looked at before it is set: setting it writes, and a read-only database must still open for reading.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection, writes: bool) -> None:
    """Begin a transaction; one that is going to write waits for its turn now, not when it has read already."""
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Straight to the driver: this locks nothing, so there is no failure to be told in SQLAlchemy's words.
        cast("sqlite3.Connection", connection.connection.driver_connection).execute("BEGIN")


REMEDIES = (
    *postgres.REMEDIES,
    ("locked", "is locked by another program; close what has it open, then try again"),
    ("readonly", "cannot be written; make the file and its folder writable, or name another with --data"),
    ("read-only", "cannot be written; make the file and its folder writable, or name another with --data"),
    ("disk is full", "has no room left on its disk; free some space, then try again"),
    ("disk i/o", "cannot be read or written (disk error); check the disk, or name another file with --data"),
    ("not a database", "is not a database of drills; move it away, or name another file with --data"),
    ("malformed", "is damaged; restore a backup, or move it away and start with an empty one"),
    ("unable to open", "cannot be opened; check that its folder exists and is writable, or name another with --data"),
)


def explain(error: SQLAlchemyError | sqlite3.Error, url: URL) -> str:
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

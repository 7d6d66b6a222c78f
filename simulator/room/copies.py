"""A database as a file to keep: copied while a server runs, put back, and read where nothing can be written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import parse_qsl, quote

from sqlalchemy.engine import URL

from simulator.errors import StoreError
from simulator.room.database import locate
from simulator.room.schema import STEPS
from simulator.room.store import Store

DUMP = "back it up with `pg_dump --format=custom --file=FILE URL`"
PUT_BACK = "put a backup back with `pg_restore --clean --if-exists --dbname=URL FILE`"
PRIVATE = 0o600
"""A copy holds everything that people wrote, and what links are signed with."""


def reader(url: str | None = None) -> Store:
    """Open a database to read it: brought up to date where it can be written, as it is where it cannot."""
    found = locate(url)
    path = file_of(found)
    if path is None or not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return Store(found)
    return unwritten(path)


def unwritten(path: Path) -> Store:
    """Open a database for reading without writing anything, not even what several readers agree by.

    Where nobody has it open, nobody may write meanwhile either.
    """
    file, _, said = _address(path).partition("?")
    try:
        return Store(URL.create("sqlite", database=file, query={**dict(parse_qsl(said)), "uri": "true"}))
    except StoreError as error:
        if not _shared(path):
            raise
        raise StoreError(f"{error}; or copy it with its -wal file to where you can write, and name that") from None


def backup(store: Store, to: Path) -> None:
    """Copy the whole database into a new file, as it is at this moment, while others go on writing.

    Raises StoreError where the file exists or cannot be written, and for a database that is not SQLite.
    """
    if to.exists():
        raise StoreError(f"{to} exists; name a file that does not")
    part = to.with_name(f"{to.name}.part")
    try:
        with store.sqlite(DUMP) as source:
            os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE))
            _copy(source, part)
        part.rename(to)
    except OSError as error:
        raise StoreError(f"{to}: cannot be written ({error.strerror}); name another file") from None
    finally:
        with suppress(OSError):
            part.unlink()


def _copy(source: sqlite3.Connection, to: Path) -> None:
    try:
        with closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
            # One file, without companions: it can be read from a medium that nobody can write.
            copy.execute("PRAGMA journal_mode=DELETE")
            _check(copy, to)
    except sqlite3.Error as error:
        raise StoreError(f"{to}: the copy failed ({error}); check its disk, then try again") from None


def restore(file: Path, url: str | None, *, replace: bool = False) -> int:
    """Put a backup where the database is; return how many drills there are in it now.

    Raises StoreError for what is no sound backup, and where there are drills already unless they may be replaced.
    """
    if not file.is_file():
        raise StoreError(f"{file}: no such file; give one that `drill backup` wrote")
    into = locate(url)
    path = file_of(into)
    if path is None:
        raise StoreError(f"the database is not SQLite; {PUT_BACK}")
    if path.exists() and path.samefile(file):
        raise StoreError(f"{file} is the database itself; give a backup of it")
    with closing(sqlite3.connect(_address(file), uri=True)) as copy:
        _check(copy, file)
        try:
            store = Store(into)
        except StoreError as error:
            raise StoreError(f"{error}; to restore, move it away with its -wal and -shm files") from None
        with closing(store):
            if (known := len(store.ids())) and not replace:
                raise StoreError(f"there are {known} drills in {path}; move it away, name another with --data, or say "
                                 "--replace to lose them")  # fmt: skip
            with store.sqlite(PUT_BACK) as target:
                copy.backup(target)
    with closing(Store(into)) as store:
        return len(store.ids())


def file_of(url: URL) -> Path | None:
    """Return the file of an SQLite database that is named by its path, None for any other."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":memory:", "file:")):
        return None
    return Path(url.database)


def _address(path: Path) -> str:
    """Return what SQLite reads a file by without writing anything."""
    return f"file:{quote(str(path.absolute()))}?mode=ro{'' if _shared(path) else '&immutable=1'}"


def _shared(path: Path) -> bool:
    """Tell whether somebody has a database open, or had when they were killed."""
    return path.with_name(f"{path.name}-wal").exists()


def _check(connection: sqlite3.Connection, file: Path) -> None:
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        version = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{file} is no backup of drills ({error}); give one that `drill backup` wrote") from None
    if found != "ok":
        raise StoreError(f"{file} is damaged ({' '.join(str(found).split())}); give another backup")
    if version is None or version > len(STEPS):
        raise StoreError(f"{file} is of version {version}, this program knows {len(STEPS)}; update Incident Drill")

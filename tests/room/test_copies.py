"""The database as a file: copied under writers, put back into an empty place, read where nothing can be written."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simulator.errors import StoreError
from simulator.room import schema
from simulator.room.archive import export, verify
from simulator.room.copies import backup, reader, restore, unwritten
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.room.rooms import Wall, rooms, say, solo
from tests.room.test_upgrade import old

NOBODY = 65534


@pytest.fixture
def filled(path: Path, wall: Wall) -> Path:
    """Return a database with a drill in it that nobody has open."""
    place = rooms(path, wall)
    room, person = solo(place)
    room.submit(say("hello"), person)
    place.store.close()
    return path


def test_a_backup_made_under_writers_is_whole(place: Rooms, tmp_path: Path) -> None:
    room, person = solo(place)
    stop = threading.Event()
    said = []

    def write() -> None:
        while not stop.is_set():
            room.submit(say(f"{len(said)}"), person)
            said.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for n in range(4):
            while len(said) < 5 * (n + 1):
                stop.wait(0.01)
            before = len(said)
            backup(place.store, tmp_path / f"{n}.db")
            with closing(Store(str(tmp_path / f"{n}.db"))) as copy:
                found = verify(copy, room.row.id)
            assert found.changed == ()
            assert before + 1 <= found.commands <= len(said) + 2
            counts.append(found.commands)
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts)


def test_a_backup_is_one_file_that_only_its_owner_reads(filled: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy" / "drills.backup"
    with closing(Store(str(filled))) as store:
        with pytest.raises(StoreError, match="cannot be written"):
            backup(store, to)
        to.parent.mkdir()
        backup(store, to)
        with pytest.raises(StoreError, match=r"drills\.backup exists; name a file that does not"):
            backup(store, to)
    assert [one.name for one in to.parent.iterdir()] == ["drills.backup"]
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_a_backup_for_which_there_is_no_room_leaves_nothing_behind(filled: Path, tmp_path: Path) -> None:
    def copied() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40960, 40960))
        with closing(Store(str(filled))) as store:
            backup(store, tmp_path / "saved")
        return "copied"

    assert re.fullmatch(
        r"StoreError: .*saved\.part: the copy failed \(.*\); check its disk, then try again", apart(copied)
    )
    assert not list(tmp_path.glob("saved*"))


def test_what_was_saved_comes_back(filled: Path, tmp_path: Path) -> None:
    with closing(Store(str(filled))) as store:
        (drill,) = store.ids()
        before = list(export(store, drill))
        secret = store.setting("token-secret", "fresh")
        backup(store, tmp_path / "saved")
    there = tmp_path / "new" / "drills.db"
    assert restore(tmp_path / "saved", str(there)) == 1
    with closing(Store(str(there))) as store:
        assert list(export(store, drill)) == before
        assert store.setting("token-secret", "other") == secret
        assert verify(store, drill).changed == ()


def test_a_backup_never_overwrites_drills_unless_told_to(filled: Path, tmp_path: Path, wall: Wall) -> None:
    with closing(Store(str(filled))) as store:
        backup(store, tmp_path / "saved")
        (saved,) = store.ids()
    other = rooms(tmp_path / "other.db", wall)
    room, _ = solo(other)
    with pytest.raises(StoreError, match=r"there are 1 drills in .*other\.db; move it away, .* or say --replace"):
        restore(tmp_path / "saved", str(tmp_path / "other.db"))
    assert other.store.ids() == [room.row.id]
    assert restore(tmp_path / "saved", str(tmp_path / "other.db"), replace=True) == 1
    assert other.store.ids() == [saved]
    with pytest.raises(StoreError, match="is the database itself"):
        restore(filled, str(filled), replace=True)


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    saved = old(tmp_path / "saved.db")
    assert restore(saved, str(tmp_path / "new.db")) == 2
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (len(schema.STEPS),)
    with closing(sqlite3.connect(saved)) as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (1,)


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    path.write_bytes(bytes(data))


def outdate(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO schema_version VALUES (99)")


@pytest.mark.parametrize(("harm", "says"), [
    (spoil, "damaged|no backup of drills"),
    (outdate, "is of version 99, this program knows"),
    (lambda path: path.write_text("hello" * 2000), "is no backup of drills"),
    (lambda path: path.write_bytes(b""), "is no backup of drills"),
    (Path.unlink, "no such file"),
])  # fmt: skip
def test_what_is_no_sound_backup_changes_nothing(
    filled: Path, tmp_path: Path, harm: Callable[[Path], None], says: str
) -> None:
    with closing(Store(str(filled))) as store:
        backup(store, tmp_path / "saved")
    harm(tmp_path / "saved")
    with pytest.raises(StoreError, match=says) as error:
        restore(tmp_path / "saved", str(tmp_path / "new.db"))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "new.db").exists()


def test_on_another_database_its_own_tools_are_named(monkeypatch: pytest.MonkeyPatch, filled: Path) -> None:
    with closing(Store(str(filled))) as store:
        store.url = store.url.set(drivername="postgresql")
        with pytest.raises(StoreError, match="pg_dump"):
            backup(store, filled.with_name("copy"))
    with pytest.raises(StoreError, match="pg_restore"):
        restore(filled, "postgresql://localhost/drills")


# --- where nothing can be written -------------------------------------------------------------------------------------


@pytest.fixture
def shelf() -> Iterator[Path]:
    """Return a folder that everybody may look into."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


def as_nobody(work: Callable[[], str]) -> str:
    """Return what `work` returns for somebody who may write as little as any reader: root may write anywhere."""

    def demoted() -> str:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return work()

    return apart(demoted)


def apart(work: Callable[[], str]) -> str:
    """Return what `work` returns, or fails with, in a process of its own."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(writing, work().encode())
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return found


def summary(path: Path) -> str:
    with closing(reader(str(path))) as store:
        return " ".join(f"{drill}:{len(list(export(store, drill)))}" for drill in store.ids())


def test_a_copy_that_cannot_be_written_is_read(filled: Path, shelf: Path) -> None:
    path = shelf / "what is? 100%.db"
    shutil.copy(filled, path)
    path.chmod(0o444)
    shelf.chmod(0o555)
    before = summary(filled)
    assert as_nobody(lambda: summary(path)) == before
    assert [one.name for one in shelf.iterdir()] == [path.name]

    def write() -> str:
        with closing(reader(str(path))) as store:
            store.setting("new", "value")
        return "written"

    assert "cannot be written; make the file and its folder writable" in as_nobody(write)


def test_a_copy_of_an_open_database_needs_its_log(place: Rooms, path: Path, shelf: Path) -> None:
    room, person = solo(place)
    room.submit(say("hello"), person)
    for name in ("drills.db", "drills.db-wal"):
        shutil.copy(path.with_name(name), shelf / name)
        (shelf / name).chmod(0o444)
    shelf.chmod(0o555)
    assert "copy it with its -wal file to where you can write" in as_nobody(lambda: summary(shelf / "drills.db"))


def test_nothing_is_written_beside_what_is_opened_for_reading_alone(filled: Path) -> None:
    before = {one.name: one.read_bytes() for one in filled.parent.iterdir()}
    with closing(unwritten(filled)) as store:
        (drill,) = store.ids()
        assert verify(store, drill).changed == ()
        with pytest.raises(StoreError, match="cannot be written"):
            store.setting("new", "value")
    assert {one.name: one.read_bytes() for one in filled.parent.iterdir()} == before

"""The store: durable, refusing stale writers, and clear about what is wrong with a database."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, text
from sqlalchemy.exc import OperationalError

from simulator import acts
from simulator.errors import StaleWriter, StoreError, UnknownName
from simulator.record.journal import Header
from simulator.room import schema
from simulator.room.clock import Beat, ClockMark
from simulator.room.clock_log import ClockLine, Heads
from simulator.room.database import explain, locate
from simulator.room.store import DrillRow, NewCommand, Participant, Store

HEADER = Header(scenario="auth_token", seed=7, scenario_version="1", engine="1")


def row(ident: str = "d1", code: str = "AB29XY") -> DrillRow:
    return DrillRow(ident, code, 1.0, "A drill", False, "hash", HEADER)


@pytest.fixture
def path(path: Path | str) -> str:
    return str(path)


@pytest.fixture
def store(path: str) -> Store:
    store = Store(path)
    store.add_drill(row())
    return store


def say(words: str) -> acts.Act:
    return acts.PostMessage(text=words)


def test_a_drill_is_found_by_id_and_code(store: Store) -> None:
    assert store.drill("d1") == store.drill_by_code("AB29XY") == row()
    with pytest.raises(UnknownName, match="d2"):
        store.drill("d2")
    assert store.drills() == [row()]


def test_a_code_is_given_out_once(store: Store) -> None:
    with pytest.raises(StaleWriter):
        store.add_drill(row("d2"))


def test_commands_come_back_in_order_and_as_they_were(store: Store) -> None:
    given = [store.append("d1", n, [NewCommand(10 * n, "commander:Zoë", say(f"“{n}” <b>&"))])[0] for n in (1, 2, 3)]
    assert store.commands("d1") == given
    assert store.keyed("d1", after=2) == [(given[2], None)]
    assert store.heads("d1") == Heads(3, 0, None)


def test_a_stale_writer_is_refused_and_nothing_is_lost(path: str, store: Store) -> None:
    other = Store(path)
    other.append("d1", 1, [NewCommand(0, "comms:Bo", say("first"))])
    with pytest.raises(StaleWriter):
        store.append("d1", 1, [NewCommand(0, "triage:Al", say("second"))])
    store.append("d1", 2, [NewCommand(0, "triage:Al", say("second"))])
    assert [entry.body for entry in other.commands("d1")] == [say("first"), say("second")]


START = ClockMark(-60.0, "start", by="commander:Al", wall=10.5)
STARTED = ClockLine(1, START, Beat(1, -60.0, 10.5))


def test_the_clock_log_refuses_a_stale_writer_too(store: Store) -> None:
    store.add_mark("d1", STARTED)
    assert store.beat([("d1", Beat(2, -59.0, 11.5))]) == {"d1"}
    for line, commands in ((STARTED, None), (ClockLine(2, START, Beat(2, 0.0, 12.5)), None),
                           (ClockLine(2, START, Beat(3, 0.0, 12.5)), 1)):  # fmt: skip
        with pytest.raises(StaleWriter):
            store.add_mark("d1", line, commands)
    assert store.beat([("d1", Beat(2, 0.0, 12.5))]) == frozenset()
    assert store.marks("d1") == [START]
    assert store.heads("d1") == Heads(0, 1, Beat(2, -59.0, 11.5))


def test_no_command_is_kept_before_the_second_that_was_shown(store: Store) -> None:
    store.append("d1", 1, [NewCommand(-60, "comms:Bo", say("while people wait"))])
    store.add_mark("d1", STARTED)
    store.beat([("d1", Beat(2, 41.2, 11.5))])
    with pytest.raises(StaleWriter, match="has come past 40 s"):
        store.append("d1", 2, [NewCommand(40, "comms:Bo", say("too late"))])
    store.append("d1", 2, [NewCommand(41, "comms:Bo", say("in time"))])
    assert [entry.at for entry in store.commands("d1")] == [-60, 41]


@pytest.mark.sqlite
def test_the_last_command_and_its_line_of_the_clock_log_are_kept_both_or_not_at_all(path: str, store: Store) -> None:
    store.add_mark("d1", STARTED)
    stop = ClockLine(2, ClockMark(-60.0, "stop", by="comms:Bo", wall=12.0), Beat(2, -60.0, 12.0))
    with closing(sqlite3.connect(path)) as other:
        for table in ("commands", "clock"):
            other.execute(f"CREATE TRIGGER cut BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'killed'); END")
            with pytest.raises(StaleWriter):
                store.append("d1", 1, [NewCommand(-60, "comms:Bo", acts.EndDrill())], line=stop)
            assert (store.heads("d1"), store.commands("d1")) == (Heads(0, 1, STARTED.beat), [])
            other.execute("DROP TRIGGER cut")
    store.append("d1", 1, [NewCommand(-60, "comms:Bo", acts.EndDrill())], line=stop)
    assert store.heads("d1") == Heads(1, 2, stop.beat)


def test_people_keep_their_seat(store: Store) -> None:
    standing = Participant("p1", "d1", "Al", None, False, 1.0)
    store.add_participant(standing)
    store.place([replace(standing, seat="triage")])
    person = store.participant("p1")
    assert person is not None
    assert person.by == "triage:Al"
    assert store.participants("d1") == [person]


def test_the_first_frozen_record_stays(store: Store) -> None:
    store.freeze("d1", "one")
    store.freeze("d1", "two")
    assert store.record("d1") == ("one", None)
    store.add_references("d1", {"null": 3})
    assert store.record("d1") == ("one", '{"null": 3}')


@pytest.mark.sqlite
def test_a_record_is_frozen_and_its_drill_marked_as_ended_at_once_or_not_at_all(path: str, store: Store) -> None:
    store.add_mark("d1", STARTED)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TRIGGER cut BEFORE UPDATE ON drills BEGIN SELECT RAISE(ABORT, 'killed here'); END")
        assert not store.freeze("d1", "one")
        assert (store.record("d1"), len(store.running())) == (None, 1)
        other.execute("DROP TRIGGER cut")
    assert store.freeze("d1", "one")
    ended = store.drills()[0].ended
    assert ended == store.frozen_at("d1")
    assert store.running() == []
    assert not store.freeze("d1", "two")
    assert store.drills()[0].ended == ended


def test_scorecards_are_replaced_and_overrides_never(store: Store) -> None:
    store.save_scorecard("d1", "recovery", {"total": 1})
    store.save_scorecard("d1", "recovery", {"total": 2})
    assert store.scorecard("d1", "recovery") == {"total": 2}
    assert store.scorecard("d1", "ops") is None
    assert [store.add_override("d1", "facilitator:Flo", {"id": "B1a", "reason": why}) for why in "ab"] == [1, 2]
    assert [(o["n"], o["author"], o["reason"]) for o in store.overrides("d1")] == [
        (1, "facilitator:Flo", "a"), (2, "facilitator:Flo", "b"),
    ]  # fmt: skip


def test_a_scorecard_that_two_processes_save_at_once_is_saved(
    path: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, insert = Store(path), store._insert_once

    def late(*row: Any) -> bool:
        other.save_scorecard("d1", "recovery", {"total": 1})
        return insert(*row)

    monkeypatch.setattr(store, "_insert_once", late)
    store.save_scorecard("d1", "recovery", {"total": 2})
    assert other.scorecard("d1", "recovery") == {"total": 2}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (store, other)[n % 2].save_scorecard("d1", f"book {n // 4}", {"total": n}), range(32)))
    assert all(store.scorecard("d1", f"book {n}") for n in range(8))


@pytest.mark.sqlite
def test_what_is_written_is_synced_to_disk_before_it_is_acknowledged(store: Store) -> None:
    with store._engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_several_processes_may_open_an_empty_database_at_once(path: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: Store(path), range(8)))
    stores[0].add_drill(row())
    assert all(store.drills() == [row()] for store in stores)


def test_corrections_made_at_once_are_all_kept(path: str, store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: Store(path).add_override("d1", "Flo", {"n": n}), range(8)))
    assert sorted(numbers) == list(range(1, 9))


# --- versions -------------------------------------------------------------------------------------------


def add_notes(connection: Connection) -> None:
    Table("notes", MetaData(), Column("n", Integer)).create(connection)


def test_an_older_database_is_brought_up_to_date_and_keeps_its_drills(path: str, store: Store) -> None:
    newer = Store(path, steps=(*schema.STEPS, add_notes))
    assert newer.drills() == [row()]
    with newer._engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notes")).scalar() == 0
        assert connection.execute(text("SELECT max(version) FROM schema_version")).scalar() == len(schema.STEPS) + 1
    Store(path, steps=(*schema.STEPS, add_notes))


def test_a_database_from_the_future_is_left_alone(path: str, store: Store) -> None:
    Store(path, steps=(*schema.STEPS, add_notes))
    with pytest.raises(StoreError, match="update Incident Drill"):
        Store(path)


# --- what can be wrong ------------------------------------------------------------------------------------


def test_half_a_character_is_refused_in_one_line(store: Store) -> None:
    with pytest.raises(StoreError, match=r"half a character \('\\ud83d'\) cannot be kept"):
        store.add_participant(Participant("p1", "d1", "a \ud83d b", None, False, 1.0))


@pytest.mark.sqlite
def test_a_locked_database_says_who_must_let_go(path: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.room.database.BUSY_MS", 50)
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"drills\.db is locked by another program; close"):
            Store(path).append("d1", 1, [NewCommand(0, "comms:Bo", say("hello"))])
        assert Store(path).commands("d1") == []
        other.rollback()
    other.close()


@pytest.mark.sqlite
def test_a_read_only_database_can_be_looked_at_and_says_what_to_do(path: str, store: Store) -> None:
    store.append("d1", 1, [NewCommand(0, "comms:Bo", say("hello"))])
    store.close()
    reader = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert len(reader.commands("d1")) == 1
    with pytest.raises(StoreError, match=r"cannot be written; make the file and its folder writable"):
        reader.append("d1", 2, [NewCommand(0, "comms:Bo", say("hello"))])


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "drills.db"
    path.write_text("not a database at all, but long enough to have a header" * 40)
    with pytest.raises(StoreError, match=r"is not a database of drills; move it away"):
        Store(str(path))
    assert path.read_text().startswith("not a database")


@pytest.mark.sqlite
def test_a_damaged_database_says_so(path: str, store: Store) -> None:
    for n in range(1, 200):
        store.append("d1", n, [NewCommand(n, "comms:Bo", say("x" * 500))])
    with store._engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    store.close()
    data = bytearray(Path(path).read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    Path(path).write_bytes(bytes(data))
    with pytest.raises(StoreError, match=r"is damaged; restore a backup"):
        Store(path).commands("d1")


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot create the folder"):
        Store(str(tmp_path / "file" / "drills.db"))


@pytest.mark.parametrize(("cause", "remedy"), [
    ("database or disk is full", "free some space"),
    ("disk I/O error", "check the disk"),
    ("unable to open database file", "check that its folder exists"),
    ('connection to server at "db" failed: Connection refused', "DRILL_DATABASE_URL"),
    ("something new", "something new"),
])  # fmt: skip
def test_every_failure_is_one_line_that_says_what_to_do(cause: str, remedy: str) -> None:
    error = OperationalError("INSERT …", {}, Exception(cause))
    line = explain(error, locate("postgresql://drill:secret@db/drills"))
    assert remedy in line
    assert "\n" not in line
    assert "secret" not in line


def test_a_server_without_its_driver_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="cannot use the database"):
        Store("nosuchdb://localhost/x")


def test_the_place_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRILL_DATABASE_URL", f"sqlite:///{tmp_path}/x/env.db")
    assert locate(None).database == f"{tmp_path}/x/env.db"
    monkeypatch.delenv("DRILL_DATABASE_URL")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate(None).database == f"{tmp_path}/.local/share/incident-drill/drills.db"

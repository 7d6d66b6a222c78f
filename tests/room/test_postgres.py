"""PostgreSQL: what it is told at every connection, what it says when something is wrong, and that it comes back."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import make_url, text

from simulator.errors import StoreError
from simulator.room import postgres as rules
from simulator.room.rooms import Rooms
from simulator.room.store import NewCommand, Store
from tests.postgres import Server
from tests.room.rooms import Wall, lines, rooms, say, solo
from tests.room.test_store import row


@pytest.fixture
def path(postgres: Server) -> str:
    return postgres.fresh()


@pytest.fixture
def own(postgres: Server) -> Iterator[Server]:
    """Return a server that a test may stop and kill; it is running again afterwards."""
    yield postgres
    if not postgres.running:
        postgres.start()


def test_what_is_acknowledged_is_on_disk_whatever_the_server_was_told(postgres: Server, path: str) -> None:
    lax = make_url(path).update_query_dict({"options": f"{make_url(path).query['options']} -c synchronous_commit=off"})
    store = Store(lax.render_as_string(hide_password=False))
    with store._engine.connect() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_may_be_written_as_others_write_it(scheme: str) -> None:
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://drill@127.0.0.1:1/d does not answer"):
        Store(f"{scheme}://drill@127.0.0.1:1/d")


def test_an_address_may_say_how_long_to_wait() -> None:
    assert rules.patience(make_url("postgresql://h/d?connect_timeout=30")).get("connect_timeout") is None
    assert rules.patience(make_url("postgresql://h/d"))["connect_timeout"] == "4"


# --- one writer at a time ---------------------------------------------------------------------------------


def test_a_writer_waits_for_its_turn_before_it_reads(path: str) -> None:
    store, other = Store(path), Store(path)
    store.add_drill(row())
    read: list[int] = []

    def second() -> None:
        with other._write() as connection:
            read.append(connection.scalar(text("SELECT count(*) FROM settings")) or 0)

    with store._write() as connection:
        thread = threading.Thread(target=second)
        thread.start()
        while not store._rows(text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")):
            time.sleep(0.01)
        connection.execute(text("INSERT INTO settings VALUES ('a', 'b')"))
    thread.join()
    assert read == [1]


def test_who_keeps_others_waiting_is_told_of(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "WAIT_MS", 50)
    store, other = Store(path), Store(path)
    with store._write(), pytest.raises(StoreError, match=r"is locked by another program; close what has it open"):
        other.add_drill(row())
    other.add_drill(row())


def test_a_process_that_hangs_in_the_middle_of_writing_stops_the_others_for_a_while_only(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Store(path)
    other.add_drill(row())
    monkeypatch.setattr(rules, "IDLE_MS", 1000)
    store = Store(path)

    def hang() -> None:
        with store._write():
            other.append("d1", 1, [NewCommand(0, "comms:Bo", say("hello"))])

    with pytest.raises(StoreError, match="does not answer"):
        hang()
    assert len(store.commands("d1")) == 1


# --- what can be wrong ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "said"), [
    ({"password": "wrong"}, "refuses the user or the password"),
    ({"database": "nowhere"}, r"is not on that server; create it there \(`createdb`\)"),
    ({"port": 1}, "does not answer; check DRILL_DATABASE_URL"),
])  # fmt: skip
def test_an_address_that_is_wrong_says_what_about_it(path: str, change: dict[str, Any], said: str) -> None:
    url = make_url(path)
    wrong = url.set(**change).render_as_string(hide_password=False)
    with pytest.raises(StoreError, match=said) as error:
        Store(wrong)
    assert "\n" not in str(error.value)
    assert str(make_url(wrong).password) not in str(error.value)


def test_a_schema_that_is_somebody_elses_says_so(postgres: Server) -> None:
    postgres.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(StoreError, match="may not be used by this user"):
        Store(postgres.url().set(username="guest", password="guest").render_as_string(hide_password=False))


def test_a_standby_says_that_it_takes_no_changes(path: str) -> None:
    store = Store(path)
    store.add_drill(row())
    options = f"{make_url(path).query['options']} -c default_transaction_read_only=on"
    standby = Store(make_url(path).update_query_dict({"options": options}).render_as_string(hide_password=False))
    assert standby.drills() == [row()]
    with pytest.raises(StoreError, match="takes no changes"):
        standby.append("d1", 1, [NewCommand(0, "comms:Bo", say("hello"))])


def test_a_database_that_is_neither_is_refused() -> None:
    with pytest.raises(StoreError, match="begins postgresql://"):
        Store("mysql://localhost/x")


def test_a_missing_driver_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'incident-drill\[postgres\]'"):
        Store("postgresql://drill:secret@127.0.0.1:1/drills")


@pytest.mark.parametrize("name", ["a\x00b", "half \ud83d of a smile", "\udcff"])
def test_text_that_no_database_keeps_is_refused_in_one_line(place: Rooms, path: str, wall: Wall, name: str) -> None:
    room, person = solo(place)
    with pytest.raises(StoreError, match=r"U\+0000|half a character") as error:
        place.store.add_participant(replace(person, id="other", name=name))
    assert "\n" not in str(error.value)
    # In a command it is written as JSON, which has a way to say it.
    assert room.submit(say("a\x00b"), person).refusal is None
    assert lines(rooms(path, wall).open(room.row.id)) == lines(room)


# --- away and back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_room_says_that_its_database_is_away_and_goes_on_when_it_is_back(
    own: Server, path: str, wall: Wall, how: str
) -> None:
    place, other = rooms(path, wall), rooms(path, wall)
    room, person = solo(place)
    elsewhere = other.open(room.row.id)
    room.submit(say("kept"), person, "k1")
    elsewhere.advance()
    before = lines(room)
    getattr(own, how)()
    for act in (lambda: room.submit(say("lost"), person, "k2"), lambda: elsewhere.submit(say("lost"), person, "k2"),
                place.advance_running, lambda: other.join(elsewhere, "Bo")):  # fmt: skip
        with pytest.raises(StoreError, match="does not answer; check DRILL_DATABASE_URL") as error:
            act()  # type: ignore[no-untyped-call]
        assert "\n" not in str(error.value)
    for look in (room.advance, elsewhere.advance, lambda: room.briefing("commander"), lambda: lines(elsewhere)):
        with contextlib.suppress(StoreError):
            look()  # type: ignore[no-untyped-call]
    own.start()
    assert lines(room)[: len(before)] == before
    answer = room.submit(say("lost"), person, "k2")
    assert elsewhere.submit(say("lost"), person, "k2") == answer
    assert lines(room) == lines(elsewhere)
    assert [sum(word in line for line in lines(room)) for word in ("kept", "lost")] == [1, 1]


def test_connections_that_the_server_ends_are_made_anew_without_a_word(postgres: Server, path: str) -> None:
    store = Store(path)
    store.add_drill(row())
    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert store.drills() == [row()]


def test_the_server_of_the_tests_takes_nobody_in_without_its_password(postgres: Server) -> None:
    import psycopg

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url().set(drivername="postgresql", password="x").render_as_string(hide_password=False))

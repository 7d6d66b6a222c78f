"""Kill a process, or the database under it, at every statement of an upgrade and of the end of a drill."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from simulator import acts
from simulator.errors import DrillError, StoreError
from simulator.record.journal import parse
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.postgres import Server
from tests.simulator.toy import toy
from tests.soak.children import PATIENCE, Child, Tell
from tests.soak.kills import Game, Tally, insist, open_drill

OLD = Path(__file__).resolve().parents[1] / "room"
"""Where databases of older versions are kept."""
LATER = 120.0
"""Seconds after which another process takes over the scoring of a drill that a dead one left."""
SCORING = 30.0


def run(during: str, rounds: int, where: Any, server: Server | None, chance: random.Random, tally: Tally) -> None:
    """Kill so many times, before each statement and commit in turn, and then once more."""
    one = Upgrades(where) if during == "upgrade" else Endings(where)
    victims = ["process", "database"] if server else ["process"]
    cases = list(itertools.product(range(1, _points(one) + 1), (False, True), victims))
    chance.shuffle(cases)
    for case in itertools.islice(itertools.cycle(cases), rounds):
        tally.rounds += 1
        cut(one, *case, server, tally)


def cut(one: Any, point: int, rival: bool, victim: str, server: Server | None, tally: Tally) -> None:
    """Kill at one point, with or without another process at the same thing, and look what is left."""
    one.prepare()
    child = Child(lambda tell: _stopping(one.work, point, tell))
    child.until(lambda said: "here" in said or "done" in said)
    other = Child(one.beside) if rival else None
    if other:
        time.sleep(0.02)
    tally.killed[victim] += 1
    if victim == "database" and server:
        server.kill()
        os.kill(child.pid, signal.SIGUSR1)
        child.until(lambda said: False)  # it ends by itself, with a sentence
        server.start()
    child.kill()
    if other:
        other.until(lambda said: "there" in said)
        other.kill()
    for line in [*child.said, *(other.said if other else ())]:
        tally.unsure += line.startswith("unsure")
        tally.note("raw", line.startswith("broken"), f"{point}: {line}")
    if other and "there" not in other.said:
        tally.note("unhealed", 1, f"{point}: the other process said {other.said}")
    began = time.monotonic()
    try:
        one.look(child, point, tally)
    except DrillError as error:
        tally.note("unhealed", 1, f"{point}: {error}")
    tally.restarts.append(time.monotonic() - began)


def _points(one: Any) -> int:
    """Return how many statements and commits there are where nobody is killed."""
    one.prepare()
    child = Child(lambda tell: _stopping(one.work, 0, tell))
    child.until(lambda said: "done" in said)
    child.kill()
    return child.said.count("past")


def _stopping(work: Callable[[Callable[[], None], Tell], None], point: int, tell: Tell) -> None:
    """Do it and stand still before the statement or commit of this number, to be killed or told to go on.

    Without a number tell of each.
    """
    passed, go = itertools.count(1), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: go.set())

    def here(*_: object) -> None:
        if not point:
            tell("past")
        elif next(passed) == point:
            tell("here")
            go.wait(PATIENCE)

    def watch() -> None:
        for name in ("before_cursor_execute", "commit"):
            event.listen(sa.Engine, name, here)

    try:
        work(watch, tell)
    except StoreError as error:
        tell(f"unsure {error}")
    else:
        tell("done")


class Upgrades:
    """Databases of older versions that are opened."""

    def __init__(self, where: Any) -> None:
        self._where = where
        self._old = itertools.cycle(sorted(OLD.glob("version_*.sql")))
        self._whole: dict[Path, Any] = {}
        self._url = ""

    def prepare(self) -> None:
        """Make one, and know what is to become of it."""
        script = next(self._old)
        if script not in self._whole:
            self._whole[script] = self._undisturbed(script)
        self._wanted = self._whole[script]
        self._url = self._where.fresh()
        pour(script, self._url)

    def work(self, watch: Callable[[], None], tell: Tell) -> None:
        """Open it."""
        watch()
        Store(self._url).close()

    def beside(self, tell: Tell) -> None:
        """Open it as well, as soon as that can be."""
        insist(lambda: Store(self._url), tell)
        tell("there")

    def look(self, child: Child, point: int, tally: Tally) -> None:
        """Open it once more and compare it with one that nobody disturbed."""
        Store(self._url).close()
        found = contents(self._url)
        tally.stored += sum(len(rows) for _, rows in found.values())
        changed = [name for name in self._wanted.keys() | found.keys() if self._wanted.get(name) != found.get(name)]
        tally.note("unhealed", len(changed), f"{point}: {changed}")

    def _undisturbed(self, script: Path) -> Any:
        whole, fresh = self._where.fresh(), self._where.fresh()
        pour(script, whole)
        for url in (whole, fresh):
            Store(url).close()
        found = contents(whole)
        assert {name: shape for name, (shape, _) in found.items()} == {n: s for n, (s, _) in contents(fresh).items()}
        return found


class Endings:
    """Drills that are ended, frozen and scored."""

    def __init__(self, where: Any) -> None:
        self._url = where.fresh()
        self._loaded = toy()
        self._game: Game

    def prepare(self) -> None:
        """Open one and say something in it."""
        self._game = open_drill(self._url, self._loaded)
        with self._rooms() as place:
            room, ana = place.identify(self._game.tokens[1])
            room.submit(acts.PostMessage(text="kept"), ana, "kept")

    def work(self, watch: Callable[[], None], tell: Tell) -> None:
        """End it and wait for its score."""
        with self._rooms() as place:
            room, host = place.identify(self._game.tokens[0])
            room.advance()
            watch()
            room.end(host)
            tell("acknowledged")
            room.finishing.wait(SCORING)

    def beside(self, tell: Tell) -> None:
        """Serve it as another server does; no more than that."""
        with ExitStack() as opened:
            place = insist(lambda: opened.enter_context(self._rooms()), tell)
            room, _ = insist(lambda: place.identify(self._game.tokens[2]), tell)
            for _ in range(3):
                insist(place.advance_running, tell)
                insist(room.scorecard, tell)
            tell("there")

    def look(self, child: Child, point: int, tally: Tally) -> None:
        """Serve it after a restart, a while later; end it where the end was not acknowledged and is not there."""
        with self._rooms(LATER) as place:
            place.advance_running()
            room, host = place.identify(self._game.tokens[0])
            acknowledged = "acknowledged" in child.said
            tally.acknowledged += acknowledged
            if not room.ended:
                tally.note("lost", acknowledged, f"{point}: the end")
                tally.note("unhealed", room.clock.state == "stopped", f"{point}: stopped, and not over")
                room.end(host)
            room.scorecard()
            room.finishing.wait(SCORING)
            store, drill = place.store, self._game.drill
            ends = sum(isinstance(entry.body, acts.EndDrill) for entry in store.commands(drill))
            record = store.record(drill)
            tally.stored += record is not None
            tally.note("doubled", ends != 1, f"{point}: {ends} ends")
            tally.note("lost", record is None or "kept" not in record[0], f"{point}: what was said")
            tally.note("unhealed", drill in store.running(), f"{point}: counts as running")
            tally.note("unhealed", room.scorecard() is None, f"{point}: no score; {room.finishing.problem}")
            if record:
                parse(record[0], "record")

    @contextmanager
    def _rooms(self, later: float = 0.0) -> Iterator[Rooms]:
        store = Store(self._url)
        now = store.now
        store.now = lambda: now() + later  # type: ignore[method-assign]
        try:
            yield Rooms(store, lambda *_: self._loaded, _score)
        finally:
            store.close()


def _score(loaded: Any, journal: Any, progress: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [({"null": len(journal.entries)}, {"playbook": "recovery", "total": 42})]


def pour(script: Path, url: str) -> None:
    """Make a database, of whatever kind, as a script for SQLite left it."""
    with closing(sqlite3.connect(":memory:")) as old:
        old.executescript(script.read_text(encoding="utf-8"))
        source = sa.create_engine("sqlite://", creator=lambda: old, poolclass=StaticPool)
        with _engine(url) as engine, source.connect() as reading, engine.begin() as writing:
            tables = sa.MetaData()
            tables.reflect(reading)
            tables.create_all(writing)
            for table in tables.sorted_tables:
                if rows := [dict(row) for row in reading.execute(table.select()).mappings()]:
                    writing.execute(table.insert(), rows)


def contents(url: str) -> dict[str, tuple[list[str], list[str]]]:
    """Return columns, indexes and rows of every table, as text."""
    with _engine(url) as engine, engine.connect() as connection:
        tables, found = sa.MetaData(), sa.inspect(connection)
        tables.reflect(connection)
        kept = {}
        for table in tables.sorted_tables:
            columns = [f"{one.name} {one.type} {one.nullable} {one.primary_key}" for one in table.columns]
            indexes = [f"{one['name']} {one['column_names']} {one['unique']}" for one in found.get_indexes(table.name)]
            rows = [repr(sorted(row.items())) for row in connection.execute(table.select()).mappings()]
            kept[table.name] = (sorted(columns + indexes), sorted(rows))
        return kept


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url if "://" in url else f"sqlite:///{url}")
    try:
        yield engine
    finally:
        engine.dispose()

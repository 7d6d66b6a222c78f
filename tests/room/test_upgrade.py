"""Databases of older versions: brought up to date once, whatever moment the process is killed at."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from simulator.engine import VERSION
from simulator.errors import StoreError
from simulator.room import schema
from simulator.room.archive import verify
from simulator.room.store import Store
from tests.room.rooms import Wall, drill_second, lines, say
from tests.room.rooms import rooms as rooms_at
from tests.simulator.toy import toy

ROOT = Path(__file__).resolve().parents[2]
RUNNING, ENDED = "000000000000", "000000000003"
NEWEST = len(schema.STEPS)
EARLIER = range(1, NEWEST)
CHAINED = 3
"""The first version with digests."""
TABLES = ("drills", "commands", "clock", "participants", "records", "scorecards", "overrides", "settings")


@cache
def script_of(version: int) -> str:
    """Return a database as an earlier version left it: a drill under way, and one that is over.

    One that nobody was given is the one before brought up by its step.
    """
    kept = Path(__file__).parent / f"version_{version}.sql"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = old(Path(folder) / "before.db", version - 1)
        Store(str(path), steps=schema.STEPS[:version]).close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM schema_version WHERE version < ?", (version,))
            connection.commit()
            _begin, *lines, _commit = connection.iterdump()
            return "\n".join(lines)


def old(path: Path, version: int = 1, script: str | None = None) -> Path:
    """Make a database as an earlier version left it."""
    script = script_of(version) if script is None else script
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA journal_mode=WAL; BEGIN; {script} COMMIT;")
    return path


def shape(path: Path) -> dict[str, Any]:
    """Return the columns and indexes of every table."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: (
                connection.execute(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}')").fetchall(),
                sorted(connection.execute(f"SELECT name, \"unique\" FROM pragma_index_list('{name}')")),
            )
            for name in names
        }


def rows(path: Path, columns: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what each table holds, `ended` left out; of some `columns` only, as `shape` gives them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = {}
        for table in TABLES:
            kept = [name for name, *_ in (columns or shape(path))[table][0] if name != "ended"]
            held = connection.execute(f"SELECT * FROM {table}")
            found[table] = [tuple((name, row[name]) for name in kept) for row in held]
        return found


def versions(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [version for (version,) in connection.execute("SELECT version FROM schema_version ORDER BY version")]


@pytest.mark.parametrize("version", EARLIER)
def test_a_database_of_an_earlier_version_has_all_it_had_and_the_tables_of_today(tmp_path: Path, version: int) -> None:
    path = old(tmp_path / "old.db", version)
    before, had = rows(path), shape(path)
    store = Store(str(path))
    assert rows(path, had) == before
    assert versions(path) == [version, NEWEST]
    Store(str(tmp_path / "new.db")).close()
    assert shape(path) == shape(tmp_path / "new.db")
    assert [entry.by for entry in store.commands(RUNNING)] == [*["commander:Ana"] * 4, "facilitator:Flo"]
    assert store.scorecard(ENDED, "recovery") == {"total": 1}
    assert [one["reason"] for one in store.overrides(ENDED)] == ["a"]
    assert store.running() == [RUNNING]
    assert {row.id: row.ended for row in store.drills()} == {RUNNING: None, ENDED: 1000200.0}


@pytest.mark.parametrize("version", EARLIER)
def test_what_an_earlier_version_wrote_is_chained(tmp_path: Path, version: int) -> None:
    store = Store(str(old(tmp_path / "old.db", version)))
    assert [verify(store, drill).changed for drill in store.ids()] == [(), ()]
    with closing(sqlite3.connect(tmp_path / "old.db")) as other, other:
        other.execute("UPDATE commands SET at = at + 1 WHERE drill = ? AND seq = 3", (RUNNING,))
    assert verify(store, RUNNING).changed == ("command 3 (T+00:41 by commander) was changed",)
    assert verify(store, ENDED).changed == ()


@pytest.mark.parametrize("version", EARLIER)
def test_a_drill_of_an_earlier_version_goes_on(tmp_path: Path, wall: Wall, version: int) -> None:
    said = rf'"engine":"{VERSION}","scenario_version":"{toy().version}"'
    script = re.sub(r'("scenario_version":"\w+",)?"engine":"\w+"', said, script_of(version))
    path = old(tmp_path / "old.db", script=script)
    wall.sleep(7400)
    place = rooms_at(path, wall)
    wall.pass_(12)
    room = place.open(RUNNING)
    # What people saw last nobody wrote down; it is not before the last thing that somebody did.
    assert (drill_second(room), room.clock.state) == (70, "paused")
    assert room.stands().startswith("At T+01:10 the server was away for 2 h; nothing happened meanwhile.")
    ana, flo = place.store.participants(RUNNING)
    room.resume(flo)
    wall.pass_(6)
    assert drill_second(room) == 76
    assert sum("Zoë’s “drill”" in line for line in lines(room)) == 1
    assert room.submit(say("going on"), ana, "k") == room.submit(say("going on"), ana, "k")
    assert sum("going on" in line for line in lines(room)) == 1
    # Where it was chained already, the header is another one than was written: this test's.
    assert verify(place.store, RUNNING).changed == (() if version < CHAINED else ("the header was changed",))


LOGS: dict[str, tuple[list[tuple[float, str, float | None]], list[float]]] = {
    "paused": ([(100, "start", None), (160, "pause", None), (900, "resume", None), (910, "start", None)],
               [-60, 0, 0, 10]),
    "paced": ([(100, "speed", 2), (200, "start", None), (230, "speed", 10), (231, "speed", 1)], [-60, -60, 0, 10]),
    "skipped": ([(100, "start", None), (160, "skip", 300), (170, "pause", None), (171, "skip", 100)],
                [-60, 300, 310, 310]),
    "walls": ([(100, "start", None), (160, "pause", None), (50, "resume", None), (170, "speed", 2)], [-60, 0, 0, 10]),
    "begun": ([(100, "start", None)], [-60]),
    "stopped": ([(100, "start", None), (160, "stop", None), (170, "resume", None), (180, "skip", 900)],
                [-60, 0, 0, 0]),
}  # fmt: skip
"""Clock logs of versions before heartbeats: wall instant, what, value; and the drill second at each line."""
GIVEN = {"paced": 33, "begun": 0}
"""Drills with a command later than the last line of that log, and its drill second."""


@pytest.mark.parametrize("version", [1, 2])
def test_a_clock_log_that_told_wall_instants_tells_drill_seconds(tmp_path: Path, version: int) -> None:
    path = old(tmp_path / "old.db")
    with closing(sqlite3.connect(path)) as connection:
        for name, (log, _) in LOGS.items():
            connection.execute("INSERT INTO drills SELECT ?, ?, created, title, hosted, key_hash, header, NULL"
                               " FROM drills WHERE id = ?", (name, name, RUNNING))  # fmt: skip
            rows = [(name, seq, wall, what, value, "host") for seq, (wall, what, value) in enumerate(log, 1)]
            connection.executemany("INSERT INTO clock VALUES (?, ?, ?, ?, ?, ?)", rows)
        late = "INSERT INTO commands SELECT ?, 1, ?, 'seat', 240, body FROM commands LIMIT 1"
        connection.executemany(late, GIVEN.items())
        connection.commit()
    Store(str(path), steps=schema.STEPS[:version]).close()
    store = Store(str(path))
    for name, (log, seconds) in LOGS.items():
        assert [mark.second for mark in store.marks(name)] == seconds
        assert [mark.wall for mark in store.marks(name)] == [wall for wall, _, _ in log]
        beat = store.heads(name).beat
        assert beat is not None
        assert (beat.number, beat.second) == (1, GIVEN.get(name, seconds[-1]))
        assert beat.wall == (240 if name in GIVEN else max(wall for wall, _, _ in log))


KILLED = """
import os, shutil, sys
from sqlalchemy import Engine, event
from simulator.room.store import Store

source, folder = sys.argv[1:]
statements, last = [], 0

def watched(connection, record):
    connection.set_trace_callback(said)

def said(statement):
    if statement.lstrip().startswith(("SELECT", "PRAGMA main.", "PRAGMA temp.")):
        return  # what only reads leaves no other file behind
    statements.append(statement)
    if len(statements) == last:
        os._exit(9)

event.listen(Engine, "connect", watched)
killed = 0
while True:
    path, last = f"{folder}/{killed}.db", killed + 1
    shutil.copy(source, path)
    child = os.fork()
    if not child:
        try:
            Store(path)
            os._exit(0)
        finally:
            os._exit(1)
    if (code := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) != 9:
        break
    killed += 1
print(killed)
sys.exit(code)
"""
"""Kills an opening before its first statement that changes something, its second one, and so on, until one succeeds."""


KILLED_OF = (CHAINED, NEWEST - 1)
"""Versions that a build brings up under kills: the first with digests, and the newest step."""


def killed(source: Path, folder: Path) -> list[Path]:
    """Return the databases that were left by processes killed at every statement of opening one."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, source, folder],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    return [folder / f"{n}.db" for n in range(int(done.stdout))]


@pytest.mark.slow
@pytest.mark.parametrize("version", [
    version if version in KILLED_OF else pytest.param(version, marks=pytest.mark.long) for version in EARLIER
])  # fmt: skip
def test_killed_at_any_statement_of_an_upgrade_it_opens_and_goes_on(tmp_path: Path, version: int) -> None:
    source = old(tmp_path / "old.db", version)
    held, had = rows(source), shape(source)
    left = killed(source, tmp_path / "killed")
    Store(str(tmp_path / "new.db")).close()
    assert len(left) > 5
    assert [version] in (found := [versions(path) for path in left])
    assert all(one in ([version], [version, NEWEST]) for one in found)
    for path in left:
        store = Store(str(path))
        assert versions(path) == [version, NEWEST]
        assert rows(path, had) == held
        assert shape(path) == shape(tmp_path / "new.db")
        assert [verify(store, drill).changed for drill in store.ids()] == [(), ()]
        store.close()


@pytest.mark.slow
def test_killed_at_any_statement_of_making_one_it_opens_and_goes_on(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    left = killed(empty, tmp_path / "killed")
    Store(str(tmp_path / "new.db")).close()
    assert len(left) > 15
    for path in left:
        Store(str(path)).close()
        assert versions(path) == [NEWEST]
        assert shape(path) == shape(tmp_path / "new.db")


MADE = [
    "schema_version", "settings", "drills", "clock", "commands", "overrides", "participants", "records", "scorecards",
]  # fmt: skip
"""The first version's tables in the order in which it made them, each on its own."""


@pytest.mark.parametrize("count", range(len(MADE) + 1))
def test_what_the_first_version_left_half_made_is_made_whole(tmp_path: Path, count: int) -> None:
    tables = {name: made for made, name in re.findall(r"(CREATE TABLE (\w+) .*?\);\n)", script_of(1), re.DOTALL)}
    path = old(tmp_path / "old.db", script="".join(tables[name] for name in MADE[:count]))
    Store(str(path)).close()
    Store(str(tmp_path / "new.db")).close()
    assert versions(path) == [NEWEST]
    found, wanted = shape(path), shape(tmp_path / "new.db")
    # It made the index of the participants with their table, a moment later.
    assert {name: columns for name, (columns, _) in found.items()} == {n: columns for n, (columns, _) in wanted.items()}
    assert found["commands"] == wanted["commands"]


RACING = """
import os, sys
from simulator.room.store import Store

start, go = os.pipe()
children = []
for _ in range(6):
    child = os.fork()
    if not child:
        os.close(go)
        os.read(start, 1)
        os._exit(len(Store(sys.argv[1]).drills()))
    children.append(child)
os.close(go)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""
"""Opens a database from six processes at the same moment; each ends with the number of drills it sees."""


def test_several_processes_at_once_bring_it_up_to_date_once(tmp_path: Path) -> None:
    path = old(tmp_path / "old.db")
    before, had = rows(path), shape(path)
    done = subprocess.run(
        [sys.executable, "-c", RACING, path], cwd=ROOT, capture_output=True, text=True, check=True, timeout=600
    )
    assert done.stdout == f"{[2] * 6}\n"
    assert versions(path) == [1, NEWEST]
    assert rows(path, had) == before


def test_one_that_is_open_for_reading_only_says_what_to_do(tmp_path: Path) -> None:
    path = old(tmp_path / "old.db")
    with pytest.raises(StoreError, match=r"cannot be written; make the file and its folder writable"):
        Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert versions(path) == [1]


def test_the_second_lives_of_a_drill_are_found_by_an_index(tmp_path: Path) -> None:
    for path in (old(tmp_path / "old.db"), tmp_path / "new.db"):
        Store(str(path)).close()
        with closing(sqlite3.connect(path)) as connection:
            plan = connection.execute("EXPLAIN QUERY PLAN SELECT id FROM drills WHERE branch_of = ?", ("x",)).fetchall()
        assert "drills_branch" in str(plan)

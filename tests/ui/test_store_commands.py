"""The commands over a store: what each prints, and one line for everything that can be wrong."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scenarios.loader import load
from simulator.errors import DrillError, UnknownName
from simulator.room.archive import export
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests import recorded
from tests.room.rooms import Wall, rooms, say, solo
from tests.simulator.toy import toy
from ui import cli
from ui.cli import shared

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return `run(*arguments)`: exit code, stdout and stderr of a command, where the only scenario is a toy."""

    def find(scenario: str, *_: str) -> Any:
        if scenario != "toy":
            raise UnknownName("scenario", scenario, ["toy"])
        return toy()

    def drill(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(one) for one in arguments])
        return code, *capsys.readouterr()

    monkeypatch.setattr(shared, "find", find)
    monkeypatch.setattr(shared, "played", lambda head: find(head.scenario, head.variant, head.difficulty))
    return drill


def said(found: tuple[int, str, str], code: int = 2) -> str:
    """Return the one line that a command said on stderr."""
    assert (found[0], found[2].count("\n")) == (code, 1), found
    assert "Traceback" not in found[2]
    return found[2]


def score(*_: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [({"null": 7}, {"total": 42})]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a database with one drill under way and one that is over."""
    place = rooms(tmp_path / "drills.db", wall := Wall(), score)
    solo(place)
    wall.pass_(5)
    room, person = solo(place)
    wall.pass_(100)
    room.submit(say("hello"), person)
    room.end(person)
    room.finishing.wait(10)
    place.store.close()
    return tmp_path / "drills.db"


def ids(data: Path) -> tuple[str, str]:
    """Return the drill that is over, and the one under way."""
    with closing(Store(str(data))) as store:
        over, running = store.ids()
    return over, running


def meddle(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def test_what_cannot_be_read_is_named_and_the_rest_is_listed(run: Run, data: Path) -> None:
    over, running = ids(data)
    meddle(data, f"UPDATE drills SET header = '{{' WHERE id = '{running}'")
    found = run("list", "--data", data)
    assert [one["id"] for one in json.loads(found[1])] == [over]
    assert said(found, 0).startswith(f"not listed: drill {running}: the header cannot be read (")
    assert run("export", running, "--data", data)[1].startswith("{\n")


def test_verify_says_one_line_a_drill(run: Run, data: Path) -> None:
    over, running = ids(data)
    code, out, _ = run("verify", "--all", "--data", data)
    assert code == 0
    assert re.fullmatch(
        rf"{over}  3 commands, record: as it was stored, last digest \w{{16}}\n"
        rf"{running}  1 commands: as it was stored, last digest \w{{16}}\n", out
    )  # fmt: skip
    assert run("verify", "--data", data)[1] == out
    meddle(data, f"UPDATE commands SET body = replace(body, 'hello', 'hallo') WHERE drill = '{over}'")
    assert run("verify", running, "--data", data)[0] == 0
    code, out, err = run("verify", over, "--data", data)
    assert (code, out, err) == (1, f"{over}  3 commands, record: command 2 (T+00:40 by commander) was changed\n", "")
    code, out, _ = run("verify", "--format", "json", "--data", data)
    assert code == 1
    assert [one["changed"] for one in json.loads(out)] == [["command 2 (T+00:40 by commander) was changed"], []]


def test_an_exported_file_is_verified_whatever_wrote_its_line_ends(run: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    for drill in ids(data):
        text = run("export", drill, "--data", data)[1]
        file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        assert run("verify", file)[0] == 0
        file.write_text(text.replace("commander:Ana", "commander:Bo", 1))
        code, out, _ = run("verify", file)
        assert code == 1
        assert out.startswith(f"{file}  ")
        assert "by commander) was changed" in out


def test_a_file_goes_through_every_command_that_reads_one(run: Run, data: Path, tmp_path: Path) -> None:
    over, running = ids(data)
    file = tmp_path / "a.jsonl"
    for drill in (over, running):
        file.write_bytes(b"\xef\xbb\xbf" + run("export", drill, "--data", data)[1].replace("\n", "\r\n").encode())
        assert run("play", "toy", "--commands", file)[0] == 0
    file.write_bytes(b"\xef\xbb\xbf" + run("export", over, "--data", data)[1].replace("\n", "\r\n").encode())
    assert run("replay", file)[0] == 0
    assert run("import", file, "--data", tmp_path / "new.db")[0] == 0


def test_an_exported_drill_is_imported_with_its_score(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "analytics.runs.finish.finish", lambda loaded, journal, report: [(journal.references, {"total": 9})]
    )
    file, new = tmp_path / "a.jsonl", tmp_path / "new" / "drills.db"
    over, _ = ids(data)
    text = run("export", over, "--data", data)[1]
    file.write_text(text)
    code, out, err = run("import", file, "--data", new)
    assert code == 0
    arrived = json.loads(out)
    assert arrived["code"] in err
    assert run("export", arrived["drill"], "--data", new)[1] == text
    (row,) = json.loads(run("list", "--data", new)[1])
    assert (row["id"], row["title"], row["code"]) == (arrived["drill"], "Cache fills up", arrived["code"])
    with closing(Store(str(new))) as store:
        assert store.scorecard(arrived["drill"], "recovery") == {"total": 9}
    assert "is here already" in said(run("import", file, "--data", new))


@pytest.mark.slow
def test_a_recorded_drill_is_imported_with_the_score_it_had(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    was = recorded.read("auth_token-by_the_book-7")
    lines, file, data = recorded.journal_lines(was), tmp_path / "a.jsonl", tmp_path / "drills.db"
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert cli.main(["import", str(file), "--data", str(data)]) == 0
    arrived = json.loads(capsys.readouterr().out)
    with closing(Store(str(data))) as store:
        assert store.scorecard(arrived["drill"], "recovery") == json.loads(was["score.json"])
        *same, _beside, _digests = export(store, arrived["drill"])
        assert same == lines
        rooms = Rooms(store, load)
        room = rooms.by_code(arrived["code"])
        _, host = rooms.facilitate(room, "Flo", arrived["key"])
        record = room.record_for(host)
        assert record is not None
        assert list(record.lines()) == lines


def test_a_drill_of_a_scenario_that_is_not_here_is_imported_without_a_score(
    run: Run, data: Path, tmp_path: Path
) -> None:
    over, _ = ids(data)
    *lines, digests, _ = run("export", over, "--data", data)[1].replace('"toy"', '"other"').split("\n")
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, ""]))
    code, out, err = run("import", tmp_path / "a.jsonl", "--data", tmp_path / "new.db")
    assert code == 0
    assert err.startswith("not scored: unknown scenario 'other'")
    assert json.loads(out)["key"]
    assert "record" in digests


def test_a_database_is_saved_and_put_back(run: Run, data: Path, tmp_path: Path) -> None:
    before = run("list", "--data", data)[1]
    saved, new = tmp_path / "saved", tmp_path / "new.db"
    assert "wrote" in said(run("backup", saved, "--data", data), 0)
    assert "exists" in said(run("backup", saved, "--data", data))
    assert "there are 2 drills in" in said(run("restore", saved, "--data", new), 0)
    assert run("list", "--data", new)[1] == before
    assert "--replace" in said(run("restore", saved, "--data", data))
    assert "there are 2 drills" in said(run("restore", saved, "--data", data, "--replace"), 0)
    assert run("verify", "--data", new)[0] == 0


def test_a_drill_is_deleted_with_all_that_was_said(run: Run, data: Path) -> None:
    over, running = ids(data)
    assert "is not over; end it first, or say --unfinished" in said(run("delete", running, "--data", data))
    assert said(run("delete", over, "--data", data), 0).startswith(f"deleted {over}; backups")
    assert b"hello" not in b"".join(one.read_bytes() for one in data.parent.iterdir())
    assert "unknown drill" in said(run("delete", over, "--data", data))
    assert run("delete", running, "--unfinished", "--data", data)[0] == 0
    assert json.loads(run("list", "--data", data)[1]) == []


@pytest.mark.parametrize(("arguments", "says"), [
    (("verify", "nosuch"), "unknown drill 'nosuch'"),
    (("verify", "x", "--all"), "say either a drill or --all"),
    (("import", "nosuch.jsonl"), "nosuch.jsonl: no such file"),
    (("restore", "nosuch.db"), "nosuch.db: no such file"),
    (("delete", "nosuch"), "unknown drill 'nosuch'"),
    (("backup",), "file"),
    (("export", "nosuch"), "unknown drill 'nosuch'"),
])  # fmt: skip
def test_a_mistake_is_one_line(run: Run, data: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in said(run(*arguments, "--data", data)).lower()


@pytest.mark.parametrize("command", ["list", "export x", "verify", "backup y", "delete x"])
def test_a_store_that_is_not_there_is_not_made(run: Run, tmp_path: Path, command: str) -> None:
    assert "no database at" in said(run(*command.split(), "--data", tmp_path / "no" / "no.db"))
    assert not (tmp_path / "no" / "no.db").exists()


@pytest.mark.parametrize("url", ["://", "postgresql://h:abc/x", "nosuch://x"])
def test_a_place_that_is_none_is_one_line(run: Run, url: str) -> None:
    assert re.search("no URL|DRILL_DATABASE_URL|name a file", said(run("list", "--data", url)))


@pytest.mark.parametrize("days", ["0", "-3", "x", "99999999"])
def test_a_server_is_not_started_with_days_that_are_none(run: Run, tmp_path: Path, days: str) -> None:
    assert "--retain" in said(run("serve", "--retain", days, "--data", tmp_path / "a.db"))


def test_a_server_deletes_what_is_due_only_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import app

    monkeypatch.setenv("DRILL_DATABASE_URL", str(tmp_path / "a.db"))
    for said, days in (("", None), ("30", 30)):
        monkeypatch.setenv("DRILL_RETAIN_DAYS", said)
        assert app.rooms().tidying.retain == days
    monkeypatch.setenv("DRILL_RETAIN_DAYS", "soon")
    with pytest.raises(DrillError, match="cannot be kept for 'soon' days"):
        app.rooms()


@pytest.mark.parametrize("command", ["list", "export", "import", "verify", "backup", "restore", "delete", "serve"])
def test_every_command_says_what_it_does(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--data" in out

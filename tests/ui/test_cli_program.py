"""The command line: schemas, checks, the store, and all of it as a program of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.room.store import Store
from tests.room.rooms import Wall, rooms, say, solo
from tests.ui.commanded import ROOT, Drill, one_line
from ui import cli

# --- schema and check --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["scenario", "playbook", "book", "command"])
def test_schemas_are_valid(drill: Drill, what: str) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(drill("schema", what).json)


def test_the_command_schema_takes_what_play_takes(drill: Drill) -> None:
    from jsonschema import Draft202012Validator

    schema = Draft202012Validator(drill("schema", "command").json)
    good = {"at": 5, "by": "commander:Ana", "body": {"kind": "declare", "severity": "SEV-1", "title": "x"}}
    assert schema.is_valid(good)
    assert not schema.is_valid({**good, "body": {"severity": "SEV-1", "title": "x"}})
    assert not schema.is_valid({**good, "body": {**good["body"], "mood": "bad"}})
    assert not schema.is_valid({"by": "commander:Ana", "body": good["body"]})


@pytest.mark.slow
def test_check_finds_nothing_in_what_is_shipped(drill: Drill) -> None:
    for path in ("scenarios/auth_token", "scenarios/playbooks/recovery.yaml"):
        found = drill("check", ROOT / path)
        assert (found.code, found.json["findings"]) == (0, [])


@pytest.mark.slow
def test_check_names_line_and_remedy_for_every_mistake(drill: Drill, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    text = (ROOT / "scenarios/auth_token/scenario.yaml").read_text()
    file.write_text(text.replace("horizon:", "horizont:", 1).replace("t0_utc:", "t0:", 1))
    found = drill("check", file)
    assert found.code == 1
    assert len(found.json["findings"]) >= 2
    for line, finding in zip(found.err.splitlines(), found.json["findings"], strict=True):
        assert line.startswith(f"{file}:{finding['line']}: ")
        assert finding["remedy"]


# --- the store ------------------------------------------------------------------------------------------------------


def test_drills_are_listed_and_exported(drill: Drill, tmp_path: Path) -> None:
    path = tmp_path / "drills.db"
    room, person = solo(rooms(path, Wall()))
    room.submit(say("hello\u2028there"), person)
    assert [row["id"] for row in drill("list", "--data", path).json] == [room.row.id]
    file = tmp_path / "export.jsonl"
    file.write_text(drill("export", room.row.id, "--data", path).out)
    assert drill("play", "toy", "--commands", file).code == 0
    room.end(person)
    file.write_text(drill("export", room.row.id, "--data", path).out)
    assert drill("replay", file).json["identical"] is True


def test_a_store_that_is_not_there_says_so(drill: Drill, tmp_path: Path) -> None:
    assert "no database at" in one_line(drill("list", "--data", tmp_path / "no.db"))
    Store(str(tmp_path / "some.db"))
    assert "unknown drill" in one_line(drill("export", "x", "--data", tmp_path / "some.db"))


def test_a_taken_port_is_one_line(drill: Drill) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        message = one_line(drill("serve", "--port", taken.getsockname()[1]))
    assert "choose another port with --port" in message


# --- as a program ------------------------------------------------------------------------------------------


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from ui.cli import main; sys.exit(main())"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "40"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=env, timeout=120, check=False
    )


@pytest.mark.slow
def test_stdout_is_for_json_and_stderr_for_words(tmp_path: Path) -> None:
    found = program("play", "auth_token", "--policy", "null", "--out", str(tmp_path / "a.jsonl"))
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["policy"] == "null"
    assert found.stderr == f"wrote {tmp_path / 'a.jsonl'}\n"
    wrong = program("play", "auth_tokn")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("\n") == 1
    assert "did you mean 'auth_token'?" in wrong.stderr


def test_help_needs_neither_streamlit_nor_the_engine_nor_any_model() -> None:
    code = (
        "import sys; from ui.cli import main; main(['--help']);"
        "print(sorted({'streamlit', 'pandas', 'simpy', 'sqlalchemy', 'pydantic'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(("given", "words"), [
    (["--allow-host", "https://drills.example.com"], "without scheme and port"),
    (["--allow-host", "a b"], "no name of a server"),
    (["--proxy", "proxy.example.com"], "no address of a proxy"),
    (["--proxy", "10.0.0.1/8"], "no address of a proxy"),
])  # fmt: skip
def test_a_name_or_proxy_that_is_none_is_refused_in_one_line(
    given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", *given]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_names_and_proxies_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.cli import serve

    monkeypatch.setenv("DRILL_HOSTS", "old.example.com")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "of before")
    monkeypatch.delenv("FORWARDED_ALLOW_IPS")
    serve.reached_by(["drills.example.com"])
    assert os.environ["DRILL_HOSTS"] == "drills.example.com,old.example.com"
    serve.behind(())
    assert os.environ["FORWARDED_ALLOW_IPS"] == ""
    serve.behind(["10.0.0.5", "10.1.0.0/16"])
    assert os.environ["FORWARDED_ALLOW_IPS"] == "10.0.0.5,10.1.0.0/16"

"""The command line: JSON on stdout and nothing else, one line per mistake, exit codes that mean something."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulator import acts
from simulator.errors import UnknownName
from simulator.loaded import LoadedScenario
from simulator.policy import Brief, Derived, Scripted
from simulator.room.store import Store
from tests.room.rooms import Wall, rooms, say, solo
from tests.simulator.toy import toy
from ui import cli
from ui.cli import shared

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Drill = Callable[..., Result]


class FlagOff:
    """Take the flag off two minutes in, having declared."""

    def __init__(self) -> None:
        self.left: list[tuple[str, acts.Act]] = [
            ("commander", acts.Declare(severity="SEV-1", title="cache fills up")),
            ("mitigation", acts.TakeAction(action="flag_off")),
        ]

    def __call__(self, brief: Brief) -> Iterable[tuple[str, acts.Act]]:
        while self.left and brief("commander").now >= 120:
            yield self.left.pop(0)


def played() -> LoadedScenario:
    responders = {
        "by_the_book": Scripted(lambda scenario: FlagOff()),
        "null": Derived("by_the_book", lambda orders: orders[:4]),
    }
    return replace(toy(), responders=responders)


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Drill:
    """Return `drill(*arguments)`, on the toy scenario."""

    def find(scenario: str, variant: str, difficulty: str = "standard") -> LoadedScenario:
        if scenario != "toy":
            raise UnknownName("scenario", scenario, ["toy"])
        return played()

    def run(*arguments: object) -> Result:
        code = cli.main([str(one) for one in arguments])
        caught = capsys.readouterr()
        return Result(code, caught.out, caught.err)

    monkeypatch.setattr(shared, "find", find)
    monkeypatch.setattr(shared, "played", lambda head: find(head.scenario, head.variant, head.difficulty))
    return run


def one_line(result: Result) -> str:
    assert result.code == 2
    assert "secret" not in result.err
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    return result.err


# --- play ---------------------------------------------------------------------------------------------------


def test_play_prints_one_object_and_writes_the_journal(drill: Drill, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    found = drill("play", "toy", "--seed", 7, "--out", out)
    assert found.code == 0
    assert {"scenario": "toy", "variant": "base", "seed": 7, "policy": "by_the_book"}.items() <= found.json.items()
    assert {"ended", "at", "harm"} <= found.json.keys()
    assert set(found.json["harm"]) == {"total", "lost"}
    assert found.err == f"wrote {out}\n"
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines[0]["seed"] == 7
    assert [line["seq"] for line in lines[1:]] == list(range(1, len(lines)))


def test_until_stops_people_and_the_world_runs_on(drill: Drill) -> None:
    found = drill("play", "toy", "--until", 1.5).json
    assert (found["ended"], found["at"]) == ("time", 90)
    assert found["harm"]["lost"] > drill("play", "toy").json["harm"]["lost"]


def test_steps_and_policies_change_what_they_should(drill: Drill, tmp_path: Path) -> None:
    drill("play", "toy", "--out", tmp_path / "whole")
    drill("play", "toy", "--out", tmp_path / "steps", "--step", 1)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "steps").read_bytes()
    assert drill("play", "toy", "--policy", "null").json["harm"]["total"] > drill("play", "toy").json["harm"]["total"]


def test_a_journal_can_be_played_as_commands(drill: Drill, tmp_path: Path) -> None:
    drill("play", "toy", "--seed", 3, "--out", tmp_path / "a")
    again = drill("play", "toy", "--seed", 3, "--commands", tmp_path / "a", "--out", tmp_path / "b")
    assert again.json["policy"] is None
    first, second = ((tmp_path / name).read_text().splitlines()[1:] for name in "ab")
    assert first == second


def test_a_command_file_goes_on_after_a_refusal(drill: Drill, tmp_path: Path) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_text(
        '{"at": 60, "by": "mitigation:Ana", "body": {"kind": "take_action", "action": "purge"}}\n'
        "\n"
        '{"at": 30, "by": "mitigation:Ana", "body": {"kind": "post_message", "text": "late"}}\n'
        '{"at": 90, "by": "comms:Bo", "body": {"kind": "fire_inject", "inject": "boss"}}\n'
        '{"at": 95, "by": "mitigation:Ana", "body": {"kind": "take_action", "action": "flag_off"}}\n'
    )
    found = drill("play", "toy", "--commands", file, "--out", tmp_path / "a")
    assert found.code == 0
    refused = found.err.splitlines()[:-1]
    assert len(refused) == 3
    assert "flag off first" in refused[0]
    assert "past" in refused[1]
    assert refused[2].startswith("refused: T+90s comms:Bo fire_inject:")
    assert "action_finished" in (tmp_path / "a").read_text()


@pytest.mark.parametrize(("line", "says"), [
    ("{", "1: broken JSON"),
    ("[]", "1: broken JSON (not a JSON object)"),
    ('{"at": 1, "by": "commander:Ana", "body": {"kind": "declare"}}', "1: body.declare.severity: Field required"),
    ('{"at": 1, "by": "commander:Ana", "body": {"kind": "dance"}}', "dance"),
    ('{"at": 1, "body": {"kind": "declare"}}', "1: by: Field required"),
])  # fmt: skip
def test_a_broken_command_file_names_its_line(drill: Drill, tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_text(line + "\n")
    message = one_line(drill("play", "toy", "--commands", file))
    assert f"{file}:" in message
    assert says in message
    assert "drill schema command" in message or "restore" in message


@pytest.mark.parametrize(("arguments", "says"), [
    (("play", "tox"), "unknown scenario 'tox'; did you mean 'toy'?"),
    (("play", "toy", "--policy", "by_the_bok"), "unknown policy 'by_the_bok'; did you mean 'by_the_book'?"),
    (("play", "toy", "--commands", "nosuch.jsonl"), "nosuch.jsonl: no such file"),
    (("play", "toy", "--out", "/nosuch/folder/a.jsonl"), "cannot be written"),
    (("play", "toy", "--seed", "x"), "valid integer"),
    (("play", "toy", "--seed", "9" * 5000), "Invalid value for '--seed'"),
    (("play", "toy", "--seed", 2**63), "999999999999"),
    (("play", "toy", "--until", "nan"), "nan is no minute of a drill, from 0 to 1440"),
    (("play", "toy", "--until", "inf"), "inf is no minute of a drill, from 0 to 1440"),
    (("play", "toy", "--until", "-1"), "-1 is no minute of a drill, from 0 to 1440"),
    (("play", "toy", "--step", "0"), "greater than or equal to 1"),
    (("play", "toy", "--out", "/dev/full"), "/dev/full: cannot be written (No space left on device)"),
    (("play", "toy", "--commands", "/dev/zero"), "/dev/zero: is a device"),
    (("play", "toy", "--commands", "."), ".: is a folder"),
    (("play", "toy", "--playbook", "/dev/zero.yaml"), "/dev/zero.yaml: "),
    (("play", "a\nb\x1b[2J\u202e"), r"unknown scenario 'a\n"),
    (("play", "\udcff"), r"unknown scenario '\udcff'"),
    (("list", "--data", "://"), "the database is named by no path and no URL"),
    (("list", "--data", "postgresql://me:secret@h:abc/x"), "the database is named by no path and no URL"),
    (("list", "--data", "nonsense://x"), "cannot use the database"),
    (("list", "--data", "~nobody-here/x.db"), "the database is named by no path and no URL"),
    (("serve", "--host", "\udcff"), "is no name of a server"),
    (("check", "/dev/zero/x"), "cannot be read (Not a directory)"),
    (("play",), "scenario"),
    (("plya", "toy"), "plya"),
    (("score", "nosuch.jsonl"), "nosuch.jsonl: no such file"),
    (("replay", "nosuch.jsonl"), "nosuch.jsonl: no such file"),
    (("schema", "journal"), "journal"),
])  # fmt: skip
def test_a_mistake_is_one_line_and_exit_2(drill: Drill, arguments: tuple[str, ...], says: str) -> None:
    assert says in one_line(drill(*arguments))


def test_a_missing_file_offers_the_nearest(drill: Drill, tmp_path: Path) -> None:
    drill("play", "toy", "--out", tmp_path / "monday.jsonl")
    for arguments in (("replay",), ("score",), ("check",), ("play", "toy", "--commands")):
        message = one_line(drill(*arguments, tmp_path / "mondy.jsonl"))
        assert f"did you mean '{tmp_path}/monday.jsonl'?" in message
    assert "no such file; give a journal" in one_line(drill("replay", tmp_path / "nowhere" / "x"))


# --- replay and score ------------------------------------------------------------------------------------------


def test_replay_agrees_with_what_was_recorded(drill: Drill, tmp_path: Path) -> None:
    drill("play", "toy", "--out", tmp_path / "a")
    found = drill("replay", tmp_path / "a")
    assert (found.code, found.json["identical"]) == (0, True)


def test_replay_names_the_first_difference(drill: Drill, tmp_path: Path) -> None:
    file = tmp_path / "a"
    drill("play", "toy", "--out", file)
    file.write_text(file.read_text().replace('"by": "world"', '"by": "engine"', 1))
    found = drill("replay", file)
    assert found.code == 1
    assert "differs" in found.err
    assert found.err.count("\n") == 1
    assert found.json["identical"] is False


def test_a_journal_that_nobody_played_is_scored_and_said_to_be_none(drill: Drill, tmp_path: Path) -> None:
    file = tmp_path / "a"
    drill("play", "toy", "--out", file)
    true = drill("score", file, "--seeds", 0)
    assert true.err == ""
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if '"fault_started"' in line)
    forged = json.loads(lines[at]) | {"body": {"kind": "command_refused", "command": 1, "code": "x", "reason": "y"}}
    file.write_text("\n".join([*lines[:at], json.dumps(forged), *lines[at + 1 :]]), encoding="utf-8")
    found = drill("score", file, "--seeds", 0)
    assert found.code == 0
    assert found.err.startswith(f"{file}: does not replay, so nothing vouches for what it says: entry {forged['seq']} ")
    assert found.err.count("\n") == 1
    took_effect = next(line for line in lines if '"mitigation_took_effect"' in line)
    torn = [line.replace('"run": "action:flag_off"', '"run": "x"') if line == took_effect else line for line in lines]
    file.write_text("\n".join(torn), encoding="utf-8")
    found = drill("score", file, "--seeds", 0)
    assert (found.code, found.out) == (2, "")
    assert f"drill: {file}: its entries contradict each other (KeyError: 'x'); score one that replays\n" in found.err


def test_a_broken_journal_is_one_line_with_file_line_and_remedy(drill: Drill, tmp_path: Path) -> None:
    file = tmp_path / "a"
    drill("play", "toy", "--out", file)
    lines = file.read_text().splitlines()
    for broken, says in (
        ([*lines[:3], lines[3][:20]], "4: broken JSON"),
        ([*lines[:3], *lines[4:]], "4: seq is 4, expected 3"),
        (lines[1:], "1: not a journal header"),
        ([""], "1: empty file"),
    ):
        file.write_text("\n".join(broken))
        for command in ("replay", "score"):
            assert f"{file}:{says}" in one_line(drill(command, file))


OWN = Path(__file__).resolve().parents[2] / "scenarios" / "playbooks" / "recovery.yaml"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return the file of a team's own playbook: other words for the levels."""
    file = tmp_path / "own.yaml"
    text = OWN.read_text(encoding="utf-8").replace("id: recovery", "id: own")
    text = text.replace("title: Incident recovery", "title: Ours")
    file.write_text(text.replace("SEV-", "P"), encoding="utf-8")
    return file


def test_a_drill_is_played_and_scored_with_a_teams_own_file(drill: Drill, tmp_path: Path, own: Path) -> None:
    commands = tmp_path / "commands.jsonl"
    lines = [
        '{"at": 30, "by": "commander:Ana", "body": {"kind": "declare", "severity": "SEV-1", "title": "t"}}',
        '{"at": 40, "by": "commander:Ana", "body": {"kind": "declare", "severity": "P1", "title": "t"}}',
    ]
    commands.write_text("\n".join(lines) + "\n", encoding="utf-8")
    played = drill("play", "toy", "--commands", commands, "--playbook", own, "--out", tmp_path / "a")
    assert "refused: T+30s commander:Ana declare: severity: nothing here is called 'SEV-1'; known: P1" in played.err
    assert "P1" not in "".join(line for line in played.err.splitlines() if "T+40s" in line)
    head = json.loads((tmp_path / "a").read_text().splitlines()[0])
    assert head["playbook"]["id"] == "own"
    assert [one["id"] for one in head["playbook"]["levels"]] == ["P1", "P2", "P3", "P4"]
    # Its commands are given again in the words they were given in.
    drill("play", "toy", "--commands", tmp_path / "a", "--out", tmp_path / "b")
    first, again = ((tmp_path / name).read_text().splitlines() for name in "ab")
    assert [line for line in again if '"declare"' in line] == [line for line in first if '"declare"' in line]
    assert json.loads(again[0])["playbook"] == head["playbook"]
    table = drill("score", tmp_path / "a", "--playbook", own, "--seeds", 0)
    assert table.code == 0
    assert "playbook own" in table.out
    data = drill("score", tmp_path / "a", "--playbook", own, "--seeds", 0, "--format", "json").json
    assert (data["playbook"]["id"], data["drill"]["playbook"]["id"]) == ("own", "own")
    assert data["drill"]["playbook"]["digest"] == data["playbook"]["digest"]
    other = drill("score", tmp_path / "a", "--playbook", "recovery", "--seeds", 0)
    assert "playbook recovery, played with own" in other.out
    assert "declared T+00:40" in other.out


def test_runs_that_are_kept_are_made_once_and_serve_every_playbook(
    drill: Drill, tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analytics.runs import counterfactual

    made = []
    make = counterfactual.make_references
    monkeypatch.setattr(
        counterfactual, "make_references", lambda *given, **more: made.append(1) or make(*given, **more)
    )
    drill("play", "toy", "--out", tmp_path / "a")
    first = drill("score", tmp_path / "a", "--seeds", 1, "--keep", "--format", "json").json
    other = drill("score", tmp_path / "a", "--playbook", own, "--format", "json").json
    again = drill("score", tmp_path / "a", "--format", "json").json
    assert len(made) == 1
    assert first["spread"] is not None
    assert first == again
    assert other["spread"] is None  # totals of the first playbook
    assert other["playbook"]["id"] == "own"


def test_a_playbook_that_cannot_judge_is_refused_before_any_run(drill: Drill, tmp_path: Path, own: Path) -> None:
    drill("play", "toy", "--out", tmp_path / "a")
    broken = own.read_text(encoding="utf-8")
    own.write_text(broken.replace("kind: verified", "kind: verifeid"), encoding="utf-8")
    assert "did you mean 'verified'" in one_line(drill("score", tmp_path / "a", "--playbook", own))
    own.write_text(broken.replace("level: P1", "level: P9"), encoding="utf-8")
    message = one_line(drill("score", tmp_path / "a", "--playbook", own))
    assert "severity.rows.0.level: there is no level 'P9'" in message
    assert str(own) in message
    assert "did you mean 'recovery'" in one_line(drill("score", tmp_path / "a", "--playbook", "recovary"))
    assert "unknown playbook 'x'" in one_line(drill("serve", "--playbook", "x"))


# --- schema and check --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["scenario", "playbook", "book", "command"])
def test_schemas_are_valid(drill: Drill, what: str) -> None:
    Draft202012Validator.check_schema(drill("schema", what).json)


def test_the_command_schema_takes_what_play_takes(drill: Drill) -> None:
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

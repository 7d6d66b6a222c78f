"""The command line: drills played, replayed and scored; JSON on stdout and nothing else, one line a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ui.commanded import Drill, one_line

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

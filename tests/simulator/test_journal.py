"""The journal file: what goes out comes in again, and every kind of damage is named with file, line and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import acts
from simulator.errors import DrillError, JournalError
from simulator.files import UnreadableFile
from simulator.play import play_orders
from simulator.policy import Order
from simulator.record.history import History
from simulator.record.journal import accepted, load, parse, refused
from simulator.record.replay import replay, rerun
from simulator.room.archive import verify_file
from simulator.values import Author
from tests.simulator.test_engine import SCRIPT, play
from tests.simulator.toy import engine, toy


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    play(engine(), SCRIPT).journal.save(path)
    return path


def test_a_journal_comes_back_as_it_went_out(recorded: Path) -> None:
    journal = load(recorded)
    assert "\n".join(journal.lines()) + "\n" == recorded.read_text(encoding="utf-8")
    first = json.loads(recorded.read_text(encoding="utf-8").splitlines()[1])
    assert list(first) == ["seq", "at", "by", "body"]
    assert first["seq"] == 1


@pytest.mark.parametrize(("text", "kind"), [
    ('{\n "playbook": {}, "total": 46, "parts": []}', "a scorecard"), ('{"document": "training"}', "a document"),
    ('[{"drill": "a"}]\n', "a list"),
])  # fmt: skip
def test_what_is_given_for_a_journal_and_is_none_is_named(text: str, kind: str) -> None:
    for read in (parse, verify_file):
        with pytest.raises(DrillError, match=f"a.json: this is {kind}.*; give the journal"):
            read(text, "a.json")


@pytest.mark.parametrize(
    ("damage", "line", "says"),
    [
        (lambda lines: [], 1, "empty file"),
        (lambda lines: ["{}", *lines[1:]], 1, "not a journal header (scenario: Field required)"),
        (lambda lines: [*lines[:4], lines[4][:-9], *lines[5:]], 5, "broken JSON"),
        (lambda lines: [*lines[:4], *lines[5:]], 5, "seq is 5, expected 4; a line is missing or doubled"),
        (lambda lines: [*lines[:4], '{"seq": 4}', *lines[5:]], 5, "needs seq, at, by and body"),
        (lambda lines: [*lines[:4], "[]", *lines[5:]], 5, "not a JSON object"),
        (lambda lines: [*lines[:4], lines[4].replace('"by": "', '"by": "\\ud800'), *lines[5:]], 5, "half a character"),
        (lambda lines: [*lines[:4], '{"seq": 4, "at": 31622401, "by": "x", "body": {}}'], 5, "not a whole number"),
        (
            lambda lines: [*lines[:4], '{"seq":4,"at":0,"by":"x","body":{"kind":"freeze","scope":[],"x":1}}'],
            5,
            "see `drill schema command`",
        ),
        (
            lambda lines: [*lines[:4], '{"seq":4,"at":0,"by":"x","body":{"kind":"nonsense"}}'],
            5,
            "see `drill schema command`",
        ),
    ],
)
def test_damage_is_named_with_file_line_and_remedy(recorded: Path, damage, line: int, says: str) -> None:
    lines = recorded.read_text(encoding="utf-8").splitlines()
    recorded.write_text("".join(f"{text}\n" for text in damage(lines)), encoding="utf-8")
    with pytest.raises(JournalError) as error:
        load(recorded)
    assert f"{recorded}:{line}:" in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file"):
        load(tmp_path / "none.jsonl")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(where=st.integers(0, 4000), junk=st.text(min_size=1, max_size=8))
def test_no_damage_ends_in_a_traceback(recorded: Path, where: int, junk: str) -> None:
    text = recorded.read_text(encoding="utf-8")
    broken = recorded.with_suffix(".broken")
    broken.write_text(text[:where] + junk + text[where + len(junk) :], encoding="utf-8", errors="replace")
    try:
        load(broken)
    except (JournalError, UnreadableFile) as error:
        named = str(broken) in str(error)
    else:
        named = True
    assert named


def test_references_count_runs_and_records_and_leave_refused_ones_out() -> None:
    drill = play(engine(), [*SCRIPT, (1000, "comms:Cy", acts.RecordSnapshot.model_construct(kind="record_snapshot"))])
    refs = History.of(drill.scenario, accepted(drill.journal.entries)).refs
    assert refs["query:check"] < refs["query:check#2"]
    assert "verification:1" in refs
    assert "snapshot:1" not in refs
    assert refs == drill.incident.refs


def test_by_tells_the_role() -> None:
    assert Author("commander:Ana").role == Author("teammate:commander").role == "commander"
    assert Author("engine").role == "engine"


def test_a_refusal_names_the_command_it_refuses() -> None:
    drill = engine()
    entry = drill.submit(acts.RunQuery(query="nope"), "commander:Bo").entry
    assert refused(drill.journal.entries) == {entry.seq}


def test_what_stood_too_late_in_a_file_is_refused_again_in_a_replay() -> None:
    declare, post = acts.Declare(severity="SEV-2", title="t"), acts.PostMessage(text="First things first.")
    drill = play_orders(toy(), [Order(60, "commander:Bo", post), Order(30, "commander:Bo", declare)], 7)
    assert [x.body.kind for x in drill.journal.entries if x.seq in refused(drill.journal.entries)] == ["declare"]
    assert list(replay(toy(), drill.journal).journal.lines()) == list(drill.journal.lines())
    again = rerun(toy(), drill.journal, 8)
    assert [x.body.kind for x in again.entries if x.seq in refused(again.entries)] == ["declare"]

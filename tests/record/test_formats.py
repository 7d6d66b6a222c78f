"""What older versions wrote: it is read, scored from its record, and its commands are played."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.runs.counterfactual import add_references
from analytics.score import score
from scenarios import load
from simulator.acts import PostMessage
from simulator.errors import JournalError, ReplayDivergence
from simulator.record import formats, journal
from simulator.record.journal import Header, Journal, refused
from simulator.record.replay import replay
from simulator.room.store import DrillRow, NewCommand, Store
from ui import cli

FIRST = Path(__file__).parent / "format1"
DRILLS = sorted(file.stem for file in FIRST.glob("*.jsonl"))


TOTALS = {
    "auth_token-by_the_book-7": (99, 98),
    "billing_mismatch-impatient-7": (12, 6),
    "permission_leak-by_the_book-7": (99, 98),
}
"""Drill -> its total when it was played and now: delay, certificates and what was told falsely are judged since."""


def total(name: str) -> int:
    return TOTALS[name][1]


def book() -> playbook.Playbook:
    return playbook.load("recovery")


def opened(name: str) -> Journal:
    return journal.load(FIRST / f"{name}.jsonl")


def test_there_are_drills_of_the_first_format() -> None:
    assert len(DRILLS) == 3
    for name in DRILLS:
        first = json.loads((FIRST / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")[0])
        assert (first["format"], "digest" in first) == (1, True)


@pytest.mark.parametrize("name", DRILLS)
def test_a_drill_of_the_first_format_scores_from_its_record(name: str) -> None:
    record = opened(name)
    assert (record.header.format, record.header.scenario_version, record.header.engine) == (formats.FORMAT, None, "3")
    scenario = load(record.header.scenario).scenario
    assert score(DrillRecord.of(record, scenario), book()).total == total(name)


@pytest.mark.parametrize("name", DRILLS)
def test_references_it_lacks_are_made_on_the_scenario_as_it_is(name: str) -> None:
    record = opened(name)
    record.references = None
    assert score(add_references(load(record.header.scenario), record, book(), seeds=0), book()).total == total(name)


def test_it_comes_back_as_the_present_format(tmp_path: Path) -> None:
    record = opened(DRILLS[0])
    record.save(tmp_path / "a.jsonl")
    again = journal.load(tmp_path / "a.jsonl")
    assert list(again.lines()) == list(record.lines())
    assert json.loads(next(again.lines()))["format"] == formats.FORMAT


@pytest.mark.parametrize("name", DRILLS)
def test_it_cannot_be_built_again_and_says_what_can_be_done(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = opened(name)
    with pytest.raises(ReplayDivergence, match=r"before scenarios had versions.*score.*drill play --commands"):
        replay(load(record.header.scenario), record)
    assert cli.main(["replay", str(FIRST / f"{name}.jsonl")]) == 1
    assert json.loads(capsys.readouterr().out)["identical"] is False


@pytest.mark.parametrize("name", DRILLS)
def test_its_commands_are_played(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, record = tmp_path / "again.jsonl", opened(name)
    given = ["--commands", str(FIRST / f"{name}.jsonl"), "--seed", str(record.header.seed), "--out", str(out)]
    assert cli.main(["play", record.header.scenario, *given]) == 0
    capsys.readouterr()
    again = journal.load(out)
    assert len(list(again.commands())) == len(list(record.commands()))
    assert len(refused(again.entries)) <= len(refused(record.entries))


def test_a_stored_drill_of_the_first_format_opens(tmp_path: Path) -> None:
    first = (FIRST / f"{DRILLS[0]}.jsonl").read_text(encoding="utf-8").split("\n")[0]
    store = Store(str(tmp_path / "drills.db"))
    header = Header.read(first)
    row = DrillRow("d", "C", 0.0, "t", False, "", header)
    store.add_drill(row)
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE drills SET header = ?", (first,))
    store.append("d", 1, [NewCommand(5, "commander:Ana", PostMessage(text="hello"))])
    found = store.drill("d")
    assert found.header == header
    assert [entry.body for entry in store.commands("d")] == [PostMessage(text="hello")]


def test_a_format_to_come_is_refused_in_one_line() -> None:
    with pytest.raises(JournalError, match=r"^a\.jsonl:1: format 3 is not known here \(1 to 2 are\)"):
        journal.parse('{"format": 3, "scenario": "x"}\n', "a.jsonl")


@pytest.mark.parametrize("format_", [0, -1, "1", None, 1.0, True])
def test_what_is_no_format_is_refused(format_: object) -> None:
    with pytest.raises(JournalError, match="is not known here"):
        formats.upgrade({"format": format_})


def test_a_body_is_upgraded_by_its_kind_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: {"a": lambda body: {**body, "one": True}}, 2: {"a": lambda body: {**body, "two": True}}}
    monkeypatch.setattr(formats, "UPGRADES", steps)
    monkeypatch.setattr(formats, "FORMAT", 3)
    assert formats.upgrade_body({"kind": "a"}) == {"kind": "a", "one": True, "two": True}
    assert formats.upgrade_body({"kind": "a"}, 2) == {"kind": "a", "two": True}
    assert formats.upgrade_body({"kind": "a"}, 3) == {"kind": "a"}
    assert formats.upgrade_body({"kind": "b"}) == {"kind": "b"}

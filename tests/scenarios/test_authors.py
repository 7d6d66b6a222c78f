"""An author's mistake in Python is one line with file and line, whatever calls it; and it is nobody else's problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.runs import calibrate
from scenarios import catalogue, load, names
from scenarios.lint import check_path
from simulator.errors import ScenarioError
from simulator.play import play
from tests.scenarios.authored import Author, authoring, book_text, world
from ui import cli

STEP = "    def step(self, dt):\n        return q * dt"
OBSERVE = '    def observe(self):\n        return {"x": {}["nothing"], **super().observe()}'
START = '    def start(self, at, fault_at):\n        raise ValueError("two\\n  lines")'
MAKE = "    def __init__(self, parameters):\n        super().__init__(parameters, 1, 2, 3)"
MISTAKES = [
    (world(STEP), 6, "NameError: name 'q' is not defined; mend it"),
    (world(OBSERVE), 6, "KeyError: 'nothing'; mend it"),
    (world(START), 6, "ValueError: two lines; mend it"),
    (world(MAKE), 6, "TypeError: "),
    ("import sys\n\nsys.exit(4)\n", 3, "SystemExit: 4; mend it"),
    ("import nothing_there\n" + world(), 1, "ModuleNotFoundError: No module named 'nothing_there'; mend it"),
    (world("    def step(:"), 5, "SyntaxError: invalid syntax"),
    (world("  pass\n    pass"), 6, "IndentationError: "),
    ("class Mine:\n    pass\n", 1, "it names no WORLD; add `WORLD = YourWorld` to it"),
    ("class Mine:\n    pass\n\n\nWORLD = Mine\n", 1, "its WORLD has no start(); add it"),
]
IDS = ["step", "observe", "start", "make", "exit", "import", "syntax", "indent", "no world", "no method"]


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    root = tmp_path / "own"
    root.mkdir()
    with authoring(root) as write:
        yield write


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    found = capsys.readouterr().err
    assert "Traceback" not in found
    assert found.count("\n") == 1, found
    return found.strip()


@pytest.mark.parametrize(("source", "line", "says"), MISTAKES, ids=IDS)
def test_play_says_in_one_line_where_an_authors_python_failed(
    author: Author, source: str, line: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    author("mine", source)
    assert cli.main(["play", "mine"]) == 2
    assert one_line(capsys).startswith(f"drill: scenarios/mine/world.py:{line}: {says}")


@pytest.mark.parametrize(("source", "line", "says"), MISTAKES, ids=IDS)
def test_check_says_so_too(
    author: Author, source: str, line: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = author("mine", source)
    assert cli.main(["check", str(folder)]) == 1
    assert one_line(capsys).startswith(f"{folder}/world.py:{line}: {says}")


@pytest.mark.slow
def test_a_copy_elsewhere_is_checked_as_well(author: Author, tmp_path: Path) -> None:
    folder = author("mine", world(STEP)).rename(tmp_path / "mine")
    assert str(check_path(folder, run=True)[0]) == f"{folder}/world.py:6: NameError: name 'q' is not defined; mend it"


def test_a_book_is_looked_at_when_it_is_read(author: Author, capsys: pytest.CaptureFixture[str]) -> None:
    book = book_text()
    folder = author("mine", book=book.replace("do: freeze", "do: freez", 1))
    line = book[: book.index("do: freeze")].count("\n") + 1
    with pytest.raises(ScenarioError, match=rf"^scenarios/mine/book\.yaml:{line}: first\.11\.do: no act 'freez'"):
        load("mine")
    assert cli.main(["check", str(folder)]) == 1
    assert one_line(capsys).startswith(f"{folder}/book.yaml:{line}: first.11.do: no act 'freez'")


def test_a_mistake_further_down_is_told_where_it_was_called(author: Author) -> None:
    source = world('    def turn(self, knob, value, over):\n        super().turn("nothing", value, over)')
    author("mine", source)
    mine = load("mine")
    with pytest.raises(ScenarioError, match=r"^scenarios/mine/world\.py:6: KeyError: .*nothing"), mine.guard():
        play(mine, "by_the_book", 1)


@pytest.mark.parametrize(("wrong", "why", "remedy"), [
    ("pct(valeu, 1)", "'valeu' is undefined", "use what is there; did you mean 'value'?"),
    ("n('text')", "n() prints a number and was given 'text': write that without n()", "use what is there"),
], ids=["misspelt", "no number"])  # fmt: skip
def test_a_template_that_cannot_be_filled_is_told_where_it_stands(
    author: Author, wrong: str, why: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = author("mine") / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    line = text[: text.index("pct(value, 1) }} %, above 4 %")].count("\n") + 1
    file.write_text(text.replace("pct(value, 1)", wrong, 1), encoding="utf-8")
    says = f"mine/scenario.yaml:{line}: alerts.authn_reject_ratio_high.summary: broken template ({why}); {remedy}"
    assert cli.main(["play", "mine", "--policy", "null"]) == 2
    assert one_line(capsys) == f"drill: scenarios/{says}"
    assert cli.main(["check", str(file)]) == 1
    assert one_line(capsys).endswith(says)


def test_what_is_nobodys_mistake_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), load("auth_token").guard():
        divmod(1, 0)


def test_score_and_calibrate_say_so(author: Author, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    play(load("auth_token"), "null", 1, until=60).journal.save(file)
    file.write_text(file.read_text(encoding="utf-8").replace('"auth_token"', '"mine"', 1), encoding="utf-8")
    author("mine", world(STEP))
    assert cli.main(["score", str(file), "--seeds", "0"]) == 2
    assert one_line(capsys) == "drill: scenarios/mine/world.py:6: NameError: name 'q' is not defined; mend it"
    assert cli.main(["replay", str(file)]) == 2
    assert "scenarios/mine/world.py:6" in one_line(capsys)
    with pytest.raises(ScenarioError, match=r"^scenarios/mine/world\.py:6: NameError"):
        calibrate.measure(calibrate.jobs_for(load, "mine", "base", ["null"], 1, "recovery")[0])


def test_what_does_not_load_and_what_is_a_draft_are_not_offered(author: Author) -> None:
    shipped = catalogue()
    assert (sorted(shipped.offered), shipped.broken) == ([*names()], {})
    lengths = [load(name).scenario.horizon for name in shipped.offered]
    assert lengths == sorted(lengths)
    author("mine", world(STEP).replace("WORLD = ", "WORD = "))
    author("later", more="draft: true\n")
    author("fine")
    author("odd", more="colour: red\n")
    found = catalogue()
    assert sorted(found.offered) == sorted((*shipped.offered, "fine"))
    assert "later" in names()
    assert found.drafts == ("later",)
    assert set(found.broken) == {"mine", "odd"}
    assert found.broken["mine"] == "scenarios/mine/world.py:1: it names no WORLD; add `WORLD = YourWorld` to it"
    assert found.broken["odd"].startswith("scenarios/odd/scenario.yaml:4: colour: no such field; remove or rename it")


def test_a_draft_can_be_checked_and_played(author: Author, capsys: pytest.CaptureFixture[str]) -> None:
    folder = author("later", more="draft: true\n")
    assert cli.main(["check", str(folder)]) == 0
    assert cli.main(["play", "later", "--policy", "null", "--until", "1"]) == 0
    assert '"scenario": "later"' in capsys.readouterr().out


def test_a_play_whose_every_command_is_refused_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seat = {"at": -60, "by": "commander:Ana", "body": {"kind": "take_seat", "seat": "commander", "name": "Ana"}}
    wrong = {"at": 60, "by": "commander:Ana", "body": {"kind": "run_query", "query": "nope"}}
    right = {"at": 70, "by": "commander:Ana", "body": {"kind": "post_message", "text": "Looking."}}
    file = tmp_path / "a.jsonl"
    for given, code in (([seat, wrong], 1), ([seat, wrong, right], 0), ([seat], 0), ([wrong, wrong], 1)):
        file.write_text("".join(f"{json.dumps(line)}\n" for line in given), encoding="utf-8")
        assert cli.main(["play", "auth_token", "--commands", str(file), "--until", "3"]) == code
        assert ("every command was refused" in capsys.readouterr().err) == bool(code)

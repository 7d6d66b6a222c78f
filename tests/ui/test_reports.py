"""Documents of a finished drill: what they hold, in every form, and a template of one's own that cannot do harm."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import DrillError
from simulator.record.follow_up import FollowUpEntry, LessonAnswers
from simulator.room.notes import Note
from tests import recorded
from tests.ui.reporting import DOC, DRILLS, EVIL
from ui import cli
from ui.reports import fill, page
from ui.reports.context import context
from ui.reports.finished import Finished, of_file
from ui.reports.registry import REPORTS, escaped, file_name, formats, report


@pytest.mark.parametrize("kind", REPORTS)
def test_every_document_is_made_in_every_form_and_what_people_typed_stays_text(followed: Finished, kind: str) -> None:
    for form in formats(kind):
        text = report(followed, kind, form)
        assert text.strip()
        if form == "json":
            assert json.loads(text)["document"] == kind
        if form == "csv":
            rows = list(csv.reader(io.StringIO(text)))
            assert {len(row) for row in rows} == {len(REPORTS[kind].heads)}
            assert tuple(rows[0]) == REPORTS[kind].heads
            cells = [cell for row in rows for cell in row if not re.fullmatch(r"-?\d+", cell)]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        if form == "html":
            assert not re.search(r"<script|<img|src=|javascript:\d\"|<link", text.split("<body>")[1])
            assert "default-src 'none'" in text.replace("&#x27;", "'")
    assert EVIL not in report(followed, kind, "md")


def test_a_table_of_nothing_has_its_heads_and_no_cell_is_a_formula(
    followed: Finished, finished: Callable[[str], Finished]
) -> None:
    assert report(finished(DRILLS[0]), "actions", "csv") == f"{','.join(REPORTS['actions'].heads)}\n"
    entry = FollowUpEntry(n=1, made=1, author="Ana", item="action-1", changes={"text": "＝1+1", "owner": "  =1"})
    (_, row) = csv.reader(io.StringIO(report(replace(followed, entries=(entry,)), "actions", "csv")))
    assert (row[1], row[3]) == ("'＝1+1", "'=1")


def test_a_document_says_what_it_is_called_as_a_file(followed: Finished) -> None:
    assert file_name(followed, "report", "html") == "auth_token-base-seed7-report.html"


def test_a_form_or_kind_that_there_is_not_says_so(followed: Finished) -> None:
    with pytest.raises(DrillError, match="after-action report is no table; ask for md, html, json"):
        report(followed, "report", "csv")
    with pytest.raises(DrillError, match=r"unknown document 'reprot'.*did you mean 'report'"):
        report(followed, "reprot")
    with pytest.raises(DrillError, match="a template makes md or html"):
        report(followed, "report", "json", ("x", "own.md"))


def test_a_postmortem_with_such_sentences_is_a_draft(followed: Finished, finished: Callable[[str], Finished]) -> None:
    assert report(followed, "postmortem").startswith("# Draft: Postmortem")
    assert "human error" in report(followed, "postmortem").split("## ")[0]
    assert report(finished(DRILLS[0]), "postmortem").startswith("# Postmortem")


def test_without_names_nobody_is_named(followed: Finished) -> None:
    for kind in REPORTS:
        text = report(followed.without_names(), kind, "json")
        assert "by_the_book (" not in text.replace("(“by_the_book”)", "")
        assert '"Ana"' not in text
        assert '"Bo"' not in text


def test_without_names_those_are_not_named_either_who_are_in_no_record(followed: Finished) -> None:
    said = "Cleo and Dorian waited, so did Edda, Finn Marsh and Gesa."
    drill = replace(
        followed, entries=(FollowUpEntry(n=1, made=9, author="Cleo", item="retro", changes={"slowed": said}),),
        lessons=(LessonAnswers(author="Dorian", answers={"next": said}),), notes=(Note(1, 9, 1, "Edda", "note"),),
        corrections=({"criterion": "B1a", "points": 1, "author": "Finn Marsh", "reason": said},),
        participants=("Gesa",),
    )  # fmt: skip
    tree = json.dumps(context(drill.without_names()))
    assert not re.findall("Cleo|Dorian|Edda|Finn|Marsh|Gesa", tree)
    assert "somebody waited" in tree


@pytest.mark.parametrize(("found", "says"), [
    ({"notes": [{"n": 2**70, "made": 1.0, "at": 1, "author": "E", "body": "{}"}]}, "n: what is there .int. is out of"),
    ({"lessons": [{"id": "a", "author": "", "body": "[]"}]}, "lessons: a row cannot be read"),
    ({"notes": [{"n": 1, "made": 1.0, "at": 1, "author": "E", "body": '{"kind": "rating", "rating": 0}'}]}, "1 to 4"),
    ({"corrections": {}}, "nothing that is kept"),
])  # fmt: skip
def test_what_a_file_holds_beside_a_record_is_read_or_refused(
    finished: Callable[[str], Finished], found: dict[str, Any], says: str
) -> None:
    drill = finished(DRILLS[0])
    with pytest.raises(DrillError, match=says):
        of_file(drill.journal, drill.scenario, None, found)
    odd = of_file(drill.journal, drill.scenario, None, {"drill": {"created": 10**400, "ended": 1e20}})
    assert (odd.created, odd.ended) == (0.0, 0.0)


def test_every_field_is_documented_and_no_other(followed: Finished) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE))
    tree = context(followed)
    assert rows.keys() == tree.keys()
    for name, part in tree.items():
        one: Any = part[0] if isinstance(part, list) and part else part
        for field in one if isinstance(one, dict) else ():
            assert re.search(rf"\b{field}\b", rows[name]), f"{name}.{field}"


@pytest.mark.parametrize(("source", "line", "says"), [
    ("a\n{{ drill.titel }}", 2, "there is no field 'titel'; did you mean 'title'"),
    ("\n\n{{ drlil.title }}", 3, "there is no field 'drlil'; did you mean 'drill'"),
    ("{% for one in people %}{{ one.naem }}{% endfor %}", 1, "did you mean 'name'"),
    ("a\n{% for %}", 2, "Expected"),
    ("{{ drill.__class__ }}", 1, "no field '__class__'"),
    ("{{ ''.__class__.__mro__ }}", 1, "__class__"),
    ("{% include '/etc/passwd' %}", 1, "a template stands by itself"),
    ("{% extends 'base.md' %}", 1, "there is no 'base.md'"),
    ("{% for a in range(10**9) %}x{% endfor %}", 1, "Range too big"),
    ("{{ drill() }}", 1, "not callable"), ("{{ 1 / 0 }}", 1, "division"),
    ("\n{{ 'http://a.b'|urlize(rel=3) }}", 2, "has no attribute 'split'"),
])  # fmt: skip
def test_a_template_that_cannot_be_filled_says_where_and_why(
    followed: Finished, source: str, line: int, says: str
) -> None:
    with pytest.raises(fill.BrokenReport) as told:
        fill.fill(source, escaped(context(followed)))
    assert told.value.line == line
    assert says in told.value.why


@pytest.mark.slow
def test_a_template_is_filled_in_a_process_apart(followed: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "# {{ drill.title }}\n{% for one in follow_through.actions %}\n- {{ one.text }}\n{% endfor %}"
    text = report(followed, "report", "md", (own, "own.md"))
    assert text.startswith("# Tokens refused after a release\n")
    assert EVIL not in text
    with pytest.raises(DrillError, match=r"^own\.md: is empty"):
        report(followed, "report", "md", ("\n", "own.md"))
    with pytest.raises(DrillError, match=r"^own\.md:1: there is no field 'titel'"):
        report(followed, "report", "md", ("{{ drill.titel }}", "own.md"))
    monkeypatch.setattr(fill, "WALL_SECONDS", 3)
    endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    with pytest.raises(DrillError, match=r"^own\.md: takes more than 3 seconds"):
        report(followed, "report", "md", (endless, "own.md"))
    with pytest.raises(DrillError, match=r"too much memory|more than"):
        report(followed, "report", "md", ("{{ 'a' * 10 ** 10 }}", "own.md"))
    with pytest.raises(DrillError, match="at most 200,000 characters"):
        report(followed, "report", "md", ("a" * 200_001, "own.md"))


def test_output_without_end_is_cut_off(followed: Finished) -> None:
    with pytest.raises(fill.BrokenReport, match="makes more than"):
        fill.fill("{% for a in range(90000) %}{{ 'x' * 100 }}{% endfor %}", escaped(context(followed)))


def test_a_report_is_written_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "report.html"
    file.write_text("\n".join([*recorded.journal_lines(recorded.read(DRILLS[0])), ""]), encoding="utf-8")
    assert cli.main(["report", str(file), "--format", "html", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "99 of 100" in out.read_text(encoding="utf-8")
    assert cli.main(["report", "--list"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == REPORTS.keys()
    for arguments, says in (
        (["report"], "name a drill"), (["report", str(file), "--kind", "reprot"], "did you mean 'report'"),
        (["report", str(file), "--format", "csv"], "is no table"),
        (["report", str(DOC)], "not a journal header"),
    ):  # fmt: skip
        assert cli.main(arguments) == 2
        said = capsys.readouterr().err
        assert says in said
        assert said.count("\n") == 1


def test_a_wide_table_names_its_columns_in_each_cell_for_narrow_screens() -> None:
    early = page.standalone("| A | B | C | T-5:00 |\n|---|---|---|---|\n| 1 | 2 | 3 | T-06:00 |\n", "t", "f")
    assert '<td data-head="T-5:00"><span class="whole">T-06:00</span></td>' in early
    figures = "| A | B | C | D |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |\n"
    table = "| At | Who | What |\n|---|---|---|\n| T+1 | Ana | {} |\n\n" + figures
    html = page.standalone(table.format("a long sentence of somebody who tells what was done"), "t", "f")
    assert '<table class="told">' in html
    assert '<td data-head="Who">Ana</td>' in html
    assert '<table class="wide">' in html
    assert '<td data-head="D">4</td>' in html
    assert 'data-head="' not in page.standalone("| a | b |\n|---|---|\n| 1 | 2 |\n", "t", "f")
    assert 'class="told"' not in page.standalone(table.format("short"), "t", "f")

"""Drafts of drills out of what was written elsewhere: what we export we import, and whatever comes makes a draft."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.report import cells, timed
from analytics.report.draft import draft
from analytics.report.exercise import read_exercise
from analytics.report.real import RealIncident, RealLine
from analytics.report.tables import each
from scenarios.declared.drill import DrillData
from scenarios.declared.made import mistakes
from scenarios.loader import load
from scenarios.templates import kinds, template
from simulator.errors import DrillError
from simulator.scenario.document import read
from simulator.scenario.model import Scenario
from tests.scenarios.drills import example
from ui import cli

pytestmark = pytest.mark.usefixtures("nothing_set")
PUBLIC = """# Errors at the edge

## Timeline (UTC)

- 2024-03-01 11:02 — **edge** 7.1 rolled out everywhere
- 2024-03-01 12:00 - Alert `EdgeErrors` fired
- 2024-03-01 12:31 UTC: customers ask when it ends, is it us?
- 2024-03-01 14:00: traffic moved, as of 13:55 it was half
- 2024-03-01 17:00: Edge 7.1 rolled back
"""


def exported(one: Scenario, form: str) -> bytes:
    if form == "csv":
        return cells.csv(timed.msel(one))
    return timed.workbook(one) if form == "xlsx" else timed.cexf(one, "1").encode()


def test_a_workbook_has_texts_word_for_word_and_none_is_a_formula() -> None:
    from openpyxl import load_workbook

    one = example().scenario
    first, *others = one.injects
    evil = one.model_copy(update={"injects": (first.model_copy(update={"text": "=1+1"}), *others)})
    sheet = load_workbook(io.BytesIO(timed.workbook(evil))).active
    texts = [cell for line in sheet.iter_rows() for cell in line if isinstance(cell.value, str)]
    assert not [cell.value for cell in texts if cell.value.startswith("'")]
    assert {cell.data_type for cell in texts} == {"s"}
    assert "=1+1" in {cell.value for cell in texts}


def drafted(incident: RealIncident, kind: str = "queue") -> tuple[str, DrillData]:
    """Return the text of a draft, and the drill that it is."""
    text = draft(incident, "mine", template(kind), "mine.csv")
    return text, DrillData.model_validate(read(text, "mine/drill.yaml").data)


def bare(text: str) -> str:
    """Return a text without what is filled in, which a draft cannot know yet."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\[.*?\]|\d?\d:\d\d(:\d\d)?Z?|\W", "", text)


def test_a_list_of_events_that_we_export_comes_back_line_by_line() -> None:
    shipped = [load(name).scenario for name in ("auth_token", "billing_mismatch", "permission_leak")]
    for one in (*shipped, example().scenario):
        rows = [row for row in each(timed.msel(one)) if (row.minute, row.persona) != (0, "@pager")]
        for form in ("csv", "xlsx", "cexf"):
            text, found = drafted(read_exercise(exported(one, form), f"x.{form}"))
            says = found.says
            assert len(says) == len(rows), (one.id, form)
            for row, say in zip(rows, says, strict=True):
                where = one.id, form, row.inject
                assert say.at == round(60 * row.minute), where
                assert bare(say.asks or say.text) == bare(row.text), where
                assert bare(say.who) == bare(row.persona.casefold()), where
                assert bool(say.asks) == (row.form == "ask"), where
            assert text.count("# TODO when: ") == sum(bool(row.comes_when) for row in rows)
            assert text.count("# TODO claims: ") == sum(row.form == "claim" for row in rows)
            assert f"title: {json.dumps(one.title, ensure_ascii=False)}" in text or form != "cexf"
            assert mistakes(text, "mine/drill.yaml") == [], (one.id, form)


def test_a_long_incident_comes_to_an_hour_and_says_when_things_really_were() -> None:
    incident = read_exercise(PUBLIC.encode(), "x.md")
    assert incident.title == "Errors at the edge"
    text, found = drafted(incident)
    assert [(say.at, bool(say.asks)) for say in found.says] == [(1480, True), (2360, False)]
    assert "at: 24m40s  # T+31 min in the incident" in text
    assert "{{ utc(2360) }}" in found.says[1].text
    assert "# 54m what they did: Edge 7.1 rolled back" in text
    assert found.world.happens[0].at == -58 * 60
    assert "# TODO times: the first 10 minutes are as they were, after that silences are cut to 14m40s; " in text
    assert found.draft
    assert mistakes(text, "mine/drill.yaml") == []


@pytest.mark.parametrize(("every", "fits"), [(30.0, True), (5.0, False)])
def test_nine_hours_keep_their_first_minutes_and_lose_their_silences(every: float, fits: bool) -> None:
    first = [0.0, 1.0, 2.5, 6.0, 9.5]
    later = [10.0 + every * n for n in range(1, int(530 / every) + 1)]
    lines = tuple(RealLine(at, "alert: it fired" if at == 0 else "how is it going") for at in (*first, *later))
    text, found = drafted(RealIncident("x", lines, 0.0))
    at = [say.at for say in found.says]
    assert at[:4] == [60, 150, 360, 570]
    assert at == sorted(at)
    assert at[-1] in (range(3200, 3241))
    assert ("times as fast; is there time" in text) is not fits


def test_a_timeline_says_who_and_what_kind_and_the_page_is_where_it_says() -> None:
    rows = "at,kind,who,what\nT-20:00,change,shop-api,5.3\nT+00:00,alert critical,X,page\n"
    rows += "T+01:00,message,'@cfo,'=1+1 is two\nT+02:30,asks,Ana,How many\nT+03:00,decides,Ana,roll back\n"
    text, found = drafted(read_exercise(rows.encode(), "t.csv"))
    assert [(say.at, say.who, say.text or say.asks) for say in found.says] == [
        (60, "cfo", "=1+1 is two"), (150, "ana", "How many"),
    ]  # fmt: skip
    assert found.services["shop-api"].team == "TODO its team"
    assert found.world.happens[0].service == "shop-api"
    assert "# 3m what they did: Ana: roll back" in text


def test_who_did_something_before_the_page_is_no_service_and_a_service_is_one_however_it_is_spelled() -> None:
    people = "time,who,what\n09:00,Alice,deployed v2\n09:30,alice,to lunch\n10:00,pager,alert: errors\n"
    text, found = drafted(read_exercise(people.encode(), "t.csv"))
    assert set(found.services) == {"worker", "shop"}
    assert "service: shop  # TODO which one; Alice did it" in text
    changes = "time,who,kind,what\n09:00,WORKER,deploy,2\n09:10,Api,change,3\n09:20,api,change,4\n10:00,,alert,x\n"
    text, found = drafted(read_exercise(changes.encode(), "t.csv"))
    assert set(found.services) == {"worker", "shop", "Api"}
    assert [one.service for one in found.world.happens[:3]] == ["worker", "Api", "Api"]
    assert mistakes(text, "mine/drill.yaml") == []
    many = [RealLine(float(n), f"config {n}") for n in range(300)]
    with pytest.raises(DrillError, match=r"mine.csv: 299 lines before the page are changes, more than 200; keep"):
        drafted(RealIncident("x", tuple(many), 299.0))


WORDS = st.text(max_size=40) | st.sampled_from([
    "{{ x", "}}", "{% if", "a: b # c", "TODO", '"', "\\", "12:30", "why?", "- [", "Null", "\u2028", "\x85", "😀",
    "rolled back",
])  # fmt: skip
LINES = st.builds(
    RealLine, st.floats(0, 5000).map(lambda x: round(x, 3)), WORDS, who=WORDS, when=WORDS, expected=WORDS,
    kind=st.sampled_from(["", "ask", "claim", "order", "change", "message", "decides", "other"]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(LINES, max_size=6), st.none() | st.floats(-100, 3000), WORDS, WORDS, st.sampled_from(kinds()))
def test_whatever_was_read_makes_a_draft_that_is_read(
    lines: list[RealLine], zero: float | None, title: str, about: str, kind: str
) -> None:
    lines.sort(key=lambda line: line.minute)
    incident = RealIncident(title, tuple(lines), zero, about)
    if not any(line.text for line in lines):
        with pytest.raises(DrillError, match="holds no line"):
            drafted(incident, kind)
        return
    _, found = drafted(incident, kind)
    assert found.draft
    assert all(0 <= say.at <= 58 * 60 for say in found.says)
    assert all(one.at >= -6000 for one in found.world.happens)
    assert not any("{{" in say.text and "utc(" not in say.text for say in found.says)


def book(*rows: tuple[object, ...]) -> bytes:
    from openpyxl import Workbook

    held, made = io.BytesIO(), Workbook()
    for row in rows:
        made.active.append(row)
    made.save(held)
    return held.getvalue()


def repacked(raw: bytes) -> bytes:
    """Return a workbook packed by what Python unpacks without bounds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as made:
        for name in held.namelist():
            made.writestr(name, held.read(name))
    return out.getvalue()


def wrong() -> dict[str, tuple[bytes, str]]:
    """Return files that cannot be read, and what is said of each."""
    return {
        "no book": (b"PK\3\4" + b"x" * 40, "x: is no workbook"),
        "another packing": (repacked(book(("Minute", "Text"), (1, "b"))), "x: is packed as no workbook is"),
        "no column": (book(("a", "b"), (1, 2)), "x:1: no column is called time"),
        "no time": (book(("Minute", "Text"), ("soon", "b")), "x:2: 'soon' is no time"),
        "an empty book": (book(), "x: holds no line"),
        "other JSON": (b'{"injects": []}', "x: is no exercise in CEXF (no 'inject_payloads')"),
        "cut JSON": (b'{"exercise"', "x: is no exercise in CEXF"),
        "no number": (json.dumps({"exercise": {"name": "a"}, "inject_payloads": [],
                                  "injects": [{"uuid": "1", "name": "n"}],
                                  "inject_flow": [{"inject_uuid": "1", "timing": {"triggered_at": "1e999"}}]}).encode(),
                      "(triggered_at 1e999)"),
        "nothing": (b"", "x: is empty"),
        "UTF-16": ("a,b".encode("utf-16"), "x: is UTF-16"),
        "too long": (b"x" * 5_000_001, "more than 5,000,000 bytes"),
    }  # fmt: skip


def test_what_cannot_be_read_is_refused_in_one_line() -> None:
    for what, (raw, said) in wrong().items():
        with pytest.raises(DrillError) as raised:
            drafted(read_exercise(raw, "x"))
        assert said.removeprefix("x: holds") in str(raised.value), (what, str(raised.value))
        assert "\n" not in str(raised.value), what


def test_the_command_writes_a_draft_that_check_accepts_and_names_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Our outage.md"
    file.write_text(PUBLIC.replace("edge", "sign-in"), encoding="utf-8")
    assert cli.main(["import", str(file), "--in", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "left to do: world: this one is a template's" in said
    assert f"wrote {tmp_path}/our_outage/drill.yaml on the template 'auth'" in said
    assert cli.main(["check", str(tmp_path / "our_outage"), "--quick"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {one["level"] for one in found} == {"warning"}
    assert sum("left to do" in one["what"] for one in found) >= 9
    assert cli.main(["import", str(file), "--in", str(tmp_path)]) == 2
    assert "is there already; choose another name" in capsys.readouterr().err
    assert cli.main(["import", str(file), "--name", "Mine!"]) == 2
    assert "is no name of a drill" in capsys.readouterr().err
    dated = tmp_path / "2024-03-01-outage.txt"
    dated.write_text(PUBLIC, encoding="utf-8")
    assert cli.main(["import", str(dated), "--in", str(tmp_path)]) == 2
    assert f"{dated}: '2024_03_01_outage' is no name of a drill; use small letters" in (err := capsys.readouterr().err)
    assert "and say it with --name" in err
    assert cli.main(["import", str(dated), "--in", str(tmp_path), "--name", "outage"]) == 0
    assert "outage/drill.yaml:2:" not in capsys.readouterr().err  # what says so is not itself left to do
    (tmp_path / "x.json").write_text(timed.cexf(example().scenario, "1"), encoding="utf-8")
    assert cli.main(["import", str(tmp_path / "x.json"), "--name", "again", "--in", str(tmp_path)]) == 0
    assert "again/drill.yaml on the template 'queue'" in capsys.readouterr().err

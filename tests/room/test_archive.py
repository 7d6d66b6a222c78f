"""Drills in and out of the store as they are stored: what was changed is found and named, nothing is lost."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import DrillError, UnknownName
from simulator.room.archive import export, stored, take_in, verify, verify_file
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.room.rooms import Wall, end_of, rooms, say, solo

REFERENCES = {"null": 7, "why": "“nothing” — done"}
DAMAGED = '{"kind": "post_telegram", "text": "what a later version may know"}'


def score(*_: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(REFERENCES, {"total": 42, "parts": []})]


def played(path: Path, wall: Wall, words: tuple[str, ...] = ("one", "two", "three"), *, over: bool = True) -> Rooms:
    """Return a place with one drill in which this was said."""
    place = rooms(path, wall, score)
    room, person = solo(place)
    for said in words:
        wall.pass_(61)
        room.submit(say(said), person)
    if over:
        end_of(room, person)
        assert room.scorecard() is not None
    return place


def only(place: Rooms) -> str:
    (drill,) = place.store.ids()
    return drill


def meddle(path: Path, statement: str) -> None:
    """Change a database behind the store's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def text_of(store: Store, drill: str) -> str:
    return "".join(f"{line}\n" for line in export(store, drill))


# --- digests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [False, True])
def test_what_nobody_touched_is_as_it_was_stored(path: Path, wall: Wall, over: bool) -> None:
    place = played(path, wall, over=over)
    found = verify(place.store, only(place))
    assert found.changed == ()
    assert (found.commands, found.record) == (5 if over else 4, over)
    assert verify_file(text_of(place.store, only(place)), "file").changed == ()


MEDDLED = [
    ("UPDATE drills SET header = replace(header, '\"seed\":7', '\"seed\":8')", "the header was changed"),
    ("UPDATE commands SET body = replace(body, 'two', '2') WHERE seq = 3", "command 3 (T+01:02 by commander)"),
    ("UPDATE commands SET at = 63 WHERE seq = 3", "command 3 (T+01:03 by commander) was changed"),
    ("UPDATE commands SET by = 'comms:Ana' WHERE seq = 2", "command 2 (T+00:01 by comms) was changed"),
    ("DELETE FROM commands WHERE seq = 2", "command 2 is missing"),
    ("UPDATE records SET journal = replace(journal, 'three', '3')", "of the record (T+02:03 by commander) was changed"),
    ("UPDATE records SET journal = replace(journal, '\"seed\": 7', '\"seed\": 8')", "line 1 of the record was changed"),
    ("UPDATE records SET journal = substr(journal, 1, length(journal) - 60)", "was changed"),
    ('UPDATE records SET "references" = \'{}\'', "the reference runs were changed"),
    ("DELETE FROM commands WHERE seq = 5", "commands after number 4 are missing"),
    ("UPDATE scorecards SET body = replace(body, '42', '99')", "scorecard recovery was changed"),
    ("UPDATE records SET digests = NULL", "the digests of the record are missing"),
    ("UPDATE commands SET digest = NULL WHERE seq = 3", "command 3 (T+01:02 by commander) was changed"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "says"), MEDDLED)
def test_it_is_said_where_something_was_changed(path: Path, wall: Wall, statement: str, says: str) -> None:
    place = played(path, wall)
    meddle(path, statement)
    found = verify(place.store, only(place)).changed
    assert says in found[0], found
    assert len(found) <= 2


def test_a_correction_by_hand_has_its_digest(path: Path, wall: Wall) -> None:
    place = played(path, wall)
    place.store.add_override(only(place), "Flo", {"criterion": "B1a", "points": 2})
    assert verify(place.store, only(place)).changed == ()
    meddle(path, "UPDATE overrides SET body = replace(body, '2', '3')")
    assert verify(place.store, only(place)).changed == ("correction 1 was changed",)


class Texts(list[str]):
    """Texts that no failure prints."""

    def __repr__(self) -> str:
        return "…"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Return what a drill under way and one that is over are exported as."""
    found = Texts()
    for over in (False, True):
        place = played(tmp_path_factory.mktemp("exported") / "drills.db", Wall(), over=over)
        found.append(text_of(place.store, only(place)))
        place.store.close()
    return found


@settings(max_examples=60, deadline=None)
@given(data=st.data(), over=st.booleans())
def test_any_change_of_an_exported_line_is_found_and_named(exported: Texts, data: st.DataObject, over: bool) -> None:
    *lines, digests, _ = exported[over].split("\n")
    row = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[row]) - 1))
    new = data.draw(st.characters(codec="utf-8", exclude_characters="\n" + lines[row][place]))
    lines[row] = lines[row][:place] + new + lines[row][place + 1 :]
    found = verify_file("\n".join([*lines, digests, ""]), "file").changed
    if over:
        behind = {len(lines) - 2: "the reference runs", len(lines) - 1: "what is kept beside the record"}
        assert found[0].startswith(behind.get(row, f"line {row + 1} of the record"))
    else:
        assert found[0].startswith(f"command {row}" if row else "the header")


def test_a_line_that_is_taken_out_of_a_file_is_missed(exported: Texts) -> None:
    for text, says in zip(exported, ("commands after number 3 are missing", "of the record"), strict=True):
        *lines, digests, _ = text.split("\n")
        del lines[3 if "of the" in says else -1]
        assert says in verify_file("\n".join([*lines, digests, ""]), "file").changed[0]


def test_a_file_without_digests_says_so(exported: Texts) -> None:
    with pytest.raises(DrillError, match="file: carries no digests; `drill export` writes them"):
        verify_file(exported[1].rsplit("\n", 2)[0], "file")


# --- out and in -------------------------------------------------------------------------------------------------------


def test_what_comes_out_goes_in_and_comes_out_the_same(path: Path, wall: Wall, tmp_path: Path) -> None:
    place = played(path, wall, ("“Zoë”\u2028says", "=1+1", "\\ \" '", "last"))
    text = text_of(place.store, only(place))
    other = rooms(tmp_path / "other.db", wall, score)
    arrived = take_in(other.store, text, "file", "A title")
    assert text_of(other.store, arrived.drill) == text
    assert verify(other.store, arrived.drill).changed == ()
    commands = [stored(at.store, only(at)).links for at in (place, other)]
    assert [link.body for link in commands[0]] == [link.body for link in commands[1]]
    room = other.by_code(arrived.code)
    _, host = other.facilitate(room, "Flo", arrived.key)
    record, before = room.record_for(host), place.open(only(place)).record()
    assert record is not None
    assert before is not None
    assert (record.entries, record.references) == (before.entries, REFERENCES)
    assert other.lobby(room).state == "over"
    assert [entry.body for entry in room.briefing("commander").entries if entry.by == "commander:Ana"]


def test_a_file_comes_in_once_and_only_as_it_was_exported(exported: Texts, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "in.db"))
    first = take_in(store, exported[1], "a.jsonl")
    with pytest.raises(DrillError, match=f"is here already, as {first.drill}"):
        take_in(store, exported[1], "a.jsonl")
    with pytest.raises(DrillError, match=r"a\.jsonl: line 1\d of the record .* was changed since it was exported"):
        take_in(store, exported[1].replace("three", "four"), "a.jsonl")
    with pytest.raises(DrillError, match="was not over when it was exported"):
        take_in(store, exported[0], "a.jsonl")
    with pytest.raises(DrillError, match=r"a\.jsonl:1: not a journal header"):
        take_in(store, "hello\nworld\n", "a.jsonl")
    assert store.ids() == [first.drill]


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_drill_that_cannot_be_read_is_its_own_matter(
    place: Rooms, path: Path, wall: Wall, caplog: pytest.LogCaptureFixture
) -> None:
    lost, _ = solo(place)
    going, _ = solo(place)
    meddle(path, f"UPDATE drills SET header = replace(header, '\"seed\"', '\"sead\"') WHERE id = '{lost.row.id}'")
    other = rooms(path, wall)
    assert [row.id for row in other.store.drills()] == [going.row.id]
    (said,) = other.store.unreadable()
    assert str(said).startswith("the header cannot be read (seed: Field required); `drill export")
    with caplog.at_level(logging.WARNING):
        wall.pass_(100)
        other.advance_running()
        other.advance_running()
    assert other.open(going.row.id).version[1] == 40
    told = [record.getMessage() for record in caplog.records]
    assert set(told) == {f"drill {lost.row.id}: {said}"}
    assert len(told) <= 2, "once in each process"
    for look in (lambda: other.open(lost.row.id), lambda: other.by_code(lost.row.code), lambda: other.identify("x")):
        with pytest.raises(DrillError):
            look()
    with pytest.raises(UnknownName, match="unknown drill 'nosuch'; known:"):
        other.store.drill("nosuch")
    assert '"sead"' in next(export(other.store, lost.row.id))
    assert verify(other.store, lost.row.id).changed == ("the header was changed",)


@pytest.mark.parametrize(("body", "why"), [
    (DAMAGED, "unknown kind 'post_telegram'"),
    ("{", "Expecting property name"),
    ("[]", "'list' object has no attribute"),
    ('{"kind": "post_message", "txt": "x"}', "text: Field required"),
    ("", "Expecting value"),
])  # fmt: skip
def test_a_command_that_cannot_be_read_stops_one_drill_and_is_exported(
    place: Rooms, path: Path, wall: Wall, body: str, why: str
) -> None:
    lost, person = solo(place)
    lost.submit(say("before"), person)
    going, _ = solo(place)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE commands SET body = ? WHERE drill = ? AND seq = 2", (body, lost.row.id))
    other = rooms(path, wall)
    wall.pass_(100)
    other.advance_running()
    assert other.open(going.row.id).version[1] == 40
    room = other.open(lost.row.id)
    assert room.problem is not None
    assert room.problem.startswith("command 2 cannot be read (")
    assert why in room.problem
    assert len(room.problem) < 320
    assert other.lobby(room).state == "lost"
    with pytest.raises(DrillError, match="command 2 cannot be read"):
        room.submit(say("after"), person)
    assert body in list(export(other.store, lost.row.id))[2]
    assert verify(other.store, lost.row.id).changed == ("command 2 (T-01:00 by commander) was changed",)


def test_a_byte_that_is_no_text_hides_nobody_else(place: Rooms, path: Path, wall: Wall) -> None:
    lost, _ = solo(place)
    going, _ = solo(place)
    meddle(path, f"UPDATE drills SET header = CAST(x'7bff7d' AS TEXT) WHERE id = '{lost.row.id}'")
    assert [row.id for row in place.store.drills()] == [going.row.id]
    again = rooms(path, wall)
    again.advance_running()
    assert list(again._rooms) == [going.row.id]
    assert next(export(place.store, lost.row.id)) == r"{\xff}"


def test_a_scorecard_that_cannot_be_read_is_made_anew(path: Path, wall: Wall) -> None:
    place = played(path, wall)
    meddle(path, "UPDATE scorecards SET body = '{'")
    wall.pass_(120)
    room = rooms(path, wall, score).open(only(place))
    assert room.scorecard() is None
    room.finishing.wait(10)
    assert room.scorecard() == {"total": 42, "parts": []}
    assert verify(place.store, only(place)).changed == ()

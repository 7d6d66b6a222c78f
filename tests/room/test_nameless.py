"""A record for people who were not in the drill: everything that happened, nobody's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import commands as c
from simulator.errors import AccessDenied
from simulator.journal import Journal
from simulator.room.nameless import nameless
from simulator.room.room import Room
from tests.room.rooms import Wall, rooms, say, solo


def played(tmp_path: Path, *words: str, name: str = "Ana", **how: str) -> tuple[Room, Journal]:
    place = rooms(tmp_path / "a.db", Wall())
    room = place.create("toy", seed=7, **how).room  # type: ignore[arg-type]
    _, person = place.join(room, name, "commander")
    room.start(person)
    room.submit(c.Declare(severity="SEV-1", title=f"{name} saw it first"), person)
    for one in words:
        room.submit(say(one), person)
    room.end(person)
    record = room.record()
    assert record is not None
    return room, record


def test_no_name_is_left_and_everything_else_is(tmp_path: Path) -> None:
    room, whole = played(tmp_path, "Ana has command; ask Ana-Lena or the banana team", "it's ANA's")
    found = room.record_for(None)
    assert found is not None
    text = "\n".join(found.lines())
    assert "Ana " not in text
    assert ":Ana" not in text
    assert "banana team" in text
    assert [(e.seq, e.at, e.body.kind) for e in found] == [(e.seq, e.at, e.body.kind) for e in whole]
    assert [e.body for e in found if e.body.kind == "alert_fired"] == [
        e.body for e in whole if e.body.kind == "alert_fired"
    ]
    assert any(e.by == "commander:Commander" for e in found)


@pytest.mark.parametrize("name", ["triage", "You", "A", "in"])
def test_a_name_that_is_a_word_breaks_nothing(tmp_path: Path, name: str) -> None:
    room, whole = played(tmp_path, "You are in triage. A queue fills.", name=name)
    found = nameless(whole, {role.id: role.title for role in room.loaded.scenario.roles})
    assert [e.body.kind for e in found] == [e.body.kind for e in whole]
    assert all(name not in e.by.partition(":")[2].split() for e in found if e.by.startswith("commander:"))


def test_people_of_the_drill_read_all_of_it(tmp_path: Path) -> None:
    place = rooms(tmp_path / "a.db", Wall())
    room, ana = solo(place)
    assert room.record_for(ana) is None
    assert room.record_for(None) is None
    room.end(ana)
    found = room.record_for(ana)
    assert found is not None
    assert any(e.by == "commander:Ana" for e in found)
    _, bo = solo(place)
    with pytest.raises(AccessDenied, match="another drill"):
        room.record_for(bo)


def test_an_assessment_is_closed_to_everybody_else(tmp_path: Path) -> None:
    room, _ = played(tmp_path, mode="assessment")
    with pytest.raises(AccessDenied, match="ask the host"):
        room.record_for(None)

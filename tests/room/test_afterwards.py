"""What is kept once a drill is over: several people at one answer, a survey without names, all of it on the move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from simulator.errors import AccessDenied, DrillError
from simulator.record.follow_up import FollowUp
from simulator.room import afterwards, notes
from simulator.room import schema as t
from simulator.room.archive import export, take_in, verify_file
from simulator.room.companions import beside
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import OBSERVER, Participant
from simulator.room.tidy import delete, due
from tests.room.rooms import Wall, hosted, rooms

Played = tuple[Rooms, Room, Participant, Participant]


@pytest.fixture
def played(path: Path | str, wall: Wall) -> Iterator[Played]:
    """A drill that is over, with its commander and its facilitator."""
    place = rooms(path, wall)
    room, flo = hosted(place)
    _, ana = place.join(room, "Ana", "commander")
    room.start(flo)
    wall.pass_(60)
    room.end(flo)
    room.finishing.wait(30)
    yield place, room, ana, flo
    place.store.close()


def test_an_answer_is_kept_with_who_said_it_and_every_earlier_wording(played: Played) -> None:
    place, room, ana, flo = played
    first = afterwards.write(place.store, room, ana, "retro", {"slowed": " the flag "}, {})
    afterwards.write(place.store, room, flo, "retro", {"slowed": "two flags"}, {"slowed": first.n})
    there = FollowUp.of(afterwards.written(place.store, room.row.id))
    assert [(one.text, one.author) for one in there.wordings("retro", "slowed")] == [
        ("the flag", "Ana"), ("two flags", "Flo"),
    ]  # fmt: skip
    assert afterwards.last(place.store, room.row.id) == there.upto == 2


def test_of_two_at_one_answer_the_second_is_told_and_nothing_is_lost(played: Played) -> None:
    place, room, ana, flo = played
    afterwards.write(place.store, room, ana, "retro", {"slowed": "the flag"}, {})
    with pytest.raises(afterwards.WrittenMeanwhile, match="Ana changed this") as told:
        afterwards.write(place.store, room, flo, "retro", {"slowed": "the key", "trigger_gap": "late"}, {})
    (clash,) = told.value.clashes
    assert (clash.name, clash.now.text, clash.wanted) == ("slowed", "the flag", "the key")
    assert afterwards.last(place.store, room.row.id) == 1, "all of what was handed in, or nothing"
    afterwards.write(place.store, room, flo, "retro", {"slowed": "the key"}, {"slowed": clash.now.n})
    there = FollowUp.of(afterwards.written(place.store, room.row.id))
    assert [one.text for one in there.wordings("retro", "slowed")] == ["the flag", "the key"]


def test_who_says_the_same_or_something_else_is_in_nobodys_way(played: Played) -> None:
    place, room, ana, flo = played
    afterwards.write(place.store, room, ana, "retro", {"slowed": "the flag"}, {})
    afterwards.write(place.store, room, flo, "retro", {"slowed": "the flag"}, {})
    afterwards.write(place.store, room, flo, "retro", {"trigger_gap": "late"}, {})
    assert afterwards.last(place.store, room.row.id) == 3


def test_an_action_has_a_name_of_its_own_and_leaves_the_list_with_its_words_kept(played: Played) -> None:
    place, room, ana, flo = played
    one = afterwards.write(place.store, room, ana, "", {"text": "a check"}, {})
    two = afterwards.write(place.store, room, flo, "", {"text": "a test"}, {})
    assert (one.item, two.item) == ("action-1", "action-2")
    afterwards.write(place.store, room, flo, one.item, {"dropped": "twice"}, {})
    there = FollowUp.of(afterwards.written(place.store, room.row.id))
    assert list(there.actions()) == ["action-2"]
    assert there.said("action-1", "text").text == "a check"
    for late in ({"text": "half written meanwhile"}, {"dropped": "twice"}):
        with pytest.raises(DrillError, match="Flo took this off the list; put it back first"):
            afterwards.write(place.store, room, ana, one.item, late, {})
    afterwards.write(place.store, room, ana, one.item, {"dropped": ""}, {"dropped": 3})
    afterwards.write(place.store, room, ana, one.item, {"text": "a better check"}, {"text": 1})
    there = FollowUp.of(afterwards.written(place.store, room.row.id))
    assert (list(there.actions()), list(there.actions(dropped=True))) == (["action-1", "action-2"], [])


@pytest.mark.parametrize(
    ("item", "changes"),
    [("retro", {"slowed": "x" * 4001}), ("retro", {}), ("no such/item", {"a": "b"}), ("retro", {"a b": "c"})],
    ids=["too long", "nothing", "a name that is none", "a field that is none"],
)
def test_what_cannot_be_kept_is_refused(played: Played, item: str, changes: dict[str, str]) -> None:
    place, room, ana, _ = played
    with pytest.raises(DrillError, match="cannot be kept"):
        afterwards.write(place.store, room, ana, item, changes, {})


def test_only_those_who_were_in_it_write_and_only_when_it_is_over(played: Played) -> None:
    place, room, _, _ = played
    _, looks_on = place.join(room, "Oli", OBSERVER)
    with pytest.raises(AccessDenied, match="observer looks on"):
        afterwards.write(place.store, room, looks_on, "retro", {"slowed": "x"}, {})
    running = place.create("toy", seed=8).room
    _, person = place.join(running, "Bea", "commander")
    for attempt in (
        lambda: afterwards.write(place.store, running, person, "retro", {"slowed": "x"}, {}),
        lambda: afterwards.give(place.store, running, person, {"next": "x"}, named=False),
    ):
        with pytest.raises(DrillError, match="still running"):
            attempt()
    with pytest.raises(AccessDenied, match="another drill"):
        afterwards.write(place.store, room, person, "retro", {"slowed": "x"}, {})


def test_a_survey_without_a_name_says_nothing_of_whose_it_is(played: Played) -> None:
    place, room, ana, flo = played
    afterwards.give(place.store, room, ana, {"real": "4", "next": "  "}, named=False)
    afterwards.give(place.store, room, flo, {"next": "a flood"}, named=True)
    found = {one.author: one.answers for one in afterwards.lessons(place.store, room.row.id)}
    assert found == {"": {"real": "4"}, "Flo": {"next": "a flood"}}
    with pytest.raises(DrillError, match="already"):
        afterwards.give(place.store, room, ana, {"real": "5"}, named=True)
    assert afterwards.has_given(place.store, ana)
    with place.store.transaction(writes=False) as connection:
        rows = [*connection.execute(select(t.lessons)), *connection.execute(select(t.lessons.c.author))]
    assert not [row for row in rows if ana.id in row or "Ana" in row]
    with pytest.raises(DrillError, match="nothing is answered"):
        afterwards.give(place.store, room, ana, {"real": " "}, named=False)


def test_nothing_that_the_database_keeps_of_a_row_says_whose_answers_came_when(played: Played) -> None:
    place, room, ana, flo = played
    given = [ana, flo, *(place.join(room, name, OBSERVER)[1] for name in ("Oli", "Pia", "Quin"))]
    for number, person in enumerate(given):
        afterwards.give(place.store, room, person, {"next": f"answer {number}"}, named=False)
    for table, key in (("lessons", "id"), ("lessons_given", "participant")):
        with place.store.transaction(writes=False) as connection:
            if connection.dialect.name == "sqlite":
                with pytest.raises(OperationalError, match="no such column"):
                    connection.execute(text(f"SELECT rowid FROM {table}"))
                continue
            lies = connection.execute(text(f"SELECT {key}, xmin::text FROM {table} ORDER BY ctid")).all()
            newest = connection.scalar(text("SELECT max(xmin::text::bigint) FROM lessons_given"))
        assert [ident for ident, _ in lies] == sorted(ident for ident, _ in lies)
        assert {int(wrote) for _, wrote in lies} == {newest}
    assert len(afterwards.lessons(place.store, room.row.id)) == len(given)


def test_all_of_it_travels_with_the_drill(played: Played, tmp_path: Path, wall: Wall) -> None:
    place, room, ana, flo = played
    afterwards.write(place.store, room, ana, "", {"text": "a check", "factor": "f"}, {})
    afterwards.give(place.store, room, flo, {"next": "a flood"}, named=True)
    notes.add(place.store, room.row.id, 30, "Flo", "rating", criterion="B1a", rating=3)
    place.store.add_override(room.row.id, "Flo", {"criterion": "B1a", "points": 1, "reason": "seen"})
    whole = "".join(f"{line}\n" for line in export(place.store, room.row.id))
    assert verify_file(whole, "file").changed == ()
    other = rooms(tmp_path / "other.db", wall)
    wall.sleep(86_400 * 40)
    arrived = take_in(other.store, whole, "file")
    assert beside(other.store, arrived.drill) == beside(place.store, room.row.id)
    assert {"clock", "corrections", "notes", "follow_through", "lessons"} < beside(other.store, arrived.drill).keys()
    assert "".join(f"{line}\n" for line in export(other.store, arrived.drill)) == whole
    assert other.store.drill(arrived.drill).ended == place.store.drill(room.row.id).ended
    assert due(other.store, other.store.now() - 86_400 * 30) == [], "it is kept from when it came"
    other.store.close()


def test_a_file_that_was_changed_says_so(played: Played, tmp_path: Path, wall: Wall) -> None:
    place, room, ana, _ = played
    afterwards.write(place.store, room, ana, "", {"text": "a check"}, {})
    lines = list(export(place.store, room.row.id))
    *record, with_it, digests = lines
    changed = "\n".join([*record, with_it.replace("a check", "a cheque"), digests, ""])
    assert verify_file(changed, "file").changed == ("what is kept beside the record was changed",)
    other = rooms(tmp_path / "other.db", wall)
    for line, says in (
        (with_it.replace('"author"', '"writer"', 1), "needs n, made, author, body"),
        (with_it.replace('"n": 1', '"n": "1"', 1), "is not int"),
        (with_it.replace("follow_through", "follow_thru"), "nothing that is kept beside"),
        (with_it.replace('"n": 1', f'"n": {2**70}', 1), "out of bounds"),
        (re.sub('"made": [0-9.]+', '"made": 1e20', with_it, count=1), "made: 1e.20 is out of bounds"),
        (re.sub('"made": [0-9.]+', '"made": NaN', with_it, count=1), "made: nan is out of bounds"),
        (re.sub('"body": "({.*?})"', '"body": "[]"', with_it, count=1), "follow_through: a row cannot be read"),
        (with_it.replace("a check", r"\\ud800"), "a row cannot be read"),
        (with_it.replace('"by": "', r'"by": "\u0000', 1), "clock, by: .* is out of bounds"),
        (with_it.replace('"what": "start"', '"what": "sing"', 1), "clock: a row cannot be read"),
        (with_it.replace(r'{\"item\"', r'{\"author\": \"Eve\", \"item\"', 1), "author is there twice"),
        ('{"beside": []}', "not JSON"),
    ):
        with pytest.raises(DrillError, match=says):
            take_in(other.store, "\n".join([*record, line, ""]), "file")
        assert other.store.ids() == []
    for at in ("1e20", "-1", "1" + "0" * 400, "NaN", '"soon"'):
        line = re.sub('"(created|ended)": [0-9.]+', rf'"\1": {at}', with_it)
        arrived = other.store.drill(take_in(other.store, "\n".join([*record, line, ""]), "file").drill)
        assert arrived.created == arrived.ended == other.store.now()
        delete(other.store, arrived.id)
    assert take_in(other.store, "\n".join([*record, ""]), "file").drill, "a file of before holds nothing beside"
    other.store.close()


def test_a_drill_that_is_deleted_takes_it_along(played: Played) -> None:
    place, room, ana, _ = played
    afterwards.write(place.store, room, ana, "retro", {"slowed": "the flag"}, {})
    afterwards.give(place.store, room, ana, {"next": "a flood"}, named=False)
    delete(place.store, room.row.id)
    with place.store.transaction(writes=False) as connection:
        left = [connection.scalar(select(func.count()).select_from(one)) for one in
                (t.follow_ups, t.lessons, t.lessons_given)]  # fmt: skip
    assert left == [0, 0, 0]

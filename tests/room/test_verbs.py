"""A verb of the room is done once under its key: sent again, after a restart, from two processes at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import acts
from simulator.errors import AccessDenied
from simulator.room import verbs
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from simulator.room.verbs import AGAIN, Answered
from tests.room.rooms import Wall, hosted, lines, rooms, say

People = dict[str, Participant]
ASKED = acts.ProbeTeam(questions=("leads", "update"))


def _paused(room: Room, people: People, place: Rooms) -> str:
    room.pause(people["Hana"])
    return "paused"


def _noted(room: Room, people: People, place: Rooms) -> str:
    room.note(people["Hana"], "note", text="seen")
    return "noted"


def _swapped(room: Room, people: People, place: Rooms) -> str:
    room.seats.swap(people["Hana"], *(place.store.participant(people[name].id) for name in ("Ana", "Bo")))  # type: ignore[arg-type]
    return "swapped"


def _frozen(room: Room, people: People, place: Rooms) -> str:
    return str(room.freeze(people["Hana"], ASKED).refusal)


def _said(room: Room, people: People, place: Rooms) -> str:
    return str(room.submit(say("once"), people["Ana"]).refusal)


def _rewound(room: Room, people: People, place: Rooms) -> str:
    return place.rewind(room, people["Hana"], 10).row.code


def _refused(room: Room, people: People, place: Rooms) -> str:
    room.note(people["Ana"], "note", text="not theirs")
    return "never"


VERBS: dict[str, Callable[[Room, People, Rooms], str]] = {
    "paused": _paused, "noted": _noted, "swapped": _swapped, "frozen": _frozen, "said": _said, "rewound": _rewound,
}  # fmt: skip


def team(path: Path, wall: Wall) -> tuple[Rooms, Room, People]:
    place = rooms(path, wall)
    room, host = hosted(place, "Hana")
    people = {"Hana": host}
    for name, seat in (("Ana", "commander"), ("Bo", "deputy")):
        _, people[name] = place.join(room, name, seat)
    room.start(host)
    wall.pass_(100)
    return place, room, people


def state(place: Rooms, room: Room, people: People) -> object:
    """Return all that a verb can change."""
    store, ident = place.store, room.row.id
    seats = [(one.name, one.seat) for one in store.participants(ident)]
    texts = [note.text for note in room.notes(people["Hana"])]
    return lines(room), [mark.what for mark in store.marks(ident)], seats, texts, len(store.ids())


@pytest.mark.parametrize("name", VERBS)
def test_what_arrives_again_is_answered_and_not_done_again(path: Path, wall: Wall, name: str) -> None:
    place, room, people = team(path, wall)
    before = state(place, room, people)
    first = room.once(people["Hana"], "k1", lambda: VERBS[name](room, people, place))
    after = state(place, room, people)
    assert first.ok
    assert after != before
    assert room.once(people["Hana"], "k1", lambda: VERBS[name](room, people, place)) == first
    # Another process, as after a restart.
    other = rooms(path, wall)
    there = other.open(room.row.id)
    assert there.once(people["Hana"], "k1", lambda: VERBS[name](there, people, other)) == first
    assert state(place, room, people) == after


@pytest.mark.parametrize("name", VERBS)
def test_two_processes_that_begin_at_once_do_it_once(
    path: Path, wall: Wall, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, room, people = team(path, wall)
    other = rooms(path, wall)
    there = other.open(room.row.id)
    there.briefing("commander")  # it has the drill as it was before
    first = room.once(people["Hana"], "k1", lambda: VERBS[name](room, people, place))
    after = state(place, room, people)
    # The second one looked when nothing was there yet, and then did all of it.
    monkeypatch.setattr(verbs, "_begun", lambda *_: False)
    if name != "paused":  # by now it is paused, which is what it would say
        assert there.once(people["Hana"], "k1", lambda: VERBS[name](there, people, other)) == first
    assert state(place, room, people) == after
    assert state(other, there, people) == after


def test_what_changed_nothing_is_asked_again(path: Path, wall: Wall) -> None:
    place, room, people = team(path, wall)
    for _ in range(2):
        found = room.once(people["Hana"], "k1", lambda: _refused(room, people, place))
        assert found == Answered(False, "only the facilitator may do that")
    assert room.once(people["Hana"], "k1", lambda: _noted(room, people, place)) == Answered(True, "noted")
    # A key is one person's own.
    with pytest.raises(AccessDenied):
        room.check_hosts(people["Ana"])
    assert room.once(people["Ana"], "k1", lambda: _said(room, people, place)).ok
    assert sum('"once"' in line for line in lines(room)) == 1


def test_of_what_was_done_by_a_process_that_died_it_is_said_that_it_was(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, room, people = team(path, wall)

    def dies() -> str:
        _noted(room, people, place)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.once(people["Hana"], "k1", dies)
    monkeypatch.setattr(verbs, "WAITS", 0.0)
    assert room.once(people["Hana"], "k1", lambda: _noted(room, people, place)) == AGAIN
    assert [note.text for note in room.notes(people["Hana"])] == ["seen"]

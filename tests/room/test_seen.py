"""A database that is slow or away: whoever looks sees what was shown last, whoever writes is told, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator import acts
from simulator.briefing import Briefing
from simulator.errors import AccessDenied, StoreError
from simulator.record.tracked import AlertState, Stretch, Tenure
from simulator.room import seen
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from tests.room.rooms import Wall, rooms, say, solo


@pytest.fixture
def played(place: Rooms) -> tuple[Room, Participant]:
    room, ana = solo(place)
    room.submit(say("before"), ana)
    look(room)
    return room, ana


def look(room: Room) -> Any:
    """Return what every page asks a room for."""
    drawn = room.shared("commander", "feed", lambda b: [str(entry.body) for entry in b.entries])
    return room.version, room.ended, room.briefing("commander").now, drawn, room.truth("now", lambda engine: engine.now)


def away(*_: Any, **__: Any) -> Any:
    raise StoreError("the database does not answer")


def test_a_database_that_is_away_leaves_everybody_the_last_that_was_shown(
    played: tuple[Room, Participant], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    before = look(room)
    asked: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(room._store, "heads", lambda *_: asked.append(1) or away())
        wall.sleep(1)
        for _ in range(20):
            assert look(room) == before
        assert len(asked) == 1, "a store that is away is asked once a second, not by everybody"
        assert room.stands() == "The drill stands still: the database does not answer. It goes on when that is mended."
        with pytest.raises(StoreError, match="does not answer"):
            room.submit(say("meanwhile"), ana)
        with pytest.raises(StoreError):
            room.shared("commander", "never drawn before", lambda b: b)
    wall.pass_(6)
    assert look(room)[0][1] >= before[0][1] + 5
    assert room.stands() == ""


@pytest.mark.parametrize("what", ["submit", "pause"])
def test_whoever_writes_while_the_database_is_slow_holds_up_nobody_who_looks(
    played: tuple[Room, Participant], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    room, ana = played
    before = look(room)
    waits, go = threading.Event(), threading.Event()
    name = {"submit": "append", "pause": "add_mark"}[what]
    write = getattr(room._store, name)

    def slow(*args: Any, **more: Any) -> Any:
        waits.set()
        assert go.wait(60)
        return write(*args, **more)

    monkeypatch.setattr(room._store, name, slow)
    monkeypatch.setattr(seen, "LOOK_WAITS", 0.01)
    monkeypatch.setattr(seen, "WRITE_WAITS", 0.01)
    act = {"submit": lambda: room.submit(say("slowly"), ana), "pause": lambda: room.pause(ana)}[what]
    writer = threading.Thread(target=act)
    writer.start()
    assert waits.wait(60)
    began = time.thread_time()
    assert look(room) == before
    with pytest.raises(StoreError, match="Nothing of this was stored: try again"):
        room.submit(say("in the queue"), ana)
    assert time.thread_time() - began < 1
    go.set()
    writer.join(60)
    words = [str(getattr(entry.body, "text", "")) for entry in room.briefing("commander").entries]
    assert "in the queue" not in words
    assert ("slowly" in words) == (what == "submit")


def test_a_first_look_waits_until_the_drill_is_rebuilt(
    played: tuple[Room, Participant], path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "LOOK_WAITS", 0.0)
    room = rooms(path, wall).open(played[0].row.id)
    begun, go, rebuild = threading.Event(), threading.Event(), room._live._rebuild

    def slow() -> Any:
        begun.set()
        assert go.wait(60)
        return rebuild()

    monkeypatch.setattr(room._live, "_rebuild", slow)
    first = threading.Thread(target=lambda: look(room))
    first.start()
    assert begun.wait(60)
    threading.Timer(0.2, go.set).start()
    assert look(room) == look(played[0])
    first.join(60)


def test_what_could_not_be_stored_is_shown_to_nobody(
    played: tuple[Room, Participant], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    wall.pass_(70)
    before = room.briefing("commander")
    page = before.alerts()[0].alert

    def known(b: Briefing) -> tuple[str | None, int | None]:
        return b.incident.holder("commander"), b.incident.alerts[page].acknowledged

    assert known(before) == (None, None)
    monkeypatch.setattr(room._store, "append", away)
    for command in (acts.AssignRole(role="commander", to="commander"), acts.AcknowledgePage(alert=page)):
        with pytest.raises(StoreError):
            room.submit(command, ana)
    monkeypatch.setattr(room._store, "heads", away)
    wall.sleep(1)
    assert known(room.briefing("commander")) == known(before) == (None, None)


def test_an_incident_that_is_shown_holds_nothing_that_is_changed_in_place(place: Rooms, wall: Wall) -> None:
    room, ana = solo(place)
    room.submit(acts.AssignRole(role="commander", to="commander"), ana)
    wall.pass_(70)

    def parts(value: Any) -> Iterator[Any]:
        """Yield every container and record in a value that can be changed."""
        if isinstance(value, dict | list):
            inner = [*value.values()] if isinstance(value, dict) else value
        elif is_dataclass(value) and not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            inner = [getattr(value, one.name) for one in fields(value)]
        else:
            return
        yield value
        for one in inner:
            yield from parts(one)

    incident = room.truth("incident", lambda engine: engine.incident)
    live = {id(one): type(one) for name, value in vars(incident).items() for one in parts(value)}
    assert {Tenure, Stretch, AlertState} <= {*live.values()}
    shown = vars(seen.still(incident))
    assert {name for name, value in shown.items() for one in parts(value) if id(one) in live} == set()


def test_what_is_shown_is_made_once_a_version(played: tuple[Room, Participant]) -> None:
    room, ana = played
    made: list[int] = []
    for _ in range(3):
        room.shared("commander", "counted", lambda b: made.append(b.now))
    assert len(made) == 1
    room.submit(say("news"), ana)
    room.shared("commander", "counted", lambda b: made.append(b.now))
    assert len(made) == 2


def test_what_no_journal_tells_is_asked_once_a_second_by_all_who_look(
    played: tuple[Room, Participant], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    asked: list[str] = []
    for what in ("branches", "participants"):
        ask = getattr(room._store, what)
        monkeypatch.setattr(room._store, what, lambda drill, what=what, ask=ask: asked.append(what) or ask(drill))

    def looked() -> list[str]:
        asked.clear()
        for _ in range(6):
            assert room.second_lives() == ()
            assert room.seats.free_people() == []
            assert room.as_is(ana) == ana
        return sorted(asked)

    wall.sleep(seen.TOLD_SECONDS)
    assert looked() == ["branches", "participants"]
    assert looked() == []
    wall.sleep(seen.TOLD_SECONDS)
    assert looked() == ["branches", "participants"]
    room.sign_out(ana)
    with pytest.raises(AccessDenied):
        room.as_is(ana)
    assert asked[-1] == "participants", "who was signed out here is known at once"


def test_whoever_looks_while_the_store_is_slow_waits_for_nobody_who_asks_it(
    played: tuple[Room, Participant], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    room.as_is(ana)
    asked: list[str] = []
    at, go, ask = threading.Event(), threading.Event(), room._store.participants

    def slow(drill: str) -> list[Participant]:
        asked.append(drill)
        at.set()
        assert go.wait(60)
        wall.sleep(5 * seen.TOLD_SECONDS)
        return ask(drill)

    monkeypatch.setattr(room._store, "participants", slow)
    wall.sleep(seen.TOLD_SECONDS)
    first = threading.Thread(target=room.as_is, args=(ana,))
    first.start()
    try:
        assert at.wait(60)
        others = [threading.Thread(target=room.as_is, args=(ana,), daemon=True) for _ in range(4)]
        for other in others:
            other.start()
        for other in others:
            other.join(5)
        assert not any(other.is_alive() for other in others)
    finally:
        go.set()
        first.join(60)
    assert room.as_is(ana) == ana
    assert len(asked) == 1, "what took long to be told holds from then on"


def test_what_was_asked_for_before_somebody_was_signed_out_is_asked_again(
    played: tuple[Room, Participant], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    ask = room._store.participants

    def meanwhile(drill: str) -> list[Participant]:
        found = ask(drill)
        monkeypatch.setattr(room._store, "participants", ask)
        room.sign_out(ana)
        return found

    monkeypatch.setattr(room._store, "participants", meanwhile)
    wall.sleep(seen.TOLD_SECONDS)
    room.as_is(ana)
    with pytest.raises(AccessDenied):
        room.as_is(ana)


def test_a_press_asks_the_store_for_news_once_before_it_is_written(
    played: tuple[Room, Participant], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ana = played
    asked: list[str] = []
    heads = room._store.heads
    monkeypatch.setattr(room._store, "heads", lambda drill: asked.append(drill) or heads(drill))
    room.submit(say("once"), ana)
    assert len(asked) == 1


def test_a_drill_that_somebody_is_at_for_long_holds_up_no_other(
    place: Rooms, played: tuple[Room, Participant], wall: Wall
) -> None:
    slow, other = played[0], solo(place)[0]
    place.advance_running()
    before, at, go = look(other), threading.Event(), threading.Event()

    def hold() -> None:
        with slow._seen.writing():
            at.set()
            assert go.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert at.wait(60)
        for _ in range(8):
            wall.sleep(0.5)
            place.advance_running()
        assert look(other)[0][1] == before[0][1] + 4
        assert other.stands() == ""
        assert slow.stands() == f"The drill stands still: {seen.SLOW}. It goes on when that is mended."
    finally:
        go.set()
        holder.join(60)
    wall.sleep(0.5)
    place.advance_running()
    assert slow.stands() == ""
    assert slow.clock.away is None, "four seconds are no gap"


def test_all_who_see_the_same_are_shown_one_incident_until_there_is_more_on_record(
    played: tuple[Room, Participant], wall: Wall
) -> None:
    room, ana = played
    mine, theirs = room.briefing("commander"), room.briefing("deputy")
    assert mine.incident is theirs.incident
    wall.pass_(2)
    later = room.briefing("commander")
    assert later.now > mine.now
    assert (later.incident is mine.incident) == (later.entries == mine.entries)
    room.submit(acts.AssignRole(role="commander", to="commander"), ana)
    assert room.briefing("deputy").incident.holder("commander") == "commander"
    assert theirs.incident.holder("commander") is None, "what was shown stays as it is"

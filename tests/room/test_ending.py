"""The end of a drill: the record is frozen, scored, and stays readable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import acts
from simulator.engine import Engine
from simulator.errors import DrillError, StoreError
from simulator.record.journal import parse
from simulator.room import results
from simulator.room.archive import export
from simulator.room.finish import Finishing
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.room.rooms import Wall, end_of, hosted, record_of, rooms, say, solo
from tests.simulator.toy import toy


def score(
    loaded: Any, journal: Any, progress: Callable[[float], None]
) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    progress(0.5)
    yield {"null": len(journal.entries)}, {"playbook": "recovery", "total": 42}


def test_ending_freezes_the_record_and_scores_it(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place, seat="comms")
    wall.pass_(400)
    assert room.record() is None
    end_of(room, person)
    record = record_of(room)
    kinds = [entry.body.kind for entry in record]
    assert kinds[-1] == "horizon_reached"
    assert "drill_ended" in kinds
    assert record.references == {"null": len(kinds)}
    assert room.scorecard() == {"playbook": "recovery", "total": 42}
    assert (room.finishing.progress, room.finishing.problem) == (1.0, None)
    assert room.clock.state == "stopped"
    with pytest.raises(DrillError, match="debrief"):
        room.submit(say("too late"), person)
    with pytest.raises(DrillError, match="debrief"):
        room.pause(person)
    room.end(person)


@pytest.mark.parametrize(("opens", "emergency", "how"), [
    (hosted, False, "early"), (hosted, True, "stopped"), (solo, False, "time"), (solo, True, "stopped"),
])  # fmt: skip
def test_the_record_says_whether_a_facilitator_ended_a_drill_early_or_somebody_left_their_own(
    path: Path, wall: Wall, opens: Any, emergency: bool, how: str
) -> None:
    room, person = opens(rooms(path, wall, score))
    room.end(person, emergency=emergency)
    room.finishing.wait(60)
    (ended,) = (entry for entry in record_of(room) if isinstance(entry.body, acts.EndDrill))
    assert (ended.role, ended.body.how) == ("facilitator", how)
    assert room.stopped_for_real == emergency


def test_a_row_that_cannot_be_kept_leaves_no_drill_unscored(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> bool:
        raise StoreError("value too long")

    monkeypatch.setattr(results, "keep", refused)
    room, person = solo(rooms(path, wall, score))
    end_of(room, person)
    assert room.scorecard() == {"playbook": "recovery", "total": 42}
    record = record_of(room)
    assert record.references is not None


def test_time_ends_a_drill_that_nobody_ends(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)
    room.speed(person, 60)
    wall.pass_(40)
    assert place.store.running() == []
    record = record_of(room)
    assert [entry.body.how for entry in record if entry.body.kind == "drill_ended"] == ["time"]
    room.finishing.wait(10)


def test_a_finished_record_stays_readable_after_its_scenario_changed(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)
    wall.pass_(100)
    end_of(room, person)
    loaded = toy()
    other = rooms(path, wall, load=lambda *_: type(loaded)(loaded.scenario, loaded.make_world, "new", {}))
    again = other.open(room.row.id)
    assert again.ended
    assert again.problem is None
    record = record_of(again)
    text = "\n".join(export(other.store, room.row.id)) + "\n"
    assert list(parse(text, "export").lines()) == list(record.lines())
    assert other.lobby(again).state == "over"


def test_failed_scoring_is_shown_and_can_be_tried_again(path: Path, wall: Wall) -> None:
    tries: list[int] = []

    def flaky(loaded: Any, journal: Any, progress: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise DrillError("no playbook")
        return score(loaded, journal, progress)

    room, person = solo(rooms(path, wall, flaky))
    end_of(room, person)
    assert room.finishing.problem == "no playbook"
    assert room.scorecard() is None
    room.finishing.begin()
    room.finishing.wait(10)
    assert room.scorecard() is not None


def test_the_score_stands_before_all_that_stands_beside_it_is_made(path: Path, wall: Wall) -> None:
    go_on = threading.Event()

    def slowly(loaded: Any, journal: Any, progress: Any) -> Any:
        yield None, {"total": 42}
        assert go_on.wait(10)
        yield {"null": 1}, {"total": 42, "spread": 3}

    place = rooms(path, wall, slowly)
    room, person = solo(place)
    room.end(person)
    while room.scorecard() is None:
        room.finishing.wait(0.01)
    assert room.scorecard() == {"total": 42}
    record = record_of(room)
    assert record.references is None
    go_on.set()
    room.finishing.wait(10)
    whole = record_of(room)
    assert (room.scorecard(), whole.references) == ({"total": 42, "spread": 3}, {"null": 1})


def test_what_a_dead_process_left_half_made_is_made_by_the_next(path: Path, wall: Wall) -> None:
    def half(loaded: Any, journal: Any, progress: Any) -> Any:
        yield None, {"total": 42}

    room, person = solo(rooms(path, wall, half))
    end_of(room, person)
    again = rooms(path, wall, score).open(room.row.id)
    wall.pass_(120)
    assert again.scorecard() == {"total": 42}
    record = record_of(again)
    assert record.references is None
    again.finishing.wait(10)
    whole = record_of(again)
    assert whole.references is not None


def test_a_record_left_unscored_by_a_dead_process_is_scored_by_the_next(path: Path, wall: Wall) -> None:
    room, person = solo(rooms(path, wall))
    room.end(person)
    again = rooms(path, wall, score).open(room.row.id)
    assert again.scorecard() is None
    again.finishing.wait(1)
    assert again.scorecard() is None
    wall.pass_(120)
    assert again.scorecard() is None
    again.finishing.wait(10)
    assert again.scorecard() is not None


@pytest.mark.parametrize("away", ["record", "add_references", "save_scorecard"])
def test_a_score_that_the_database_was_away_for_is_made_when_it_is_back(
    path: Path, wall: Wall, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)

    def gone(*args: object) -> None:
        raise StoreError("the database does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(place.store, away, gone)
        end_of(room, person)
    assert room.finishing.problem is None
    assert (room.scorecard() is None) == (away != "add_references")
    wall.pass_(120)
    room.scorecard(), room.record()  # whoever asks for what is missing has it made
    room.finishing.wait(10)
    whole = record_of(room)
    assert whole.references is not None
    assert room.scorecard() == {"playbook": "recovery", "total": 42}


class Killed(BaseException):
    """The process is gone."""


def kill(*_: Any, **__: Any) -> None:
    raise Killed


ENDINGS: dict[str, Callable[[Room, Participant, Wall], object]] = {
    "by the host": lambda room, person, _: room.end(person),
    "by command": lambda room, person, _: room.submit(acts.EndDrill(how="time"), person),
    "by time": lambda room, person, wall: (room.speed(person, 60), wall.pass_(40)),
    "before the start": lambda room, person, _: room.end(person),
}


@pytest.mark.parametrize("point", ["append", "run_to_horizon", "freeze", "begin"])
@pytest.mark.parametrize("how", ENDINGS)
def test_killed_at_any_point_of_its_end_a_drill_is_over_and_scored_or_goes_on(
    path: Path, wall: Wall, monkeypatch: pytest.MonkeyPatch, how: str, point: str
) -> None:
    place = rooms(path, wall, score)
    room = place.create("toy", seed=7).room
    _, person = place.join(room, "Ana", "commander")
    if how != "before the start":
        room.start(person)
        wall.pass_(30)
    owner: Any = {"append": Store, "run_to_horizon": Engine, "freeze": Store, "begin": Finishing}[point]
    with monkeypatch.context() as patch:
        patch.setattr(owner, point, kill)
        if (how, point) == ("by time", "append"):
            ENDINGS[how](room, person, wall)
        else:
            with pytest.raises(Killed):
                ENDINGS[how](room, person, wall)
    wall.kill(place)
    again = rooms(path, wall, score)
    wall.pass_(6)
    found = again.open(room.row.id)
    if point == "append" and how != "by time":
        assert (found.ended, found.clock.state) == (False, "waiting" if how == "before the start" else "running")
        ENDINGS[how](found, person, wall)
    assert found.ended
    assert again.store.running() == []
    assert again.store.drill(room.row.id).ended is not None
    assert (again.store.marks(room.row.id)[-1].what == "stop") == (how != "by time")
    record = record_of(found)
    assert [entry.body.kind for entry in record].count("drill_ended") == 1
    wall.sleep(120)
    found.scorecard()
    found.finishing.wait(10)
    assert found.scorecard() is not None


def test_people_are_shown_what_happened_until_they_left_and_the_record_has_the_rest(
    place: Rooms, path: Path, wall: Wall
) -> None:
    room, ana = solo(place)
    wall.pass_(100)
    room.end(ana)
    shown = room.briefing("commander").entries
    assert shown[-1].body.kind == "drill_ended"
    record = record_of(room)
    assert record.entries[-1].at > shown[-1].at
    # So it is in a process that comes later.
    assert rooms(path, wall).open(room.row.id).briefing("commander").entries == shown


def test_whoever_looks_after_the_end_sees_the_drill_as_people_left_it(place: Rooms, path: Path, wall: Wall) -> None:
    room, ana = solo(place)
    room.start(ana)
    wall.pass_(150)
    room.advance()
    before = room.briefing("commander")
    room.end(ana)
    frozen = record_of(room)
    assert frozen.entries[-1].at > before.now
    for where in (room, rooms(path, wall).open(room.row.id)):
        after = where.briefing("commander")
        assert (after.now, after.ended) == (before.now, "time")
        assert after.alerts() == before.alerts()
        assert after.entries[: len(before.entries)] == before.entries
        assert {entry.body.kind for entry in after.entries[len(before.entries) :]} <= {"end_drill", "drill_ended"}
        assert where.truth("now", lambda engine: engine.now) == before.now

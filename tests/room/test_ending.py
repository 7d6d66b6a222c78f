"""The end of a drill: the record is frozen, scored, and stays readable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import DrillError
from simulator.record.journal import parse
from simulator.room.rooms import export
from tests.room.rooms import Wall, rooms, say, solo
from tests.simulator.toy import toy


def score(loaded: Any, journal: Any, progress: Callable[[float], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    progress(0.5)
    return {"null": len(journal.entries)}, {"playbook": "recovery", "total": 42}


def test_ending_freezes_the_record_and_scores_it(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place, seat="comms")
    wall.pass_(400)
    assert room.record() is None
    room.end(person)
    room.finishing.wait(10)
    record = room.record()
    assert record is not None
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


def test_time_ends_a_drill_that_nobody_ends(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)
    room.speed(person, 60)
    wall.pass_(40)
    assert place.store.running() == []
    record = room.record()
    assert record is not None
    assert [entry.body.how for entry in record if entry.body.kind == "drill_ended"] == ["time"]
    room.finishing.wait(10)


def test_a_finished_record_stays_readable_after_its_scenario_changed(path: Path, wall: Wall) -> None:
    place = rooms(path, wall, score)
    room, person = solo(place)
    wall.pass_(100)
    room.end(person)
    room.finishing.wait(10)
    loaded = toy()
    other = rooms(path, wall, load=lambda *_: type(loaded)(loaded.scenario, loaded.make_world, "new", {}))
    again = other.open(room.row.id)
    assert again.ended
    assert again.problem is None
    record = again.record()
    assert record is not None
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
    room.end(person)
    room.finishing.wait(10)
    assert room.finishing.problem == "no playbook"
    assert room.scorecard() is None
    room.finishing.begin()
    room.finishing.wait(10)
    assert room.scorecard() is not None


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

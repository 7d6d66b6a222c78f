"""A facilitator's own points: kept beside the scorecard, by nobody else, and only for what has points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analytics import playbook
from scenarios.loader import load
from simulator import acts
from simulator.errors import AccessDenied, DrillError
from simulator.room.room import Room
from simulator.room.rooms import Opened, Rooms
from simulator.room.store import Participant, Store

CARD: dict[str, Any] = {
    "total": 50, "parts": [{"id": "p", "criteria": [
        {"id": "B1a", "status": "partial", "points": 1.0, "out_of": 2.0},
        {"id": "G2", "status": "not_applicable", "points": 0.0, "out_of": 0.0},
    ]}],
}  # fmt: skip


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Rooms, Opened]:
    rooms = Rooms(
        Store(str(tmp_path / "d.db")), load, lambda *given: [({}, dict(CARD))],
        lambda name: playbook.load(name).played(),
    )  # fmt: skip
    return rooms, rooms.create("auth_token", seed=7, hosted=True)


def finished(rooms: Rooms, opened: Opened) -> tuple[Room, Participant, Participant]:
    _, host = rooms.facilitate(opened.room, "Fo", opened.key)
    _, ana = rooms.join(opened.room, "Ana", "commander")
    opened.room.start(host)
    opened.room.submit(acts.EndDrill(how="stopped"), host)
    assert opened.room.ended
    opened.room.finishing.wait(30)
    return opened.room, host, ana


def test_a_drill_keeps_its_playbook_and_is_scored_with_it(opened: tuple[Rooms, Opened]) -> None:
    rooms, one = opened
    head = rooms.store.drill(one.room.row.id).header
    assert head.playbook == playbook.load().played()
    assert one.room.playbook == "recovery"
    room, *_ = finished(rooms, one)
    assert rooms.store.scorecard(room.row.id, "recovery") == CARD == room.scorecard()
    with pytest.raises(DrillError, match="unknown playbook 'recovary'; did you mean 'recovery'"):
        rooms.create("auth_token", playbook="recovary")


def test_the_facilitator_corrects_and_the_card_stays_as_it_is(opened: tuple[Rooms, Opened]) -> None:
    room, host, ana = finished(*opened)
    room.correct(host, "B1a", 2.0, "  They knew it   from the call ")
    (kept,) = room.corrections()
    assert {"n": 1, "author": "Fo", "playbook": "recovery", "criterion": "B1a", "points": 2.0, "out_of": 2.0,
            "was": 1.0, "reason": "They knew it from the call"}.items() <= kept.items()  # fmt: skip
    assert room.scorecard() == CARD
    room.correct(host, "B1a", 1.5, "On second thoughts")
    assert [one["points"] for one in room.corrections()] == [2.0, 1.5]
    with pytest.raises(AccessDenied, match="only the facilitator"):
        room.correct(ana, "B1a", 2.0, "Because I say so")


@pytest.mark.parametrize(
    ("criterion", "points", "reason", "says"),
    [
        ("B1a", 3.0, "Too much", "B1a has 0 to 2 points"),
        ("B1a", -1.0, "Too little", "B1a has 0 to 2 points"),
        ("B1a", float("nan"), "No number", "B1a has 0 to 2 points"),
        ("G2", 0.0, "Nothing to give", "G2 is no finding of this scorecard that has points"),
        ("X", 1.0, "There is none", "X is no finding"),
        ("B1a", 1.0, " x ", "say why in 3 to 400 characters"),
        ("B1a", 1.0, "x" * 401, "say why in 3 to 400 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    opened: tuple[Rooms, Opened], criterion: str, points: float, reason: str, says: str
) -> None:
    room, host, _ = finished(*opened)
    with pytest.raises(DrillError, match=says):
        room.correct(host, criterion, points, reason)
    assert room.corrections() == []

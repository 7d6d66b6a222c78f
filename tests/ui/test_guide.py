"""The guide of a first drill: each step is done when the record says so, in the order of a drill by the book."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from simulator.briefing import briefing
from simulator.room.rooms import Rooms
from tests.played import under_way
from ui.documents.known import SeatView
from ui.live.guide import guide, guides


def shown(at: int) -> tuple[int, str]:
    """Return how many steps are done at a second of a drill by the book, and the words of the next one."""
    engine = under_way("auth_token", "by_the_book", 7, at)
    (piece,) = guide(SeatView(briefing(engine, "commander")))
    done = re.search(r"(\d+) of 12", piece.html)
    assert done is not None
    assert piece.html.count('class="done"') == int(done[1])
    return int(done[1]), piece.html


def test_a_drill_by_the_book_goes_through_the_guide() -> None:
    found = [shown(60 * minute) for minute in (0, 3, 5, 10, 20, 55)]
    counts = [count for count, _ in found]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert "Let the page come." in found[0][1]
    assert "It is there." in found[0][1]
    assert counts[-1] == 12
    assert "debrief" in found[-1][1]
    opened = [re.findall('data-open="([a-z_]+)"', html) for _, html in found]
    assert opened[0] == opened[-1] == []
    assert opened[1] == ["record_option"], "a step that takes a form opens it"


@pytest.mark.parametrize(
    ("how", "has"),
    [({"difficulty": "novice"}, True), ({}, False), ({"difficulty": "novice", "mode": "assessment"}, False),
     ({"difficulty": "novice", "hosted": True}, False)],
)  # fmt: skip
def test_only_novices_who_train_alone_have_one(rooms: Rooms, how: dict[str, object], has: bool) -> None:
    make: Callable[..., object] = rooms.create
    assert guides(make("auth_token", seed=7, **how).room) is has  # type: ignore[attr-defined]

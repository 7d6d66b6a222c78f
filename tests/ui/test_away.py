"""A drill that stands still though nobody paused it: every page that shows the pause says why, and who goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from simulator.room.clock import Beat, ClockMark
from simulator.room.clock_log import ClockLine
from simulator.room.live import LOOK_SECONDS
from simulator.room.rooms import Rooms
from tests.ui import live
from tests.ui.test_pages import texts
from ui.session import Here

Open = Callable[..., AppTest]


def gone(rooms: Rooms, mode: str) -> tuple[Here, Here]:
    """Return the host and the commander of a drill whose server was away for two hours."""
    opened = rooms.create("auth_token", hosted=True, seed=7, mode=mode)  # type: ignore[arg-type]
    room = opened.room
    token, flo = rooms.facilitate(room, "Flo", opened.key)
    host = Here(room, flo, token)
    token, ana = rooms.join(room, "Ana", "commander")
    room.start(flo)
    gap = ClockMark(-60.0, "away", 7200.0, "server", rooms.store.now())
    rooms.store.add_mark(room.row.id, ClockLine(2, gap, Beat(2, -60.0, gap.wall)))
    time.sleep(LOOK_SECONDS)  # what another server wrote is seen then
    return host, Here(room, ana, token)


@pytest.mark.parametrize("mode", ["training", "assessment"])
def test_a_gap_is_told_to_everybody_and_resumed_by_whoever_may(mode: str, rooms: Rooms, open_app: Open) -> None:
    host, ana = gone(rooms, mode)
    said = "At T-01:00 the server was away for 2 h; nothing happened meanwhile."
    free = mode == "training"
    app = open_app(drill=host.room.row.code)
    assert f"{said} {'Anybody in a seat can resume' if free else 'The host resumes'} from there." in texts(app)
    assert f"{said} {'Resume to go on' if free else 'The host resumes'} from there." in live.texts(ana)
    assert ("Resume" in live.screen(ana)["clock"]) is free
    assert live.press(ana if free else host, "room.clock", do="resume")["ok"]
    assert (host.room.clock.state, host.room.stands()) == ("running", "")

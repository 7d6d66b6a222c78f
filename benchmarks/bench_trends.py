"""What a look at ten thousand scored drills costs beside a look at a hundred: processor time and memory, in one run.

The rows are made up: recorded scorecards with chance laid over.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from analytics.report.sample import samples
from scenarios.loader import load
from simulator.room import results
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.ui.browsing import Browser
from ui import session
from ui.app_pages.trends import COURSE, DRILLS, GAPS, PEOPLE, TEAMS, VIEW
from ui.parts.live import SERVER

FEW, MANY = 100, 10_000
RATIO = 2.0
ROUNDS = 3
KEPT = "teams of this benchmark"
VIEWS = (DRILLS, COURSE, PEOPLE, GAPS, TEAMS)


def filled(folder: Path, number: int) -> tuple[Rooms, str]:
    """Return a store with a team that has so many scored drills, and what its member's browser keeps."""
    store = Store(str(folder / f"{number}.db"))
    place = Rooms(store, load)
    own = place.teams.found("Payments", "Ana")
    results.put(store, (replace(one, sample=False) for one in samples(number, own.team, time.time())))
    return place, place.teams.token(own)


def opened(place: Rooms, token: str) -> Browser:
    SERVER.use(lambda: place)
    app = Browser()
    app.session_state[KEPT] = token
    return app.to("trends.py")


def took(act: Callable[[], object]) -> float:
    """Return the processor seconds of the cheapest of a few times."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        act()
        seconds.append(time.process_time() - begun)
    return min(seconds)


@pytest.fixture
def cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "jar", lambda: "")
    monkeypatch.setattr(session, "team_jar", lambda: st.session_state.get(KEPT, ""))


@pytest.mark.usefixtures("cookie")
def test_ten_thousand_drills_open_and_filter_in_at_most_twice_the_time_of_a_hundred(tmp_path: Path) -> None:
    found: dict[str, list[float]] = {}
    for number in (FEW, MANY):
        place, token = filled(tmp_path, number)
        opened(place, token)
        found.setdefault("open", []).append(took(lambda place=place, token=token: opened(place, token)))
        app = opened(place, token)
        for view in VIEWS:
            app.session_state[VIEW] = view
            app.run()
            found.setdefault(view, []).append(took(app.run))
        app.session_state[VIEW] = DRILLS

        def narrow(app: Browser = app) -> None:
            for scenario in ("auth_token", ""):
                app.selectbox(key="trends-scenario").set_value(scenario).run()

        app.run()
        found.setdefault("filter", []).append(took(narrow))
        assert not app.exception
        SERVER.use(None)
        place.store.close()
    for what, (few, many) in found.items():
        print(f"{what}: {1000 * few:.0f} ms of {FEW}, {1000 * many:.0f} ms of {MANY:,}, {many / few:.2f} times")
    assert {what: many / few for what, (few, many) in found.items() if many > RATIO * few} == {}


def test_the_memory_of_a_look_is_bounded(tmp_path: Path) -> None:
    peaks = []
    for number in (FEW, MANY):
        place, _ = filled(tmp_path, number)
        tracemalloc.start()
        shown = results.window(place.store, results.Wanted(), 200)
        results.comparable(place.store, results.Wanted())
        results.count(place.store, results.Wanted())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(shown) == min(number, 200)
        rows = sum(1 for _ in results.every(place.store, results.Wanted()))
        assert rows == number
        place.store.close()
    print(f"peak of a look: {peaks[0] / 1e6:.1f} MB of {FEW} drills, {peaks[1] / 1e6:.1f} MB of {MANY:,}")
    assert peaks[1] < 4 * peaks[0]  # 200 rows instead of 100, and nothing else

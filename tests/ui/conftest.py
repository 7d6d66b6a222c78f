"""Pages without a browser: a database of its own, a drill under way, and the app as AppTest runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st

from scenarios.loader import load
from simulator.errors import UnknownName
from simulator.loaded import LoadedScenario
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.room.rooms import Wall
from tests.room.rooms import rooms as served
from tests.ui import reporting
from tests.ui.browsing import JAR, Browser
from tests.ui.commanded import Drill, Result, played
from tests.ui.debriefing import references
from ui import cli, session
from ui.cli import shared
from ui.parts.live import SERVER
from ui.reports.finished import Finished
from ui.session import Here


@pytest.fixture(autouse=True)
def cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages find their cookie where `Browser` keeps it."""
    monkeypatch.setattr(session, "jar", lambda: st.session_state.get(JAR, ""))


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """Return the registry that the pages use, over a database of this test."""
    store = Store(str(tmp_path / "drills.db"))
    made = Rooms(store, load)
    SERVER.use(lambda: made)
    yield made
    SERVER.use(None)
    store.close()


@pytest.fixture
def seat(rooms: Rooms) -> Callable[..., Here]:
    """Return `seat(role, until)`: somebody practising alone, with the clock at drill second `until`."""

    def sit(role: str = "commander", until: int = 120, mode: str = "training") -> Here:
        room = rooms.create("auth_token", seed=7, mode=mode).room  # type: ignore[arg-type]
        token, person = rooms.join(room, "Ana", role)
        room.start(person)
        while room.version[1] < until:
            room.skip_ahead(person, max(1, until - room.version[1]))
        return Here(room, person, token)

    return sit


@pytest.fixture
def open_app(rooms: Rooms) -> Callable[..., Browser]:
    """Return `open_app(file, here)`: the app on that page, drawn once."""

    def go(file: str = "lobby.py", here: Here | None = None, **query: str) -> Browser:
        app = Browser()
        if here is not None:
            app.hold(here.token)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if file != "lobby.py":
            app.switch_page(f"app_pages/{file}").run()
        return app

    return go


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def place(tmp_path: Path, wall: Wall, request: pytest.FixtureRequest) -> Iterator[Rooms]:
    made = served(tmp_path / "drills.db", wall, getattr(request, "param", references))
    SERVER.use(lambda: made)
    st.cache_resource.clear()
    yield made
    SERVER.use(None)
    made.store.close()


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Drill:
    """Return `drill(*arguments)`, on the toy scenario."""

    def find(scenario: str, variant: str, difficulty: str = "standard") -> LoadedScenario:
        if scenario != "toy":
            raise UnknownName("scenario", scenario, ["toy"])
        return played()

    def run(*arguments: object) -> Result:
        code = cli.main([str(one) for one in arguments])
        caught = capsys.readouterr()
        return Result(code, caught.out, caught.err)

    monkeypatch.setattr(shared, "find", find)
    monkeypatch.setattr(shared, "played", lambda head: find(head.scenario, head.variant, head.difficulty))
    return run


@pytest.fixture
def finished() -> Callable[[str], Finished]:
    """Return `finished(name)`: a recorded drill as documents are made of it, read once."""
    return reporting.finished


@pytest.fixture(scope="session")
def followed() -> Finished:
    """Return a recorded drill that was followed through."""
    return reporting.followed_through()

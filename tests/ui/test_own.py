"""A team's own drills in the browser: brought, checked, played by the team alone, replaced, taken away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from scenarios import uploaded
from scenarios.loader import load, names
from scenarios.roots import UPLOADS
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.room.teams import Member
from simulator.room.uploads import Brought, Uploads
from tests.scenarios.drills import text
from tests.ui.browsing import Browser
from tests.ui.test_pages import texts
from ui import cli, session
from ui.library_parts import author
from ui.parts.live import SERVER

FINDING = {"level": "error", "file": "drill.yaml", "line": 3, "what": "<b>x</b> is wrong", "remedy": "mend it"}
KEPT_IN = "teams of this test"


@pytest.fixture
def finds() -> list[dict[str, Any]]:
    """Return what checks find: a test says."""
    return []


@pytest.fixture
def place(tmp_path: Path, finds: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Rooms]:
    monkeypatch.delenv(UPLOADS, raising=False)
    monkeypatch.setattr(session, "team_jar", lambda: st.session_state.get(KEPT_IN, ""))
    store = Store(str(tmp_path / "drills.db"))
    made = Rooms(store, load, uploads=Uploads(store, uploaded.load, lambda *_: list(finds), names))
    SERVER.use(lambda: made)
    yield made
    SERVER.use(None)
    store.close()


@pytest.fixture
def ana(place: Rooms) -> Member:
    return place.teams.found("Payments", "Ana")


@pytest.fixture
def opened(place: Rooms) -> Callable[..., Browser]:
    """Return `opened(page, member, **query)`: a page as a member of a team, or somebody without one, has it."""

    def go(page: str = "library.py", member: Member | None = None, **query: str) -> Browser:
        app = Browser()
        if member is not None:
            app.session_state[KEPT_IN] = place.teams.token(member)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app if page == "lobby.py" else app.switch_page(f"app_pages/{page}").run()  # type: ignore[return-value]

    return go


def bring(place: Rooms, member: Member, written: str = "") -> str:
    title = "Behind, and twice"
    found = place.uploads.bring(member, Brought("queue_twice", title, {"drill.yaml": written or text()}))
    place.uploads.wait(60)
    return found.id


def buttons(app: Browser) -> set[str]:
    return {str(one.key) for one in app.button}


@pytest.mark.slow
def test_its_team_alone_has_it_in_the_lobby_and_opens_a_drill(
    place: Rooms, ana: Member, opened: Callable[..., Browser]
) -> None:
    upload = bring(place, ana, text().replace("Behind, and twice", "<b>Behind</b>, and twice"))
    key = f"own-{ana.team}-queue_twice"
    for other in (None, place.teams.found("Storage", "Ben")):
        app = opened("lobby.py", other, scenario=key)
        assert f"practise-{key}" not in buttons(app)
        assert "solo-start" not in buttons(app)
    app = opened("lobby.py", ana)
    assert "<b>Behind" not in texts(app)
    assert "Payments’s own" in texts(app)
    app.button(key=f"practise-{key}").click().run()
    app.button(key="solo-start").click().run()
    assert not app.exception
    [row] = place.store.drills()
    assert (row.upload, row.header.scenario) == (upload, "queue_twice")
    assert place.open(row.id).problem is None


def test_its_host_is_offered_its_team_first(place: Rooms, ana: Member, opened: Callable[..., Browser]) -> None:
    bring(place, ana)
    app = opened("lobby.py", ana)
    app.button(key=f"host-own-{ana.team}-queue_twice").click().run()
    app.button(key="host-open").click().run()
    [row] = place.store.drills()
    owner = place.teams.owner(row.id)
    assert owner is not None
    assert owner.id == ana.team


def test_what_is_found_is_listed_with_line_and_remedy(
    place: Rooms, ana: Member, opened: Callable[..., Browser], finds: list[dict[str, Any]]
) -> None:
    first = bring(place, ana)
    finds.append(FINDING)
    faulty = bring(place, ana)
    app = opened("library.py", ana)
    shown = texts(app)
    stays = "1 to mend. The one you had stays in play."
    for told in (stays, "drill.yaml:3", "&lt;b&gt;x&lt;/b&gt; is wrong", "mend it"):
        assert told in shown, told
    app.button(key=f"aside-{faulty}").click().run()
    assert [one.id for one in place.uploads.of(ana.team)] == [first]
    app.button(key=f"sure-remove-{first}").click().run()
    assert place.uploads.of(ana.team) == []
    assert "is no longer there to be played" in texts(app)


def test_it_is_taken_away_by_its_team_alone_and_not_while_they_play_it(
    place: Rooms, ana: Member, opened: Callable[..., Browser]
) -> None:
    upload = bring(place, ana)

    def takes(app: Browser) -> list[str]:
        return [one.proto.label for one in app.get("download_button") if one.proto.label == "Take the file"]

    assert takes(opened("library.py", ana)) == ["Take the file"]
    for other in (None, place.teams.found("Storage", "Ben")):
        assert takes(opened("library.py", other)) == []
    room = place.create("queue_twice", upload=upload, member=ana).room
    token, _ = place.join(room, "Ana", room.loaded.scenario.lead())
    app = opened("library.py", ana).hold(token)
    app.run()
    assert takes(app) == []


def test_its_authors_page_is_for_its_team(place: Rooms, ana: Member, opened: Callable[..., Browser]) -> None:
    bring(place, ana)
    key = f"own-{ana.team}-queue_twice"
    assert "every text before it comes" not in texts(opened("library.py", None, **{author.ASKED: key}))
    app = opened("library.py", ana, **{author.ASKED: key})
    app.query_params[author.ASKED] = key
    app.run()
    assert "every text before it comes" in texts(app)
    [offer] = [one for one in place.uploads.of(ana.team) if one.state == "ready"]
    room = place.create("queue_twice", upload=offer.id, member=ana).room
    token, _ = place.join(room, "Ana", room.loaded.scenario.lead())
    app.hold(token)
    app.query_params[author.ASKED] = key
    app.run()
    assert "You are in a drill of it that is not over" in texts(app)


def test_somebody_without_a_team_is_told_how_and_a_server_may_take_none(
    opened: Callable[..., Browser], ana: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = texts(opened())
    assert "It belongs to a team, which may be you alone" in shown
    monkeypatch.setenv(UPLOADS, "0")
    for member in (None, ana):
        app = opened("library.py", member)
        assert "This server takes no drills by the browser" in texts(app)
        assert len(app.get("file_uploader")) == 0


def test_its_score_and_documents_are_had_without_the_server(
    place: Rooms, ana: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = bring(place, ana)
    room = place.create("queue_twice", upload=upload, member=ana, hosted=True).room
    person = room.seats.admit("Flo", facilitator=True)
    room.start(person)
    room.end(person)
    place.uploads.remove(ana, upload)
    data = str(tmp_path / "drills.db")

    def drill(*arguments: str) -> str:
        capsys.readouterr()
        assert cli.main(list(arguments)) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    assert "Behind, and twice" in drill("report", room.row.id, "--data", data)
    file = tmp_path / "d.jsonl"
    file.write_text(drill("export", room.row.id, "--data", data), encoding="utf-8")
    assert "Behind, and twice" in drill("report", str(file))
    card = json.loads(drill("score", str(file), "--seeds", "0", "--format", "json"))
    assert card["drill"]["title"] == "Behind, and twice"
    assert json.loads(drill("replay", str(file)))["identical"]
    other = str(tmp_path / "other.db")
    arrived = json.loads(drill("import", str(file), "--data", other))["drill"]
    assert "Behind, and twice" in drill("report", arrived, "--data", other)

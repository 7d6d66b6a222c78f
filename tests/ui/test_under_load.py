"""What a slow machine must not do to people: lose an answer, take one press for two."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from simulator import acts
from simulator.errors import StoreError
from simulator.room.rooms import Rooms
from tests.ui import live
from ui.parts.live import Server
from ui.session import Here

Open = Callable[..., AppTest]
Seat = Callable[..., Here]
ROOT = Path(__file__).resolve().parents[2]


def given(here: Here, what: type[acts.Act]) -> int:
    return sum(isinstance(entry.body, what) for entry in here.room.briefing("commander").entries)


@pytest.mark.parametrize(("act", "fields", "what"), [
    ("update_stakeholders", {"audience": "public", "status": "investigating", "next_update_minutes": 15},
     acts.UpdateStakeholders),
    ("line", {"text": "hello", "where": "channel"}, acts.PostMessage),
    ("line", {"text": "sessctl impact --now", "where": "shell"}, acts.RunQuery),
    ("line", {"text": "/ack", "where": "shell"}, acts.AcknowledgePage),
])  # fmt: skip
def test_what_arrives_twice_under_its_key_is_one_and_under_another_two(
    act: str, fields: dict[str, Any], what: type[acts.Act], seat: Seat
) -> None:
    here = seat("commander", 60)
    for _ in range(3):
        assert live.press(here, act, "key-1", **fields)["ok"]
        assert given(here, what) == 1
    again = live.press(here, act, "key-2", **fields)
    assert given(here, what) == 1 + bool(again["ok"])


def test_a_press_of_which_nobody_knows_whether_it_was_stored_is_answered_as_unknown_and_counts_once(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = seat("commander", 60)
    append = here.room._store.append

    def cut(*args: Any) -> None:
        append(*args)
        raise StoreError("the connection was cut")

    body = '{"key": "one", "act": "line", "fields": {"text": "hello", "where": "channel"}}'
    with monkeypatch.context() as patch:
        patch.setattr(here.room._store, "append", cut)
        answer = live.posted(here, body)
    assert (answer.status, json.loads(answer.text)["text"]) == (503, "The connection was cut")
    assert json.loads(live.posted(here, body).text)["ok"]
    assert given(here, acts.PostMessage) == 1


def test_what_is_searched_in_one_seat_is_not_shown_in_the_next(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)

    def search() -> str:
        app.button(key="logs").click().run()
        assert not app.exception
        (field,) = [one for one in app.text_input if str(one.key).startswith("log-text")]
        return str(field.key)

    first = search()
    here.room.seats.take(here.person, "deputy")
    assert search() != first
    here.room.seats.take(here.person, "commander")
    assert search() == first


def test_while_the_database_is_away_the_log_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    server, said = Server(), ["away", "away", "gone", ""]

    def advance() -> None:
        words = said.pop(0)
        if words:
            raise StoreError(words)

    server.use(cast("Rooms", lambda: SimpleNamespace(advance_running=advance)))
    for _ in range(4):
        asyncio.run(server._advance())
    assert [record.getMessage() for record in caplog.records] == [
        "running drills stand still: away", "running drills stand still: gone",
    ]  # fmt: skip
    assert not caplog.records[0].exc_info


def test_a_search_that_is_too_long_is_refused_in_words_and_kept(seat: Seat) -> None:
    def page(here):  # type: ignore[no-untyped-def]  # its text is the script: no name from here
        from ui.parts import explore

        explore.logs(here)

    app = AppTest.from_function(page, args=(seat("commander", 60),)).run()
    (field,) = [one for one in app.text_input if str(one.key).startswith("log-text")]
    field.set_value("x" * 201).run()
    assert not app.exception
    assert "200 characters" in str(app.error[0].value).replace("\\", "")
    assert len(str(app.get_by_key(str(field.key)).value)) == 201
    app.get_by_key(str(field.key)).set_value("x" * 200).run()
    assert not app.error


LIVES = """
import asyncio, sys, app
from ui.parts.live import SERVER

async def live():
    async with app.lifespan(app.app):
        print(all(hasattr(sys.modules.get(name), part) for name, part in (("pandas", "Series"), ("plotly", "io"))))

asyncio.run(live())
SERVER.rooms.store.close()
"""


@pytest.mark.slow
def test_what_loads_its_parts_lazily_is_loaded_before_anybody_comes(tmp_path: Path) -> None:
    environment = {**os.environ, "DRILL_DATABASE_URL": str(tmp_path / "drills.db")}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LIVES], cwd=ROOT, env=environment, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "True"

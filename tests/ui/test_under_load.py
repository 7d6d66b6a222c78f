"""What a slow machine must not do to people: lose an answer, mix two forms, take one press for two."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.testing.v1 import AppTest

from simulator import acts
from simulator.answers import Answer
from simulator.errors import StoreError
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from tests.ui.pressing import hand_in
from ui import session
from ui.parts import command_box, forms
from ui.parts.live import Server
from ui.session import Here

Open = Callable[..., AppTest]
Seat = Callable[..., Here]
ROOT = Path(__file__).resolve().parents[2]


def form(app: AppTest, group: str, kind: str) -> None:
    app.get_by_key("form_group").set_value(group).run()
    app.get_by_key("form_kind").set_value(kind).run()


def given(here: Here, what: type[acts.Act]) -> int:
    return sum(isinstance(entry.body, what) for entry in here.room.briefing("commander").entries)


def test_a_run_ends_only_when_the_loop_has_what_it_drew() -> None:
    server, taken = Server(), []
    server.use(cast("Rooms", SimpleNamespace(advance_running=lambda: None)))

    async def serve(seconds: float) -> None:
        ticking = asyncio.create_task(server.run())
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        script = threading.Thread(target=draw, args=(loop,))
        script.start()
        await asyncio.sleep(0.05)
        time.sleep(seconds)  # the loop is busy with something else
        while script.is_alive():
            await asyncio.sleep(0.01)
        ticking.cancel()

    def draw(loop: asyncio.AbstractEventLoop) -> None:
        time.sleep(0.1)
        for element in range(50):
            loop.call_soon_threadsafe(taken.append, element)
        server.hand_over()
        taken.append("over")

    asyncio.run(serve(0.4))
    assert taken == [*range(50), "over"]


def test_without_a_loop_nobody_waits() -> None:
    began = time.monotonic()
    Server().hand_over()
    assert time.monotonic() - began < 1


def test_another_form_is_drawn_at_another_place_and_the_same_one_stays_where_it_is(open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat("commander", 60))

    def place() -> int:
        return int(app.session_state[session.PLACES][forms.PLACE][1])

    seen = []
    for kind in ("update_stakeholders", "post_message", "update_stakeholders"):
        form(app, "Tell", kind)
        seen.append(place())
        app.run()
        assert place() == seen[-1]
    assert seen[0] != seen[1] != seen[2]
    assert not app.exception


def test_a_form_handed_in_by_two_quick_presses_is_handed_in_once(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)
    form(app, "Tell", "update_stakeholders")
    button = hand_in(app)
    for _ in range(3):
        button.click().run()  # as it was drawn at first, with all that stood beside it
        assert not app.exception
        assert given(here, acts.UpdateStakeholders) == 1
    assert "on the record" in app.success[0].value
    # Whoever presses what has been drawn since means a second one, even of the very same words.
    hand_in(app).click().run()
    hand_in(app).click().run()
    assert given(here, acts.UpdateStakeholders) == 3


def test_a_press_that_comes_before_the_answer_is_drawn_is_the_same_press(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, keys = seat("commander", 60), list[str]()
    submit = here.room.submit

    def twice(command: acts.Act, person: Participant, key: str) -> Answer:
        keys.append(key)
        assert submit(command, person, key) == submit(command, person, key)
        return submit(command, person, key)

    monkeypatch.setattr(here.room, "submit", twice)
    app = open_app("console.py", here)
    form(app, "Tell", "update_stakeholders")
    hand_in(app).click().run()
    app.get_by_key("typed").set_value("/ic").run()
    app.get_by_key("typed").set_value("sessctl impact --now").run()
    app.button(key="run").click().run()
    (page,) = [one for one in app.button if one.label == "Acknowledge"]
    page.click().run()
    app.chat_input[0].set_value("hello").run()
    assert not app.exception
    assert len(set(keys)) == len(keys) == 5
    wanted = (acts.UpdateStakeholders, acts.AssignRole, acts.RunQuery, acts.AcknowledgePage, acts.PostMessage)
    assert [given(here, what) for what in wanted] == [1, 1, 1, 1, 1]


def test_a_key_stays_where_nobody_knows_whether_the_command_was_stored(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)
    form(app, "Tell", "update_stakeholders")
    append = here.room._store.append

    def cut(*args: Any) -> None:
        append(*args)
        raise StoreError("the connection was cut")

    with monkeypatch.context() as patch:
        patch.setattr(here.room._store, "append", cut)
        hand_in(app).click().run()
    assert "the connection was cut" in app.error[0].value
    hand_in(app).click().run()
    assert "on the record" in app.success[0].value
    assert given(here, acts.UpdateStakeholders) == 1


def test_a_line_that_a_tick_still_holds_is_given_once(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    # AppTest types only what a list offers.
    monkeypatch.setattr(command_box, "OPENERS", (*command_box.OPENERS, "/say once"))
    here = seat("commander", 60)
    app = open_app("console.py", here)
    box = app.get_by_key("typed")
    box.set_value("/say once").run()
    with monkeypatch.context() as patch:
        # A tick sends what the page held before the box was emptied, and draws other parts.
        patch.setattr("ui.parts.command_box.command_box", lambda here: None)
        for _ in range(3):
            box.set_value("/say once").run()
    app.run()
    assert not app.exception
    assert given(here, acts.PostMessage) == 1
    # Typed once more it is another one, however soon.
    app.get_by_key("typed").set_value("/say once").run()
    app.get_by_key("typed").set_value("/say once").run()
    assert given(here, acts.PostMessage) == 3
    assert app.get_by_key("typed").value is None


def test_a_line_that_was_run_and_comes_again_from_the_browser_is_no_new_one(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)
    app.get_by_key("typed").set_value("sessctl impact --now").run()
    app.button(key="run").click().run()
    app.get_by_key("typed").set_value("sessctl impact --now").run()
    assert app.get_by_key("typed").value is None
    assert any("sessctl impact --now: asked of" in one.proto.body for one in app.get("html"))
    assert given(here, acts.RunQuery) == 1
    monkeypatch.setattr(command_box, "ECHO_SECONDS", 0.0)
    app.get_by_key("typed").set_value("sessctl impact --now").run()
    assert app.get_by_key("typed").value == "sessctl impact --now"
    assert not app.exception


def test_after_a_skip_what_nobody_touched_begins_anew_and_what_was_typed_stays(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[list[str]] = []
    # AppTest knows no pages while it runs parts alone, so it runs all of the page instead.
    monkeypatch.setattr("streamlit.rerun", parts.append)
    here = seat("commander", -30)
    app = open_app("console.py", here)
    title = "form-declare-0-title"
    assert app.get_by_key(title).value == ""
    app.get_by_key("form-declare-0-severity").set_value("SEV-2").run()
    app.button(key="skip").click().run()
    assert not app.exception
    assert parts == [["head", "tools", "signals", "channel", "panels", "work", "forms", "box"]]
    assert app.get_by_key(title).value
    assert app.get_by_key("form-declare-0-severity").value == "SEV-2"
    app.get_by_key(title).set_value("Sessions are lost").run()
    app.button(key="skip").click().run()
    assert app.get_by_key(title).value == "Sessions are lost"


def test_what_is_searched_in_one_seat_is_not_shown_in_the_next(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)

    def search() -> str:
        app.session_state[session.TAB] = "Logs"
        app.run()
        assert not app.exception
        (field,) = [one for one in app.text_input if str(one.key).startswith("log-text")]
        return str(field.key)

    first = search()
    app.get_by_key(first).set_value("reject").run()
    here.room.take_seat(here.person, "deputy")
    second = search()
    assert second != first
    assert app.get_by_key(second).value == ""
    here.room.take_seat(here.person, "commander")
    assert search() == first
    assert app.get_by_key(first).value == "reject"


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


def test_a_search_that_is_too_long_is_refused_in_words_and_kept(open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat("commander", 60))
    app.session_state[session.TAB] = "Logs"
    app.run()
    (field,) = [one for one in app.text_input if str(one.key).startswith("log-text")]
    field.set_value("x" * 201).run()
    assert not app.exception
    assert "201 characters, 200 fit" in str(app.error[0].value).replace("\\", "")
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

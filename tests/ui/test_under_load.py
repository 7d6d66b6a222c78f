"""What a slow machine must not do to people: lose an answer, mix two forms, take one press for two."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest
from streamlit.testing.v1 import AppTest

from simulator import acts
from simulator.room.rooms import Rooms
from ui import session
from ui.parts import command_box, forms
from ui.parts.live import Server
from ui.session import Here

Open = Callable[..., AppTest]
Seat = Callable[..., Here]


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
    app.button(key="hand-in").click().run()
    app.button(key="hand-in").click().run()
    assert given(here, acts.UpdateStakeholders) == 1
    assert "on the record" in app.success[0].value
    # Whoever has changed something since means a second one.
    app.get_by_key("form-update_stakeholders-1-status").set_value("mitigating").run()
    app.button(key="hand-in").click().run()
    assert given(here, acts.UpdateStakeholders) == 2


def test_a_line_is_given_once_however_long_the_box_takes_to_empty(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, now = seat("commander", 60), [100.0]
    monkeypatch.setattr(command_box.time, "monotonic", lambda: now[0])
    app = open_app("console.py", here)
    for _ in range(6):
        app.get_by_key("typed").set_value("/ic").run()
        now[0] += 2
    assert given(here, acts.AssignRole) == 1
    now[0] += 5
    app.get_by_key("typed").set_value("/ic").run()
    assert given(here, acts.AssignRole) == 2


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

"""Signed in here, there and nowhere: links for other browsers, signing out, leaving, being put out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st

from simulator.errors import StoreError
from simulator.room.rooms import Rooms
from tests.ui import live
from tests.ui.asgi import ask
from tests.ui.browsing import JAR, Browser
from tests.ui.test_pages import texts
from ui import session
from ui.live.piece import Piece
from ui.live.screen import Screen
from ui.parts import shell
from ui.session import Here

Open = Callable[..., Browser]
Seat = Callable[..., Here]


def link(app: Browser) -> str:
    """Return the link for another browser that the menu shows."""
    return next(str(code.value) for code in app.code if "/enter?ticket=" in str(code.value))


def test_an_address_copied_into_another_browser_opens_nothing(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    assert dict(app.query_params) == {session.ME: here.person.id}
    copied = open_app("console.py", me=here.person.id)
    assert not copied.exception
    assert "not signed in to this drill in this browser" in texts(copied)
    assert here.room.row.title not in texts(copied)
    assert "signed in" in texts(open_app("debrief.py", me=here.person.id))


def test_after_joining_no_secret_is_in_the_address_or_on_the_page(open_app: Open, rooms: Rooms) -> None:
    opened = rooms.create("auth_token", hosted=True, seed=7)
    app = open_app(drill=opened.code)
    app.text_input(key="join-name").set_value("Ben")
    app.button(key="sit-deputy").click().run()
    (ben,) = rooms.store.participants(opened.room.row.id)
    assert dict(app.query_params) == {session.ME: ben.id}
    token = str(app.session_state[JAR])
    assert rooms.identify(token)[1] == ben
    assert token not in texts(app)


def test_another_browser_is_let_in_beside_by_a_link_that_works_once(open_app: Open, rooms: Rooms, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    assert not [code for code in app.code if "ticket" in str(code.value)]
    app.button(key="link-enter").click().run()
    assert "stay signed in" in texts(app)
    ticket = link(app).partition("ticket=")[2]
    phone = open_app()
    phone._follow(ticket)
    assert phone.lives
    assert app.run().lives
    assert ask("/enter", "POST", body=f"ticket={ticket}").status == 403


def test_handing_over_signs_this_browser_out(open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat("commander", 30))
    app.button(key="link-hand-over").click().run()
    heir = open_app()
    heir._follow(link(app).partition("ticket=")[2])
    assert heir.lives
    app.run()
    assert "signed out of it" in texts(app)
    assert not app.lives


def test_signing_the_others_out_keeps_this_browser_and_the_seat(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app, other = open_app("console.py", here), open_app("console.py", here)
    app.button(key="sign-out").click().run()
    assert not app.exception
    assert app.lives
    assert "signed out of it" in texts(other.run())
    assert here.room.briefing("commander").incident.seats["commander"] == "Ana"


def test_leaving_for_good_frees_the_seat_and_leads_to_the_lobby(open_app: Open, rooms: Rooms, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.button(key="leave").click().run()
    assert not app.exception
    assert "Rehearse the incident" in texts(app)
    assert "Your drills" not in texts(app)
    assert rooms.lobby(here.room).chairs[0].holder is None


def test_the_host_puts_somebody_out(open_app: Open, rooms: Rooms) -> None:
    opened = rooms.create("auth_token", hosted=True, seed=7)
    token, flo = rooms.facilitate(opened.room, "Flo", opened.key)
    theirs, ben = rooms.join(opened.room, "Ben", "commander")
    host, player = Here(opened.room, flo, token), Here(opened.room, ben, theirs)
    assert live.asked(player, "complete", text="/").status == 200
    assert not live.press(player, "room.remove", person=flo.id)["ok"]
    assert f'<option value="{ben.id}">Ben (Incident commander)</option>' in live.screen(host)["desk-people"]
    assert live.press(host, "room.remove", person=ben.id)["text"] == "Ben is out of the drill"
    assert rooms.lobby(opened.room).chairs[0].holder is None
    for what in ("stream", "form", "complete"):
        answer = live.asked(player, what)
        assert (answer.status, "signed out of it" in answer.text) == (403, True), what
    assert "signed out of it" in texts(open_app("console.py", player))


def test_a_part_of_a_page_notices_by_itself_that_somebody_was_signed_out(
    rooms: Rooms, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, anew = seat("commander", 30), list[str]()
    monkeypatch.setattr(st, "rerun", lambda: anew.append("anew"))
    shell._check_in(here, "anything")
    assert not anew
    here.room.sign_out(here.person)
    shell._check_in(here, "anything")
    assert anew


def test_while_the_database_is_away_the_page_stays_and_says_so(
    rooms: Rooms, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = seat("commander", 30)
    screen = Screen(here)
    assert screen.pieces(here.room)
    body = '{"key": "one", "act": "line", "fields": {"text": "what I wrote", "where": "channel"}}'
    assert live.asked(here, "complete").status == 200

    def away(*_: object, **__: object) -> None:
        raise StoreError("the database does not answer; check it")

    for name in ("heads", "participant", "participants", "frozen_at", "append"):
        monkeypatch.setattr(rooms.store, name, away)
    here.room._live._looked = -1e9
    shown = {one.id: one.html for one in screen.pieces(here.room) if isinstance(one, Piece)}
    assert "The drill stands still" in shown["standing"]
    assert "the database does not answer" in shown["standing"]
    assert "not declared yet" in shown["bar"]
    # The page asks again under its key, until it is known.
    answer = live.posted(here, body)
    assert (answer.status, "does not answer" in answer.text) == (503, True)

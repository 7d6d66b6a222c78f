"""Notes and ratings that facilitators add once a drill is over."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant


def page(room, person):  # type: ignore[no-untyped-def]  # its text is the script: no name from here
    from ui.debrief_parts.judged import judged

    judged(room, person, room.notes(person))


def html(app: AppTest) -> str:
    return "".join(str(one.value) for one in app.get("html")) or "".join(str(one.proto) for one in app.get("html"))


@pytest.fixture
def ended(rooms: Rooms) -> tuple[Room, Participant, Participant]:
    """Return a drill that is over and its two facilitators."""
    opened = rooms.create("auth_token", seed=7, hosted=True)
    _, host = rooms.facilitate(opened.room, "Hana", opened.key)
    opened.room.start(host)
    opened.room.end(host)
    _, other = rooms.facilitate(opened.room, "Ivo", opened.key)
    return opened.room, host, other


def drawn(room: Room, person: Participant) -> AppTest:
    app = AppTest.from_function(page, args=(room, person), default_timeout=30).run()
    assert not app.exception
    return app


def rate(app: AppTest, rating: int, words: str = "") -> AppTest:
    app.selectbox(key="judged_what").select("leadership")
    app.segmented_control(key="judged_rating_value").set_value(rating)
    app.text_input(key="judged_words").set_value(words)
    (button,) = [one for one in app.button if one.label == "Rate"]
    button.click()
    app.run()
    assert not app.exception
    return app


def test_a_note_is_added_after_the_end(ended: tuple[Room, Participant, Participant]) -> None:
    room, host, other = ended
    app = drawn(room, host)
    app.text_area(key="judged_text").set_value("They asked <b>nobody</b>")
    (button,) = [one for one in app.button if one.label == "Keep the note"]
    button.click()
    app.run()
    kept = [(one.author, one.kind, one.text) for one in room.notes(host)]
    assert kept == [("Hana", "note", "They asked <b>nobody</b>")]
    assert "They asked &lt;b&gt;nobody&lt;/b&gt;" in html(drawn(room, other))
    (button,) = [one for one in app.button if one.label == "Keep the note"]
    button.click()
    app.run()
    assert [one.value for one in app.error] == ["Say something first."]
    assert len(room.notes(host)) == 1


def test_ratings_after_the_end_are_each_evaluators_own_first(ended: tuple[Room, Participant, Participant]) -> None:
    room, host, other = ended
    rate(drawn(room, host), 4, "held together")
    before = html(drawn(room, other))
    assert "held together" not in before
    assert "Others have rated 1 more" in before
    assert "ratings compared" not in before
    after = html(rate(drawn(room, other), 3))
    assert "held together" in after
    assert "1 ratings compared" in after
    assert [(one.author, one.rating) for one in room.notes(host) if one.kind == "rating"] == [("Hana", 4), ("Ivo", 3)]
    changed = html(rate(drawn(room, other), 4))
    assert "first 3" in changed
    assert "0% the same" in changed


def test_words_that_were_not_taken_stay(ended: tuple[Room, Participant, Participant]) -> None:
    room, host, _ = ended
    app = drawn(room, host)
    app.selectbox(key="judged_what").select("leadership")
    app.text_input(key="judged_words").set_value("Nobody led for a while")
    (button,) = [one for one in app.button if one.label == "Rate"]
    button.click()
    app.run()
    assert "Pick a rating first" in app.error[0].value
    assert app.text_input(key="judged_words").value == "Nobody led for a while"
    rate(app, 2, "Nobody led for a while")
    assert app.text_input(key="judged_words").value == ""
    assert app.segmented_control(key="judged_rating_value").value is None
    assert [(one.rating, one.text) for one in room.notes(host)] == [(2, "Nobody led for a while")]

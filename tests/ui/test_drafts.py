"""Half-filled forms outlive a reload, belong to one person, and are bounded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.browsing import Browser
from tests.ui.pressing import hand_in
from ui.parts import drafts
from ui.parts.drafts import FIELDS, LETTERS, LIVES, PEOPLE, Drafts
from ui.parts.live import SERVER
from ui.session import Here

Open = Callable[..., Browser]
Seat = Callable[..., Here]


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def kept(now: list[float]) -> Drafts:
    return Drafts(lambda: now[0])


def test_a_draft_is_its_writers_alone_and_the_newest_counts(kept: Drafts) -> None:
    kept.keep("ana", {"declare/title": "half a"})
    kept.keep("ana", {"declare/title": "half a thought"})
    assert kept.of("ana") == {"declare/title": "half a thought"}
    assert kept.of("ben") == {}
    kept.keep("ana", {})
    assert kept.of("ana") == {}


def test_drafts_are_forgotten_after_an_hour_and_when_there_are_too_many(kept: Drafts, now: list[float]) -> None:
    for number in range(PEOPLE + 1):
        kept.keep(f"p{number}", {"a/b": number})
    assert kept.of("p0") == {}
    assert kept.of(f"p{PEOPLE}") == {"a/b": PEOPLE}
    now[0] = LIVES + 1
    assert kept.of(f"p{PEOPLE}") == {}


@pytest.mark.parametrize("fields", [{f"a/{n}": 1 for n in range(FIELDS + 1)}, {"a/b": "x" * LETTERS}])
def test_a_draft_beyond_its_bounds_is_not_kept(kept: Drafts, fields: dict[str, object]) -> None:
    kept.keep("ana", fields)
    assert kept.of("ana") == {}


@pytest.mark.slow
def test_what_was_filled_in_is_there_after_a_reload(
    open_app: Open, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts.DRAFTS, "_kept", type(drafts.DRAFTS._kept)())
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.get_by_key("form_group").set_value("Tell").run()
    app.get_by_key("form_kind").set_value("escalate_internally").run()
    app.get_by_key("form-escalate_internally-0-text").set_value("half a thought").run()
    again = open_app("console.py", here)
    assert again.get_by_key("form_kind").value == "escalate_internally"
    assert again.get_by_key("form-escalate_internally-0-text").value == "half a thought"
    # Refilled, the form begins afresh, and so it does after the next reload.
    again.button(key="refill").click().run()
    assert again.get_by_key("form-escalate_internally-1-text").value == ""
    assert drafts.DRAFTS.of(here.desk) == {}


def test_a_text_beyond_its_limit_is_refused_with_its_count_and_kept(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.get_by_key("form_group").set_value("Tell").run()
    app.get_by_key("form_kind").set_value("post_message").run()
    app.get_by_key("form-post_message-0-text").set_value("x" * 2345)
    hand_in(app).click().run()
    assert "2,345 characters, 2,000 fit; shorten it by 345" in str(app.error[0].value).replace("\\", "")
    assert len(app.get_by_key("form-post_message-0-text").value) == 2345


def retoken(app: Browser, here: Here) -> Browser:
    """Return the app as the same tab shows it behind another person's link."""
    return app.hold(here.token).to("console.py")


def note(app: AppTest) -> str:
    """Return what the open form's text holds."""
    app.get_by_key("form_group").set_value("Tell").run()
    app.get_by_key("form_kind").set_value("escalate_internally").run()
    (text,) = [one.value for one in app.text_area if "escalate_internally" in str(one.key)]
    return str(text)


def write(app: AppTest, words: str) -> None:
    """Fill the text of the form that `note` opened."""
    (area,) = [one for one in app.text_area if "escalate_internally" in str(one.key)]
    area.set_value(words).run()


def test_what_is_typed_in_one_drill_is_not_shown_or_kept_in_another(open_app: Open, seat: Seat) -> None:
    first, second = seat("commander", 30), seat("commander", 30)
    app = open_app("console.py", second)
    assert note(app) == ""
    write(app, "of the second")
    app = open_app("console.py", first)
    assert note(app) == ""
    write(app, "of the first")
    app.get_by_key("typed").set_value("/sev").run()
    retoken(app, second)
    assert note(app) == "of the second"
    assert not app.get_by_key("typed").value
    assert drafts.DRAFTS.of(first.desk)["escalate_internally/text"] == "of the first"
    assert drafts.DRAFTS.of(second.desk)["escalate_internally/text"] == "of the second"
    retoken(app, first)
    assert note(app) == "of the first"


def test_a_half_filled_form_stays_in_the_seat_it_was_written_in(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    assert note(app) == ""
    write(app, "for the commander alone")
    keys = {one.key for one in (*app.text_area, *app.chat_input)}
    here.room.take_seat(here.person, "deputy")
    app.run()
    assert note(app) == ""
    # Another key as well: the browser keeps what a field of the old one holds.
    assert keys.isdisjoint(one.key for one in (*app.text_area, *app.chat_input))
    deputy = Here(here.room, SERVER.rooms.identify(here.token)[1], here.token)
    assert drafts.DRAFTS.of(deputy.desk) == {}
    assert drafts.DRAFTS.of(here.desk)["escalate_internally/text"] == "for the commander alone"
    here.room.take_seat(deputy.person, "commander")
    app.run()
    assert note(app) == "for the commander alone"

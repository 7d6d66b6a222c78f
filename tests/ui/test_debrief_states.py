"""Every state a debrief can be in: none, running, not yet scored, of another version, read from a file."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from analytics.runs import counterfactual
from simulator.record.journal import Journal
from simulator.room.rooms import Rooms
from tests import played
from tests.room.rooms import Wall, solo
from tests.ui.debriefing import broken, debrief, html, opened_truth, play, spec
from ui.debrief_parts import keys

# --- states ----------------------------------------------------------------------------------------------


def test_without_a_link_a_journal_can_be_opened(place: Rooms) -> None:
    app = debrief()
    assert app.get("file_uploader")
    assert not app.get("plotly_chart")
    assert "No finished drill of yours" in html(app)


def test_a_wrong_link_says_so_in_one_line(place: Rooms) -> None:
    app = debrief("nonsense")
    assert "not signed in to this drill in this browser" in app.warning[0].value


def test_a_running_drill_is_not_given_away(place: Rooms, wall: Wall) -> None:
    room, _ = solo(place)
    token, _ = place.join(room, "Ben")
    wall.pass_(120)
    app = debrief(token)
    assert "still running" in app.info[0].value
    assert "db-lanes" not in html(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("place", [None], indirect=True)
def test_before_the_score_is_made_the_rest_is_there(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token)
    assert "no score yet" in html(app)
    assert "then scoring" in app.get("progress")[0].proto.text
    app = debrief(token, **{keys.VIEW: keys.INSTEAD})
    assert spec(app.get("plotly_chart")[0])["data"][0]["name"] == "yours"
    assert "still being computed" in html(app)


@pytest.mark.parametrize("place", [broken], indirect=True)
def test_a_failed_scoring_says_why_and_can_be_tried_again(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token)
    assert "library of this scenario is missing" in app.error[0].value
    assert app.button(key="debrief_score_again")


def test_a_record_of_an_older_engine_still_shows(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    object.__setattr__(room.record().header, "engine", "0")  # type: ignore[union-attr]
    app = debrief(token)
    assert "have changed since" in app.info[0].value
    assert app.get("plotly_chart")


# --- journal files ---------------------------------------------------------------------------------------


def opened(name: str, content: bytes) -> AppTest:
    app = debrief()
    app.file_uploader(key="debrief_file").set_value((name, content, "application/jsonl")).run()
    assert not app.exception, app.exception[0].message
    return app


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"no json\n", "not a journal header"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"total": 46, "parts": []}', "this is a scorecard; give the journal (.jsonl)"),
        (b'{"scenario": "nowhere", "seed": 1, "digest": "d", "engine": "1"}\n', "nowhere"),
        (b'{"scenario": "auth_token", "seed": 1, "digest": "d", "engine": "1"}\n{"seq": 2}\n', "a line is missing"),
    ],
)
def test_a_broken_journal_is_one_line(place: Rooms, content: bytes, words: str) -> None:
    app = opened("a.jsonl", content)
    assert len(app.error) == 1
    assert words in app.error[0].value.replace("\\", "")  # which escapes what Markdown would read
    assert "\n" not in app.error[0].value


@pytest.mark.slow
def test_a_journal_file_without_references_shows_what_happened_and_can_be_scored(
    place: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = partial(counterfactual.add_references, seeds=1)  # the page asks for a spread of twenty, seconds of work
    monkeypatch.setattr(counterfactual, "add_references", few)
    drill = played.engine("auth_token", "base", "null", 7).journal
    journal = Journal(drill.header, drill.entries)
    app = opened("null.jsonl", "\n".join(journal.lines()).encode())
    assert "no reference runs" in app.info[0].value
    assert "Tokens refused after a release" in html(app)
    app.button(key="debrief_make").click().run()
    opened_truth(app)
    app.session_state[keys.VIEW] = keys.SCORE
    assert "U · Unready" in html(app.run())

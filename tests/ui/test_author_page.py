"""The author's page of a scenario: asked for twice, never for somebody in a drill of it, and each text as it comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analytics.report.listed import msel_chart
from analytics.report.timed import msel
from analytics.runs import preview
from analytics.runs.curves import curves
from scenarios.loader import forget, load
from scenarios.roots import FOLDERS
from tests.scenarios.drills import text
from tests.ui.browsing import Browser
from tests.ui.test_pages import texts
from ui.library_parts import author
from ui.session import Here

Open = Callable[..., Browser]
Seat = Callable[..., Here]


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the server one small drill of its own, in whose texts is markup."""
    folder = tmp_path / "drills" / "queue_twice"
    folder.mkdir(parents=True)
    written = text().replace("Four people say they paid twice.", "<b>Four</b> people say they paid twice.")
    (folder / "drill.yaml").write_text(written, encoding="utf-8")
    monkeypatch.setenv(FOLDERS, str(folder.parent))
    forget()
    yield
    forget()


def opened(app: Browser, name: str = "queue_twice") -> Browser:
    app.query_params[author.ASKED] = name
    app.run()
    assert "every text before it comes" in texts(app)
    return app.button(key="author-show").click().run()  # type: ignore[return-value]


def test_it_is_asked_for_twice_and_then_shows_all_of_it(open_app: Open) -> None:
    app = open_app("library.py")
    assert "Empty the queue" not in texts(app)
    app.query_params[author.ASKED] = "queue_twice"
    app.run()
    assert "Empty the queue" not in texts(app)
    app.button(key="author-not").click().run()
    assert "every text before it comes" not in texts(app)
    assert author.ASKED not in app.query_params
    opened(app)
    assert not app.exception
    shown = texts(app)
    for told in (
        "Empty the queue", "loss 0.39", "costs more than leaving it", "throttled is so", "There is a replay guard",
        "Counted from the ledger", "would drop ", "You decide, others look and do", "What they can do",
    ):  # fmt: skip
        assert told in shown, told
    assert "<b>Four</b>" not in shown
    assert "&lt;b&gt;Four&lt;/b&gt;" in shown
    at_ten = next(str(one.value) for one in app.html if "What they can look at" in str(one.value))
    app.slider(key="author-minute").set_value(30).run()
    at_thirty = next(str(one.value) for one in app.html if "What they can look at" in str(one.value))
    assert at_ten != at_thirty
    app.selectbox(key="author-seat").set_value("platform").run()
    assert "Half as many consumers again" in texts(app)
    app.button(key="author-close").click().run()
    assert "Empty the queue" not in texts(app)


def test_nobody_gets_it_who_is_in_a_drill_of_it(open_app: Open, seat: Seat) -> None:
    here = seat(until=60)
    app = open_app("library.py", here)
    links = [one.proto.url for one in app.get("link_button")]
    assert "./library?author=auth_token" in links  # loaded anew: this session may be older than their seat
    app.query_params[author.ASKED] = "auth_token"
    app.session_state[author.SHOWN] = "auth_token"  # it was open before they sat down
    app.run()
    assert "You are in a drill of it that is not over" in texts(app)
    assert [one.key for one in app.button if (one.key or "").startswith("author-show")] == []
    app.button(key="author-not").click().run()
    assert "What there is to rehearse" in texts(app)
    assert opened(app).button(key="author-close")  # of another scenario they may
    app.query_params[author.ASKED] = "../auth_token"
    app.run()
    assert "What there is to rehearse" in texts(app)


def test_what_is_previewed_is_what_the_drill_says_where_nobody_does_anything() -> None:
    loaded = load("queue_twice")
    came = preview.said(loaded)
    rows = {row.inject: row for row in msel(loaded.scenario).itertuples()}
    assert set(rows) - set(came) == {"ask_6"}  # it waits for somebody to throttle
    assert came["say_1"] == (60, "<b>Four</b> people say they paid twice. What do I tell them?")
    early, late = preview.printed(loaded, 600), preview.printed(loaded, 1800)
    assert set(early) == {query.id for query in loaded.scenario.queries}
    assert early["impact"] != late["impact"]
    assert early["revisions"] == late["revisions"]


def test_each_event_is_in_the_chart_and_a_move_is_compared_with_leaving_it() -> None:
    scenario = load("queue_twice").scenario
    made = json.loads(str(msel_chart(scenario).to_json()))
    drawn = sum(len(one["x"]) for one in made["data"] if one["type"] == "scatter")
    assert drawn == len(scenario.injects)
    assert [one["base"] for one in made["data"] if one["type"] == "bar"] == [[16.0]]
    found = {one.move: one for one in curves(load("queue_twice"))}
    assert found["guard"].loss < found["guard"].without - 0.1  # it ends doubles, though as many are late
    alone, guarded = (one for one in curves(load("queue_twice")) if one.move == "scale")
    assert (alone.after, alone.loss > alone.without) == ((), True)
    assert (guarded.after, guarded.loss < guarded.without) == (("guard",), True)

"""Several playbooks: chosen when a drill is opened, shown whole beside it, read against each other in the debrief."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics import playbook as books
from analytics.overrides import with_overrides
from analytics.playbook import Playbook
from analytics.severity import Severity
from scenarios.loader import load
from simulator import acts
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.text import clock
from tests.room.rooms import Wall
from tests.simulator.toy import toy
from tests.ui.browsing import PATIENCE
from tests.ui.debriefing import MAIN, debrief, html, play, references
from ui.debrief_parts import keys
from ui.parts.bar import severity_tone
from ui.parts.live import SERVER
from ui.parts.marks import _reads
from ui.parts.playbook import said, sheet_html

TREE = {
    "levels": [
        {"id": "crisis", "title": "All is lost", "response": "immediate", "response_minutes": 5, "posture": "contain",
         "update_minutes": 15},
        {"id": "bad", "title": "Some is lost", "posture": "mend", "update_minutes": 60},
        {"id": "mild", "title": "Little", "update_minutes": 240},
    ],
    "start": "lost",
    "tree": {
        "lost": {"ask": "Is data lost?", "when": {"all": ["data_at_risk", {"not": "workaround"}]}, "yes": "crisis",
                 "no": "hit"},
        "hit": {"ask": "Is anybody hit?", "when": {"any": ["users_blocked", "production_affected"]}, "yes": "bad",
                "no": "mild"},
    },
}  # fmt: skip


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Playbook:
    """Let a second playbook ship: other levels, a tree, other points, templates."""
    data: dict[str, Any] = books.load().model_dump(by_alias=True, exclude_none=True)
    data |= {"id": "own", "title": "Our own", "severity": TREE,
             "templates": [{"title": "Handover card", "fields": ["Scope", "Unknowns"], "source": "x"}]}  # fmt: skip
    outcome = next(part for part in data["parts"] if part["id"] == "outcome")
    outcome["criteria"][0]["points"], outcome["criteria"][1]["points"] = 5.0, 18.0
    made = Playbook.model_validate(data)
    assert not list(made.wrong())
    shipped = books.load

    def both(name: str = books.DEFAULT) -> Playbook:
        return made if name == "own" else shipped(name)

    monkeypatch.setattr(books, "names", lambda: ("own", "recovery"))
    monkeypatch.setattr(books, "load", both)
    monkeypatch.setattr("ui.parts.reviewed.names", lambda: ("own", "recovery"))
    for module in ("ui.parts.reviewed", "ui.debrief_parts.drill"):
        monkeypatch.setattr(f"{module}.load", both)
    st.cache_data.clear()
    _reads.cache_clear()
    return made


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def place(tmp_path: Path, wall: Wall, own: Playbook) -> Iterator[Rooms]:
    store = Store(str(tmp_path / "drills.db"))
    store.now = wall  # type: ignore[method-assign]
    made = Rooms(store, lambda *_: toy(), references, lambda name: books.load(name).played(), wall.elapsed)
    wall.serves(made)
    SERVER.use(lambda: made)
    st.cache_resource.clear()
    yield made
    SERVER.use(None)
    made.store.close()


# --- the sheet ---------------------------------------------------------------------------------------------


def test_the_sheet_shows_a_playbook_whole(own: Playbook) -> None:
    for name in ("own", "recovery"):
        book, page = books.load(name), sheet_html(name)
        words = [level.title for level in book.severity.levels]
        words += [text for level in book.severity.levels for text in (level.posture, level.response) if text]
        words += [text for one in book.dependencies for text in (one.title, one.symptom, one.posture)]
        words += [one.title for _, one in book.criteria()] + [one.title for one in (*book.caps, *book.anti_patterns)]
        words += [field for one in book.templates for field in (one.title, *one.fields)]
        words += ["Reversible decision ladder", "Decision confidence ladder", "Recovery branch strategy matrix"]
        assert [text for text in words if text not in page] == []
        assert all(f"at most {one.limit}" in page for one in (*book.caps, *book.anti_patterns))
    tree = sheet_html("own")
    assert "Is data lost?" in tree
    assert "data at risk and not workaround" in tree
    assert "no: “Is anybody hit?”" in tree
    assert "immediate, within 5 min" in tree
    assert "at least every 15 min" in tree


def test_conditions_are_read_as_words() -> None:
    severity = Severity.model_validate(
        {"levels": TREE["levels"], "otherwise": "mild",
         "rows": [{"level": "bad", "when": {"any": ["a_b", {"all": ["c", {"not": {"any": ["d", "e"]}}]}]}}]}
    )  # fmt: skip
    assert said((severity.rows or ())[0].when) == "a b or (c and not (d or e))"


def test_the_gravest_level_is_the_reddest_on_any_scale(place: Rooms) -> None:
    room = place.create("toy", seed=7, playbook="own").room
    history = room.truth("h", lambda engine: engine.incident)
    found = {}
    for level in ("crisis", "bad", "mild", None):
        history.severity = level
        found[level] = severity_tone(history)[0]
    assert found == {"crisis": "sev-1", "bad": "sev-2", "mild": "sev-4", None: "no-severity"}


# --- the debrief -------------------------------------------------------------------------------------------


def test_a_finished_drill_is_read_with_another_playbook_beside_its_own(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    own_card = room.scorecard()
    app = debrief(token)
    assert app.selectbox(key=keys.BOOK).value == "recovery"
    assert "db-beside" not in html(app)
    app.selectbox(key=keys.BOOK).set_value("own").run()
    assert not app.exception
    page = html(app)
    assert "<b>Our own: " in page
    assert "with which it was played" in page
    assert f"{own_card['total']} of 100" in page  # type: ignore[index]
    assert "That one counts" in page
    assert room.scorecard() == own_card
    assert place.store.scorecard(room.row.id, "own") is None


def test_a_record_that_has_no_total_shows_its_findings(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    card = {**(room.scorecard() or {}), "total": None, "uncapped": None, "band": None}
    place.store.save_scorecard(room.row.id, "recovery", card)
    page = html(debrief(token))
    assert "No total" in page
    assert "of 100" not in page
    assert all(one["id"] in page for part in card["parts"] for one in part["criteria"])


def test_the_head_says_when_the_turning_points_came(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    declared = next(x.at for x in room.record() or () if isinstance(x.body, acts.Declare))
    page = html(debrief(token))
    assert f"<span>Declared</span><b>{clock(declared)}</b>" in page
    assert "<span>Closed</span><b>never</b>" in page
    assert "<span>Playbook</span><b>Incident recovery</b>" in page


# --- by hand -----------------------------------------------------------------------------------------------


def hosted(place: Rooms, wall: Wall) -> tuple[Any, str, str]:
    opened = place.create("toy", seed=7, hosted=True)
    host, facilitator = place.facilitate(opened.room, "Fo <b>", opened.key)
    ana, person = place.join(opened.room, "Ana", "commander")
    opened.room.start(facilitator)
    wall.pass_(90)
    opened.room.submit(acts.Declare(severity="SEV-1", title="t"), person)
    wall.pass_(60)
    opened.room.submit(acts.EndDrill(how="time"), person)  # what its facilitator ends has no total
    opened.room.finishing.wait(30)
    return opened.room, host, ana


def test_only_the_host_sets_points_by_hand_and_all_read_them(place: Rooms, wall: Wall) -> None:
    room, host, ana = hosted(place, wall)
    assert not [one for one in debrief(ana).selectbox if one.key == "correct_criterion"]
    app = debrief(host)
    app.selectbox(key="correct_criterion").set_value("B1a").run()
    app.number_input(key="correct_points_B1a").set_value(0.5)
    app.text_input(key="correct_reason").set_value("x")
    app.button(key="correct_set").click().run()
    assert "Say why in 3 to 400 characters" in app.error[0].value
    app.text_input(key="correct_reason").set_value("Heard it <i>on the call")
    app.button(key="correct_set").click().run()
    assert not app.exception
    (kept,) = room.corrections()
    assert (kept["criterion"], kept["points"], kept["author"]) == ("B1a", 0.5, "Fo <b>")
    for token in (host, ana):
        page = html(debrief(token))
        assert "By hand: 0.5 of 2" in page
        assert "Fo &lt;b&gt;: “Heard it &lt;i&gt;on the call”" in page
        assert "with 1 correction by hand" in page


def test_the_card_that_is_taken_away_holds_both(place: Rooms, wall: Wall) -> None:
    room, token, _ = hosted(place, wall)
    card = room.scorecard() or {}
    _, host = place.identify(token)
    room.correct(host, "B1a", 0.5, "Heard it on the call")
    told = json.loads(json.dumps(with_overrides(card, room.corrections())))
    assert {name: told[name] for name in card} == json.loads(json.dumps(card))
    assert told["overrides"][0]["reason"] == "Heard it on the call"
    assert told["total_by_hand"] is not None



# --- opening -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "form", "button"), [("practise", "solo", "solo-start"), ("host", "host", "host-open")])
def test_the_playbook_is_chosen_when_a_drill_is_opened(
    way: str, form: str, button: str, own: Playbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path / "drills.db"))
    made = Rooms(store, load, None, lambda name: books.load(name).played())
    SERVER.use(lambda: made)
    app = AppTest.from_file(str(MAIN), default_timeout=PATIENCE).run()
    app.button(key=f"{way}-auth_token").click().run()
    box = app.selectbox(key=f"{form}-playbook")
    assert (box.value, list(box.options)) == ("recovery", ["Our own", "Incident recovery"])
    box.set_value("own").run()
    app.button(key=button).click().run()
    assert not app.exception
    (row,) = store.drills()
    assert row.header.playbook == own.played()
    assert made.open(row.id).playbook == "own"
    SERVER.use(None)
    store.close()


def test_what_the_server_names_is_offered_first(own: Playbook, place: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRILL_PLAYBOOK", "own")
    app = AppTest.from_file(str(MAIN), default_timeout=PATIENCE).run()
    app.button(key="practise-auth_token").click().run()
    assert app.selectbox(key="solo-playbook").value == "own"

"""The board, documents and records that are filled in, as a live console asks for them."""

from __future__ import annotations

import json
import re

import pytest

from simulator import acts
from simulator.room.rooms import Rooms
from tests.ui import live
from tests.ui.test_start import Seat, small
from ui.live.board import board
from ui.session import Here


@pytest.fixture
def decided(seat: Seat) -> Here:
    """Return somebody who wrote a decision down in a hurry."""
    here = seat("commander", 60)
    assert here.room.submit(small(here.room.briefing("commander")), here.person).refusal is None
    return here


def decision(here: Here) -> acts.RecordDecision:
    (entry,) = here.room.briefing("commander").incident.given("decision")
    assert isinstance(entry.body, acts.RecordDecision)
    return entry.body


def html(here: Here, **query: str) -> str:
    return str(json.loads(live.asked(here, "form", **query).text)["html"])


def test_the_board_is_on_the_screen(decided: Here) -> None:
    shown = live.screen(decided)
    assert {piece.id for piece in board(decided.room.briefing("commander"))} <= shown.keys()
    assert "decision:1" in shown["board-decisions"]


def test_who_looks_on_reads_the_board_and_is_offered_no_form(rooms: Rooms) -> None:
    opened = rooms.create("auth_token", seed=7, hosted=True)
    token, host = rooms.facilitate(opened.room, "Ana", opened.key)
    shown = live.screen(Here(opened.room, host, token))
    text = "".join(html for ident, html in shown.items() if ident.startswith("board-"))
    assert "Not declared yet" in text
    assert set(re.findall('data-open="([^"]*)"', text)) == {"document"}
    assert 'id="paper"' in shown["frame"]


def test_a_record_is_opened_as_a_document(decided: Here) -> None:
    found = html(decided, kind="document", about="decision:1")
    assert "Checkpoint decision record" in found
    assert "data-copy" in found
    assert "Where the incident stands" in html(decided, kind="document", about="summary")


@pytest.mark.parametrize("about", ["decision:2", "", "nothing", "decision:1:2", "<script>", ":", "x" * 300])
def test_a_document_that_is_not_there_is_refused(about: str, decided: Here) -> None:
    answer = live.asked(decided, "form", kind="document", about=about)
    assert "html" not in json.loads(answer.text)
    assert "you may see" in answer.text


def test_one_field_fills_a_record_in_and_leaves_the_rest(decided: Here) -> None:
    before = decision(decided)
    said = live.press(decided, "record_decision", amends="decision:1", strategy="rollback")
    assert said["ok"], said
    assert decision(decided) == before.model_copy(update={"strategy": "rollback", "amends": "decision:1"})


def test_a_threshold_is_typed_in_percent(decided: Here) -> None:
    panels = decided.room.briefing("commander").catalogue.panels
    metric = next(panel.id for panel in panels if panel.unit == "ratio")
    check = {"check__metric": metric, "check__is": "below", "check__threshold": 2.5, "check__within_minutes": 10}
    assert live.press(decided, "record_decision", amends="decision:1", **check)["ok"]
    kept = decision(decided).check
    assert kept is not None
    assert kept.threshold == 0.025
    assert 'value="2.5"' in html(decided, kind="record_decision", about="decision:1")


def test_what_cannot_be_amended_is_refused_in_words(decided: Here) -> None:
    said = live.press(decided, "record_decision", amends="option:1", strategy="rollback")
    assert not said["ok"]
    assert said["text"]
    said = live.press(decided, "update_stakeholders", amends="decision:1", audience="public")
    assert not said["ok"]


def test_a_record_with_more_figures_than_a_form_begins_with_loses_none(seat: Seat) -> None:
    here = seat("commander", 60)
    names = [one.id for one in here.room.briefing("commander").options("figures")][:4]
    figures = tuple({"name": name, "low": 1.0, "high": 2.0} for name in names)
    unknown = tuple(one.id for one in here.room.briefing("commander").options("dimensions"))[:2]
    made = acts.StateScope.model_validate({"unknown": unknown, "impact": figures})
    assert here.room.submit(made, here.person).refusal is None

    def scope() -> acts.StateScope:
        (entry,) = here.room.briefing("commander").incident.given("scope")
        assert isinstance(entry.body, acts.StateScope)
        return entry.body

    form = html(here, kind="state_scope", about="scope:1")
    for row in range(len(names) + 1):
        assert f'name="impact.{row}.name"' in form
    # Filling in something else leaves them all, and what a form sends back whole is what is there.
    assert live.press(here, "state_scope", amends="scope:1", began_minutes=-3)["ok"]
    assert [one.name for one in scope().impact] == names
    given = {"amends": "scope:1", "impact.3.high": 9, "impact.0.name": "", "impact.0.low": "", "impact.0.high": ""}
    assert live.press(here, "state_scope", **given)["ok"]
    assert [(one.name, one.high) for one in scope().impact] == [(names[1], 2), (names[2], 2), (names[3], 9)]
    # A list is emptied, too.
    assert live.press(here, "state_scope", amends="scope:1", unknown=[unknown[0]])["ok"]
    assert scope().unknown == (unknown[0],)
    said = live.press(here, "state_scope", amends="scope:1", unknown=[])
    assert (said["ok"], said["text"]) == (False, "Name one dimension at least, or say that it is unknown")


@pytest.mark.parametrize("row", [40, 99])
def test_a_row_that_no_form_has_is_refused_in_words(row: int, decided: Here) -> None:
    said = live.press(decided, "state_scope", **{f"impact.{row}.name": "x"})
    assert not said["ok"]
    assert "no field is called" in said["text"].lower()

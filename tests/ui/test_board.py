"""The board: the incident as it stands for one seat, what to do where there is nothing, and how far the playbook is."""

from __future__ import annotations

import re
from itertools import product

import pytest

from analytics import playbook as books
from scenarios import load
from simulator import acts
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.values import Author, Check
from tests import played
from tests.ui.test_documents import HOSTILE, SCENARIOS, give, whole
from tests.ui.test_start import Seat, small
from ui.documents import documents
from ui.live import progress as rows
from ui.live.board import board, due_words, stamp
from ui.live.progress import progress
from ui.live.wanted import wanted
from ui.parts.catalogue import useful

MOMENTS = (0, 400, 900, 3600)


def html_of(b: Briefing) -> str:
    return "".join(f'<div id="{piece.id}">{piece.html}</div>' for piece in board(b))


def opened(html: str) -> list[tuple[str, str]]:
    """Return what the buttons of a board open, and what about."""
    return re.findall(r'data-open="([^"]*)"(?: data-about="([^"]*)")?', html)


@pytest.mark.parametrize(("name", "at"), list(product(SCENARIOS, MOMENTS)))
def test_every_seat_has_its_board_at_any_time(name: str, at: int) -> None:
    drill = played.under_way(name, "by_the_book", 7, at)
    first = [piece.id for piece in board(briefing(drill, "commander"))]
    for role in drill.scenario.seats():
        b = briefing(drill, role.id)
        pieces = board(b)
        assert [piece.id for piece in pieces] == first
        assert {piece.into for piece in pieces} == {"board"}
        html = html_of(b)
        read = whole(html)
        assert "None" not in "".join(read.words)
        for kind, about in opened(html):
            if kind == "document":
                assert documents.view(b, *about.partition(":")[::2])
            else:
                assert useful(acts.ACTS[kind], b)


def test_at_the_first_page_each_part_says_what_to_do(seat: Seat) -> None:
    b = seat("commander", 0).room.briefing("commander")
    html = html_of(b)
    forms = {kind for kind, _ in opened(html)} - {"document"}
    assert {"declare", "assign_role", "assign_lane", "record_option", "assign_task", "update_stakeholders", "freeze",
            "state_hypothesis", "record_packet", "set_watch", "add_hardening_task"} <= forms  # fmt: skip
    words = " ".join(whole(html).words)
    assert "Not declared yet" in words
    assert "at least two options" in words


def test_a_drill_that_is_over_offers_no_form() -> None:
    b = briefing(played.engine("auth_token", "base", "by_the_book", 7), "commander")
    assert {kind for kind, _ in opened(html_of(b))} == {"document"}


def test_a_board_is_the_same_as_long_as_its_stamp_is() -> None:
    drill = Engine(load("auth_token"), new_header(load("auth_token"), 7))
    drill.advance(100)
    drill.submit(acts.Declare(severity="SEV-1", title="People are out"), Author.person("commander", "Ana"))
    known: dict[tuple[int, int, bool], str] = {}
    for second in range(101, 260):
        drill.advance(second)
        b = briefing(drill, "commander")
        assert known.setdefault(stamp(b), html_of(b)) == html_of(b)
    assert len(known) < 60


@pytest.mark.parametrize(("left", "words"), [
    (900, "in 15 min"), (120, "in 2 min"), (119, "in under 2 min"), (0, "in under 2 min"), (-10, "1 min late"),
    (-150, "2 min late"),
])  # fmt: skip
def test_what_is_due_is_said_in_minutes(left: int, words: str) -> None:
    assert due_words(1000 + left, 1000) == words


def test_a_decision_shows_its_check_until_somebody_looked(seat: Seat) -> None:
    here = seat("commander", 120)
    b = here.room.briefing("commander")
    metric = next(panel for panel in b.catalogue.panels if panel.unit == "ratio")
    check = Check.model_validate({"metric": metric.id, "is": "below", "threshold": 0.02, "within_minutes": 2})
    give(here, small(b).model_copy(update={"check": check}))
    html = html_of(here.room.briefing("commander"))
    assert f"Check: {metric.title} below 2 % within 2 min" in html
    assert "due T+04:00" in html
    while here.room.version[1] < 260:
        here.room.skip_ahead(here.person, 30)
    assert "1 min late" in html_of(here.room.briefing("commander"))
    give(here, acts.PinMetric(metric=metric.id))
    assert "looked at T+04" in html_of(here.room.briefing("commander"))


def test_an_option_leads_to_the_decision_on_it_and_says_when_it_was_chosen(seat: Seat) -> None:
    here = seat("commander", 120)
    b = here.room.briefing("commander")
    action, segment = b.options("actions")[0].id, b.options("segments")[0].id
    give(here, acts.RecordOption(action=action, coverage=(segment,), minutes_to_effect=2))
    html = html_of(here.room.briefing("commander"))
    assert ("record_decision", "option:1") in opened(html)
    assert ("record_option", "option:1") in opened(html)
    give(here, small(b).model_copy(update={"actions": (action,)}))
    html = html_of(here.room.briefing("commander"))
    assert ("record_decision", "option:1") not in opened(html)
    assert "chosen" in html


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_words_on_a_board(text: str, seat: Seat) -> None:
    here = seat("commander", 120)
    give(here, acts.Declare(severity="SEV-1", title=text[:200]))
    to = next(role.id for role in here.room.briefing("commander").catalogue.roles if role.id == "triage")
    give(here, acts.AssignTask(to=to, text=text[:200]))
    whole(html_of(here.room.briefing("commander")))


# --- need to know ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_board_shows_ones_own_cues_and_nobody_elses(name: str) -> None:
    drill = played.under_way(name, "null", 7, 60)
    for role in drill.scenario.seats():
        words = " ".join("".join(whole(html_of(briefing(drill, role.id))).words).split())
        for other in drill.scenario.roles:
            for cue in other.cues:
                if other.id != role.id:
                    assert " ".join(cue.text.split()) not in words


def test_who_stands_outside_need_to_know_reads_nothing_of_the_matter_on_the_board() -> None:
    drill = played.engine("permission_leak", "base", "by_the_book", 7)
    inside = set(drill.scenario.overlay.need_to_know)
    causes = {one.title for one in drill.scenario.causes}
    for role in drill.scenario.seats():
        if role.id not in inside:
            words = "".join(whole(html_of(briefing(drill, role.id))).words)
            assert not [title for title in causes if title in words]


# --- the playbook's timeline -------------------------------------------------------------------------------


def test_every_row_with_a_time_of_every_playbook_knows_its_record() -> None:
    timed = {one.kind for name in books.names() for _, one in books.load(name).criteria() if one.t1 is not None}
    assert timed == set(rows._ROWS)


def test_an_unknown_predicate_goes_by_the_acts_that_it_reads(seat: Seat) -> None:
    here = seat("commander", 60)
    assert rows.opens("closure_package") in acts.ACTS
    found = rows.when("decision_quality")
    assert found(rows.SeatView(here.room.briefing("commander"))) is None
    give(here, small(here.room.briefing("commander")))
    assert found(rows.SeatView(here.room.briefing("commander"))) == here.room.version[1]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_drill_by_the_book_is_done_row_by_row_and_one_without_anybody_is_late(name: str) -> None:
    start = progress(briefing(played.under_way(name, "by_the_book", 7, 0), "commander"))
    assert {row.state for row in start} <= {"due", "not yet"}
    end = progress(briefing(played.engine(name, "base", "by_the_book", 7), "commander"))
    assert [row.title for row in end if row.state != "done"] == []
    for row in end:
        assert row.at is not None
    idle = progress(briefing(played.engine(name, "base", "null", 7), "commander"))
    assert {row.state for row in idle if row.by < 3600} <= {"late", "done"}
    assert sum(row.state == "late" for row in idle) > len(idle) / 2


def test_a_row_is_due_before_its_time_and_late_after_it() -> None:
    states = [
        next(row.state for row in progress(briefing(played.under_way("auth_token", "null", 7, at), "commander"))
             if row.id == "B2a")
        for at in (0, 599, 600, 1200, 1210)
    ]  # fmt: skip
    assert states == ["not yet", "not yet", "due", "due", "late"]


def test_a_row_is_due_when_this_incident_asks_for_it() -> None:
    for name, minute in (("auth_token", 35), ("billing_mismatch", 40), ("permission_leak", 20)):
        b = briefing(played.under_way(name, "null", 7, 60 * minute), "commander")
        (row,) = (row for row in progress(b) if row.id == "B3a")
        assert (row.by, row.state) == (60 * minute, "due"), name
        late = briefing(played.under_way(name, "null", 7, 60 * minute + 10), "commander")
        assert next(row.state for row in progress(late) if row.id == "B3a") == "late", name


def test_a_record_that_is_wrong_is_done_like_one_that_is_right(seat: Seat) -> None:
    here = seat("commander", 120)
    b = here.room.briefing("commander")
    picks = b.options("actions")[:2]
    segments = [option.id for option in b.options("segments")]
    for pick, segment in zip(picks, (segments[0], segments[-1]), strict=True):
        give(here, acts.RecordOption(action=pick.id, coverage=(segment,), minutes_to_effect=999))
    row = next(row for row in progress(here.room.briefing("commander")) if row.id == "B2a")
    assert row.state == "done"


def test_what_had_to_come_before_a_step_is_not_asked_for_once_it_was_begun() -> None:
    drill = Engine(load("auth_token"), new_header(load("auth_token"), 7, automation=False))
    drill.advance(900)
    b = briefing(drill, "commander")
    assert next(row.state for row in progress(b) if row.id == "B2a") == "due"
    assert "record_option" in {form.kind for form in wanted(briefing(drill, "mitigation"))["Asked now"]}
    drill.submit(acts.TakeAction(action="flag_web", executor="mitigation"), Author.person("commander", "Ana"))
    drill.advance(960)
    b = briefing(drill, "commander")
    assert next(row.state for row in progress(b) if row.id == "B2a") == "too late"
    assert "record_option" not in {form.kind for form in wanted(briefing(drill, "mitigation"))["Asked now"]}
    assert "before anything is changed" not in html_of(b)
    for action in ("flag_mobile", "pin"):
        card = acts.RecordOption(action=action, coverage=(b.options("segments")[0].id,), minutes_to_effect=2)
        drill.submit(card, Author.person("commander", "Ana"))
    assert next(row.state for row in progress(briefing(drill, "commander")) if row.id == "B2a") == "too late"


def test_a_step_that_treats_nobody_is_not_what_the_options_had_to_come_before() -> None:
    drill = Engine(load("parcel_lag"), new_header(load("parcel_lag"), 7, automation=False))
    drill.advance(300)
    lead = drill.scenario.lead()
    drill.submit(acts.TakeAction(action="restart"), Author.person(lead, "Ana"))
    drill.advance(600)
    assert any(run.ident == "restart" and run.started for run in drill.incident.runs.values())
    assert next(row.state for row in progress(briefing(drill, lead)) if row.id == "B2a") != "too late"


def test_progress_says_nothing_of_points() -> None:
    b = briefing(played.engine("auth_token", "base", "by_the_book", 7), "commander")
    html = next(piece.html for piece in board(b) if piece.id == "board-progress")
    words = "".join(whole(html).words).replace("Whether they were right, the debrief says.", "")
    assert not re.search(r"\bpoints?\b|%|\bright\b", words)

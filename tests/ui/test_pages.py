"""Every page starts, in every state it can be in, and its buttons do what they say."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from simulator import acts
from simulator.room.rooms import Rooms
from tests.ui.pressing import hand_in
from ui.pages import Page
from ui.session import Here

Open = Callable[..., AppTest]
Seat = Callable[..., Here]
UI = Path(__file__).resolve().parents[2] / "ui"


def texts(app: AppTest) -> str:
    """Return everything an app shows as one text."""
    kinds = (app.html, app.markdown, app.caption, app.text, app.error, app.warning, app.info, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


@pytest.mark.parametrize("page", Page)
def test_every_page_starts_without_a_drill(page: Page, open_app: Open) -> None:
    app = open_app(Path(page.file).name)
    assert not app.exception
    assert "Incident Drill" in texts(app)


def test_every_file_of_a_page_is_listed() -> None:
    files = {f"app_pages/{path.name}" for path in (UI / "app_pages").glob("*.py")}
    assert files - {"app_pages/__init__.py"} == {page.file for page in Page}


def leads_to(page: Page, source: str) -> bool:
    """Tell whether a module names a page, which it does to link it."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == page.name and ast.unparse(node.value) == "Page"
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize("page", Page)
def test_every_page_is_linked_somewhere(page: Page) -> None:
    itself = ("pages.py", "main.py", Path(page.file).name)
    sources = [path.read_text(encoding="utf-8") for path in UI.rglob("*.py") if path.name not in itself]
    assert page.in_head or any(leads_to(page, source) for source in sources)


def test_the_lobby_starts_a_drill_alone(open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="practise-auth_token").click().run()
    app.text_input(key="solo-name").set_value("Ana")
    app.text_input(key="solo-seed").set_value("11")
    app.button(key="solo-start").click().run()
    assert not app.exception
    (row,) = rooms.store.drills()
    assert (row.header.seed, row.header.mode, row.hosted) == (11, "training", False)
    assert "Evidence minimum" in texts(app)
    room = rooms.open(row.id)
    assert (room.clock.state, room.version[1]) == ("waiting", -60)
    app.button(key="begin").click().run()
    assert room.clock.state == "running"
    assert "not declared yet" in texts(app)


def test_an_unknown_code_is_answered_where_it_was_typed(open_app: Open) -> None:
    app = open_app()
    app.text_input(key="join-code").set_value("NOSUCH")
    next(b for b in app.button if b.label == "Join the drill").click().run()
    assert "No drill has the code" in texts(app)


def test_a_link_with_a_wrong_code_asks_for_the_right_one(open_app: Open, rooms: Rooms) -> None:
    opened = rooms.create("auth_token", hosted=True, seed=7)
    app = open_app(drill="NOSUCH")
    assert app.text_input(key="join-code").value == "NOSUCH"
    app.text_input(key="join-code").set_value(opened.code)
    next(b for b in app.button if b.label == "Join the drill").click().run()
    assert "You decide, others look and do." in texts(app)
    app.button(key="sit-deputy").click().run()
    assert app.error[0].value


def test_a_join_link_leads_to_the_seats(open_app: Open, rooms: Rooms) -> None:
    opened = rooms.create("auth_token", hosted=True, seed=7)
    app = open_app(drill=opened.code)
    app.text_input(key="join-name").set_value("Ben")
    app.button(key="sit-deputy").click().run()
    assert not app.exception
    assert [p.name for p in rooms.store.participants(opened.room.row.id)] == ["Ben"]
    assert "Waiting for the facilitator" in texts(app)


def test_a_broken_link_says_what_to_do(open_app: Open) -> None:
    app = open_app("console.py", me="nonsense")
    assert not app.exception
    assert "You are not in this drill here" in texts(app)


@pytest.mark.slow
@pytest.mark.parametrize(("role", "until"), [
    ("commander", -60), ("comms", 0), *((role, 720) for role in ("commander", "triage", "mitigation", "verification")),
    ("comms", 720),
])  # fmt: skip
def test_the_console_shows_itself_to_every_role(role: str, until: int, open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat(role, until))
    assert not app.exception
    assert len(app.get("plotly_chart")) == 6


@pytest.mark.slow
def test_every_form_of_the_commander_is_drawn(open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat("commander", 300))
    drawn = 0
    for group in app.get_by_key("form_group").options:
        app.get_by_key("form_group").set_value(group).run()
        for title in list(app.get_by_key("form_kind").options):
            app.get_by_key("form_kind").set_value(_kind(app, title)).run()
            assert not app.exception, title
            drawn += 1
    assert drawn > 40


def _kind(app: AppTest, title: str) -> str:
    from ui.parts.catalogue import FORMS

    return next(form.kind for forms in FORMS.values() for form in forms if form.title == title)


def test_a_form_hands_its_command_in(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.get_by_key("form-declare-0-severity").set_value("SEV-1")
    hand_in(app).click().run()
    assert here.room.briefing("commander").incident.severity == "SEV-1"
    assert "SEV-1" in texts(app)


def test_what_is_missing_is_said_at_the_form_and_nothing_is_wiped(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.get_by_key("form-declare-0-title").set_value("Half a thought")
    hand_in(app).click().run()
    assert "Still needed: Severity" in texts(app)
    assert app.get_by_key("form-declare-0-title").value == "Half a thought"


def test_a_refusal_is_shown_with_its_reason(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    app = open_app("console.py", here)
    app.get_by_key("form_group").set_value("Close").run()
    app.get_by_key("form_kind").set_value("request_closure").run()
    app.get_by_key("form-request_closure-0-confidence").set_value("L2")
    hand_in(app).click().run()
    assert "declare the incident first" in texts(app)


def test_a_page_is_acknowledged_with_one_click(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 5)
    app = open_app("console.py", here)
    next(b for b in app.button if b.label == "Acknowledge").click().run()
    assert here.room.briefing("commander").incident.alerts["authn_reject_ratio_high"].acknowledged is not None


def test_the_command_box_runs_a_query(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)
    app.get_by_key("typed").set_value("sessctl impact --now").run()
    app.button(key="run").click().run()
    assert not app.exception
    given = [x.body for x in here.room.briefing("commander").entries if isinstance(x.body, acts.RunQuery)]
    assert [one.query for one in given] == ["impact"]


def test_what_people_type_is_shown_as_text(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.PostMessage(text="<script>alert(1)</script>"), here.person)
    app = open_app("console.py", here)
    assert "&lt;script&gt;alert(1)" in texts(app)
    assert "<script>alert(1)" not in texts(app)


def test_a_drill_that_is_over_leads_to_its_debrief(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.end(here.person)
    app = open_app("console.py", here)
    assert not app.exception
    assert "This drill is over" in texts(app)


def test_a_press_that_comes_when_the_console_is_gone_breaks_nothing(seat: Seat) -> None:
    def gone(here):  # type: ignore[no-untyped-def]  # its text is the script: no name from here
        import streamlit as st

        from ui.app_pages import console

        st.button("1×", on_click=console._pace, args=(here, 1.0))

    app = AppTest.from_function(gone, args=(seat("commander", 60),)).run()
    app.button[0].click().run()
    assert not app.exception


def test_a_pace_that_is_not_on_offer_breaks_nothing(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.speed(here.person, 0.5)
    app = open_app("console.py", here)
    assert not app.exception
    assert app.get_by_key("speed-0.5").options == ["0.5×", "1×", "2×"]


def test_another_pace_takes_back_what_was_said_of_the_skip_before(open_app: Open, seat: Seat) -> None:
    app = open_app("console.py", seat("commander", 30))
    app.button(key="skip").click().run()
    assert [one.value for one in app.caption if one.value.startswith("Skipped")]
    app.get_by_key("speed-1").set_value(2.0).run()
    assert not [one.value for one in app.caption if one.value.startswith("Skipped")]


def test_assessment_gives_no_hints(open_app: Open, seat: Seat) -> None:
    assert ">hint<" in texts(open_app("console.py", seat("commander", 1200)))
    assert ">hint<" not in texts(open_app("console.py", seat("commander", 1200, "assessment")))


def test_who_has_handed_command_over_goes_on_from_another_seat(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 30)
    here.room.submit(acts.AssignRole(role="commander", to="commander"), here.person)
    assert not [b for b in open_app("console.py", here).button if b.key == "go-on"]
    handed = acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5)
    here.room.submit(handed, here.person)
    while here.room.briefing("deputy").incident.holder("commander") != "deputy":
        here.room.skip_ahead(here.person, 60)
    app = open_app("console.py", here)
    button = app.button(key="go-on")
    assert button.label == "Go on as Deputy"
    button.click().run()
    assert not app.exception
    assert [chair.holder for chair in _chairs(here) if chair.holder] == ["Ana"]
    assert here.room.briefing("deputy").incident.person("deputy") == "Ana"
    assert here.room.briefing("deputy").incident.person("commander") is None


def _chairs(here: Here) -> list[Any]:
    from ui.parts.live import SERVER

    return list(SERVER.rooms.lobby(here.room).chairs)


def test_two_who_said_it_in_the_channel_can_be_put_side_by_side(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 700)
    app = open_app("console.py", here)
    app.get_by_key("form_group").set_value("Decide").run()
    app.get_by_key("form_kind").set_value("record_contradiction").run()
    form = "form-record_contradiction-0"
    for row, (voice, action) in enumerate((("want_flag", "flag_web"), ("want_rollback", "rollback"))):
        app.get_by_key(f"{form}-recommendations.{row}.voice").set_value(voice)
        app.get_by_key(f"{form}-recommendations.{row}.action").set_value(action)
        app.get_by_key(f"{form}-recommendations.{row}.reversal_minutes").set_value(1.0 + 5 * row)
    app.get_by_key(f"{form}-choice").set_value("flag_web")
    hand_in(app).click().run()
    assert not app.exception
    assert "@identity-architect" in texts(app)
    given = [x.body for x in here.room.briefing("commander").entries if isinstance(x.body, acts.RecordContradiction)]
    assert [(side.owner, side.voice) for side in given[0].recommendations] == [
        (None, "want_flag"), (None, "want_rollback"),
    ]  # fmt: skip


def test_lines_are_given_in_the_order_in_which_they_are_typed(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    app = open_app("console.py", here)
    app.get_by_key("typed").set_value("/ic").run()
    app.get_by_key("typed").set_value("/ack").run()
    given = [x.body.kind for x in here.room.briefing("commander").entries if x.by == "commander:Ana"]
    assert given == ["take_seat", "assign_role", "acknowledge_page"]
    assert app.get_by_key("typed").value is None


def test_options_that_were_closed_stay_closed_and_a_newcomer_needs_none(open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="practise-billing_mismatch").click().run()
    app.button(key="solo-start").click().run()
    (row,) = rooms.store.drills()
    assert row.header.scenario == "billing_mismatch"
    app = open_app()
    assert not [one for one in app.button if one.key == "solo-start"]
    app.button(key="first-drill").click().run()
    first = next(one for one in rooms.store.drills() if one.header.scenario == "auth_token")
    assert (first.header.difficulty, first.header.mode, first.hosted) == ("novice", "training", False)
    assert "Evidence minimum" in texts(app)

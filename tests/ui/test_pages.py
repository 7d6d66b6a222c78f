"""Every page starts, in every state it can be in, and its buttons do what they say."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator import acts
from simulator import events as e
from simulator.record.entry import Entry
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from simulator.values import ENGINE
from tests.ui import live
from tests.ui.browsing import Browser
from ui.live import tools
from ui.pages import Page
from ui.parts import over
from ui.session import Here

Open = Callable[..., Browser]
Seat = Callable[..., Here]
UI = Path(__file__).resolve().parents[2] / "ui"


def texts(app: Browser) -> str:
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
    assert app.lives


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
    assert app.lives


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
    here = seat(role, until)
    app = open_app("console.py", here)
    assert not app.exception
    assert app.lives
    assert len([ident for ident in live.screen(here) if ident.startswith("figure-")]) == 6


def test_a_form_hands_its_command_in(seat: Seat) -> None:
    here = seat("commander", 30)
    found = live.press(here, "declare", severity="SEV-1", title="People are out", evidence=[])
    assert (found["ok"], found["text"]) == (True, "On the record")
    assert here.room.briefing("commander").incident.severity == "SEV-1"
    assert "SEV-1" in live.screen(here)["bar"]


def test_what_is_missing_is_said_beside_its_field(seat: Seat) -> None:
    here = seat("commander", 30)
    found = live.press(here, "declare", title="Half a thought", severity="")
    assert (found["ok"], found["text"]) == (False, "Still needed: Severity")
    assert found["fields"] == {"severity": "still needed"}
    found = live.press(here, "declare", title=" ", severity="SEV-1")
    assert (found["ok"], found["fields"]) == (False, {"title": "still needed"}), "an incident has a title"


def test_a_refusal_is_shown_with_its_reason(seat: Seat) -> None:
    found = live.press(seat("commander", 30), "request_closure", confidence="L2", evidence=[])
    assert not found["ok"]
    assert "eclare the incident first" in found["text"]


def test_a_page_is_acknowledged_with_one_click(seat: Seat) -> None:
    here = seat("commander", 5)
    (card,) = [html for ident, html in live.screen(here).items() if ident.startswith("need-page")]
    assert "data-alarm=" in card
    fields = live.Form(card).fields
    assert live.press(here, "acknowledge_page", **fields)["ok"]
    assert here.room.briefing("commander").incident.alerts["authn_reject_ratio_high"].acknowledged is not None


def test_what_people_type_is_shown_as_text(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.PostMessage(text="<script>alert(1)</script>"), here.person)
    assert "&lt;script&gt;alert(1)" in live.texts(here)
    assert "<script>alert(1)" not in live.texts(here)


@pytest.mark.parametrize(("text", "answer"), [(" ", "Type something first"), ("frobnicate", "sh: frobnicate: "),
                                               (" /frob", "/frob is no command")])  # fmt: skip
def test_an_answer_begins_as_a_sentence_or_with_what_was_typed(text: str, answer: str, seat: Seat) -> None:
    assert live.press(seat("commander", 60), "line", text=text, where="shell")["text"].startswith(answer)


def test_a_drill_that_is_over_leads_to_its_debrief(open_app: Open, seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.end(here.person)
    app = open_app("console.py", here)
    assert not app.exception
    assert "This drill is over" in texts(app)
    assert "ended before its time" in texts(app)
    assert "Time is up" not in texts(app)


def test_a_drill_that_time_ended_is_not_said_to_be_ended_early_for_who_was_refused_it(seat: Seat) -> None:
    here = seat("comms", 60)
    assert here.room.submit(acts.EndDrill(how="stopped"), here.person).refusal is not None
    told = over._ended([*here.room.truth("entries", lambda engine: engine.journal.entries),
                       Entry(9999, 3600, ENGINE, e.DrillEnded(how="time"))])  # fmt: skip
    assert "Time is up" in told


def test_a_pace_that_is_not_on_offer_is_shown_and_can_be_left(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.speed(here.person, 0.5)
    html = live.screen(here)["clock"]
    shown = re.findall(r'value="([\d.]+)"( aria-current="true")?>', html)
    assert [(pace, bool(now)) for pace, now in shown] == [("0.5", True), ("1", False), ("2", False)]
    assert live.press(here, "room.clock", pace="2") == {"ok": True, "text": "2×"}
    assert not live.press(here, "room.clock", pace="600")["ok"]


def test_a_skip_says_what_ended_it_and_counts_once(seat: Seat) -> None:
    here = seat("commander", -30)
    said = live.press(here, "room.clock", "the-same", do="skip")
    assert said["text"].startswith("Skipped 0:")
    at = here.room.version[1]
    assert live.press(here, "room.clock", "the-same", do="skip") == said
    assert here.room.version[1] - at < 5


def test_assessment_gives_no_hints(seat: Seat) -> None:
    assert ">hint<" in live.texts(seat("commander", 1200))
    assert ">hint<" not in live.texts(seat("commander", 1200, "assessment"))


def test_who_has_handed_command_over_goes_on_from_another_seat(seat: Seat) -> None:
    here = seat("commander", 30)
    here.room.submit(acts.AssignRole(role="commander", to="commander"), here.person)
    assert live.screen(here)["onwards"] == ""
    assert not live.press(here, "room.sit", seat="deputy")["ok"]
    handed = acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5)
    here.room.submit(handed, here.person)
    while here.room.briefing("deputy").incident.holder("commander") != "deputy":
        here.room.skip_ahead(here.person, 60)
    html = live.screen(here)["onwards"]
    assert "Go on as Deputy" in html
    assert live.press(here, "room.sit", **live.Form(html).fields)["ok"]
    assert [chair.holder for chair in _chairs(here) if chair.holder] == ["Ana"]
    assert here.room.briefing("deputy").incident.person("deputy") == "Ana"
    assert here.room.briefing("deputy").incident.person("commander") is None


def test_who_trains_alone_is_not_asked_whether_they_read(rooms: Rooms) -> None:
    for hosted in (False, True):
        room = rooms.create("sign_in_link", seed=7, hosted=hosted).room
        token, ana = rooms.join(room, "Ana", "commander")
        assert ("check" in live.screen(Here(room, ana, token))) is hosted


def test_no_seat_is_offered_to_lead_from_where_somebody_else_leads(rooms: Rooms) -> None:
    room = rooms.create("sign_in_link", seed=7, difficulty="novice").room
    token, ana = rooms.join(room, "Ana", "commander")
    token_of_bob, bob = rooms.join(room, "Bob", "deputy")
    here, other = Here(room, ana, token), Here(room, bob, token_of_bob)
    room.start(ana)
    room.submit(acts.AssignRole(role="commander", to="commander"), ana)
    room.submit(acts.AssignRole(role="commander", to="deputy"), ana)
    assert room.submit(acts.AcceptRole(role="commander"), bob).refusal is None
    html = live.screen(here)["onwards"]
    assert "Go on as" not in html
    assert "Bob leads now" in html
    assert "guide-step" not in live.screen(here)
    assert "guide-step" in live.screen(other)
    assert live.press(here, "room.sit", **live.Form(html).fields)["ok"], "another seat is to be had, as what it is"
    assert room.briefing("deputy").incident.person("deputy") == "Bob"


def test_who_needs_to_know_is_offered_a_seat_that_does_before_one_that_does_not(rooms: Rooms) -> None:
    room = rooms.create("permission_leak", seed=7).room
    _, ana = rooms.join(room, "Ana", "commander")
    _, bob = rooms.join(room, "Bob", "deputy")
    room.start(ana)
    room.submit(acts.AssignRole(role="commander", to="commander"), ana)
    room.submit(acts.AssignRole(role="commander", to="deputy"), ana)
    assert room.submit(acts.AcceptRole(role="commander"), bob).refusal is None
    b = room.briefing("commander")
    outside_first = sorted(b.catalogue.roles, key=lambda seat: seat.id != "comms")
    b = replace(b, catalogue=replace(b.catalogue, roles=tuple(outside_first)))
    assert not b.inside("comms")
    assert "Sit as @security-duty" in tools.onwards_html(b)


def test_who_waits_for_another_person_to_take_vacant_command_is_told_for_whom(rooms: Rooms) -> None:
    room = rooms.create("sign_in_link", seed=7, difficulty="novice").room
    token, ana = rooms.join(room, "Ana", "commander")
    rooms.join(room, "Bob", "deputy")
    room.start(ana)
    room.submit(acts.AssignRole(role="commander", to="commander"), ana)
    while not room.briefing("commander").incident.command.moved:
        found = room.skip_ahead(ana)
    assert found.why == "command has left the seat that had it"
    assert found.until <= 901, "a skip stops there"
    assert "Bob is next to lead" in live.screen(Here(room, ana, token))["onwards"]


def lost(rooms: Rooms, scenario: str, deputy: str) -> tuple[Room, str, Participant]:
    """Return a drill in which Ana, alone, led, named a deputy and has lost command."""
    room = rooms.create(scenario, seed=7, difficulty="novice").room
    token, ana = rooms.join(room, "Ana", "commander")
    room.start(ana)
    for post, seat in (("commander", "commander"), ("deputy", deputy)):
        assert room.submit(acts.AssignRole(role=post, to=seat), ana).refusal is None
    while not room.briefing("commander").incident.command.moved:
        room.skip_ahead(ana)
    return room, token, ana


@pytest.mark.parametrize(("scenario", "deputy"), [("permission_leak", "comms"), ("auth_token", "triage")])
def test_the_seat_to_lead_on_from_is_the_one_that_would_take_command(
    rooms: Rooms, scenario: str, deputy: str
) -> None:
    room, token, ana = lost(rooms, scenario, deputy)
    offered = live.screen(Here(room, ana, token))["onwards"]
    assert "Go on as Deputy" in offered
    b = room.briefing("commander")
    assert ("comms" in b.successors()) is (scenario != "permission_leak"), "who need not know is not asked to lead"
    while room.briefing("commander").incident.holder("commander") is None:
        room.skip_ahead(ana, 60)
    assert room.briefing("commander").incident.holder("commander") == "deputy"
    assert live.screen(Here(room, ana, token))["onwards"] == offered


def test_who_led_from_another_seat_and_handed_over_is_led_on(rooms: Rooms) -> None:
    room = rooms.create("sign_in_link", seed=7, difficulty="novice").room
    token, ana = rooms.join(room, "Ana", "commander")
    room.start(ana)
    room.submit(acts.AssignRole(role="commander", to="deputy"), ana)
    while room.briefing("commander").incident.holder("commander") is None:
        room.skip_ahead(ana, 10)
    ana = room.seats.take(ana, "deputy")
    here = Here(room, ana, token)
    assert not live.press(here, "room.sit", seat="triage")["ok"], "who leads changes seats in the lobby"
    give = acts.HandOff(what="commander", to="triage", included=(), unknowns=(), next_checkpoint_minutes=5)
    assert room.submit(give, ana).refusal is None
    while room.briefing("deputy").incident.holder("commander") == "deputy":
        found = room.skip_ahead(ana)
    assert found.why == "command has left the seat that had it"
    screen = live.screen(here)
    assert "Go on as @who-looks" in screen["onwards"], "two seats share their title"
    assert "Press Go on as @who-looks" in screen["guide-step"]
    assert live.press(here, "room.sit", **live.Form(screen["onwards"]).fields)["ok"]
    assert "you lead on, as @who-looks" in live.screen(Here(room, room.as_is(ana), token))["guide-step"]


def _chairs(here: Here) -> list[Any]:
    from ui.parts.live import SERVER

    return list(SERVER.rooms.lobby(here.room).chairs)


def test_two_who_said_it_in_the_channel_can_be_put_side_by_side(seat: Seat) -> None:
    here = seat("commander", 700)
    sides = {}
    for row, (voice, action) in enumerate((("want_flag", "flag_web"), ("want_rollback", "rollback"))):
        at = f"recommendations__{row}__"
        sides |= {f"{at}voice": voice, f"{at}action": action, f"{at}reversal_minutes": 1 + 5 * row}
    assert live.press(here, "record_contradiction", choice="flag_web", **sides)["ok"]
    assert "@identity-architect" in live.texts(here)
    given = [x.body for x in here.room.briefing("commander").entries if isinstance(x.body, acts.RecordContradiction)]
    assert [(side.owner, side.voice) for side in given[0].recommendations] == [
        (None, "want_flag"), (None, "want_rollback"),
    ]  # fmt: skip


def test_lines_are_given_in_the_order_in_which_they_are_typed(seat: Seat) -> None:
    here = seat("commander", 60)
    for line in ("/ic", "/ack", "sessctl impact --now"):
        assert live.typed(here, line)["ok"]
    given = [x.body.kind for x in here.room.briefing("commander").entries if x.by == "commander:Ana"]
    assert given == ["take_seat", "assign_role", "acknowledge_page", "run_query"]


@pytest.mark.slow
def test_the_first_drill_stays_within_reach_of_the_next_newcomer(open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="first-drill").click().run()
    app.to("lobby.py")
    assert "New here?" not in texts(app)
    app.text_input(key="first-name").set_value("Bea")
    app.button(key="first-drill").click().run()
    assert [one.name for row in rooms.store.drills() for one in rooms.store.participants(row.id)] == ["Bea", "You"]


def test_library_and_lobby_list_scenarios_in_one_order(open_app: Open) -> None:
    lobby, library = texts(open_app()), texts(open_app("library.py"))
    titles = [html.unescape(one) for one in re.findall("<h3 class='scenario'>(.+?)</h3>", lobby)]
    assert titles
    assert titles == [one for one in re.findall("^## (.+)$", library, re.MULTILINE) if one in titles]


def test_options_that_were_closed_stay_closed_and_a_newcomer_needs_none(open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="practise-billing_mismatch").click().run()
    app.button(key="solo-start").click().run()
    (row,) = rooms.store.drills()
    assert row.header.scenario == "billing_mismatch"
    app = open_app()
    assert not [one for one in app.button if one.key == "solo-start"]
    app.button(key="first-drill").click().run()
    first = next(one for one in rooms.store.drills() if one.header.scenario == "sign_in_link")
    assert (first.header.difficulty, first.header.mode, first.hosted) == ("novice", "training", False)
    assert rooms.open(first.id).clock.waits
    assert "waits while you read" in texts(app)


@pytest.mark.parametrize("chosen", ["Waits", "1×"])
def test_a_novice_has_the_speed_they_choose_and_is_told_of_no_other(chosen: str, open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="practise-sign_in_link").click().run()
    assert "Waits" not in app.button_group(key="solo-speed").options
    app.button_group(key="solo-difficulty").set_value("novice").run()
    assert app.button_group(key="solo-speed-guided").value == "Waits"
    app.button_group(key="solo-speed-guided").set_value(chosen)
    app.button(key="solo-start").click().run()
    (row,) = rooms.store.drills()
    clock, waits = rooms.open(row.id).clock, chosen == "Waits"
    assert clock.waits is waits
    assert ("waits while you read" in texts(app)) is waits
    assert ("Pause when you like" in texts(app)) is not waits
    assert "Evidence minimum" in texts(app)

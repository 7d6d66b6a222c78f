"""The facilitator's desk without a browser: each verb does what it says, and nothing of the desk reaches a role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from simulator import acts
from simulator.errors import AccessDenied, DrillError
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.values import OBSERVER
from tests.ui import live
from ui.live import desk_verbs  # noqa: F401  # registers what is tested
from ui.live.arrival import arrival
from ui.live.asked import asked, follow
from ui.live.desk import TABS, desk, frame
from ui.live.desk_model import Desk, model
from ui.live.desk_truth import truth_html
from ui.live.desk_verbs import minute
from ui.live.runsheet import runsheet
from ui.live.screen import Screen, opening
from ui.live.verbs import VERBS
from ui.session import LOOKED, Here


@pytest.fixture
def team(rooms: Rooms) -> Iterator[tuple[Here, Here, Here]]:
    """Return a host, the commander and who communicates, at T+02:00 of a hosted drill."""
    opened = rooms.create("auth_token", seed=7, hosted=True)
    room = opened.room
    token, host = rooms.facilitate(room, "Hana", opened.key)
    here = Here(room, host, token)
    joined = rooms.join(room, "Ana", "commander"), rooms.join(room, "Cy", "comms")
    seats = [Here(room, who, own) for own, who in joined]
    room.start(host)
    room.skip_ahead(host, 60)
    while room.version[1] < 120:
        room.skip_ahead(host, 120 - room.version[1])
    yield here, *seats
    LOOKED.clear()


def do(here: Here, name: str, **fields: Any) -> str:
    return VERBS[name](here, fields)


def shown(here: Here) -> dict[str, str]:
    return {piece.id: piece.html for piece in desk(model(here.room), here.room.row.code, here.person.name)}


def seen(room: Room) -> Desk:
    return model(room)


def line(room: Room, ident: str) -> Any:
    return next(one for one in seen(room).lines if one.ident == ident)


def coming(room: Room) -> str:
    return next(one.ident for one in seen(room).lines if one.state == "pending" and not one.waits_for)


@pytest.mark.parametrize(("text", "found"), [
    ("12:30", 12.5), ("T+3:06", 3.1), ("7", 7.0), ("7.5", 7.5), ("-1:00", -1.0), ("", None), (None, None),
])  # fmt: skip
def test_a_moment_is_read_as_people_write_it(text: str | None, found: float | None) -> None:
    assert minute(text) == (None if found is None else pytest.approx(found))


@pytest.mark.parametrize("text", ["soon", "12:75", "1:2:3", "9" * 9])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DrillError, match="write it as 12:30"):
        minute(text)


def test_the_frame_has_a_place_for_every_piece(team: tuple[Here, Here, Here]) -> None:
    html = frame().html
    for ident in shown(team[0]):
        assert f'id="{ident}"' in html
    assert set(TABS) < set(re.findall(r'id="([\w-]+)"', html))


def test_ids_are_used_once_and_nothing_runs_by_itself(team: tuple[Here, Here, Here]) -> None:
    html = frame().html + "".join(shown(team[0]).values())
    ids = re.findall(r' id="([^"]+)"', html)
    assert sorted(set(ids)) == sorted(ids)
    assert not re.search(r"<script|\son\w+=|\sstyle=", html)


def test_a_line_is_held_changed_moved_and_duplicated(team: tuple[Here, Here, Here]) -> None:
    host, *_ = team
    ident = coming(host.room)
    assert do(host, "hold", inject=ident) == "Held until you fire it"
    assert line(host.room, ident).state == "held"
    assert do(host, "hold", inject=ident, at="20:00") == "Held until T+20:00"
    assert (line(host.room, ident).state, line(host.room, ident).at) == ("pending", 1200)
    before = line(host.room, ident).text
    do(host, "edit", inject=ident, text=before, was=before, at="21:00")
    assert (line(host.room, ident).text, line(host.room, ident).at) == (before, 1260)
    do(host, "edit", inject=ident, text="quite <b>other</b> words", was=before)
    assert "quite &lt;b&gt;other&lt;/b&gt; words" in shown(host)["desk-msel"]
    do(host, "duplicate", inject=ident, at="22:00")
    assert line(host.room, f"{ident}-2").at == 1320
    with pytest.raises(DrillError, match="is past"):
        do(host, "hold", inject=ident, at="1:00")


def test_a_line_whose_condition_does_not_hold_is_asked_about_before_it_is_fired(team: tuple[Here, Here, Here]) -> None:
    host, ana, _ = team
    waits = next(one for one in seen(host.room).lines if one.not_so and one.expects)
    row = shown(host)["desk-msel"].partition(f'id="line-{waits.ident}"')[2].partition("</tr>")[0]
    assert "Fire anyway" in row
    assert f"Its condition does not hold now: {waits.not_so}." in row
    with pytest.raises(DrillError, match="its condition does not hold now"):
        do(host, "fire", inject=waits.ident)
    with pytest.raises(AccessDenied):
        do(ana, "fire", inject=waits.ident, anyway="yes")
    assert do(host, "fire", inject=waits.ident, anyway="yes") == "Fired"
    assert line(host.room, waits.ident).answered == "none expected"
    assert do(host, "fire", inject=coming(host.room)) == "Fired"


def test_a_line_that_is_held_says_so_and_is_released(team: tuple[Here, Here, Here]) -> None:
    host, *_ = team
    ident = coming(host.room)
    do(host, "hold", inject=ident)
    said = shown(host)["desk-next"].partition(f'id="next-{ident}"')[2].partition("</li>")[0]
    assert "<i>held</i>" in said
    assert "release_inject" in said
    assert host.room.submit(acts.ReleaseInject(inject=ident), host.person).refusal is None
    assert line(host.room, ident).state == "pending"
    assert "<i>held</i>" not in shown(host)["desk-next"]


def test_words_are_said_as_anybody_to_whom_one_likes(team: tuple[Here, Here, Here]) -> None:
    host, ana, cy = team
    assert do(host, "say", persona="Ops", text="to you alone", to="comms") == "Said"
    assert do(host, "say", persona="Ops", text="later", at="9:00") == "Will be said at T+09:00"
    texts = {here.person.name: [getattr(x.body, "text", "") for x in here.room.briefing(here.role).entries]
             for here in (ana, cy)}  # fmt: skip
    assert "to you alone" in texts["Cy"]
    assert "to you alone" not in texts["Ana"]
    assert "later" not in texts["Cy"]
    with pytest.raises(DrillError, match="not in the room"):
        do(host, "say", persona="Ops", text="hello?", to=next(c.id for c in seen(host.room).chairs if not c.here))
    with pytest.raises(DrillError, match="Still needed"):
        do(host, "say", text="hello")


def test_a_freeze_pauses_and_its_answers_come_to_the_desk(team: tuple[Here, Here, Here]) -> None:
    host, ana, cy = team
    do(host, "freeze", questions=["worst", "leads"])
    assert host.room.clock.state == "paused"
    cards = {here.person.name: list(asked(here.room.briefing(here.role), True)) for here in (ana, cy)}
    assert [len(found) for found in cards.values()] == [2, 2]
    assert {piece.id for piece in cards["Ana"]}.isdisjoint(piece.id for piece in cards["Cy"])
    probe = next(row.probe for row in seen(host.room).probes if row.seat == "commander")
    ana.room.submit(acts.AnswerProbe(probe=probe, question="leads", choice="unsure"), ana.person)
    assert len(list(asked(ana.room.briefing("commander"), True))) == 1
    assert "0 of 1 right" in shown(host)["desk-help"]
    with pytest.raises(DrillError, match="ask 2 to 4"):
        do(host, "freeze", questions=["worst"])


def test_words_may_come_with_a_text_that_is_read_and_does_nothing(team: tuple[Here, Here, Here]) -> None:
    host, ana, cy = team
    hostile = "a line\n<script>alert(1)</script>\n=1+1\n" + "more\n" * 9
    do(host, "say", persona="Vendor", text="See what our log says", attached=hostile, attached_is="log",
       attached_title="<b>edge</b> log")  # fmt: skip
    html = live.texts(ana)
    assert "See what our log says [log excerpt: &lt;b&gt;edge&lt;/b&gt; log]" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html
    assert "=1+1" in live.texts(cy)
    # Later, to one, and once more.
    do(host, "say", persona="Vendor", text="Second", attached="numbers", attached_is="figure", at="6:00", to="comms")
    assert line(host.room, "ad-hoc-2").text == "Second"
    do(host, "duplicate", inject="ad-hoc-2")
    assert "Second [figure: Figure]" in live.texts(cy)
    assert "numbers" in live.texts(cy)
    assert "Second" not in live.texts(ana)
    for wrong in ({"attached": "x" * 8001}, {"attached": "x", "attached_is": "program"}):
        with pytest.raises(DrillError):
            do(host, "say", persona="Vendor", text="Third", **wrong)
    do(host, "say", persona="Vendor", text="Fourth", attached="  ")
    assert "Fourth [" not in live.texts(ana)


def test_notes_marks_and_ratings_are_kept_and_compared(team: tuple[Here, Here, Here], rooms: Rooms) -> None:
    host, *_ = team
    assert do(host, "note", text="nobody asked <i>why</i>", tag="", criterion="B1a") == "Kept at T+02:00"
    do(host, "note", tag="-")
    with pytest.raises(DrillError, match="no words"):
        do(host, "note", tag="", text=" ")
    other = Here(host.room, host.room.seats.admit("Ivo", facilitator=True), "")
    for who, rating in ((host, "3"), (other, "2")):
        do(who, "rate", about="leadership", rating=rating)
    pieces = shown(host)
    assert "nobody asked &lt;i&gt;why&lt;/i&gt;" in pieces["desk-notes"]
    assert "1 ratings compared: 0% the same, 100% at most one apart" in pieces["desk-ratings"]
    # Of what somebody has not rated, they see that others have and no more.
    do(host, "rate", about="global", rating="4", text="held together")
    for own, sees in ((host, True), (other, False)):
        html = shown(own)["desk-ratings"]
        assert ("held together" in html) is sees
        assert ("Others have rated 1 more" in html) is not sees
        assert "2 ratings compared" not in html
    do(other, "rate", about="global", rating="1")
    assert "held together" in shown(other)["desk-ratings"]
    assert "2 ratings compared" in shown(other)["desk-ratings"]
    do(host, "leave_out", evaluator="Ivo")
    assert "Count again Ivo" in shown(host)["desk-ratings"]
    assert "ratings compared" not in shown(host)["desk-ratings"]
    for wrong in ("5", "0", "x", ""):
        with pytest.raises(DrillError, match="from 1 to 4"):
            do(host, "rate", about="leadership", rating=wrong)


def test_seats_are_freed_moved_swapped_and_handed_over(team: tuple[Here, Here, Here]) -> None:
    host, ana, cy = team
    do(host, "swap_seats", one=ana.person.id, other=cy.person.id)
    assert {c.id: c.name for c in seen(host.room).chairs if c.name} == {"commander": "Cy", "comms": "Ana"}
    do(host, "move_seat", person=ana.person.id, seat="deputy")
    do(host, "free_seat", seat="commander")
    assert {c.id: c.name for c in seen(host.room).chairs if c.name} == {"deputy": "Ana"}
    assert "/enter?ticket=" in do(host, "let_back", person=ana.person.id)
    with pytest.raises(AccessDenied):
        do(host, "move_seat", person="nobody", seat="deputy")


def test_a_facilitator_looks_over_any_shoulder(team: tuple[Here, Here, Here]) -> None:
    host, ana, _ = team
    assert host.role == "commander"
    do(host, "look", seat="comms")
    assert (host.role, ana.role) == ("comms", "commander")
    with pytest.raises(DrillError):
        do(host, "look", seat="nowhere")


def test_stepping_rewinding_and_the_real_world_stop(team: tuple[Here, Here, Here]) -> None:
    host, ana, _ = team
    assert re.match(r"T\+\d\d:\d\d: ", do(host, "step"))
    assert "Join code" in do(host, "rewind", at="1:30")
    assert "second life from T+01:30" in shown(host)["desk-run"]
    (card,) = follow(tuple(seen(host.room).lives))
    assert "./follow?drill=" in card.html
    host.room.resume(host.person)
    assert do(host, "real_world") == "Stopped for the real world"
    for here in (ana, host):
        assert "Stopped for the real world" in next(piece.html for piece in opening(here) if piece.id == "over")


@pytest.mark.parametrize(("name", "fields"), [
    ("say", {"persona": "Ops", "text": "hi"}), ("hold", {"inject": "boss"}), ("edit", {"inject": "boss", "text": "x"}),
    ("duplicate", {"inject": "boss"}), ("freeze", {"questions": ["leads", "worst"]}), ("step", {}),
    ("note", {"text": "x"}), ("rate", {"about": "global", "rating": "3"}), ("leave_out", {"evaluator": "Hana"}),
    ("look", {"seat": "comms"}), ("check", {}), ("free_seat", {"seat": "comms"}), ("rewind", {"at": "1:00"}),
    ("real_world", {}),
])  # fmt: skip
def test_nobody_else_can(team: tuple[Here, Here, Here], name: str, fields: dict[str, Any]) -> None:
    host, ana, cy = team
    inject = coming(host.room)
    fields = {key: inject if key == "inject" else value for key, value in fields.items()}
    before = [len(seen(host.room).notes), {c.id: c.name for c in seen(host.room).chairs}]
    with pytest.raises(DrillError):
        do(ana, name, **fields)
    assert [len(seen(host.room).notes), {c.id: c.name for c in seen(host.room).chairs}] == before
    assert not ana.room.ended
    with pytest.raises(DrillError):
        do(cy, "move_seat", person=ana.person.id, seat="comms")


def test_nothing_of_the_desk_reaches_a_role(team: tuple[Here, Here, Here]) -> None:
    host, ana, cy = team
    do(host, "note", text="secret-note", tag="-", criterion="B1a")
    do(host, "rate", about="leadership", rating="2", text="secret-rating")
    override = acts.OverrideOutcome(action=seen(host.room).actions[0][0], outcome="forbid", reason="secret-reason")
    host.room.submit(override, host.person)
    do(host, "freeze", questions=["worst", "trend"])
    do(host, "edit", inject=coming(host.room), text="secret-words", was="")
    truth = host.room.loaded.scenario.fault
    observer = Here(host.room, host.room.seats.admit("Obi", OBSERVER), "")
    for here in (ana, cy, observer):
        pieces = [*opening(here), *Screen(here).pieces(here.room)]
        text = "".join(getattr(piece, "html", "") or getattr(piece, "json", "") for piece in pieces)
        assert not re.search("secret-|probe_keyed|room.rate", text)
        assert truth not in text
        assert not any(piece.id.startswith("desk-") for piece in pieces)
    hosts = {piece.id for piece in Screen(host).pieces(host.room)}
    assert {"desk-truth", "desk-msel", "facilitator"} <= hosts


def test_whoever_comes_late_reads_how_things_stand(team: tuple[Here, Here, Here], rooms: Rooms) -> None:
    host, ana, cy = team
    room = host.room
    room.submit(acts.AssignRole(role="commander", to="commander"), ana.person)
    room.skip_ahead(host.person, 60)
    _, dan = rooms.join(room, "Dan", "triage")
    late = Here(room, dan, "")
    card = next(arrival(room.briefing(late.role)))
    assert "commander: Ana; deputy: nobody" in card.html
    assert "No stakeholder update is promised" in card.html
    assert list(arrival(room.briefing(cy.role))) == []
    assert "arrival" in {piece.id for piece in Screen(late).pieces(room)}


def test_a_seat_is_given_to_somebody_who_looks_on(team: tuple[Here, Here, Here], rooms: Rooms) -> None:
    _, _, cy = team
    _, obi = rooms.join(cy.room, "Obi", OBSERVER)
    menu = next(piece.html for piece in Screen(cy).pieces(cy.room) if piece.id == "menu-place")
    assert f'value="{obi.id}">Obi' in menu
    assert do(cy, "hand_seat", person=obi.id) == "Obi has your seat"
    assert {c.id: c.name for c in seen(cy.room).chairs if c.name}["comms"] == "Obi"


def test_reasons_stay_with_facilitators_after_the_drill_too(team: tuple[Here, Here, Here]) -> None:
    host, ana, _ = team
    override = acts.OverrideOutcome(action=seen(host.room).actions[0][0], outcome="forbid", reason="secret-reason")
    host.room.submit(override, host.person)
    host.room.end(host.person)
    texts = ["\n".join(host.room.record_for(who).lines()) for who in (ana.person, None, host.person)]
    assert ["secret-reason" in text for text in texts] == [False, False, True]


def test_the_run_sheet_is_whole_and_inert(team: tuple[Here, Here, Here]) -> None:
    host, *_ = team
    do(host, "edit", inject=coming(host.room), text="<script>x</script>", was="")
    page = runsheet(host.room, model(host.room))
    assert page.count("<tr>") > len(host.room.loaded.scenario.injects)
    assert "<script>" not in page
    assert "Notes of the scenario" in page


def test_before_the_first_page_the_desk_shows_the_one_course_there_is(rooms: Rooms) -> None:
    room = rooms.create("auth_token", seed=7, hosted=True).room
    d = seen(room)
    assert "Harm up to T-01:00" in truth_html(d)
    assert {one.title for one in d.harms} > {one.title for one in room.loaded.scenario.harm}
    assert all(one.now == one.nobody == one.best for one in d.harms)


def test_the_desk_shows_truth_beside_nobodys_and_the_best_found(team: tuple[Here, Here, Here]) -> None:
    host, *_ = team
    d = seen(host.room)
    assert {one.title for one in d.harms} > {one.title for one in host.room.loaded.scenario.harm}
    assert all(one.nobody is not None and one.best is not None for one in d.harms)
    host.room.skip_ahead(host.person, 13)
    d = seen(host.room)
    assert d.now % 60
    assert d.harmed_by == 120
    assert all(one.now == pytest.approx(one.nobody, abs=1e-3) for one in d.harms), "nobody has acted: all are the same"
    assert "Harm up to T+02:00" in truth_html(d)
    seats = {chair.id: chair.criteria for chair in d.chairs}
    assert seats["commander"]
    assert {status for _, _, status, _ in seats["commander"]} <= {"met", "partial", "missed", "not_observed"}

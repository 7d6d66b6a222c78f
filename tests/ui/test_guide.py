"""The guide of a first drill: each step is done when the record says so, in the order of a drill by the book."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from scenarios import load
from simulator import acts
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from simulator.record.history import UPDATE_GRACE
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.skip import QUIET, awaited, run_ahead
from simulator.values import Author
from tests.played import under_way
from tests.ui import live
from ui.documents.known import SeatView
from ui.live.ending import measured_at
from ui.live.forms import form_html
from ui.live.guide import LESSONS, guide, leads, said
from ui.live.piece import Piece
from ui.live.screen import SECTIONS, Screen, View
from ui.live.wanted import wanted
from ui.parts.begin import FIRST
from ui.parts.needs import needs
from ui.session import Here


def shown(at: int) -> tuple[int, str]:
    """Return how many steps are done at a second of a drill by the book, and the words of the next one."""
    engine = under_way("auth_token", "by_the_book", 7, at)
    (piece,) = guide(SeatView(briefing(engine, "commander")))
    done = re.search(r"(\d+) of 12", piece.html)
    assert done is not None
    assert piece.html.count('class="done"') == int(done[1])
    return int(done[1]), piece.html


def test_a_drill_by_the_book_goes_through_the_guide() -> None:
    found = [shown(60 * minute + 1) for minute in (0, 3, 5, 10, 20, 55)]
    counts = [count for count, _ in found]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert "Let the page come." in found[0][1]
    assert "It is there." in found[0][1]
    assert counts[-1] == 12
    assert "debrief" in found[-1][1]
    opened = [re.findall('data-open="([a-z_]+)"', html) for _, html in found]
    assert opened[0] == opened[-1] == []
    assert opened[1] == ["record_option"], "a step that takes a form opens it"


def alone(name: str, *given: acts.Act, difficulty: str = "standard", until: int = 0) -> Engine:
    """Return a drill in which Ana has the seat that leads, and command, and gives these commands at T+1:00."""
    loaded = load(name, "base", difficulty)
    lead = loaded.scenario.lead()
    engine = Engine(loaded, new_header(loaded, 7, mode="training"))
    for act in (acts.TakeSeat(seat=lead, name="Ana"), acts.AssignRole(role="commander", to=lead), *given):
        assert engine.submit(act, Author.person(lead, "Ana")).refusal is None, act
        engine.advance(60)
    engine.advance(until or engine.now)
    return engine


def told(engine: Engine, title: str, role: str = "commander") -> str:
    """Return what a step would say now."""
    k = SeatView(briefing(engine, role))
    (step,) = (one for one in LESSONS if one.title == title)
    return next((turn.how for turn in step.turns if turn.holds(k)), step.how)


@pytest.mark.parametrize(
    ("name", "act", "title"),
    [("billing_mismatch", acts.TakeAction(action="replay_selective", executor="data"), "Have it done."),
     ("auth_token", acts.TakeAction(action="rollback", executor="mitigation"), "Have it done."),
     ("sign_in_link", acts.AssignTask(to="commander", text="Do it.", action="layout_off"), "Have it done."),
     ("sign_in_link", acts.AssignTask(to="commander", text="Do it.", action="layout_off"), "Write down what you saw."),
     ("sign_in_link", acts.AssignTask(to="commander", text="Look.", query="impact"), "Prove it.")],
)  # fmt: skip
def test_nobody_is_told_to_let_time_pass_while_something_waits_for_themselves(
    name: str, act: acts.Act, title: str
) -> None:
    engine = alone(name, act, until=600)
    assert "Waits for you" in told(engine, title)
    waiting = [need.label for need in needs(briefing(engine, "commander"))]
    assert any(one in ("sign-off", "hangs") or one.startswith("task") for one in waiting)


def test_a_sign_off_that_somebody_else_keeps_back_is_said() -> None:
    engine = alone("billing_mismatch", acts.TakeAction(action="pause", executor="mitigation"), until=300)
    for act in (acts.TakeAction(action="resume", executor="mitigation"), acts.SignOff(action="resume")):
        assert engine.submit(act, Author.person("commander", "Ana")).refusal is None
        engine.advance(engine.now + 300)
    assert "the channel says why" in told(engine, "Have it done.")


def test_what_begins_with_no_page_asks_nobody_to_acknowledge_one() -> None:
    engine = alone("permission_leak", difficulty="novice", until=600)
    b = briefing(engine, "commander")
    assert [alert.page for alert in b.alerts() if alert.page] == []
    assert LESSONS[0].done(SeatView(b))
    assert "Acknowledge" not in guide(SeatView(b))[0].html
    assert not LESSONS[0].done(SeatView(briefing(alone("sign_in_link"), "commander"))), "a page that rings waits"


def test_who_has_to_go_is_led_to_hand_over_and_who_took_over_is_not() -> None:
    engine = alone("sign_in_link", until=700)
    assert "Hand command over." not in guide(SeatView(briefing(engine, "commander")))[0].html, "nobody was told yet"
    engine.advance(721)
    (piece,) = guide(SeatView(briefing(engine, "commander")))
    assert "Hand command over." in piece.html
    assert 'data-open="hand_off"' in piece.html
    give = acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5)
    assert engine.submit(give, Author.person("commander", "Ana")).refusal is None
    assert "Skip ahead until they have it" in guide(SeatView(briefing(engine, "commander")))[0].html
    engine.advance(880)
    assert engine.incident.holder("commander") == "deputy"
    assert not briefing(engine, "deputy").called_away()
    assert "Press Go on as Deputy" in guide(SeatView(briefing(engine, "commander")))[0].html


def given(engine: Engine, act: acts.Act, role: str = "commander", name: str = "Ana") -> None:
    """Give a command that is not refused."""
    assert engine.submit(act, Author.person(role, name)).refusal is None, act


GIVE = acts.HandOff(what="commander", to="deputy", included=(), unknowns=(), next_checkpoint_minutes=5)


def test_the_form_to_hand_command_over_begins_with_what_the_guide_says() -> None:
    b = briefing(alone("sign_in_link", until=721), "commander")
    assert "Hand it to @second" in guide(SeatView(b))[0].html
    fields = live.Form(form_html(b, "hand_off")).fields
    assert (fields["what"], fields["to"]) == ("commander", "deputy")


def test_an_incident_is_declared_by_what_paged_first_whatever_fires_meanwhile() -> None:
    engine = alone("auth_token", acts.TakeAction(action="rollback", executor="mitigation"), until=400)
    b = briefing(engine, "commander")
    second, first = [one for one in b.alerts() if one.firing and one.page]
    assert second.since > first.since == 0
    assert live.Form(form_html(b, "declare")).fields["title"] == first.summary[:120]


def test_who_did_what_does_not_help_is_led_on_to_do_something_else() -> None:
    engine = alone("sign_in_link", acts.TakeAction(action="close_door", executor="mitigation"), until=300)
    given(engine, acts.RunQuery(query="verify", executor="triage"))
    engine.advance(420)
    k = SeatView(briefing(engine, "commander"))
    words = said(k, [one for one in LESSONS if one.title == "Prove it."])
    assert "read under Output where it still fails" in words
    assert 'data-open="take_action"' in words


def test_what_is_ordered_after_a_look_that_proves_nothing_is_waited_for() -> None:
    engine = alone("sign_in_link", acts.TakeAction(action="close_door", executor="mitigation"), until=300)
    given(engine, acts.RunQuery(query="verify", executor="triage"))
    engine.advance(420)
    given(engine, acts.TakeAction(action="layout_off", executor="mitigation"))
    assert "Something is being done" in told(engine, "Prove it.")
    engine.advance(540)
    assert "rerun" in told(engine, "Prove it."), "and then looked at again"


def test_a_skip_of_who_is_led_through_waits_for_what_was_begun_and_no_longer_than_a_minute_for_nothing() -> None:
    engine = alone("sign_in_link", until=200)
    while (found := run_ahead(engine, "commander", quiet=QUIET)).why != "nothing is under way":
        assert found.until < 600, "something comes each time"
    assert found.until - found.since >= QUIET
    assert not awaited(engine.seen_as("commander"), "commander")
    before = engine.now
    assert run_ahead(engine, "commander", quiet=QUIET).until <= before + QUIET
    metrics = tuple(one.id for one in briefing(engine, "commander").options("metrics"))[:1]
    given(engine, acts.RecordVerification(metrics=metrics, baseline_from=-55, baseline_to=-25, hold_minutes=2))
    whys = []
    while "the verification is measured" not in whys:
        whys.append(run_ahead(engine, "commander", quiet=QUIET).why)
        assert whys[-1] != "nothing is under way", "it waits for what is to be measured"
        assert len(whys) < 9, whys


def test_whoever_skips_at_once_comes_to_the_first_page() -> None:
    loaded = load("sign_in_link", "base", "novice")
    engine = Engine(loaded, new_header(loaded, 7, mode="training"))
    assert run_ahead(engine, "commander", quiet=QUIET).why != "nothing is under way"
    assert briefing(engine, "commander").alerts()


def test_a_lane_that_is_offered_is_not_command() -> None:
    engine = alone("sign_in_link", until=721)
    given(engine, acts.TakeSeat(seat="deputy", name="Bob"), "deputy", "Bob")
    given(engine, GIVE.model_copy(update={"what": "triage"}))
    assert "You offered it" not in guide(SeatView(briefing(engine, "commander")))[0].html
    given(engine, GIVE)
    assert "You offered it" in guide(SeatView(briefing(engine, "commander")))[0].html


def test_who_leads_without_a_name_is_told_to_say_so_before_they_hand_over() -> None:
    loaded = load("sign_in_link", "base", "novice")
    engine = Engine(loaded, new_header(loaded, 7, mode="training"))
    given(engine, acts.TakeSeat(seat="commander", name="Ana"))
    engine.advance(30)
    given(engine, acts.AcknowledgePage(alert=briefing(engine, "commander").alerts()[0].alert))
    engine.advance(721)
    assert "Say who leads." in guide(SeatView(briefing(engine, "commander")))[0].html
    given(engine, acts.AssignRole(role="commander", to="commander"))
    assert "Hand command over." in guide(SeatView(briefing(engine, "commander")))[0].html, "they still have to go"
    given(engine, GIVE)


def test_who_led_from_another_seat_is_wanted_elsewhere_and_not_who_leads_after_them() -> None:
    engine = alone("sign_in_link")
    given(engine, acts.TakeSeat(seat="deputy", name="Bob"), "deputy", "Bob")
    given(engine, acts.AssignRole(role="commander", to="deputy"))
    given(engine, acts.AcceptRole(role="commander"), "deputy", "Bob")
    engine.advance(721)
    assert briefing(engine, "deputy").called_away()
    assert not briefing(engine, "commander").called_away()
    assert "Hand it to @who-looks" in guide(SeatView(briefing(engine, "deputy")))[0].html
    assert live.Form(form_html(briefing(engine, "deputy"), "hand_off")).fields["to"] == "triage"
    skipped = run_ahead(engine, "deputy")
    while engine.incident.holder("commander"):
        skipped = run_ahead(engine, "deputy")
    assert (skipped.until, skipped.why) == (901, "command has left the seat that had it")
    assert not any(briefing(engine, role).called_away() for role in ("commander", "deputy"))
    assert leads(briefing(engine, "commander"))
    assert "It can be you, as Incident commander" in told(engine, "Say who leads.").format(seat="Incident commander")
    given(engine, acts.AssignRole(role="commander", to="commander"))
    assert not briefing(engine, "commander").called_away()


@pytest.mark.parametrize(
    ("piece", "at"), [("guide-step", 48 * 60 + 1), ("forms", 48 * 60 + 2)]
)
def test_what_hangs_on_a_promise_is_drawn_anew_when_it_becomes_overdue_by_itself(
    rooms: Rooms, piece: str, at: int
) -> None:
    role = "deputy"
    engine = under_way("auth_token", "by_the_book", 7, at)
    room = rooms.create(FIRST, seed=7, difficulty="novice").room
    (section,) = (one for one in SECTIONS if any(x.id == piece for x in one.build(_view(engine, room))))

    def asked_now() -> list[str]:
        return [form.kind for form in wanted(briefing(engine, role))["Asked now"]]

    assert "Nothing is missing." in told(engine, "Close.", role)
    assert asked_now()[0] == "request_closure"
    before = section.on(_view(engine, room))
    due = engine.incident.next_update_due
    assert due is not None
    engine.advance(due + UPDATE_GRACE)
    assert section.on(_view(engine, room)) == before, "not with each second"
    engine.advance(due + UPDATE_GRACE + 1)
    assert "Nothing is missing." not in told(engine, "Close.", role)
    assert asked_now()[0] == "update_stakeholders"
    assert section.on(_view(engine, room)) != before


def _view(engine: Engine, room: Room) -> View:
    """Return the deputy's view, with nothing more on record each time."""
    b = briefing(engine, "deputy")
    return View(b, room, "plays", {}, {}, room.clock, 0, "Ana")


def test_who_handed_command_to_somebody_is_not_led_to_a_seat_without_it() -> None:
    engine = alone("sign_in_link")
    assert engine.submit(acts.TakeSeat(seat="deputy", name="Bob"), Author.person("deputy", "Bob")).refusal is None
    give = acts.AssignRole(role="commander", to="deputy")
    assert engine.submit(give, Author.person("commander", "Ana")).refusal is None
    assert engine.submit(acts.AcceptRole(role="commander"), Author.person("deputy", "Bob")).refusal is None
    assert not leads(briefing(engine, "commander"))
    assert leads(briefing(engine, "deputy"))


def test_who_handed_command_to_a_simulated_teammate_is_led_there() -> None:
    engine = alone("sign_in_link", acts.AssignRole(role="commander", to="deputy"), until=180)
    b = briefing(engine, "commander")
    assert b.incident.holder("commander") == "deputy"
    assert leads(b)
    assert "Press Go on as" in guide(SeatView(b))[0].html


def test_a_task_that_only_looks_hides_no_measurement_under_way() -> None:
    engine = under_way("auth_token", "by_the_book", 7, 1291)
    assert measured_at(briefing(engine, "commander")) == 1890
    hold = acts.TakeAction(action="hold", executor="verification")
    assert engine.submit(hold, Author.person("commander", "Ana")).refusal is None
    b = briefing(engine, "commander")
    assert any(task.action == "hold" for task in SeatView(b).tasks())
    assert "Write down what you saw." not in guide(SeatView(b))[0].html


def test_a_measurement_is_stale_after_what_the_gate_takes_for_a_change_and_nothing_else() -> None:
    compare = acts.RecordVerification(metrics=("reject_ratio",), baseline_from=-55, baseline_to=-25, hold_minutes=10)
    engine = alone("auth_token", acts.TakeAction(action="rollback", executor="mitigation"), until=300)

    def give(act: acts.Act) -> None:
        assert engine.submit(act, Author.person("commander", "Ana")).refusal is None
        engine.advance(engine.now + 120)

    give(compare)
    give(acts.TakeAction(action="hold", executor="verification"))
    held = engine.incident.last_run("action", "hold")
    assert held is not None
    assert held.state == "done"
    assert measured_at(briefing(engine, "commander")) is not None, "looking is no change"
    give(acts.AbortAction(action=engine.incident.last_run("action", "rollback").run))  # type: ignore[union-attr]
    assert measured_at(briefing(engine, "commander")) is None, "half of it was done and undone"


@pytest.mark.parametrize(
    ("how", "has"),
    [({"difficulty": "novice"}, True), ({}, False), ({"difficulty": "novice", "mode": "assessment"}, False),
     ({"difficulty": "novice", "hosted": True}, False)],
)  # fmt: skip
def test_only_novices_who_train_alone_have_one(rooms: Rooms, how: dict[str, object], has: bool) -> None:
    make: Callable[..., object] = rooms.create
    assert make("auth_token", seed=7, **how).room.row.guided is has  # type: ignore[attr-defined]


def test_guide_and_speed_say_how_the_clock_goes_now_though_the_drill_is_paused(rooms: Rooms) -> None:
    room = rooms.create(FIRST, seed=7, difficulty="novice").room
    token, you = rooms.join(room, "You", room.loaded.scenario.lead())
    room.speed(you, None)
    room.start(you)
    room.pause(you)
    screen = Screen(Here(room, you, token))
    for pace, says, chosen in ((None, "waits", "Waits"), (1, "runs", "1×"), (None, "waits", "Waits")):
        room.speed(you, pace)
        shown = {one.id: one.html for one in screen.pieces(room) if isinstance(one, Piece)}
        assert f"the clock {says} while you read" in shown["guide-step"]
        assert re.findall('aria-current="true">([^<]+)<', shown["clock"]) == [chosen]


def test_the_channel_says_once_whether_the_clock_waits_and_why(rooms: Rooms) -> None:
    room = rooms.create(FIRST, seed=7, difficulty="novice").room
    token, you = rooms.join(room, "You", room.loaded.scenario.lead())
    room.speed(you, None)
    room.start(you)
    screen, free = Screen(Here(room, you, token)), [one.id for one in room.loaded.scenario.seats()][1:]

    def told() -> list[str]:
        shown = [one.html for one in screen.pieces(room) if isinstance(one, Piece) and one.into == "channel"]
        assert not [one for one in shown[:-1] if "The clock" in one], "it comes last"
        return re.findall("(The clock [^<]+)<", shown[-1])

    assert told() == [], "it waits from the beginning"
    you = room.seats.take(you, free[0])
    assert told() == [], "who sits elsewhere sits alone there"
    room.skip_ahead(you, 10)
    _, bo = rooms.join(room, "Bo", free[1])
    for _ in range(3):
        said = "The clock runs from here on: it waits for one person alone, and You and Bo sit here."
        assert told() == [said]
        room.skip_ahead(you, 10)
        room.seats.leave(bo)
        assert told() == ["The clock waits again: nobody else sits here."]
        room.skip_ahead(you, 10)
        bo = room.seats.take(bo, free[1])
    room.speed(you, 2)
    assert told() == [], "they chose a speed: nothing hangs on who is there"


def test_the_channel_names_who_sits_there_now(rooms: Rooms) -> None:
    room = rooms.create(FIRST, seed=7, difficulty="novice").room
    token, you = rooms.join(room, "You", room.loaded.scenario.lead())
    room.speed(you, None)
    room.start(you)
    free = [one.id for one in room.loaded.scenario.seats()][1:]
    _, bo = rooms.join(room, "Bo", free[0])
    room.skip_ahead(you, 10)
    rooms.join(room, "Cy", free[1])
    room.skip_ahead(you, 10)
    room.seats.leave(bo)
    shown = "".join(one.html for one in Screen(Here(room, you, token)).pieces(room) if isinstance(one, Piece))
    assert "You and Cy sit here" in shown
    assert "Bo sit" not in shown

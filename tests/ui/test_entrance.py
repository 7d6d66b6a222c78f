"""Ways in: the briefing before the clock, a drill that is over, the facilitator's key, a drill again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from simulator import acts
from simulator.errors import UnknownName
from simulator.loaded import LoadedScenario
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from tests.ui import live
from tests.ui.browsing import JAR
from tests.ui.test_pages import texts
from ui import session
from ui.debrief_parts import happened, keys
from ui.parts.live import SERVER
from ui.session import Here

Open = Callable[..., AppTest]


def finished(rooms: Rooms, mode: str = "training") -> tuple[Room, Here, str]:
    opened = rooms.create("auth_token", seed=7, hosted=True, mode=mode)  # type: ignore[arg-type]
    _, host = rooms.facilitate(opened.room, "Hana", opened.key)
    token, ana = rooms.join(opened.room, "Annabel", "commander")
    opened.room.start(host)
    opened.room.skip_ahead(host, 90)
    opened.room.submit(acts.PostMessage(text="Annabel here, I have command"), ana)
    opened.room.end(host)
    return opened.room, Here(opened.room, ana, token), opened.key


def test_the_clock_stands_while_the_briefing_is_read(open_app: Open, rooms: Rooms) -> None:
    room = rooms.create("permission_leak", seed=7).room
    token, person = rooms.join(room, "Ana", "security")
    app = open_app("console.py", Here(room, person, token))
    shown = texts(app)
    assert "Security owner" in shown
    assert "Smallest case that shows it" in shown
    assert "This is a simulation" in shown
    assert room.version[1] == -60
    app.button(key="begin").click().run()
    assert app.lives


@pytest.mark.parametrize(("page", "denied"), [("lobby.py", "No drill has"), ("debrief.py", "No debrief has")])
def test_a_server_that_lacks_the_scenario_of_a_drill_says_so(
    page: str, denied: str, open_app: Open, rooms: Rooms
) -> None:
    def lacks(name: str, *_: str) -> LoadedScenario:
        raise UnknownName("scenario", name, ["another"])

    code = rooms.create("auth_token", seed=7).room.row.code
    SERVER.use(lambda: Rooms(rooms.store, lacks))
    shown = texts(open_app(page, drill=code))
    assert "This drill cannot be opened here" in shown
    assert "Unknown scenario 'auth_token' on this server" in shown
    assert denied not in shown
    assert denied in texts(open_app(page, drill="ZZZZZZ"))


def test_the_code_of_a_finished_training_leads_to_its_debrief_without_names(open_app: Open, rooms: Rooms) -> None:
    room, _, _ = finished(rooms)
    app = open_app(drill=room.row.code)
    assert "This drill is over" in texts(app)
    app.button(key="read-debrief").click().run()
    assert not app.exception
    assert "people go by their seats" in texts(app)
    # Where it stands at first, and on the commander's own screen.
    said = next(x.at for x in room.record() or () if isinstance(x.body, acts.PostMessage))
    app.session_state[keys.AT] = said
    shown = texts(app.run())
    assert "Annabel" not in shown
    app.session_state["debrief_beside"] = happened.SCREEN
    assert "Annabel" not in texts(app.run())
    assert "Incident commander here, I have command" in shown
    assert not app.get("download_button")


def test_the_code_of_a_finished_assessment_says_whose_it_is_and_who_can_help(open_app: Open, rooms: Rooms) -> None:
    room, ana, _ = finished(rooms, "assessment")
    app = open_app(drill=room.row.code)
    assert "It was an assessment" in texts(app)
    assert "ask the host" in texts(app)
    assert not [b for b in app.button if b.key == "read-debrief"]
    debrief = open_app("debrief.py", drill=room.row.code)
    assert "ask the host" in texts(debrief)
    assert "Annabel" not in texts(debrief)
    assert "Annabel" in texts(open_app("debrief.py", ana))


@pytest.mark.parametrize(("key", "says"), [("wrong", "not this drill's facilitator key"), ("", "")])
def test_the_key_makes_its_bearer_the_host_again(open_app: Open, rooms: Rooms, key: str, says: str) -> None:
    room, _, right = finished(rooms)
    app = open_app(drill=room.row.code)
    app.text_input(key="key-key").set_value(key or right)
    next(b for b in app.button if b.label == "Go on as its host").click().run()
    assert not app.exception
    hosts = [p.name for p in rooms.store.participants(room.row.id) if p.facilitator]
    assert len(hosts) == (1 if says else 2)
    assert says in texts(app)


def test_the_key_is_shown_until_it_is_said_to_be_saved(open_app: Open, rooms: Rooms) -> None:
    app = open_app()
    app.button(key="host-auth_token").click().run()
    app.text_input(key="host-name").set_value("Hana")
    app.button(key="host-open").click().run()
    (row,) = rooms.store.drills()
    shown = [str(code.value) for code in app.code]
    key = next(one for one in shown if "?" not in one)
    assert rooms.facilitate(rooms.open(row.id), "Ho", key)[1].facilitator
    app.button(key="key-saved").click().run()
    assert key not in [str(code.value) for code in app.code]


def test_a_drill_again_is_the_same_drill_on_another_seed(open_app: Open) -> None:
    app = open_app(scenario="auth_token", variant="birch", difficulty="expert", mode="assessment", seat="triage")
    assert app.selectbox(key="solo-variant-auth_token").value == "birch"
    assert app.get_by_key("solo-difficulty").value == "expert"
    assert app.get_by_key("solo-mode").value == "assessment"
    assert app.get_by_key("solo-seat").value == "triage"
    assert not open_app(scenario="nosuch", variant="x", difficulty="y").exception


def test_a_debrief_offers_its_own_drill_again(rooms: Rooms) -> None:
    from ui.debrief_parts.drill import Debriefed
    from ui.debrief_parts.header import again

    room = rooms.create("auth_token", seed=7, difficulty="expert", variant="amber").room
    _, ana = rooms.join(room, "Ana", "triage")
    room.start(ana)
    room.end(ana)
    record = room.record()
    assert record is not None
    assert again(Debriefed(record, room.loaded, None)) == {
        "scenario": "auth_token", "variant": "amber", "difficulty": "expert", "mode": "training", "seat": "triage",
        "playbook": "recovery",
    }  # fmt: skip


def test_ending_asks_first_and_is_for_whoever_may(rooms: Rooms) -> None:
    room = rooms.create("auth_token", seed=7).room
    token, ana = rooms.join(room, "Ana", "commander")
    room.start(ana)
    here = Here(room, ana, token)
    menu = live.screen(here)["menu-place"]
    assert menu.count("The harm runs on") == 2
    assert "A real emergency comes first" in menu
    assert live.press(here, "room.end", how="end")["ok"]
    assert room.ended
    assert "Open the debrief" in live.screen(here)["over"]
    assert "End the drill" not in live.screen(here)["menu-place"]


@pytest.mark.slow
def test_whoever_only_watches_gives_nothing_and_finds_the_way_to_a_seat(open_app: Open, rooms: Rooms) -> None:
    opened = rooms.create("auth_token", seed=7, hosted=True)
    app = open_app(drill=opened.code)
    app.text_input(key="join-name").set_value("Olga").run()
    app.button(key="sit-observer").click().run()
    assert not app.exception
    (here,) = session.behind(str(app.session_state[JAR]))
    shown = live.screen(here)
    assert "You observe this drill" in shown["way-in"]
    assert "line-channel" not in shown["frame"]
    assert not [ident for ident in shown if ident.startswith("need-") or ident == "forms"]
    for act, fields in (("line", {"text": "hi", "where": "channel"}), ("room.clock", {"do": "start"}),
                        ("room.end", {"how": "stop"}), ("room.remove", {"person": here.person.id}),
                        ("room.sit", {"seat": "commander"})):  # fmt: skip
        assert not live.press(here, act, **fields)["ok"], act
    assert rooms.lobby(opened.room).observers == ("Olga",)
    assert live.press(here, "room.play")["ok"]
    assert not rooms.lobby(opened.room).observers
    assert live.asked(here, "stream").status == 403

"""The debrief as people meet it: every state it can be in, moments that open, text that stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics import playbook
from analytics.record import Course, DrillRecord, References
from analytics.report.charts import CHARTS
from analytics.runs import counterfactual
from analytics.score import score
from analytics.scorecard import Status
from scenarios.loader import load
from simulator import acts, values
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario
from simulator.people.slips import Slip
from simulator.record.entry import Group
from simulator.record.journal import Journal
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant
from tests import played
from tests.room.rooms import Wall, rooms, solo
from tests.ui.browsing import Browser
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed, key_of, shelved
from ui.debrief_parts.happened import SCREEN, TEAM_GROUPS, WORLD_GROUPS, pressed_entry
from ui.debrief_parts.lines import Lines
from ui.parts import labels
from ui.parts.live import SERVER
from ui.parts.text import escape

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"
EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **loud**"


def references(
    loaded: LoadedScenario, journal: Journal, report: Any
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Score a toy drill against made-up reference runs."""
    report(0.5)
    minutes = range(31)
    null, best = (
        Course(name=name, harm={"lost": 30 * k}, loss=30 * k / 1000, series={"lost": tuple(k * m for m in minutes)},
            losses=tuple(k * m / 1000 for m in minutes))
        for name, k in (("nothing", 900.0), ("flag at T+2", 10.0))
    )  # fmt: skip
    made = References(null=null, best=best).model_dump(mode="json")
    journal.references = made
    yield made, score(DrillRecord.of(journal, loaded.scenario), playbook.load()).as_data()


def broken(loaded: LoadedScenario, journal: Journal, report: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    raise DrillError("the library of this scenario is missing")


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def place(tmp_path: Path, wall: Wall, request: pytest.FixtureRequest) -> Iterator[Rooms]:
    made = rooms(tmp_path / "drills.db", wall, getattr(request, "param", references))
    SERVER.use(lambda: made)
    st.cache_resource.clear()
    yield made
    SERVER.use(None)
    made.store.close()


def play(place: Rooms, wall: Wall) -> tuple[Room, Participant, str]:
    """Play a short drill in which something untrue and something nasty is said."""
    room = place.create("toy", seed=7).room
    token, person = place.join(room, "Ana <b>", "commander")
    room.start(person)
    wall.pass_(90)
    for command in (
        acts.AcknowledgePage(alert="Errors"),
        acts.Declare(severity="SEV-1", title=EVIL),
        acts.PostMessage(text=EVIL),
        acts.TakeAction(action="flag_off", executor="mitigation"),
        acts.UpdateStakeholders(audience="public", status="recovered", impact=values.Figure(name="backlog", low=1),
                             next_update_minutes=20),
        acts.LiftFreeze(scope=("nowhere",)),
    ):  # fmt: skip
        room.submit(command, person)
        wall.pass_(20)
    wall.pass_(300)
    room.end(person)
    room.finishing.wait(30)
    return room, person, token


def opened_truth(app: AppTest) -> AppTest:
    """Say that nobody wants to guess: what gives the answer away opens."""
    if [one for one in app.button if one.key == "debrief_no_guess"]:
        app.button(key="debrief_no_guess").click().run()
    return app


def debrief(token: str = "", **state: Any) -> AppTest:
    """Open the debrief page behind a token, at the score unless something else is asked for, and let it run."""
    app = Browser()
    state = {keys.VIEW: keys.SCORE} | state
    if token:
        app.hold(token)
    for key, value in state.items():
        app.session_state[key] = value
    app.switch_page("app_pages/debrief.py").run()
    assert not app.exception, app.exception[0].message
    return opened_truth(app)


def html(app: AppTest) -> str:
    """Return everything the page shows as HTML, without the style sheets."""
    return "\n".join(str(one.proto.body) for one in app.get("html") if "<style" not in str(one.proto.body))


def spec(chart: Any) -> dict[str, Any]:
    return json.loads(chart.proto.spec)  # type: ignore[no-any-return]


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


# --- views -----------------------------------------------------------------------------------------------


def test_the_score_shows_total_band_caps_and_every_part(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    card = room.scorecard()
    assert card is not None
    app = debrief(token)
    page = html(app)
    assert f"<b>{card['total']}</b>" in page
    assert "U · Unready" in page
    assert "never ranked" in page
    for cap in card["caps"]:
        assert f"Cap {cap['id']}" in page
    drawn = spec(app.get("plotly_chart")[0])
    names = [note["text"].partition("  ")[0] for note in drawn["layout"]["annotations"]]
    assert names == ["Blueprint", "Ladders", "Gates", "Protocols", "Outcome", "Total"]
    for finding in (one for part in card["parts"] for one in part["criteria"]):
        assert finding["id"] in page


def test_a_status_is_never_only_a_colour(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    page = html(debrief(token))
    assert "✗</i> missed" in page or "○</i> not seen" in page


def test_the_most_improvable_comes_first(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    page = html(debrief(token, debrief_order="Most improvable first"))
    criteria = [one for part in room.scorecard()["parts"] for one in part["criteria"]]  # type: ignore[index]
    applies = [one for one in criteria if one["status"] != "not_applicable"]
    shown = sorted(applies, key=lambda one: page.index(f'"id">{one["id"]}<'))
    gaps = [round(one["out_of"] - one["points"], 1) for one in shown]
    assert gaps == sorted(gaps, reverse=True)


def test_the_score_comes_last_and_nothing_before_it_tells_it(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    total = f"<b>{room.scorecard()['total']}</b>"  # type: ignore[index]
    assert keys.VIEWS[-1] == keys.SCORE
    for view in keys.VIEWS[:-1]:
        page = html(debrief(token, **{keys.VIEW: view}))
        assert total not in page, view
        assert "db-total" not in page, view


def test_the_lanes_tell_what_a_claim_called_for_once_somebody_has_guessed() -> None:
    drill = Debriefed(played.engine("auth_token", "base", "null", 7).journal, load("auth_token"), None)
    called_for = [one.seq for one in drill.injects.itertuples() if one.expected]
    assert called_for
    for guessed in (False, True):
        lines = Lines(drill, guessed)
        assert all(("called for" in lines.html(seq)) == guessed for seq in called_for)


def test_rows_of_a_chart_are_read_once_and_no_picture_is_kept_for_each_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drill = Debriefed(played.engine("auth_token", "base", "null", 7).journal, load("auth_token"), None)
    lanes, read = CHARTS["lanes"], []
    counted = replace(lanes, rows=lambda given: read.append(1) or lanes.rows(given))
    monkeypatch.setattr("ui.debrief_parts.drill.CHARTS", {**CHARTS, "lanes": counted})
    assert drill.chart("lanes") is drill.chart("lanes")
    early, later = drill.chart("lanes", until=1), drill.chart("lanes", until=30)
    assert (len(read), len(drill._charts)) == (1, 1)
    assert early.figure != later.figure


def test_what_gives_the_answer_away_waits_for_the_guess(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    scenario = room.loaded.scenario
    app = Browser()
    app.hold(token)
    app.switch_page("app_pages/debrief.py").run()
    seen = html(app)
    assert scenario.fault not in seen
    assert not [one for one in app.get("plotly_chart") if "true: " in one.proto.spec]
    app.session_state[keys.VIEW] = keys.KNOWN
    app.run()
    assert "Each inject in words" in [one.label for one in app.expander]
    assert "It called for" not in html(app)
    assert "What each called for tells what was false" in html(app)
    for spoiling in (keys.INSTEAD, keys.GAPS, keys.SCORE):
        app.session_state[keys.VIEW] = spoiling
        app.run()
        assert "gives away what it was" in html(app)
        assert not app.get("plotly_chart")
    app.button(key="debrief_to_guess").click().run()
    assert app.session_state[keys.VIEW] == keys.HAPPENED
    true = next(cause for cause in scenario.causes if cause.true)
    assert app.button(key="debrief_commit").disabled
    app.radio(key="debrief_cause").set_value(true.id).run()
    app.button(key="debrief_commit").click().run()
    assert "so it was" in html(app)
    assert scenario.fault in html(app)
    app.session_state[keys.VIEW] = keys.SCORE
    app.run()
    assert "db-total" in html(app)


def test_a_moment_opens_and_leads_to_the_timeline(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    journal = room.record()
    assert journal is not None
    declared = next(x.seq for x in journal if isinstance(x.body, acts.Declare))
    app = debrief(token)
    assert f'id="moment-{declared}"' not in html(app)
    app.pills(key="debrief-chips-L1").set_value(declared).run()
    assert f'id="moment-{declared}"' in html(app)
    app.button(key="moment-timeline").click().run()
    assert app.session_state[keys.VIEW] == keys.HAPPENED
    assert f'focus" id="moment-{declared}"' in html(app)
    assert app.session_state[keys.AT] == journal.entries[declared - 1].at


def test_the_lanes_hold_the_world_beside_the_team(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    page = html(debrief(token, **{keys.VIEW: keys.HAPPENED, keys.AT: 150, "debrief_around": "5 min"}))
    assert "What the world did" in page
    assert "flag → 0" in page
    assert "said recovered; the world: outside tolerance: All" in page
    assert "Backlog: said 1, true" in page


def test_the_drill_is_revealed_stop_by_stop(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: keys.HAPPENED, keys.STEP: True})
    assert "said recovered" not in html(app)
    picture = spec(app.get("plotly_chart")[0])
    assert max(max(trace["x"]) for trace in picture["data"] if trace["type"] == "scatter") <= 0.1
    while not app.button(key="debrief_next").disabled:
        at = app.session_state[keys.AT]
        app.button(key="debrief_next").click().run()
        assert app.session_state[keys.AT] > at
    assert app.session_state[keys.FOCUS]


def test_the_place_is_kept_from_section_to_section(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: keys.HAPPENED, keys.AT: 90})
    for view in (keys.SCORE, keys.TEAM, keys.HAPPENED):
        app.session_state[keys.VIEW] = view
        app.run()
        assert app.session_state[keys.AT] == 90


def test_a_seat_sees_what_it_saw_and_nothing_that_came_later(place: Rooms, wall: Wall) -> None:
    room, _, token = play(place, wall)
    state = {keys.VIEW: keys.HAPPENED, "debrief_beside": SCREEN, keys.STEP: True}
    early, late = (html(debrief(token, **state, **{keys.AT: at})) for at in (30, 300))
    assert "not declared" in early
    assert "Declared SEV-1" not in early
    assert "Declared SEV-1" in late
    assert "Only this seat was told" in late
    app = debrief(token, **state, **{keys.AT: 300, keys.SEAT: "mitigation"})
    brief = room.loaded.scenario.find("roles", "mitigation").brief
    assert escape(brief) in html(app)


def test_a_mark_in_the_picture_leads_to_its_moment() -> None:
    picked = {"selection": {"points": [{"x": 1.5, "customdata": [7]}]}}
    assert pressed_entry(picked) == 7
    assert pressed_entry({"selection": {"points": [{"customdata": {"0": 7}}]}}) == 7
    for nothing in (None, {"selection": {"points": []}}, {"selection": {"points": [{"x": 1}]}}):
        assert pressed_entry(nothing) == 0


def test_harm_is_drawn_for_the_dimension_that_is_picked(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: keys.INSTEAD})
    app.selectbox(key="debrief_dimension").select("lost").run()
    chart = spec(app.get("plotly_chart")[0])
    assert [trace["name"] for trace in chart["data"]][:3] == ["yours", "no action", "best found"]
    assert chart["layout"]["yaxis"]["title"]["text"] == "requests"
    assert "27,000" in html(app)  # 900 a minute for half an hour


def test_a_chart_has_its_table_and_its_csv(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: keys.GAPS})
    assert "db-table" not in html(app)
    app.toggle(key="debrief-table-times").set_value(True).run()
    assert "<div>First mitigation</div>" in html(app)
    assert "CSV" in [one.proto.label for one in app.get("download_button")]


@pytest.mark.slow
@pytest.mark.parametrize("view", keys.VIEWS)
def test_what_people_typed_stays_text_in_every_view(place: Rooms, wall: Wall, view: str) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: view})
    page = html(app)
    assert "<img" not in page
    assert "Ana <b>" not in page
    for words in (*(one.value for one in app.markdown), *(one.value for one in app.caption)):
        assert "javascript:" not in words.replace("\\", "")


def test_labels_of_moments_hold_no_markdown(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    labels = [label for chips in debrief(token).pills for label in chips.options]
    mine = [label for label in labels if "img" in label]
    assert mine
    for label in mine:
        assert not set(re.sub(r"\\.", "", label)) & set("<>[]()*`$")  # nothing is left unescaped


def test_journal_and_scorecard_can_be_taken_away(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    labels = [one.proto.label for one in debrief(token).get("download_button")]
    assert labels == ["CSV", "Journal (JSONL)", "Scorecard (JSON)"]


def test_each_takes_away_the_record_that_is_theirs_to_read(place: Rooms, wall: Wall) -> None:
    """The facilitator looks first; who played gets nothing of what facilitators keep to themselves."""
    opened = place.create("toy", seed=7, hosted=True)
    room = opened.room
    _, host = place.facilitate(room, "Hana", opened.key)
    _, person = place.join(room, "Ana", "commander")
    room.start(host)
    room.submit(acts.OverrideOutcome(action="flag_off", outcome="forbid", reason="Ana is a quick one"), host)
    room.end(host)
    shown = []
    for reader in (host, person):
        journal = room.record_for(reader)
        assert journal is not None
        made = Debriefed(journal, room.loaded, room.scorecard())
        shown.append(shelved(key_of(room.row.id, made), made))
    whole, theirs = ("\n".join(one.journal.lines()) for one in shown)
    assert "a quick one" in whole
    assert "a quick one" not in theirs
    assert shown[0].digest != shown[1].digest


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


def test_every_group_of_the_timeline_can_be_filtered() -> None:
    groups = set(get_args(Group)) - {""}
    assert {*TEAM_GROUPS, *WORLD_GROUPS} == groups == set(labels.words("groups"))


def test_every_status_and_every_slip_has_its_words() -> None:
    assert set(labels.words("status")) == set(get_args(Status))
    assert set(labels.words("slips")) == set(get_args(Slip))
    assert {len(sign) for kind in ("status", "verdict") for sign in labels.words(kind).values()} == {3}

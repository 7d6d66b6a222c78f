"""The debrief as people meet it: its views, moments that open, text that stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from analytics.report.charts import CHARTS
from analytics.scorecard import Status
from scenarios.loader import load
from simulator import acts
from simulator.people.slips import Slip
from simulator.record.entry import Group
from simulator.responses import Verdict
from simulator.room.rooms import Rooms
from tests import played
from tests.room.rooms import Wall
from tests.ui.browsing import Browser
from tests.ui.debriefing import debrief, html, play, spec
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed, key_of, shelved
from ui.debrief_parts.happened import SCREEN, TEAM_GROUPS, WORLD_GROUPS, pressed_entry
from ui.debrief_parts.lines import Lines
from ui.debrief_parts.sections import NAMES
from ui.parts import labels
from ui.parts.text import escape

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
    cut = [one for one in (*card["caps"], *card["anti_patterns"]) if one["limit"] < card["uncapped"]]
    box = page[page.index("db-total"):].partition("</small>")[0]
    assert [f": at most {one['limit']}" in box for one in cut] == [True] * len(cut)
    assert box.count("at most") == len(cut)
    assert ("no limit cut it" in box) == (not cut)
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
    assert NAMES[-1] == keys.SCORE
    for view in NAMES[:-1]:
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
    assert "Each inject in words, and who alone was told" in [one.label for one in app.expander]
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
    assert chart["layout"]["yaxis"]["title"]["text"] == "Lost, requests"
    assert "27,000" in html(app)  # 900 a minute for half an hour


def test_a_chart_has_its_table_and_its_csv(place: Rooms, wall: Wall) -> None:
    _, _, token = play(place, wall)
    app = debrief(token, **{keys.VIEW: keys.GAPS})
    assert "db-table" not in html(app)
    app.toggle(key="debrief-table-times").set_value(True).run()
    assert "<div>First mitigation</div>" in html(app)
    assert "CSV" in [one.proto.label for one in app.get("download_button")]


@pytest.mark.slow
@pytest.mark.parametrize("view", NAMES)
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


def test_every_group_of_the_timeline_can_be_filtered() -> None:
    groups = set(get_args(Group)) - {""}
    assert {*TEAM_GROUPS, *WORLD_GROUPS} == groups == set(labels.words("groups"))


def test_every_status_verdict_and_slip_has_its_words() -> None:
    assert set(labels.words("status")) == set(get_args(Status))
    assert set(labels.words("verdict")) == {*get_args(Verdict), "none expected"}
    assert set(labels.words("slips")) == set(get_args(Slip))
    assert {len(sign) for kind in ("status", "verdict") for sign in labels.words(kind).values()} == {3}

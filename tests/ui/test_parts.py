"""The pieces of the console without Streamlit: what a line means, what waits, what a form starts with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape

import pytest

from scenarios import loader
from simulator import acts
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.finding import find
from simulator.room.rooms import Rooms
from simulator.values import Check
from ui.live import line
from ui.live.channel import Memo, channel
from ui.live.figures import charts
from ui.parts import catalogue, completion, labels
from ui.parts.bar import bar_html
from ui.parts.feed import alerts_html, outputs_html, pre_html
from ui.parts.needs import needs
from ui.parts.panels import figure, judgement, value_text
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes
from ui.parts.words import names_of, told
from ui.parts.work import work_html
from ui.session import Here

Seat = Callable[..., Here]
IN_THE_LOBBY = {acts.TakeSeat, acts.LeaveSeat}
FORMS = [form for forms in catalogue.FORMS.values() for form in forms]


def rows(b: Briefing) -> str:
    """Return the channel as one text."""
    return "".join(one.html for one in channel(b, {}))


def test_every_act_of_a_responder_has_a_form() -> None:
    played = {act for act in acts.ACTS.values() if act.may != ()}
    assert {form.act for form in FORMS} == played - IN_THE_LOBBY
    assert {form.kind for form in FORMS} == {kind for kind, act in acts.ACTS.items() if act.tab}


def test_every_act_that_comes_first_has_a_form() -> None:
    assert set(catalogue.FIRST) <= {form.act for form in FORMS}


def test_forms_have_titles_of_their_own() -> None:
    titles = [form.title for form in FORMS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("part", ["labels", "help", "lines"])
def test_what_is_said_of_a_field_is_said_of_one_there_is(part: str) -> None:
    paths = {shape.path for form in FORMS for shape in shapes(form.act)}
    assert set(labels.words(part)) <= paths


def test_a_label_that_says_what_every_field_says_is_left_out() -> None:
    assert [path for path, words in labels.words("labels").items() if words == labels.spelled(path)] == []


@pytest.mark.parametrize(
    ("role", "there", "away"),
    [
        ("commander", {"declare", "assign_lane", "request_closure", "end_drill", "take_action"}, {"sign_off"}),
        ("comms", {"update_stakeholders", "take_action", "post_message"}, {"assign_lane", "record_decision"}),
        ("triage", {"classify_dependency", "hand_off"}, {"update_stakeholders", "set_watch", "change_severity"}),
    ],
)
def test_a_seat_is_offered_the_forms_of_its_duties(role: str, there: set[str], away: set[str], seat: Seat) -> None:
    offered = catalogue.offered(seat(role, 5).room.briefing(role))
    kinds = {form.kind for forms in offered.values() for form in forms}
    assert there <= kinds
    assert away.isdisjoint(kinds)
    assert next(iter(offered["Command"])).kind == "declare"


def test_whoever_may_sign_is_offered_to_sign(rooms: Rooms) -> None:
    room = rooms.create("billing_mismatch", seed=7).room
    _, ana = rooms.join(room, "Ana", "commander")
    room.start(ana)

    def signs(role: str) -> bool:
        forms = catalogue.offered(room.briefing(role)).get("Act", ())
        return any(form.act is acts.SignOff for form in forms)

    signers = {one for line in room.briefing("commander").catalogue.lines for one in line.sign_offs}
    seats = [role.id for role in room.briefing("commander").catalogue.roles if role.seat]
    assert {role for role in seats if signs(role)} == signers.intersection(seats)


RANG = ("alert:authn_reject_ratio_high",)


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("/ack", acts.AcknowledgePage(alert="authn_reject_ratio_high")),
        ("/ic me", acts.AssignRole(role="commander", to="commander")),
        ("/deputy @duty-deputy", acts.AssignRole(role="deputy", to="deputy")),
        ("/declare 1 People are out", acts.Declare(severity="SEV-1", title="People are out", evidence=RANG)),
        ("/sev sev2", acts.Declare(severity="SEV-2", title="Tokens refused after a release", evidence=RANG)),
        ("/freeze auth-svc edge-gw", acts.Freeze(scope=("auth-svc", "edge-gw"))),
        ("/page @mobile-oncall", acts.PageTeam(role="mobile")),
        ("/ask @identity-oncall signing keys", acts.AskRole(role="triage", topic="signing_keys")),
        ("/status mitigating", acts.ChangeStatus(status="mitigating")),
        ("/say two words", acts.PostMessage(text="two words")),
    ],
)
def test_slash_commands(typed: str, given: acts.Act, seat: Seat) -> None:
    assert completion.slash(seat("commander", 5).room.briefing("commander"), typed).command == given


def test_what_is_typed_rests_on_what_its_form_links(seat: Seat) -> None:
    here = seat("commander", 5)
    here.room.submit(acts.RunQuery(query="impact"), here.person)
    while "query:impact" not in here.room.briefing("commander").incident.refs:
        here.room.skip_ahead(here.person, 120)
    for typed, linked in (
        ("/declare 1 People are out", (*RANG, "query:impact")), ("/sev 2", ("query:impact",)),
    ):  # fmt: skip
        b = here.room.briefing("commander")
        said = completion.slash(b, typed).command
        assert isinstance(said, acts.Declare | acts.ChangeSeverity)
        assert said.evidence == tuple(prefilled(said.kind, b)["evidence"]) == linked
        here.room.submit(said, here.person)


@pytest.mark.parametrize(
    ("typed", "problem", "nearest"),
    [
        ("kubctl get pods", "sh: kubctl: command not found", "kubectl"),
        ("kubectl get podz", "kubectl: no such command here", "kubectl"),
        ("rm -rf /", "sh: rm: command not found", ""),
        ("help", "sh: help: command not found; a word of what you look for lists", ""),
        ("who is hit", "sh: who: command not found", ""),
        ("deploys", "deploys: by itself no command", ""),
    ],
)
def test_an_unknown_command_is_answered_as_a_shell_does(typed: str, problem: str, nearest: str, seat: Seat) -> None:
    found = completion.unknown(seat().room.briefing("commander"), typed)
    assert found.problem.startswith(problem)
    assert found.nearest.startswith(nearest)
    assert nearest or not found.nearest, "what is nothing like it is no help"


@pytest.mark.parametrize(("typed", "hits", "how"), [
    ("rel-5512", 1, "Enter takes what the list has"), ("deploys", 2, "pick what you mean from the list"),
    ("kubctl", 0, "command not found"),
])  # fmt: skip
def test_what_has_to_be_picked_says_how(typed: str, hits: int, how: str, seat: Seat) -> None:
    b = seat("commander", 60).room.briefing("commander")
    found = line.meant(b, typed, line.SHELL)
    assert how in found.problem
    assert found.pick == bool(hits)
    assert len(find(b, typed, 2)) == hits


@pytest.mark.parametrize(("typed", "offers", "pick"), [
    ("@resolver-1", "dig +short id.larkfield.example @resolver-1 @resolver-2", True),
    ("@mobile", "@mobile-oncall ", False),
    ("@nobody-such", "", False),
])  # fmt: skip
def test_what_has_to_be_picked_is_in_the_list(typed: str, offers: str, pick: bool, seat: Seat) -> None:
    b = seat("commander", 60).room.briefing("commander")
    listed = line.offered(b, typed, len(typed), line.SHELL)["offers"]
    assert re.findall('data-text="([^"]+)"', listed) == ([offers] if offers else [])
    assert line.meant(b, typed, line.SHELL).pick is pick


@pytest.mark.parametrize(("typed", "first"), [("check-compat", "compat_check"), ("4.17.2", "compat_check")])
def test_what_stands_in_a_command_as_typed_comes_first(typed: str, first: str, seat: Seat) -> None:
    b = seat("commander", 60).room.briefing("commander")
    assert find(b, typed)[0].id == first


def test_a_word_that_several_go_by_begins_nothing_that_changes_the_world(seat: Seat) -> None:
    b = seat("commander", 60).room.briefing("commander")
    held = [line for line in find(b, "rollback", 9) if line.what == "action"]
    assert len(held) > 1
    assert completion.match(b, "rollback") is None
    assert "by itself no command" in completion.unknown(b, "rollback").problem
    assert completion.match(b, "rollout undo") in held, "one goes by this alone"


@pytest.mark.parametrize(
    ("scenario", "word"),
    [("permission_leak", "purge"), ("auth_token", "revoke"), ("sign_in_link", "resend"), ("checkout_dip", "rollback")],
)
def test_a_word_that_commands_and_titles_share_begins_nothing_that_changes_the_world(scenario: str, word: str) -> None:
    loaded = loader.load(scenario)
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(600)
    b = briefing(engine, loaded.scenario.lead())
    found = find(b, word)
    assert word in [one.id for one in found]
    assert len(found) > 1
    assert line.meant(b, word, line.SHELL).command is None
    alone = next(one for one in found if one.id == word)
    assert completion.match(b, alone.command) == alone, "whole it is begun"


def test_a_wrong_slash_command_names_the_nearest(seat: Seat) -> None:
    b = seat().room.briefing("commander")
    assert completion.slash(b, "/freze auth-svc").nearest == "/freeze auth-svc"
    assert "no service is called" in completion.slash(b, "/freeze auth-svk").problem
    assert completion.slash(b, "/freeze").form == "freeze"
    assert completion.slash(b, "/sev 9").problem == "no level is called 9; known: SEV-1, SEV-2, SEV-3, SEV-4"


def test_parts_of_a_line_find_it(seat: Seat) -> None:
    b = seat().room.briefing("commander")
    assert "rollout_history" in [line.id for line in find(b, "rollout history")]
    found = completion.match(b, "  SESSCTL   impact --now ")
    assert found is not None
    assert completion.order(found, "triage") == acts.RunQuery(query="impact", executor="triage")


def test_a_page_waits_until_it_is_acknowledged(seat: Seat) -> None:
    here = seat("commander", 5)
    (page,) = [need for need in needs(here.room.briefing("commander")) if need.label == "page"]
    here.room.submit(page.buttons[0].command, here.person)  # type: ignore[arg-type]
    assert not [need for need in needs(here.room.briefing("commander")) if need.label == "page"]


def test_a_task_is_acknowledged_run_and_reported_by_its_owner(seat: Seat) -> None:
    here = seat("triage", 10)
    b = here.room.briefing("triage")
    while not b.tasks():
        here.room.skip_ahead(here.person)
        b = here.room.briefing("triage")
    labels = [button.label for need in needs(b) if need.id.startswith("need-") for button in need.buttons]
    assert labels[0] == "I have it"
    assert "Report" in labels


def test_an_overdue_update_is_said_in_words(seat: Seat) -> None:
    here = seat("commander", 5)
    here.room.submit(acts.Declare(severity="SEV-1", title="x"), here.person)
    shown = {}
    for at in (5 + 13 * 60, 5 + 15 * 60 + 10, 5 + 15 * 60 + 70):
        while here.room.version[1] < at:
            here.room.skip_ahead(here.person, at - here.room.version[1])
        b = here.room.briefing("commander")
        shown[at] = bar_html(b, here.room.clock), [need.label for need in needs(b)]
    before, grace, late = shown.values()
    assert "due in 02:00 (60 s grace)" in before[0]
    assert "DUE NOW, grace 50 s" in grace[0]
    assert "OVERDUE 01:10" in late[0]
    assert ("due" in before[1], "due" in grace[1], "overdue" in late[1]) == (True, True, True)


def test_a_declaration_starts_from_the_alert(seat: Seat) -> None:
    filled = prefilled("declare", seat("commander", 5).room.briefing("commander"))
    assert filled["title"].startswith("401 share")
    assert filled["evidence"] == ["alert:authn_reject_ratio_high"]
    assert "severity" not in filled


def test_figures_start_from_what_was_measured(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.RunQuery(query="impact"), here.person)
    while "query:impact" not in here.room.briefing("commander").incident.refs:
        here.room.skip_ahead(here.person)
    filled = prefilled("record_packet", here.room.briefing("commander"))
    assert filled["impact.0.low"] > 0
    assert filled["evidence"] == ["query:impact"]


def test_every_form_starts_from_the_drill_without_fail(seat: Seat) -> None:
    b = seat("commander", 600).room.briefing("commander")
    for form in FORMS:
        roots = {shape.path for shape in shapes(form.act)}
        assert {path.split(".")[0] for path in prefilled(form.kind, b)} <= roots, form.kind


def test_the_channel_escapes_and_folds(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.PostMessage(text="<img src=x onerror=alert(1)>"), here.person)
    b = here.room.briefing("commander")
    assert "<img" not in rows(b)
    assert "&lt;img" in rows(b)
    assert "No output yet" in outputs_html(b)
    assert "not acknowledged" in alerts_html(b)


def test_a_line_goes_on_naming_who_it_was_about(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.AssignRole(role="commander", to="commander"), here.person)
    here.room.submit(acts.AssignRole(role="deputy", to="deputy"), here.person)
    here.room.seats.take(here.person, "deputy")
    channel = rows(here.room.briefing("deputy"))
    assert "Deputy: @duty-deputy" in channel
    assert "Commander: Ana" in channel
    assert "Deputy: Ana" not in channel


def test_a_change_does_not_name_its_service_twice(seat: Seat) -> None:
    channel = rows(seat("commander", 5).room.briefing("commander"))
    assert '<b>session-db</b> <span class="x">scheduled index build' in channel
    assert '<b>auth-svc</b> <span class="x">4.17.2 → 4.18.0' in channel


@pytest.mark.parametrize(
    ("output", "table"),
    [
        ("KID  ZONE  FAIL%\na    eu    0.2\nb    us    99.9", True),
        ("active sessions    241,077\nfailed logins      418", False),
        ("one line, however  far  apart", False),
    ],
)
def test_only_a_table_keeps_its_columns(output: str, table: bool) -> None:
    assert ('class="columns"' in pre_html(output)) is table
    assert pre_html("<b>").startswith("<pre>&lt;b&gt;")


def test_every_entry_of_a_long_drill_can_be_told(seat: Seat) -> None:
    here = seat("commander", 2400)
    here.room.submit(acts.RunQuery(query="rollout_status", executor="commander"), here.person)
    here.room.skip_ahead(here.person, 5)
    b = here.room.briefing("commander")
    told_of = [told(names_of(b), entry) for entry in b.entries]
    assert len([one for one in told_of if one]) > 30
    assert b.running()
    assert all(escape(run.line) in work_html(b) for run in b.running())


def test_panels_show_levels_limits_and_missing_data(seat: Seat) -> None:
    b = seat("commander", 720).room.briefing("commander")
    panels = {panel.id: panel for panel in b.catalogue.panels}
    drawn = figure(b, panels["reject_ratio"])
    assert len(drawn.data[0].x) > 100
    assert {shape.line.dash for shape in drawn.layout.shapes} >= {"dot", "dash"}
    names = [note.hovertext for note in drawn.layout.annotations if note.hovertext]
    assert any("auth-svc: 4.18.0" in name or "auth-svc" in name for name in names), "a change says what it was"
    (sent,) = [one for one in charts(b) if one.id == "figure-reject_ratio"]
    assert json.loads(sent.json)["data"][0]["x"] == list(drawn.data[0].x)
    assert sent.alt.startswith(panels["reject_ratio"].title)
    assert value_text(panels["reject_ratio"], None) == "no data"
    assert value_text(panels["reject_ratio"], 0.0512) == "5.12 %"
    assert value_text(panels["reject_ratio"], 0.006) == names_of(b).reading("reject_ratio", 0.006) == "0.60 %"
    check = Check.model_validate({"metric": "reject_ratio", "is": "below", "threshold": 0.00625, "within_minutes": 5})
    assert "below 0.625 % within" in names_of(b).check(check), "what was stated loses nothing"
    assert judgement(panels["reject_ratio"], 0.05) == "above normal"
    assert judgement(panels["reject_ratio"], None) == "no data"
    assert value_text(panels["login_tickets"], 8.72) == "8.72 per min"


def test_a_long_channel_keeps_the_rows_it_has(seat: Seat) -> None:
    here = seat("commander", 60)
    memo: Memo = {}
    for number in range(40):
        here.room.submit(acts.PostMessage(text=f"line {number}"), here.person)
    before = channel(here.room.briefing("commander"), memo)
    here.room.submit(acts.PostMessage(text="one more"), here.person)
    after = channel(here.room.briefing("commander"), memo)
    assert after[: len(before)] == before
    assert "one more" in after[-1].html


def test_a_task_is_one_row_that_comes_last_again_when_it_has_news(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.RunQuery(query="impact", executor="triage"), here.person)
    here.room.skip_ahead(here.person, 1)
    (asked,) = [one for one in channel(here.room.briefing("commander"), {}) if "row thread" in one.html]
    assert '<i class="done">asked</i>' in asked.html
    assert '<i class="">output</i><i class="">reported</i>' in asked.html
    here.room.submit(acts.PostMessage(text="meanwhile"), here.person)
    while "query:impact" not in here.room.briefing("commander").incident.refs:
        here.room.skip_ahead(here.person)
    while here.room.briefing("commander").incident.tasks["task:1"].reported is None:
        here.room.skip_ahead(here.person)
    rows = channel(here.room.briefing("commander"), {})
    (done,) = [one for one in rows if "row thread" in one.html]
    assert done.id != asked.id
    assert rows.index(done) > next(at for at, one in enumerate(rows) if "meanwhile" in one.html)
    assert done.html.count('class="done"') == 5
    assert "active sessions" in done.html
    assert not [one for one in rows if one is not done and "active sessions" in one.html]


def test_a_line_that_names_somebody_stands_out_for_them(seat: Seat) -> None:
    here = seat("commander", 60)
    here.room.submit(acts.PostMessage(text="@duty-deputy can you take the lane?"), here.person)
    assert "row person in-Talk mine" in channel(here.room.briefing("deputy"), {})[-1].html
    assert "mine" not in channel(here.room.briefing("comms"), {})[-1].html


def test_the_wrong_namespace_answers_for_itself(seat: Seat) -> None:
    b = seat("commander", 60).room.briefing("commander")
    said = completion.unknown(b, "kubectl -n identity-stg get pods")
    assert said.command is None
    assert said.problem == "No resources found in identity-stg namespace."
    assert said.nearest

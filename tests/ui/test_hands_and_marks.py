"""Who is asked first, which fields count for whom, what a form starts with, and what ending means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from scenarios import loader
from simulator import acts
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from ui.live.ending import meaning
from ui.live.forms import form_html
from ui.parts import hands, labels, marks
from ui.parts.bar import bar_html, one_person_leads
from ui.parts.catalogue import FORMS
from ui.parts.needs import needs
from ui.parts.playbook import sheet_html
from ui.parts.prefill import prefilled
from ui.parts.shapes import shapes
from ui.session import Here

Seat = Callable[..., Here]


def give(here: Here, *commands: acts.Act) -> Briefing:
    for command in commands:
        assert here.room.submit(command, here.person).refusal is None
    return here.room.briefing(here.role)


# --- hands -------------------------------------------------------------------------------------------------


def test_who_leads_asks_somebody_whose_hands_are_free(seat: Seat) -> None:
    here = seat("commander", 60)
    b = here.room.briefing("commander")
    executors = next(line for line in b.catalogue.lines if line.id == "impact").executors
    first = hands.best(b, executors)
    assert first != "commander"
    b = give(here, acts.RunQuery(query="impact", executor=first))
    assert hands.words(b, first) == ", hands full"  # asked, not begun
    assert hands.best(b, executors) != first
    while not b.running():
        here.room.skip_ahead(here.person, 1)
        b = here.room.briefing("commander")
    assert hands.words(b, first).startswith(", busy until T+")
    assert hands.busy_until(b, "comms") is None


def test_everybody_else_does_it_themselves_until_their_hands_are_full(seat: Seat) -> None:
    here = seat("triage", 60)
    b = here.room.briefing("triage")
    executors = next(line for line in b.catalogue.lines if line.id == "impact").executors
    assert hands.best(b, executors) == "triage"
    give(here, acts.RunQuery(query="impact", executor="triage"))
    here.room.skip_ahead(here.person, 1)
    assert hands.best(here.room.briefing("triage"), executors) != "triage"


def test_nobody_here_means_the_first_who_could(seat: Seat) -> None:
    assert hands.best(seat().room.briefing("commander"), ("mobile",)) == "mobile"


# --- marks -------------------------------------------------------------------------------------------------


READ: Mapping[str, Mapping[str, marks.Owners]] = {
    "declare": {"severity": frozenset({"commands"}), "evidence": frozenset({"commands", "investigates"})},
    "hand_off": {"packet": frozenset({"all"})},
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the playbook read these fields, whatever it reads."""
    monkeypatch.setattr(marks, "_reads", lambda book: READ)


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize(
    ("kind", "role", "drawn"),
    [
        ("declare", "commander", {"severity": marks.MINE, "evidence": marks.MINE}),
        ("declare", "triage", {"severity": marks.OTHER, "evidence": marks.MINE}),
        ("declare", "comms", {"severity": marks.OTHER, "evidence": marks.OTHER}),
        ("hand_off", "triage", {"packet": marks.MINE}),
        ("freeze", "commander", {}),
    ],
)
def test_a_field_counts_for_the_seat_that_answers_for_it(
    kind: str, role: str, drawn: dict[str, str], seat: Seat
) -> None:
    html = form_html(seat(role, 5).room.briefing(role), kind)
    assert {field: mark for field in acts.ACTS[kind].model_fields if (mark := marked(html, kind, field))} == drawn


def marked(html: str, kind: str, field: str) -> str:
    """Return the mark that a field has in a form; a field that lies open, or is a list, has it in its legend."""
    label = re.search(rf'<label for="{kind}-{field}">(.*?)</label>', html)
    legend = re.search(rf'<legend>((?:(?!</legend>).)*)</legend>(?:(?!<legend>).)*?name="{field}"', html)
    found = label or legend
    return next((mark for mark in (marks.MINE, marks.OTHER) if found and mark in found[1]), "")


@pytest.mark.usefixtures("read")
def test_what_counts_for_others_names_their_seats(seat: Seat) -> None:
    html = form_html(seat("comms", 5).room.briefing("comms"), "declare")
    assert f"{marks.OTHER}</b> counts for Incident commander or Triage lead" in html


@pytest.mark.usefixtures("read")
def test_what_counts_for_the_commander_counts_for_a_deputy_in_command(seat: Seat) -> None:
    here = seat("deputy", 5)
    assert marked(form_html(here.room.briefing("deputy"), "declare"), "declare", "severity") == marks.OTHER
    here.room.submit(acts.AssignRole(role="commander", to="deputy"), here.person)
    assert marked(form_html(here.room.briefing("deputy"), "declare"), "declare", "severity") == marks.MINE


def test_every_field_that_counts_is_a_field() -> None:
    for forms in FORMS.values():
        for form in forms:
            assert set(marks.marks(form.kind)) <= set(form.act.model_fields), form.kind


def test_the_playbook_dims_what_others_answer_for() -> None:
    titles = (("commands", "Incident commander"), ("executes", "Mitigation lead"))
    html = sheet_html(mine=("commands",), titles=titles, needed=(("A list", "mitigation"),))
    assert '<li class="mine"><b>Commander and deputy named</b>' in html
    assert '<li class="theirs"><b>Two valid options compared before execution</b>' in html
    assert "Mitigation lead" in html
    assert "A list, before mitigation" in html
    assert 'class="theirs"' not in sheet_html()


def test_fields_are_named_and_explained_in_responders_words(seat: Seat) -> None:
    b = seat().room.briefing("commander")
    for forms in FORMS.values():
        for form in forms:
            for shape in shapes(form.act):
                words = f"{form.title} {labels.label(shape)} {labels.help_of(shape, b) or ''}".lower()
                assert "inject" not in words, (form.kind, shape.path)
                assert "cue" not in words.replace("rescue", ""), (form.kind, shape.path)
    confidence = next(shape for shape in shapes(acts.RecordDecision) if shape.path == "confidence")
    assert all(level in labels.words("lines")["confidence"] for level in ("L1", "L2", "L3"))
    evidence = next(shape for shape in shapes(acts.RecordDecision) if shape.path == "evidence")
    assert "List of failing endpoints (before any decision)" in (labels.help_of(evidence, b) or "")
    assert labels.label(confidence) == "Confidence (L1 to L3)"


# --- one person in two roles ---------------------------------------------------------------------------------


def test_one_person_as_commander_and_deputy_is_said_where_everybody_looks(seat: Seat) -> None:
    here = seat("deputy", 10)
    b = give(here, acts.AssignRole(role="deputy", to="deputy"), acts.AssignRole(role="commander", to="deputy"))
    assert one_person_leads(b.incident) == "Ana"
    assert "also Ana" in bar_html(b, here.room.clock)
    assert any(need.label == "one person" for need in needs(b))
    give(here, acts.AssignRole(role="deputy", to="triage"))
    here.room.skip_ahead(here.person, 60)
    b = here.room.briefing("deputy")
    assert b.incident.holder("deputy") == "triage"
    assert one_person_leads(b.incident) is None
    assert not any(need.label == "one person" for need in needs(b))


# --- what a form starts with ----------------------------------------------------------------------------------


def test_a_public_update_does_not_begin_with_what_was_counted_inside(seat: Seat) -> None:
    here = seat("commander", 60)
    give(here, acts.RunQuery(query="impact"))
    while "query:impact" not in here.room.briefing("commander").incident.refs:
        here.room.skip_ahead(here.person)
    b = here.room.briefing("commander")
    assert "impact.name" in prefilled("escalate_internally", b)
    public = prefilled("update_stakeholders", b)
    assert public["audience"] == "public"
    assert not [path for path in public if path.startswith("impact")]


def card(action: str, minutes: float = 2) -> acts.RecordOption:
    return acts.RecordOption(
        action=action, coverage=("web",), minutes_to_effect=minutes, risk="second_flip", reversal_minutes=minutes
    )


@pytest.mark.parametrize(("scenario", "alert"), [
    ("auth_token", "authn_reject_ratio_high"), ("permission_leak", "waf_burst"),
    ("sign_in_link", "linksinvalid"),
])  # fmt: skip
def test_a_late_declaration_begins_with_what_paged_and_with_no_everyday_noise(scenario: str, alert: str) -> None:
    loaded = loader.load(scenario)
    engine = Engine(loaded, new_header(loaded, 7))
    engine.advance(900)
    b = briefing(engine, loaded.scenario.lead())
    begun = prefilled("declare", b)
    assert begun["evidence"][0] == f"alert:{alert}"
    assert begun["title"] == b.incident.alerts[alert].summary[:120]



def test_a_decision_starts_from_the_one_card_that_is_left_and_of_several_from_the_one_chosen(seat: Seat) -> None:
    here = seat("commander", 60)
    risk = here.room.briefing("commander").options("blast")[0].id
    segment = here.room.briefing("commander").options("segments")[0].id
    revision = here.room.briefing("commander").options("revisions")[0].id

    def put(action: str) -> acts.RecordOption:
        return card(action).model_copy(update={"risk": risk, "coverage": (segment,)})

    rollback = next(a.id for a in here.room.loaded.scenario.actions if a.rung == "rollback")
    flag = next(a.id for a in here.room.loaded.scenario.actions if a.rung == "flag")
    b = give(here, put(flag), put(rollback))
    assert prefilled("record_decision", b)["actions"] == []
    assert prefilled("record_decision", b, "option:1")["actions"] == [flag]
    assert prefilled("record_decision", b, "option:2")["actions"] == [rollback]
    assert prefilled("record_decision", b, "option:2")["reversal_minutes"] == put(rollback).reversal_minutes
    b = give(here, acts.RecordReadiness(known_good=revision, rollback="blocked"))
    assert prefilled("record_decision", b)["actions"] == [flag]
    b = give(here, acts.TakeAction(action=flag))
    assert prefilled("record_decision", b)["actions"] == []
    b = give(here, acts.RecordReadiness(known_good=revision, rollback="ready"))
    assert prefilled("record_decision", b)["actions"] == [rollback]


def test_what_is_ordered_starts_from_what_was_decided_until_it_is_under_way(seat: Seat) -> None:
    here = seat("commander", 60)
    b = here.room.briefing("commander")
    flag = next(a.id for a in here.room.loaded.scenario.actions if a.rung == "flag")
    why = b.options("reasons")[0].id
    assert "action" not in prefilled("take_action", b)
    b = give(here, acts.RecordDecision(
        actions=(flag,), why_now=why, execution_owner="mitigation", verification_owner="verification", confidence="L2",
    ))  # fmt: skip
    filled = prefilled("take_action", b)
    assert (filled["action"], filled["executor"], filled["decision"]) == (flag, "mitigation", "decision:1")
    b = give(here, acts.TakeAction(action=flag))
    assert "action" not in prefilled("take_action", b)
    other = next(a.id for a in here.room.loaded.scenario.actions if "mitigation" not in a.executors)
    b = give(here, acts.RecordDecision(
        actions=(other,), why_now=why, execution_owner="mitigation", verification_owner="verification", confidence="L2",
    ))  # fmt: skip
    filled = prefilled("take_action", b)
    assert filled["action"] == other
    assert "executor" not in filled, "who answers for it cannot do it: it is left to whoever can"


# --- ending --------------------------------------------------------------------------------------------------


def test_ending_says_what_it_means(seat: Seat) -> None:
    here = seat("commander", 60)
    b = give(here, acts.RunQuery(query="impact"))
    words = "\n".join(meaning(b))
    assert "still open" in words
    assert "From T+01:00 to T+60:00" in words
    assert "cannot be undone" in words
    assert "emergency" not in words
    assert "no total" not in words
    assert "no total" in "\n".join(meaning(b, hosts=True))
    assert "emergency comes first" in "\n".join(meaning(b, emergency=True))

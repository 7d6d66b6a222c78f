"""The few forms that are shown before all others: what is still asked of a seat, and what it does most."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from simulator import acts
from simulator.acts import ACTS, RecordVerification, RunQuery, TakeAction
from simulator.briefing import Briefing, briefing
from simulator.closure import missing_for_closure
from simulator.record.history import History
from simulator.text import clock
from simulator.values import Author, Duty
from tests.played import under_way
from tests.seeker import Seeker
from ui.live.ending import gate_html, measured_at
from ui.live.forms import form_html, picker
from ui.live.wanted import MOST, OFTEN, wanted
from ui.parts.prefill import prefilled


def led(minute: int, role: str = "commander") -> Briefing:
    return briefing(under_way("auth_token", "by_the_book", 7, 60 * minute), role)


def kinds(b: Briefing) -> dict[str, list[str]]:
    return {name: [form.kind for form in forms] for name, forms in wanted(b).items()}


def test_what_the_playbook_asks_of_a_seat_comes_first_and_leaves_when_it_is_on_record() -> None:
    early = kinds(led(0))["Asked now"]
    assert early[:2] == ["declare", "freeze"]
    assert not {"declare", "freeze"} & set(kinds(led(8))["Asked now"])
    for role in ("commander", "deputy", "triage", "mitigation", "verification", "comms"):
        few = kinds(led(0, role))
        assert all(0 < len(forms) <= MOST for forms in few.values()), role
        shown = [kind for forms in few.values() for kind in forms]
        assert len(set(shown)) == len(shown), "each once"


def test_once_something_was_done_what_closing_needs_is_asked_for() -> None:
    b = led(20)
    missing = [one.by for one in b.missing_for_closure()]
    assert kinds(b)["Asked now"][0] == missing[0]
    assert f'data-open="{missing[0]}"' in gate_html(b)
    assert "set_watch" not in kinds(led(0))["Asked now"]


def test_once_nothing_is_missing_closing_is_asked_for_first_of_who_may_close() -> None:
    b = led(48, "deputy")
    assert not b.missing_for_closure()
    assert not b.incident.closed
    assert kinds(b)["Asked now"][0] == "request_closure"
    assert "request_closure" not in kinds(led(48, "comms"))["Asked now"]


def test_every_condition_of_the_gate_is_met_by_a_form() -> None:
    engine = under_way("auth_token", "by_the_book", 7, 0)
    asked = missing_for_closure(History.of(engine.scenario, ()), engine.scenario, "L1", (), 0)
    assert len(asked) >= 12
    assert [one.words for one in asked if not ACTS[one.by].tab] == []


def test_every_duty_has_something_that_it_does_often() -> None:
    assert {duty for duty in get_args(Duty) if duty not in OFTEN} <= {"observes"}


@pytest.mark.parametrize("word", ["Declare", "severity hypothesis"])
def test_a_form_is_looked_for_by_its_title_and_by_what_it_is_for(word: str) -> None:
    html = picker(led(0))
    every = html[html.index('id="every-form"'):]
    assert word in every
    assert html.count('data-open="declare"') == 2


def test_while_a_verification_is_measured_nobody_is_sent_to_begin_another() -> None:
    engine = under_way("sign_in_link", "by_the_book", 7, 60)
    b = briefing(engine, "commander")
    assert measured_at(b) is None
    panel = next(one.id for one in b.catalogue.panels if one.on_console)
    low, high = b.catalogue.quiet
    act = RecordVerification(metrics=(panel,), baseline_from=low, baseline_to=high, hold_minutes=5)
    assert engine.submit(act, Author.person("commander", "Ana")).refusal is None
    b = briefing(engine, "commander")
    assert measured_at(b) == b.now + 300
    assert f"under way, measured at {clock(b.now + 300)}" in gate_html(b)
    assert 'data-open="record_verification"' not in gate_html(b)
    engine.advance(engine.now + 301)
    assert measured_at(briefing(engine, "commander")) is None


def test_a_verification_is_none_once_something_was_done_meanwhile() -> None:
    alone = Seeker("sign_in_link")
    low, high = alone.b.catalogue.quiet
    alone.act("record_verification", metrics=("invalid",), baseline_from=low, baseline_to=high, hold_minutes=10)
    assert measured_at(alone.b) is not None
    alone.give(TakeAction(action="layout_off"))
    alone.finish("layout_off")
    assert measured_at(alone.b) is None
    assert 'data-open="record_verification"' in gate_html(alone.b)


def test_a_decision_begins_with_what_was_done_and_nobody_decided() -> None:
    alone = Seeker("sign_in_link")
    alone.give(TakeAction(action="layout_off"))
    alone.finish("layout_off")
    assert "record_decision" in [one.by for one in alone.b.missing_for_closure()]
    assert prefilled("record_decision", alone.b)["actions"] == ["layout_off"]


def test_what_was_done_and_nobody_decided_comes_before_what_could_be_done() -> None:
    alone = Seeker("sign_in_link")
    for action in ("layout_off", "resend"):
        alone.act("record_option", action=action, coverage=("phones",), minutes_to_effect=5)
    decided = acts.RecordDecision(why_now="harm_grows", execution_owner="mitigation", confidence="L1")
    alone.give(decided)
    assert prefilled("take_action", alone.b) == {"decision": "decision:1"}
    alone.give(TakeAction(action="layout_off"))
    alone.finish("layout_off")
    assert prefilled("record_decision", alone.b)["actions"] == ["layout_off"]


def test_a_figure_that_was_measured_long_ago_is_offered_with_its_age() -> None:
    alone = Seeker("sign_in_link")
    alone.give(RunQuery(query="impact"))
    alone.wait_until(10)
    assert re.search(r"Measured at T\+\d\d:\d\d, [5-9] min ago\.", form_html(alone.b, "update_executives"))

"""Everybody can find the way untold: a scripted seeker closes each scenario, by another route than the book."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import pytest

from analytics import playbook
from analytics.record import DrillRecord
from analytics.report import story
from analytics.report.tables import each
from analytics.runs.counterfactual import add_references
from analytics.view import RecordView
from scenarios import load
from scenarios.loader import variants
from simulator import events as e
from simulator.engine import Engine
from simulator.record.journal import Journal, parse
from simulator.record.replay import replay
from simulator.scenario.model import Scenario
from tests import played, recorded, seeker

ROUTES: dict[str, tuple[Callable[[], seeker.Seeker], set[str]]] = {
    "auth_token": (seeker.auth_token, {"flag_web", "flag_mobile"}),
    "billing_mismatch": (seeker.billing_mismatch, {"key_off"}),
    "permission_leak": (seeker.permission_leak, {"rollback", "unpin"}),
}
"""Scenario -> the seeker's way, and the steps of the reference course that it goes without."""

pytestmark = pytest.mark.slow


@cache
def sought(scenario: str) -> seeker.Seeker:
    return ROUTES[scenario][0]()


def rows(record: DrillRecord) -> list[tuple[str, bool]]:
    """Return the lines of the teaching timeline, and whether the debrief says that this drill got there."""
    view = RecordView(record, playbook.load("recovery"))
    return [(row.text, row.yours == row.yours) for row in each(story.teaching(view))]


@cache
def record(scenario: str) -> DrillRecord:
    journal = sought(scenario).engine.journal
    alone = Journal(journal.header, journal.entries)
    return add_references(load(scenario), alone, playbook.load("recovery"), seeds=0)


def done(engine: Engine) -> set[str]:
    return {x.body.action for x in engine.journal.entries if isinstance(x.body, e.ActionFinished) and x.body.ok}


def told_of(text: str, scenario: Scenario) -> Iterator[str]:
    """Yield the actions of which a line says that they were carried out: it has all the words of their titles."""
    said = {word[:5] for word in re.findall(r"[a-z0-9.]{3,}", text.lower())}
    for action in scenario.actions:
        title = {word[:5] for word in re.findall(r"[a-z0-9.]{3,}", action.title.lower())}
        if len(title) > 1 and title <= said:
            yield action.id


@pytest.mark.parametrize("scenario", ROUTES)
def test_words_of_playbook_hints_and_gate_find_the_rerun_and_close(scenario: str) -> None:
    found = sought(scenario)
    queries = {query.id: query for query in found.engine.scenario.queries}
    assert found.engine.incident.closed
    assert any(queries[one].verifies for one in found.found if one in queries)
    assert not done(found.engine) & ROUTES[scenario][1]


@pytest.mark.parametrize("scenario", ROUTES)
def test_a_hint_is_given_once_and_for_what_is_not_done(scenario: str) -> None:
    entries = sought(scenario).engine.journal.entries
    given = [(x.at, x.body.text) for x in entries if isinstance(x.body, e.HintGiven)]
    assert len(given) > 3
    assert len({text for _, text in given}) == len(given)
    assert all(later - at >= 120 for (at, _), (later, _) in pairwise(given))
    ran = {}
    for entry in entries:
        if isinstance(entry.body, e.QueryFinished) and entry.body.query:
            ran.setdefault(entry.body.query, entry.at)
    for hint in sought(scenario).engine.scenario.hints:
        at = next((at for at, text in given if text == hint.text), None)
        for fact in hint.until if at is not None else ():
            assert at <= ran.get(fact.removeprefix("query."), at), hint.id


@pytest.mark.parametrize("scenario", ROUTES)
def test_the_debrief_states_nothing_that_did_not_happen(scenario: str) -> None:
    engine = sought(scenario).engine
    reached = [text for text, there in rows(record(scenario)) if there]
    assert len(reached) > 5
    assert [(text, one) for text in reached for one in told_of(text, engine.scenario) if one not in done(engine)] == []


def test_what_another_route_leaves_out_is_not_said() -> None:
    missed = {text for text, there in rows(record("auth_token")) if not there}
    assert "The compatibility view is in place" in missed
    missed = {text for text, there in rows(record("permission_leak")) if not there}
    assert "The worker is rolled back to v56 wherever nothing pins it" in missed


@pytest.mark.parametrize("scenario", ["auth_token", "billing_mismatch", "permission_leak"])
@pytest.mark.parametrize("policy", ["impatient", "null"])
def test_nor_is_it_of_who_did_little(scenario: str, policy: str) -> None:
    engine = played.engine(scenario, "base", policy, 7)
    reached = [text for text, there in rows(played.record(scenario, "base", policy, 7)) if there]
    assert [(text, one) for text in reached for one in told_of(text, engine.scenario) if one not in done(engine)] == []


@pytest.mark.parametrize(("scenario", "variant"), [(one, v) for one in ROUTES for v in variants(one) if v != "base"])
def test_nor_in_a_variant(scenario: str, variant: str) -> None:
    engine = played.engine(scenario, variant, "by_the_book", 7)
    reached = [text for text, there in rows(played.record(scenario, variant, "by_the_book", 7)) if there]
    assert len(reached) > 8
    assert [(text, one) for text in reached for one in told_of(text, engine.scenario) if one not in done(engine)] == []


@pytest.mark.golden
@pytest.mark.parametrize("scenario", ROUTES)
def test_another_route_is_recorded_and_replays(scenario: str) -> None:
    name, engine = f"{scenario}-by_search-7", sought(scenario).engine
    recorded.compare(name, list(engine.journal.lines()), "{}\n")
    if os.environ.get("GOLDEN") != "write":
        lines = recorded.journal_lines(recorded.read(name))
        replay(load(scenario), parse("\n".join(lines) + "\n", f"{name}.jsonl"))

"""The command playbook as a whole, and seats that only look on."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from analytics.playbook import Playbook, load
from analytics.view import RecordView
from simulator import acts
from simulator.need_to_know import NeedToKnow
from simulator.record.history import History
from simulator.rules import Rules
from simulator.scenario.model import Scenario
from tests.analytics import builders as b
from tests.each import each

# --- the playbook itself -----------------------------------------------------------------------------------------


def command() -> Playbook:
    return load("command")


def test_it_has_a_hundred_points_a_source_and_advice_everywhere() -> None:
    book = command()
    assert sum(part.points for part in book.parts) == book.total == 100
    assert all(one.source and one.advice for _, one in book.criteria())
    outcome = next(part for part in book.parts if part.id == "outcome")
    assert 20 <= outcome.points <= 25
    assert outcome.always


def test_what_only_exists_after_the_drill_is_asked_for_then_or_named_with_its_reason() -> None:
    after = command().follow_through
    assert after is not None
    asked = {one.kind for _, one in after.criteria()}
    assert asked >= {"factors_layered", "candidates_verified", "actions_complete", "by_factor", "standards_fed"}
    assert all(one.source and one.why for one in command().later)
    assert len({one.title for one in command().templates}) == len(command().templates) >= 7


@pytest.mark.parametrize("duty", ["commands", "investigates", "executes", "verifies", "speaks", "scribes"])
def test_each_duty_answers_for_enough_to_be_scored_alone(duty: str) -> None:
    asked = [one for part in command().parts if not part.always for one in part.criteria]
    assert sum(one.points for one in asked if {duty, "all"} & set(one.owners)) >= 15


# --- observers ---------------------------------------------------------------------------------------------------


@cache
def watched() -> Scenario:
    """Return the fixture with a seat whose only duty is to look on."""
    seat = {"id": "watcher", "title": "W", "handle": "@w", "team": "T", "brief": "", "duties": ["observes"]}
    roles = [role.model_dump(by_alias=True) for role in b.SCENARIO.roles]
    return b.scenario(roles=[*roles, seat])


@each(sorted(acts.ACTS))
def test_an_observers_seat_may_ask_for_nothing(kind: str) -> None:
    drill: Any = SimpleNamespace(scenario=watched(), incident=History(watched()), circle=NeedToKnow(watched()))
    refusal = Rules(drill).refusal(acts.ACTS[kind].model_construct(action="flag"), acts.Asked(drill, "watcher"))
    assert refusal is not None
    assert "observer" in refusal.reason


def test_who_only_observes_is_in_no_score() -> None:
    sat = b.say("00:00", "watcher", acts.TakeSeat(seat="watcher", name="Ana"))
    view = RecordView(b.drill(sat, policy=None, of=watched()), load("command"))
    assert not view.held(("all",), 0, 3600)
    working = b.say("00:00", "triage", acts.TakeSeat(seat="triage", name="Ana"))
    assert RecordView(b.drill(working, policy=None, of=watched()), load("command")).held(("all",), 0, 3600)

"""The playbook's own words find what it asks for, in every scenario."""

from __future__ import annotations

import pytest

from scenarios import load, names
from simulator import acts
from simulator.briefing import Briefing, briefing
from simulator.engine import Engine, new_header
from simulator.finding import find
from tests.shipped import SPELLED_OUT
from ui.parts.completion import match


def shown(name: str) -> Briefing:
    return briefing(Engine(load(name), new_header(load(name), 1)), str(load(name).scenario.seat_for("verifies")))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("typed", ["rerun", "health check"])
def test_a_rerun_is_found_under_the_words_of_the_playbook(name, typed):
    scenario = load(name).scenario
    line = match(shown(name), typed)
    assert scenario.find("queries", line.id).verifies
    assert line in find(shown(name), typed)


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_the_readiness_commands_of_the_playbook_are_there(name):
    scenario = load(name).scenario
    (known_good,) = (q for q in scenario.queries if "rev-parse --short" in q.command)
    assert "log --oneline -n 5" in known_good.command
    shown = known_good.output.splitlines()
    assert len(shown) == 6
    assert shown[1].startswith(shown[0])


@pytest.mark.parametrize("name", SPELLED_OUT)
def test_a_services_own_health_endpoint_is_a_health_check(name):
    scenario = load(name).scenario
    assert any(scenario.find("queries", one).verifies for one in scenario.overlay.health_queries)
    if name != "billing_mismatch":
        assert "healthz" in scenario.overlay.health_queries


def test_who_of_the_circle_writes_in_an_open_channel_is_on_record():
    loaded = load("permission_leak")
    engine = Engine(loaded, new_header(loaded, 1))
    engine.submit(acts.TakeSeat(seat="triage", name="Ana"), "triage:Ana")
    engine.submit(acts.PostMessage(channel="general", text="It is about previews"), "triage:Ana")
    entry = next(x for x in engine.journal if isinstance(x.body, acts.PostMessage))
    scenario = loaded.scenario
    assert entry.by.role in scenario.overlay.need_to_know
    assert entry.body.channel not in scenario.restricted

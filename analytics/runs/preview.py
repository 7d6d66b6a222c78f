"""The texts of a scenario as they are filled in where nobody does anything: what an author reads before others do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.runs.walk import begin, untouched_turns
from simulator import events as e
from simulator.loaded import LoadedScenario
from simulator.monitoring.onset import onset_shift
from simulator.play import play
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.scenario.world import World
from simulator.text import Utc, render

SEED = 1


def outputs(scenario: Scenario, world: World, facts: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return what every query would print as the world stands; with `facts` one that fails prints why."""
    scope = {**scenario.context, **world.context(), "t": world.now, "utc": Utc(scenario.t0_utc, world.now)}
    fails = {query.id for query in scenario.queries if facts is not None and not holds(query.requires, facts)}
    return {
        query.id: render(query.refusal if query.id in fails else query.output, scope) for query in scenario.queries
    }


def printed(loaded: LoadedScenario, at: int) -> Mapping[str, str]:
    """Return what every query would print at a drill second, by its id."""
    walk = begin(loaded.make_world, loaded.scenario, onset_shift(loaded, SEED))
    turns = untouched_turns(walk)
    walk.go(at, turns)
    return outputs(loaded.scenario, walk.world, walk.facts())


def said(loaded: LoadedScenario) -> Mapping[str, tuple[int, str]]:
    """Return when each inject came and what it said, by its id; those that wait for somebody's deeds are not there."""
    entries = play(loaded, "null", SEED).journal.entries
    return {one.body.inject: (one.at, one.body.text) for one in entries if isinstance(one.body, e.InjectDelivered)}

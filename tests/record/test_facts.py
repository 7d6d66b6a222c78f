"""What is true live is true in the debrief: conditions read the same from the engine and from its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scenarios import load
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.play import play
from simulator.record.entry import Entry
from simulator.record.facts import INCIDENT_FACTS, Facts
from simulator.record.history import History
from simulator.record.journal import accepted, late
from simulator.record.replay import _once_more
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from simulator.truth import EVERY

SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")


def conditions(scenario: Scenario) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every condition that people's doings can make true, with where it stands."""
    for point in scenario.teaching:
        yield f"teaching {point.text}", point.until
    for hint in scenario.hints:
        yield f"hint {hint.id}", hint.until
        yield f"hint {hint.id} makes sense", hint.when
    for inject in scenario.injects:
        yield f"inject {inject.id}", inject.when
    for action in scenario.actions:
        yield f"action {action.id} stalls", action.stalls_when or {}
        for one in action.preconditions:
            yield f"action {action.id}", one.when
    for query in scenario.queries:
        yield f"query {query.id}", query.requires
    for cue in (cue for role in scenario.roles for cue in role.cues):
        for one in cue.moot_when:
            yield f"cue {cue.id}", one


def of_the_incident(scenario: Scenario) -> tuple[str, ...]:
    """Return every fact about drill and incident that a condition may ask for."""
    named = {
        "action": scenario.actions, "query": scenario.queries, "inject": scenario.injects, "role": scenario.roles,
        "cue": [cue for role in scenario.roles for cue in role.cues],
    }  # fmt: skip
    heard = (f"heard.{channel}" for channel in scenario.channels)
    return (*INCIDENT_FACTS, *heard, *(f"{prefix}.{part.id}" for prefix, parts in named.items() for part in parts))


class AgainWatched:
    """A recorded drill given to a new engine and looked at every minute, just before what happens then."""

    def __init__(self, engine: Engine, recorded: list[Entry]) -> None:
        self.engine = engine
        self._waiting = [x for x in recorded if x.is_act and not x.by.simulated]
        self._late = late(recorded)

    def minutes(self) -> Iterator[int]:
        for minute in range(0, self.engine.scenario.horizon, EVERY):
            while self._waiting and self._waiting[0].at < minute + 1:
                entry = self._waiting.pop(0)
                self.engine.advance(entry.at)
                _once_more(self.engine, entry, self._late)
            self.engine.advance(minute + 1)
            yield minute


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_true_live_is_true_of_the_record(name: str) -> None:
    loaded = load(name)
    recorded = play(loaded, "by_the_book", 7).journal
    scenario, scope = loaded.scenario, loaded.scenario.overlay.freeze_scope
    names, wanted = of_the_incident(scenario), [(where, one) for where, one in conditions(scenario) if one]
    engine = Engine(loaded, new_header(loaded, 7, mode="assessment"))
    again = AgainWatched(engine, recorded.entries)
    history, folded, held = History(scenario, with_truth=True), 0, set()
    for minute in again.minutes():
        written = list(accepted(engine.journal.entries))
        for entry in written[folded:]:
            history.apply(entry)
        folded = len(written)
        sample = next(x.body for x in reversed(written) if isinstance(x.body, e.TruthSampled))
        live, afterwards = engine.facts(), Facts(history, sample.facts, engine.now, scope)
        assert {one: live[one] for one in names} == {one: afterwards[one] for one in names}, minute
        for where, one in wanted:
            assert holds(one, live) == holds(one, afterwards), f"{where} at minute {minute // 60}"
            held |= {where} if holds(one, live) else set()
    written = [entry.to_json() for entry in engine.journal]
    assert written == [entry.to_json() for entry in recorded][: len(written)]
    assert len(held) > len({where for where, _ in wanted}) / 2

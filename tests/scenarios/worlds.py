"""Worlds without people in them: what their knobs alone come to, and what their scenario prints then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from simulator.scenario.model import Scenario
from simulator.scenario.world import World
from simulator.text import Utc, render

AnyWorld = TypeVar("AnyWorld", bound=World)


def driven(
    world: AnyWorld, starts: int, fault: int, turns: Iterable[tuple[float, str, float, int]], until: float, step: int
) -> AnyWorld:
    """Return a world at `until` minutes after these turns of its knobs: (minute, knob, value, seconds)."""
    world.start(starts, fault)
    for minute, knob, value, over in sorted(turns):
        while world.now < minute * 60:
            world.step(step)
        world.turn(knob, value, over)
    while world.now < until * 60:
        world.step(step)
    return world


def printed(scenario: Scenario, world: World) -> dict[str, str]:
    """Return every text of a scenario as this world fills it in, whole and without blanks at the end of a line."""
    scope = {**scenario.context, **world.context(), "t": world.now, "utc": Utc(scenario.t0_utc, world.now)}
    texts = {
        **{f"{q.id}.{n}": text for q in scenario.queries for n, text in (("output", q.output), ("refusal", q.refusal))},
        **{f"{a.id}.output": a.output for a in scenario.actions},
        **{f"{a.id}.stall": a.stall_output for a in scenario.actions},
        **{i.id: i.text for i in scenario.injects},
        **{f"{i.id}.{a.id}": a.reply for i in scenario.injects for a in i.answers},
    }
    filled = {ident: render(text, scope) for ident, text in texts.items()}
    assert [i for i, text in filled.items() if "{%" in text or "{{" in text] == []
    assert [i for i, text in filled.items() if any(line != line.rstrip() for line in text.splitlines())] == []
    return filled


def leading_nowhere(scenario: Scenario) -> set[str]:
    """Return the queries that serve nothing that anybody is judged by."""
    return {
        q.id for q in scenario.queries
        if not (q.serves or q.discriminates or q.supports or q.precheck_of or q.verifies or q.figures)
    }  # fmt: skip

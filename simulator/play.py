"""A whole drill without a browser: a responder in every seat, or commands read from a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator import commands as c
from simulator.engine import OPENS_AT, Engine, new_header
from simulator.errors import UnknownName
from simulator.journal import PAST, accepted
from simulator.policy import Derived, Order, Policy
from simulator.scenario import LoadedScenario
from simulator.views import briefing

POLL_SECONDS = 5


def play(
    loaded: LoadedScenario,
    name: str,
    seed: int,
    *,
    mode: str = "assessment",
    until: int | None = None,
    step: int | None = None,
) -> Engine:
    """Let the scenario's responder `name` hold every seat; return the engine, run to its horizon.

    With `until` (drill seconds) people stop then. `step` only paces the engine; it changes nothing.
    Raises UnknownName.
    """
    responder = loaded.responders.get(name)
    if responder is None:
        raise UnknownName("policy", name, loaded.responders)
    if isinstance(responder, Derived):
        recorded = orders(play(loaded, responder.source, seed, mode=mode))
        named = [Order(o.at, f"{o.by.partition(':')[0]}:{name}", _renamed(o.body, name)) for o in recorded]
        changed = responder.change(named)
        return play_orders(loaded, changed, seed, name=name, mode=mode, until=until, step=step)
    return _play_policy(loaded, responder.make(), seed, name, mode, until, step)


def orders(engine: Engine) -> list[Order]:
    """Return the commands people gave in a drill, without the refused ones."""
    return [
        Order(x.at, x.by, x.body)
        for x in accepted(engine.journal.entries)
        if isinstance(x.body, c.Command) and not x.by.startswith("teammate:")
    ]


def play_orders(
    loaded: LoadedScenario,
    given: Iterable[Order],
    seed: int,
    *,
    name: str | None = None,
    mode: str = "assessment",
    until: int | None = None,
    step: int | None = None,
) -> Engine:
    """Give recorded commands at their times; one that lies in the past is refused, the drill goes on."""
    engine = Engine(loaded, new_header(loaded, seed, mode=mode, policy=name))
    end = loaded.scenario.horizon if until is None else min(until, loaded.scenario.horizon)
    for order in given:
        if order.at >= end:
            continue
        if order.at < engine.now:
            engine.refuse(order.body, order.by, f"{order.at} s {PAST}")
            continue
        _advance(engine, order.at, step)
        engine.submit(order.body, order.by)
    return _finish(engine, until, step)


def _play_policy(
    loaded: LoadedScenario, policy: Policy, seed: int, name: str, mode: str, until: int | None, step: int | None
) -> Engine:
    engine = Engine(loaded, new_header(loaded, seed, mode=mode, policy=name))
    for role in loaded.scenario.seats():
        engine.submit(c.TakeSeat(seat=role.id, name=name), f"{role.id}:{name}")
    end = loaded.scenario.horizon if until is None else min(until, loaded.scenario.horizon)
    for now in range(OPENS_AT, end, POLL_SECONDS):
        _advance(engine, now, step)
        for seat, command in policy(lambda role: briefing(engine, role)):
            engine.submit(command, f"{seat}:{name}")
        if engine.ended:
            break
    return _finish(engine, until, step)


def _renamed(body: c.Command, name: str) -> c.Command:
    return body.model_copy(update={"name": name}) if isinstance(body, c.TakeSeat) else body


def _finish(engine: Engine, until: int | None, step: int | None) -> Engine:
    if until is not None:
        _advance(engine, until, step)
        if not engine.ended:
            engine.submit(c.EndDrill(how="stopped"), "facilitator:drill")
    _advance(engine, engine.scenario.horizon + 1, step)
    return engine


def _advance(engine: Engine, to: int, step: int | None) -> None:
    while step and engine.now + step < to and not engine.finished:
        engine.advance(engine.now + step)
    engine.advance(to)


def outcome(engine: Engine) -> dict[str, Any]:
    """Return a finished drill in one JSON object: what, which, how it ended, and the harm done."""
    scenario, harm = engine.scenario, engine.world.harm()
    total = sum(d.weight * harm[d.id] / d.scale for d in scenario.harm)
    ended = next((x for x in engine.journal if x.body.kind == "drill_ended"), None)
    return {
        "scenario": scenario.id,
        "variant": scenario.variant,
        "difficulty": engine.header.difficulty,
        "seed": engine.header.seed,
        "policy": engine.header.policy,
        "ended": engine.incident.ended,
        "at": ended.at if ended else engine.now,
        "harm": {"total": round(total, 4), **{key: round(float(value), 4) for key, value in harm.items()}},
    }

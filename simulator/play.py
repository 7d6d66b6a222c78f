"""A whole drill without a browser: a responder in every seat, or commands read from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from simulator import acts
from simulator.answers import Refusal
from simulator.briefing import briefer
from simulator.engine import OPENS_AT, Engine, new_header
from simulator.errors import UnknownName
from simulator.levels import PlayedBook
from simulator.loaded import LoadedScenario
from simulator.policy import Derived, Order, Policy, Responder
from simulator.record.formats import LATE
from simulator.record.journal import Header, accepted
from simulator.values import HOST, Author

POLL_SECONDS = 5


def play(
    loaded: LoadedScenario,
    name: str,
    seed: int,
    *,
    mode: str = "assessment",
    until: int | None = None,
    step: int | None = None,
    book: PlayedBook | None = None,
) -> Engine:
    """Let the scenario's responder `name` hold every seat; return the engine, run to its horizon.

    With `until` (drill seconds) people stop then. `step` only paces the engine; it changes nothing.
    Raises UnknownName.
    """
    responder = _responder(loaded, name)
    if isinstance(responder, Derived):
        given = _derived(responder, name, play(loaded, responder.source, seed, mode=mode, book=book))
        return play_orders(loaded, given, seed, name=name, mode=mode, until=until, step=step, book=book)
    header = new_header(loaded, seed, mode=mode, policy=name, playbook=book)
    return _play_policy(loaded, responder.make(loaded.scenario), header, name, until, step)


def play_each(
    loaded: LoadedScenario, names: Iterable[str], seed: int, book: PlayedBook | None = None
) -> Iterator[tuple[str, Engine]]:
    """Play several responders on one seed, as `play` does, but whoever others derive from only once."""
    sources: dict[str, Engine] = {}
    for name in names:
        responder = _responder(loaded, name)
        source = responder.source if isinstance(responder, Derived) else name
        if source not in sources:
            sources[source] = play(loaded, source, seed, book=book)
        if isinstance(responder, Derived):
            yield name, play_orders(loaded, _derived(responder, name, sources[source]), seed, name=name, book=book)
        else:
            yield name, sources[source]


def _responder(loaded: LoadedScenario, name: str) -> Responder:
    if name not in loaded.responders:
        raise UnknownName("policy", name, loaded.responders)
    return loaded.responders[name]


def _derived(responder: Derived, name: str, source: Engine) -> Sequence[Order]:
    """Return the orders of the drill a responder derives from, changed and under its own name."""
    return responder.change(
        [Order(o.at, Author.person(o.by.role, name), _renamed(o.body, name)) for o in orders(source)]
    )


def orders(engine: Engine) -> list[Order]:
    """Return the commands people gave in a drill, without the refused ones."""
    return [
        Order(x.at, x.by, x.body)
        for x in accepted(engine.journal.entries)
        if isinstance(x.body, acts.Act) and not x.by.simulated
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
    book: PlayedBook | None = None,
) -> Engine:
    """Give recorded commands at their times; one that lies in the past is refused, the drill goes on."""
    engine = Engine(loaded, new_header(loaded, seed, mode=mode, policy=name, playbook=book))
    end = loaded.scenario.horizon if until is None else min(until, loaded.scenario.horizon)
    for order in given:
        if order.at >= end:
            continue
        if order.at < engine.now:
            engine.refuse(order.body, order.by, Refusal(LATE, f"{order.at} s lies in the past; sort the file by `at`"))
            continue
        _advance(engine, order.at, step)
        engine.submit(order.body, order.by)
    return _finish(engine, until, step)


def _play_policy(
    loaded: LoadedScenario, policy: Policy, header: Header, name: str, until: int | None, step: int | None
) -> Engine:
    engine = Engine(loaded, header)
    for role in loaded.scenario.seats():
        engine.submit(acts.TakeSeat(seat=role.id, name=name), Author.person(role.id, name))
    end = loaded.scenario.horizon if until is None else min(until, loaded.scenario.horizon)
    brief = briefer(engine)
    for now in range(OPENS_AT, end, POLL_SECONDS):
        _advance(engine, now, step)
        for seat, command in policy(brief):
            engine.submit(command, Author.person(seat, name))
        if engine.ended:
            break
    return _finish(engine, until, step)


def _renamed(body: acts.Act, name: str) -> acts.Act:
    return body.model_copy(update={"name": name}) if isinstance(body, acts.TakeSeat) else body


def _finish(engine: Engine, until: int | None, step: int | None) -> Engine:
    if until is not None:
        _advance(engine, until, step)
        if not engine.ended:
            engine.submit(acts.EndDrill(how="time"), Author.person(HOST, "drill"))
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

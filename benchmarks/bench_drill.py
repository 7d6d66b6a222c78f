"""How fast a drill runs, as ratios within one run: machines are noisy, ratios are not.

(a) a bare SimPy loop with as many timeouts as the drill has, (b) the same loop with the world's steps.
The drill itself does all that, and monitoring, people, injects, templates, journal and incident besides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import simpy

from scenarios import load
from simulator.engine import Engine
from simulator.onset import onset_shift, step_at
from simulator.play import play
from simulator.replay import rebuild
from simulator.views import briefing

SEED = 7
ROUNDS = 9


def best(run: Callable[[], Any]) -> float:
    """Return the seconds of the quickest of a few rounds."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return min(took)


def test_a_whole_drill_against_bare_simpy_and_against_the_worlds_steps() -> None:
    loaded = load("auth_token")
    scenario = loaded.scenario
    played = play(loaded, "by_the_book", SEED)
    commands = list(played.journal.commands())
    minutes = (scenario.horizon - scenario.starts_at) / 60
    timeouts = _timeouts_of(lambda: rebuild(loaded, played.header, commands, until=scenario.horizon + 1))
    shift = onset_shift(loaded, SEED)

    def bare() -> None:
        env = simpy.Environment()

        def tick() -> Generator[simpy.Event, Any, None]:
            for _ in range(timeouts):
                yield env.timeout(5)

        env.process(tick())
        env.run()

    def with_world() -> None:
        env = simpy.Environment(initial_time=scenario.starts_at + shift)
        world = loaded.make_world()
        fault_at = scenario.fault_at + shift
        world.start(scenario.starts_at + shift, fault_at)

        def tick() -> Generator[simpy.Event, Any, None]:
            for _ in range(timeouts):
                dt = step_at(int(env.now), fault_at, world.step_seconds)
                yield env.timeout(dt)
                if env.now <= scenario.horizon:
                    world.step(dt)

        env.process(tick())
        env.run()

    drill = best(lambda: rebuild(loaded, played.header, commands, until=scenario.horizon + 1))
    with_policy = best(lambda: play(loaded, "by_the_book", SEED))
    a, b = best(bare), best(with_world)
    print(
        f"\nwhole drill, {minutes:.0f} drill minutes, {timeouts} timeouts, {len(played.journal.entries)} entries:"
        f" {1000 * drill:.1f} ms, {minutes / drill:,.0f} drill minutes a second"
        f"\n  ratio to (a) bare SimPy loop {drill / a:.1f}; to (b) the same with the world's steps {drill / b:.1f}"
        f"\n  with the responder deciding every 5 s: {1000 * with_policy:.1f} ms, {with_policy / drill:.1f} times the drill"
    )
    assert drill > 0


def test_rebuilding_a_full_journal() -> None:
    loaded = load("auth_token")
    played = play(loaded, "by_the_book", SEED)
    commands = list(played.journal.commands())
    whole = best(lambda: rebuild(loaded, played.header, commands, until=loaded.scenario.horizon))
    alone = played.header.model_copy(update={"automation": False})
    empty = best(lambda: rebuild(loaded, alone, [], until=loaded.scenario.horizon))
    print(
        f"\nrebuild of a full journal ({len(commands)} commands): {1000 * whole:.1f} ms,"
        f" {whole / empty:.1f} times a drill nobody plays"
    )
    assert whole > 0


def test_one_tick_for_twenty_viewers() -> None:
    loaded = load("auth_token")
    played = play(loaded, "by_the_book", SEED)
    engine = rebuild(loaded, played.header, list(played.journal.commands()), until=1800)
    seats = [role.id for role in loaded.scenario.seats()]

    def look(viewers: int) -> None:
        for viewer in range(viewers):
            seen = briefing(engine, seats[viewer % len(seats)])
            for panel in seen.catalogue.panels:
                if panel.on_console:
                    seen.series(panel.id, engine.now - 3600)
            seen.alerts()
            seen.running()
            seen.tasks()

    one, twenty = best(lambda: look(1)), best(lambda: look(20))
    tick = best(lambda: _advance_ten_minutes(loaded, played)) / 600
    print(
        f"\none tick: engine {1e6 * tick:.0f} us a drill second; 20 viewers {1000 * twenty:.2f} ms,"
        f" {twenty / one:.1f} times one viewer"
    )
    assert twenty > 0


def _advance_ten_minutes(loaded: Any, played: Engine) -> None:
    engine = rebuild(loaded, played.header, [], until=600)
    for second in range(601, 1201):
        engine.advance(second)


def _timeouts_of(run: Callable[[], Any]) -> int:
    """Count the timeouts a run asks SimPy for."""
    count = 0
    original = simpy.Environment.timeout

    class Counting(simpy.Environment):
        def timeout(self, *args: Any, **kwargs: Any) -> simpy.Timeout:
            nonlocal count
            count += 1
            return original(self, *args, **kwargs)

    was, simpy.Environment = simpy.Environment, Counting  # type: ignore[misc]
    try:
        run()
    finally:
        simpy.Environment = was  # type: ignore[misc]
    return count

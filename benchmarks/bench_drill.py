"""How fast a drill runs, as ratios within one run: machines are noisy, ratios are not.

(a) a bare SimPy loop with as many timeouts as the drill has, (b) the same loop with the world's steps.
The drill itself does all that, and monitoring, people, injects, templates, journal and incident besides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import simpy

from analytics.runs.calibrate import jobs_for, measure
from scenarios import load
from simulator.monitoring.onset import onset_shift, step_at
from simulator.play import play
from simulator.record.replay import rebuild
from simulator.room.store import Participant
from tests.room.rooms import Wall, rooms
from ui.live.feed import Feed
from ui.live.screen import Screen
from ui.session import Here

SEED = 7
ROUNDS = 9


def best(run: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the seconds of the quickest of a few rounds."""
    took = []
    for _ in range(rounds):
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
        f"\n  with the responder deciding every 5 s: {1000 * with_policy:.1f} ms, {with_policy / drill:.1f} times that"
    )


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


def test_a_seed_of_a_calibration() -> None:
    loaded = load("auth_token")
    played = play(loaded, "by_the_book", SEED)
    commands = list(played.journal.commands())
    (job,) = jobs_for(load, "auth_token", "base", [], 1, "recovery")
    seed = best(lambda: measure(job), rounds=3)
    drill = best(lambda: rebuild(loaded, played.header, commands, until=loaded.scenario.horizon + 1))
    print(
        f"\none seed of a calibration ({len(job.policies)} responders, reference runs, scores): {1000 * seed:.0f} ms,"
        f" {seed / len(job.policies) / drill:.1f} whole drills for each"
    )


def test_one_tick_for_twenty_viewers(tmp_path: Path) -> None:
    """What a second costs when everybody on a drill looks: clock to the store, engine, feed, alerts, panels."""
    took = {}
    for viewers in (0, 1, 20):
        place = rooms(tmp_path / f"{viewers}.db", Wall(), load=load)
        room = place.create("auth_token", seed=SEED).room
        _, person = place.join(room, "Ana", "commander")
        room.start(person)
        wall = room._store.now
        wall.pass_(900)  # type: ignore[attr-defined]
        took[viewers] = best(lambda room=room, wall=wall, viewers=viewers: _minute(room, wall, viewers), rounds=2) / 60
    print(
        f"\none tick: {1e3 * took[0]:.2f} ms with nobody looking, {1e3 * took[1]:.2f} ms for one viewer,"
        f" {1e3 * took[20]:.2f} ms for 20 viewers in six seats: {took[20] / took[1]:.1f} times one"
    )


def _minute(room: Any, wall: Any, viewers: int) -> None:
    """Draw the screens of a minute; whoever looks from the same seat is sent the same bytes."""
    seats = [role.id for role in room.loaded.scenario.seats()]
    people = [Participant(f"p{at}", room.row.id, f"P{at}", seat, False, 0.0) for at, seat in enumerate(seats)]
    shown = {one.seat: (Screen(Here(room, one, "")), Feed()) for one in people}
    for _ in range(60):
        wall.pass_(1)
        drawn = set()
        for viewer in range(viewers):
            seat = seats[viewer % len(seats)]
            screen, feed = shown[seat]
            since = feed.version
            if seat not in drawn:
                feed.put(screen.pieces(room))
                drawn.add(seat)
            feed.delta(since)


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

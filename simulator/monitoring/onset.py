"""Where history must start so that the first page lands on T+0, for every variant and seed."""

from __future__ import annotations

from functools import lru_cache

from simulator.loaded import LoadedScenario
from simulator.monitoring.series import SCRAPE_SECONDS, Telemetry
from simulator.streams import streams

COARSE_SECONDS = 15
"""Step of the healthy world before its fault; scrapes fall on its multiples."""


def step_at(now: int, fault_at: int, fine: int) -> int:
    """Return the step from `now` on: coarse while the world is healthy, `fine` from a minute before its fault."""
    return COARSE_SECONDS if now < fault_at - 60 else fine


@lru_cache(maxsize=512)
def onset_shift(loaded: LoadedScenario, seed: int) -> int:
    """Return the seconds by which history must move so that the first page lands on T+0.

    Runs the untouched world with monitoring only, up to the first page: the same draws, since streams are
    named. Without a paging alert the shift is 0 (a report, not an alert, opens such a drill).
    """
    scenario = loaded.scenario
    rules = [rule for rule in scenario.alerts if rule.page]
    if not rules:
        return 0
    watched = [metric for metric in scenario.metrics if any(rule.metric == metric.id for rule in rules)]
    telemetry = Telemetry(watched, rules, streams(seed))
    world = loaded.make_world()
    world.start(scenario.starts_at, scenario.fault_at)
    now = scenario.starts_at
    while now < scenario.horizon:
        dt = step_at(now, scenario.fault_at, world.step_seconds)
        now += dt
        world.step(dt)
        if (now - scenario.starts_at) % SCRAPE_SECONDS == 0:
            telemetry.scrape(now, world.observe())
            if any(transition.firing for transition in telemetry.alerts(now)):
                return -now
    return 0

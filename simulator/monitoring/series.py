"""The measurement layer: what monitoring shows of the world, and the alerts it raises.

People never see the world, they see scrapes of it: every 15 s, with noise, a query-window lag and the
odd missing series. Scrapes happen in the engine whether or not anybody looks; looking draws nothing.
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.scenario.parts import AlertRule, Metric
from simulator.streams import Streams

SCRAPE_SECONDS = 15
Point = tuple[int, float | None]


@dataclass(frozen=True)
class Transition:
    """An alert rule that began or ceased to hold."""

    rule: AlertRule
    firing: bool
    value: float


class Telemetry:
    """Scraped series by metric id, and the state of each alert rule.

    A scrape keeps the world's exact observation; what a series shows of it is made when it is first asked
    for. The k-th value of a series takes the k-th draw of that series' own stream, so who looks, and when,
    changes nothing, and a series nobody looks at costs nothing.
    """

    def __init__(self, metrics: Sequence[Metric], rules: Sequence[AlertRule], streams: Streams) -> None:
        self.metrics = {metric.id: metric for metric in metrics}
        self.times: list[int] = []
        """Scrape times, in drill seconds, the same for every series."""
        self._observed: list[Mapping[str, float]] = []
        self._values: dict[str, list[float | None]] = {metric.id: [] for metric in metrics}
        self._gauss = {metric.id: streams(f"noise/{metric.id}").gauss for metric in metrics}
        self._filling = threading.Lock()
        self._rules = rules
        self._pending: dict[str, int] = {}
        self._firing: set[str] = set()
        self.memory: Callable[[int], Mapping[str, float]] | None = None
        """What the world remembers of a second before its first scrape."""

    def scrape(self, now: int, world: Mapping[str, float]) -> None:
        """Sample at `now`; `world` is a fresh `World.observe()` and is kept."""
        self.times.append(now)
        self._observed.append(world)

    def _shown(self, metric: Metric, count: int) -> list[float | None]:
        """Return at least the first `count` values of a series as monitoring shows them."""
        values = self._values[metric.id]
        if len(values) >= count:
            return values
        with self._filling:  # pages look from threads of their own, and each value takes one draw
            for index in range(len(values), count):
                values.append(self._made(metric, index))
        return values

    def _made(self, metric: Metric, index: int) -> float | None:
        shock = self._gauss[metric.id](0.0, 1.0)
        if metric.missing_from is not None and self.times[index] >= metric.missing_from:
            return None
        true = self._observed[index][metric.source]
        if math.isnan(true):
            return None  # nothing measures it yet
        spread = math.hypot(metric.noise * true, metric.floor) if metric.floor else metric.noise * true
        return max(0.0, round(true + spread * shock, metric.decimals))

    def series(self, metric: str, now: int, since: int | None = None) -> list[Point]:
        """Return what a panel shows at `now`: (time, value), oldest first, None where there is no data."""
        last = self._visible(self.metrics[metric], now)
        first = 0 if since is None else bisect_left(self.times, since)
        shown = self._shown(self.metrics[metric], last)
        return list(zip(self.times[first:last], shown[first:last], strict=True))

    def latest(self, metric: str, now: int) -> float | None:
        """Return the newest value a panel shows at `now`."""
        last = self._visible(self.metrics[metric], now)
        return self._shown(self.metrics[metric], last)[last - 1] if last else None

    def mean(self, metric: str, since: int, until: int) -> float | None:
        """Return the mean over scrapes in [since, until], None without data.

        A window that ends before the first scrape is read from what the world remembers, where it does.
        """
        if self.memory and self.times and until < self.times[0]:
            source = self.metrics[metric].source
            old = [self.memory(since + (until - since) * part // 4)[source] for part in range(5)]
            return None if any(math.isnan(value) for value in old) else sum(old) / len(old)
        shown = self._shown(self.metrics[metric], len(self.times))
        got = [v for t, v in zip(self.times, shown, strict=True) if since <= t <= until and v is not None]
        return sum(got) / len(got) if got else None

    def alerts(self, now: int) -> Iterator[Transition]:
        """Yield the rules that began or ceased to hold with the scrapes visible at `now`."""
        for rule in self._rules:
            value = self.latest(rule.metric, now)
            # No data neither fires nor resolves: a rule keeps the state it had.
            if value is None:
                continue
            if _breached(rule, value):
                since = self._pending.setdefault(rule.id, now)
                if rule.id not in self._firing and now - since >= rule.hold:
                    self._firing.add(rule.id)
                    yield Transition(rule, True, value)
            else:
                self._pending.pop(rule.id, None)
                if rule.id in self._firing:
                    self._firing.remove(rule.id)
                    yield Transition(rule, False, value)

    def _visible(self, metric: Metric, now: int) -> int:
        return bisect_right(self.times, now - metric.lag)


def _breached(rule: AlertRule, value: float) -> bool:
    return (rule.above is None or value > rule.above) and (rule.below is None or value < rule.below)

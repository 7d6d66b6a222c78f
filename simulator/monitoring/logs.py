"""The log stream of the world: generated per minute from rates that were recorded as they happened."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from simulator.scenario.model import Scenario
from simulator.scenario.parts import LogStream
from simulator.templates import MOST_DIGITS
from simulator.text import Utc, render


class LogLine(NamedTuple):
    """One line as a log viewer shows it."""

    at: int
    service: str
    level: str
    text: str


class Logs:
    """Rates by minute, and the lines they make.

    A line is a pure function of seed, stream and minute, so that searching twice, or never, is the same.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._rates: dict[int, dict[str, float]] = {}
        self._context: Mapping[str, Any] = dict(scenario.context)
        self._sources = tuple(sorted({s.rate for s in scenario.logs if isinstance(s.rate, str)}))

    def record(self, now: int, world: Mapping[str, float]) -> None:
        """Remember the minute's rates; `world` is `World.observe()`."""
        self._rates[now // 60] = {source: world[source] for source in self._sources}

    def search(
        self, now: int, *, text: str = "", service: str | None = None, level: str | None = None, minutes: float = 15
    ) -> list[LogLine]:
        """Return the lines of the last `minutes` that contain `text` (any case), oldest first."""
        needle = text.casefold()
        first = now - round(minutes * 60)
        found = [
            line
            for stream in self._scenario.logs
            if (service is None or stream.service == service) and (level is None or stream.level == level)
            for minute in range(first // 60, now // 60 + 1)
            for line in self._lines(stream, minute)
            if first <= line.at <= now and needle in f"{line.service} {line.level} {line.text}".casefold()
        ]
        return sorted(found)

    def _lines(self, stream: LogStream, minute: int) -> list[LogLine]:
        start = minute * 60
        if start + 60 <= stream.since or start >= stream.until:
            return []
        rate = stream.rate if not isinstance(stream.rate, str) else self._rates.get(minute, {}).get(stream.rate, 0.0)
        rng = random.Random(f"{self._seed}/log/{stream.id}/{minute}")
        wanted = min(stream.most, rate * stream.scale)
        count = int(wanted) + (rng.random() < wanted - int(wanted))
        lines = []
        for _ in range(count):
            at = start + rng.randrange(60)
            drawn = {name: rng.choice(values) for name, values in stream.fields.items()}
            if not stream.since <= at <= stream.until:
                continue
            scope = {**self._context, **drawn, "t": at, "utc": Utc(self._scenario.t0_utc, at), "hex": _hex(rng)}
            lines.append(LogLine(at, stream.service, stream.level, f"{scope['utc']()} {render(stream.text, scope)}"))
        return lines


def _hex(rng: random.Random) -> Any:
    def drawn(digits: int = 4) -> str:
        digits = min(digits, MOST_DIGITS)
        return f"{rng.getrandbits(4 * digits):0{digits}x}"

    return drawn

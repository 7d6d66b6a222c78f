"""What was true at any second of a record: the world's samples, and the crossings of tolerance between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

from analytics.timeline import FOREVER
from simulator import events as e
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Segment
from simulator.values import Scalar


class Sampled:
    """One record's truth, to be asked at a second."""

    def __init__(
        self,
        scenario: Scenario,
        samples: Sequence[tuple[int, e.TruthSampled]],
        crossings: Sequence[tuple[int, e.ToleranceCrossed]],
    ) -> None:
        """Each with its second, in order."""
        self._segments = scenario.segments
        self._samples = samples
        self._seconds = [at for at, _ in samples]
        self._crossings: dict[str, list[tuple[int, bool]]] = {}
        for at, crossed in crossings:
            self._crossings.setdefault(crossed.segment, []).append((at, crossed.within))

    def _around(self, at: float) -> Sequence[tuple[int, e.TruthSampled]]:
        """Return the samples before and after a second, none where there are none."""
        after = min(bisect_right(self._seconds, at), len(self._samples) - 1)
        return (self._samples[max(0, after - 1)], self._samples[after]) if self._samples else ()

    def near(self, at: float) -> tuple[Mapping[str, Scalar], ...]:
        """Return the facts sampled before and after a second."""
        return tuple([sample.facts for _, sample in self._around(at)])

    def figure(self, name: str, at: float) -> float | None:
        """Return the true value of a figure at a second, interpolated between samples."""
        around = self._around(at)
        if not around or any(name not in sample.figures for _, sample in around):
            return None
        (begun, first), (ended, second) = around
        low, high = first.figures[name], second.figures[name]
        if ended == begun or at <= begun:
            return low
        return low + (high - low) * min(1.0, (at - begun) / (ended - begun))

    def figure_range(self, name: str, at: float, back: int) -> tuple[float, float] | None:
        """Return the lowest and highest true value over the `back` seconds before."""
        first, last = bisect_left(self._seconds, at - back), bisect_right(self._seconds, at)
        between = [sample.figures.get(name) for _, sample in self._samples[first:last]]
        values = [v for v in (self.figure(name, at - back), self.figure(name, at), *between) if v is not None]
        return (min(values), max(values)) if values else None

    def outside(self, at: float) -> tuple[str, ...]:
        """Return the segments outside tolerance at a second, in the scenario's order."""
        turns, stretches = self._stretches
        return stretches[bisect_right(turns, at)]

    @cached_property
    def _stretches(self) -> tuple[list[int], list[tuple[str, ...]]]:
        """Seconds at which what is outside may change; and what is outside before the first, and from each on."""
        turns = {at for crossed in self._crossings.values() for at, _ in crossed}
        # What never crossed on record, as in a record that somebody wrote, is judged by the samples.
        if any(self._ever_sampled(one) for one in self._segments if one.id not in self._crossings):
            turns |= set(self._seconds)
        ends = sorted(turns)
        where = [-FOREVER, *ends]
        return ends, [tuple([x.id for x in self._segments if not self._within(x, at)]) for at in where]

    def _within(self, segment: Segment, at: float) -> bool:
        if segment.id in self._crossings:
            before = [within for crossed, within in self._crossings[segment.id] if crossed <= at]
            return not before or before[-1]
        around = self._around(at)
        return not around or around[0][1].outside.get(segment.id, 0.0) <= segment.tolerance

    def _ever_sampled(self, segment: Segment) -> bool:
        """Tell whether a segment was ever sampled outside tolerance."""
        return self._worst.get(segment.id, 0.0) > segment.tolerance

    @cached_property
    def _worst(self) -> Mapping[str, float]:
        """Segment -> the farthest it was sampled outside."""
        worst: dict[str, float] = {}
        for _, sample in self._samples:
            for segment, share in sample.outside.items():
                if share > worst.get(segment, 0.0):
                    worst[segment] = share
        return worst

    def affected(self) -> dict[str, float]:
        """Return the weight of every segment that was ever outside tolerance, made to add up to 1."""
        ever = {
            one.id: one.weight
            for one in self._segments
            if self._ever_sampled(one)
            or any(not within for _, within in self._crossings.get(one.id, ()))
        }
        total = sum(ever.values())
        return {ident: weight / total for ident, weight in ever.items()} if total else {}

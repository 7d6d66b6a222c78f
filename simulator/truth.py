"""What the world is really doing, journalled as it happens: tolerances crossed, and a sample a minute."""

from __future__ import annotations

from collections.abc import Mapping

from simulator import events as e
from simulator.drill import Drill
from simulator.values import WORLD

EVERY = 60
"""Seconds between samples."""


class Truth:
    """Looks at the world itself; what it writes is addressed to nobody."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._world = drill.world
        self._outside = {segment.id: False for segment in drill.scenario.segments}

    def look(self) -> None:
        """Record each segment that has left its tolerance, or come back to it, since the last look."""
        outside = self._world.outside()
        for segment in self._drill.scenario.segments:
            out = round(outside[segment.id], 6) > segment.tolerance
            if out != self._outside[segment.id]:
                self._outside[segment.id] = out
                self._drill.emit(e.ToleranceCrossed(segment=segment.id, within=not out), by=WORLD)

    def sample(self) -> None:
        """Record harm, segments, facts and figures as they are now."""
        self._drill.emit(
            e.TruthSampled(
                harm=_rounded(self._world.harm()), outside=_rounded(self._world.outside()),
                facts={k: round(v, 4) if isinstance(v, float) else v for k, v in self._world.facts().items()},
                figures=_rounded(self._world.figures()),
            ),
            by=WORLD,
        )  # fmt: skip


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {key: round(float(value), 4) for key, value in values.items()}

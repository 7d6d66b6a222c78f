"""What recovered, and what shows it: the one measure that every criterion that speaks of recovery is scaled by.

A segment has recovered while something that treats it is in effect and it is back within tolerance. What only takes
its service away holds it, which is worth a part, and nothing after the scenario's own date. A certificate is a rerun
of the failing path or a comparison with a baseline; a red one shows discipline, a stale one no more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analytics.timeline import FOREVER, Attempt
from simulator.values import Ref

HELD = 0.3
"""What holding a segment is worth of treating it."""
DISCIPLINE = 0.5
"""What a red or stale certificate is worth of a green one."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One rerun or comparison: its entry, when, from when on all it looked at lies, and whether it was green."""

    seq: int
    at: int
    since: int
    green: bool


class Recovery:
    """How far one record's incident had recovered at any second, and how well that is shown."""

    def __init__(
        self,
        affected: Mapping[str, float],
        runs: Sequence[Attempt],
        outside: Callable[[float], Collection[str]],
        certificates: Iterable[Certificate],
        last_change: int,
        by_itself: bool,
    ) -> None:
        """`affected` weighs the segments that were hit, `by_itself` says that the incident passes by itself."""
        self._affected = affected
        self._runs = [run for run in runs if run.effect is not None]
        self._all = runs
        self._outside = outside
        self.certificates = tuple(sorted(certificates, key=lambda one: one.seq))
        self.last_change = last_change
        """Second of the last change, 0 where there was none."""
        self._by_itself = by_itself

    def treated(self, segment: str, at: float) -> float:
        """Return how far a segment is treated at a second: 1, less where it is only held, 0 where it is not."""
        if self._by_itself:
            return 1.0
        worths = [_worth(run, at) for run in self._covering(segment) if (run.effect or 0) <= at < self._undone[run.run]]
        return max(worths, default=0.0)

    def share(self, at: float) -> float:
        """Return the share of what was hit, by weight, that is treated and back at a second (0 … 1)."""
        outside = self._outside(at)
        back = (segment for segment in self._affected if segment not in outside)
        return sum(self._affected[segment] * self.treated(segment, at) for segment in back)

    def shown(self, one: Certificate) -> float:
        """Return what a certificate is worth: the share that had recovered, less where it was red or is stale."""
        counts = one.green and one.since >= self.last_change
        return self.share(one.at) * (1.0 if counts else DISCIPLINE)

    @cached_property
    def best_shown(self) -> float:
        """What the best certificate on record is worth (0 … 1)."""
        return max(map(self.shown, self.certificates), default=0.0)

    def fresh_green(self, after: float, before: float = float("inf")) -> tuple[Certificate, ...]:
        """Return the green certificates whose whole look lies after one second, made by another."""
        return tuple(one for one in self.certificates if one.green and one.since >= after and one.at <= before)

    def _covering(self, segment: str) -> Iterable[Attempt]:
        return (run for run in self._runs if segment in run.spec.coverage)

    @cached_property
    def _undone(self) -> Mapping[Ref, int]:
        """Run -> second from which it is undone by what reverses it."""
        found = {}
        for run in self._runs:
            back = (r for r in self._all if r.ident == run.spec.reversible_by and r.done is not None)
            found[run.run] = min((r.done or 0 for r in back if r.begun > run.begun), default=FOREVER)
        return found


def _worth(run: Attempt, at: float) -> float:
    hold = run.spec.hold
    return 1.0 if hold is None else HELD if at <= hold.until else 0.0

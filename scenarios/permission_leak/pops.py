"""Points of presence that behave alike: whether they leak, and what the leak has left behind there."""

from __future__ import annotations

from dataclasses import dataclass

RESIDUAL = 0.35
"""Share of the former intensity that cached previews serve after the worker is fixed."""
CACHED_MINUTES = 60.0
"""Minutes a rendered preview stays in the cache (`s-maxage=3600`)."""
TOKEN_MINUTES = 720.0
"""Minutes a viewer token lives."""
REUSE = 0.01
"""Reads a minute with one token that was handed out wrongly."""


@dataclass(slots=True)
class Pops:
    """One group: its share of the traffic, the worker it runs, the previews and tokens it has handed out."""

    name: str
    weight: float
    pinned: bool = False
    version: int = 56
    open: bool = False
    """Runs the leaking worker, and nothing stands in front of it."""
    closed_at: int = -(10**9)
    cached: float = 0.0
    """Stock of exposed previews as a share of the full one: now while open, at `closed_at` afterwards."""
    tokens: float = 0.0
    """Valid tokens issued on a cached decision, as a share of the full stock."""
    bad: float = 0.0
    """Valid tokens that were handed to somebody without permission."""
    epoch: int = 117
    trace_lost: bool = False
    flushed_until: int = -(10**9)

    def leak(self, organic: float, minutes: float) -> None:
        """Stand as `minutes` of the organic leak leave it."""
        self.version, self.open = 57, True
        self.cached = min(1.0, minutes / CACHED_MINUTES)
        self.tokens = min(1.0, minutes / TOKEN_MINUTES)
        self.bad = organic * self.weight * min(TOKEN_MINUTES, minutes)

    def stock(self, now: int) -> float:
        """Return the share of the exposed previews that the cache still serves."""
        if self.open:
            return self.cached
        return self.cached * max(0.0, 1 - (now - self.closed_at) / 60 / CACHED_MINUTES)

    def set_open(self, leaks: bool, now: int) -> None:
        """Begin or cease to leak."""
        if leaks == self.open:
            return
        self.cached = self.stock(now)
        self.open = leaks
        self.closed_at = now

    def purge(self, now: int) -> None:
        """Empty the cache; a worker that still leaks fills it again."""
        self.cached = 0.0
        self.closed_at = now

    def revoke(self, epoch: int) -> None:
        """Refuse every token of an earlier epoch."""
        self.epoch = epoch
        self.tokens = self.bad = 0.0

    def move(self, now: int, h: float, intensity: float, blocked: bool) -> tuple[float, float]:
        """Move on by `h` minutes; return reads across tenants and reads with tokens handed out before."""
        read = 0.0
        if self.open:
            if now >= self.flushed_until:
                read = intensity * self.weight * h
                self.bad += read
            self.cached = min(1.0, self.cached + h / CACHED_MINUTES)
            self.tokens = min(1.0, self.tokens + h / TOKEN_MINUTES)
        elif not blocked and self.cached > 0:
            read = RESIDUAL * intensity * self.weight * self.stock(now) * h
        again = 0.0 if blocked else REUSE * self.bad * h
        self.bad -= self.bad * h / TOKEN_MINUTES
        return read, again

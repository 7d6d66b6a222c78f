"""Places that behave alike: whether they leak, by which way strangers get in, and what the leak has left behind."""

from __future__ import annotations

from dataclasses import dataclass

CACHED_MINUTES = 60.0
"""Minutes a rendered preview stays in the cache (`s-maxage=3600`)."""
TOKEN_MINUTES = 720.0
"""Minutes a viewer token lives."""
REUSE = 0.01
"""Reads a minute with one token that was handed out wrongly."""
SHARES = {"iad": 0.34, "fra": 0.22, "lhr": 0.15, "sjc": 0.14, "sin": 0.09, "syd": 0.06}
"""Points of presence and their shares of the traffic."""
REGIONS = {"americas": ("iad", "sjc"), "europe": ("fra", "lhr"), "apac": ("sin", "syd")}


@dataclass(frozen=True)
class Way:
    """How strangers get in, and what that leaves behind."""

    name: str
    source: str
    """What the access log gives as the source of such an answer."""
    residual: float
    """Share of the former intensity that cached copies serve once a place is closed."""
    copies: bool = True
    """Cached copies are readable without permission."""
    copies_only: bool = False
    """Strangers are served from copies alone; who passes the worker is asked."""
    tokens: bool = True
    """Each read hands out a token to somebody without permission."""
    by_version: bool = True
    """The worker's version decides; otherwise it is the origin's memory of answers."""
    reuse_counts: bool = False
    """Reads with such tokens are many enough to count as reads."""


STORE = Way("store", "edge_cache", residual=0.35)
"""The worker reuses a permission under a key without tenant and viewer."""
COPY = Way("copy", "cdn_hit", residual=1.0, copies_only=True, tokens=False)
"""The shared cache serves what a member opened to whoever asks next."""
MEMORY = Way("memory", "origin", residual=0.0, copies=False, by_version=False, reuse_counts=True)
"""share-svc at the origin remembers its answer by link alone, for all places."""
WAYS = (STORE, COPY, MEMORY)


@dataclass(slots=True)
class Pops:
    """One group: its share of the traffic, the worker it runs, the previews and tokens it has handed out."""

    places: tuple[str, ...]
    weight: float
    way: Way = STORE
    pinned: bool = False
    tagged: bool = True
    """A purge by tag reaches its copies."""
    version: int = 56
    faulty: bool = False
    """Would let strangers in, whether or not the route is closed in front of it."""
    open: bool = False
    """Lets strangers in, and nothing stands in front of it."""
    fills: bool = False
    """Runs a worker that leaves previews public, so that copies of them are kept."""
    closed_at: int = -(10**9)
    cached: float = 0.0
    """Stock of public previews as a share of the full one: now while it fills, at `closed_at` afterwards."""
    tokens: float = 0.0
    """Valid tokens issued on a cached decision, as a share of the full stock."""
    bad: float = 0.0
    """Valid tokens that were handed to somebody without permission."""
    epoch: int = 117
    trace_lost: bool = False
    flushed_until: int = -(10**9)

    def leak(self, organic: float, minutes: float) -> None:
        """Stand as `minutes` of the organic leak leave it."""
        self.version, self.faulty, self.open, self.fills = 57, True, True, True
        self.cached = min(1.0, minutes / CACHED_MINUTES)
        self.tokens = min(1.0, minutes / TOKEN_MINUTES)
        if self.way.tokens:
            self.bad = organic * self.weight * min(TOKEN_MINUTES, minutes)

    def stock(self, now: int) -> float:
        """Return the share of the public previews that the cache still serves."""
        if self.fills:
            return self.cached
        return self.cached * max(0.0, 1 - (now - self.closed_at) / 60 / CACHED_MINUTES)

    def readable(self, now: int) -> float:
        """Return the share of the copies that anybody can read who should not."""
        return self.stock(now) if self.way.copies else 0.0

    def accepted(self) -> float:
        """Return the share of the tokens handed out meanwhile that strangers may hold and that still work."""
        return self.tokens if self.way.tokens else 0.0

    def emptied(self, now: int) -> bool:
        """Tell whether the worker's own store was emptied a short while ago."""
        return now < self.flushed_until

    def quiet(self, now: int) -> bool:
        """Tell whether nobody gets in for the moment, since what lets them in was emptied."""
        return self.way == STORE and self.emptied(now)

    def stand(self, leaks: bool, fills: bool, now: int) -> None:
        """Let strangers in or not, and keep copies or not, from now on."""
        if fills != self.fills:
            self.cached = self.stock(now)
            self.fills = fills
            self.closed_at = now
        self.open = leaks

    def purge(self, now: int) -> None:
        """Empty the cache; a worker that still leaves previews public fills it again."""
        self.cached = 0.0
        self.closed_at = now

    def revoke(self, epoch: int) -> None:
        """Refuse every token of an earlier epoch."""
        self.epoch = epoch
        self.tokens = self.bad = 0.0

    def move(self, now: int, h: float, intensity: float, blocked: bool) -> tuple[float, float]:
        """Move on by `h` minutes; return reads across tenants and reads with tokens handed out before."""
        read = 0.0
        if self.way.copies_only:
            read = 0.0 if blocked else intensity * self.weight * self.stock(now) * h
        elif self.open:
            if not self.quiet(now):
                read = intensity * self.weight * h
                self.bad += read
        elif not blocked and self.cached > 0:
            read = self.way.residual * intensity * self.weight * self.stock(now) * h
        if self.fills:
            self.cached = min(1.0, self.cached + h / CACHED_MINUTES)
        if self.open:
            self.tokens = min(1.0, self.tokens + h / TOKEN_MINUTES)
        again = 0.0 if blocked else REUSE * self.bad * h
        self.bad -= self.bad * h / TOKEN_MINUTES
        return read, again


def groups(way: Way, pinned: str, untagged: str | None) -> tuple[Pops, Pops, tuple[Pops, ...]]:
    """Return those that follow every release alike, the pinned place, and the place a purge by tag passes over."""
    apart = tuple(
        Pops((place,), SHARES[place], way, tagged=False) for place in (untagged,) if place and place != pinned
    )
    one = Pops((pinned,), SHARES[pinned], way, pinned=True, tagged=untagged != pinned)
    gone = {pinned, *(place for group in apart for place in group.places)}
    rest = tuple(place for place in SHARES if place not in gone)
    weight = 1 - one.weight - sum(group.weight for group in apart)
    return Pops(rest, weight, way), one, apart

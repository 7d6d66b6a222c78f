"""Who looks at a drill, as this process has seen it: requests and open streams, in memory and nowhere else."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

UNSEEN_SECONDS = 90.0
"""After so long without a look a drill that somebody practises alone is paused: a page asks every few seconds, one in
the background once a minute."""


class Presence:
    """When each person looked last."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._open: Counter[str] = Counter()

    def saw(self, person: str) -> None:
        """Take note that somebody asked for something."""
        with self._lock:
            self._last[person] = self._steady()

    @contextmanager
    def watching(self, person: str) -> Iterator[None]:
        """Take note that somebody has a stream open, as long as they have."""
        with self._lock:
            self._open[person] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[person] -= 1
                self._last[person] = self._steady()

    def ago(self, person: str) -> float | None:
        """Return how many seconds ago somebody was seen here, 0 while a stream is open, None where never."""
        if self._open[person] > 0:
            return 0.0
        last = self._last.get(person)
        return None if last is None else max(0.0, self._steady() - last)

    def unseen(self) -> float | None:
        """Return for how long nobody has looked, None where nobody ever has: then others may look elsewhere."""
        with self._lock:
            if any(count > 0 for count in self._open.values()):
                return 0.0
            return self._steady() - max(self._last.values()) if self._last else None

    def forget(self) -> None:
        """Begin anew: whoever looks next is the first."""
        with self._lock:
            self._last.clear()

"""Half-filled forms, kept for a reload: in this process's memory, never in the drill's store.

A reload is a new session of the page and knows nothing of what was typed. What has left its field is kept here for
a person in a seat, for an hour, within bounds; a restart of the server forgets it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

LIVES = 3600.0
"""Seconds after which a draft that nobody has touched is forgotten."""
PEOPLE, FIELDS, LETTERS = 500, 300, 60_000
"""Most people with drafts, and fields and letters of one; whoever wrote longest ago goes first."""

Fields = Mapping[str, Any]


class Drafts:
    """What people have filled in and not handed in, by person and seat."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Fields]] = OrderedDict()

    def keep(self, desk: str, fields: Fields) -> None:
        """Keep the fields of one person in place of those kept before; none at all forgets the person."""
        with self._lock:
            self._kept.pop(desk, None)
            if fields and len(fields) <= FIELDS and len(str(fields)) <= LETTERS:
                self._kept[desk] = (self._clock(), dict(fields))
            while self._kept and (len(self._kept) > PEOPLE or self._oldest() < self._clock() - LIVES):
                self._kept.popitem(last=False)

    def of(self, desk: str) -> dict[str, Any]:
        """Return what is kept for a person."""
        with self._lock:
            at, fields = self._kept.get(desk, (0.0, {}))
            return dict(fields) if fields and at >= self._clock() - LIVES else {}

    def _oldest(self) -> float:
        return next(iter(self._kept.values()))[0]


DRAFTS = Drafts()

"""The drills this server has open: one registry a process, shared by pages, routes and the ticker."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from simulator.briefing import Briefing
from simulator.errors import DrillError
from simulator.monitoring.series import SCRAPE_SECONDS
from simulator.room.room import Room
from simulator.room.rooms import Rooms

T = TypeVar("T")
TICK_SECONDS = 0.5
"""How often running drills are brought to their clocks, whether or not anybody looks."""
SHELF = 2000
"""Objects kept between scrapes, over all drills."""


class Server:
    """Holds the registry; made on first use, so that importing a page opens no database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._make: Callable[[], Rooms] | None = None
        self._rooms: Rooms | None = None
        self._away = ""
        """Why running drills could not be advanced, as it was said in the log; empty: they were."""
        self.shelf: dict[tuple[str, str, str], tuple[tuple[int, int], Any]] = {}
        """Objects that outlive a drill second, by drill, role and name (`scraped`)."""

    @property
    def rooms(self) -> Rooms:
        """Return the registry. Raises StoreError where its database cannot be opened."""
        with self._lock:
            if self._rooms is None:
                if self._make is None:
                    raise DrillError("a page by itself has no drills; serve them all with `drill serve`")
                self._rooms = self._make()
            return self._rooms

    def use(self, make: Callable[[], Rooms] | None) -> None:
        """Serve the rooms that `make` returns from now on, or none."""
        with self._lock:
            self._make = make
            self._rooms = None
            self.shelf.clear()

    async def run(self, then: Callable[[], Awaitable[None]]) -> None:
        """Advance running drills until cancelled; `then` shows what has changed to those who look."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            await self._advance()
            await then()

    async def _advance(self) -> None:
        try:
            await asyncio.to_thread(self.rooms.advance_running)
            self._away = ""
        except DrillError as error:
            # The database may be locked or away for a moment; a drill must not stop for that.
            if str(error) != self._away:
                logging.getLogger(__name__).warning("running drills stand still: %s", error)
            self._away = str(error)
        except Exception:
            logging.getLogger(__name__).exception("running drills could not be advanced")


SERVER = Server()


def scraped(room: Room, role: str, name: str, build: Callable[[Briefing], T]) -> T:
    """Return `build(briefing)`, made again only after a scrape or when the record has grown.

    For charts and lists: the same object is the same element, so browsers are left alone in between.
    """
    briefing = room.briefing(role)
    key = (len(briefing.entries), briefing.now // SCRAPE_SECONDS)
    if len(SERVER.shelf) > SHELF:
        SERVER.shelf.clear()  # made again on the next look; drills of yesterday are not
    known = SERVER.shelf.get((room.row.id, role, name))
    if known is None or known[0] != key:
        known = SERVER.shelf[room.row.id, role, name] = (key, build(briefing))
    return cast("T", known[1])

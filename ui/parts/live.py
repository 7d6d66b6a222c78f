"""The drills this server has open: one registry a process, shared by pages, routes and the ticker."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

from simulator.errors import DrillError
from simulator.room.rebuild import make, missing
from simulator.room.rooms import Rooms

TICK_SECONDS = 0.5
"""How often running drills are brought to their clocks, whether or not anybody looks."""


class Server:
    """Holds the registry; made on first use, so that importing a page opens no database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._make: Callable[[], Rooms] | None = None
        self._rooms: Rooms | None = None
        self._away = ""
        """Why running drills could not be advanced, as it was said in the log; empty: they were."""
        self.untaken = 0
        """Drills that were scored before there were rows to compare, and have none yet."""

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

    async def run(self, then: Callable[[], Awaitable[None]]) -> None:
        """Advance running drills until cancelled; `then` shows what has changed to those who look."""
        showing: asyncio.Task[None] | None = None
        taking = asyncio.create_task(self.take_in())
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                await self._advance()
                # The clocks do not wait for screens.
                if showing is None or showing.done():
                    showing = asyncio.create_task(self._show(then))
        finally:
            taking.cancel()
            if showing is not None:
                showing.cancel()

    async def take_in(self) -> None:
        """Make the rows of drills that have none, one at a time: what is under way comes first."""
        try:
            store = self.rooms.store
            drills = await asyncio.to_thread(missing, store)
            for number, drill in enumerate(drills):
                self.untaken = len(drills) - number
                await asyncio.to_thread(make, store, drill)
                await asyncio.sleep(TICK_SECONDS)
        except DrillError as error:
            logging.getLogger(__name__).warning("earlier drills are taken in when the server starts next: %s", error)
        except Exception:
            logging.getLogger(__name__).exception("earlier drills could not be taken in")
        self.untaken = 0

    async def _show(self, then: Callable[[], Awaitable[None]]) -> None:
        try:
            await then()
        except Exception:
            logging.getLogger(__name__).exception("screens could not be drawn")

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

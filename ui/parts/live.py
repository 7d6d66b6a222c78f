"""The drills this server has open: one registry a process, shared by pages, routes and the ticker."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

from simulator.errors import DrillError
from simulator.room.rebuild import make, missing
from simulator.room.rooms import Rooms

TICK_SECONDS = 0.5
"""How often running drills are brought to their clocks, whether or not anybody looks."""
AGAIN_SECONDS = 10.0
"""How long an earlier drill that could not be taken in waits before it is tried again."""
TRIES = 3
"""How often it is tried; until the server starts next it is left then."""


class Server:
    """Holds the registry; made on first use, so that importing a page opens no database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._make: Callable[[], Rooms] | None = None
        self._rooms: Rooms | None = None
        self._away = ""
        """Why running drills could not be advanced, as it was said in the log; empty: they were."""
        self.untaken = 0
        """Drills that were scored and have no row to compare yet, those among them that cannot be read included."""

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
        """Make the rows of drills that have none, one at a time: what is under way comes first.

        A drill for which that fails is tried again after the others, so many `TRIES` in all; then it is left.
        """
        failed: Counter[str] = Counter()
        while not await self._take_in(failed):
            await asyncio.sleep(AGAIN_SECONDS)

    async def _take_in(self, failed: Counter[str]) -> bool:
        """Make rows until one fails; tell whether there is none that is worth another try."""
        # What fails before a drill is at hand is the database's matter, and is no drill's try.
        drill = ""
        try:
            store = self.rooms.store
            drills = await asyncio.to_thread(missing, store)
            self.untaken = len(drills)
            for drill in sorted((one for one in drills if failed[one] < TRIES), key=failed.__getitem__):
                if await asyncio.to_thread(make, store, drill):
                    self.untaken -= 1
                else:
                    failed[drill] = TRIES
                await asyncio.sleep(TICK_SECONDS)
        except Exception as error:
            failed[drill] += 1
            if drill or failed[drill] == 1:
                what = f"drill {drill}" if drill else "earlier drills"
                trace = None if isinstance(error, DrillError) else error
                logging.getLogger(__name__).warning("%s not taken in yet: %s", what, error, exc_info=trace)
            return False
        return True

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

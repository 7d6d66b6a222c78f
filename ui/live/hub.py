"""Everybody who looks at a drill in this process: which screens there are, when they are drawn anew, who is told.

Screens are drawn in threads, and only those that somebody looks at; browsers are told on the server's loop. What is to
be drawn waits in one line: what somebody pressed goes before what only the clock has changed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import AccessDenied, DrillError
from simulator.room.room import Room
from simulator.room.store import Participant
from ui.live.feed import BEAT, Feed, wire
from ui.live.screen import Kind, Screen, kind_of, opening, whose
from ui.parts.live import SERVER
from ui.session import Here

TOGETHER_SECONDS = 0.02
"""What happens within this time is drawn once."""
PATIENCE_SECONDS = 0.5
"""By how much a press goes before the clock: what has waited longer for that goes first, or a busy drill would have the
clocks of all others stand."""
DRAWERS = 6
"""Threads that draw: some of them wait for a drill that somebody is at, or for the database, and hold up no other."""
BEAT_SECONDS = 1.0
"""How often a line without news says that it holds."""
KEEP_SECONDS = 60.0
"""How long a screen that nobody looks at is kept, for whoever comes back."""
AGAIN = b"event: again\ndata:\n\n"
"""Asks a browser to come again at once: the person behind it sits somewhere else."""


@dataclass(eq=False)
class Shown:
    """One kind of screen of one drill, and those who look at it."""

    drill: str
    screen: Screen
    feed: Feed = field(default_factory=Feed)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    viewers: list[Viewer] = field(default_factory=list)
    left: float = 0.0
    """When the last one went, by the steady clock."""
    drawing: threading.Lock = field(default_factory=threading.Lock)

    def draw(self) -> None:
        """Draw what changed; what stands in the way of it is shown on the screen itself."""
        with self.drawing:
            room = SERVER.rooms.open(self.drill)
            over = room.problem is None and room.ended
            for viewer in tuple(self.viewers):
                viewer.look(room, over)
            self.feed.put(self.screen.pieces(room))


@dataclass(eq=False)
class Viewer:
    """One browser that looks."""

    person: Participant
    role: str
    over: bool
    """The drill was over when this began."""
    moved: bool = False
    """The person sits somewhere else now or may not be here any more, or the drill is over since."""

    def look(self, room: Room, over: bool) -> None:
        """Notice where what this one was shown first does not hold any more."""
        try:
            elsewhere = room.as_is(self.person).seat != self.person.seat
            elsewhere = elsewhere or Here(room, self.person, "").role != self.role
        except AccessDenied:
            elsewhere = True
        self.moved = self.moved or elsewhere or (room.problem is None and over != self.over)


class Hub:
    """The screens of all drills that somebody looks at here."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, Kind, str, str], Shown] = {}
        self._soon: set[str] = set()
        self._due: dict[Shown, float] = {}
        """What is to be drawn, and by when, by the steady clock."""
        self._at: set[str] = set()
        """Drills of which a screen is being drawn."""
        self._drawers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def stream(self, here: Here, mark: str) -> AsyncIterator[bytes]:
        """Yield what one browser is sent, from what it has by its `mark` on, for as long as it listens."""
        shown = self._shown_to(here)
        own, over = await asyncio.to_thread(_opening, here)
        viewer = Viewer(here.person, here.role, over)
        shown.viewers.append(viewer)
        with here.room.presence.watching(here.person.id):
            async for made in self._told(shown, viewer, mark, own):
                yield made

    async def _told(self, shown: Shown, viewer: Viewer, mark: str, own: list[str]) -> AsyncIterator[bytes]:
        try:
            await asyncio.to_thread(_draw, shown)
            since = shown.feed.since(mark)
            # Whoever has this screen has its frame, which comes first: sent again, it would empty what did not change.
            made, since = shown.feed.delta(since, own[1:] if since else own)
            yield made
            while not self._closed:
                wake = shown.wake
                if viewer.moved:
                    yield AGAIN
                    return
                if shown.feed.version > since:
                    made, since = shown.feed.delta(since)
                    yield made
                else:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(wake.wait(), BEAT_SECONDS)
                        continue
                    yield BEAT
        finally:
            shown.viewers.remove(viewer)
            shown.left = time.monotonic()

    def _shown_to(self, here: Here) -> Shown:
        key = (here.room.row.id, kind_of(here), here.role, whose(here))
        if key not in self._shown:
            self._shown[key] = Shown(here.room.row.id, Screen(here))
        # Somebody is on their way: it is not forgotten before they look.
        self._shown[key].left = time.monotonic()
        return self._shown[key]

    def soon(self, drill: str) -> None:
        """Draw a drill's screens in a moment, together with whatever else happens until then; on the loop."""
        if drill in self._soon:
            return
        self._soon.add(drill)
        self._begin(self._in_a_moment(drill))

    async def _in_a_moment(self, drill: str) -> None:
        await asyncio.sleep(TOGETHER_SECONDS)
        self._soon.discard(drill)
        self._want([shown for key, shown in self._shown.items() if key[0] == drill], time.monotonic())

    async def tick(self) -> None:
        """Have drawn what has changed by now, and forget what nobody looks at; called after each tick of the clock."""
        now = time.monotonic()
        old = [key for key, one in self._shown.items() if not one.viewers and now - one.left > KEEP_SECONDS]
        for key in old:
            del self._shown[key]
        self._want(self._shown.values(), now + PATIENCE_SECONDS)

    async def idle(self) -> None:
        """Wait until nothing is to be drawn."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _want(self, screens: Iterable[Shown], due: float) -> None:
        """Put into the line what somebody looks at; what waits already is drawn once for both."""
        for one in screens:
            if one.viewers:
                self._due[one] = min(due, self._due.get(one, due))
        # A drill that is being drawn has its drawer: who waits for another one is not to wait for it.
        while self._drawers < min(DRAWERS, len(self._at | {one.drill for one in self._due})):
            self._drawers += 1
            self._begin(self._draws())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        # The loop itself holds no task that nobody else does.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _draws(self) -> None:
        """Draw what is due, the soonest first, until nothing is."""
        try:
            # One of a drill at a time: where somebody is at that drill for long, no other's screens wait for it.
            while free := [one for one in self._due if one.drill not in self._at]:
                one = min(free, key=self._due.__getitem__)
                del self._due[one]
                self._at.add(one.drill)
                before = one.feed.version
                try:
                    await asyncio.to_thread(_draw, one)
                finally:
                    self._at.discard(one.drill)
                # Each as soon as it is drawn: nobody waits for the screens of others.
                if one.feed.version != before or any(viewer.moved for viewer in one.viewers):
                    wake, one.wake = one.wake, asyncio.Event()
                    wake.set()
        finally:
            # They begin anew with the server, which may be in the midst of one.
            self._drawers = max(0, self._drawers - 1)

    def close(self) -> None:
        """End all streams: a server that stops waits for them."""
        self._closed = True
        for one in self._shown.values():
            one.wake.set()

    def open(self) -> None:
        """Take streams again, of a server that starts: the loop is another one."""
        self._closed = False
        for kept in (self._shown, self._soon, self._due, self._at, self._tasks):
            kept.clear()
        self._drawers = 0


def _opening(here: Here) -> tuple[list[str], bool]:
    """Return what is one person's own, and whether their drill is over."""
    return [wire(piece) for piece in opening(here)], here.room.ended


def _draw(one: Shown) -> None:
    try:
        one.draw()
    except DrillError as error:
        logging.getLogger(__name__).debug("drill %s: %s", one.drill, error)
    except Exception:
        logging.getLogger(__name__).exception("a screen of drill %s could not be drawn", one.drill)


HUB = Hub()

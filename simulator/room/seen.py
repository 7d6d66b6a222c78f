"""What people look at in a room: made once a version for all of them, and never waited for because others write.

A store that is slow or away holds up whoever writes. Whoever looks gets what was made last, and is told.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

from simulator.briefing import Briefing, briefing
from simulator.engine import Engine
from simulator.errors import StoreError
from simulator.record.history import History
from simulator.record.tracked import AlertState, Offer, Run, Stretch, Task, Tenure
from simulator.room.live import Live
from simulator.room.store import Participant, Store

T = TypeVar("T")
Key = tuple[str, str | None]
"""What was made, and for which role; None: from the truth."""
LOOK_WAITS, WRITE_WAITS, TICK_WAITS = 0.3, 5.0, 0.05
"""Seconds that a look, a write or a first look, and the clock wait at most for whoever is at it."""
AWAY_SECONDS = 1.0
"""Seconds for which a store that did not answer is not asked again by those who look."""
TOLD_SECONDS = 1.0
"""How old may be what is known of who is in and of second lives; who was signed out here is known at once."""
CHANGES = (list, AlertState, Offer, Run, Stretch, Task, Tenure)
"""What an incident holds in its containers that is changed in place."""
SLOW = "the database is slow; the drill stands still until it answers"
NOT_STORED = f"{SLOW}. Nothing of this was stored: try again"


class Busy(StoreError):
    """Somebody else was at this drill for too long; other drills are not concerned."""


class Seen:
    """The one lock of a room, and what was made under it."""

    def __init__(self, live: Live, store: Store, drill: str, steady: Callable[[], float]) -> None:
        self._live = live
        self._store = store
        self._drill = drill
        self._steady = steady
        self._lock = threading.RLock()
        self._made: dict[Key, tuple[tuple[int, int, int], Any]] = {}
        self._incidents: dict[str | None, tuple[tuple[int, int], History]] = {}
        """The incident as it was put on record: for a role that does not see all of it, and under None for the rest."""
        self._ask_again = 0.0
        self._asking = threading.Lock()
        self._told: dict[str, Any] = {}
        """What the store told last, and below until when that holds."""
        self._until: dict[str, float] = {}
        self._moves = 0
        """How often what was told came to be of no use: an answer that was asked for before is none afterwards."""

    @contextmanager
    def writing(self, wait: float | None = None) -> Iterator[None]:
        """Let one thread at a time write. Raises Busy where those before take too long."""
        if not self._lock.acquire(timeout=WRITE_WAITS if wait is None else wait):
            raise Busy(NOT_STORED)
        try:
            yield
        finally:
            self._lock.release()

    def look(self, key: Key, build: Callable[[Engine], T]) -> T:
        """Return `build(engine)`, made once a version; the last that was made where the store does not answer.

        Raises DrillError where the drill cannot go on, StoreError where nothing was made yet.
        """
        # Whoever looks for the first time, after a restart, waits until the drill is rebuilt.
        wait = LOOK_WAITS if key in self._made else WRITE_WAITS
        if self._steady() < self._ask_again or not self._lock.acquire(timeout=wait):
            return cast("T", self._last(key, StoreError(self._live.keeper.failing or SLOW)))
        try:
            engine = self._live.engine()
            self._live.keeper.answers()
            return self.once(key, build, engine)
        except StoreError as error:
            self._fails(error)
            return cast("T", self._last(key, error))
        finally:
            self._lock.release()

    def once(self, key: Key, build: Callable[[Engine], T], engine: Engine) -> T:
        """Return `build(engine)`, made once a version; only under the lock."""
        version = (self._live.builds, len(engine.journal.entries), engine.now)
        known = self._made.get(key)
        if known is None or known[0] != version:
            known = self._made[key] = (version, build(engine))
        return cast("T", known[1])

    def briefing(self, engine: Engine, role: str) -> Briefing:
        """Return what a role may see now, made once a version; only under the lock."""

        def make(engine: Engine) -> Briefing:
            live = briefing(engine, role)
            # The engine goes on writing into its own lists while a page is being drawn from these.
            return replace(live, incident=self._incident(engine, live.incident, role), entries=tuple(live.entries))

        return self.once(("briefing", role), make, engine)

    def _incident(self, engine: Engine, live: History, role: str) -> History:
        """Return an incident that stays as it is: one for all roles that see the same, until there is more on record.

        Nothing but what is put on record changes it, however the clock goes on.
        """
        whose = None if live is engine.incident else role
        version = (self._live.builds, len(engine.journal.entries))
        known = self._incidents.get(whose)
        if known is None or known[0] != version:
            known = self._incidents[whose] = (version, still(live))
        return known[1]

    def _last(self, key: Key, error: StoreError) -> Any:
        known = self._made.get(key)
        if known is None:
            raise error
        return known[1]

    def told(self, what: str, ask: Callable[[], T], at_first: T) -> T:
        """Return what the store tells, asked once a second for all who look; the last where it does not answer.

        Whoever finds somebody asking takes the last, too; they wait only where there is none that may be taken: at
        first, and after `moved`.
        """
        if self._asking.acquire(timeout=0 if what in self._until else WRITE_WAITS):
            try:
                if self._steady() >= max(self._until.get(what, 0.0), self._ask_again):
                    self._ask(what, ask)
            finally:
                self._asking.release()
        return cast("T", self._told.get(what, at_first))

    def _ask(self, what: str, ask: Callable[[], Any]) -> None:
        moves = self._moves
        try:
            self._told[what] = ask()
        except StoreError as error:
            self._fails(error)
        # From when it answered: one that is slow would else be asked by each who waited for it.
        if moves == self._moves:
            self._until[what] = self._steady() + TOLD_SECONDS

    def people(self) -> list[Participant]:
        """Return everybody in the drill, in the order they came, by what was known a second ago at most."""
        return list(self._people().values())

    def _people(self) -> dict[str, Participant]:
        return self.told("people", lambda: {one.id: one for one in self._store.participants(self._drill)}, {})

    def as_is(self, person: Participant) -> Participant:
        """Return a person with the seat they have, by what was known a second ago at most."""
        for _ in range(2):
            known = self._people().get(person.id, person)
            if known.generation >= person.generation:
                return known
            # Their newest link is newer than what was seen: they came in by it a moment ago.
            self.moved()
        return person

    def _fails(self, error: StoreError) -> None:
        self._live.keeper.fails(str(error))
        self._ask_again = self._steady() + AWAY_SECONDS

    def moved(self) -> None:
        """Ask anew who is in: somebody came, sat down, or was signed out."""
        self._moves += 1
        self._until.pop("people", None)


def still(incident: History) -> History:
    """Return the incident with containers of its own, and with its own of whatever in them is changed in place."""
    still = copy.copy(incident)
    for name, value in vars(incident).items():
        if isinstance(value, (dict, list)):
            setattr(still, name, _own(value))
    return still


def _own(value: Any) -> Any:
    match value:
        case dict() if isinstance(next(iter(value.values()), None), CHANGES):  # what one container holds is of one kind
            return {key: _own(one) for key, one in value.items()}
        case list() if isinstance(next(iter(value), None), CHANGES):
            return [_own(one) for one in value]
        case dict() | list():
            return value.copy()
        case Tenure():
            return replace(value, held=_own(value.held))
        case Task():
            return replace(value, moved=_own(value.moved))
    return replace(value)

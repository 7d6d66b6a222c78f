"""A live drill shared by people: the engine behind a lock, paced by the clock log, kept in the store.

Any process can hold a `Room` on any drill. The engine is derived: it is rebuilt from the store's commands
whenever this process may have missed one. Looking never writes; `submit` and the clock's controls do.
"""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, cast

from simulator import commands as c
from simulator import events as e
from simulator.engine import OPENS_AT, VERSION, Engine
from simulator.errors import AccessDenied, DrillError, StaleWriter
from simulator.incident import IncidentState
from simulator.journal import Entry, Journal
from simulator.replay import rebuild
from simulator.room.clock import Clock, Mark, What, fold, skipped
from simulator.room.finish import Finisher, Finishing
from simulator.room.skip import LONGEST, Skipped, run_ahead
from simulator.room.store import DrillRow, Participant, Store
from simulator.scenario import LoadedScenario
from simulator.views import Briefing, briefing

T = TypeVar("T")
OVER = "the drill is over; open its debrief"
ATTEMPTS = 20
"""How often a write is tried again because another process wrote first."""
LOOK_SECONDS = 0.2
BEFORE_START = (c.TakeSeat, c.LeaveSeat, c.PostMessage)
"""What people may do while they wait for the start."""


class Room:
    """One drill, live or over. Every method may be called from any thread."""

    def __init__(self, store: Store, row: DrillRow, loaded: LoadedScenario, finisher: Finisher | None = None) -> None:
        self.row = row
        self.loaded = loaded
        self._store = store
        self._lock = threading.RLock()
        self._engine: Engine | None = None
        self._given = 0
        """Commands of the store that the engine has been given."""
        self._marks: list[Mark] = []
        self._looked = -math.inf
        """Wall instant of the last look into the store."""
        self._problem = outdated(row, loaded)
        self._memo: dict[tuple[str, str | None], tuple[tuple[int, int], Any]] = {}
        self._finishing = Finishing(store, row.id, loaded, finisher)

    # --- looking --------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Bring the drill to where its clock stands. Writes nothing until it is over."""
        with self._lock:
            if not self._finishing.over:
                self._catch_up()

    def now(self) -> float:
        """Return the drill time with its fraction, as the clock says."""
        return self.clock.reading(self._store.now())

    @property
    def problem(self) -> str | None:
        """Return why the drill cannot go on here, None where it can or is over."""
        return None if self._finishing.over else self._problem

    @property
    def version(self) -> tuple[int, int]:
        """Return (journal length, drill second): while it is the same, nothing on anybody's screen changes."""
        with self._lock:
            engine = self._catch_up()
            return len(engine.journal.entries), engine.now

    @property
    def clock(self) -> Clock:
        """Return the clock as this process knows it."""
        return fold(self._marks, OPENS_AT)

    @property
    def ended(self) -> bool:
        """Tell whether people have stopped; the record is frozen then."""
        with self._lock:
            return self._finishing.over or self._catch_up().ended

    def briefing(self, role: str) -> Briefing:
        """Return what `role` may see now: one finished object for everybody who looks at this version."""
        with self._lock:
            return self._briefing(self._catch_up(), role)

    def shared(self, role: str, name: str, build: Callable[[Briefing], T]) -> T:
        """Return `build(briefing)` for `role`, made once a version however many people look.

        `name` tells one such object from another. Do not change what comes back; it is everybody's.
        """
        with self._lock:
            engine = self._catch_up()
            return self._once((name, role), lambda: build(self._briefing(engine, role)))

    def truth(self, name: str, build: Callable[[Engine], T]) -> T:
        """Return `build(engine)`, made once a version: for the facilitator's page, never for a role's."""
        with self._lock:
            engine = self._catch_up()
            return self._once((name, None), lambda: build(engine))

    def skips(self) -> tuple[tuple[int, int], ...]:
        """Return the stretches of drill seconds that were skipped over."""
        with self._lock:
            return skipped(self._marks or self._store.marks(self.row.id), OPENS_AT)

    def _briefing(self, engine: Engine, role: str) -> Briefing:
        def make() -> Briefing:
            live = briefing(engine, role)
            # The engine goes on writing into its own lists while a page is being drawn from these.
            return replace(live, incident=_still(live.incident), entries=tuple(live.entries))

        return self._once(("", role), make)

    def _once(self, key: tuple[str, str | None], build: Callable[[], T]) -> T:
        assert self._engine is not None  # callers have caught up
        version = (len(self._engine.journal.entries), self._engine.now)
        known = self._memo.get(key)
        if known is None or known[0] != version:
            known = self._memo[key] = (version, build())
        return cast("T", known[1])

    # --- doing ----------------------------------------------------------------------------------------

    def submit(self, command: c.Command, person: Participant) -> tuple[Entry, str | None]:
        """Give a command now; return its entry and, where the drill refuses it, the reason.

        It is on disk when this returns. Raises AccessDenied where the person may not give any command now.
        """
        if isinstance(command, (c.TakeSeat, c.LeaveSeat)) and not person.facilitator:
            raise AccessDenied("seats are taken and left in the lobby")
        with self._lock:
            self._catch_up(fresh=True)
            self._check(person, command)
            return self._give(command, person.by)

    def take_seat(self, person: Participant, seat: str) -> Participant:
        """Sit down, leaving the seat held so far. Raises AccessDenied where somebody else sits there."""
        self._belongs(person)
        if person.facilitator:
            raise AccessDenied("a facilitator does not play; join again to take a seat")
        with self._lock:
            seats = self._catch_up(fresh=True).incident.seats
            if seat in seats and not (person.seat == seat and seats[seat] == person.name):
                raise AccessDenied(f"{self._title(seat)} is taken by {seats[seat]}; pick another seat")
            if seat not in seats:
                self._give_or_deny(c.TakeSeat(seat=seat, name=person.name), f"{seat}:{person.name}")
            # The old seat is given up last: a crash in between leaves somebody with two, never with none.
            self._store.seat(person.id, seat)
            if person.seat not in (None, seat) and seats.get(str(person.seat)) == person.name:
                self._give_or_deny(c.LeaveSeat(seat=str(person.seat)), person.by)
            return self._store.participant(person.id) or person

    def leave_seat(self, person: Participant, seat: str | None = None) -> None:
        """Get up; a facilitator may free anybody's seat. A simulated teammate takes over."""
        self._belongs(person)
        with self._lock:
            leaving = seat if person.facilitator else person.seat
            if leaving is not None and leaving in self._catch_up().incident.seats:
                self._give_or_deny(c.LeaveSeat(seat=leaving), person.by)
            if person.seat is not None:
                self._store.seat(person.id, None)

    def start(self, person: Participant) -> None:
        """Let the clock run; the page comes a minute later."""
        self._steer(person, "start")

    def pause(self, person: Participant) -> None:
        """Stop the world. In training people may go on giving commands."""
        self._steer(person, "pause")

    def resume(self, person: Participant) -> None:
        """Let the world go on."""
        self._steer(person, "resume")

    def speed(self, person: Participant, pace: float) -> None:
        """Set how many drill seconds pass in a second."""
        if not 0.1 <= pace <= 60:
            raise DrillError(f"a pace of {pace:g} is not possible; pick one from 0.1 to 60")
        self._steer(person, "speed", pace)

    def skip_ahead(self, person: Participant, limit: int = LONGEST) -> Skipped:
        """Skip until something needs the person (for a facilitator: the commander), at most `limit` seconds."""
        role = person.seat or self._lead()
        with self._lock:
            for _ in range(ATTEMPTS):
                self._may_steer(person)
                engine = self._catch_up(fresh=True)
                if engine.ended:
                    raise DrillError(OVER)
                if self.clock.state == "waiting":
                    raise DrillError("the drill has not started; start it first")
                found = run_ahead(engine, role, limit)
                try:
                    self._mark("skip", float(found.until), person.by)
                except StaleWriter:
                    self._forget()
                    continue
                except DrillError:
                    self._forget()
                    raise
                self._freeze_if_over(engine)
                return found
        raise _busy()

    def end(self, person: Participant) -> None:
        """Stop playing: the world runs on to its horizon, the record is frozen and scored."""
        with self._lock:
            self._may_steer(person)
            if self._catch_up(fresh=True).ended:
                return
            name = f"facilitator:{person.name}"
            self._give_or_deny(c.EndDrill(), name)
            with suppress(StaleWriter):
                self._mark("stop", None, name)

    # --- afterwards -------------------------------------------------------------------------------------

    def record(self) -> Journal | None:
        """Return the frozen record with its references as far as they are made, None while the drill runs."""
        with self._lock:
            if not self._finishing.over:
                self._catch_up()
        return self._finishing.journal()

    def scorecard(self, playbook: str = "recovery") -> dict[str, Any] | None:
        """Return the scorecard, None until it is made."""
        over = self.ended
        found = self._store.scorecard(self.row.id, playbook)
        if over and found is None:
            self._finishing.revive()
        return found

    @property
    def scoring(self) -> tuple[float, str | None]:
        """Return how far scoring is (0 … 1) and what went wrong with it, if anything did."""
        return self._finishing.progress, self._finishing.problem

    def score_again(self) -> None:
        """Score in the background once more, after a failure or with a changed playbook."""
        self._finishing.begin()

    def wait_for_score(self, seconds: float) -> None:
        """Wait until scoring is done, at most `seconds`."""
        self._finishing.wait(seconds)

    # --- underneath ---------------------------------------------------------------------------------------

    def _catch_up(self, fresh: bool = False) -> Engine:
        """Give the engine what other processes wrote, then bring it to the clock.

        Looks within a fifth of a second share one state; whoever is about to write asks for a `fresh` one.
        """
        if self._problem and (self._engine is None or not self._finishing.over):
            raise DrillError(self._problem)
        wall = self._store.now()
        recent = self._finishing.over or (not fresh and abs(wall - self._looked) < LOOK_SECONDS)
        if self._engine is not None and recent:
            return self._engine
        try:
            return self._bring_to(wall)
        except DrillError:
            raise
        except Exception as error:
            self._forget()
            self._problem = f"the drill cannot go on: the engine failed ({type(error).__name__}: {error}); export it"
            raise DrillError(self._problem) from error

    def _bring_to(self, wall: float) -> Engine:
        # Rebuilding takes a while, so the store is asked for news after it, not before.
        engine = self._engine or self._rebuild()
        commands, lines = self._store.heads(self.row.id)
        if lines > len(self._marks):
            self._marks.extend(self._store.marks(self.row.id, after=len(self._marks)))
        if commands > self._given:
            engine = self._read_news(engine)
        engine.advance(self.clock.second(wall))
        self._looked = wall
        self._freeze_if_over(engine)
        return engine

    def _read_news(self, engine: Engine) -> Engine:
        for entry in self._store.commands(self.row.id, after=self._given):
            if entry.at < engine.now:
                # Somebody wrote it before this engine went past its second: only a new engine can take it.
                return self._rebuild()
            engine.advance(entry.at)
            engine.submit(entry.body, entry.by)  # type: ignore[arg-type]
            self._given = entry.seq
        return engine

    def _rebuild(self) -> Engine:
        commands = self._store.commands(self.row.id)
        self._engine = rebuild(self.loaded, self.row.header, commands)
        self._given = len(commands)
        self._memo.clear()
        if self._finishing.over:
            self._engine.run_to_horizon()
        return self._engine

    def _forget(self) -> None:
        """Drop an engine that may differ from the store; the next look rebuilds it."""
        self._engine = None
        self._memo.clear()

    def _give(self, command: c.Command, by: str) -> tuple[Entry, str | None]:
        """Apply a command and make it durable, in that order: one that breaks the engine must never be stored.

        Nobody sees the engine in between, since the lock is held; where storing fails the engine is dropped.
        """
        for _ in range(ATTEMPTS):
            engine = self._catch_up(fresh=True)
            if self._finishing.over:
                raise DrillError(OVER)
            try:
                entry = engine.submit(command, by)
                self._store.append(self.row.id, self._given + 1, entry.at, by, command)
            except StaleWriter:
                self._forget()
                continue
            except Exception:
                self._forget()
                raise
            self._given += 1
            answer = engine.journal.entries[entry.seq] if len(engine.journal.entries) > entry.seq else None
            self._freeze_if_over(engine)
            refused = isinstance(answer and answer.body, e.CommandRefused)
            return entry, answer.body.reason if answer and refused else None  # type: ignore[union-attr]
        raise _busy()

    def _give_or_deny(self, command: c.Command, by: str) -> None:
        _, refused = self._give(command, by)
        if refused:
            raise AccessDenied(refused)

    def _belongs(self, person: Participant) -> None:
        if person.drill != self.row.id:
            raise AccessDenied("this link belongs to another drill")

    def _check(self, person: Participant, command: c.Command) -> None:
        self._belongs(person)
        assert self._engine is not None  # the caller has caught up
        if not person.facilitator and self._engine.incident.seats.get(person.seat or "") != person.name:
            raise AccessDenied("you have no seat in this drill; take one in the lobby")
        state = self.clock.state
        if state == "waiting" and not person.facilitator and not isinstance(command, BEFORE_START):
            raise AccessDenied("the drill has not started yet")
        if state == "paused" and self.row.header.mode == "assessment" and not person.facilitator:
            raise AccessDenied("the drill is paused; in an assessment nothing is taken until it goes on")

    def _may_steer(self, person: Participant) -> None:
        self._belongs(person)
        if self.row.hosted and not person.facilitator:
            raise AccessDenied("only the facilitator may do that")

    def _steer(self, person: Participant, what: What, value: float | None = None) -> None:
        with self._lock:
            self._may_steer(person)
            for _ in range(ATTEMPTS):
                if self._catch_up(fresh=True).ended:
                    raise DrillError(OVER)
                try:
                    return self._mark(what, value, person.by)
                except StaleWriter:
                    continue
        raise _busy()

    def _mark(self, what: What, value: float | None, by: str) -> None:
        mark = Mark(self._store.now(), what, value, by)
        self._store.add_mark(self.row.id, len(self._marks) + 1, mark)
        self._marks.append(mark)

    def _freeze_if_over(self, engine: Engine) -> None:
        if engine.ended and not self._finishing.over:
            engine.run_to_horizon()
            self._finishing.freeze(engine.journal)

    def _lead(self) -> str:
        seats = [role.id for role in self.loaded.scenario.seats()]
        return "commander" if "commander" in seats else seats[0]

    def _title(self, seat: str) -> str:
        role = self.loaded.scenario.find("roles", seat)
        return role.title if role else seat


def outdated(row: DrillRow, loaded: LoadedScenario) -> str | None:
    """Return why a running drill cannot go on with this program and scenario, or None."""
    remedy = "it cannot go on; export it (`drill export`) and start a new one"
    if row.header.engine != VERSION:
        return f"this drill was begun with engine {row.header.engine}, this is engine {VERSION}: {remedy}"
    if row.header.digest != loaded.digest:
        return f"the scenario {row.header.scenario!r} has changed since this drill was begun: {remedy}"
    return None


def _busy() -> DrillError:
    return DrillError("several people wrote at the same moment; try again")


def _still(incident: IncidentState) -> IncidentState:
    """Return the incident with containers of its own."""
    still = copy.copy(incident)
    for name, value in vars(incident).items():
        if isinstance(value, (dict, list)):
            setattr(still, name, value.copy())
    return still

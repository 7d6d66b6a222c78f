"""One drill on one store, two processes with clocks of their own, and what may befall them, checked at every step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from operator import eq
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy
from sqlalchemy import Connection

from simulator import acts
from simulator import events as e
from simulator.engine import OPENS_AT, Engine
from simulator.errors import AccessDenied, DrillError, StoreError
from simulator.monitoring.series import SCRAPE_SECONDS
from simulator.record.entry import Entry
from simulator.record.journal import accepted
from simulator.record.replay import rebuild
from simulator.room.clock import GAP_SECONDS, LEASE_SECONDS, Clock, fold
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.simulator.toy import ToyWorld, toy

HORIZON = 420
CALLS = {"first": (60, None), "second": (180, 190), "third": (300, 420)}
"""Injects that only the clock calls for, and the host: their time and until when they may come."""


class Coarse(ToyWorld):
    """What steps no oftener than monitoring looks at it: sequences are about the clock."""

    step_seconds = SCRAPE_SECONDS


DRILL = replace(toy(
    horizon=HORIZON,
    starts_at=-360,
    injects=[
        {"id": "boss", "at": "2m", "persona": "Boss", "text": "ETA?", "form": "ask", "answers": [
            {"id": "no", "label": "No ETA", "reply": "Fine."}]},
        {"id": "late", "at": "4m", "when": {"flag_on": True}, "hold": "1m", "persona": "Ops", "text": "still on"},
        *({"id": name, "at": at, "until": until, "persona": "Ops", "text": name}
          for name, (at, until) in CALLS.items()),
    ],
), make_world=Coarse)  # fmt: skip
HOSTS = (acts.FireInject, acts.HoldInject, acts.SkipInject, acts.EditInject)
MODES = ("training", "assessment")
JUMPS = (1.0, -1.0, 37.0, -37.0, 3600.0, -3600.0, 7200.0, -3900.0, 1e6, -1e6)
"""By how many seconds a wall is moved: leaps, summer time, a machine put back to an earlier state."""
NAPS = (5.0, 20.0, 31.0, 120.0, 7200.0)
TICKS = (0.5, 0.9, 1.0, 1.7, 3.0)


class Killed(BaseException):
    """The process is gone."""


KEPT: WeakKeyDictionary[sqlalchemy.Engine, Connection] = WeakKeyDictionary()


class Wired(Store):
    """A process's hold on the store, which can be cut, and which the process can be killed in."""

    def __init__(self, shared: Store, wall: Callable[[], float], wrote: Callable[[], None]) -> None:
        self.__dict__.update(copy.copy(shared).__dict__)
        self.now = wall  # type: ignore[method-assign]
        self.wrote = wrote
        self.away = False
        self.fuse = 0
        """At which write from now the process is killed: 1 is the next; negative: when it is on disk already."""
        self.rival: Callable[[], None] | None = None
        """What another process does just before the next write of this one."""

    @contextmanager
    def _guard(self) -> Iterator[None]:
        if self.away:
            raise StoreError("the database does not answer")
        with super()._guard():
            yield

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        # One connection for all, and transactions by the driver's own words: SQLAlchemy's cost half of a sequence.
        connection = KEPT.get(self._engine) or KEPT.setdefault(self._engine, self._engine.connect())
        self._begin(connection, writes)
        driver: Any = connection.connection.driver_connection
        try:
            yield connection
        except BaseException:
            driver.rollback()
            raise
        driver.commit()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        rival, self.rival = self.rival, None
        if rival is not None:
            rival()
        step = (self.fuse > 0) - (self.fuse < 0)
        self.fuse -= step
        burns = step != 0 and self.fuse == 0
        with super()._write() as connection:
            yield connection
            if burns and step > 0:
                raise Killed
        self.wrote()
        if burns:
            raise Killed


@dataclass
class Process:
    """One server: its clocks, its drills, and what it has shown."""

    store: Wired
    rooms: Rooms
    jumped: float = 0.0
    second: int = OPENS_AT
    engine: Engine | None = None
    shown: int = 0


class Trial:
    """Carries out steps, each a name and a number that says how, and checks after each what must always hold."""

    def __init__(self, shared: Store, mode: str = "training") -> None:
        self.shared = shared
        self.time = 0.0
        self.texts: dict[str, bool] = {}
        """What was said, and whether it was acknowledged."""
        self.lines: list[Entry] = []
        """The longest journal that anybody was shown."""
        self.marks = 0
        """Lines of the clock log that were read."""
        self.marked = Clock(OPENS_AT)
        """The clock after them."""
        self.clock = self.marked
        """The clock as the store has it after the last step."""
        self.written = True
        """Whether anything was written since it was read."""
        self.skipped = False
        """Whether anybody skipped ahead in this step."""
        self.raced = False
        """Whether the other process came in between."""
        self.processes = [self._process(number) for number in range(2)]
        opened = self.processes[0].rooms.create("toy", seed=7, hosted=True, mode=mode)  # type: ignore[arg-type]
        self.drill = opened.room.row.id
        place = self.processes[0].rooms
        self.host = place.facilitate(opened.room, "Flo", opened.key)[1]
        self.ana = place.join(opened.room, "Ana", "commander")[1]

    def run(self, steps: list[tuple[str, int]]) -> None:
        """Carry out all steps, then let the drill come to its end and check its record."""
        for name, number in steps:
            self.step(name, number)
        self.finish()

    def step(self, name: str, number: int) -> None:
        """Carry out one step."""
        before, since, self.skipped, self.raced = self.clock, self.time, False, False
        act: Callable[[Process, int], None] = getattr(self, f"do_{name}")
        process = self.processes[number % 2]
        try:
            # What people may not do, and what a database that is away refuses, is an answer.
            with suppress(DrillError):
                act(process, number // 2)
        except Killed:
            self._restart(number % 2)
        self._check(name, before, self.time - since)

    # --- what people do ---

    def do_start(self, process: Process, _: int) -> None:
        self._room(process).start(self.host)

    def do_pause(self, process: Process, _: int) -> None:
        self._room(process).pause(self.host)

    def do_resume(self, process: Process, number: int) -> None:
        room, who = self._room(process), (self.host, self.ana)[number % 2]
        may = who is self.host or (self._clock().away is not None and room.row.header.mode == "training")
        try:
            room.resume(who)
        except AccessDenied:
            assert not may or self.raced  # somebody else may have resumed meanwhile
        else:
            assert may or self.raced

    def do_pace(self, process: Process, number: int) -> None:
        pace = (0.1, 1.0, 2.0, 5.0, 60.0, None)[number % 6]
        # The clock waits for novices alone, whom nobody hosts; what becomes of it is the same.
        self._room(process)._steer(self.host, "speed", pace)

    def do_skip(self, process: Process, number: int) -> None:
        self.skipped = True
        self._room(process).skip_ahead(self.host, 1 + number % 120)

    def do_end(self, process: Process, number: int) -> None:
        self._room(process).end(self.host, emergency=number % 2 == 1)

    def do_say(self, process: Process, number: int) -> None:
        words = f"words {len(self.texts)}"
        self.texts[words] = False
        who = (self.host, self.ana)[number % 2]
        self.texts[words] = self._give(process, acts.PostMessage(text=words), who)

    def do_act(self, process: Process, number: int) -> None:
        declare, look = acts.Declare(severity="SEV-1", title="down"), acts.RunQuery(query="check")
        given = (declare, look, acts.TakeAction(action="flag_off"))
        self._give(process, given[number % 3], self.ana)

    def do_inject(self, process: Process, number: int) -> None:
        names = (*CALLS, "boss", "late")
        inject, number = names[number % len(names)], number // len(names)
        edit = acts.EditInject(inject=inject, at_minutes=number % 8)
        given = (edit, edit, *(act(inject=inject) for act in HOSTS[:3]))
        self._give(process, given[number % 5], self.host)

    # --- what befalls the machines ---

    def do_pass(self, process: Process, number: int) -> None:
        """Let some time pass that both serve, or only one of them."""
        ticks, only, times = TICKS[number % 5], number // 5 % 3, 1 + number // 15 % 5
        serving = [self.processes.index(process)] if only == 0 else range(2)
        for _ in range(times):
            self.time += ticks
            for one in serving:
                self._tick(self.processes[one])

    def do_sleep(self, _: Process, number: int) -> None:
        """Let time pass that nobody serves, and then a tick of everybody."""
        self.time += NAPS[number % len(NAPS)]
        for one in self.processes:
            self._tick(one)

    def do_jump(self, process: Process, number: int) -> None:
        process.jumped += JUMPS[number % len(JUMPS)]

    def do_kill(self, process: Process, _: int) -> None:
        self._restart(self.processes.index(process))

    def do_fuse(self, process: Process, number: int) -> None:
        """Let the process be killed in one of its next writes, before or after what it wrote is on disk."""
        process.store.fuse = (1 + number // 2 % 3) * (1 if number % 2 else -1)

    def do_race(self, process: Process, number: int) -> None:
        """Let the other process do something between this one's next look and its next write."""
        there = 1 - self.processes.index(process)
        acts_of = (self._late_tick, self.do_say, self.do_skip, self.do_pause, self.do_resume, self._late_tick)

        def meanwhile() -> None:
            self.raced, other = True, self.processes[there]  # as it is by then: it may have been killed since
            other.store.rival = None  # it would act in the midst of this one's own write, which its lock forbids
            with suppress(DrillError):
                try:
                    acts_of[number % len(acts_of)](other, number // len(acts_of))
                except Killed:
                    self._restart(there)

        process.store.rival = meanwhile

    def _late_tick(self, process: Process, number: int) -> None:
        self.time += TICKS[number % 5]
        self._tick(process)

    def do_outage(self, process: Process, number: int) -> None:
        """Take the database away for some ticks, from one process or both."""
        cut = [process] if number % 2 else self.processes
        for one in cut:
            one.store.away = True
        for _ in range(1 + number // 2 % 15):
            self.time += 3.0
            for one in self.processes:
                self._tick(one)
        for one in cut:
            one.store.away = False

    # --- the machines ---

    def _process(self, number: int) -> Process:
        process: Process
        store = Wired(self.shared, lambda: 1e6 + self.time + process.jumped, self._wrote)
        rooms = Rooms(store, lambda *_: DRILL, steady=lambda: self.time + 1000 * number)
        process = Process(store, rooms)
        return process

    def _wrote(self) -> None:
        self.written = True

    def _restart(self, number: int) -> None:
        old, new = self.processes[number], self._process(number)
        # People have seen what the old one showed.
        new.jumped, new.second, new.shown = old.jumped, old.second, old.shown
        self.processes[number] = new

    def _room(self, process: Process) -> Room:
        return process.rooms.open(self.drill)

    def _give(self, process: Process, act: acts.Act, person: Participant) -> bool:
        self._room(process).submit(act, person)
        return True

    def _tick(self, process: Process) -> None:
        with suppress(StoreError):
            try:
                process.rooms.advance_running()
            except Killed:
                self._restart(self.processes.index(process))
        assert not process.rooms._lost, process.rooms._lost

    # --- what must always hold ---

    def _clock(self) -> Clock:
        """Return the clock as the store has it; read where anything was written since the last time."""
        if not self.written:
            return self.clock
        heads = self.shared.heads(self.drill)
        if heads.lines > self.marks:
            self.marked = fold(self.shared.marks(self.drill, after=self.marks), self.marked)
            self.marks = heads.lines
        self.written = False
        self.clock = self.marked if heads.beat is None else self.marked.reached(heads.beat.second)
        return self.clock

    def _check(self, name: str, before: Clock, passed: float) -> None:
        clock = self._clock()
        assert clock.at >= before.at, "the clock went back"
        if before.state != "running":
            assert clock.at == before.at or clock.state == "running", "it moved while it stood"
        if not self.skipped and "running" in (before.state, clock.state):
            most = (passed + LEASE_SECONDS) * max(before.pace, clock.pace)
            if name == "sleep" and not self.raced:
                most = 0.0 if passed > GAP_SECONDS else LEASE_SECONDS * before.pace
            assert clock.at - before.at <= most + 1e-6, "more time was counted than was served"
        for process in self.processes:
            self._look(process)

    def _look(self, process: Process) -> None:
        """Look as a page does; what is shown goes on from what was shown before, here and elsewhere."""
        try:
            room = self._room(process)
            second = room.version[1]
            engine = room.truth("engine", lambda engine: engine)
        except StoreError:
            assert process.store.away
            return
        except Killed:
            self._restart(self.processes.index(process))
            return
        assert second >= process.second, "a page went back"
        assert second <= self.clock.second or room.ended, "a page is ahead of what is on disk"
        process.second = second
        entries = engine.journal.entries
        if engine is not process.engine:
            assert len(entries) >= process.shown, "the journal got shorter"
            process.engine, process.shown = engine, 0
        new, known = entries[process.shown :], self.lines[process.shown :]
        assert all(map(eq, new, known)), "what was seen became something else"
        self.lines += new[len(known) :]
        process.shown = len(entries)

    def finish(self) -> None:
        """Let the drill come to its end on whatever is left, and check its record against its commands."""
        for process in self.processes:
            process.store.fuse, process.store.rival = 0, None
        self._restart(0)
        last = self.processes[0]
        room = self._room(last)
        if not room.ended and self.clock.state == "waiting":
            room.start(self.host)
        for _ in range(60):
            if room.ended:
                break
            if self.clock.state == "paused":
                room.resume(self.host)
            if self.clock.pace != 60 or self.clock.waits:
                room.speed(self.host, 60)
            self.time += LEASE_SECONDS
            last.rooms.advance_running()
            self._clock()
            self._look(last)
        assert room.ended, "it never ends"
        self._restart(1)
        last.rooms.advance_running()
        assert all(drill != self.drill for drill in self.shared.running())
        self._check_record()

    def _check_record(self) -> None:
        record = self.processes[1].rooms.open(self.drill).record()
        assert record is not None
        assert all(map(eq, record, self.lines)), "the record is not what was seen"
        # What others begin in that very second may stand after it.
        assert [entry.at for entry in record if entry.body.kind == "horizon_reached"] == [HORIZON]
        assert record.entries[-1].at == HORIZON
        header = self.shared.drill(self.drill).header
        again = rebuild(DRILL, header, self.shared.commands(self.drill), until=HORIZON + 1)
        assert list(again.journal.lines()) == list(record.lines()), "rebuilt, it is another one"
        said = [entry.body.text for entry in record if isinstance(entry.body, acts.PostMessage)]
        for words, acknowledged in self.texts.items():
            assert said.count(words) <= 1, "said once, and there twice"
            assert said.count(words) == 1 or not acknowledged, "acknowledged and lost"
        entries = list(accepted(record.entries))
        for inject in CALLS:
            assert delivered(entries, inject) == expected(entries, inject), f"inject {inject} was lost or doubled"


def delivered(entries: Any, inject: str) -> list[int]:
    """Return when an inject was delivered."""
    bodies = ((entry.at, entry.body) for entry in entries)
    return [at for at, body in bodies if isinstance(body, e.InjectDelivered) and body.inject == inject]


def expected(entries: Any, inject: str) -> list[int]:
    """Return when an inject has to come by what the host made of it, worked out without the engine."""
    at, until = CALLS[inject]
    state, since = "pending", 0
    given = [(x.at, x.body) for x in entries if isinstance(x.body, HOSTS) and x.body.inject == inject]
    end = next(x.at for x in entries if isinstance(x.body, e.DrillEnded))
    by_time = end == HORIZON
    for now, act in [*given, (end + by_time, None)]:
        first = -(-max(at, since, 0) // SCRAPE_SECONDS) * SCRAPE_SECONDS
        if state == "pending" and first < now:
            if until is None or first <= until:
                return [first]
            state = "lapsed"
        since = now
        match act:
            case acts.FireInject():
                return [now]
            case acts.HoldInject():
                state = "held"
            case acts.SkipInject():
                state = "skipped"
            case acts.EditInject(at_minutes=minutes) if minutes is not None:
                to = round(60 * minutes)
                at, until, state = to, None if until is None else until + to - at, "pending"
    return []


STEPS = tuple(sorted(name.removeprefix("do_") for name in vars(Trial) if name.startswith("do_")))
"""What can happen."""

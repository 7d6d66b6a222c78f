"""The engine of one drill as this process has it: derived from the store, brought to the store's last heartbeat.

Not locked: its `Room` lets one thread in at a time. Whenever this process may have missed a command, or may
have applied one that was not stored, the engine is dropped and rebuilt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from simulator import acts
from simulator.answers import Answer
from simulator.engine import OPENS_AT, VERSION, Engine
from simulator.errors import AccessDenied, DrillError, StaleWriter, StoreError, UnreadableRow
from simulator.loaded import LoadedScenario
from simulator.record.entry import Entry
from simulator.room.clock import WAITS_SECONDS, Beat, Clock, ClockMark, Timekeeper, What, fold, steady
from simulator.room.clock_log import ClockLine
from simulator.room.finish import Finishing
from simulator.room.skip import Skipped
from simulator.room.store import DrillRow, NewCommand, Participant, Store

OVER = "the drill is over; open its debrief"
REUSED = "this was taken already, as another command or from somebody else; look at the channel, then give it anew"
BUSY = "several people wrote at the same moment; try again"
ATTEMPTS = 100
"""How often a write is tried again because another process wrote first."""
Asked = tuple[acts.Act, str]
"""A command, and by whom."""
LOOK_SECONDS = 0.2
PAUSED = "the drill is paused; resume it first"


class Live:
    """A drill under way: engine, clock log, and how far both have been read from the store."""

    def __init__(
        self,
        store: Store,
        row: DrillRow,
        loaded: LoadedScenario,
        finishing: Finishing,
        steady: Callable[[], float] = steady,
    ) -> None:
        self.marks: list[ClockMark] = []
        self._marked = Clock(OPENS_AT)
        """The clock after the marks."""
        self.problem = outdated(row, loaded)
        """Why the drill cannot go on here, if it cannot."""
        self.keeper = Timekeeper()
        self.builds = 0
        """Changes with every new engine: what was made from an older one is void."""
        self._store = store
        self._row = row
        self._loaded = loaded
        self._finishing = finishing
        self._steady = steady
        self._beat: Beat | None = None
        self._engine: Engine | None = None
        self._given = 0
        """Commands of the store that the engine has been given."""
        self._acted = OPENS_AT
        """Drill second of the last of them."""
        self._counted = 0.0
        """Up to when time was counted last, by this process's steady clock."""
        self._stood = (-math.inf, -math.inf)
        """Drill second at which the clock was when `held` looked last, and since when it has waited there."""
        self._answers: dict[str, Answer] = {}
        """What the engine answered to commands with a key, by key."""
        self._looked = -math.inf
        """When this process looked into the store last, by its steady clock."""

    @property
    def together(self) -> bool:
        """Tell whether several people sit in it, as far as its engine is there to be asked."""
        engine = self._engine  # read once: whoever writes may forget it meanwhile
        return engine is not None and engine.incident.together

    @property
    def clock(self) -> Clock:
        """Return the clock as far as its log has been read."""
        clock = self._marked if self._beat is None else self._marked.reached(self._beat.second)
        if not clock.waits:
            return clock
        if self.together:
            return replace(clock, waits=False, shared=True)
        return replace(clock, until=max(self._marked.at, self._acted + WAITS_SECONDS))

    def held(self) -> float:
        """Return for how many seconds the clock has waited at one drill second, as far as this process looked."""
        clock, now = self.clock, self._steady()
        if not clock.held or clock.at != self._stood[0]:
            self._stood = (clock.at, now)
        return now - self._stood[1]

    def engine(self, fresh: bool = False) -> Engine:
        """Return the engine, given what other processes wrote and brought to the clock.

        Looks within a fifth of a second share one state; whoever is about to write asks for a `fresh` one. Raises
        DrillError where the drill cannot go on.
        """
        over = self._finishing.over
        if self.problem and (self._engine is None or not over):
            raise DrillError(self.problem)
        now = self._steady()
        if self._engine is not None and (over or (not fresh and now - self._looked < LOOK_SECONDS)):
            return self._engine
        try:
            return self._bring_up(now)
        except UnreadableRow as error:
            self._forget()
            self.problem = str(error)
            raise
        except DrillError:
            raise
        except Exception as error:
            self._forget()
            self.problem = f"the drill cannot go on: the engine failed ({type(error).__name__}: {error}); export it"
            raise DrillError(self.problem) from error

    def answer(self, command: acts.Act, by: str, key: str | None) -> Answer | None:
        """Return what was answered to this command when it was given under `key`, None as far as that is known.

        Raises AccessDenied where something else was given under it, or by somebody else.
        """
        found = self._answers.get(key) if key else None
        if found is not None and (found.entry.by, found.entry.body) != (by, command):
            raise AccessDenied(REUSED)
        return found

    def answered(self, by: str, key: str) -> Answer | None:
        """Return what somebody was answered under a key, None as far as that is known."""
        found = self._answers.get(key)
        return found if found is not None and found.entry.by == by else None

    def give(
        self, command: acts.Act, by: str, key: str | None = None, mark: What | None = None,
        may: Callable[[Engine], None] = lambda _: None,
    ) -> Answer:  # fmt: skip
        """Apply a command and make it durable; return its entry and, where it is refused, why.

        `may` raises where it may not be given as the drill is now. `mark` goes into the clock log with it, where it
        is not refused. One that was given under its key before is not given again.
        """
        return self.give_all(((command, by),), key, mark, may=may)[-1]

    def give_all(
        self, commands: Sequence[Asked], key: str | None = None, mark: What | None = None,
        people: Sequence[Participant] = (), may: Callable[[Engine], None] = lambda _: None,
    ) -> list[Answer]:  # fmt: skip
        """Apply commands, then store them; all of it happens, or nothing.

        In that order, so that a command that breaks the engine is never stored. Nobody sees the engine in between,
        and where storing fails it is dropped. Raises AccessDenied where one is refused by which `people` come in or
        sit elsewhere.
        """
        for _ in range(ATTEMPTS):
            engine = self.engine(fresh=True)
            if key and (found := self.answer(*commands[-1], key)):
                return [found]
            may(engine)
            if self._finishing.over:
                raise DrillError(OVER)
            try:
                answers = [engine.submit(command, by) for command, by in commands]
                refusal = next((one.refusal for one in answers if one.refusal), None)
                if people and refusal:
                    raise AccessDenied(refusal.reason)  # nobody came or moved: nothing of it is kept
                what = "stop" if engine.ended else None if refusal else mark
                line = self._line(what, commands[-1][1]) if what else None
                given = [NewCommand(one.entry.at, one.entry.by, command) for one, (command, _) in
                         zip(answers, commands, strict=True)]  # fmt: skip
                self._store.append(self._row.id, self._given + 1, given, key, line, people)
            except StaleWriter:
                self._forget()
                continue
            except Exception:
                self._forget()
                raise
            for answer in answers:
                self._note(key if answer is answers[-1] else None, answer)
            if line is not None:
                self._wrote(line)
            self._freeze_if_over(engine)
            return answers
        raise DrillError(BUSY)

    def advance(self, counted: bool = False) -> None:
        """Let the time pass in which this process served the drill, and put on disk how far it has come by that.

        Where nobody served it for longer, the drill is paused there. `counted`: that is on disk already.
        """
        try:
            if not counted:
                self._count()
            self.engine(fresh=True)
        except StoreError as error:
            self.keeper.fails(str(error))
            raise
        self.keeper.answers()

    def _count(self) -> None:
        match self.due():
            case Beat() as beat if self._store.beat([(self._row.id, beat)]):
                self.wrote(beat)
            case ClockMark() as gap:
                with suppress(StaleWriter):  # another process moved the clock; who looks next sees where it is
                    self._append(self._line(gap.what, gap.by, gap.value))

    def due(self) -> Beat | ClockMark | None:
        """Return by what the time is counted that this process served the drill, or the mark of a gap; None: not yet.

        A heartbeat counts once it is on disk (`wrote`).
        """
        if self._beat is None or self._finishing.over:
            return None
        self._counted = self._steady()
        return self.keeper.due(self.clock, self._beat, self._counted, self._store.now())

    def wrote(self, beat: Beat) -> None:
        """Count from the last that was `due` on: it is on disk."""
        self._beat = beat
        self.keeper.wrote(beat, self._counted)

    def mark(self, what: What, by: str, value: float | None = None, may: Callable[[], None] | None = None) -> None:
        """Write into the clock log, if it `may` be as the clock is now. Raises DrillError once the drill is over."""
        for _ in range(ATTEMPTS):
            if self.engine(fresh=True).ended:
                raise DrillError(OVER)
            if may is not None:
                may()
            try:
                return self._append(self._line(what, by, value))
            except StaleWriter:
                continue
        raise DrillError(BUSY)

    def skip(self, by: str, ahead: Callable[[Engine], Skipped]) -> Skipped:
        """Run ahead until `ahead` stops, and write the skip into the clock log."""
        for _ in range(ATTEMPTS):
            engine = self.engine(fresh=True)
            if engine.ended:
                raise DrillError(OVER)
            if self.clock.state == "waiting":
                raise DrillError("the drill has not started; start it first")
            if self.clock.state == "paused":
                raise DrillError(PAUSED)
            try:
                found = ahead(engine)
                self._append(self._line("skip", by, float(found.until)), commands=self._given)
            except StaleWriter:
                self._forget()
                continue
            except Exception:
                self._forget()
                raise
            self._freeze_if_over(engine)
            return found
        raise DrillError(BUSY)

    def _line(self, what: What, by: str, value: float | None = None) -> ClockLine:
        """Return the next line of the clock log, at the drill second reached."""
        clock, wall = self.clock, self._store.now()
        mark = ClockMark(clock.at, what, value, by, wall)
        number = 1 if self._beat is None else self._beat.number + 1
        return ClockLine(len(self.marks) + 1, mark, Beat(number, clock.after(mark).at, wall))

    def _append(self, line: ClockLine, commands: int | None = None) -> None:
        self._store.add_mark(self._row.id, line, commands)
        self._wrote(line)

    def _wrote(self, line: ClockLine) -> None:
        self._read_marks([line.mark])
        self._beat = line.beat
        self.keeper.wrote(line.beat, self._steady())

    def _bring_up(self, now: float) -> Engine:
        # Rebuilding takes a while, so the store is asked for news after it, not before.
        engine = self._engine or self._rebuild()
        heads = self._store.heads(self._row.id)
        if heads.lines > len(self.marks):
            # No more than the heartbeat knows of: what came after it may have come after other commands.
            self._read_marks(self._store.marks(self._row.id, after=len(self.marks))[: heads.lines - len(self.marks)])
        self._beat = heads.beat
        if heads.beat is not None:
            self.keeper.saw(heads.beat, now)
        if heads.commands > self._given:
            engine = self._read_news(engine)
        engine.advance(self.clock.second)
        self._looked = now
        self._freeze_if_over(engine)
        return self._engine or self._rebuild()

    def _read_marks(self, marks: Sequence[ClockMark]) -> None:
        self.marks += marks
        self._marked = fold(marks, self._marked)

    def _read_news(self, engine: Engine) -> Engine:
        for entry, key in self._store.keyed(self._row.id, after=self._given):
            if entry.at < engine.now:
                # Nothing is written before what was shown, unless the database was put back to an earlier state.
                return self._rebuild()
            self._take(engine, entry, key)
        return engine

    def _rebuild(self) -> Engine:
        engine = Engine(self._loaded, self._row.header)
        self._given, self._answers = 0, {}
        for entry, key in self._store.keyed(self._row.id):
            self._take(engine, entry, key)
        self.builds += 1
        if self._finishing.over and not engine.ended:
            engine.run_to_horizon()  # nobody ended it but time
        self._engine = engine
        return engine

    def _take(self, engine: Engine, entry: Entry, key: str | None) -> None:
        engine.advance(entry.at)
        self._note(key, engine.submit(entry.body, entry.by))  # type: ignore[arg-type]

    def _note(self, key: str | None, answer: Answer) -> None:
        self._given += 1
        self._acted = answer.entry.at
        if key is not None:
            self._answers[key] = answer

    def _forget(self) -> None:
        """Drop an engine that may differ from the store; the next look rebuilds it."""
        self._engine = None

    def _freeze_if_over(self, engine: Engine) -> None:
        """Freeze the record of a drill that people ended, with what the world did alone until its horizon.

        Whoever looks at the drill from now on sees it as they left it, from an engine that stands there: another one,
        unless it was time that ended it.
        """
        if engine.ended and not self._finishing.over:
            by_time = engine.finished
            engine.run_to_horizon()
            self._finishing.freeze(engine.journal)
            if not by_time:
                self._forget()


def outdated(row: DrillRow, loaded: LoadedScenario) -> str | None:
    """Return why a running drill cannot go on with this program and scenario, or None."""
    remedy = "it cannot go on; export it (`drill export`) and start a new one"
    if row.header.engine != VERSION:
        return f"this drill was begun with engine {row.header.engine}, this is engine {VERSION}: {remedy}"
    if (began := row.header.scenario_version) != loaded.version:
        then = f"version {began}" if began else "a scenario without versions"
        now = f"{row.header.scenario!r} is at version {loaded.version}"
        return f"this drill was begun with {then}, the scenario {now}: {remedy}"
    return None

"""Every drill of a store: opening new ones, finding and joining them, letting people in."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.exc import IntegrityError

from simulator.engine import OPENS_AT, Engine, new_header
from simulator.errors import AccessDenied, DrillError, ScenarioError, StaleWriter, StoreError, UnknownName
from simulator.levels import PlayedBook
from simulator.loaded import Load, LoadedScenario
from simulator.room.access import (
    NO_LINK,
    Brake,
    Claim,
    Purpose,
    Tokens,
    clean_code,
    fits,
    is_word,
    new_code,
    new_key,
)
from simulator.room.branch import branched, same_person
from simulator.room.branch import write as write_branch
from simulator.room.clock import Beat, steady
from simulator.room.finish import Finisher
from simulator.room.live import outdated
from simulator.room.room import WITHDRAWN, Room
from simulator.room.store import DrillRow, Participant, Store
from simulator.room.teams import Member, Teams
from simulator.room.tidy import Tidying
from simulator.room.uploads import Uploads
from simulator.text import alike, clock


@dataclass(frozen=True)
class Opened:
    """A new drill, as the person who opened it sees it."""

    room: Room
    code: str
    key: str
    """Makes its bearer the facilitator. Shown now and never again: the store has only its hash."""


@dataclass(frozen=True)
class Chair:
    """One seat in the lobby."""

    id: str
    title: str
    team: str
    holder: str | None
    """Name of the person in it; None: a simulated teammate, or nobody."""
    specialist: bool = False
    """Somebody who is paged; a person may hold the pager."""


@dataclass(frozen=True)
class Lobby:
    """What people see of a drill before they sit down."""

    code: str
    title: str
    briefing: str
    mode: str
    state: str
    """waiting, running, paused, stopped, over, or lost: it cannot go on (`Room.problem` says why)."""
    chairs: tuple[Chair, ...]
    observers: tuple[str, ...]
    """Names of those who only look on."""
    automation: bool
    stands: str
    """Why the drill stands still though nobody paused it, empty where it does not."""


KEEP_DAYS = 30.0
"""Days after the end of a drill for which those who were in it come back to its debrief, unless told otherwise."""
DAY = 86_400.0
CAME = 10_000
"""People who are remembered for when the database is away."""
LET_BACK_SECONDS = 600
"""How long a ticket is good for that a host gives to somebody who lost their browser."""
TICKET_SECONDS = 60
"""How long a ticket into a seat is good for in the browser that asked for it."""


class Rooms:
    """The drills one process has open, over a store that others may share."""

    def __init__(
        self,
        store: Store,
        load: Load,
        finisher: Finisher | None = None,
        books: Callable[[str], PlayedBook] | None = None,
        retain: int | None = None,
        steady: Callable[[], float] = steady,
        keep_days: float = KEEP_DAYS,
        uploads: Uploads | None = None,
    ) -> None:
        self.store = store
        self.uploads = uploads or Uploads(store)
        self.tidying = Tidying(store, retain)
        self.keep_days = keep_days
        """Days after the end of a drill for which those who were in it come back to its debrief."""
        self._load = load
        self._finisher = finisher
        self._books = books
        self._steady = steady
        self._tokens = Tokens(store)
        self.teams = Teams(store, self._tokens)
        self._brake = Brake()
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._lost: dict[str, str] = {}
        self._came: dict[str, Participant] = {}
        """Who was let in here lately, as they were then."""

    def create(
        self,
        scenario: str,
        *,
        variant: str = "base",
        seed: int | None = None,
        mode: Literal["training", "assessment"] = "training",
        difficulty: Literal["novice", "standard", "expert"] = "standard",
        hosted: bool = False,
        automation: bool = True,
        playbook: str = "recovery",
        upload: str | None = None,
        member: Member | None = None,
    ) -> Opened:
        """Open a drill: `hosted` for several people and a facilitator, otherwise for one person alone.

        Of an `upload` instead of a scenario that everybody has only a `member` of the team that brought it may.
        """
        book = self._books(playbook) if self._books else None
        if upload is not None:
            if member is None:
                raise AccessDenied("only a team's own members open drills that it brought")
            self.uploads.playable(member, upload)
        loaded = self._loaded(scenario, variant, difficulty, upload)
        seed = secrets.randbelow(1_000_000) if seed is None else seed
        header = new_header(loaded, seed, mode=mode, automation=automation, playbook=book)
        key, stored = new_key()
        for _ in range(5):
            row = DrillRow(
                secrets.token_hex(6), new_code(), self.store.now(), loaded.scenario.title, hosted, stored, header,
                upload=upload,
            )  # fmt: skip
            try:
                self.store.add_drill(row)
            except StaleWriter:
                continue
            return Opened(self._keep(row, loaded), row.code, key)
        raise DrillError("no free join code found; try again")

    def rewind(self, room: Room, host: Participant, second: int) -> Room:
        """Open a second life of a drill: the same up to `second`, paused there; everybody in the first can follow.

        The first stands where it is. Raises AccessDenied for everybody but its facilitators.
        """
        room.check_hosts(host)
        if why := room.problem or outdated(room.row, room.loaded):
            raise DrillError(why)
        loaded = room.loaded
        reached = int(room.clock.at) if room.clock.state != "stopped" else loaded.scenario.horizon
        if not OPENS_AT < second <= reached:
            raise DrillError(f"{clock(second)} has not been yet; pick a moment up to {clock(reached)}")
        given = [entry for entry in self.store.commands(room.row.id) if entry.at < second]
        engine = Engine(loaded, room.row.header)
        for entry in given:
            engine.advance(entry.at)
            engine.submit(entry.body, entry.by)  # type: ignore[arg-type]
        if engine.ended:
            raise DrillError("people had ended the drill by then; pick an earlier moment")
        people = self.store.participants(room.row.id)
        for _ in range(5):
            row = branched(room.row, new_code(), second, self.store.now())
            try:
                write_branch(self.store, row, given, people, engine.incident.seats, host.by)
            except IntegrityError:
                continue
            if not room.ended and room.clock.state == "running":
                room.pause(host)
            return self._keep(row, loaded)
        raise DrillError("no free join code found; try again")

    def follow(self, person: Participant, drill: str) -> tuple[str, Participant]:
        """Return token and person of somebody in a second life of the drill they are in. Raises AccessDenied."""
        row = self.store.drill(drill)
        there = self.store.participant(same_person(drill, person.id))
        if row.branch_of != person.drill or there is None:
            raise AccessDenied("that drill is no second life of this one, or you came later; join by its code")
        self.open(person.drill).as_is(person)
        return self.token(there), there

    def open(self, drill: str) -> Room:
        """Return a drill's room, rebuilding it where this process has not opened it yet."""
        self.tidying.seen(drill)
        known = self._rooms.get(drill)
        if known is not None:
            return known
        row = self.store.drill(drill)
        header = row.header
        try:
            loaded = self._loaded(header.scenario, header.variant, header.difficulty, row.upload)
        except UnknownName as error:
            what = str(error).partition(";")[0]
            raise ScenarioError(f"{what} on this server; open the drill where it was begun, or add it here") from error
        return self._keep(row, loaded)

    def _loaded(self, scenario: str, variant: str, difficulty: str, upload: str | None) -> LoadedScenario:
        if upload is not None:
            return self.uploads.loaded(upload, variant, difficulty)
        return self._load(scenario, variant, difficulty)

    def by_code(self, code: str, *sources: str) -> Room:
        """Return the room with this join code. `sources` (session, network) are slowed down when they guess."""
        row = self.store.drill_by_code(clean_code(code))
        if row is None:
            self._brake.missed(clean_code(code), sources)
            raise AccessDenied(f"no drill has the code {code.strip()!r}; check it with whoever invited you")
        return self.open(row.id)

    def advance_running(self) -> None:
        """Let the time pass in which this process served the drills under way, whether or not anybody looks.

        One that cannot go on is logged once and left alone. Raises StoreError: they all stand still then, and say so.
        """
        under_way: set[str] = set()
        try:
            under_way = set(self.store.running()) - self._lost.keys()
            counted = self._count(room for drill, room in list(self._rooms.items()) if drill in under_way)
            for drill in under_way:
                self._advance(drill, drill in counted)
        except StoreError as error:
            for room in list(self._rooms.values()):
                room.stand(str(error))
            raise
        self._let_go([drill for drill in list(self._rooms) if drill not in under_way - self._lost.keys()])

    def _let_go(self, idle: Iterable[str]) -> None:
        """Forget rooms that nobody looks at; whoever comes back finds them in the store."""
        for drill in self.tidying.look(idle):
            with self._lock:
                if not self._rooms[drill].finishing.busy:
                    del self._rooms[drill]

    def _count(self, rooms: Iterable[Room]) -> frozenset[str]:
        """Put the heartbeats that are due on disk in one transaction; return whose they are.

        Nobody gives those drills a command meanwhile: it would come before what is shown a moment later. A drill that
        somebody is at just now is left to its own, one whose clock somebody else moved to the next call. A server that
        has none to write never asks to write: others wait for that.
        """
        asked = {room.row.id: room for room in rooms if room.beats()}
        if not asked:
            return frozenset()
        with ExitStack() as held:
            due: dict[str, Beat] = {}

            def in_turn() -> Iterator[tuple[str, Beat]]:
                for drill, room in asked.items():
                    if (beat := room.due(held)) is not None:
                        due[drill] = beat
                        yield drill, beat

            for drill in self.store.beat(in_turn()):
                asked[drill].wrote(due[drill])
        return frozenset(due)

    def _advance(self, drill: str, counted: bool) -> None:
        try:
            self.open(drill).advance(counted)
        except StoreError:
            raise
        except DrillError as error:
            self._lost[drill] = str(error)
            logging.getLogger(__name__).warning("drill %s: %s", drill, error)

    def _keep(self, row: DrillRow, loaded: LoadedScenario) -> Room:
        with self._lock:
            if row.id not in self._rooms:
                self.tidying.seen(row.id)
                self._rooms[row.id] = Room(self.store, row, loaded, self._finisher, self._steady)
            return self._rooms[row.id]

    def join(self, room: Room, name: str, seat: str | None = None, word: str = "") -> tuple[str, Participant]:
        """Let a person in: into a seat, to observe (`OBSERVER`), or standing. Return their token and who they are.

        With their `word` they come back where nothing else is left. What is refused leaves nothing behind.
        """
        person = room.seats.admit(name, seat, word=word)
        return self.token(person), person

    def rejoin(self, room: Room, name: str, word: str, *sources: str) -> tuple[str, Participant]:
        """Let somebody back in by their name and the word they chose when they joined: the same seat."""
        people = self.store.participants(room.row.id)
        person = next((one for one in people if alike(one.name) == alike(" ".join(name.split()))), None)
        if person is None or person.facilitator or not is_word(word, person.word):
            whose = () if person is None else (person.id,)
            self._brake.missed(f"{name}/{word}", (*sources, *whose))
            raise AccessDenied("nobody here has this name and this word; try again, or ask the host to let you in")
        room.as_is(person)
        return self.token(person), person

    def let_back(self, room: Room, host: Participant, other: Participant) -> str:
        """Return a ticket, good once and for a while, that lets somebody back into their seat in another browser."""
        room.check_hosts(host)
        if other.facilitator:
            raise AccessDenied("a host comes in with the drill's key")
        return self.ticket(other, "hand over", LET_BACK_SECONDS)

    def facilitate(self, room: Room, name: str, key: str, *sources: str) -> tuple[str, Participant]:
        """Let the bearer of a drill's key in as its facilitator."""
        if not fits(key, room.row.key_hash):
            self._brake.missed(key, sources)
            raise AccessDenied("that is not this drill's facilitator key; it was shown once when the drill was opened")
        person = room.seats.admit(name, facilitator=True)
        return self.token(person), person

    def token(self, person: Participant) -> str:
        """Return what lets its bearer be this person, until it is withdrawn or the drill is long over."""
        return self._tokens.sign(Claim("seat", person.drill, person.id, person.generation))

    def identify(self, token: str) -> tuple[Room, Participant]:
        """Return the drill and person behind a token: the same seat on any device, after any restart."""
        return self._behind(self._tokens.read(token, "seat"))

    def whose(self, token: str) -> str | None:
        """Return the id of the person that a token names, None for one that this store did not sign."""
        try:
            return self._tokens.read(token, "seat").person
        except AccessDenied:
            return None

    def ticket(self, person: Participant, purpose: Purpose = "enter", lasts: int = TICKET_SECONDS) -> str:
        """Return what is exchanged for a token, once and for `lasts` seconds; it voids the ticket before it."""
        once = secrets.token_hex(12)
        self.store.offer(person.id, once)
        until = int(self.store.now()) + lasts
        return self._tokens.sign(Claim(purpose, person.drill, person.id, person.generation, once, until))

    def bearer(self, ticket: str) -> tuple[Room, Participant, bool]:
        """Return where and whom a ticket would let in, and whether alone, without using it. Raises AccessDenied."""
        claim = self._tokens.read(ticket, "enter", "hand over")
        if self.store.now() > claim.until:
            raise AccessDenied("this link was for a short while only; ask for a new one where you have your seat")
        return *self._behind(claim), claim.purpose == "hand over"

    def exchange(self, ticket: str) -> tuple[Room, Participant, str]:
        """Use a ticket up: return where and whom it lets in, and their token. Raises AccessDenied."""
        room, person, alone = self.bearer(ticket)
        claim = self._tokens.read(ticket, "enter", "hand over")
        if not self.store.take_up(person.id, claim.generation, claim.once, alone=alone):
            raise AccessDenied("this link was used already; ask for a new one where you have your seat")
        person = self.store.participant(person.id) or person
        return room, person, self.token(person)

    def _behind(self, claim: Claim) -> tuple[Room, Participant]:
        try:
            person, over = self.store.participant(claim.person), self.store.frozen_at(claim.drill)
        except StoreError:
            # Whoever is in stays in while the database is away, and sees what was shown last.
            person, over = self._came.get(claim.person), None
            if person is None:
                raise
        if person is None or person.drill != claim.drill:
            raise AccessDenied(NO_LINK)
        if person.generation != claim.generation:
            raise AccessDenied(WITHDRAWN)
        if len(self._came) >= CAME:
            self._came.clear()
        self._came[person.id] = person
        if over is not None and self.store.now() > over + self.keep_days * DAY:
            raise AccessDenied(f"this drill ended more than {self.keep_days:g} days ago; ask its host for the record")
        return self.open(person.drill), person

    def lobby(self, room: Room) -> Lobby:
        """Return what people see of a drill before they sit down."""
        row, scenario = room.row, room.loaded.scenario
        lost = room.problem is not None
        over = not lost and room.ended
        seats = {} if lost or over else room.truth("seats", lambda engine: dict(engine.incident.seats))
        people = self.store.participants(row.id)
        return Lobby(
            code=row.code, title=row.title, briefing=scenario.briefing,
            mode=row.header.mode, state="lost" if lost else "over" if over else room.clock.state,
            chairs=tuple(
                Chair(r.id, r.title, r.team, seats.get(r.id), not r.seat) for r in scenario.roles
                if r.seat or "observes" not in r.duties
            ),
            observers=tuple(person.name for person in people if person.observes),
            automation=row.header.automation, stands="" if lost or over else room.stands(),
        )  # fmt: skip

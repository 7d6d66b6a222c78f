"""Kill servers and the database by kill -9 at any moment; count what was acknowledged and is lost, doubled or stuck."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from simulator import acts
from simulator.errors import DrillError, StoreError
from simulator.loaded import LoadedScenario
from simulator.record.replay import rebuild
from simulator.room.live import OVER
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from tests.postgres import MISSING, Server, programs
from tests.simulator.toy import toy
from tests.soak.children import PATIENCE, Child, Files, Tell

ROUNDS_A_DRILL = 12
SETTLED = ("acknowledged", "pace", "turned")
"""What a process says that was answered by the database."""
ROUNDS = {"play": 200, "upgrade": 40, "end": 40}
"""What is killed during what, and how often unless told otherwise."""
DATABASES = ("sqlite", "postgres")
FAULTS = ("lost", "doubled", "disordered", "unhealed", "raw")
"""Kinds of what must not be, each a count of a `Tally`."""


@dataclass
class Tally:
    """What many kills did."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    """How often what was killed: all processes at once, one of them, the database."""
    acknowledged: int = 0
    stored: int = 0
    unsure: int = 0
    """Commands given again under their key, because no answer came to the first time."""
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    """Numbers that are not 1, 2, 3 …, times that go back, commands moved after they were acknowledged."""
    unhealed: int = 0
    """Drills that did not go on, or did not come to the same, or databases that did not open."""
    raw: int = 0
    """Processes that ended by an error that is no sentence."""
    restarts: list[float] = field(default_factory=list)
    """Seconds from opening the database to a drill that goes on."""
    back: list[float] = field(default_factory=list)
    """Seconds from a database that answers again to an acknowledgement from every process."""
    notes: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """Return how much of what must not be was found."""
        return sum(getattr(self, kind) for kind in FAULTS)

    def note(self, kind: str, count: int, what: object) -> None:
        """Count a fault and keep what it was."""
        if count:
            setattr(self, kind, getattr(self, kind) + count)
            self.notes.append(f"round {self.rounds}: {kind}: {what}")

    def report(self) -> dict[str, Any]:
        """Return the figures."""
        found = {name: value for name, value in vars(self).items() if name not in ("restarts", "back")}
        for name in ("restarts", "back"):
            times = sorted(getattr(self, name))
            if times:
                found[name] = {"p50": round(statistics.median(times), 3), "max": round(times[-1], 3)}
        return found


@dataclass
class Game:
    """A drill that is killed again and again."""

    url: str
    loaded: LoadedScenario
    drill: str
    tokens: tuple[str, str, str]
    """Of the facilitator and of two who play; each has a process."""
    stored: int = 0
    """Commands that are stored."""
    said: dict[str, int] = field(default_factory=dict)
    """The drill second of every command that was acknowledged, by its text."""
    paces: set[float] = field(default_factory=set)
    """What the clock's log was acknowledged to hold."""
    children: dict[str, Child] = field(default_factory=dict)
    """Who is at it, by token."""

    def rooms(self) -> Rooms:
        """Return a process's view of the drill."""
        return Rooms(Store(self.url), lambda *_: self.loaded)


def open_drill(url: str, loaded: LoadedScenario) -> Game:
    """Open a drill with a facilitator and two players, and start it."""
    place = Rooms(Store(url), lambda *_: loaded)
    opened = place.create(loaded.scenario.id, hosted=True, seed=7)
    host, flo = place.facilitate(opened.room, "Flo", opened.key)
    seats = [role.id for role in loaded.scenario.seats()][:2]
    players = [place.join(opened.room, name, seat)[0] for name, seat in zip(("Ana", "Bo"), seats, strict=True)]
    opened.room.start(flo)
    place.store.close()
    return Game(url, loaded, opened.room.row.id, (host, players[0], players[1]))


# --- what the processes do --------------------------------------------------------------------------------


def write(game: Game, token: str, name: str, tell: Tell) -> None:
    """Say one thing after the other, as fast as people at forty desks; say it again where no answer came."""
    room, person = game.rooms().identify(token)
    chance = random.Random(name)
    queries = itertools.cycle([None, None, None, *(query.id for query in game.loaded.scenario.queries[:3])])
    for number in itertools.count(1):
        words, query = f"{name}-{number}", next(queries)
        command = acts.RunQuery(query=query) if query else acts.PostMessage(text=words)
        answer = insist(lambda command=command, words=words: room.submit(command, person, words), tell)
        tell(f"acknowledged {words} {answer.entry.at}")
        time.sleep(chance.uniform(0, 0.1))


def steer(game: Game, token: str, name: str, tell: Tell) -> None:
    """Serve the drill's clock as a server does, and turn its every knob."""
    place = game.rooms()
    room, host = place.identify(token)
    chance = random.Random(name)
    for number in itertools.count(1):
        pace = round(chance.uniform(1, 9), 6)
        turns = [lambda: room.pause(host), lambda: room.resume(host), lambda: room.skip_ahead(host, 20),
                 lambda pace=pace: room.speed(host, pace)]  # fmt: skip
        insist(place.advance_running, tell)
        insist(turns[number % 4], tell)
        tell(f"pace {pace}" if number % 4 == 3 else "turned")
        time.sleep(chance.uniform(0, 0.1))


def insist(act: Any, tell: Tell) -> Any:
    """Return what `act` gives, once the database lets it. Raises StoreError where it never does."""
    limit = time.monotonic() + PATIENCE / 4
    while True:
        try:
            return act()
        except StoreError as error:
            if time.monotonic() > limit:
                raise
            tell(f"unsure {error}")
            time.sleep(0.02)


def work(job: Any, game: Game, token: str, name: str, tell: Tell) -> None:
    """Do a job until the drill is over."""
    try:
        job(game, token, name, tell)
    except DrillError as error:
        if str(error) != OVER:
            raise


# --- a round ----------------------------------------------------------------------------------------------


def play(game: Game, server: Server | None, chance: random.Random, tally: Tally) -> None:
    """Let two writers and a ticker work, kill some of what runs, and look what is left."""
    for job, token in zip((steer, write, write), game.tokens, strict=True):
        if token not in game.children:
            name = f"{tally.rounds}{'abc'[game.tokens.index(token)]}"
            game.children[token] = child = Child(
                lambda tell, job=job, token=token, name=name: work(job, game, token, name, tell)
            )
            child.until(lambda said: any(line.startswith(SETTLED) for line in said))
    _listen(game, chance.uniform(0.02, 0.3))
    victim = chance.choice(["one", "one", "one", "all", *(["database", "database and all"] if server else [])])
    tally.killed[victim] += 1
    if victim == "one":
        _kill(game, [chance.choice(game.tokens)], tally)
    if server and victim.startswith("database"):
        server.kill()
        if victim == "database and all":
            _kill(game, game.tokens, tally)
        server.start()
        _wait(game, tally)
    if "all" in victim:
        _kill(game, game.tokens, tally)
    look(game, tally, whole=not game.children)


def _listen(game: Game, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        for child in game.children.values():
            child.listen(0.01)


def _wait(game: Game, tally: Tally) -> None:
    """Wait until everybody was answered by a database that is there again."""
    began = time.monotonic()
    for child in game.children.values():
        child.listen(0)
        before = len(child.said)
        child.until(lambda said, before=before: any(line.startswith(SETTLED) for line in said[before:]))
    if game.children:
        tally.back.append(time.monotonic() - began)


def _kill(game: Game, tokens: Iterable[str], tally: Tally) -> None:
    """Kill some, and note what they were acknowledged."""
    dead = [game.children.pop(token) for token in tokens if token in game.children]
    for child in dead:
        child.kill()
    for what, *rest in (line.split(" ") for child in dead for line in child.said):
        if what == "acknowledged":
            game.said[rest[0]] = int(rest[1])
            tally.acknowledged += 1
        elif what == "pace":
            game.paces.add(float(rest[0]))
        elif what == "unsure":
            tally.unsure += 1
        elif what == "broken":
            tally.note("raw", 1, " ".join(rest))


def look(game: Game, tally: Tally, whole: bool = True) -> None:
    """Compare what is stored with what was acknowledged; `whole`: as a server does that was started again."""
    began = time.monotonic()
    place, other = game.rooms(), game.rooms()
    try:
        if not whole:
            return _compare(game, place.store, tally)
        room, person = place.identify(game.tokens[1])
        place.advance_running()
        room.advance()
        tally.restarts.append(time.monotonic() - began)
        _compare(game, place.store, tally)
        _go_on(room, person, other, tally)
    except DrillError as error:
        tally.note("unhealed", 1, error)
    finally:
        place.store.close()
        other.store.close()


def _compare(game: Game, store: Store, tally: Tally) -> None:
    kept = [(entry, key) for entry, key in store.keyed(game.drill) if key]
    at = {str(key): entry.at for entry, key in kept}
    entries = store.commands(game.drill)
    game.stored = len(at)
    tally.note("lost", len(gone := game.said.keys() - at.keys()), sorted(gone)[:5])
    tally.note("lost", len(gone := game.paces - {mark.value for mark in store.marks(game.drill)}), sorted(gone)[:5])
    words = Counter(entry.body.text for entry, _ in kept if isinstance(entry.body, acts.PostMessage))
    tally.note("doubled", len(kept) - len(at) + sum(words.values()) - len(words), words.most_common(2))
    moved = [key for key, second in game.said.items() if at.get(key, second) != second]
    tally.note("disordered", len(moved), moved[:5])
    seconds = [entry.at for entry in entries]
    for writer in {key.rpartition("-")[0] for key in at}:
        mine = [int(key.rpartition("-")[2]) for key in at if key.rpartition("-")[0] == writer]
        tally.note("disordered", mine != list(range(1, len(mine) + 1)), f"{writer}: {mine[-5:]}")
    tally.note("disordered", [entry.seq for entry in entries] != list(range(1, len(entries) + 1)), "numbers")
    tally.note("disordered", seconds != sorted(seconds), "times")
    if store.url.get_backend_name() == "sqlite":
        tally.note("unhealed", (said := store._rows(text("PRAGMA integrity_check"))[0][0]) != "ok", said)


def _go_on(room: Room, person: Participant, other: Rooms, tally: Tally) -> None:
    """See that the drill goes on, comes to the same elsewhere, and to what its commands alone give."""
    if not room.ended:
        room.submit(acts.PostMessage(text=f"on after {tally.rounds}"), person)
    now, lines = room.truth("lines", lambda engine: (engine.now, list(engine.journal.lines())))
    fresh = rebuild(room.loaded, room.row.header, room._store.commands(room.row.id), until=now)
    tally.note("unhealed", list(fresh.journal.lines()) != lines, "it is not what its commands give")
    if not room.ended:
        there = other.open(room.row.id).truth("lines", lambda engine: list(engine.journal.lines()))
        short = min(len(there), len(lines))
        tally.note("unhealed", there[:short] != lines[:short], "another process sees another drill")


# --- from the command line --------------------------------------------------------------------------------


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options."""
    parser.add_argument("--rounds", type=int, help=f"how often; otherwise {ROUNDS}")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--during", nargs="+", choices=ROUNDS, default=list(ROUNDS))
    parser.add_argument("--scenario", default="toy", help="what is played: `toy`, or one that ships")
    parser.add_argument("--seed", type=int, default=1, help="of who is killed, after how long")


def run(args: argparse.Namespace) -> int:
    """Kill as often as asked, print the figures as JSON, and return how many faults there were."""
    return sum(_on(database, args) for database in args.database)


def _on(database: str, args: argparse.Namespace) -> int:
    from tests.soak import cuts

    server = None
    if database == "postgres":
        if (folder := programs()) is None:
            print(MISSING, file=sys.stderr)
            return int(os.environ.get("CI") == "true")
        server = Server(folder)
    where = server or Files()
    faults = 0
    try:
        for during in args.during:
            tally, rounds, chance = Tally(), args.rounds or ROUNDS[during], random.Random(args.seed)
            if during == "play":
                play_on(args.scenario, rounds, where, server, chance, tally)
            else:
                cuts.run(during, rounds, where, server, chance, tally)
            print(json.dumps({"during": during, "database": database, **tally.report()}), flush=True)
            faults += tally.faults
    finally:
        where.close()
    return faults


def play_on(scenario: str, rounds: int, where: Any, server: Server | None, chance: random.Random, tally: Tally) -> None:
    """Kill so many times under load, in one drill after the other."""
    loaded = _load(scenario)
    game: Game | None = None
    for number in range(rounds):
        if game is None or number % ROUNDS_A_DRILL == 0 or _over(game):
            leave(game, tally)
            game = open_drill(where.fresh(), loaded)
        tally.rounds += 1
        play(game, server, chance, tally)
        if tally.rounds % 25 == 0:
            print(f"{tally.rounds} rounds, {tally.acknowledged} acknowledged, {tally.faults} faults", file=sys.stderr)
    leave(game, tally)


def leave(game: Game | None, tally: Tally) -> None:
    """Kill who is still at it and look a last time."""
    if game is not None:
        _kill(game, game.tokens, tally)
        look(game, tally)
        tally.stored += game.stored


def _over(game: Game) -> bool:
    store = Store(game.url)
    try:
        return store.frozen_at(game.drill) is not None
    finally:
        store.close()


def _load(name: str) -> LoadedScenario:
    if name == "toy":
        return toy()
    import scenarios

    return scenarios.load(name)

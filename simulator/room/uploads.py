"""Drills that teams bring themselves: checked in the background, kept with all that was played of them.

An upload never changes. What replaces it is another row, and a drill says of which it is played: so one under way goes
on with its own, and one that is over keeps its debrief, whatever has become of the upload since.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, select

from simulator.errors import AccessDenied, DrillError, StoreError
from simulator.loaded import LoadedScenario
from simulator.room import schema as t
from simulator.room.store import Store
from simulator.room.teams import Member, still_in
from simulator.room.tidy import scrub, sweep

MOST_DRILLS, MOST_CHECKS, MOST_WAITING = 20, 20, 2
"""Drills of one team; uploads that are being checked or wait for it, of all teams and of one."""
LEASE_SECONDS = 60.0
"""After so long without a sign of life whoever looks takes a check over: the process that was at it is gone."""
BEAT_SECONDS = LEASE_SECONDS / 4
"""Between two signs of life."""
OURS = "bring it again; if it says the same, tell whoever runs this server"
"""What to do where a check went wrong through no fault of the drill."""
KEPT = 64
"""Uploads whose files are in memory."""
State = Literal["checking", "ready", "faulty", "withdrawn"]
Report = Callable[[float], None]
"""Told how far something is, 0 … 1."""
Check = Callable[[str, Mapping[str, str], Report], Sequence[Mapping[str, Any]]]
"""Given name and files of a drill: what is wrong with it, each with `level`, `file`, `line`, `what` and `remedy`."""
LoadFiles = Callable[[str, Mapping[str, str], str, str], LoadedScenario]
"""Loads a drill by its name, files, variant and difficulty."""


@dataclass(frozen=True)
class Brought:
    """A drill as it came: nothing of it is checked yet but its size and form."""

    name: str
    title: str
    files: Mapping[str, str]
    """Name -> text."""


@dataclass(frozen=True)
class Upload:
    """A drill that a team brought."""

    id: str
    team: str | None
    """None once the team is no more."""
    name: str
    title: str
    by: str
    """Name of the member who brought it."""
    made: float
    state: State
    done: float
    """How far its check is, 0 … 1; below 0 while it waits for its turn."""
    findings: tuple[Mapping[str, Any], ...]


UPLOAD = tuple(t.uploads.c[name] for name in ("id", "team", "name", "title", "by", "made", "state", "done", "findings"))


class Uploads:
    """The drills that teams brought to a store."""

    def __init__(
        self,
        store: Store,
        load: LoadFiles | None = None,
        check: Check | None = None,
        known: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """`known` names the scenarios that everybody has: a team's own is called otherwise."""
        self._store = store
        self._load = load
        self._check = check
        self._known = known
        self._turn = threading.Lock()
        self._here = threading.Condition()
        """Guards the two below, and tells when the last check here is done."""
        self._threads: dict[str, threading.Thread] = {}
        self._beating: threading.Thread | None = None
        """Gives signs of life for each check here; set to None by itself once it has seen that there is none."""
        self._kept: dict[str, tuple[str, Mapping[str, str]]] = {}

    def bring(self, member: Member, brought: Brought) -> Upload:
        """Keep what a member brings and begin to check it. Raises DrillError where it cannot be taken."""
        name = brought.name
        if name in self._known():
            raise DrillError(f"there is a scenario {name!r} here already; give yours another name, in its file too")
        c, now = t.uploads.c, self._store.now()
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            own = (c.team == member.team) & (c.state != "withdrawn")
            there = connection.execute(select(c.name, c.state).where(own)).all()
            if (name, "checking") in [tuple(row) for row in there]:
                raise DrillError(f"{name!r} is being checked; wait for that, then bring it again")
            if len({row.name for row in there} | {name}) > MOST_DRILLS:
                raise DrillError(f"your team has {MOST_DRILLS} drills of its own; remove one, then bring this")
            if sum(row.state == "checking" for row in there) >= MOST_WAITING:
                raise DrillError(f"{MOST_WAITING} drills of your team are being checked; wait for one, or remove it")
            at_it = (c.state == "checking") & (c.beat >= now - LEASE_SECONDS)
            if (connection.scalar(select(func.count()).select_from(t.uploads).where(at_it)) or 0) >= MOST_CHECKS:
                raise DrillError("many drills are being checked just now; try again in some minutes")
            connection.execute(t.uploads.delete().where(own, c.name == name, c.state == "faulty"))
            made = {"id": secrets.token_hex(6), "team": member.team, "name": name, "title": brought.title,
                    "by": member.name, "made": now, "state": "checking", "done": -1.0}  # fmt: skip
            text = json.dumps(dict(brought.files))
            connection.execute(t.uploads.insert().values(**made, beat=now, files=text, findings="[]"))
        scrub(self._store)
        found = Upload(**made, findings=())  # type: ignore[arg-type]
        self._begin(found)
        return found

    def of(self, team: str) -> list[Upload]:
        """Return what a team has, by title, the newest state of each first.

        Checks that nobody is at begin anew, whosesoever they are.
        """
        c = t.uploads.c
        query = select(*UPLOAD).where(c.team == team, c.state != "withdrawn")
        left = select(*UPLOAD).where(c.state == "checking", c.beat < self._store.now() - LEASE_SECONDS)
        with self._store.transaction(writes=False) as connection:
            rows = connection.execute(query.order_by(c.title, c.name, c.made.desc())).all()
            abandoned = connection.execute(left.order_by(c.made)).all()
        for row in abandoned:
            self._begin(_upload(row))
        return [_upload(row) for row in rows]

    def find(self, ident: str) -> Upload:
        """Return an upload, withdrawn or not. Raises DrillError where it is gone."""
        with self._store.transaction(writes=False) as connection:
            row = connection.execute(select(*UPLOAD).where(t.uploads.c.id == ident)).first()
        if row is None:
            raise DrillError("the drill that a team brought for this is no longer there")
        return _upload(row)

    def playable(self, member: Member, ident: str) -> Upload:
        """Return an upload that a member may open drills of, and take away. Raises AccessDenied for every other."""
        with self._store.transaction(writes=False) as connection:
            still_in(connection, member)
        found = self.find(ident)
        if found.team != member.team or found.state != "ready":
            raise AccessDenied("this is no drill that your team can play; look again at what it has")
        return found

    def files(self, ident: str) -> tuple[str, Mapping[str, str]]:
        """Return name and files of an upload. Raises DrillError where it is gone."""
        if ident not in self._kept:
            c = t.uploads.c
            with self._store.transaction(writes=False) as connection:
                row = connection.execute(select(c.name, c.files).where(c.id == ident)).first()
            if row is None:
                raise DrillError("the drill that a team brought for this is no longer there")
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[ident] = row.name, json.loads(row.files)
        return self._kept[ident]

    def taken(self, member: Member, ident: str) -> tuple[str, Mapping[str, str]]:
        """Return name and files of an upload for a member to take away. Raises AccessDenied for every other."""
        return self.files(self.playable(member, ident).id)

    def loaded(self, ident: str, variant: str = "base", difficulty: str = "standard") -> LoadedScenario:
        """Return an upload ready to run. Raises DrillError."""
        if self._load is None:
            raise DrillError("no drills that teams bring are loaded here")
        return self._load(*self.files(ident), variant, difficulty)

    def remove(self, member: Member, ident: str) -> None:
        """Take an upload away from its team; what was played of it stays, and is all that keeps it."""
        c = t.uploads.c
        with self._store.transaction(writes=True) as connection:
            still_in(connection, member)
            own = (c.id == ident) & (c.team == member.team)
            if not connection.execute(t.uploads.update().where(own).values(state="withdrawn")).rowcount:
                raise AccessDenied("this is no drill of your team")
            sweep(connection)
        scrub(self._store)

    def wait(self, seconds: float) -> None:
        """Wait for checks to be done (for tests)."""
        with self._here:
            threads = (*self._threads.values(), *filter(None, [self._beating]))
        for thread in threads:
            thread.join(seconds)

    def _begin(self, upload: Upload) -> None:
        with self._here:
            if self._check is None or upload.id in self._threads:
                return
            thread = threading.Thread(target=self._checked, args=(upload,), name=f"check-{upload.id}", daemon=True)
            thread.start()  # it takes itself out of these under the same lock
            self._threads[upload.id] = thread
            if self._beating is None:
                beating = threading.Thread(target=self._beat, name="checks-beat", daemon=True)
                beating.start()
                self._beating = beating

    def _beat(self) -> None:
        """Give a sign of life for each check that this process is at or that waits here, while there are any."""
        c = t.uploads.c
        while here := self._still_here():
            with suppress(StoreError), self._store.transaction(writes=True) as connection:
                change = t.uploads.update().where(c.id.in_(here), c.state == "checking")
                connection.execute(change.values(beat=self._store.now()))

    def _still_here(self) -> list[str]:
        """Wait for the next sign of life, or for the last check to be done; return those that are here."""
        with self._here:
            self._here.wait_for(lambda: not self._threads, BEAT_SECONDS)
            if not self._threads:
                self._beating = None  # under the lock: a check that comes now begins another
            return list(self._threads)

    def _checked(self, upload: Upload) -> None:
        """Check an upload, in its turn: a check plays drills, and those under way go first."""
        assert self._check is not None  # `_begin` saw to it
        with self._turn:
            try:
                if not self._claim(upload.id):
                    return
                name, files = self.files(upload.id)
                try:
                    findings = self._check(name, files, lambda done: self._report(upload.id, done))
                except Exception as error:
                    logging.getLogger(__name__).exception("checking upload %s failed", upload.id)
                    what = f"the check itself failed ({type(error).__name__}): nothing is said about the drill by that"
                    findings = [{"level": "error", "file": name, "line": 1, "what": what, "remedy": OURS}]
                self._settle(upload, findings)
            except DrillError as error:  # the database is away, or the upload was removed
                logging.getLogger(__name__).warning("upload %s is not checked: %s", upload.id, error)
            finally:
                with self._here:
                    self._threads.pop(upload.id, None)
                    self._here.notify_all()

    def _claim(self, ident: str) -> bool:
        """Take a check for this process; tell whether it was to be had."""
        c, now = t.uploads.c, self._store.now()
        free = (c.id == ident) & (c.state == "checking") & ((c.done < 0) | (c.beat < now - LEASE_SECONDS))
        with self._store.transaction(writes=True) as connection:
            return connection.execute(t.uploads.update().where(free).values(done=0.0, beat=now)).rowcount == 1

    def _report(self, ident: str, done: float) -> None:
        c = t.uploads.c
        try:
            with self._store.transaction(writes=True) as connection:
                change = t.uploads.update().where(c.id == ident, c.state == "checking")
                connection.execute(change.values(done=min(1.0, max(0.0, done)), beat=self._store.now()))
        except StoreError:
            pass  # it shows a moment later how far it is

    def _settle(self, upload: Upload, findings: Sequence[Mapping[str, Any]]) -> None:
        """Note what a check found: what is well is played from now on, in the place of what was before."""
        faulty = any(one["level"] == "error" for one in findings)
        c = t.uploads.c
        with self._store.transaction(writes=True) as connection:
            still = (c.id == upload.id) & (c.state == "checking")
            values = {"state": "faulty" if faulty else "ready", "done": 1.0, "findings": json.dumps(list(findings))}
            if connection.execute(t.uploads.update().where(still).values(values)).rowcount and not faulty:
                before = (c.team == upload.team) & (c.name == upload.name) & (c.id != upload.id)
                connection.execute(t.uploads.update().where(before).values(state="withdrawn"))
                sweep(connection)
        scrub(self._store)


def _upload(row: Any) -> Upload:
    values = {column.name: row._mapping[column.name] for column in UPLOAD}
    return Upload(**{**values, "findings": tuple(json.loads(values["findings"]))})

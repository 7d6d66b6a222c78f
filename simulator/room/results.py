"""Scored drills as rows: kept when a drill is scored, read by whoever looks at many.

A look at many drills reads counts and names by SQL, and no more rows at once than it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select

from simulator.engine import OPENS_AT
from simulator.record.journal import Journal
from simulator.record.result import (
    PLAIN_PACE,
    SKIPPED_PACE,
    VERSION,
    WAITING_PACE,
    DrillResult,
    Kind,
    result_of,
    with_body,
)
from simulator.room import schema as t
from simulator.room.clock import WAITS_SECONDS, Clock, ClockMark
from simulator.room.store import DrillRow, Store
from simulator.text import alike

UNKNOWN_PACE = "unknown"
"""Of a drill that came in as a file: how its clock ran is not in there."""
COLUMNS = tuple(t.results.c[one.name] for one in fields(DrillResult) if one.name in t.results.c)
UNREAD = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a scorecard or a row ends in that is of another form than those of today."""
BATCH = 500
"""Rows that are in memory at once while all are read."""
OWN = "@"
"""What stands between the name of a scenario and what tells a team's own from others' of that name."""
SAMPLE = "sample"
"""The team that sample drills belong to where they are looked at without one's own."""


@dataclass(frozen=True)
class Wanted:
    """Which scored drills somebody looks at. What is None, or empty, is not asked about."""

    team: str | None = None
    drills: tuple[str, ...] | None = None
    """These alone, as a person's own."""
    scenario: str | None = None
    variant: str | None = None
    playbook: str | None = None
    mode: str | None = None
    pace: str | None = None
    difficulty: str | None = None
    since: float | None = None
    lives: bool = True
    """Second lives and scripted drills too."""

    def where(self) -> list[ColumnElement[bool]]:
        """Return what a row must fulfil."""
        c = t.results.c
        asked = ("team", "scenario", "variant", "playbook", "mode", "pace", "difficulty")
        found: list[ColumnElement[bool]] = [
            c[name] == value for name in asked if (value := getattr(self, name)) is not None
        ]
        if self.drills is not None:
            found.append(c.drill.in_(self.drills))
        if self.since is not None:
            found.append(c.ended >= self.since)
        if not self.lives:
            found.append(c.kind.in_(("team", "alone")))
        return found


class Comparable(NamedTuple):
    """What drills have in common that may be compared number by number."""

    scenario: str
    title: str
    variant: str
    playbook: str
    mode: str
    pace: str
    difficulty: str
    drills: int


def pace_of(marks: Iterable[ClockMark]) -> str:
    """Return how a drill's time ran: at one pace throughout, faster, with stretches skipped, or held for its people."""
    marks = list(marks)
    if not marks:
        return UNKNOWN_PACE
    if stood(marks):
        return WAITING_PACE
    if any(mark.what == "skip" for mark in marks):
        return SKIPPED_PACE
    fastest = max((mark.value or 1.0 for mark in marks if mark.what == "speed"), default=1.0)
    return PLAIN_PACE if fastest <= 1 else f"{fastest:g}×"


def stood(marks: Iterable[ClockMark]) -> bool:
    """Tell whether a drill's clock waited and was held by it: for ten seconds or more in all, by the wall's time."""
    clock, last, held = Clock(OPENS_AT), 0.0, 0.0
    for mark in marks:
        if clock.waits and clock.state == "running":
            held += max(0.0, (mark.wall - last) - (mark.second - clock.at))
        clock, last = clock.after(mark), mark.wall
    return held >= WAITS_SECONDS


def keep(store: Store, drill: str, journal: Journal, card: Mapping[str, Any]) -> bool:
    """Keep the row of a drill that was scored, in the place of an earlier one; tell whether its card can be read."""
    row = store.drill(drill)
    marks = store.marks(drill)
    ended = row.ended if row.ended is not None else store.now()
    with store.transaction(writes=True) as connection:
        team = connection.scalar(select(t.claims.c.team).where(t.claims.c.drill == drill))
        how: dict[str, Any] = {"drill": drill, "ended": ended, "kind": _kind(row), "pace": pace_of(marks), "team": team}
        own = own_of(connection, drill, team)
        try:
            made = result_of(journal, card, **how)
            _put(connection, [replace(made, scenario=f"{made.scenario}{OWN}{own}") if own else made])
        except UNREAD:
            return False
    return True


def own_of(connection: Connection, drill: str, team: str | None) -> str:
    """Return what tells a drill of something that a team brought from other teams', empty where everybody has it.

    It is the same for what the same `team` calls the same, however often that was edited: the team that the drill
    belongs to, or else that brought it. What came with the file of a drill is the same where its texts are.
    """
    u = t.uploads.c
    row = connection.execute(
        select(u.team, u.name, u.files).join(t.drills, t.drills.c.upload == u.id).where(t.drills.c.id == drill)
    ).first()
    if row is None:
        return ""
    what = row.name if row.team else row.files
    return sha256(f"{team or row.team or ''}\0{what}".encode()).hexdigest()[:12]


def editions(store: Store, drills: Sequence[str]) -> dict[str, str]:
    """Return drill -> what tells the texts that it was played of from earlier and later ones, of those a team brought.

    Two drills are of one edition where nothing in any file was changed between them.
    """
    d, u = t.drills.c, t.uploads.c
    with store.transaction(writes=False) as connection:
        brought = select(d.id, d.upload).where(d.id.in_(drills), d.upload.is_not(None))
        uploads = {row.id: row.upload for row in connection.execute(brought)}
        texts = connection.execute(select(u.id, u.files).where(u.id.in_({*uploads.values()}))).all()
    digests = {upload: sha256(files.encode()).hexdigest()[:12] for upload, files in texts}
    return {drill: digests[upload] for drill, upload in uploads.items() if upload in digests}


def of_team(connection: Connection, which: ColumnElement[bool], team: str | None) -> None:
    """Let rows belong to a team, or to nobody, and what they are of be its own where a team brought it."""
    c = t.results.c
    for drill, scenario in connection.execute(select(c.drill, c.scenario).where(which)).all():
        name, of_own, _ = scenario.partition(OWN)
        values = {"team": team, **({"scenario": f"{name}{OWN}{own_of(connection, drill, team)}"} if of_own else {})}
        connection.execute(t.results.update().where(c.drill == drill).values(values))


def _kind(row: DrillRow) -> Kind:
    return "again" if row.branch_of else "team" if row.hosted else "alone"


def put(store: Store, made: Iterable[DrillResult]) -> None:
    """Keep rows as they are, samples for instance."""
    with store.transaction(writes=True) as connection:
        _put(connection, made)


def _put(connection: Connection, made: Iterable[DrillResult]) -> None:
    rows = [{**{c.name: getattr(one, c.name) for c in COLUMNS}, "version": VERSION, "body": one.body()} for one in made]
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        connection.execute(delete(t.results).where(t.results.c.drill.in_([one["drill"] for one in some])))
        connection.execute(t.results.insert(), some)


def remove_samples(store: Store, team: str) -> None:
    """Remove the sample drills of a team."""
    with store.transaction(writes=True) as connection:
        connection.execute(delete(t.results).where(t.results.c.team == team, t.results.c.sample))


def window(store: Store, wanted: Wanted, most: int, after: int = 0) -> list[DrillResult]:
    """Return the newest of the drills that are wanted, at most so many, `after` so many newer ones."""
    query = _newest(wanted).limit(most).offset(after)
    with store.transaction(writes=False) as connection:
        return list(_read(connection.execute(query)))


def every(store: Store, wanted: Wanted) -> Iterator[DrillResult]:
    """Yield all drills that are wanted, newest first, however many there are."""
    after = 0
    while some := window(store, wanted, BATCH, after):
        yield from some
        after += BATCH


def _newest(wanted: Wanted) -> Any:
    c = t.results.c
    return select(*COLUMNS, c.body).where(*wanted.where()).order_by(c.ended.desc(), c.drill)


def _read(rows: Iterable[Any]) -> Iterator[DrillResult]:
    for row in rows:
        columns = dict(row._mapping)
        try:
            yield with_body(columns.pop("body"), **columns)
        except UNREAD:
            continue  # one that was damaged is nobody else's; `drill results --rebuild` makes it again


def count(store: Store, wanted: Wanted) -> int:
    """Return how many drills are wanted."""
    with store.transaction(writes=False) as connection:
        return connection.scalar(select(func.count()).select_from(t.results).where(*wanted.where())) or 0


def comparable(store: Store, wanted: Wanted) -> list[Comparable]:
    """Return what the drills that are wanted have in common by groups, the largest first."""
    c = t.results.c
    same = (c.scenario, c.variant, c.playbook, c.mode, c.pace, c.difficulty)
    number = func.count()
    query = (
        select(c.scenario, func.max(c.title), *same[1:], number)
        .where(*wanted.where()).group_by(*same).order_by(number.desc(), *same)
    )  # fmt: skip
    with store.transaction(writes=False) as connection:
        return [Comparable(*row) for row in connection.execute(query)]


def newest_of_teams(store: Store, group: Comparable, without: Collection[str] = ()) -> list[DrillResult]:
    """Return the newest drill of each team that is like a group, samples left out; in no order that tells whose.

    Teams in which somebody of the same name is, or was, count once: whoever makes several would know all but one. Those
    of `without`, and whoever shares a member with them, do not count at all.
    """
    c = t.results.c
    wanted = Wanted(scenario=group.scenario, variant=group.variant, playbook=group.playbook, mode=group.mode,
                    pace=group.pace, difficulty=group.difficulty, lives=False)  # fmt: skip
    place = func.row_number().over(partition_by=c.team, order_by=(c.ended.desc(), c.drill)).label("place")
    ranked = select(c.drill, place).where(*wanted.where(), c.team.is_not(None), ~c.sample).subquery()
    newest = select(ranked.c.drill).where(ranked.c.place == 1)
    with store.transaction(writes=False) as connection:
        found = connection.execute(select(*COLUMNS, c.body).where(c.drill.in_(newest)).order_by(c.total, c.drill))
        drills = list(_read(found))
        first = _kin(connection)
    seen = {first.get(team, team) for team in without}
    kept = set[str]()
    for one in sorted(drills, key=lambda one: (-one.ended, one.drill)):
        whose = first.get(str(one.team), str(one.team))
        if whose not in seen:
            seen.add(whose)
            kept.add(one.drill)
    return [one for one in drills if one.drill in kept]


def _kin(connection: Connection) -> dict[str, str]:
    """Return team -> one of those that it is joined with by members of the same name, the same for all of these."""
    first: dict[str, str] = {}

    def root(team: str) -> str:
        while first.setdefault(team, team) != team:
            team = first[team]
        return team

    known: dict[str, str] = {}
    c = t.members.c
    for team, name in connection.execute(select(c.team, c.name).order_by(c.team)):
        first[root(team)] = root(known.setdefault(alike(name.strip()), team))
    return {team: root(team) for team in first}

"""What is kept of a drill once it is over: the follow-through that several people write, and the survey of lessons."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pydantic import ValidationError
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import IntegrityError

from simulator.errors import AccessDenied, DrillError, StaleWriter, UnreadableRow
from simulator.record.follow_up import ACTION, DROPPED, Clash, FollowUp, FollowUpEntry, LessonAnswers, Value, clashes
from simulator.record.journal import first_problem
from simulator.room import rows
from simulator.room import schema as t
from simulator.room.room import Room
from simulator.room.store import Participant, Store

ATTEMPTS = 20
MOST = 5_000
"""Entries of one drill; a team that writes for weeks has some hundred."""


class WrittenMeanwhile(DrillError):
    """Somebody else changed the same answer since it was looked at; both wordings are here, nothing was written."""

    def __init__(self, found: tuple[Clash, ...]) -> None:
        who = ", ".join(dict.fromkeys(one.now.author for one in found))
        super().__init__(f"{who} changed this since you opened it; both wordings are here, say which one holds")
        self.clashes = found


def write(
    store: Store, room: Room, person: Participant, item: str, changes: Mapping[str, Value],
    seen: Mapping[str, int],
) -> FollowUpEntry:
    """Keep what somebody wrote; an empty `item` makes a new action. `seen`: field -> the entry whose wording they saw.

    Raises WrittenMeanwhile where others changed one of these fields since, AccessDenied for whoever was not in it,
    DrillError for what is too long or too much, for an action that is off the list, and while the drill runs.
    """
    _in_it(room, person)
    for _ in range(ATTEMPTS):
        try:
            with store.transaction(writes=True) as connection:
                there = FollowUp.of(_read(connection, room.row.id))
                off = there.said(item, DROPPED)
                if off.value and changes.get(DROPPED, off.value):
                    raise DrillError(f"{off.author} took this off the list; put it back first")
                if found := clashes(there, item, changes, seen):
                    raise WrittenMeanwhile(found)
                made = _entry(there.upto + 1, store.now(), person.name, item, changes)
                _insert(connection, room.row.id, made)
                return made
        except IntegrityError:
            continue
    raise StaleWriter("several people write at once; try again")


def _entry(n: int, now: float, author: str, item: str, changes: Mapping[str, Value]) -> FollowUpEntry:
    if n > MOST:
        raise DrillError(f"the follow-through of one drill holds {MOST:,} entries; export it and go on elsewhere")
    try:
        return FollowUpEntry(n=n, made=now, author=author, item=item or f"{ACTION}-{n}", changes=dict(changes))
    except ValidationError as error:
        raise DrillError(f"this cannot be kept ({first_problem(error)}); shorten it") from None


def _in_it(room: Room, person: Participant) -> None:
    if room.record_for(person) is None:
        raise DrillError("this drill is still running; the follow-through opens when it is over")
    if person.observes:
        raise AccessDenied("an observer looks on; whoever sat in a seat or hosted the drill writes here")


def written(store: Store, drill: str) -> list[FollowUpEntry]:
    """Return everything that was written after a drill, in order. Raises UnreadableRow."""
    with store.transaction(writes=False) as connection:
        return _read(connection, drill)


def followed(store: Store, drills: Sequence[str]) -> dict[str, FollowUp]:
    """Return the follow-through of those of many drills that have one, leaving out what cannot be read."""
    c = t.follow_ups.c
    found: dict[str, FollowUp] = {}
    with store.transaction(writes=False) as connection:
        there = connection.scalars(select(c.drill).where(c.drill.in_(drills)).distinct()).all()
        for drill in sorted(there):
            with suppress(UnreadableRow):
                found[drill] = FollowUp.of(_read(connection, drill))
    return found


def last(store: Store, drill: str) -> int:
    """Return the number of the last entry of a follow-through, 0 where there is none."""
    query = select(func.coalesce(func.max(t.follow_ups.c.n), 0)).where(t.follow_ups.c.drill == drill)
    with store.transaction(writes=False) as connection:
        return int(connection.scalar(query) or 0)


def _read(connection: Connection, drill: str) -> list[FollowUpEntry]:
    c = t.follow_ups.c
    query = select(c.n, c.made, c.author, c.body).where(c.drill == drill).order_by(c.n)
    return [_entry_of(drill, *row) for row in connection.execute(query)]


def _entry_of(drill: str, n: int, made: float, author: str, body: str) -> FollowUpEntry:
    what = f"entry {n} of the follow-through"
    return rows.read(drill, what, lambda: FollowUpEntry(n=n, made=made, author=author, **json.loads(body)))


def _insert(connection: Connection, drill: str, one: FollowUpEntry) -> None:
    body = one.model_dump_json(include={"item", "changes"})
    values = {"drill": drill, "n": one.n, "made": one.made, "author": one.author, "body": body}
    connection.execute(t.follow_ups.insert().values(values))


# --- the survey of lessons -----------------------------------------------------------------------------


def give(store: Store, room: Room, person: Participant, answers: Mapping[str, str], *, named: bool) -> None:
    """Keep somebody's answers to the survey, once. Without a name nothing says whose they are, nor when they came.

    Raises DrillError for a second time and for what is too long.
    """
    if room.record_for(person) is None:
        raise DrillError("this drill is still running; the survey opens when it is over")
    given = {name: words.strip() for name, words in answers.items() if words.strip()}
    if not given:
        raise DrillError("nothing is answered yet; answer at least one question")
    try:
        lesson = LessonAnswers(author=person.name if named else "", answers=given)
    except ValidationError as error:
        raise DrillError(f"this cannot be kept ({first_problem(error)}); shorten it") from None
    try:
        with store.transaction(writes=True) as connection:
            _mixed_in(connection, t.lessons_given, {"drill": room.row.id, "participant": person.id})
            body = json.dumps(lesson.answers, ensure_ascii=False)
            key = secrets.token_hex(8)
            _mixed_in(connection, t.lessons, {"drill": room.row.id, "id": key, "author": lesson.author, "body": body})
    except IntegrityError:
        raise DrillError("you answered this survey already; thank you") from None


def _mixed_in(connection: Connection, table: Table, row: Mapping[str, str]) -> None:
    """Add a row to those of its drill and write all of them anew, in the order of their keys.

    PostgreSQL keeps with each row where it lies and which transaction wrote it, so that whoever reads both tables
    would see whose answers came when. Now all of a drill are of the newest.
    """
    there = table.c.drill == row["drill"]
    rows = [dict(one._mapping) for one in connection.execute(select(table).where(there))]
    connection.execute(table.delete().where(there))
    keys = [column.name for column in table.primary_key]
    connection.execute(table.insert(), sorted([*rows, row], key=lambda one: [one[key] for key in keys]))


def lessons(store: Store, drill: str) -> list[LessonAnswers]:
    """Return all answers to the survey, in an order that says nothing of who gave them when."""
    c = t.lessons.c
    with store.transaction(writes=False) as connection:
        found = connection.execute(select(c.author, c.body).where(c.drill == drill).order_by(c.id)).all()
    return [_lesson(drill, *row) for row in found]


def _lesson(drill: str, author: str, body: str) -> LessonAnswers:
    return rows.read(drill, "an answer to the survey", lambda: LessonAnswers(author=author, answers=json.loads(body)))


def has_given(store: Store, person: Participant) -> bool:
    """Tell whether somebody answered the survey of their drill."""
    c = t.lessons_given.c
    count = select(func.count()).where(c.drill == person.drill, c.participant == person.id)
    with store.transaction(writes=False) as connection:
        return bool(connection.scalar(count))

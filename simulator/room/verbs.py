"""What people ask of a room is done once under its key, however often it arrives: after a restart, in any process.

The key is written together with the first thing that the verb writes, so neither is ever there without the other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, select

from simulator.errors import DrillError, StoreError
from simulator.room import rows
from simulator.room import schema as t
from simulator.room.store import Participant, Store

WAITS, EVERY = 5.0, 0.05
"""Seconds for which the answer of one that is being done elsewhere is waited for, and between two looks for it."""


@dataclass(frozen=True)
class Answered:
    """What came of a verb."""

    ok: bool
    text: str


AGAIN = Answered(True, "This was taken already; look whether it is as you meant it")
"""Of one that was begun and whose answer nobody lived to write down."""


class _DoneAlready(DrillError):
    """Somebody else was first with the same key."""


def once(store: Store, person: Participant, key: str, do: Callable[[], str]) -> Answered:
    """Return what came of a verb of this person: what was answered under its key, else what `do` answers now.

    What changes nothing, because it is refused or only looked, is not kept: sent again it is asked again. Raises
    StoreError where nobody knows whether it was stored.
    """
    if _begun(store, person, key):
        return _awaited(store, person, key)

    def claim(connection: Connection) -> None:
        if connection.scalar(select(t.verbs.c.made).where(_mine(person, key))) is not None:
            raise _DoneAlready
        mine = {"person": person.id, "key": key, "drill": person.drill, "made": store.now()}
        connection.execute(t.verbs.insert().values(mine))

    try:
        with store.claiming(claim) as claimed:
            found = _done(do)
    except _DoneAlready:
        return _awaited(store, person, key)
    if claimed.kept:
        text = json.dumps(asdict(found), ensure_ascii=False)
        with store.transaction(writes=True) as connection:
            connection.execute(t.verbs.update().where(_mine(person, key)).values(answer=text))
    return found


def _done(do: Callable[[], str]) -> Answered:
    try:
        return Answered(True, do())
    except (_DoneAlready, StoreError):
        raise
    except DrillError as error:
        return Answered(False, str(error))


def _mine(person: Participant, key: str) -> ColumnElement[bool]:
    return (t.verbs.c.person == person.id) & (t.verbs.c.key == key)


def _begun(store: Store, person: Participant, key: str) -> bool:
    with store.transaction(writes=False) as connection:
        return connection.scalar(select(t.verbs.c.made).where(_mine(person, key))) is not None


def _awaited(store: Store, person: Participant, key: str) -> Answered:
    """Return what was answered, as soon as it is; of one that is never answered, that it was begun."""
    until = time.monotonic() + WAITS
    while True:
        with store.transaction(writes=False) as connection:
            text = connection.scalar(select(t.verbs.c.answer).where(_mine(person, key)))
        if text is not None:
            return Answered(**rows.data(person.drill, "an answer", text))
        if time.monotonic() >= until:
            return AGAIN
        time.sleep(EVERY)

"""What is kept beside a drill's record and travels with it: clock log, corrections, notes, follow-through, survey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from simulator.errors import DrillError
from simulator.room import chain
from simulator.room import schema as t
from simulator.room.store import Store

TABLES: Mapping[str, sa.Table] = {
    "clock": t.clock, "corrections": t.overrides, "notes": t.notes, "follow_through": t.follow_ups,
    "lessons": t.lessons,
}  # fmt: skip
"""What it is called in a file -> where it is kept. Who was let in, and by what, stays behind."""
HEAD = ("title", "created", "ended")
"""Of the drill itself: what it is called, and when it was."""


def beside(store: Store, drill: str) -> dict[str, Any]:
    """Return everything that is kept beside a drill's record, as it is stored; empty where there is nothing."""
    found: dict[str, Any] = {}
    with store.transaction(writes=False) as connection:
        for name, table in TABLES.items():
            query = sa.select(*_columns(table)).where(table.c.drill == drill).order_by(*table.primary_key)
            rows = [dict(row._mapping) for row in connection.execute(query)]
            found |= {name: rows} if rows else {}
        head = connection.execute(sa.select(*(t.drills.c[one] for one in HEAD)).where(t.drills.c.id == drill)).one()
    return {"drill": dict(head._mapping), **found}


def put_back(connection: sa.Connection, drill: str, found: Mapping[str, Any], file: str) -> None:
    """Write what came with a drill beside it. Raises DrillError for what is none of it."""
    for name, rows in found.items():
        table = TABLES.get(name)
        if name == "drill":
            continue
        if table is None or not isinstance(rows, list):
            raise DrillError(f"{file}: {name!r} is nothing that is kept beside a drill; update Incident Drill")
        for row in rows:
            values = {**_checked(table, row, f"{file}: {name}"), "drill": drill}
            if "digest" in table.c:
                values["digest"] = chain.digest(values["body"])
            try:
                connection.execute(table.insert().values(values))
            except sa.exc.IntegrityError:
                raise DrillError(f"{file}: {name} has the same row twice; take one of them out") from None


def head_of(found: Mapping[str, Any], title: str, now: float) -> dict[str, Any]:
    """Return title and instants of a drill as its file says them, and what is given for what it does not say."""
    said = found.get("drill")
    said = said if isinstance(said, Mapping) else {}
    instants = {one: said.get(one) for one in ("created", "ended")}
    sound = {one: min(float(at), now) for one, at in instants.items() if isinstance(at, int | float) and at >= 0}
    named = said.get("title")
    return {"created": now, "ended": now, **sound, "title": named[:200] if isinstance(named, str) and named else title}


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.c if column.name not in ("drill", "digest")]


def _checked(table: sa.Table, row: Any, where: str) -> dict[str, Any]:
    """Return a row whose columns are all there and of their kind. Raises DrillError."""
    columns = {column.name: column for column in _columns(table)}
    if not isinstance(row, dict) or row.keys() != columns.keys():
        raise DrillError(f"{where}: a row needs {', '.join(columns)}; give the file as `drill export` wrote it")
    for name, value in row.items():
        kind = columns[name].type.python_type
        fits = isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)
        if not fits and not (value is None and columns[name].nullable):
            raise DrillError(f"{where}, {name}: {str(value)[:40]!r} is not {kind.__name__}; restore the line")
    if "body" in row:
        try:
            json.loads(row["body"])
        except (ValueError, RecursionError):
            raise DrillError(f"{where}, body: not JSON; restore the line") from None
    return row

"""What is kept beside a drill's record and travels with it: clock log, corrections, notes, follow-through, survey."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from textwrap import shorten
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from simulator.errors import DrillError
from simulator.record.follow_up import FollowUpEntry, LessonAnswers
from simulator.record.journal import first_problem, object_in
from simulator.room import chain
from simulator.room import schema as t
from simulator.room.clock import ClockMark
from simulator.room.notes import HIGHEST, LOWEST, Note
from simulator.room.rows import LONGEST_WHY, REFUSED
from simulator.room.store import Store
from simulator.scenario.document import LARGEST

TABLES: Mapping[str, sa.Table] = {
    "clock": t.clock, "corrections": t.overrides, "notes": t.notes, "follow_through": t.follow_ups,
    "lessons": t.lessons,
}  # fmt: skip
"""What it is called in a file -> where it is kept. Who was let in, and by what, stays behind."""
OWN, LONGEST_NAME = "scenario", 40
"""What the drill that a team brought is called in a file, and characters of its name."""
OWN_FILES = ("drill.yaml", "company.yaml", "README.md", "LICENSE")
"""What a drill that a team brought is made of; without the first it is none."""
HEAD = ("title", "created", "ended")
"""Of the drill itself: what it is called, and when it was."""
MOST = 2**31 - 1
"""The largest number that every database takes."""
LATEST = 32_503_680_000.0
"""The last wall instant that is taken for one, at the end of the year 2999."""
INSTANTS = ("made", "wall")
"""Columns that hold wall instants."""


class HandCorrection(BaseModel):
    """What is read again of a correction by hand."""

    model_config = ConfigDict(strict=True, extra="allow")

    criterion: str
    points: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    reason: str = ""


MARK, NOTE = TypeAdapter(ClockMark), TypeAdapter(Note)


def _mark(row: Mapping[str, Any]) -> ClockMark:
    return MARK.validate_python({name: value for name, value in row.items() if name != "seq"})


def _correction(row: Mapping[str, Any]) -> dict[str, Any]:
    HandCorrection(**row)
    return dict(row)


def _note(row: Mapping[str, Any]) -> Note:
    note = Note(**row)
    if NOTE.validate_python(asdict(note)) != note:
        raise ValueError("a field is of another kind")
    if note.rating is not None and not LOWEST <= note.rating <= HIGHEST:
        raise ValueError(f"a rating is {LOWEST} to {HIGHEST}")
    return note


VALUES: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "clock": _mark, "corrections": _correction, "notes": _note, "follow_through": lambda row: FollowUpEntry(**row),
    "lessons": lambda row: LessonAnswers(author=row["author"], answers=row["answers"]),
}  # fmt: skip
"""What it is called in a file -> how the program reads a row of it."""


def beside(store: Store, drill: str) -> dict[str, Any]:
    """Return everything that is kept beside a drill's record, as it is stored; empty where there is nothing."""
    found: dict[str, Any] = {}
    with store.transaction(writes=False) as connection:
        for name, table in TABLES.items():
            query = sa.select(*_columns(table)).where(table.c.drill == drill).order_by(*table.primary_key)
            rows = [dict(row._mapping) for row in connection.execute(query)]
            found |= {name: rows} if rows else {}
        head = connection.execute(sa.select(*(t.drills.c[one] for one in HEAD)).where(t.drills.c.id == drill)).one()
        u = t.uploads.c
        own = sa.select(u.name, u.title, u.files).where(u.id == t.drills.c.upload, t.drills.c.id == drill)
        brought = connection.execute(own).first()
    if brought is not None:
        found[OWN] = dict(brought._mapping)
    return {"drill": dict(head._mapping), **found}


def put_back(connection: sa.Connection, drill: str, found: Mapping[str, Any], file: str) -> None:
    """Write what came with a drill beside it. Raises DrillError for what is none of it."""
    for name, rows in found.items():
        if name == "drill":
            continue
        if name == OWN:
            _put_own(connection, drill, found, file)
            continue
        read(name, found, file)
        table = TABLES[name]
        for row in rows:
            values = {**row, "drill": drill}
            if "digest" in table.c:
                values["digest"] = chain.digest(values["body"])
            try:
                connection.execute(table.insert().values(values))
            except sa.exc.IntegrityError:
                raise DrillError(f"{file}: {name} has the same row twice; take one of them out") from None


def _put_own(connection: sa.Connection, drill: str, found: Mapping[str, Any], file: str) -> None:
    """Keep the drill that a team brought and this one was played of, as nobody's."""
    name, files = own_of(found, file)
    title = found[OWN].get("title")
    title = title[:200] if isinstance(title, str) and _storable(title) else name
    values = {"id": secrets.token_hex(6), "team": None, "name": name, "title": title, "by": "", "made": 0.0,
              "state": "withdrawn", "done": 1.0, "beat": 0.0, "files": json.dumps(files), "findings": "[]"}  # fmt: skip
    connection.execute(t.uploads.insert().values(values))
    connection.execute(t.drills.update().where(t.drills.c.id == drill).values(upload=values["id"]))


def own_of(found: Mapping[str, Any], file: str) -> tuple[str, dict[str, str]]:
    """Return name and files of the drill that a team brought and a record was played of. Raises DrillError."""
    said = found.get(OWN)
    try:
        name, files = said["name"], object_in(said["files"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        name, files = None, {}
    texts = [name, *files, *files.values()]
    sound = all(isinstance(one, str) and _storable(one) for one in texts) and len(name or "") <= LONGEST_NAME
    if not sound or OWN_FILES[0] not in files or files.keys() - set(OWN_FILES) or max(map(len, texts)) > LARGEST:
        raise DrillError(f"{file}: the drill in it that a team brought cannot be read; restore the line")
    return name, files


def read(name: str, found: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    """Return what a file keeps under one of these names as values, each as the program reads it from its table.

    Raises DrillError for what it could not read again, or could not store.
    """
    rows = found.get(name, [])
    if name not in TABLES or not isinstance(rows, list):
        raise DrillError(f"{where}: {name!r} is nothing that is kept beside a drill; update Incident Drill")
    return tuple(_value(name, _checked(TABLES[name], row, f"{where}: {name}"), f"{where}: {name}") for row in rows)


def instants(found: Mapping[str, Any]) -> dict[str, float]:
    """Return when a drill was opened and over, as far as its file says so and a calendar has it."""
    said = found.get("drill")
    said = said if isinstance(said, Mapping) else {}
    return {one: float(said[one]) for one in ("created", "ended") if _is_instant(said.get(one))}


def head_of(found: Mapping[str, Any], title: str, now: float) -> dict[str, Any]:
    """Return title and instants of a drill as its file says them, and what is given for what it does not say."""
    said = found.get("drill")
    said = said if isinstance(said, Mapping) else {}
    sound = {one: min(at, now) for one, at in instants(found).items()}
    named = said.get("title")
    known = named[:200] if isinstance(named, str) and _storable(named) else ""
    return {"created": now, "ended": now, **sound, "title": known or title}


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
        if value is None and columns[name].nullable:
            continue
        if not fits:
            raise DrillError(f"{where}, {name}: {_short(value)} is not {kind.__name__}; restore the line")
        if not _holds(columns[name], value):
            raise DrillError(f"{where}, {name}: {_short(value)} is out of bounds; restore the line")
    return row


def _holds(column: sa.Column[Any], value: Any) -> bool:
    """Tell whether any database takes a value of the column's kind, and a calendar an instant."""
    if isinstance(value, str):
        return _storable(value) and len(value) <= (getattr(column.type, "length", None) or math.inf)
    if column.name in INSTANTS:
        return _is_instant(value)
    return bool(-MOST <= value <= MOST)


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_instant(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST


def _short(value: Any) -> str:
    return repr(value)[:40] if isinstance(value, str | float | bool) else f"what is there ({type(value).__name__})"


def _value(name: str, row: Mapping[str, Any], where: str) -> Any:
    """Return a row as the program reads it. Raises DrillError."""
    try:
        values = dict(row)
        body = object_in(values.pop("body")) if "body" in row else {}
        body = {"answers": body} if name == "lessons" else body
        if twice := values.keys() & body.keys():
            raise ValueError(f"{min(twice)} is there twice")
        return VALUES[name]({**values, **body})
    except REFUSED as error:
        why = first_problem(error) if isinstance(error, ValidationError) else str(error) or type(error).__name__
        raise DrillError(f"{where}: a row cannot be read ({shorten(why, LONGEST_WHY)}); restore the line") from None

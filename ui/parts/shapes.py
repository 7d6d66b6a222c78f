"""What an act's fields look like to a form: read from its class, nothing written twice."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from simulator.acts import Act
from simulator.values import Check, Figure, Pick, RejectedRung

LONG = 400
"""Text fields that take more characters than this get an area instead of a line."""
ROWS, MOST_ROWS = 2, 40
"""Rows of a field that takes several figures, unless a record has more, and of a pair; and at most."""
_ROW = re.compile(r"\.(\d{1,2})(?=\.)")


class Shape(NamedTuple):
    """One field: how it is asked for and what it may hold."""

    path: str
    ask: str
    """pick, picks, choice, number, line, text, check, figure, figures, rejected or pair."""
    needed: bool
    source: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    default: str | float | None = None
    longest: int = 0
    """Most characters a text may have."""
    rows: tuple[Mapping[str, Shape], ...] = ()
    """Of a check, figures or a pair: the fields of each row, by name."""


@cache
def shapes(act: type[Act], rows: int = ROWS) -> tuple[Shape, ...]:
    """Return the fields of an act in the order of its class, `kind` left out; several figures in so many `rows`."""
    return tuple(_field(name, info, rows) for name, info in act.model_fields.items() if name != "kind")


def rows_of(paths: Iterable[str], spare: int = 0) -> int:
    """Return how many rows of several figures these fields need, with some to spare, and as many as a form has."""
    found = (int(row) + 1 + spare for path in paths for row in _ROW.findall(path))
    return min(MOST_ROWS, max([ROWS, *found]))


def _field(path: str, info: FieldInfo, rows: int = ROWS) -> Shape:
    annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    shape = _shape(path, annotation, info.is_required(), rows)
    plain = isinstance(info.default, str | int | float) and info.default != ""
    return shape._replace(default=info.default) if plain else shape


def _shape(path: str, annotation: Any, needed: bool, rows: int) -> Shape:
    core, notes = _peeled(annotation)
    many, ask = get_origin(core) is tuple, ""
    if many:
        first, others = get_args(core)
        ask = "" if others is Ellipsis else "pair"
        core, more = _peeled(first)
        notes += more
    source = next((note.source for note in notes if isinstance(note, Pick)), "")
    if source:
        return Shape(path, "picks" if many else "pick", needed, source)
    if get_origin(core) is Literal:
        return Shape(path, "choice", needed, choices=tuple(map(str, get_args(core))))
    if isinstance(core, type) and issubclass(core, BaseModel):
        ask = ask or _PARTS[core, many]
        count = rows if ask == "figures" else ROWS
        paths = [f"{path}.{row}" for row in range(count)] if many else [path]
        return Shape(path, ask, needed, rows=() if ask == "rejected" else tuple(_row(core, at) for at in paths))
    if core in (int, float):
        low = next((note.ge if isinstance(note, Ge) else note.gt for note in notes if isinstance(note, Ge | Gt)), None)
        high = next((note.le for note in notes if isinstance(note, Le)), None)
        return Shape(path, "number", needed, low=_number(low), high=_number(high))
    longest = max((n.max_length or 0 for n in notes if isinstance(n, StringConstraints)), default=0)
    return Shape(path, "text" if longest > LONG else "line", needed, longest=longest)


_PARTS: dict[tuple[type[BaseModel], bool], str] = {
    (Check, False): "check", (Figure, False): "figure", (Figure, True): "figures", (RejectedRung, True): "rejected",
}  # fmt: skip


def _row(part: type[BaseModel], under: str) -> dict[str, Shape]:
    names = {info.alias or name: info for name, info in part.model_fields.items()}
    return {name: _field(f"{under}.{name}", info) for name, info in names.items()}


def _peeled(annotation: Any) -> tuple[Any, list[Any]]:
    """Return what an annotation is about, without Optional and Annotated, and the notes found on the way."""
    info = FieldInfo.from_annotation(annotation)
    core, notes = info.annotation, list(info.metadata)
    if get_origin(core) not in (Union, types.UnionType):
        return core, notes
    core, more = _peeled(next(one for one in get_args(core) if one is not type(None)))
    return core, notes + more


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

"""What a form begins with and what can wait, as the acts say themselves (`Act.first`, `Act.verb`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args

from simulator.acts import Act
from simulator.values import Rung
from ui.parts.shapes import ROWS, Shape, shapes

AMENDS = "amends"
"""The field by which a record says which one it fills in; nobody types it."""
UNASKED = (AMENDS, "thread")
"""Fields that say what an act is about, where it is opened; nobody fills them in."""
MOST = 8
"""Controls that a form shows first, at most."""
RUNGS: tuple[str, ...] = get_args(Rung)
_ROW = re.compile(r"\.\d+(?=\.|$)")


class Split(NamedTuple):
    """The fields of a form: those it begins with, and those that can wait. One of several parts may be in both."""

    first: tuple[Shape, ...]
    later: tuple[Shape, ...]


@cache
def asked(act: type[Act], told: frozenset[str] = frozenset(), rows: int = ROWS) -> Split:
    """Return what the form of an act asks for, in the order of its class; what was `told` can wait.

    Several figures of one kind stand in so many `rows`.
    """
    fields = [shape for shape in shapes(act, rows) if shape.path not in UNASKED]
    if not act.first:
        return Split(tuple(fields), ())
    wanted = tuple(path for path in act.first if path not in told)
    split = [_split(shape, wanted) for shape in fields]
    first = sorted((one for one, _ in split if one), key=lambda one: _place(one, wanted))
    return Split(tuple(first), tuple(other for _, other in split if other))


def told(act: type[Act], known: Mapping[str, Any]) -> frozenset[str]:
    """Return what a form need not ask for, because the drill says it: `known` is what the form begins with."""
    return frozenset(path for path in act.settled if known.get(path) not in (None, "", [], ()))


def verb(act: type[Act]) -> str:
    """Return what the button of a form says happens."""
    return act.verb or act.form


def controls(asked_for: Sequence[Shape]) -> list[str]:
    """Return the path of every control in which these fields are typed or picked."""
    found: list[str] = []
    for shape in asked_for:
        if shape.ask == "rejected":
            found += [f"{shape.path}.{rung}" for rung in RUNGS]
        elif shape.rows:
            found += [part.path for row in shape.rows for part in row.values()]
        else:
            found.append(shape.path)
    return found


def _split(shape: Shape, first: Sequence[str]) -> tuple[Shape | None, Shape | None]:
    if not shape.rows:
        return (shape, None) if _is_first(shape.path, first) else (None, shape)
    rows = [{name: part for name, part in row.items() if _is_first(part.path, first)} for row in shape.rows]
    others = [{name: part for name, part in row.items() if not _is_first(part.path, first)} for row in shape.rows]
    begun, rest = tuple(filter(None, rows)), tuple(filter(None, others))
    return shape._replace(rows=begun) if begun else None, shape._replace(rows=rest) if rest else None


def _is_first(path: str, first: Sequence[str]) -> bool:
    ways = (path, _ROW.sub("", path))
    return any(way == one or way.startswith(f"{one}.") for one in first for way in ways)


def _place(shape: Shape, first: Sequence[str]) -> int:
    return next(n for n, one in enumerate(first) if one == shape.path or one.startswith(f"{shape.path}."))

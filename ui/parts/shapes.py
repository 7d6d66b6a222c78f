"""What an act's fields look like to a form: read from its class, nothing written twice."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, StringConstraints

from simulator.acts import Act
from simulator.values import Check, Figure, Pick, Recommendation, RejectedRung

LONG = 400
"""Text fields that take more characters than this get an area instead of a line."""


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


@cache
def shapes(act: type[Act]) -> tuple[Shape, ...]:
    """Return the fields of an act in the order of its class, `kind` left out."""
    found = []
    for name, info in act.model_fields.items():
        if name != "kind":
            annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            shape = _shape(name, annotation, info.is_required())
            plain = isinstance(info.default, str | int | float) and info.default != ""
            found.append(shape._replace(default=info.default) if plain else shape)
    return tuple(found)


def _shape(path: str, annotation: Any, needed: bool) -> Shape:
    core, notes = _peeled(annotation)
    many = get_origin(core) is tuple
    if many:
        items = get_args(core)
        if items[-1] is not Ellipsis:
            return Shape(path, "pair", needed)
        core, more = _peeled(items[0])
        notes += more
    source = next((note.source for note in notes if isinstance(note, Pick)), "")
    if source:
        return Shape(path, "picks" if many else "pick", needed, source)
    if get_origin(core) is Literal:
        return Shape(path, "choice", needed, choices=tuple(map(str, get_args(core))))
    if isinstance(core, type) and issubclass(core, BaseModel):
        return Shape(path, _PARTS[core, many], needed)
    if core in (int, float):
        low = next((note.ge if isinstance(note, Ge) else note.gt for note in notes if isinstance(note, Ge | Gt)), None)
        high = next((note.le for note in notes if isinstance(note, Le)), None)
        return Shape(path, "number", needed, low=_number(low), high=_number(high))
    longest = max((n.max_length or 0 for n in notes if isinstance(n, StringConstraints)), default=0)
    return Shape(path, "text" if longest > LONG else "line", needed, longest=longest)


_PARTS: dict[tuple[type[BaseModel], bool], str] = {
    (Check, False): "check", (Figure, False): "figure", (Figure, True): "figures", (RejectedRung, True): "rejected",
    (Recommendation, False): "pair",
}  # fmt: skip


def _peeled(annotation: Any) -> tuple[Any, list[Any]]:
    """Return what an annotation is about, without Optional and Annotated, and the notes found on the way."""
    notes: list[Any] = []
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            notes += [inner for note in more for inner in _constraints(note)]
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation, notes


def _constraints(note: Any) -> list[Any]:
    # `Field(ge=0)` inside Annotated keeps its bounds in its own metadata.
    return [*getattr(note, "metadata", ()), note]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

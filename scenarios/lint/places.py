"""Where in a scenario names, conditions and templates stand: what the types of its fields say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from simulator.scenario.data import Notation
from simulator.scenario.document import Steps, inside
from simulator.scenario.model import Scenario
from simulator.values import Pick

STATES = ("none", "waiting", "running", "stalled", "done", "failed", "aborted")
COMPARISONS = ("above", "below", "not")


@dataclass(frozen=True)
class Place:
    """One value that an author wrote, where it stands, and what its type says of it."""

    path: Steps
    value: Any
    mark: Pick | Notation


def places(model: BaseModel, data: Any, path: Steps = ()) -> Iterator[Place]:
    """Yield the marked values of a part, those left to their defaults apart; `data` is what it was read from."""
    for name, info in type(model).model_fields.items():
        key = info.alias or name
        if name in model.model_fields_set:
            inner, marks = inside(data, key), tuple(info.metadata)
            yield from _places(getattr(model, name), inner, info.annotation, marks, (*path, key))


def _places(value: Any, data: Any, kind: Any, marks: tuple[Any, ...], path: Steps) -> Iterator[Place]:
    """Yield the marked values in `value`, whose type is `kind` with `marks`."""
    if value is None:
        return
    if get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        marks = (*marks, *more)
    known = [mark for mark in marks if isinstance(mark, Pick | Notation)]
    if known:
        yield from (Place(path, value, mark) for mark in known)
    elif isinstance(value, BaseModel):
        yield from places(value, data, path)
    elif get_origin(kind) in (Union, UnionType):
        yield from _places(value, data, _arm(kind, value), (), path)
    elif isinstance(value, tuple):
        item = get_args(kind)[0] if get_args(kind) else Any
        # One may stand for a list of one.
        listed = isinstance(data, list)
        for index, one in enumerate(value):
            inner = (inside(data, index), item, (), (*path, index)) if listed else (data, item, (), path)
            yield from _places(one, *inner)
    elif isinstance(value, Mapping) and len(get_args(kind)) == 2:
        word, held = get_args(kind)
        for key, one in value.items():
            yield from _places(key, key, word, (), (*path, key))
            yield from _places(one, inside(data, key), held, (), (*path, key))


def _arm(kind: Any, value: Any) -> Any:
    """Return the part of a union that `value` is of."""
    for arm in get_args(kind):
        plain = get_args(arm)[0] if get_origin(arm) is Annotated else arm
        plain = get_origin(plain) or plain
        if plain is not NoneType and isinstance(plain, type) and isinstance(value, plain):
            return arm
    return Any


def groups(scenario: Scenario) -> Iterator[tuple[str, list[str]]]:
    """Yield each of a scenario's lists of parts that have ids, with these."""
    for name in type(scenario).model_fields:
        found = getattr(scenario, name)
        if isinstance(found, tuple) and all(hasattr(one, "id") for one in found):
            yield name, [one.id for one in found]

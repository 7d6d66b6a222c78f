"""Acts and events with every field filled by its type: enough to ask any of them any question."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.values import Personal, Ref, marked

M = TypeVar("M", bound=BaseModel)
PERSON = "Beatrix"
"""Who is named wherever people write."""


def filled(model: type[M]) -> M:
    """Return one of these with nothing left out; the name of a person wherever people write."""
    return model.model_validate(_fields(model))


def texts(model: type[BaseModel], path: str = "") -> dict[str, FieldInfo]:
    """Return every field that holds text, by its path, those of pieces within included."""
    found: dict[str, FieldInfo] = {}
    for name, info in model.model_fields.items():
        for kind in leaves(info.annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= texts(kind, f"{path}{name}.")
            elif isinstance(kind, type) and issubclass(kind, str) and name != "kind":
                found[f"{path}{name}"] = info
    return found


def leaves(kind: Any) -> list[Any]:
    """Return the types that stand in an annotation; a Literal is one."""
    if get_origin(kind) is Literal or not get_args(kind):
        return [kind]
    parts = get_args(kind)[:1] if hasattr(kind, "__metadata__") else get_args(kind)
    return [leaf for part in parts for leaf in leaves(part)]


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {
        info.alias or name: _value(info.annotation, marked(info, Personal) is not None)
        for name, info in model.model_fields.items()
        if name != "kind"
    }


def _value(kind: Any, personal: bool) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if hasattr(kind, "__metadata__"):
        return _value(args[0], personal)
    if origin in (Union, UnionType):
        return _value(next(one for one in args if one is not NoneType), personal)
    if origin is Literal:
        return args[0]
    if origin is tuple:
        return tuple(_value(one, personal) for one in args if one is not Ellipsis)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"one": _value(args[1], personal)}
    if issubclass(kind, BaseModel):
        return _fields(kind)
    if issubclass(kind, Ref):
        return "thing:1"
    if issubclass(kind, str):
        return PERSON if personal else "thing"
    return kind(1)

"""Commands that anybody might give: every field filled by chance with what can be picked, or with nonsense."""

from __future__ import annotations

import random
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from simulator import acts
from simulator.engine import Engine
from simulator.options import options
from simulator.values import Pick

KINDS = tuple(sorted(acts.ACTS.values(), key=lambda model: model.__name__))
APART = (acts.EndDrill, acts.LeaveSeat)
"""Left out, so that a drill goes on; and given seldom, so that people stay long enough to do something."""
LEAVES = 0.03
"""Probability that somebody gets up instead of doing anything else."""
FACILITATED = tuple(model for model in KINDS if model.host and model.may == ())
PLAYED = tuple(model for model in KINDS if model not in (*FACILITATED, *APART))


def command(engine: Engine, role: str, rng: random.Random, words: str) -> acts.Act | None:
    """Return a command that `role` might give now; its texts are `words`. None where chance made nothing valid."""
    if role in engine.incident.seats and rng.random() < LEAVES:
        return acts.LeaveSeat(seat=role)
    model = rng.choice(FACILITATED if role == "facilitator" else PLAYED)
    try:
        return model.model_validate(_filled(model, engine, role, rng, words))
    except ValidationError:
        return None


def _filled(model: type[BaseModel], engine: Engine, role: str, rng: random.Random, words: str) -> dict[str, Any]:
    found = {}
    for name, info in model.model_fields.items():
        if name == "kind" or (not info.is_required() and rng.random() < 0.3):
            continue
        found[info.alias or name] = _value(info.annotation, _source(info), engine, role, rng, words)
    return found


def _source(info: FieldInfo) -> str | None:
    return next((mark.source for mark in info.metadata if isinstance(mark, Pick)), None)


def _value(kind: Any, source: str | None, engine: Engine, role: str, rng: random.Random, words: str) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if hasattr(kind, "__metadata__"):
        own = next((mark.source for mark in kind.__metadata__ if isinstance(mark, Pick)), source)
        return _value(args[0], own, engine, role, rng, words)
    if origin in (Union, UnionType):
        return _value(next(one for one in args if one is not NoneType), source, engine, role, rng, words)
    if origin is Literal:
        return rng.choice(args)
    if origin is tuple:
        return tuple(_value(args[0], source, engine, role, rng, words) for _ in range(rng.choice((0, 1, 1, 2))))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind, engine, role, rng, words)
    if isinstance(kind, type) and issubclass(kind, str):
        found = options(source, engine.scenario, engine.incident, role) if source else []
        return rng.choice(found).id if found else words
    return rng.choice((True, False)) if kind is bool else rng.randint(1, 4)

"""A predicate: a function that judges one thing, what of people's acts it reads, and which parameters it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from simulator.errors import ScenarioError

MOST = 10_000
"""Of minutes, lines, points or whatever a playbook gives: more than any drill has, and little enough to count to."""
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Composed(Protocol):
    """What a playbook says of one thing that is judged: the predicate, and what it gives it."""

    @property
    def kind(self) -> str:
        """Return the name of the predicate."""

    @property
    def given(self) -> Mapping[str, Any]:
        """Return its parameters."""


@dataclass(frozen=True)
class Judge(Generic[R_co]):
    """A predicate. Its name is the `kind` of a playbook, its keyword-only arguments are what stands under `with`."""

    judge: Callable[..., R_co]
    reads: frozenset[str]
    """Fields of acts that its judgement depends on, as `kind.field`: what a form marks as counting."""
    at_the_end: bool = False
    """Whether it judges what came of the drill: it is not asked where a facilitator ended that before its time."""

    def __call__(self, view: object, one: Composed) -> R_co:
        try:
            return self.judge(view, one, **(dict(self.accepts.model_validate(one.given)) if one.given else {}))
        except ArithmeticError as error:
            what = f"{one.kind} cannot reckon with the numbers under its `with` ({error})"
            raise ScenarioError(f"{what}; mend them in the playbook") from error

    @cached_property
    def accepts(self) -> type[BaseModel]:
        """The model of its parameters, made from its signature."""
        hints = get_type_hints(self.judge, include_extras=True)
        own = (one for one in inspect.signature(self.judge).parameters.values() if one.kind is one.KEYWORD_ONLY)
        fields: dict[str, Any] = {
            one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in own
        }
        return create_model(self.judge.__name__, __config__=ConfigDict(extra="forbid", frozen=True), **fields)

    def refused(self, given: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield (path under `with`, what is wrong) for parameters that it does not take."""
        for path, number in _numbers(given, ()):
            if abs(number) > MOST:
                yield path, f"no number here is beyond {MOST:,}"
        try:
            self.accepts.model_validate(given)
        except ValidationError as error:
            for wrong in error.errors():
                known = ", ".join(self.accepts.model_fields) or "none"
                unknown = f"no such parameter; there is {known}"
                yield wrong["loc"], unknown if wrong["type"] == "extra_forbidden" else wrong["msg"]


def _numbers(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], float]]:
    if isinstance(data, int | float):
        yield path, data
    inner = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list | tuple) else ()
    for step, one in inner:
        yield from _numbers(one, (*path, step))


def judges(*, at_the_end: bool = False, **reads: str) -> Callable[[Callable[..., R]], Judge[R]]:
    """Make a function a predicate.

    `reads` names acts and which of their fields: `record_option="action coverage"`; for `at_the_end` see `Judge`.
    """
    fields = frozenset(f"{kind}.{field}" for kind, names in reads.items() for field in names.split())
    return lambda judge: Judge(judge, fields, at_the_end)


def found_in(*modules: ModuleType) -> Mapping[str, Judge[Any]]:
    """Return kind -> predicate for every one written in these modules. Raises ValueError where two have one name."""
    found: dict[str, Judge[Any]] = {}
    for one in (one for module in modules for one in vars(module).values() if isinstance(one, Judge)):
        if found.setdefault(one.judge.__name__, one) is not one:
            raise ValueError(f"two predicates are called {one.judge.__name__}; give one of them another name")
    return found

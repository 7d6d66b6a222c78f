"""A function that judges, and what of people's acts it reads; both stand where it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Judge(Generic[P, R]):
    """What judges one criterion, cap or anti-pattern; called like the function it is made of."""

    idents: tuple[str, ...]
    judge: Callable[P, R]
    reads: frozenset[str]
    """Fields of acts that its judgement depends on, as `kind.field`: what a form marks as counting."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.judge(*args, **kwargs)


def judges(*idents: str, **reads: str) -> Callable[[Callable[P, R]], Judge[P, R]]:
    """Make a function the judge of these criteria, caps or anti-patterns.

    `reads` names acts and which of their fields: `record_option="action coverage"`.
    """
    fields = frozenset(f"{kind}.{field}" for kind, names in reads.items() for field in names.split())

    def of(judge: Callable[P, R]) -> Judge[P, R]:
        return Judge(idents, judge, fields)

    return of


def found_in(*modules: ModuleType) -> Mapping[str, Judge[..., object]]:
    """Return id -> judge for every judge written in these modules."""
    every = [one for module in modules for one in vars(module).values() if isinstance(one, Judge)]
    return {ident: one for one in every for ident in one.idents}

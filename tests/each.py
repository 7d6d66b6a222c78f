"""One test that asks the same of many things: cheap to collect, and all that fail are told at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any


def each(things: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Ask a test of each of these, given as its first argument; the others are fixtures."""
    asked_of = tuple(things)
    assert asked_of, "nothing is asked"

    def made(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def asked(**fixtures: Any) -> None:
            wrong = []
            for thing in asked_of:
                try:
                    test(thing, **fixtures)
                except Exception as error:
                    wrong.append(f"{getattr(thing, '__name__', thing)}: {type(error).__name__}: {error}")
            assert not wrong, "\n".join(wrong)

        sign = inspect.signature(test)
        asked.__signature__ = sign.replace(parameters=list(sign.parameters.values())[1:])  # type: ignore[attr-defined]
        return asked

    return made

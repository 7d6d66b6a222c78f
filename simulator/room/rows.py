"""Rows of the store as values: read as text first, each for itself, so that one that is damaged is nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from textwrap import shorten
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from simulator.acts import Act
from simulator.errors import JournalError, UnreadableRow
from simulator.record.entry import Entry
from simulator.record.journal import first_problem, parse_body
from simulator.values import Author

T = TypeVar("T")
REFUSED = (ValidationError, JournalError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading text that is not what was stored ends in."""
LONGEST_WHY = 160
"""Characters that are said of what is wrong with a row."""


def read(drill: str, what: str, make: Callable[[], T]) -> T:
    """Return what `make` makes of a row of this drill. Raises UnreadableRow where that cannot be."""
    try:
        return make()
    except REFUSED as error:
        why = first_problem(error) if isinstance(error, ValidationError) else str(error) or type(error).__name__
        raise UnreadableRow(drill, what, shorten(why, LONGEST_WHY, placeholder=" …")) from None


def command(drill: str, seq: int, at: Any, by: str, body: str) -> Entry:
    """Return a stored command. Raises UnreadableRow."""

    def make() -> Entry:
        if type(at) is not int:
            raise TypeError(f"at is {at!r}, not a whole number of seconds")
        return Entry(seq, at, Author(by), cast("Act", parse_body(json.loads(body))))

    return read(drill, f"command {seq}", make)


def data(drill: str, what: str, text: str) -> dict[str, Any]:
    """Return a stored JSON object. Raises UnreadableRow."""
    return read(drill, what, lambda: dict(json.loads(text)))

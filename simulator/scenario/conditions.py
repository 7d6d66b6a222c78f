"""Conditions over facts: plain mappings, no expression language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Tell whether every line of `condition` holds. An unknown fact holds for nothing but `not`.

    A line wants a value, any of a list, `{above: x}`, `{below: x}` (strict, rounded to 6 places so that
    platforms agree), or `{not: value or list}`.
    """
    for name, wanted in condition.items():  # noqa: SIM110  (a plain loop: every pending inject asks at every tick)
        if not _matches(wanted, facts.get(name)):
            return False
    return True


def fits(wanted: Mapping[str, Any], body: object) -> bool:
    """Tell whether a command has the fields that a response calls for; of a list of picks one has to match."""
    for name, value in wanted.items():
        said = getattr(body, name, None)
        options = value if isinstance(value, list) else [value]
        given = said if isinstance(said, tuple) else (said,)
        if not any(one in options for one in given):
            return False
    return True


def _matches(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, (bool, str)):
        return _same(wanted, value)
    if isinstance(wanted, Mapping):
        return all(_bound(how, limit, value) for how, limit in wanted.items())
    if isinstance(wanted, (list, tuple)):
        return any(_same(one, value) for one in wanted)
    return _same(wanted, value)


def _bound(how: str, limit: Any, value: Any) -> bool:
    if how == "not":
        return not _matches(limit, value)
    if not isinstance(value, (int, float)):
        return False
    if how == "above":
        return bool(round(value, 6) > limit)
    if how == "below":
        return bool(round(value, 6) < limit)
    raise ValueError(f"a condition knows above, below and not, got {how!r}")


def _same(wanted: Any, value: Any) -> bool:
    # True == 1 in Python; an author who writes `true` does not mean the number 1.
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)

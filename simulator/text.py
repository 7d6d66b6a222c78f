"""Scenario text: sandboxed templates over plain data, and the clock labels they print."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, Undefined

from simulator.errors import BrokenTemplate, nearest
from simulator.templates import MOST_DIGITS, Sandbox


def thousands(value: float) -> str:
    """Return a count as people print it: `13,402`."""
    return f"{round(value):,}"


def percent(value: float, decimals: int = 1) -> str:
    """Return a ratio as a percentage without the sign: `5.0`."""
    return f"{100 * value:.{min(decimals, MOST_DIGITS)}f}"


def shortened(text: str, most: int) -> str:
    """Return text in so many characters at most, with an ellipsis where some of it is left out."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def spoken(value: float) -> str:
    """Return a figure as people say it: `13,402`, `60`, `5.44`."""
    return thousands(value) if abs(value) >= 10 else f"{value:.3g}"


MEASURES = frozenset({
    "minutes", "hours", "days", "weeks", "months", "years", "bits", "dollars", "euros", "pounds", "francs", "cents",
    "points", "degrees", "watts", "volts", "cores",
})  # fmt: skip
"""Words for measures: of what they count there are parts, as there are of whatever ends in seconds or bytes."""


def of_things(unit: str) -> bool:
    """Tell a word for people and things, which come whole, from a measure, which comes in parts as well."""
    named = unit.isalpha() and unit.islower() and len(unit) > 3 and unit.endswith("s")
    return unit == "people" or (named and unit not in MEASURES and not unit.endswith(("seconds", "bytes")))


class _Unknown(StrictUndefined):
    """A name that a template uses and nothing has: whatever is made of it, that is what the error says."""

    __slots__ = ()

    def __round__(self, digits: int | None = None) -> NoReturn:
        self._fail_with_undefined_error()

    @property
    def _undefined_message(self) -> str:
        if not isinstance(self._undefined_obj, Mapping):
            return super()._undefined_message
        there = nearest(str(self._undefined_name), map(str, self._undefined_obj))
        return f"{self._undefined_name!r} is not there{there}"


def _printer(name: str, prints: Callable[..., str]) -> Callable[..., str]:
    """Return what templates call `name`; given something that is no number it says what to write."""

    @wraps(prints)
    def printed(value: Any, *more: Any, **named: Any) -> str:
        if not isinstance(value, int | float | Undefined):
            raise TypeError(f"{name}() prints a number and was given {value!r:.60}: write that without {name}()")
        return prints(value, *more, **named)

    return printed


_SANDBOX = Sandbox(_Unknown, n=_printer("n", thousands), pct=_printer("pct", percent))


_compiled = lru_cache(maxsize=1024)(_SANDBOX.compiled)


def render(template: str, scope: Mapping[str, Any]) -> str:
    """Fill a template. Raises BrokenTemplate when it is broken or names something that does not exist."""
    if "{" not in template:
        return template
    try:
        return _compiled(template).render(scope)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, NameError) as error:
        unknown = re.search(r"'(\w+)' is undefined", str(error))
        raise BrokenTemplate(template, str(error), nearest(unknown[1], scope) if unknown else "") from None


def dig(scope: Mapping[str, Any], key: str) -> Any:
    """Return what stands at a dotted key such as `pops.1.gets`. Raises KeyError where nothing does."""
    value: Any = scope
    for step in key.split("."):
        if isinstance(value, (list, tuple)) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, Mapping) and step in value:
            value = value[step]
        else:
            raise KeyError(key)
    return value


class Utc:
    """Callable for templates: drill second -> `14:11:02Z`; without argument, now."""

    def __init__(self, t0_utc: str, now: int) -> None:
        self._t0 = datetime.fromisoformat(t0_utc.replace("Z", "+00:00"))
        self._now = now

    def __call__(self, at: float | None = None) -> str:
        return f"{self._t0 + timedelta(seconds=round(self._now if at is None else at)):%H:%M:%S}Z"


def quantity(value: float | None, unit: str, decimals: int | None = None) -> str:
    """Return a value of a signal with its unit, a ratio as percent: with `decimals` as a panel, or as it was stated."""
    if value is None:
        return "no data"
    if unit == "ratio":
        value, unit, decimals = round(100 * value, 8), "%", None if decimals is None else max(0, decimals - 2)
    number = f"{value:,.9g}" if decimals is None else f"{value:,.{decimals}f}"
    return f"{number} {unit.replace('1/', 'per ')}".strip()


def alike(name: str) -> str:
    """Return what two names have in common that people take for one."""
    return unicodedata.normalize("NFKC", name).casefold()


def clock(at: int) -> str:
    """Return a drill second as people say it: `T+07:30`, `T-01:00`."""
    minutes, seconds = divmod(abs(at), 60)
    return f"T{'-' if at < 0 else '+'}{minutes:02d}:{seconds:02d}"


_PICTURE = "\u200d\ufe0f\u2600-\u27bf\U0001f300-\U0001faff"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for tab and line ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
    # What joins two pictures into one (a family, a flag) stays.
    f"|(?<![{_PICTURE}])\u200d|\u200d(?![{_PICTURE}])"
)
"""What nobody sees, or what turns round what stands beside it."""


def visible(text: str) -> str:
    """Return text with each character that cannot be seen, or that reorders others, written out: `⟨U+202E⟩`."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)

"""What a variant leaves standing that is untrue in it: texts that name what the variant has replaced.

A variant says what is otherwise: who deployed what, when, how many of which. What it takes out of the history, the
world, the causes and what people know, and puts nowhere else, is gone: a text that it left alone may not speak of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from scenarios.problem import Problem
from scenarios.written import Written
from simulator.scenario.data import Seconds
from simulator.scenario.document import Steps

FACTS = (
    "fault", "changes", "merges", "services", "roles", "causes", "parameters", "context",
    "world", "people", "good", "other_revisions",
)  # fmt: skip
"""Sections of a scenario or of a drill in one file that say what is so; the rest speaks of it."""
HISTORY = ("changes", "merges")
REMEDY = "say in the variant what is true there"
LEAST = 20
"""Numbers of the world below this stand for too much to be looked for in texts."""
_COUNTED = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Numbers in words from 3 on; one and two are said of anything."""
_FILLED = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NAME = re.compile(r"@[a-z][\w-]+|(?<![\w./-])(?:(?=[\w-]*\d)[A-Za-z][\w-]*\w|\d+(?:\.\d+){2,})(?!\w)")
"""A handle, an id with a figure in it, a version."""
_COUNT = re.compile(r"(?<![\w.,:/-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|[A-Za-z]+)(?= ?(%|(?<= )[A-Za-z]{3,}))")
_WORN = re.compile(r"(?<![\w./@-])[a-z]+(?:-[a-z]+)+(?![\w-])")
"""What looks like the name of a person, a bot, a place or a component; in prose it may be any word with a hyphen."""
_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,:/-])\d+(?:\.\d+)?(?! ?%|[\w:])")
_SINCE_FAULT = re.compile(r"utc\(\s*fault_at\s*([+-]\s*\d+)?\s*\)")
_TIME = TypeAdapter(Seconds)


class Leaf(NamedTuple):
    """A single value, where it stands in the data, and its section."""

    path: Steps
    value: Any

    @property
    def text(self) -> str:
        """Return it where it is something to read, else nothing."""
        return self.value if isinstance(self.value, str) and " " in self.value.strip() else ""


def untrue(base: Written, variant: Written) -> Iterator[Problem]:
    """Yield, as advice, each text that a variant left as it is and that names what it has replaced."""
    before, after = dict(_leaves(base.data)), dict(_leaves(variant.data))
    kept = {key: leaf for key, leaf in after.items() if key in before and before[key].value == leaf.value}
    gone = _gone(before, after, kept)
    moments = _moments(base.data) - _moments(variant.data)
    for leaf in kept.values():
        if not leaf.text:
            continue
        spoken = _spoken(leaf.text)
        for name in sorted(spoken.keys() & gone):
            what = f"names {spoken[name]!r}, which this variant has replaced"
            yield variant.problem(leaf.path, what, REMEDY, "warning")
        for found in _SINCE_FAULT.finditer(leaf.text):
            if int((found[1] or "0").replace(" ", "")) in moments:
                what = f"speaks of {found[0]}, when nothing happens in this variant"
                yield variant.problem(leaf.path, what, REMEDY, "warning")


def _leaves(data: Any, key: Steps = (), path: Steps = ()) -> Iterator[tuple[Steps, Leaf]]:
    """Yield every single value under a key that stays when parts move: the ids of parts, and not their places."""
    if isinstance(data, Mapping):
        for name, inner in data.items():
            if key or name != "variants":
                yield from _leaves(inner, (*key, name), (*path, name))
    elif isinstance(data, list):
        for index, inner in enumerate(data):
            ident = inner.get("id", str(inner)) if isinstance(inner, Mapping) else str(inner)
            yield from _leaves(inner, (*key, ident), (*path, index))
    elif data is not None and not isinstance(data, bool):
        yield key, Leaf(path, data)


def _gone(before: Mapping[Steps, Leaf], after: Mapping[Steps, Leaf], kept: Mapping[Steps, Leaf]) -> set[str]:
    """Return what the base says as a fact and the variant nowhere where it changed anything or has it as data."""
    replaced = [leaf for key, leaf in before.items() if key not in kept and key[0] in FACTS]
    own = [leaf for key, leaf in after.items() if key not in kept]
    data = [leaf for leaf in kept.values() if not leaf.text]
    still = {name for leaf in own for name in _spoken(str(leaf.value))}
    still |= {name for leaf in data for name in _meant(leaf)}
    history = [leaf for leaf in kept.values() if leaf.path[0] in HISTORY or leaf.path[:2] == ("world", "happens")]
    still |= {name for leaf in history for name in _spoken(leaf.text)}
    units = {"", *(_unit(name) for leaf in own for name in _named(leaf))}
    said = {name for leaf in replaced for name in _named(leaf)}
    return {name for name in said - still if _unit(name) in units}


def _unit(name: str) -> str:
    """Return of what there are so many; of what is no number with a unit, nothing, as if anything took its place."""
    return name.partition(" ")[2]


def _named(leaf: Leaf) -> set[str]:
    return set(_said(leaf.text)) if leaf.text else _meant(leaf)


def _meant(leaf: Leaf) -> set[str]:
    """Return what a value that is data names: an id, a handle, a number."""
    if isinstance(leaf.value, int | float):
        return {f"{leaf.value:g}"} if abs(leaf.value) >= LEAST else {f"{100 * leaf.value:g} %"}
    return set(_spoken(leaf.value)) if _seconds(leaf.value) is None else set()


def _words(text: str) -> str:
    """Return a template's words, those that it chooses between included."""
    return _FILLED.sub(lambda found: " ".join(a or b for a, b in _QUOTED.findall(found[0])), text)


def _said(text: str) -> dict[str, str]:
    """Return what a text names: versions, ids, handles, and how many of what; each as it stands there."""
    words = _words(text)
    found = {one.lower(): one for one in _NAME.findall(words)}
    for number, unit in _COUNT.findall(words):
        amount = _amount(number)
        if amount is not None:
            found[f"{amount:g} {unit.lower().rstrip('s')}"] = f"{number} {unit}"
    return found


def _spoken(text: str) -> dict[str, str]:
    """Return what a text may name besides, so that it counts only where it is data elsewhere: numbers, names."""
    words = _words(text)
    found = {one.lower(): one for one in _WORN.findall(words)}
    for number in _NUMBER.findall(words):
        amount = _amount(number)
        if amount is not None and amount >= LEAST:
            found[f"{amount:g}"] = number
    return found | _said(text)


def _amount(word: str) -> float | None:
    if word[0].isdigit():
        return float(word.replace(",", ""))
    return float(3 + _COUNTED.index(word.lower())) if word.lower() in _COUNTED else None


def _moments(data: Mapping[str, Any]) -> set[int]:
    """Return the seconds after the fault at which history has something."""
    fault, world = data.get("fault"), data.get("world")
    begins = fault.get("at") if isinstance(fault, Mapping) else data.get("fault_at")
    listed = [data.get("changes"), data.get("merges"), world.get("happens") if isinstance(world, Mapping) else None]
    parts = [part for one in listed if isinstance(one, list) for part in one if isinstance(part, Mapping)]
    at = _seconds(begins)
    times = [_seconds(part.get("at")) for part in parts]
    return {0} | {time - at for time in times if time is not None} if at is not None else set()


def _seconds(value: Any) -> int | None:
    try:
        return _TIME.validate_python(value)
    except ValidationError:
        return None

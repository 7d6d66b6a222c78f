"""Numbers of documents, as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.text import of_things

BY_THE_MINUTE = "-min"
"""How a unit ends that is one of something for one minute."""


def counted(value: float | None, unit: str = "") -> str:
    """Return a number with its unit as people write it, `unknown` for none; people and things come whole.

    What is counted by the minute is so many user-minutes; a share of all is told as that share for one minute.
    """
    if value is None or math.isnan(value):
        return "unknown"
    if of_things(unit):
        if 0 < value < 1:
            return "next to none"
        return f"{round(value):,} {_one(unit) if round(value) == 1 else unit}"
    number = f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"
    if unit.endswith(BY_THE_MINUTE):
        stem = unit.removesuffix(BY_THE_MINUTE)
        return f"{number} % for a minute" if stem == "%" else f"{number} {stem}-minute{'' if number == '1' else 's'}"
    return f"{number} {unit.replace('1/min', 'a minute').replace('1/s', 'a second')}".strip()


def hundredths(parts: Sequence[float], whole: float) -> list[int]:
    """Return parts of a whole in hundredths that add up to the whole's: the largest remainders are rounded up."""
    found = [math.floor(100 * part) for part in parts]
    short = max(0, round(100 * whole) - sum(found))
    for place in sorted(range(len(parts)), key=lambda n: found[n] - 100 * parts[n])[:short]:
        found[place] += 1
    return found


def _one(unit: str) -> str:
    """Return what one of many is called."""
    if unit == "people":
        return "person"
    if unit.endswith("ies"):
        return f"{unit.removesuffix('ies')}y"
    return unit.removesuffix("es" if unit.endswith(("sses", "xes", "ches", "shes")) else "s")

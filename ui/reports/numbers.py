"""Numbers of documents, as people write them."""

from __future__ import annotations

import math

PARTS = ("h", "s", "min", "ratio")
"""Units that come in parts as well."""


def counted(value: float | None, unit: str = "") -> str:
    """Return a number with its unit as people write it, `unknown` for none; people and things come whole."""
    if value is None or math.isnan(value):
        return "unknown"
    if unit in PARTS or unit.startswith(("%", "1/")):
        number = f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"
    elif 0 < value < 1:
        return "fewer than 1"
    else:
        number = f"{value:,.0f}"
    one = number == "1" and unit not in PARTS and len(unit) > 1
    return f"{number} {unit.removesuffix('s') if one else unit.replace('1/min', 'a minute')}".strip()

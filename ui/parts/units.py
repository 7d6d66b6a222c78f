"""Thresholds in the units in which panels show their signals: a ratio is read and typed as percent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.briefing import Briefing

THRESHOLD, METRIC = ".threshold", ".metric"
DIGITS = 10
"""Digits that a converted number keeps: 2 % is 0.02, not 0.020000000000000004."""


def unit(b: Briefing, metric: str) -> str:
    """Return the unit in which a signal is shown and typed; empty where it has none."""
    known = _unit(b, metric)
    return "%" if known == "ratio" else known.replace("1/", "per ")


def shown(b: Briefing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a form as they are typed: thresholds in the units of their panels."""
    return _scaled(b, fields, 100.0)


def meant(b: Briefing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed into a form as the record holds it."""
    return _scaled(b, fields, 0.01)


def _scaled(b: Briefing, fields: Mapping[str, Any], by: float) -> dict[str, Any]:
    def scaled(path: str, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        metric = fields.get(path.removesuffix(THRESHOLD) + METRIC)
        if not number or not path.endswith(THRESHOLD) or _unit(b, str(metric)) != "ratio":
            return value
        return round(value * by, DIGITS)

    return {path: scaled(path, value) for path, value in fields.items()}


def _unit(b: Briefing, metric: str) -> str:
    return next((panel.unit for panel in b.catalogue.panels if panel.id == metric), "")

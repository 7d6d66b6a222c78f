"""The world of scenario B as the engine asks for it: `state` moves it, `readings` says what can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.billing_mismatch import facts, readings
from scenarios.billing_mismatch.state import BillingState


class BillingWorld(BillingState):
    """What there is to see of it, the facts behind it and the harm it does."""

    def observe(self) -> Mapping[str, float]:
        """Return every observable quantity (see `readings.observe` for units)."""
        return readings.observe(self)

    def context(self) -> Mapping[str, Any]:
        """Return what templates print."""
        return {**readings.context(self), "figures": dict(self.figures())}

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return the facts that conditions, severity and scoring read."""
        return facts.facts(self)

    def figures(self) -> Mapping[str, float]:
        """Return the true value of every figure people may state."""
        return facts.figures(self)


WORLD = BillingWorld
"""What the loader makes for this scenario, from its `parameters`."""

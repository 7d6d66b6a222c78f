"""The world of scenario B as the engine asks for it: `state` moves it, `readings` says what can be seen of it."""

from __future__ import annotations

from scenarios.billing_mismatch import facts as known
from scenarios.billing_mismatch import readings
from scenarios.billing_mismatch.state import BillingState


class BillingWorld(BillingState):
    """What there is to see of it, the facts behind it and the harm it does."""

    observe = readings.observe
    context = readings.context
    facts = known.facts
    figures = known.figures


WORLD = BillingWorld
"""What the loader makes for this scenario, from its `parameters`."""

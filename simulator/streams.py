"""The only source of chance: one named random stream per entity and purpose."""

from __future__ import annotations

import random
from collections.abc import Callable

Streams = Callable[[str], random.Random]


def streams(seed: int) -> Streams:
    """Return a function that hands out one `random.Random` per name, the same for the same seed.

    Streams never share draws, so adding a signal or an action leaves every other draw alone and two
    runs that differ in one decision can be compared draw by draw (common random numbers).
    """
    handed_out: dict[str, random.Random] = {}

    def stream(name: str) -> random.Random:
        if name not in handed_out:
            # A str seed is hashed with SHA-512 by `random`, so it does not depend on PYTHONHASHSEED.
            handed_out[name] = random.Random(f"{seed}/{name}")
        return handed_out[name]

    return stream

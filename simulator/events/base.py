"""What all events share."""

from __future__ import annotations

from simulator.values import Part

Scalar = bool | int | float | str


class Event(Part):
    """One thing that happened. `to` names the roles that may see it; empty means everybody."""

    kind: str
    to: tuple[str, ...] = ()

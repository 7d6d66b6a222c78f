"""Sitting down and getting up."""

from __future__ import annotations

from typing import Literal

from simulator.acts.base import Command
from simulator.values import Name, Seat


class TakeSeat(Command):
    """A person sits down in a role; until then a simulated teammate holds it."""

    kind: Literal["take_seat"] = "take_seat"
    seat: Seat
    name: Name


class LeaveSeat(Command):
    """A person gets up; a simulated teammate takes over."""

    kind: Literal["leave_seat"] = "leave_seat"
    seat: Seat

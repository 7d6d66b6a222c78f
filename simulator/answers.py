"""What whoever gives a command gets back: the entry it became and, where it is refused, why."""

from __future__ import annotations

from typing import NamedTuple

from simulator.record.journal import Entry


class Refusal(NamedTuple):
    """Why nothing comes of a command."""

    code: str
    """What a program tells refusals apart by."""
    reason: str
    """What the person reads."""


class Answer(NamedTuple):
    """What became of a command."""

    entry: Entry
    refusal: Refusal | None = None

"""What somebody who gives an act gets back: its entry and, where nothing comes of it, why not."""

from __future__ import annotations

from typing import NamedTuple

from simulator.record.entry import Entry


class Refusal(NamedTuple):
    """Why nothing comes of an act."""

    code: str
    """What kind of refusal it is, for programs: `ended`, `rights`, `unknown`, `already`, `not_here`, `late` …"""
    reason: str
    """The same in the words of whoever must act, remedy included."""
    absent: str = ""
    """Role that has to be in the room first."""


class Answer(NamedTuple):
    """An act that was put on the record, and its refusal, None where it was accepted."""

    entry: Entry
    refusal: Refusal | None = None

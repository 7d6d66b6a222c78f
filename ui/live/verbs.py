"""What people ask of a room that is no act of the journal: the clock, seats, the drill itself.

A form with `data-act="room.NAME"` comes here. A verb returns the words of the answer, or raises DrillError to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ui.session import Here

Fields = Mapping[str, Any]
"""What a form held, by name."""
Verb = Callable[[Here, Fields], str]
PREFIX = "room."
VERBS: dict[str, Verb] = {}
"""Name, without the prefix -> what it does."""


def verb(name: str) -> Callable[[Verb], Verb]:
    """Register a function as a verb of the room."""

    def register(do: Verb) -> Verb:
        VERBS[name] = do
        return do

    return register

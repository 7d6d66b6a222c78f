"""What a role has come to know of: it is offered what it has seen, or what somebody named in front of it.

This changes what is offered, never what is possible. It follows from the record alone, so it grows and never shrinks.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.record.entry import Entry
from simulator.scenario.shown import Gates
from simulator.values import picked

GROUPS_OF = {"blast": ("blast", "segments"), "to_sign": ("actions",)}
"""Sources that offer parts of other groups than the one they are called by."""


class Known:
    """What one role knows of, read off the entries it may see."""

    def __init__(self, gated: Gates, inbox: Sequence[Entry], duties: Sequence[str]) -> None:
        """`inbox` grows while the drill runs; only what is new in it is read."""
        self._gates = gated
        self._inbox = inbox
        self._read = 0
        self._seen = {f"duty:{duty}" for duty in duties}
        self._named: set[tuple[str, str]] = set()

    def has(self, source: str, ident: str) -> bool:
        """Tell whether the role knows of something that can be picked from `source`."""
        wanted = [(group, ident) for group in GROUPS_OF.get(source, (source,))]
        refs = next((self._gates[one] for one in wanted if one in self._gates), None)
        if refs is None:
            return True
        self._catch_up()
        return any(ref in self._seen for ref in refs) or not self._named.isdisjoint([*wanted, (source, ident)])

    def _catch_up(self) -> None:
        start = self._read
        # The inbox may grow meanwhile: only what was read counts as read.
        new = self._inbox[start:]
        for entry in new:
            self._seen.update(entry.body.refs)
            self._named.update((source, value) for _, source, value in picked(entry.body))
        self._read = start + len(new)

"""What a role has come to know of: it is offered what it has seen, or what somebody named in front of it.

This changes what is offered, never what is possible. It follows from the record alone, so it grows and never shrinks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.record.entry import Entry
from simulator.scenario.model import Scenario
from simulator.scenario.parts import AlertRule, Metric, Pickable, Reach
from simulator.values import Ref, picked

GROUPS = (
    "queries", "actions", "alerts", "causes", "metrics", "segments", "figures", "topics", "blast", "residual_risks",
    "unknowns", "reasons", "needs", "revisions", "factors", "reaches",
)  # fmt: skip
"""Parts of a scenario of which one may have to know before they are offered."""
GROUPS_OF = {"blast": ("blast", "segments"), "to_sign": ("actions",)}
"""Sources that offer parts of other groups than the one they are called by."""
Gates = Mapping[tuple[str, str], tuple[Ref, ...]]


def gates(scenario: Scenario) -> Gates:
    """Return (group, id) -> what shows that it is there, for all that not everybody knows from the start."""
    parts = ((group, part) for group in GROUPS for part in getattr(scenario, group))
    found = {(group, part.id): shown_by(part) for group, part in parts}
    return {what: refs for what, refs in found.items() if refs}


def shown_by(part: Pickable | AlertRule) -> tuple[Ref, ...]:
    """Return what shows that something is there; empty for what everybody knows."""
    if isinstance(part, AlertRule):
        return (Ref.to("alert", part.id),)
    if isinstance(part, Metric) and part.panel:
        return ()  # it is in front of everybody
    if isinstance(part, Reach) and not part.known_by:
        return tuple(Ref.to("query", query) for query in part.shown_by)
    return part.known_by


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
        for entry in self._inbox[self._read :]:
            self._seen.update(entry.body.refs)
            self._named.update((source, value) for _, source, value in picked(entry.body))
        self._read = len(self._inbox)

"""Need-to-know: who may see what in a drill whose incident is protected. In every other drill all see all.

Roles inside the circle see everything that is not addressed to somebody else. Roles outside see what is said in
open channels, who holds what, what is frozen, who was paged, and their own work; never what the circle finds,
thinks and does. What of a matter an act or event tells it says itself (`Body.closed`).
"""

from __future__ import annotations

from simulator.scenario.model import Scenario

CLOSED = (
    "causes", "factors", "residual_risks", "unknowns", "reasons", "needs", "revisions", "blast", "segments", "figures",
    "reaches",
)  # fmt: skip
"""What is picked from these lists is the matter itself; a list alone would tell what it may be about."""


class NeedToKnow:
    """The roles that need to know, and the channels that are theirs."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.inside = scenario.overlay.need_to_know
        self.outside = tuple(r.id for r in scenario.roles if r.id not in self.inside) if self.inside else ()

    def knows(self, role: str) -> bool:
        """Tell whether a role is inside; in an open drill every role is."""
        return not self.inside or role in self.inside

    def is_restricted(self, channel: str) -> bool:
        """Tell whether only those who need to know read a channel."""
        return channel in self._scenario.restricted

    def is_told_inside(self, inject: str) -> bool:
        """Tell whether an inject is put to the circle alone, or to named roles."""
        known = self._scenario.find("injects", inject)
        return known is None or bool(known.to) or self.is_restricted(known.channel)

    def keeps(self, source: str, ident: str) -> bool:
        """Tell whether a pick of `source` is the circle's: its channel, an inject told inside, a role that knows."""
        match source:
            case "channels":
                return self.is_restricted(ident)
            case "injects" | "asks" | "claims":
                return self.is_told_inside(ident)
        return self.knows(ident)

    def channel(self, role: str) -> str:
        """Return the channel in which a role works with others."""
        return self._scenario.room if self.knows(role) else self._scenario.channels[0]

    def offers(self, source: str, ident: str, role: str) -> bool:
        """Tell whether a pick of `source` may be offered to a role: outside, only what is its own or everybody's."""
        if role not in self.outside:
            return True
        s = self._scenario
        match source:
            case "queries" | "actions":
                return role in s.find(source, ident).executors
            case "metrics":
                return bool(s.find("metrics", ident).panel)
            case "channels":
                return ident not in s.restricted
            case "topics":
                own = [cue.topics for cue in s.find("roles", role).cues]
                return any(ident in topics for topics in own) or any(
                    role in query.executors and query.topic == ident for query in s.queries
                )
        return source not in CLOSED

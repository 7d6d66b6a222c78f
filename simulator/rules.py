"""Whether an act can be had now: rights, what can be picked, and what the act itself asks for.

A broken rule is a refusal with its code and reason, never an exception. Simulated people are asked the same.
"""

from __future__ import annotations

from simulator.acts import Act, Asked
from simulator.answers import Refusal
from simulator.drill import Drill
from simulator.options import Picks
from simulator.values import HOST


class Rules:
    """Checks one act against the drill as it stands."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._roles = frozenset(role.id for role in drill.scenario.roles)
        self._picks = Picks(drill.scenario, drill.circle, drill.seen_as, drill.sees)

    def refusal(self, act: Act, asked: Asked) -> Refusal | None:
        """Return why an act cannot be had now, or None; what its effect needs to know is then settled in `asked`."""
        if self._drill.incident.ended and not act.after_the_end:
            return Refusal("ended", "the drill is over; open its debrief")
        return self._not_theirs(act, asked) or self._unknown(act, asked.role) or act.objection(asked)

    def _not_theirs(self, act: Act, asked: Asked) -> Refusal | None:
        if asked.role == HOST:
            return None if act.host else Refusal("rights", "a facilitator does not play; take a seat to do that")
        if asked.role not in self._roles:
            return Refusal("rights", f"there is no role {asked.role!r} in this drill")
        return None if act.allowed(asked) else asked.not_allowed(type(act))

    def _unknown(self, act: Act, role: str) -> Refusal | None:
        problem = self._picks.problem(act, role)
        return Refusal("unknown", problem) if problem else None

"""Whether an act can be had now: rights, what can be picked, and what the act itself asks for.

A broken rule is a refusal with its code and reason, never an exception. Simulated people are asked the same.
"""

from __future__ import annotations

from simulator.acts import Act, Asked
from simulator.answers import Refusal
from simulator.drill import Drill
from simulator.errors import nearest
from simulator.options import FIXED, offered, options
from simulator.values import HOST, picked


class Rules:
    """Checks one act against the drill as it stands."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._roles = frozenset(role.id for role in drill.scenario.roles)
        listed = ((source, options(source, drill.scenario, drill.incident)) for source in FIXED)
        self._fixed = {source: frozenset(option.id for option in found) for source, found in listed}

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
        return None if act.allowed(asked) and not asked.only_observes else asked.not_allowed(type(act))

    def _unknown(self, act: Act, role: str) -> Refusal | None:
        """Return the refusal of a picked value that cannot be picked, with the nearest that can."""
        for path, source, value in picked(act):
            if not self._has(source, value, role):
                near = nearest(value, self._known(source, role))
                return Refusal("unknown", f"{path.replace('.', ' ')}: nothing here is called {value!r}{near}")
        return None

    def _has(self, source: str, value: str, role: str) -> bool:
        # That there are closed channels is no secret; whoever writes into one is told that it is closed.
        if source in self._fixed and (source == "channels" or role not in self._drill.circle.outside):
            return value in self._fixed[source]
        if source == "evidence":
            return value in self._drill.seen_as(role).refs and self._drill.sees(value, role)
        return value in self._known(source, role)

    def _known(self, source: str, role: str) -> list[str]:
        drill = self._drill
        if source == "injects":  # only a facilitator picks one, who has put lines of their own on the list
            return list(drill.msel.lines)
        found = offered(
            source, drill.scenario, drill.seen_as(role), role, drill.circle, lambda ref: drill.sees(ref, role)
        )
        return [option.id for option in found]


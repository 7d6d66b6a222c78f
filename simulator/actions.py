"""One run of an action, step by step: the only place that knows how it may begin, hang, end, fail and be stopped.

People at work drive it through SimPy, with hands and queues (`simulator.people.work`); a walk of the world alone drives
it by the clock (`analytics.runs.walk`). Neither knows more of an action than this does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.record.tracked import State
from simulator.scenario.conditions import holds
from simulator.scenario.parts import Action, Effect, Precondition

STALL_POLL = 15
"""Seconds between looks at whether a hanging action can go on."""
CONTENDED = 1.6
"""Factor on how long an action takes while one that contradicts it is in flight: they fight over the same lock."""


def obstacle(action: Action, facts: Mapping[str, Any]) -> Precondition | None:
    """Return the first precondition that does not hold."""
    return next((one for one in action.preconditions if not holds(one.when, facts)), None)


def rival(action: Action, in_flight: Iterable[Action]) -> Action | None:
    """Return an action under way that contradicts this one, if there is any."""
    return next(
        (o for o in in_flight if o.id != action.id and (o.id in action.conflicts or action.id in o.conflicts)), None
    )


def lasting(action: Action) -> int:
    """Return the seconds from carrying it out until all of it has taken effect."""
    return max([action.propagation, *(effect.over for effect in action.effects)])


@dataclass
class ActionRun:
    """One run. Every step returns the effects on the world's knobs that come with it.

    `forced` is a facilitator's word that it goes through: neither precondition nor stall stands in its way then.
    """

    action: Action
    state: State = "waiting"
    missing: Precondition | None = None
    """What was lacking where it failed."""
    held_up_by: Action | None = None
    """The rival whose lock it waits for."""

    def start(
        self, facts: Mapping[str, Any], in_flight: Iterable[Action], *, forced: bool = False
    ) -> tuple[Effect, ...]:
        """Begin, or fail for what is lacking."""
        self.missing = None if forced else obstacle(self.action, facts)
        if self.missing is not None:
            self.state = "failed"
            return ()
        self.held_up_by = rival(self.action, in_flight)
        self.state = "running"
        return self.action.starts_with

    def takes(self, seconds: int) -> int:
        """Return the seconds from start to end, given what it takes with nothing in its way."""
        return round(CONTENDED * seconds) if self.held_up_by else seconds

    def end(self, facts: Mapping[str, Any], *, forced: bool = False) -> tuple[Effect, ...]:
        """Be carried out, or hang while that cannot be; ask again then after `STALL_POLL`."""
        wanted = self.action.stalls_when
        if wanted and not forced and holds(wanted, facts):
            self.state = "stalled"
            return ()
        self.state = "done"
        return self.action.effects

    def stop(self) -> tuple[Effect, ...]:
        """Be aborted. What never began has nothing to undo, and an earlier run of it may be in effect."""
        begun = self.state in ("running", "stalled")
        self.state = "aborted"
        return self.action.abort_effects if begun else ()

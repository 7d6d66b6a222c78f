"""When a step was justified: by what had been seen, and since when it could have been taken.

An act is judged on what had been seen when it was ordered. Delay is measured from the first second at which anybody
had seen what justifies a step that helps and the step was feasible, and at the latest three minutes after somebody
who looks could have known: not looking gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from analytics.timeline import FOREVER, Attempt
from simulator.scenario.model import Scenario
from simulator.scenario.parts import Action
from simulator.values import Ref

LEEWAY = 180
"""Seconds after the earliest justified moment from which a step counts as justified whoever looked."""
READS = 15
"""Seconds between an output and the order that rests on it."""


class Grounds:
    """What one record's steps rest on."""

    def __init__(
        self,
        scenario: Scenario,
        runs: Sequence[Attempt],
        first_seen: Callable[[Ref], int | None],
        present: Callable[[str], int],
        earliest: Mapping[str, int],
    ) -> None:
        """`first_seen` gives the second a reference was first seen, `present` from when a role was there.

        `earliest` is action -> second at which it could be justified and carried out.
        """
        self._scenario = scenario
        self._runs = runs
        self._first_seen = first_seen
        self._present = present
        self._earliest = earliest

    def seen(self, refs: Iterable[str], *, there: bool = False) -> int:
        """Return when the first of these was seen, such as what justifies an action; FOREVER where none was.

        `there`: by somebody in the room. Whoever acts may have been called by who was told elsewhere, so that is
        enough for what was done; of what could be done next nobody is told what only the absent know.
        """
        seen = ((ref, self._first_seen(ref)) for ref in map(Ref, refs))
        since = (max(at, self._in_room(ref)) if there else at for ref, at in seen if at is not None)
        return min(since, default=FOREVER)

    def _in_room(self, ref: Ref) -> int:
        """Return from when somebody in the room knew what was seen: of a cue, since the one who was told is there."""
        told = (role.id for role in self._scenario.roles if any(Ref.to("cue", cue.id) == ref for cue in role.cues))
        return min(map(self._present, told), default=0)

    def on_sight(self, run: Attempt) -> bool:
        """Tell whether something that justifies a run had been seen when it was ordered."""
        return self.seen(run.spec.justified_by) <= run.ordered

    def feasible(self, action: Action) -> int:
        """Return from when an action could have been ordered: somebody there, its check and what it asks for read."""
        who = min(map(self._present, action.executors), default=FOREVER)
        wanted = [action.precheck] if action.precheck else []
        for precondition in action.preconditions:
            wanted += [name.removeprefix("query.") for name in precondition.when if name.startswith("query.")]
        seen = (self._first_seen(Ref.to("query", ident)) for ident in wanted)
        read = (FOREVER if at is None else at for at in seen)
        return max([who, *read])

    def since(self, action: Action) -> int:
        """Return the second from which an action was justified and feasible, whoever looked."""
        known = max(self.seen(action.justified_by), self.feasible(action)) + READS
        latest = self._earliest.get(action.id)
        return known if latest is None else min(known, latest + LEEWAY)

    def due(self, segment: str) -> int:
        """Return the second from which helping a segment was justified: the first step that does.

        A repair is not due before what goes on being wrong was stopped, if it was.
        """
        first = self.first(segment)
        due = self._since[first.id] if first else FOREVER
        if first and first.rung != "repair":
            return due
        return max(due, self._stopped(due))

    def first(self, segment: str) -> Action | None:
        """Return the step that was justified first of those that help a segment."""
        fits = [one for one in self.helpful if segment in one.coverage]
        direct = [one for one in fits if one.rung != "repair"]
        return min(direct or fits, key=lambda one: self._since[one.id], default=None)

    def right(self, action: Action) -> int:
        """Return the second from which a helpful action was right: justified, and of a repair what went on stopped."""
        since = self._since.get(action.id, FOREVER)
        return max(since, self._stopped(since)) if action.rung == "repair" else since

    def _stopped(self, otherwise: int) -> int:
        """Return when the first step that stops something was in effect."""
        stops = (run.effect for run in self._runs if run.effect is not None and run.spec.rung != "repair")
        return min(stops, default=otherwise)

    @cached_property
    def _since(self) -> Mapping[str, int]:
        """Since when each helpful action was justified and feasible."""
        return {one.id: self.since(one) for one in self.helpful}

    def step(self, segment: str) -> Attempt | None:
        """Return the first run that helped a segment."""
        runs = (run for run in self._runs if run.effect is not None and segment in run.spec.coverage)
        return min(runs, key=lambda run: run.begun, default=None)

    @cached_property
    def helpful(self) -> tuple[Action, ...]:
        """Actions that it was right to take: what is known to help, less what breaks rules or only takes away."""
        actions = [one for one in self._scenario.actions if one.treats and one.cap is None]
        actions = [one for one in actions if one.hold is None or one.hold.right_first]
        known = [one for one in actions if one.id in self._earliest]
        return tuple(known or actions)

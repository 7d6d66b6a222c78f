"""A world made of what an author declared, as the engine asks for it."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from operator import mul
from typing import Any, Self

from simulator.scenario.declared.program import AFFECTED, MINUTE, POSTED, SINCE_FAULT, Program
from simulator.scenario.mechanics import Mechanics

HIT, WIDESPREAD = 0.01, 0.3
"""Share of all, by weight, from which the service counts as hit, and as hit widely."""
BOUND = 1e15
"""What no number of a world goes beyond: one that would is held there."""
UNSEEN = math.nan
"""What a signal is while nothing measures it."""
WAY_BACK = "fallback"
"""Fact that says `ready` or `blocked`: whether the way back is open."""


def bounded(value: float) -> float:
    """Return a number that can be counted with, whatever a formula came to."""
    return value if -BOUND <= value <= BOUND else -BOUND if value < 0 else BOUND


class DeclaredWorld(Mechanics):
    """Moves the stocks of each group by their formulas; levers are its knobs."""

    def __init__(self, program: Program, nominal: int, parameters: Mapping[str, float] | None = None) -> None:
        super().__init__(parameters)
        self.program = program
        self.step_seconds = program.spec.step
        self._values = list(program.starts)
        self._knobs = [(name, program.slots[name, ""]) for name in (POSTED, *program.spec.levers)]
        self.knob = {name: program.starts[slot] for name, slot in self._knobs}
        self._rest = dict(self.knob)
        self._borne = [0.0] * len(program.harmed)
        self._nominal = nominal
        self._due: list[tuple[int, str, float, int]] = []
        self._until: dict[str, int] = {}
        self._fresh = False
        self._still = 0
        """How long the last slice was where it changed no stock; 0 where it did, or where a lever turned since."""
        first = program.slots[AFFECTED, program.groups[0]]
        self._affected = slice(first, first + len(program.groups))
        self._weights = [program.spec.groups[group].weight for group in program.groups]
        self.beyond: dict[int, float] = {}
        """Slot of a stock -> how far its change would have taken it past its bounds, at most."""
        self._set()

    def __deepcopy__(self, memo: object) -> Self:
        """Return the same, to be moved on otherwise: with lists and tables of its own, whose items never change."""
        other = copy.copy(self)
        vars(other).update({name: part.copy() for name, part in vars(self).items() if isinstance(part, list | dict)})
        return other

    def start(self, at: int, fault_at: int) -> None:
        """Stand as it was declared at `at`; what happens before T+0 moves with the fault."""
        super().start(at, fault_at)
        moved = fault_at - self._nominal
        happens = [one for one in self.program.spec.happens if not one.unless_frozen]
        turns = [(one.at + (moved if one.at < 0 else 0), one) for one in happens]
        self._due = sorted((due, lever, value, one.over) for due, one in turns for lever, value in one.set.items())
        self._fresh, self._still = False, 0

    def calm(self, dt: int) -> int:
        """Return how many of the next seconds before T+0 change nothing, in slices like the last, which did not."""
        step, clocks = min(dt, self.step_seconds), self.program.clocks
        if step != self._still or self._ramps or self._until or MINUTE in clocks:
            return 0
        ends = [0, *(due for due, *_ in self._due[:1]), *([self.fault_at] if SINCE_FAULT in clocks else [])]
        return max(0, min(dt, min(ends) - self.now)) // step * step

    def integrate(self, dt: int) -> None:
        """Move every stock on by `dt` seconds, and count the harm."""
        if self._due or self._until:
            self._happen(dt)
        values, program = self._values, self.program
        if not self._fresh:
            self._refresh(program.moving)
        minutes = dt / 60
        changes = [change(values) for change in program.changes]
        if self.now >= 0:
            borne = self._borne
            for at, rate in program.rates:
                worth = rate(values)
                borne[at] += (worth if -BOUND <= worth <= BOUND else bounded(worth)) * minutes
        still = True
        for (slot, least, most), change in zip(program.stocks, changes, strict=True):
            before = values[slot]
            value = before + change * minutes
            if not least <= value <= most:
                bound = least if value < least else most
                self.beyond[slot] = max(self.beyond.get(slot, 0.0), abs(value - bound))
                value = bound
            values[slot] = value
            if value != before:
                still = False
        self._fresh, self._still = False, dt if still else 0

    def _move(self) -> None:
        if self._ramps:
            super()._move()
            self._set()

    def _happen(self, dt: int) -> None:
        while self._due and self._due[0][0] < self.now + dt:
            _, lever, value, over = self._due.pop(0)
            self.turn(lever, value, over)
        for lever, until in list(self._until.items()):
            if self.now >= until:
                del self._until[lever]
                self.turn(lever, self._rest[lever], 0)

    def _set(self) -> None:
        """Have formulas read the levers as they stand, and work out what these alone decide."""
        self._fresh, self._still, values = False, 0, self._values
        for name, slot in self._knobs:
            values[slot] = self.knob[name]
        for slot, formula in self.program.steady:
            values[slot] = formula(values)

    def _refresh(self, lets: list[tuple[int, Any]]) -> None:
        values = self._values
        values[0] = max(0.0, (self.now - self.fault_at) / 60)
        values[1] = self.now / 60
        for slot, formula in lets:
            values[slot] = formula(values)

    def _now(self) -> list[float]:
        """Return every value as it is now."""
        if not self._fresh:
            self._refresh(self.program.lets)
            self._fresh = True
        return self._values

    def stepped(self, dt: int) -> None:
        """Know that what was worked out is old."""
        self._fresh = False

    def turn(self, knob: str, value: float, over: int) -> None:
        """Move `knob` to `value` linearly over `over` seconds; a pulse goes back by itself. Raises KeyError."""
        super().turn(knob, value, over)
        self._set()
        if knob in self.program.pulses and value != self._rest[knob]:
            self._until[knob] = self.now + self.program.pulses[knob]

    def stays(self, knob: str, value: float) -> bool:
        """Tell whether turning a knob to `value` changes nothing: it stands there, and nothing of its own moves it."""
        moving = knob in self._ramps or knob in self._until or any(due[1] == knob for due in self._due)
        back = knob in self.program.pulses and value != self._rest[knob]
        return self.knob[knob] == value and not moving and not back

    def observe(self, names: Iterable[str] = ()) -> Mapping[str, float]:
        """Return the value of every signal that something measures; where some are named, of those alone."""
        values, formulas, dark = self._now(), self.program.signals, self.program.dark
        seen = {name: bounded(float(formulas[name](values))) for name in names or formulas}
        return seen | {name: UNSEEN for name in dark if name in seen and all(one(values) for one in dark[name])}

    def value(self, name: str, group: str = "") -> float:
        """Return what a name stands at now."""
        return bounded(self._now()[self.program.slots[name, group]])

    def borne(self) -> Mapping[tuple[str, str], float]:
        """Return harm since T+0 by kind and the group that suffered it (empty: all)."""
        return dict(zip(self.program.harmed, self._borne, strict=True))

    def harm(self) -> Mapping[str, float]:
        """Return harm by kind since T+0."""
        total = dict.fromkeys(self.program.spec.harm, 0.0)
        for (name, _), value in self.borne().items():
            total[name] += value
        return total

    def outside(self) -> Mapping[str, float]:
        """Return by group the share that is hit."""
        return dict(zip(self.program.groups, self.shares(self.struck()), strict=True))

    def struck(self) -> list[float]:
        """Return what the author has for the share that is hit, by group, whatever it comes to."""
        return self._now()[self._affected]

    @staticmethod
    def shares(struck: Sequence[float]) -> list[float]:
        """Return the same as shares, 0 to 1."""
        return [share if 0.0 < share <= 1.0 else min(1.0, max(0.0, share)) for share in struck]

    def weighed(self, shares: Iterable[float]) -> float:
        """Return what shares, in the order of the groups, come to by weight."""
        return float(sum(map(mul, self._weights, shares)))

    def figures(self) -> Mapping[str, float]:
        """Return the figures, and each kind of harm so far."""
        values = self._now()
        shown = {name: round(bounded(float(formula(values))), 2) for name, formula in self.program.figures.items()}
        return {**{name: round(value) for name, value in self.harm().items()}, **shown}

    def facts(self) -> Mapping[str, bool | int | float | str]:
        """Return what is so: who is hit, how badly, and what the author named."""
        values, spec, shares = self._now(), self.program.spec, self.outside()
        out = {group: round(share, 4) > spec.groups[group].tolerance for group, share in shares.items()}
        hit = round(self.weighed(shares.values()), 4)
        usual: dict[str, bool | int | float | str] = {
            "fault": self.now >= self.fault_at, "hit": hit > HIT, "all_back": not any(out.values()),
            "production_affected": hit > HIT, "users_blocked": hit > 2 * HIT, "widespread": hit > WIDESPREAD,
            "regression": hit > HIT / 4, "workaround": False, "correctness": False,
            "auth_at_risk": False, "billing_at_risk": False, "data_at_risk": False, "data_lost_or_security": False,
            "hit_pct": round(100 * hit, 2), **{f"out_{group}": is_out for group, is_out in out.items()},
        }  # fmt: skip
        named = {name: round(formula(values), 6) != 0 for name, formula in self.program.facts.items()}
        way_back = "ready" if named.get(WAY_BACK, True) else "blocked"
        return {**usual, **named, WAY_BACK: way_back}

    def context(self) -> Mapping[str, Any]:
        """Return what templates may print: facts, levers, figures, shares, tables, and when the fault began."""
        values, groups = self._now(), self.program.groups
        tables = {
            name: [
                {"name": group, **{name: round(bounded(column[at](values)), 4) for name, column in columns.items()}}
                for at, group in enumerate(groups)
            ]
            for name, columns in self.program.tables.items()
        }
        figures = dict(self.figures())
        shares = {group: round(100 * share, 2) for group, share in self.outside().items()}
        rest = {"figures": figures, "tables": tables, "shares": shares}
        return {"fault_at": self.fault_at, **self.facts(), **self.knob, **figures, **rest}

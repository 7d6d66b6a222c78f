"""What follows from a declared world by running it: scales, normal values, whom a move helps, how soon it shows."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from scenarios.declared.drill import DrillData
from scenarios.declared.moves import MoveData
from simulator.scenario.conditions import holds
from simulator.scenario.data import Condition
from simulator.scenario.declared.program import Program
from simulator.scenario.declared.world import BOUND, DeclaredWorld
from simulator.scenario.document import Steps

TRIED_AT = 300
"""Drill second at which each move is tried."""
Turned = tuple[int, str, float, int]
"""A lever turned: at which second, which, to what value, over how many seconds."""
GRID = 15
HELPS = 0.05
"""Share of what a group suffers that a move must take away, or add, to be said to help or hurt it."""
SHOWS = 0.25
"""Share of its greatest effect from which a move shows."""
NOTHING = 0.004
"""Share of all below which a difference is none."""


@dataclass(frozen=True)
class Ran:
    """What a world came to from T+0 to the horizon."""

    harm: Mapping[str, float]
    borne: Mapping[tuple[str, str], float]
    """Harm by kind and group."""
    suffered: Mapping[str, float]
    """By group: minutes times the share that was hit, from the moment moves are tried."""
    hit: Sequence[float]
    """The share of all that was hit, at each step."""
    furthest: Mapping[str, float]
    """By signal: the furthest it went from its normal value, where nobody does anything; else nothing."""
    beyond: Mapping[int, float]
    figures: Mapping[str, float]
    """What figures, and signals, are at the horizon."""
    signals: Mapping[str, float]


@dataclass
class Numbers:
    """What follows from a world."""

    shift: int | None
    """Seconds by which history moves so that the page comes at T+0; None where it never comes."""
    normal: dict[str, float]
    null: Ran
    scale: dict[str, float]
    moved: dict[str, Ran] = field(default_factory=dict)
    """Move -> what came of it alone, at T+5, with what it needs."""
    coverage: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hurts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    minutes: dict[str, float] = field(default_factory=dict)
    ahead: dict[str, float] = field(default_factory=dict)
    """Figure -> how many times what it is at T+4 it is half an hour later, where nobody does anything."""
    panels: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Figure -> the panel that shows it, and by what its value there has to be taken times."""
    loss: dict[str, float] = field(default_factory=dict)
    """Move -> loss where it alone is made; the empty name: nobody does anything."""


@dataclass
class WalkedWorld:
    """A world on its way from T+0 to the horizon, and what was seen of it."""

    world: DeclaredWorld
    horizon: int
    normal: Mapping[str, float]
    """What signals are noted to go away from; empty: none is."""
    furthest: dict[str, float]
    struck: list[list[float]]
    """What the world came to for the share that is hit, by group, at each step; worked out at the end."""

    def fork(self) -> WalkedWorld:
        """Return the same, to be walked on otherwise."""
        world = copy.deepcopy(self.world)
        return replace(self, world=world, furthest=dict(self.furthest), struck=list(self.struck))

    def on(self, until: int) -> None:
        """Walk on to the first step that does not begin before `until`, or to the horizon."""
        world, end = self.world, min(until, self.horizon)
        while world.now < end:
            world.step(min(GRID, self.horizon - world.now))
            self.struck.append(world.struck())
            if self.normal and world.now % 60 == 0:
                for name, value in world.observe().items():
                    self.furthest[name] = max(self.furthest[name], abs(value - self.normal[name]))

    def ran(self) -> Ran:
        """Return what it came to."""
        world = self.world
        shares = [world.shares(struck) for struck in self.struck]
        suffered = dict.fromkeys(world.program.groups, 0.0)
        for group, column in zip(suffered, zip(*shares[TRIED_AT // GRID - 1 :], strict=True), strict=True):
            for share in column:
                suffered[group] += share * GRID / 60
        return Ran(
            dict(world.harm()), dict(world.borne()), suffered, [world.weighed(one) for one in shares], self.furthest,
            dict(world.beyond), world.figures(), world.observe(),
        )  # fmt: skip


class Bench:
    """A drill's world at T+0, from which it is walked on in one way or another."""

    def __init__(self, drill: DrillData, program: Program) -> None:
        self.drill, self.program = drill, program
        self._ran: dict[tuple[tuple[Turned, ...], bool, int | None], Ran] = {}
        self._untouched: dict[int, WalkedWorld] = {}
        """Second -> how it is there before any lever is turned: where courses leave each other."""
        self._needed: dict[str, list[str]] = {}
        calm = self.world()
        calm.start(drill.starts, drill.fault.at)
        self.normal = dict(calm.observe())
        self.shift = self._shift()
        self.begun = self.world()
        """It stands at T+0; fork it, do not walk it."""
        self.begun.start(drill.starts + (self.shift or 0), drill.fault.at + (self.shift or 0))
        self.begun.step(-drill.starts - (self.shift or 0))

    def world(self) -> DeclaredWorld:
        """Return a world of the drill that has not begun."""
        return DeclaredWorld(self.program, self.drill.fault.at)

    def _shift(self) -> int | None:
        """Return by how much history moves for the page to come at T+0, as late as panels show; None without one."""
        pages = {name: one for name, one in self.drill.signals.items() if one.page}
        world = self.world()
        world.start(self.drill.starts, self.drill.fault.at)
        since: dict[str, int] = {}
        while world.now < self.drill.horizon:
            # While nothing moves every look finds the same, and an alert that is not pending does not begin to be.
            still = 0 if since or self.program.timed else world.calm(self.drill.horizon - world.now)
            world.step(max(GRID, still // GRID * GRID))
            seen = world.observe(pages)
            for name, signal in pages.items():
                rule = signal.page
                if rule is None or math.isnan(seen[name]):
                    continue  # nothing measures it: the alert keeps its state
                value = max(0.0, round(seen[name], signal.decimals))
                if (rule.above is not None and value > rule.above) or (rule.below is not None and value < rule.below):
                    begun = since.setdefault(name, world.now)
                    if world.now - begun >= rule.for_:
                        return -world.now - GRID * math.ceil(signal.lag / GRID)
                else:
                    since.pop(name, None)
        return None

    def run(
        self, turns: Iterable[Turned] = (), frozen: bool = False, step: int | None = None
    ) -> Ran:
        """Return what comes of levers turned at these seconds; `frozen` holds queued changes, `step` is a finer one."""
        key = self._turning(turns), frozen, step
        if key not in self._ran:
            self._ran[key] = self._run(*key)
        return self._ran[key]

    def _turning(self, turns: Iterable[Turned]) -> tuple[Turned, ...]:
        """Return turns in their order, without those of levers that stand there and that nothing else turns."""
        turns = sorted(turns)
        told = {lever for _, lever, *_ in self._told(frozen=False)}
        turned = {lever for _, lever, to, _ in turns if lever in told or not self.begun.stays(lever, to)}
        return tuple(turn for turn in turns if turn[1] in turned)

    def _told(self, frozen: bool) -> list[Turned]:
        """Return the turns that come of what merges, unless that is held, and of what is said whatever happens."""
        merges = [] if frozen else [one for one in self.drill.world.happens if one.unless_frozen]
        told = [(one.at, lever, value, one.over) for one in merges for lever, value in one.set.items()]
        said = (one for one in self.drill.says if one.set and not one.when)
        return told + [(one.at, lever, value, 0) for one in said for lever, value in one.set.items()]

    def _run(self, turns: tuple[Turned, ...], frozen: bool, step: int | None) -> Ran:
        due = sorted((*turns, *self._told(frozen)))
        if step or not (turns or frozen):
            walk = self._begun(step, {} if turns or frozen else self.normal)
        else:
            walk = self._before(due[0][0] if due else self.drill.horizon).fork()
        for at, lever, value, over in due:
            walk.on(at)
            if walk.world.now < self.drill.horizon:
                walk.world.turn(lever, value, over)
        walk.on(self.drill.horizon)
        return walk.ran()

    def _begun(self, step: int | None = None, normal: Mapping[str, float] | None = None) -> WalkedWorld:
        """Return a walk at T+0, which notes how far signals go from what is normal, where that is given."""
        world = copy.deepcopy(self.begun)
        world.step_seconds = step or world.step_seconds
        return WalkedWorld(world, self.drill.horizon, normal or {}, dict.fromkeys(normal or (), 0.0), [])

    def _before(self, second: int) -> WalkedWorld:
        """Return the walk of a course up to where it turns its first lever: all are one until then. Fork it."""
        at = GRID * math.ceil(max(0, second) / GRID)
        if at not in self._untouched:
            earlier = max((one for one in self._untouched if one < at), default=None)
            walk = self._begun() if earlier is None else self._untouched[earlier].fork()
            walk.on(at)
            self._untouched[at] = walk
        return self._untouched[at]

    def _passing(self, *seconds: int) -> Iterator[DeclaredWorld]:
        """Yield the world at each of these seconds where nobody does anything; look at it, do not walk it."""
        own = copy.deepcopy(self.begun)
        for second in seconds:
            if second > self.drill.horizon or GRID % own.step_seconds:  # in other slices than courses are walked in
                own.step(second - own.now)
                yield own
            else:
                yield self._before(second).world

    def ahead(self, at: int, later: int) -> dict[str, float]:
        """Return by figure how many times its value at a second it has some seconds later, if nobody does anything."""
        now, then = (dict(world.figures()) for world in self._passing(at, at + later))
        return {name: round(value / now[name], 3) if now[name] else 1.0 for name, value in then.items()}

    def panels(self) -> dict[str, tuple[str, float]]:
        """Return by figure the panel that always shows the same, and by what it has to be taken times."""
        calm = self.world()
        calm.start(self.drill.starts, self.drill.fault.at)
        worlds = chain((calm, self.begun), self._passing(300, 600, 900))
        seen = [(one.figures(), one.observe()) for one in worlds]
        found: dict[str, tuple[str, float]] = {}
        for figure in self.drill.world.figures:
            for name, signal in self.drill.signals.items():
                pairs = [(figures[figure], values[name]) for figures, values in seen]
                most, shown = max(pairs)
                if not signal.panel or most <= 0 or shown <= 0 or figure in found:
                    continue
                times = float(f"{most / shown:.3g}")
                if all(abs(value - times * there) <= 0.01 * most for value, there in pairs):
                    found[figure] = name, times
        return found

    def turns(self, name: str, at: int) -> list[Turned]:
        """Return the turns of a move that begins at a second, and of what must be so for it."""
        move = self.drill.moves[name]
        return [*self.before(name, at), *self._own(move, at + move.takes)]

    def before(self, name: str, at: int) -> list[Turned]:
        """Return the turns of what must be so for a move that begins at a second: what comes of that alone."""
        return [turn for other in self.needed(name) for turn in self._own(self.drill.moves[other], at - 1)]

    def _own(self, move: MoveData, at: int) -> list[Turned]:
        return [(at, lever, value, move.over) for lever, value in move.set.items()]

    def needed(self, name: str) -> list[str]:
        """Return the moves that make another possible or safe, as far as one of them does."""
        if name not in self._needed:
            move = self.drill.moves[name]
            conditions = [condition for condition in (move.needs, move.safe_when) if condition]
            self._needed[name] = [other for condition in conditions for other in self._making(condition, name)]
        return self._needed[name]

    def _making(self, condition: Condition, name: str) -> list[str]:
        """Return the move whose levers alone make a condition so."""
        for other, move in self.drill.moves.items():
            if other != name and self._holds_after(condition, move):
                return [other]
        return []

    def _holds_after(self, condition: Condition, move: MoveData) -> bool:
        world = copy.deepcopy(self.begun)
        if holds(condition, world.facts()):
            return False
        for lever, value in move.set.items():
            world.turn(lever, value, 0)
        world.step(GRID)
        return holds(condition, world.facts())


def boundless(drill: DrillData, bench: Bench) -> Iterator[tuple[Steps, str, str]]:
    """Yield what grows beyond all bounds where nobody does anything."""
    null = bench.run()
    kinds: tuple[tuple[Steps, Mapping[str, float]], ...] = (
        (("world", "harm"), null.harm),
        (("world", "figures"), {name: null.figures[name] for name in drill.world.figures}),
        (("signals",), {name: null.signals[name] for name in drill.signals}),
    )
    for path, values in kinds:
        for name, value in values.items():
            if abs(value) >= BOUND / 100:  # a minute's harm beyond it is less than it by the step
                yield (*path, name), "grows beyond all bounds", "let something hold it, with min(…) or `most`"


def unmeasured(drill: DrillData, bench: Bench) -> Iterator[tuple[Steps, str, str]]:
    """Yield what nothing measures before the fault, so that nobody knows what is normal."""
    for name, signal in drill.signals.items():
        sources = [name, *(f"{name}_{group}" for group in drill.world.groups if signal.by_group is not None)]
        if signal.normal is None and any(math.isnan(bench.normal[one]) for one in sources):
            what = "holds before the fault, so nothing tells what is normal"
            yield ("signals", name, "dark"), what, "have it hold later alone, or write what is `normal`"


def numbers(drill: DrillData, bench: Bench) -> Numbers:
    """Return what follows from a drill's world."""
    null = bench.run()
    scale = {
        name: harm.scale or _round_up(null.harm[name] or sum(null.harm.values()) or 1.0)
        for name, harm in drill.world.harm.items()
    }
    found = Numbers(bench.shift, bench.normal, null, scale)
    found.loss[""] = loss(drill, scale, null.harm)
    found.panels = bench.panels()
    found.ahead = bench.ahead(240, 1800)
    for name in drill.moves:
        # Who acts has frozen what is hit: a move is not blamed for the change that would land without that.
        ran = bench.run(bench.turns(name, TRIED_AT), frozen=True)
        found.moved[name] = ran
        found.loss[name] = loss(drill, scale, ran.harm)
        beside = bench.run(bench.before(name, TRIED_AT), frozen=True)
        found.coverage[name] = _changed(drill, scale, beside, ran, 1)
        found.hurts[name] = _changed(drill, scale, beside, ran, -1)
        found.minutes[name] = _shows(drill.moves[name], beside, ran)
    return found


def loss(drill: DrillData, scale: Mapping[str, float], harm: Mapping[str, float]) -> float:
    """Return what a course cost, on the scale on which doing nothing costs about 1."""
    return float(round(sum(one.weight * harm[name] / scale[name] for name, one in drill.world.harm.items()), 4))


def _changed(drill: DrillData, scale: Mapping[str, float], before: Ran, after: Ran, sign: int) -> tuple[str, ...]:
    """Return the groups that suffer less (`sign` 1) or more (-1) than before: hit for less long, or harmed less."""

    def lost(ran: Ran, group: str) -> float:
        kinds = drill.world.harm.items()
        return sum(one.weight * ran.borne.get((name, group), 0.0) / scale[name] for name, one in kinds)

    def better(was: float, now: float, least: float) -> bool:
        return sign * (was - now) > max(HELPS * was, least)

    return tuple(
        group
        for group in before.suffered
        if better(before.suffered[group], after.suffered[group], 10 * NOTHING)
        or better(lost(before, group), lost(after, group), NOTHING)
    )


def _shows(move: MoveData, before: Ran, after: Ran) -> float:
    """Return the minutes from its beginning until a move shows; where it never does, until it is carried out."""
    done = (move.takes + max(move.over, move.for_)) / 60
    apart = [abs(a - b) for a, b in zip(before.hit, after.hit, strict=True)]
    most = max(apart)
    if most < NOTHING:
        return round(done, 1)
    first: int = next(at for at, one in enumerate(apart) if one >= SHOWS * most)
    return round(max(move.takes / 60, ((first + 1) * GRID - TRIED_AT) / 60), 1)


def _round_up(value: float) -> float:
    """Return a value to three digits."""
    if value <= 0:
        return 1.0
    size = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(round(math.ceil(value / size) * size, 6))

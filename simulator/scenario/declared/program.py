"""A declared world worked out once: each formula a closure over one list of values, names in the order they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from simulator.errors import nearest
from simulator.scenario.declared.blocks import unfolded
from simulator.scenario.declared.formula import Closure, FormulaError, Part, Slot, built, closure, names_in, parsed
from simulator.scenario.declared.spec import Formula, Readings, Stock, WorldSpec
from simulator.scenario.document import Steps

CLOCKS = SINCE_FAULT, MINUTE = "since_fault", "minute"
"""Minutes since the fault began, 0 before it; minutes since T+0."""
POSTED = "public_post"
"""Lever that every public update turns, for whoever wants to use it."""
AFFECTED = "affected"
Found = tuple[Steps, str, str]
"""Where something is wrong, what, and what to do."""


@dataclass
class Program:
    """What a declared world is run by. Shared by all worlds made of it: never changed once it is made."""

    spec: WorldSpec
    groups: tuple[str, ...]
    problems: list[Found] = field(default_factory=list)
    slots: dict[tuple[str, str], int] = field(default_factory=dict)
    """Name and group (empty: none) -> where its value stands."""
    starts: list[float] = field(default_factory=list)
    steady: list[tuple[int, Closure]] = field(default_factory=list)
    """Slot and formula of what levers alone decide, in the order in which they rest on each other."""
    lets: list[tuple[int, Closure]] = field(default_factory=list)
    """The same of every other name."""
    moving: list[tuple[int, Closure]] = field(default_factory=list)
    """Those of them that stocks and harm rest on."""
    clocks: frozenset[str] = frozenset()
    """The clocks that stocks and harm rest on."""
    timed: bool = False
    """Whether a signal rests on a clock, so that it moves while no stock does."""
    stocks: list[tuple[int, float, float]] = field(default_factory=list)
    """Slot, least and most of each stock."""
    changes: list[Closure] = field(default_factory=list)
    """The change a minute of each."""
    harmed: list[tuple[str, str]] = field(default_factory=list)
    """Kind of harm, and group that suffers it (empty: all)."""
    rates: list[tuple[int, Closure]] = field(default_factory=list)
    """Which of them, and what is added a minute; none for a group that such harm never reaches."""
    facts: dict[str, Closure] = field(default_factory=dict)
    figures: dict[str, Closure] = field(default_factory=dict)
    signals: dict[str, Closure] = field(default_factory=dict)
    dark: dict[str, list[Closure]] = field(default_factory=dict)
    """Source -> what all has to hold for nothing to measure it."""
    tables: dict[str, dict[str, list[Closure]]] = field(default_factory=dict)
    pulses: Mapping[str, int] = field(default_factory=dict)

    def __deepcopy__(self, memo: object) -> Self:
        return self


def compiled(spec: WorldSpec, readings: Readings) -> Program:
    """Return what a world is run by; what is wrong with it is among its problems."""
    return _Compiler(spec, readings).program()


class _Compiler:
    """Works a world out, and gathers what is wrong with it."""

    def __init__(self, spec: WorldSpec, readings: Readings) -> None:
        self._spec, self._readings = spec, readings
        self.groups: Sequence[str] = tuple(spec.groups)
        self._made = Program(spec, tuple(spec.groups), pulses=readings.pulses)
        self._levers = {POSTED: 0.0, **spec.levers}
        self._let: dict[str, tuple[Steps, Any]] = {}
        """Name -> where it is written, and its parsed formula."""
        self._stocks: dict[str, tuple[Steps, Stock]] = {}
        self._by_group: dict[str, bool] = {}
        self._steady: dict[str, bool] = {}

    def program(self) -> Program:
        """Return the program."""
        self._read()
        self._twice()
        order = self._ordered()
        self._place(order)
        made = self._made
        for name in order:
            path, tree = self._let[name]
            found = made.steady if self.steady(name) else made.lets
            for group in self.groups if self._by_group[name] else ("",):
                with_slot = self._closure(path, tree, group or None)
                found.append((made.slots[name, group], with_slot))
        for name, (path, stock) in self._stocks.items():
            change = self._parsed(path, stock.change)
            for group in self.groups:
                made.stocks.append((made.slots[name, group], stock.least, stock.most))
                made.changes.append(self._closure(path, change, group))
        self._rates()
        self._readable()
        self._moving(order)
        return made

    # --- what there is -----------------------------------------------------------------------------------------

    def _find(self, path: Steps, error: FormulaError) -> None:
        self._made.problems.append((path, error.what, error.remedy))

    def _parsed(self, path: Steps, text: Formula) -> Any:
        try:
            return parsed(text)
        except FormulaError as error:
            self._find(path, error)
            return parsed(0)

    def _read(self) -> None:
        for name, used in self._spec.blocks.items():
            path: Steps = ("world", "blocks", name)
            try:
                let, stock = unfolded(name, used)
            except FormulaError as error:
                self._find(path, error)
                continue
            self._let |= {one: (path, self._parsed(path, text)) for one, text in let.items()}
            self._stocks[name] = path, stock
        for name, text in self._spec.let.items():
            path = ("world", "let", name)
            self._let[name] = path, self._parsed(path, text)
        self._stocks |= {name: (("world", "state", name), stock) for name, stock in self._spec.state.items()}

    def _twice(self) -> None:
        kinds: dict[str, str] = dict.fromkeys(CLOCKS, "a clock") | dict.fromkeys(self._levers, "a lever")
        constants = {name for group in self._spec.groups.values() for name in group.numbers}
        for kind, names in (
            ("a number of a group", dict.fromkeys(sorted(constants), ("world", "groups"))),
            ("a stock", {name: path for name, (path, _) in self._stocks.items()}),
            ("a name under `let`", {name: path for name, (path, _) in self._let.items()}),
        ):
            for name, path in names.items():
                if name in kinds:
                    self._find(path, FormulaError(f"{name!r} is {kinds[name]} already",
                        f"call {kind} something else"))
                kinds[name] = kind

    def _ordered(self) -> list[str]:
        """Return the names under `let`, each after those that it rests on."""
        order: list[str] = []
        state: dict[str, str] = {}

        def visit(name: str, through: tuple[str, ...]) -> None:
            if state.get(name) == "done":
                return
            path, tree = self._let[name]
            if state.get(name) == "open":
                loop = " → ".join((*through[through.index(name) :], name))
                self._find(
                    path, FormulaError(f"goes round in a circle: {loop}", "keep one of them as a stock under `state`")
                )
                self._let[name] = path, parsed(0)
                return
            state[name] = "open"
            outside = False
            for other, within in names_in(tree):
                if other in self._let:
                    visit(other, (*through, name))
                outside = outside or (not within and self._is_by_group(other))
            self._by_group[name] = outside or name == AFFECTED
            if state[name] != "done":
                state[name] = "done"
                order.append(name)

        for name in self._let:
            visit(name, ())
        return order

    def _is_by_group(self, name: str) -> bool:
        if name in self._let:
            return self._by_group.get(name, False)
        return name in self._stocks or any(name in group.numbers for group in self._spec.groups.values())

    def _place(self, order: Sequence[str]) -> None:
        made = self._made
        values: list[tuple[tuple[str, str], float]] = [((name, ""), 0.0) for name in CLOCKS]
        values += [((name, ""), value) for name, value in self._levers.items()]
        for name, (path, stock) in self._stocks.items():
            start = self._parsed(path, stock.starts)
            values += [((name, group), self._number(path, start, group)) for group in self.groups]
        for name in order:
            values += [((name, group), 0.0) for group in (self.groups if self._by_group[name] else ("",))]
        for key, value in values:
            made.slots[key] = len(made.starts)
            made.starts.append(value)

    def _number(self, path: Steps, tree: Any, group: str) -> float:
        try:
            part = built(tree, _Constants(self), group)
        except FormulaError as error:
            self._find(path, error)
            return 0.0
        return closure(part)([])

    # --- what it comes to --------------------------------------------------------------------------------------

    def named(self, name: str, group: str | None) -> Part:
        """Return what a name means in a group, or outside of them. Raises FormulaError."""
        slots = self._made.slots
        if (name, "") in slots:
            return Slot(slots[name, ""])
        if not self._is_by_group(name):
            if name in self._spec.facts:
                raise FormulaError(f"{name!r} is a fact, and formulas have none", "write what it stands for")
            raise FormulaError(f"unknown name {name!r}", f"use one there is{nearest(name, self._known())}")
        if group is None:
            raise FormulaError(f"{name!r} is by group", f"write total({name}), or of('{self.groups[0]}', {name})")
        if (name, group) in slots:
            return Slot(slots[name, group])
        return self.constant(name, group)

    def steady(self, name: str) -> bool:
        """Tell whether levers alone decide what a name means."""
        if name in self._let and name not in self._steady:
            self._steady[name] = all(self.steady(one) for one, _ in names_in(self._let[name][1]))
        return self._steady.get(name, name not in self._stocks and name not in CLOCKS)

    def kept(self, steady: Closure) -> Slot:
        """Return where what levers alone decide stands."""
        made = self._made
        made.steady.append((len(made.starts), steady))
        made.starts.append(0.0)
        return Slot(made.steady[-1][0])

    def constant(self, name: str, group: str | None) -> float:
        """Return a number of a group. Raises FormulaError."""
        if not any(name in one.numbers for one in self._spec.groups.values()) or group is None:
            raise FormulaError(f"{name!r} is not known before anything happens", "use numbers of the groups alone")
        numbers = self._spec.groups[group].numbers
        if name not in numbers:
            raise FormulaError(f"group {group} has no number {name!r}", f"give it one in world.groups.{group}")
        return float(numbers[name])

    def _known(self) -> list[str]:
        numbers = [name for group in self._spec.groups.values() for name in group.numbers]
        return [*dict.fromkeys((*self._levers, *self._stocks, *self._let, *numbers, *CLOCKS))]

    def _closure(self, path: Steps, tree: Any, group: str | None) -> Closure:
        return closure(self._part(path, tree, group))

    def _part(self, path: Steps, tree: Any, group: str | None) -> Part:
        try:
            return built(tree, self, group)
        except FormulaError as error:
            if (path, error.what, error.remedy) not in self._made.problems:
                self._find(path, error)
            return 0.0

    def _rates(self) -> None:
        for name, harm in self._spec.harm.items():
            path: Steps = ("world", "harm", name, "rate")
            tree = self._parsed(path, harm.rate)
            by_group = any(not within and self._is_by_group(one) for one, within in names_in(tree))
            for group in self.groups if by_group else ("",):
                part = self._part(path, tree, group or None)
                if part != 0.0:
                    self._made.rates.append((len(self._made.harmed), closure(part)))
                self._made.harmed.append((name, group))

    def _readable(self) -> None:
        made, told = self._made, self._readings
        path: Steps
        facts: list[tuple[Steps, str, Formula]] = [
            (("world", "facts", name), name, text) for name, text in self._spec.facts.items()
        ]
        facts += [(("severity", name), name, text) for name, text in told.facts.items()]
        for path, name, text in facts:
            made.facts[name] = self._closure(path, self._parsed(path, text), None)
        for name, figure in self._spec.figures.items():
            path = ("world", "figures", name)
            made.figures[name] = self._closure(path, self._parsed(path, figure.value), None)
        for name, (text, group) in told.signals.items():
            signal = name.removesuffix(f"_{group}") if group else name
            path = ("signals", signal, "by_group" if group else "is")
            made.signals[name] = self._closure(path, self._parsed(path, text), group or None)
            if signal in told.dark:
                path = ("signals", signal, "dark")
                tree = self._parsed(path, told.dark[signal])
                grouped = any(f"{signal}_{one}" in told.signals for one in self.groups)
                over = [group] if group else self.groups if grouped else [None]
                made.dark[name] = [self._closure(path, tree, one) for one in over]
        for name, text in told.logs.items():
            path = ("logs", name, "rate")
            made.signals[f"log_{name}"] = self._closure(path, self._parsed(path, text), None)
        for name, columns in told.tables.items():
            made.tables[name] = {}
            for column, text in columns.items():
                path = ("looks", name, "table", column)
                tree = self._parsed(path, text)
                made.tables[name][column] = [self._closure(path, tree, group) for group in self.groups]

    def _moving(self, order: Sequence[str]) -> None:
        """Note the names that stocks and harm rest on, and which clocks they and the signals do."""
        made, told = self._made, self._readings
        changes = [stock.change for _, stock in self._stocks.values()] + [one.rate for one in self._spec.harm.values()]
        wanted = self._resting(changes, order)
        made.clocks = wanted & {*CLOCKS}
        mine = {made.slots[name, group] for name, group in made.slots if name in wanted}
        made.moving = [(slot, formula) for slot, formula in made.lets if slot in mine]
        shown = [text for text, _ in told.signals.values()] + [*told.logs.values(), *told.dark.values()]
        made.timed = not self._resting(shown, order).isdisjoint(CLOCKS)

    def _resting(self, texts: Iterable[Formula], order: Sequence[str]) -> frozenset[str]:
        """Return the names that formulas rest on, directly or through others."""
        found: set[str] = set()
        for text in texts:
            with suppress(FormulaError):
                found.update(name for name, _ in names_in(parsed(text)))
        for name in reversed(order):
            if name in found:
                found |= {one for one, _ in names_in(self._let[name][1])}
        return frozenset(found)


@dataclass(frozen=True)
class _Constants:
    """What the names in a formula mean before anything happens: the numbers of the groups."""

    compiler: _Compiler

    @property
    def groups(self) -> Sequence[str]:
        return self.compiler.groups

    def named(self, name: str, group: str | None) -> Part:
        return self.compiler.constant(name, group)

    def steady(self, name: str) -> bool:
        return False

    def kept(self, steady: Closure) -> Slot:
        raise AssertionError("nothing is steady here")

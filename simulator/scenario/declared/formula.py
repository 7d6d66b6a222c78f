"""Formulas of declared worlds: arithmetic over names, read through `ast` and built into closures.

Nothing of an author's is ever evaluated: what is not on the short list below is refused. `total(x)` adds x up over the
groups, `of('group', x)` takes it for one of them; everything else is by group or of the whole world. A comparison
counts as 1 or 0 and compares to six places, so that platforms agree; what is divided by zero is 0.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import pairwise
from operator import itemgetter
from typing import Protocol

from simulator.text import shortened

LONGEST, MOST_NODES, DEEPEST = 400, 150, 30
"""Characters of a formula, its parts, and how deep these stand within each other."""
FUNCTIONS = ("total", "of", "min", "max")
Values = list[float]
"""Where everything stands now, by slot."""
Closure = Callable[[Values], float]


class FormulaError(ValueError):
    """Something that no formula can be; `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value stands."""

    index: int


Part = float | Slot | Closure
"""What a formula comes to: a number, where one stands, or what works one out."""


class FormulaScope(Protocol):
    """What the names in a formula mean."""

    @property
    def groups(self) -> Sequence[str]:
        """Return the groups there are."""

    def named(self, name: str, group: str | None) -> Part:
        """Return what a name means in a group, or outside of them. Raises FormulaError."""

    def steady(self, name: str) -> bool:
        """Tell whether levers alone decide what a name means."""

    def kept(self, steady: Closure) -> Slot:
        """Return where what levers alone decide stands; it is worked out when a lever turns."""


@lru_cache(maxsize=1024, typed=True)
def parsed(text: str | float) -> ast.expr:
    """Return the tree of a formula, all of whose nodes are allowed; never change it. Raises FormulaError."""
    words = str(text).strip()
    if len(words) > LONGEST:
        raise FormulaError(f"{len(words)} characters", f"keep it below {LONGEST}; name parts of it under `let`")
    try:
        tree = ast.parse(words, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        what = f"{shortened(words, 40)!r} is no formula"
        raise FormulaError(what, "write one like `a + 2 * max(0, b - c)`") from None
    parts = sum(1 for _ in ast.walk(tree))
    if parts > MOST_NODES or _depth(tree) > DEEPEST:
        raise FormulaError("has too many parts", "name some of them under `let`")
    _allowed(tree)
    return tree


@lru_cache(maxsize=8192)
def names_in(tree: ast.expr, inside_total: bool = False) -> tuple[tuple[str, bool], ...]:
    """Return each name in a formula, and whether it stands inside a `total` or `of`."""
    if isinstance(tree, ast.Name):
        return ((tree.id, inside_total),)
    parts: Iterable[ast.AST] = ast.iter_child_nodes(tree)
    if isinstance(tree, ast.Call):
        parts = tree.args
        inside_total = inside_total or tree.func.id in ("total", "of")  # type: ignore[attr-defined]  # _allowed saw to it
    return tuple(name for one in parts if isinstance(one, ast.expr) for name in names_in(one, inside_total))


def built(tree: ast.expr, scope: FormulaScope, group: str | None, keep: bool = True) -> Part:
    """Return what a parsed formula comes to in a group, or outside of them. Raises FormulaError.

    With `keep`, its largest parts that levers alone decide are kept: the world steps far more often than a lever turns.
    """
    if keep and not isinstance(tree, ast.Name) and all(scope.steady(name) for name, _ in names_in(tree)):
        part = _composed(tree, scope, group, False)
        return scope.kept(part) if callable(part) else part
    return _composed(tree, scope, group, keep)


def _composed(tree: ast.expr, scope: FormulaScope, group: str | None, keep: bool) -> Part:
    match tree:
        case ast.Constant():
            return float(tree.value)  # type: ignore[arg-type]  # _allowed saw to it
        case ast.Name():
            return scope.named(tree.id, group)
        case ast.UnaryOp(op=ast.USub()):
            return _arithmetic(ast.Sub, 0.0, built(tree.operand, scope, group, keep))
        case ast.UnaryOp(op=ast.Not()):
            return _not(built(tree.operand, scope, group, keep))
        case ast.BinOp():
            left, right = (built(one, scope, group, keep) for one in (tree.left, tree.right))
            return _arithmetic(type(tree.op), left, right)
        case ast.Compare():
            sides = [built(one, scope, group, keep) for one in (tree.left, *tree.comparators)]
            found = [_compared(type(op), a, b) for op, (a, b) in zip(tree.ops, pairwise(sides), strict=True)]
            return reduce(_both, found)
        case ast.BoolOp():
            sides = [built(one, scope, group, keep) for one in tree.values]
            return reduce(_both if isinstance(tree.op, ast.And) else _either, sides)
        case ast.Call(func=ast.Name(id="total")):
            return reduce(
                lambda a, b: _arithmetic(ast.Add, a, b), (built(tree.args[0], scope, g, keep) for g in scope.groups)
            )
        case ast.Call(func=ast.Name(id="of")):
            return built(tree.args[1], scope, _group(tree.args[0], scope), keep)
        case ast.Call(func=ast.Name(id=name)):
            sides = [built(one, scope, group, keep) for one in tree.args]
            return reduce(_smaller if name == "min" else _larger, sides)
    raise FormulaError("cannot be worked out", "use + - * /, comparisons, and, or, not, min, max, total and of")


def closure(part: Part) -> Closure:
    """Return what works a part out."""
    if isinstance(part, Slot):
        return itemgetter(part.index)
    if isinstance(part, float):
        value = part
        return lambda v: value
    return part


def _depth(tree: ast.AST) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return deepest


_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Name, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div,
        ast.USub,
    ast.Not, ast.And, ast.Or, ast.Gt, ast.Lt, ast.GtE, ast.LtE, ast.Eq, ast.NotEq,
)  # fmt: skip
_REFUSED = {
    ast.Pow: ("a power", "multiply instead"),
    ast.Attribute: ("a dot between names", "name what you mean under `let`"),
    ast.Subscript: ("brackets", "use of('group', x)"),
    ast.IfExp: ("if … else", "multiply by a comparison: (a > b) * x"),
    ast.FloorDiv: ("//", "use /"),
    ast.Mod: ("%", "write the remainder out"),
    ast.Lambda: ("lambda", "name what you mean under `let`"),
}


def _allowed(tree: ast.expr) -> None:
    """Raise FormulaError for the first node that is not on the list."""
    if isinstance(tree, ast.Call):
        _allowed_call(tree)
        return
    if isinstance(tree, ast.Constant):
        _allowed_number(tree.value)
        return
    for node in (tree, *ast.iter_child_nodes(tree)):
        if not isinstance(node, (*_NODES, ast.Constant, ast.Call)):
            usual = f"{type(node).__name__.lower()}", "use + - * /, comparisons, and, or, not, min, max, total and of"
            what, remedy = _REFUSED.get(type(node), usual)
            raise FormulaError(f"{what} is not possible in a formula", remedy)
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.expr):
            _allowed(node)


def _allowed_call(tree: ast.Call) -> None:
    name = tree.func.id if isinstance(tree.func, ast.Name) else ""
    if name not in FUNCTIONS:
        raise FormulaError(
            f"no function {name!r}" if name else "a call of something computed", f"there are {', '.join(FUNCTIONS)}"
        )
    if tree.keywords or any(isinstance(one, ast.Starred) for one in tree.args):
        raise FormulaError(f"{name} takes plain values alone", f"write {name}(a, b)")
    wanted = {"total": (1, 1, "total(x)"), "of": (2, 2, "of('group', x)")}.get(name, (2, 20, f"{name}(a, b)"))
    if not wanted[0] <= len(tree.args) <= wanted[1]:
        raise FormulaError(f"{name} with {len(tree.args)} values", f"write {wanted[2]}")
    inner = tree.args
    if name == "of":
        first, *inner = tree.args
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            raise FormulaError("of without a group", "write of('group', x), with the group in quotes")
    for one in inner:
        _allowed(one)


def _allowed_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FormulaError(f"{value!r} is no number", "a formula has numbers and names alone")
    if not abs(value) < 1e15 or not math.isfinite(value):
        raise FormulaError("a number beyond all bounds", "write a smaller one")


def _group(tree: ast.expr, scope: FormulaScope) -> str:
    name = str(tree.value)  # type: ignore[attr-defined]  # _allowed saw to it
    if name not in scope.groups:
        raise FormulaError(f"no group {name!r}", f"there are {', '.join(scope.groups)}")
    return name


_PLAIN: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else 0.0,
}  # fmt: skip
# One closure for each form of its operands: a call less for each that merely stands somewhere. A world is stepped
# thousands of times a drill, and most of its operands merely stand somewhere.
_SLOT_SLOT: dict[type, Callable[[int, int], Closure]] = {
    ast.Add: lambda i, j: lambda v: v[i] + v[j],
    ast.Sub: lambda i, j: lambda v: v[i] - v[j],
    ast.Mult: lambda i, j: lambda v: v[i] * v[j],
    ast.Div: lambda i, j: lambda v: v[i] / b if (b := v[j]) else 0.0,
}
_SLOT_NUMBER: dict[type, Callable[[int, float], Closure]] = {
    ast.Add: lambda i, c: lambda v: v[i] + c,
    ast.Sub: lambda i, c: lambda v: v[i] - c,
    ast.Mult: lambda i, c: lambda v: v[i] * c,
    ast.Div: lambda i, c: lambda v: v[i] / c,
}
_NUMBER_SLOT: dict[type, Callable[[float, int], Closure]] = {
    ast.Add: lambda c, i: lambda v: c + v[i],
    ast.Sub: lambda c, i: lambda v: c - v[i],
    ast.Mult: lambda c, i: lambda v: c * v[i],
    ast.Div: lambda c, i: lambda v: c / b if (b := v[i]) else 0.0,
}
_SLOT_ANY: dict[type, Callable[[int, Closure], Closure]] = {
    ast.Add: lambda i, f: lambda v: v[i] + f(v),
    ast.Sub: lambda i, f: lambda v: v[i] - f(v),
    ast.Mult: lambda i, f: lambda v: v[i] * f(v),
    ast.Div: lambda i, f: lambda v: v[i] / b if (b := f(v)) else 0.0,
}
_ANY_SLOT: dict[type, Callable[[Closure, int], Closure]] = {
    ast.Add: lambda f, i: lambda v: f(v) + v[i],
    ast.Sub: lambda f, i: lambda v: f(v) - v[i],
    ast.Mult: lambda f, i: lambda v: f(v) * v[i],
    ast.Div: lambda f, i: lambda v: f(v) / b if (b := v[i]) else 0.0,
}
_NUMBER_ANY: dict[type, Callable[[float, Closure], Closure]] = {
    ast.Add: lambda c, f: lambda v: c + f(v),
    ast.Sub: lambda c, f: lambda v: c - f(v),
    ast.Mult: lambda c, f: lambda v: c * f(v),
    ast.Div: lambda c, f: lambda v: c / b if (b := f(v)) else 0.0,
}
_ANY_NUMBER: dict[type, Callable[[Closure, float], Closure]] = {
    ast.Add: lambda f, c: lambda v: f(v) + c,
    ast.Sub: lambda f, c: lambda v: f(v) - c,
    ast.Mult: lambda f, c: lambda v: f(v) * c,
    ast.Div: lambda f, c: lambda v: f(v) / c,
}
_ANY_ANY: dict[type, Callable[[Closure, Closure], Closure]] = {
    ast.Add: lambda f, g: lambda v: f(v) + g(v),
    ast.Sub: lambda f, g: lambda v: f(v) - g(v),
    ast.Mult: lambda f, g: lambda v: f(v) * g(v),
    ast.Div: lambda f, g: lambda v: f(v) / b if (b := g(v)) else 0.0,
}


def _arithmetic(op: type, a: Part, b: Part) -> Part:
    if isinstance(a, float) and isinstance(b, float):
        return _PLAIN[op](a, b)
    if op is ast.Div and b == 0.0:
        return 0.0
    if op is ast.Mult and 0.0 in (a, b):
        return 0.0
    if (op is ast.Mult and a == 1.0) or (op is ast.Add and a == 0.0):
        return b
    return _fused(op, a, b)


def _fused(op: type, a: Part, b: Part) -> Closure:
    if isinstance(a, Slot):
        if isinstance(b, Slot):
            return _SLOT_SLOT[op](a.index, b.index)
        return _SLOT_NUMBER[op](a.index, b) if isinstance(b, float) else _SLOT_ANY[op](a.index, b)
    if isinstance(a, float):
        return _NUMBER_SLOT[op](a, b.index) if isinstance(b, Slot) else _NUMBER_ANY[op](a, closure(b))
    if isinstance(b, Slot):
        return _ANY_SLOT[op](a, b.index)
    return _ANY_NUMBER[op](a, b) if isinstance(b, float) else _ANY_ANY[op](a, b)


def _folded(a: Part, b: Part, made: Closure) -> Part:
    """Return a number where both sides are numbers, else the closure."""
    return made([]) if isinstance(a, float) and isinstance(b, float) else made


# A bound is mostly a number: one call less for it.
def _smaller(a: Part, b: Part) -> Part:
    f, g = closure(a), closure(b)
    if isinstance(a, float) and not isinstance(b, float):
        return lambda v: a if a < (y := g(v)) else y
    if isinstance(b, float) and not isinstance(a, float):
        return lambda v: x if (x := f(v)) < b else b
    return _folded(a, b, lambda v: x if (x := f(v)) < (y := g(v)) else y)


def _larger(a: Part, b: Part) -> Part:
    f, g = closure(a), closure(b)
    if isinstance(a, float) and not isinstance(b, float):
        return lambda v: a if a > (y := g(v)) else y
    if isinstance(b, float) and not isinstance(a, float):
        return lambda v: x if (x := f(v)) > b else b
    return _folded(a, b, lambda v: x if (x := f(v)) > (y := g(v)) else y)


def _compared(op: type, a: Part, b: Part) -> Part:
    f, g = closure(a), closure(b)
    return _folded(a, b, _COMPARED[op](f, g))


_COMPARED: dict[type, Callable[[Closure, Closure], Closure]] = {
    ast.Gt: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) > 0 else 0.0,
    ast.Lt: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) < 0 else 0.0,
    ast.GtE: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) >= 0 else 0.0,
    ast.LtE: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) <= 0 else 0.0,
    ast.Eq: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) == 0 else 0.0,
    ast.NotEq: lambda f, g: lambda v: 1.0 if round(f(v) - g(v), 6) != 0 else 0.0,
}


def _both(a: Part, b: Part) -> Part:
    f, g = closure(a), closure(b)
    return _folded(a, b, lambda v: 1.0 if f(v) and g(v) else 0.0)


def _either(a: Part, b: Part) -> Part:
    f, g = closure(a), closure(b)
    return _folded(a, b, lambda v: 1.0 if f(v) or g(v) else 0.0)


def _not(a: Part) -> Part:
    f = closure(a)
    return _folded(a, a, lambda v: 0.0 if f(v) else 1.0)

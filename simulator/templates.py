"""What a template of a scenario may do: print, choose, count through what it is handed. Whatever it asks for ends soon.

A scenario may come from anybody, and its templates are filled in a server that others play on. So they are a closed
list of jinja: no loop but over a short list, no text but a short one, no way to make either grow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sized
from itertools import islice
from math import isfinite
from string import Formatter
from typing import Any

from jinja2 import Template, TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

LONGEST_TEMPLATE, LONGEST_TEXT = 8_000, 20_000
"""Characters of a template, and of what it makes; what ships has up to 843."""
MOST_ROWS, DEEPEST = 100, 2
"""Entries that a loop goes through, and loops that stand in one another."""
MOST_PIECES = 2_000
"""Pieces that a text is put together from."""
MOST_WORK, UNIT = 10_000, 64
"""Parts of templates that one text may take, each pass of a loop counted, and characters that count as one part."""
MOST_BITS = 128
"""Length of a product of whole numbers."""
MOST_DIGITS = 99
"""Width of a field, and digits of a number."""

PARTS = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Call, nodes.Getattr,
    nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.If,
    nodes.For, nodes.Assign, nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
    nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Add, nodes.Sub, nodes.Neg, nodes.Pos, nodes.Not, nodes.And,
    nodes.Or,
)  # fmt: skip
FILTERS = (
    "abs", "capitalize", "default", "first", "float", "format", "int", "join", "last", "length", "list", "lower",
    "max", "min", "rejectattr", "round", "selectattr", "sort", "title", "trim", "upper",
)  # fmt: skip
METHODS = ("endswith", "format", "get", "items", "keys", "lower", "startswith", "upper", "values")
OVER_ROWS = ("first", "last", "list", "max", "min", "rejectattr", "selectattr", "sort")
"""Those that go through what they are given."""
_ROWS, _JOINED, _COUNTED = "rows", "joined", "counted"
"""Filters that stand in for what no template may have without bounds."""
_FIELD = re.compile(r"%(?:%|[-#0 +]*(?P<width>\*|\d*)(?:\.(?P<digits>\*|\d*))?.)", re.DOTALL)
"""A field of a format that begins with a percent sign."""
_WIDE = re.compile(r"\d{3}|[*{]")
"""A width or a number of digits that is large, or given later."""
GROWING = ("range", "dict", "lipsum", "cycler", "joiner", "namespace")
"""What jinja brings along to be called, and no template here has."""


_SINGLE = frozenset((str, int, float, bool, type(None)))


def _refuse(what: str) -> None:
    raise TemplateError(f"{what}, which no template may do")


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"makes more than {LONGEST_TEXT:,} characters")
    return text


def _single(value: Any) -> Any:
    """Return what can be printed: a list that holds lists may be a long text."""
    if value.__class__ in _SINGLE or isinstance(value, Undefined):
        return value
    raise TypeError(f"prints a whole {type(value).__name__}; print its parts")


def _joined(context: _Counted, parts: Iterable[Any], between: str = "") -> str:
    made: list[str] = []
    size = 0
    for part in parts:
        made.append(str(_single(part)))
        size += len(made[-1]) + len(between)
        if size > LONGEST_TEXT:
            _short(" " * size)
    context.count(len(made) + size // UNIT)
    return between.join(made)


def _rows(context: _Counted, value: Any, parts: int = 1) -> Any:
    """Return what a loop of so many parts goes through."""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"loops through {value!r:.60}, which is no list")
    found = value if isinstance(value, Sized) else list(value)
    if len(found) > MOST_ROWS:
        raise ValueError(f"loops through {len(found):,} entries, {MOST_ROWS} are the most")
    context.count(len(found) * parts)
    return found


def _counted(context: _Counted, value: Any) -> Any:
    """Return what something is made of."""
    context.count(1 + len(value) // UNIT if isinstance(value, str) else 1)
    return value


def _format(pattern: Any, *values: Any, **named: Any) -> str:
    if named:
        raise TypeError("formats by name: give the values in order")
    for field in _FIELD.finditer(pattern):
        if field[0] == "%(" or any(_WIDE.search(one or "") for one in field.groups()):
            raise ValueError("pads a field too far")
    return _short(pattern % tuple(_single(one) for one in values))


def _round(value: Any, precision: int = 0, method: str = "common") -> Any:
    if abs(precision) > MOST_DIGITS:
        raise ValueError(f"rounds to {precision} digits")
    return _jinja_round(value, precision, method)


class _Counted(Context):
    """What a template is filled from, and how much work that has been."""

    _parts = 0

    def count(self, parts: int) -> None:
        """Take note of so many parts of work. Raises ValueError once it is too much."""
        self._parts += parts
        if self._parts > MOST_WORK:
            raise ValueError("is too much work: let it loop less")


class _Bounded(NodeTransformer):
    """Refuses what is not on the list, and puts bounds round what could grow."""

    def __init__(self) -> None:
        self._loops = 0

    def generic_visit(self, node: Any, *args: Any, **named: Any) -> Any:
        if not isinstance(node, PARTS):
            _refuse(f"uses {type(node).__name__.lower()}")
        return super().generic_visit(node, *args, **named)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        if node.recursive:
            _refuse("has a loop that calls itself")
        self._loops += 1
        if self._loops > DEEPEST:
            _refuse(f"has more than {DEEPEST} loops in one another")
        self.generic_visit(node)
        self._loops -= 1
        parts = sum(1 for one in node.body + node.else_ for _ in one.find_all(nodes.Node))
        node.iter = _filtered(node.iter, _ROWS, nodes.Const(1 + parts))
        return node

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        if isinstance(node.value, float) and not isfinite(node.value):
            _refuse("has a number that is none")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), _JOINED)

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node:
        if next(node.node.find_all((nodes.List, nodes.Tuple, nodes.Dict)), None) or isinstance(
            node.node, nodes.List | nodes.Tuple | nodes.Dict
        ):
            _refuse("gives a list of its own a name")
        return self.generic_visit(node)  # type: ignore[no-any-return]

    def visit_Mul(self, node: nodes.Mul) -> nodes.Node:
        if any(isinstance(one, nodes.Const) and isinstance(one.value, str) for one in (node.left, node.right)):
            _refuse("multiplies text")
        return self.generic_visit(node)  # type: ignore[no-any-return]

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        if node.node is None or node.name not in FILTERS:
            _refuse(f"uses the filter {node.name!r}")
        self.generic_visit(node)
        node.node = _filtered(node.node, _ROWS if node.name in OVER_ROWS else _COUNTED)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        called = node.node
        if isinstance(called, nodes.Getattr) and called.attr in METHODS:
            if called.attr == "format":
                self._formats(called.node)
            self.generic_visit(node)
            called.node = _filtered(called.node, _COUNTED)
            return node
        if not isinstance(called, nodes.Name) or called.name in GROWING:
            _refuse(f"calls {getattr(called, 'attr', None) or getattr(called, 'name', 'what it made')!r}")
        return self.generic_visit(node)  # type: ignore[no-any-return]

    def _formats(self, pattern: nodes.Expr) -> None:
        if not isinstance(pattern, nodes.Const) or not isinstance(pattern.value, str):
            _refuse("formats with what is no text of its own")
        else:
            fields = _fields(pattern.value)
            if any(_WIDE.search(spec) for spec in fields):
                _refuse("pads a field too far")


def _fields(pattern: str) -> list[str]:
    """Return what stands after the colon of each field in braces."""
    try:
        return [spec or "" for _, _, spec, _ in Formatter().parse(pattern)]
    except ValueError as error:
        raise TemplateError(f"has a format with {error}") from None


def _filtered(node: Any, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles templates that end soon, and makes no more of them than a short text."""

    intercepted_binops = frozenset(("*", "+", "%"))
    context_class = _Counted

    def __init__(self, undefined: type[Undefined], **calls: Callable[..., Any]) -> None:
        """`calls` are what each template may call beside what it is handed."""
        # Escaping is for whoever shows the text: the same words go to a terminal, a page and a report.
        super().__init__(undefined=undefined, autoescape=False, keep_trailing_newline=False, finalize=_single)
        self.globals = dict(calls)
        joined = pass_context(_joined)
        self.filters.update({"format": _format, "join": joined, "round": _round})
        self.filters.update({_ROWS: pass_context(_rows), _COUNTED: pass_context(_counted), _JOINED: joined})

    def compiled(self, text: str) -> Template:
        """Return a template. Raises TemplateError for what is none, or may not be one."""
        if len(text) > LONGEST_TEMPLATE:
            raise TemplateError(f"has more than {LONGEST_TEMPLATE:,} characters")
        try:
            tree = _Bounded().visit(self.parse(text))
            return self.from_string(tree)
        except (RecursionError, SyntaxError, MemoryError):
            raise TemplateError("has too many brackets or conditions in one another") from None

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers; texts can be put together as well."""
        if isinstance(left, str) and isinstance(right, str) and operator == "+":
            context.count((len(left) + len(right)) // UNIT)
            return _short(left + right)
        for one in (left, right):
            if not isinstance(one, int | float | Undefined):
                raise TypeError(f"{operator} is for numbers and was given {one!r:.60}")
        whole = operator == "*" and isinstance(left, int) and isinstance(right, int)
        if whole and left.bit_length() + right.bit_length() > MOST_BITS:
            raise OverflowError("a product is too large")
        return super().call_binop(context, operator, left, right)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Return what a template made. Raises ValueError as soon as that is too much."""
        made = list(islice(parts, MOST_PIECES))
        if len(made) == MOST_PIECES or sum(map(len, made)) > LONGEST_TEXT:
            raise ValueError(f"makes more than {LONGEST_TEXT:,} characters")
        return "".join(made)


_jinja_round = ImmutableSandboxedEnvironment().filters["round"]

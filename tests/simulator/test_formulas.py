"""Formulas of declared worlds: what they come to, and that nothing else is ever worked out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.declared.formula import Closure, FormulaError, Part, Slot, built, closure, parsed

VALUES = {"a": 2.0, "b": 0.5, "z": 0.0}


@dataclass
class Names:
    """Names of the whole world, and `x` by group."""

    levers: str = ""
    groups: Sequence[str] = ("one", "two")
    slots: list[str] = field(default_factory=lambda: [*VALUES, "x one", "x two"])
    values: list[float] = field(default_factory=lambda: [*VALUES.values(), 10.0, 30.0])

    def named(self, name: str, group: str | None) -> Part:
        key = f"{name} {group}" if name == "x" and group else name
        if key not in self.slots:
            raise FormulaError(f"unknown name {name!r}", "use another")
        return Slot(self.slots.index(key))

    def steady(self, name: str) -> bool:
        return name in self.levers

    def kept(self, steady: Closure) -> Slot:
        self.values.append(steady(self.values))
        return Slot(len(self.values) - 1)


def worth(text: str, group: str | None = None, levers: str = "") -> float:
    """Return what a formula comes to, where these names are levers."""
    names = Names(levers)
    return closure(built(parsed(text), names, group))(names.values)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7), ("-a", -2), ("a - 1", 1), ("1 - a", -1), ("a * b", 1), ("a / z", 0), ("1 / 0", 0),
        ("z / 0", 0), ("total(x)", 40), ("of('two', x)", 30), ("total(x * a) / total(x)", 2), ("min(a, b, 1)", 0.5),
        ("max(a, b)", 2), ("a > 1", 1), ("a > 2", 0), ("1 < a <= 2", 1), ("a > 1 and b > 1", 0),
        ("a > 1 or b > 1", 1), ("not a", 0), ("not z", 1), ("a != 2", 0), ("a == 2.0000001", 1), ("0.021", 0.021),
        ("(a > 1) * 7 + 0 * b", 7), ("2 - (a + b)", -0.5), ("(a + b) - b", 2), ("(a + b) * 3 / 2", 3.75),
    ],
)  # fmt: skip
def test_a_formula_is_worth_what_it_says(text: str, value: float) -> None:
    assert worth(text) == pytest.approx(value)


def test_what_levers_alone_decide_is_kept_whole() -> None:
    names = Names(levers="ab")
    assert closure(built(parsed("max(0, x - a * (1 + b)) + min(a, b)"), names, "one"))(names.values) == 7.5
    assert names.values[-2:] == [3.0, 0.5]  # each as one: of its parts none is kept


def test_a_name_by_group_is_that_of_the_group() -> None:
    assert worth("x + a", "one") == 12
    assert worth("total(x) - x", "two") == 10


REFUSED = [
    "a ** 9999999", "a.real", "__import__('os')", "open('x')", "(lambda: 1)()", "[1][0]", "a if b else z", "'text'",
    "True", "None", "a + 'x'", "total", "total()", "total(x, x)", "of(x)", "of('three', x)", "of(one, x)", "min(a)",
    "min(*a)", "max(a, key=b)", "f'{a}'", "a := 1", "1e400", "10 ** 10", "1" + "0" * 30, "a b", "", "{a: b}", "a @ b",
    "a // b", "a % b", "a is b", "a in b", "~a", "+a", "sum(x)", "abs(a)", "total(x).real", "x[0]", "1j", "\x00",
    "(" * 60 + "a" + ")" * 60 + " + total(total(total(b.c)))", "a + " * 200 + "a", "a" * 500, "unknown", "total(y)",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_whatever_else_it_says_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(FormulaError) as raised:
        worth(text)
    assert raised.value.what
    assert raised.value.remedy
    assert "\n" not in raised.value.what + raised.value.remedy


_LEAVES = st.sampled_from(["a", "b", "z", "1", "2.5", "0.1"])
_SUMS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda one: f"(-{one})"),
    ),
    max_leaves=12,
)


@given(_SUMS)
def test_arithmetic_is_that_of_python(text: str) -> None:
    known = {**VALUES, "min": min, "max": max, "__builtins__": {}}
    assert worth(text) == pytest.approx(eval(text, known))
    assert worth(text, levers="az") == worth(text, levers="abz") == worth(text)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_no_text_does_anything_but_be_refused_or_come_to_a_number(text: str) -> None:
    try:
        value = worth(text)
    except FormulaError:
        return
    assert isinstance(value, float)
    assert not math.isnan(value)

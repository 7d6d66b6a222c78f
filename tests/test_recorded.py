"""Recorded drills lose nothing in their files, change line by line, and say in words where they part."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recorded import difference_of_cards, first_difference, journal_lines, laid_out

HEADER = '{"format": 1, "scenario": "x"}'
SAMPLE = {"kind": "truth_sampled", "harm": {"lost": 0.0}, "facts": {"open": True, "left": 1}}


def lines(*entries: tuple[int, str, dict[str, Any]], references: Any = None) -> list[str]:
    found = [json.dumps({"seq": n, "at": at, "by": by, "body": body}) for n, (at, by, body) in enumerate(entries, 1)]
    return [HEADER, *found, *([] if references is None else [json.dumps({"references": references})])]


def says(at: int, text: str, by: str = "comms:Cy") -> tuple[int, str, dict[str, Any]]:
    return at, by, {"kind": "post_message", "text": text}


def sample(at: int, **more: Any) -> tuple[int, str, dict[str, Any]]:
    return at, "world", SAMPLE | more


values = st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5]) | st.sampled_from(["ready", "ä"])
parts = st.dictionaries(st.sampled_from("abc"), values, max_size=3)
samples = st.tuples(
    st.just("world"), st.fixed_dictionaries({"kind": st.just("truth_sampled"), "harm": parts, "facts": parts})
)
others = st.sampled_from([
    ("world", {"kind": "knob_turned", "knob": "k"}), ("comms:Cy", {"kind": "post_message", "text": "ä"}),
    ("engine", {"kind": "alert_fired", "alert": "x"}),
])  # fmt: skip


@given(st.lists(st.tuples(st.integers(-2, 2), samples | others)), st.none() | st.dictionaries(st.text(), parts))
def test_a_journal_comes_back_to_the_byte(drawn: list[tuple[int, Any]], references: Any) -> None:
    entries = [(at, *rest) for at, rest in sorted(drawn, key=lambda one: one[0])]
    written = [json.dumps(json.loads(one), ensure_ascii=False) for one in lines(*entries, references=references)]
    assert journal_lines(laid_out(written, "")) == written


def changed_lines(was: Iterable[str], now: Iterable[str]) -> dict[str, int]:
    """Return how many lines of each file are not in both."""
    old, new = (laid_out(list(one), "") for one in (was, now))
    count = {name: len({*old[name].splitlines()} ^ {*new[name].splitlines()}) for name in old}
    return {name: number for name, number in count.items() if number}


def test_one_thing_that_changed_is_one_line() -> None:
    base = [says(10, "a"), sample(60), says(70, "b"), sample(120, harm={"lost": 2.0}), says(130, "c")]
    assert changed_lines(lines(*base), lines(*base, says(140, "d"))) == {"people.jsonl": 1}
    assert changed_lines(lines(*base), lines(says(5, "first"), *base)) == {"people.jsonl": 1}
    worse = [*base[:3], sample(120, harm={"lost": 3.0}), base[4]]
    assert changed_lines(lines(*base), lines(*worse)) == {"world.jsonl": 2}
    world = laid_out(lines(*base), "")["world.jsonl"].splitlines()
    assert json.loads(world[1]) == {"at": 120, "changed": {"harm": {"lost": 2.0}}}


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        (lines(says(90, "a, b")), lines(says(90, "a b")),
         "entry 1 at T+01:30, post_message by comms:Cy: text was a, b, is a b"),
        (lines(says(90, "a")), lines(says(90, "a", "deputy:Bo")),
         "was entry 1 at T+01:30, post_message by comms:Cy, is entry 1 at T+01:30, post_message by deputy:Bo"),
        (lines(), lines(says(-60, "a")), "entry 1 at T-01:00, post_message by comms:Cy is new"),
        (lines(says(0, "a")), lines(), "entry 1 at T+00:00, post_message by comms:Cy is gone"),
        (lines(sample(60)), lines(sample(60, facts={"open": False, "left": 1})),
         "entry 1 at T+01:00, truth_sampled by world: facts.open was true, is false"),
        (lines(sample(60)), lines(sample(60, facts={"open": True, "left": 1.0})),
         "entry 1 at T+01:00, truth_sampled by world: facts.left was 1, is 1.0"),
        (lines(references={"best": {"loss": 1}}), lines(references={"best": {"loss": 2}}),
         "references: references.best.loss was 1, is 2"),
        (lines(references={}), lines(), "references is gone"),
    ],
)  # fmt: skip
def test_where_two_journals_part_is_said_in_words(was: list[str], now: list[str], message: str) -> None:
    assert first_difference(was, was) is None
    assert first_difference(was, now) == message


def test_where_two_scorecards_part_is_said_by_criterion() -> None:
    was, now = ({"parts": [{"id": "plan", "criteria": [{"id": "B1a", "points": n}]}]} for n in (2.0, 1.0))
    found = difference_of_cards(json.dumps(was), json.dumps(now))
    assert found == "score: parts.plan.criteria.B1a.points was 2.0, is 1.0"

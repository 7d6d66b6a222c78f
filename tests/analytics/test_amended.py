"""Records that were filled in afterwards: what was left open counts from the first, what was changed does not."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.amended import FILLED_IN, counted
from simulator import acts
from simulator import events as e
from simulator.record.entry import Entry
from simulator.values import WORLD, Author, Check, Recommendation, Ref

BY = Author.person("commander", "Ana")
REF = Ref("decision:1")
REFS = {REF: 1}
CHECK = Check(metric="cpu", threshold=0.02)


def decision(**more: Any) -> acts.RecordDecision:
    given = {"actions": ("flag",), "why_now": "fast", "execution_owner": "mitigation", "confidence": "L2", **more}
    return acts.RecordDecision.model_validate(given)


def read(first: acts.Act, *later: tuple[int, acts.Act]) -> list[tuple[int, Any]]:
    """Return what counts, second and body, of a record of T+100 and what amends it afterwards."""
    entries = [Entry(1, 100, BY, first), *(Entry(n, at, BY, body) for n, (at, body) in enumerate(later, 2))]
    amended = counted(entries, REFS)
    found = (amended.get(x.seq, x) for x in entries)
    return [(x.at, x.body) for x in found if x is not None]


def test_what_was_left_open_and_is_filled_in_in_time_counts_as_said_from_the_first() -> None:
    later = decision(amends=REF, check=CHECK, verification_owner="verification")
    assert read(decision(), (100 + FILLED_IN, later)) == [
        (100, decision(check=CHECK, verification_owner="verification"))
    ]


def test_what_comes_later_counts_from_then() -> None:
    late = 101 + FILLED_IN
    later = decision(amends=REF, check=CHECK)
    assert read(decision(), (late, later)) == [(100, decision()), (late, later)]


@pytest.mark.parametrize("changed", [{"actions": ("flag", "other")}, {"why_now": "safe"}, {"confidence": "L3"}])
def test_what_was_changed_counts_from_when_it_was_changed(changed: dict[str, Any]) -> None:
    later = decision(amends=REF, check=CHECK, **changed)
    assert read(decision(), (160, later)) == [(100, decision(check=CHECK)), (160, later)]


def test_what_was_taken_back_counts_from_then_too() -> None:
    before, after = decision(check=CHECK), decision(amends=REF)
    assert read(before, (160, after)) == [(100, before), (160, after)]


def test_a_record_is_filled_in_step_by_step() -> None:
    one = decision(amends=REF, check=CHECK)
    both = decision(amends=REF, check=CHECK, verification_owner="verification")
    assert read(decision(), (130, one), (160, both)) == [
        (100, decision(check=CHECK, verification_owner="verification"))
    ]


def test_parts_of_a_record_are_filled_in_alike() -> None:
    def sides(minutes: float | None) -> tuple[Recommendation, Recommendation]:
        one = Recommendation(owner="a", action="flag", reversal_minutes=minutes)
        return one, Recommendation(owner="b", action="block")

    first = acts.RecordContradiction(recommendations=sides(None), choice="flag")
    later = acts.RecordContradiction(recommendations=sides(2), choice="flag", amends=REF)
    assert read(first, (160, later)) == [(100, acts.RecordContradiction(recommendations=sides(2), choice="flag"))]


def test_what_amends_nothing_on_record_counts_for_itself() -> None:
    stray = decision(amends=Ref("decision:9"))
    assert read(decision(), (160, stray)) == [(100, decision()), (160, stray)]


def test_a_drill_without_amendments_is_left_alone() -> None:
    assert counted([Entry(1, 100, BY, decision())], REFS) == {}


def test_nobody_says_afterwards_what_a_step_rested_on() -> None:
    bare = decision(actions=())
    step = e.ActionStarted(run=Ref("action:flag"), executor="mitigation", action="flag", expected=150)
    begun = Entry(2, 120, WORLD, step)
    later = Entry(3, 200, BY, decision(actions=("flag",), check=CHECK, verification_owner="verification", amends=REF))
    found = counted([Entry(1, 100, BY, bare), begun, later], REFS)
    assert found[1] is not None
    assert found[1].body == decision(actions=(), verification_owner="verification"), "who looks may be said later"
    assert found[3] == later, "what was done and how one would see it counts from when it was said"

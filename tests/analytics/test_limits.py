"""What a total is limited to: the lowest limit, each further grave act ten less, one act once, never below twenty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.score import limit, score
from analytics.scorecard import CapHit
from tests.analytics.builders import act, book, closure, decide, drill, figure, hits, pair, query, truth, update

GRAVE = {"C2": 50, "C3": 45, "C7": 50, "C9": 50}


def hit(ident: str, act: int = 0, up: int = 0) -> CapHit:
    cap = next(one for one in book().caps if one.id == ident)
    return CapHit(ident, cap.title, cap.limit + up, "", (act,), cap.source, bool(up), act, cap.further)


@pytest.mark.parametrize(
    ("tripped", "limited"),
    [
        ([], 100),
        ([("C4",)], 60),
        ([("C4",), ("C6",), ("C1",)], 60),
        ([("C4",), ("C4", 1), ("C4", 2)], 60),
        ([("C2", 1)], 50),
        ([("C2", 1), ("C2", 2)], 40),
        ([("C2", 1), ("C3", 2)], 35),
        ([("C3", 2), ("C2", 1)], 35),
        ([("C2", 1), ("C2", 2), ("C7", 3), ("C9", 4)], 20),
        ([("C9", n) for n in range(30)], 20),
        ([("C2", 1), ("C7", 1)], 50),
        ([("C2", 1), ("C3", 1)], 45),
        ([("C2", 1), ("C3", 1), ("C9", 2)], 35),
        ([("C2", 1, 15)], 65),
        ([("C2", 1, 15), ("C2", 2)], 40),
        ([("C2", 1, 15), ("C2", 2, 15)], 55),
        ([("C2", 1), ("C4", 2)], 50),
        ([("C2", 1), ("C11", 2)], 40),
        ([("C2", 1), ("C2", 2), ("C2", 3), ("C11", 4)], 30),
    ],
)  # fmt: skip
def test_the_lowest_counts_and_each_further_grave_act_takes_ten_off(
    tripped: list[tuple[Any, ...]], limited: int
) -> None:
    hits = [hit(*one) for one in tripped]
    assert limit(hits) == limit(list(reversed(hits))) == limited


def test_what_trips_more_never_limits_less() -> None:
    every = [hit(one.id, n) for n, one in enumerate(book().caps)]
    tripped: list[CapHit] = []
    for one in every:
        assert limit([*tripped, one]) <= limit(tripped)
        tripped.append(one)


def test_the_playbook_says_which_acts_are_grave() -> None:
    assert {cap.id: cap.limit for cap in book().caps if cap.further} == GRAVE
    assert {cap.further for cap in book().caps} == {0, 10}
    assert all(cap.raise_by == 15 and cap.within == 5 for cap in book().caps)


def test_two_unsafe_steps_are_two_acts_and_one_that_trips_twice_is_one() -> None:
    revoked = act("10:00", "revoke")
    (once,) = hits("C2", drill(revoked))
    assert once.act == min(once.evidence)
    # A rollback that was neither checked nor prepared: one order.
    (both,) = hits("C2", drill(act("10:00", "rollback")))
    assert both.why.endswith("without the check that shows what it would do and unprepared.")
    assert limit([both]) == 50
    assert limit(hits("C2", drill(revoked, act("20:00", "rollback")))) == 40


def test_every_second_falsehood_is_an_act_of_its_own() -> None:
    def told(times: int) -> int:
        return limit(hits("C9", drill(*(update(f"{10 + 3 * n}:00", impact=figure(9000)) for n in range(times)))))

    assert [told(times) for times in range(1, 10)] == [100, 50, 50, 40, 40, 30, 30, 20, 20]


def test_the_lowest_of_caps_and_anti_patterns_counts_and_they_do_not_add_up() -> None:
    record = drill(pair(), query("07:00", "zones"), decide("08:00"), act("10:00", "flag"), act("12:00", "rewrite"),
        closure("30:00", "rerun"), world=truth("20:00"))  # fmt: skip
    card = score(record, book())
    assert {one.id for one in card.anti_patterns} >= {"no_rerun", "silence"}
    limits = [limit(card.caps), *(one.limit for one in card.anti_patterns)]
    assert card.total == min(card.uncapped, *limits)
    harmless = replace(card.caps[0], limit=100, further=0)
    assert limit([*card.caps, harmless]) == limit(card.caps)

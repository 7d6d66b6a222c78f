"""What the score pays for in whole drills: the job in time, and the records that belong to it."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.view import STAKES
from scenarios import load
from simulator import acts
from simulator.play import orders, play_orders
from simulator.policy import Order
from tests import played
from tests.shipped import EVERY

pytestmark = pytest.mark.slow
MINUTE = 60
SEED = 7
CALM = ("auth_token", "birch")
"""The truth in which nothing much is at stake."""

PAPER = (
    acts.RecordPacket, acts.RecordSnapshot, acts.AssignLane, acts.RecordOption, acts.ClassifyDependency,
    acts.RecordContradiction, acts.EscalateInternally, acts.PublishDecisionNote, acts.CommitCheckpoint,
    acts.PublishClosurePackage, acts.NameMergeOwner, acts.WriteLeadershipNote,
)  # fmt: skip
STAYS = (
    acts.TakeSeat, acts.AssignRole, acts.AcceptRole, acts.HandOff, acts.AcceptHandOff, acts.ReleaseRole,
    acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally, acts.AssignLane, acts.ShareCue,
    acts.AnswerAsker, acts.PageTeam, acts.NameMergeOwner,
)  # fmt: skip
"""What goes on at its time while the orders are late: command, lanes, word to those outside."""


def total(name: str, variant: str, given: list[Order]) -> int:
    loaded, book = load(name, variant), playbook.load()
    engine = play_orders(loaded, given, SEED, name="by_the_book")
    found = score(add_references(loaded, engine.journal, book, seeds=0), book).total
    assert found is not None
    return found


def whole(name: str, variant: str) -> int:
    found = played.card(name, variant, "by_the_book", SEED).total
    assert found is not None
    return found


def later(name: str, variant: str, minutes: int) -> list[Order]:
    """Return the course by the book with its first decision, and what comes after, so many minutes later."""
    given = orders(played.engine(name, variant, "by_the_book", SEED))
    first = min(o.at for o in given if isinstance(o.body, (acts.RecordDecision, acts.TakeAction)))
    moved = [
        Order(o.at + minutes * MINUTE, o.by, o.body) if o.at >= first and not isinstance(o.body, STAYS) else o
        for o in given
    ]
    return sorted(moved, key=lambda o: o.at)


@pytest.mark.parametrize(("name", "variant"), [one for one in EVERY if one != CALM])
def test_the_same_course_later_is_worth_less(name: str, variant: str) -> None:
    at_stake = played.record(name, variant, "by_the_book", SEED).references
    assert at_stake.null.loss - at_stake.best.loss > STAKES
    book = whole(name, variant)
    late = {minutes: total(name, variant, later(name, variant, minutes)) for minutes in (5, 10, 15, 20)}
    assert late[5] <= book - 4
    assert late[10] <= book - 9
    assert late[15] < 70
    assert late[20] < 70


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_deeds_without_their_records_are_not_proficient(name: str, variant: str) -> None:
    given = orders(played.engine(name, variant, "by_the_book", SEED))
    assert total(name, variant, [o for o in given if not isinstance(o.body, PAPER)]) <= 80

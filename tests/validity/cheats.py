"""Ways to be paid for something else than the job: the course by the book, bent; and what each may earn at most.

Each takes the orders of the course by the book and gives those of somebody who plays for the score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from simulator import acts
from simulator.policy import Order
from simulator.scenario.model import Scenario
from simulator.values import Author

Bend = Callable[[Scenario, Sequence[Order]], list[Order]]
MINUTE = 60
ONLY = {"auth_token": "flag_web", "billing_mismatch": "pause", "permission_leak": "block_route"}
"""The one step that a cheat takes: the quickest partial help there is."""


class Cheat(NamedTuple):
    """A bent course, and the most that it may earn: points, or points less than the course by the book."""

    bend: Bend
    at_most: int | None = None
    below_book: int = 0


def _steps(order: Order) -> bool:
    return isinstance(order.body, (acts.TakeAction, acts.AbortAction, acts.SignOff))


def _with(order: Order, **fields: Any) -> Order:
    return Order(order.at, order.by, order.body.model_copy(update=fields))


def _ended(orders: Sequence[Order], at: int) -> list[Order]:
    lead = next(o.by for o in orders if isinstance(o.body, acts.AssignRole))
    return [*(o for o in orders if o.at < at), Order(at, lead, acts.EndDrill())]


def forms_and_one_step(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """Every form, and one step that helps in part."""
    only = ONLY[scenario.id]
    first = next(o for o in orders if isinstance(o.body, acts.TakeAction))
    executor = scenario.find("actions", only).executors[0]
    by = Author.person(executor, first.by.name)
    kept = [o for o in orders if not _steps(o)]
    step = Order(first.at + MINUTE, by, acts.TakeAction(action=only, executor=executor))
    return sorted([*kept, step], key=lambda o: o.at)


def forms_one_step_and_away(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """The same, and gone at T+24."""
    return _ended(forms_and_one_step(scenario, orders), 24 * MINUTE)


def gone_when_it_looks_good(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """All the deeds, and gone before anything has to be shown."""
    last = max(o.at for o in orders if isinstance(o.body, acts.TakeAction))
    return _ended(orders, last + MINUTE)


def every_pick(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """Everything is picked wherever there is a list."""
    lists = {
        name: tuple(one.id for one in getattr(scenario, group))
        for name, group in (("unknowns", "unknowns"), ("uncertain", "unknowns"), ("residual_risks", "residual_risks"),
                            ("risks", "residual_risks"), ("blast_radius", "blast"))
    }  # fmt: skip
    return [_with(o, **{k: v for k, v in lists.items() if k in type(o.body).model_fields}) for o in orders]


def no_doubt(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """The highest confidence, on nothing that bears on the matter."""
    look = next(o for o in orders if isinstance(o.body, acts.RunQuery))
    ref = f"query:{look.body.query}"  # type: ignore[union-attr]
    return [
        _with(o, confidence="L3", evidence=(ref,)) if isinstance(o.body, acts.RecordDecision) else o for o in orders
    ]


def paper_afterwards(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """Deeds first; declaration, decisions, cards and packets when it is over."""
    paper = (acts.Declare, acts.RecordDecision, acts.RecordOption, acts.RecordPacket, acts.RecordReadiness,
             acts.ClassifyDependency, acts.RecordSnapshot)  # fmt: skip
    late = [Order(o.at + 30 * MINUTE, o.by, o.body) if isinstance(o.body, paper) else o for o in orders]
    return sorted(late, key=lambda o: o.at)


def a_post_a_minute(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """The first update again and again."""
    first = next(o for o in orders if isinstance(o.body, acts.UpdateStakeholders))
    again = [Order(first.at + n * MINUTE, first.by, first.body) for n in range(1, 50)]
    return sorted([*orders, *again], key=lambda o: o.at)


def empty_decisions(scenario: Scenario, orders: Sequence[Order]) -> list[Order]:
    """A dozen decisions to do nothing, all their statements in order."""
    first = next(o for o in orders if isinstance(o.body, acts.RecordDecision))
    blank = first.body.model_copy(update={"actions": (), "reversal_minutes": 0.0})
    more = [Order(first.at + n * MINUTE, first.by, blank) for n in range(1, 13)]
    return sorted([*orders, *more], key=lambda o: o.at)


CHEATS: dict[str, Cheat] = {
    "forms and one partial step": Cheat(forms_and_one_step, at_most=45),
    "forms, one step, and away": Cheat(forms_one_step_and_away, at_most=45),
    "gone when it looks good": Cheat(gone_when_it_looks_good, at_most=60),
    "every pick": Cheat(every_pick, below_book=5),
    "no doubt": Cheat(no_doubt, below_book=1),
    "paper afterwards": Cheat(paper_afterwards, at_most=75),
    "a post a minute": Cheat(a_post_a_minute, below_book=0),
    "empty decisions": Cheat(empty_decisions, below_book=0),
}

"""A person among simulated teammates: their part of the playbook, their part of the outcome, nothing for nothing."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.counterfactual import add_references
from analytics.scorecard import Scorecard
from analytics.scoring import score
from scenarios import load
from simulator import commands as c
from simulator.engine import Engine, new_header


def card(seat: str | None, *orders: tuple[int, c.Command]) -> Scorecard:
    loaded, book = load("auth_token"), playbook.load()
    engine = Engine(loaded, new_header(loaded, 3))
    if seat:
        engine.submit(c.TakeSeat(seat=seat, name="Ana"), f"{seat}:Ana")
    for at, order in orders:
        engine.advance(at)
        engine.submit(order, f"{seat}:Ana")
    engine.run_to_horizon()
    return score(add_references(loaded, engine.journal, book, seeds=0), book)


@pytest.mark.parametrize("seat", ["deputy", "triage", "mitigation", "verification", "comms", None])
def test_a_person_who_does_nothing_earns_nothing_from_teammates_who_do(seat: str | None) -> None:
    assert card(seat).uncapped <= 5


def test_a_person_who_does_their_part_earns_it_and_a_share_of_the_outcome() -> None:
    public = c.UpdateStakeholders(
        audience="public", status="investigating", impact=c.Figure(name="locked_users", low=9_000, high=14_000),
        unknowns=("how_many_more",), next_update_minutes=30,
    )  # fmt: skip
    told = card("comms", (240, public))
    outcome = next(part for part in told.parts if part.id == "outcome")
    assert told.uncapped >= 15
    assert 0 < outcome.out_of < 5
    assert outcome.points > 0
    assert "People's roles answer for" in outcome.criteria[0].why


@pytest.mark.parametrize(
    ("seat", "at", "order", "most"),
    [
        ("triage", 45, c.RunQuery(query="endpoints"), 60),
        ("verification", 45, c.RunQuery(query="verify"), 5),
        ("deputy", 45, c.AcceptRole(role="deputy"), 5),
        ("mitigation", 600, c.RecordOption(action="pin", coverage=("web", "mobile"), minutes_to_effect=3, risk="web",
            reversal_minutes=3), 15),
        ("comms", 1200, c.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=20), 20),
    ],
)  # fmt: skip
def test_one_command_earns_about_what_that_command_earned(seat: str, at: int, order: c.Command, most: int) -> None:
    assert card(seat, (at, order)).uncapped <= most


def test_what_a_secondary_did_for_somebody_idle_stays_theirs_undone() -> None:
    idle = card("verification")
    assert idle.finding("B4b").status == "missed"
    assert (idle.finding("B4b").points, idle.finding("B4b").out_of) == (0.0, 3.0)


def test_who_sits_down_late_and_does_nothing_earns_nothing_of_what_went_before() -> None:
    loaded, book = load("auth_token"), playbook.load()
    engine = Engine(loaded, new_header(loaded, 3, mode="assessment"))
    engine.advance(900)
    engine.submit(c.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    engine.advance(1860)
    engine.submit(c.EndDrill(), "facilitator:F")
    engine.run_to_horizon()
    late = score(add_references(loaded, engine.journal, book, seeds=0), book)
    assert late.uncapped <= 5
    assert late.finding("L3").status == "not_applicable"

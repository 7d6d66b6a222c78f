"""A person among simulated teammates: their part of the playbook, their part of the outcome, nothing for nothing."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references
from analytics.score import score
from analytics.scorecard import Scorecard
from scenarios import load
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine, new_header
from simulator.play import orders, play

pytestmark = pytest.mark.slow


def card(seat: str | None, *orders: tuple[int, acts.Act]) -> Scorecard:
    loaded, book = load("auth_token"), playbook.load()
    engine = Engine(loaded, new_header(loaded, 3))
    if seat:
        engine.submit(acts.TakeSeat(seat=seat, name="Ana"), f"{seat}:Ana")
    for at, order in orders:
        engine.advance(at)
        engine.submit(order, f"{seat}:Ana")
    engine.run_to_horizon()
    return score(add_references(loaded, engine.journal, book, seeds=0), book)


@pytest.mark.parametrize("seat", ["deputy", "triage", "mitigation", "verification", "comms", None])
def test_a_person_who_does_nothing_earns_nothing_from_teammates_who_do(seat: str | None) -> None:
    assert card(seat).uncapped <= 5


def test_a_person_who_does_their_part_earns_it_and_no_outcome_that_others_brought_about() -> None:
    public = acts.UpdateStakeholders(
        audience="public", status="investigating", impact=values.Figure(name="locked_users", low=9_000, high=14_000),
        unknowns=("how_many_more",), next_update_minutes=30,
    )  # fmt: skip
    told = card("comms", (240, public))
    assert told.uncapped > 5
    outcome = next(part for part in told.parts if part.id == "outcome")
    assert {one.status for one in outcome.criteria} == {"not_applicable"}
    # One kind of act is no attempt at a seat's duties.
    assert told.total is None


@pytest.mark.parametrize(
    ("seat", "at", "order", "most"),
    [
        ("triage", 45, acts.RunQuery(query="endpoints"), 60),
        ("verification", 45, acts.RunQuery(query="verify"), 5),
        ("deputy", 45, acts.AcceptRole(role="deputy"), 5),
        ("mitigation", 600, acts.RecordOption(action="pin", coverage=("web", "mobile"), minutes_to_effect=3, risk="web",
            reversal_minutes=3), 15),
        ("comms", 1200, acts.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=20), 20),
    ],
)  # fmt: skip
def test_one_command_earns_about_what_that_command_earned(seat: str, at: int, order: acts.Act, most: int) -> None:
    assert card(seat, (at, order)).uncapped <= most


def test_what_a_secondary_did_for_somebody_idle_stays_theirs_undone() -> None:
    idle = card("verification")
    assert idle.finding("B4b").status == "missed"
    assert (idle.finding("B4b").points, idle.finding("B4b").out_of) == (0.0, 4.0)


def test_who_sits_down_late_and_does_nothing_earns_nothing_of_what_went_before() -> None:
    loaded, book = load("auth_token"), playbook.load()
    engine = Engine(loaded, new_header(loaded, 3, mode="assessment"))
    engine.advance(900)
    engine.submit(acts.TakeSeat(seat="commander", name="Ana"), "commander:Ana")
    engine.advance(1860)
    engine.submit(acts.EndDrill(), "facilitator:F")
    engine.run_to_horizon()
    late = score(add_references(loaded, engine.journal, book, seeds=0), book)
    assert late.uncapped <= 5
    assert late.finding("L3").points == 0
    assert late.total is None


def allowed(engine: Engine, order: acts.Act, by: str) -> None:
    """Submit an order; where it links output that this person has not seen, once more without that link."""
    before = len(engine.journal.entries)
    engine.submit(order, by)
    while links := getattr(order, "evidence", ()):
        refused = [x.body.reason for x in engine.journal.entries[before:] if isinstance(x.body, e.CommandRefused)]
        unseen = [link for link in links if refused and f"'{link}'" in refused[0].split(";")[0]]
        if not unseen:
            return
        order = order.model_copy(update={"evidence": tuple(x for x in links if x not in unseen)})
        before = len(engine.journal.entries)
        engine.submit(order, by)


def test_a_person_alone_in_command_of_a_simulated_team_can_play_it_to_the_top() -> None:
    loaded, book = load("auth_token"), playbook.load()
    engine = Engine(loaded, new_header(loaded, 3, mode="assessment"))
    me = "commander"
    engine.submit(acts.TakeSeat(seat=me, name="Ana"), f"{me}:Ana")
    for order in orders(play(loaded, "by_the_book", 3)):
        body = order.body
        engine.advance(order.at)
        if isinstance(body, acts.HandOff) and body.what == "commander":
            # Who has to leave command goes on from another seat.
            engine.submit(acts.AssignRole(role="commander", to="deputy"), "commander:Ana")
            engine.submit(acts.LeaveSeat(seat="commander"), "commander:Ana")
            me = "deputy"
            engine.submit(acts.TakeSeat(seat=me, name="Ana"), f"{me}:Ana")
            engine.submit(acts.AcceptRole(role="commander"), f"{me}:Ana")
        elif not isinstance(body, (acts.TakeSeat, acts.AcceptRole, acts.AcceptHandOff)):
            if isinstance(body, (acts.RunQuery, acts.TakeAction)) and not body.executor:
                body = body.model_copy(update={"executor": order.by.partition(":")[0]})
            allowed(engine, body, f"{me}:Ana")
    engine.run_to_horizon()
    alone = score(add_references(loaded, engine.journal, book, seeds=0), book)
    assert alone.caps == ()
    assert alone.total >= 85

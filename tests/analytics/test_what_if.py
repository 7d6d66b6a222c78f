"""One thing different: the difference is that of the decision, and only feasible changes are told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from analytics import playbook
from analytics.record import WhatIf, loss_of
from analytics.runs import what_if
from analytics.runs.counterfactual import make_references
from analytics.view import RecordView
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.play import orders, play_orders
from simulator.record.journal import accepted
from tests import played

pytestmark = pytest.mark.slow


@cache
def view_of(policy: str) -> RecordView:
    return RecordView(played.record("auth_token", "base", policy, 7), playbook.load("recovery"))


@cache
def told(policy: str) -> tuple[WhatIf, ...]:
    view = view_of(policy)
    return what_if.leverage(view, load("auth_token"), view.references.null.loss, {})


@pytest.fixture(autouse=True)
def _few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "SEEDS", 2)


def test_what_helped_is_told_when_little_could_be_better() -> None:
    found = told("by_the_book")
    assert found[0].kind == "removed"
    assert "kid_v2_signing" in found[0].label
    assert found[0].loss > 0.2
    assert all(one.low <= one.loss <= one.high for one in found)
    assert len(found) <= what_if.TOP


def test_what_harmed_is_told_first() -> None:
    first = told("wrong_cause")[0]
    assert first.kind == "removed"
    assert "IdentiHub" in first.label
    assert first.loss < 0
    assert first.harm["tickets"] < -400


def test_a_difference_is_that_of_two_drills() -> None:
    loaded = load("auth_token")
    given = orders(played.engine("auth_token", "base", "wrong_cause", 7))
    without = [o for o in given if not (isinstance(o.body, acts.TakeAction) and o.body.action == "idp_failover")]
    harm = play_orders(loaded, without, 7).world.harm()
    was = loss_of(play_orders(loaded, given, 7).world.harm(), loaded.scenario)
    assert told("wrong_cause")[0].loss == pytest.approx(loss_of(harm, loaded.scenario) - was, abs=2e-4)


@pytest.mark.parametrize("scenario", ["auth_token", "billing_mismatch", "permission_leak"])
def test_acting_earlier_comes_to_what_the_engine_makes_of_the_same_order_given_earlier(scenario: str) -> None:
    loaded, engine = load(scenario), played.engine(scenario, "base", "slow", 7)
    view = RecordView(played.record(scenario, "base", "slow", 7), playbook.load("recovery"))
    given = orders(engine)
    moved = [one for one in what_if.changes(view, list(view.record.journal.commands())) if one.kind == "moved"]
    assert moved
    (change, order), *_ = (
        (one, x) for one in moved for x in view.record.journal.commands() if x.seq == one.seq
    )  # fmt: skip
    sooner = sorted(
        (replace(o, at=change.at, body=o.body.model_copy(update={"decision": None}))
         if (o.at, o.by, o.body) == (order.at, order.by, order.body) else o for o in given), key=lambda o: o.at,
    )  # fmt: skip
    assert sum(o not in given for o in sooner) == 1
    was, now = engine.world.harm(), play_orders(loaded, sooner, 7).world.harm()
    told = what_if._told(loaded, view, {7: what_if.last_harm(engine.journal)}, change,
                         what_if._harm(loaded, view.record.journal, change.commands))  # fmt: skip
    assert told.harm == pytest.approx({key: now[key] - was[key] for key in was}, abs=0.11)
    assert told.loss == pytest.approx(loss_of(now, loaded.scenario) - loss_of(was, loaded.scenario), abs=2e-4)


@pytest.mark.parametrize("policy", ["slow", "silent", "impatient"])
def test_nothing_is_moved_before_what_it_rests_on_had_been_seen(policy: str) -> None:
    view = view_of(policy)
    given = [x for x in accepted(view.record.journal.entries) if x in list(view.record.journal.commands())]
    first_output = min(m.at for m in view.all(e.QueryFinished))
    for change in what_if.changes(view, given):
        if change.kind in ("moved", "added"):
            assert change.at > first_output
            spec = view.scenario.find("actions", change.action)
            if spec.precheck:
                assert change.at > min(m.at for m in view.all(e.QueryFinished) if m.body.query == spec.precheck)


def test_the_references_carry_it_when_asked() -> None:
    journal = played.engine("auth_token", "base", "wrong_cause", 7).journal
    seen: list[tuple[int, int]] = []
    made = make_references(
        load("auth_token"), journal, playbook.load(), seeds=0, what_if=True, progress=lambda *at: seen.append(at)
    )
    assert made.what_if
    assert seen[-1] == (2, 2)

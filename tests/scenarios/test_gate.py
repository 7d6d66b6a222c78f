"""The closure gate in the shipped drills: each condition by itself, and every change between check and closure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pytest

from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.changes import changes, last_change
from simulator.closure import missing_for_closure
from simulator.play import orders, play_orders
from simulator.policy import Order
from simulator.record.entry import Entry
from simulator.record.history import History
from simulator.record.journal import accepted
from simulator.scenario.model import Scenario
from simulator.values import ENGINE, Author, Ref
from tests import played
from tests.shipped import EVERY

Drop = Callable[[Entry], bool]


@cache
def closing(name: str, variant: str) -> tuple[Scenario, tuple[Entry, ...], int]:
    """Return a scenario, the record of the course by the book up to its request for closure, and that second."""
    engine = played.engine(name, variant, "by_the_book", 7)
    entries = tuple(accepted(engine.journal.entries))
    asked = next(x for x in entries if isinstance(x.body, acts.RequestClosure))
    return engine.scenario, tuple(x for x in entries if x.seq < asked.seq), asked.at


def told(history: History, scenario: Scenario, at: int, confidence: str = "L3") -> tuple[str, ...]:
    return tuple(one.words for one in missing_for_closure(history, scenario, confidence, (), at))


def missing(scenario: Scenario, entries: Sequence[Entry], at: int, confidence: str = "L3") -> tuple[str, ...]:
    return told(History.of(scenario, entries), scenario, at, confidence)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_book_passes(name: str, variant: str) -> None:
    scenario, entries, at = closing(name, variant)
    assert missing(scenario, entries, at) == ()


def of(*kinds: type) -> Drop:
    return lambda x: isinstance(x.body, kinds)


def reruns(x: Entry) -> bool:
    scenario = load("auth_token").scenario
    spec = scenario.find("queries", x.body.query) if isinstance(x.body, e.QueryFinished) else None
    return spec is not None and spec.verifies


CONDITIONS: list[tuple[str, Drop]] = [
    ("severity recorded", of(acts.Declare)),
    ("mitigation path justified", of(acts.RecordDecision)),
    ("verified with fresh evidence: rerun", reruns),
    ("verified with fresh evidence: compare", of(e.VerificationMeasured)),
    ("rollback trigger and owner", of(acts.SetWatch)),
    ("residual risks explicit", of(acts.RecordResidualRisks)),
    ("hardening backlog", of(acts.AddHardeningTask)),
    ("communications complete: an update since", of(acts.UpdateStakeholders)),
    ("closure package", of(acts.PublishClosurePackage)),
]


@pytest.mark.parametrize(("words", "drop"), CONDITIONS, ids=[words for words, _ in CONDITIONS])
def test_each_condition_is_asked_for_by_itself(words: str, drop: Drop) -> None:
    scenario, entries, at = closing("auth_token", "base")
    found = missing(scenario, [x for x in entries if not drop(x)], at)
    assert [one for one in found if one.startswith(words)]
    # A promise that nobody keeps is the other half of communications.
    assert {one.partition(":")[0] for one in found} == {words.partition(":")[0]}


def changed(entries: Sequence[Entry], kind: type, **fields: object) -> list[Entry]:
    return [
        Entry(x.seq, x.at, x.by, x.body.model_copy(update=fields)) if isinstance(x.body, kind) else x for x in entries
    ]


@pytest.mark.parametrize(
    ("words", "kind", "fields"),
    [
        ("rollback trigger and owner", acts.SetWatch, {"hours": 12.0}),
        ("residual risks explicit", acts.RecordResidualRisks, {"risks": ("nothing",)}),
        ("verified with fresh evidence: compare", e.VerificationMeasured, {"baseline_to": -2.0}),
        ("communications complete: no promised", acts.UpdateStakeholders, {"next_update_minutes": 1.0}),
        ("mitigation path justified", acts.RecordDecision, {"actions": ()}),
    ],
)
def test_a_record_that_says_too_little_does_not_do(words: str, kind: type, fields: dict[str, object]) -> None:
    scenario, entries, at = closing("auth_token", "base")
    entries = changed(entries, kind, **fields)
    if kind is acts.RecordDecision:
        # Orders name their decision, which then does not say what for.
        entries = changed(entries, acts.TakeAction, decision=None)
    assert any(one.startswith(words) for one in missing(scenario, entries, at))


def test_a_decision_that_lists_nearly_everything_justifies_nothing() -> None:
    scenario, entries, at = closing("auth_token", "base")
    everything = tuple(one.id for one in scenario.actions)
    found = missing(scenario, changed(entries, acts.RecordDecision, actions=everything), at)
    assert [one for one in found if one.startswith("mitigation path justified")]


@pytest.mark.parametrize(("confidence", "opens"), [("L1", False), ("L2", False), ("L3", True)])
def test_it_is_never_closed_below_the_level(confidence: str, opens: bool) -> None:
    scenario, entries, at = closing("auth_token", "base")
    assert (missing(scenario, entries, at, confidence) == ()) is opens


# --- every change keeps it shut ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_whatever_changes_the_world_after_the_check_keeps_the_gate_shut(name: str, variant: str) -> None:
    scenario, entries, at = closing(name, variant)
    seq = entries[-1].seq
    tried = 0
    for action in scenario.actions:
        run, who = Ref(f"action:{action.id}"), action.executors[0]
        done = [
            Entry(seq + 1, at, ENGINE, e.ActionQueued(run=run, executor=who, action=action.id)),
            Entry(seq + 2, at, ENGINE, e.ActionStarted(run=run, executor=who, action=action.id, expected=at)),
            Entry(seq + 3, at, ENGINE, e.ActionFinished(run=run, executor=who, action=action.id, output="")),
        ]
        history = History.of(scenario, [*entries, *done])
        if action.looks or not action.effects + action.starts_with:
            assert last_change(history, scenario) == last_change(History.of(scenario, entries), scenario)
            continue
        found = told(history, scenario, at)
        assert sum(one.startswith("verified") for one in found) == 2, action.id
        tried += 1
    for merge in (one for one in scenario.merges if one.effects):
        landed = e.ChangeHappened(change=merge.id, service=merge.service, summary="", actor="")
        found = missing(scenario, [*entries, Entry(seq + 1, at, ENGINE, landed)], at)
        assert sum(one.startswith("verified") for one in found) == 2, merge.id
    for inject in (one for one in scenario.injects if one.effects):
        came = e.InjectDelivered(inject=inject.id, persona="", channel="incident", text="", form="message")
        found = missing(scenario, [*entries, Entry(seq + 1, at, ENGINE, came)], at)
        assert sum(one.startswith("verified") for one in found) == 2, inject.id
    assert tried > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "undo"),
    [("auth_token", "flag_web_on"), ("billing_mismatch", "roll_forward"), ("permission_leak", "repin")],
)
def test_who_undoes_it_just_before_closing_is_refused(name: str, undo: str) -> None:
    loaded = load(name)
    given = orders(played.engine(name, "base", "by_the_book", 7))
    asked = next(o for o in given if isinstance(o.body, acts.RequestClosure))
    executor = loaded.scenario.find("actions", undo).executors[0]
    by = Author.person(executor, "by_the_book")
    order = Order(asked.at - 180, by, acts.TakeAction(action=undo, executor=executor))
    engine = play_orders(loaded, sorted([*given, order], key=lambda o: o.at), 7)
    assert any(change.what == f"“{loaded.scenario.find('actions', undo).title}”"
               for change in changes(engine.incident, loaded.scenario))  # fmt: skip
    assert not engine.incident.closed

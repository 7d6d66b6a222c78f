"""What makes a step right to take, and when by_the_book and the judged traces took it."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.record import Course, DrillRecord, References
from analytics.runs.library import library_of
from analytics.view import RecordView
from scenarios import load
from simulator.engine import VERSION
from simulator.record.journal import Journal
from simulator.scenario.model import Scenario
from tests import played
from tests.shipped import EVERY
from tests.validity import judged
from tests.validity.timely import first_orders, seen, too_late

pytestmark = pytest.mark.slow

HOLDS = {
    ("billing_mismatch", "base", "pause"): True,
    ("billing_mismatch", "flint", "pause"): False,
    ("billing_mismatch", "flint", "agg_stop"): True,
    ("billing_mismatch", "slate", "pause"): True,
    ("permission_leak", "base", "block_route"): False,
    ("permission_leak", "dunlin", "block_route"): False,
    ("permission_leak", "siskin", "block_route"): True,
}
"""What takes a service away instead of mending it, and whether that is the right first step."""


def view_of(scenario: Scenario, journal: Journal) -> RecordView:
    nothing = Course(name="", harm={}, loss=0.0, series={}, losses=())
    references = References(engine=VERSION, scenario_version=scenario.whole_version, null=nothing, best=nothing)
    return RecordView(DrillRecord(journal, scenario, references), playbook.load())


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_by_the_book_acts_on_what_makes_a_step_right_and_soon_after(name, variant):
    view = view_of(load(name, variant).scenario, played.engine(name, variant, "by_the_book", 1).journal)
    assert list(first_orders(view))
    assert list(too_late(view)) == []


def test_a_step_held_back_or_taken_blindly_is_told():
    held_back = RecordView(judged.record("A-bureaucrat"), playbook.load())
    assert any("s after it could have been ordered" in what for what in too_late(held_back))
    rash = view_of(load("auth_token").scenario, played.engine("auth_token", "base", "impatient", 7).journal)
    assert list(too_late(rash)) == ["rollback at 240: nothing that makes it right had been seen"]


@pytest.mark.parametrize(
    "trace",
    sorted(file.stem for pattern in ("*-expert-lean", "A-team6*") for file in judged.TRACES.glob(f"{pattern}.jsonl")),
)
def test_a_trace_that_is_thought_well_of_looks_before_it_changes_anything(trace):
    view = RecordView(judged.record(trace), playbook.load())
    known = seen(view)
    first = next(first_orders(view))
    assert [ref for ref in first.spec.justified_by if known.get(ref, first.ordered + 1) <= first.ordered]


def test_a_lucky_guess_rests_on_nothing():
    view = RecordView(judged.record("A-lucky-paper"), playbook.load())
    known = seen(view)
    first = next(first_orders(view))
    assert first.ordered == 60
    assert not [ref for ref in first.spec.justified_by if known.get(ref, first.ordered + 1) <= first.ordered]


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_what_the_best_courses_do_can_be_justified(name, variant):
    scenario = load(name, variant).scenario
    steps = {step.action for one in library_of(name, variant).finalists[:2] for step in one.steps if step.action}
    for action in (scenario.find("actions", ident) for ident in steps):
        assert action.justified_by or not action.treats, action.id


def test_what_justifies_a_step_depends_on_what_is_wrong():
    base, birch, cedar = (load("auth_token", variant).scenario for variant in ("base", "birch", "cedar"))
    flags = [set(one.find("actions", "flag_web").justified_by) for one in (base, birch)]
    assert flags[0]
    assert flags[1]
    assert not flags[0] & flags[1]
    assert not cedar.find("actions", "flag_web").justified_by


def test_what_only_holds_says_so():
    found = {
        (name, variant, action.id): action.hold.right_first
        for name, variant in EVERY
        for action in load(name, variant).scenario.actions
        if action.hold is not None
    }
    assert found == HOLDS

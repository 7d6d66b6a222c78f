"""What makes a step right to take, and when by_the_book and the judged traces took it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from analytics import playbook
from analytics.record import Course, DrillRecord, References
from analytics.runs.library import library_of
from analytics.timeline import Attempt
from analytics.view import RecordView
from scenarios import load, names, variants
from simulator import events as e
from simulator.engine import VERSION
from simulator.record.journal import Journal
from simulator.scenario.conditions import holds
from simulator.scenario.model import Scenario
from tests import played
from tests.validity import judged

pytestmark = pytest.mark.slow

SHIPPED = [(name, variant) for name in names() for variant in variants(name)]
LATE = 200
"""Seconds after which a step that could be taken counts as waited for: three minutes, and what it takes to say it."""
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


def seen(view: RecordView) -> Mapping[str, int]:
    """Return reference -> the second at which somebody had first seen it: an output, an alert, what was said."""
    found: dict[str, int] = {}
    for m in view.queries:
        found.setdefault(f"query:{m.body.query}", m.at)
    for fired in view.all(e.AlertFired):
        found.setdefault(f"alert:{fired.body.alert}", fired.at)
    for said in view.all(e.CueShared):
        found.setdefault(f"cue:{said.body.cue}", said.at)
    for came in view.all(e.InjectDelivered):
        found.setdefault(f"inject:{came.body.inject}", came.at)
    return found


def first_orders(view: RecordView) -> Iterator[Attempt]:
    """Yield the first order of each mitigating action that treats something."""
    done: set[str] = set()
    for run in view.runs:
        if run.spec.mitigates and run.spec.coverage and run.ident not in done and run.started is not None:
            done.add(run.ident)
            yield run


def feasible(view: RecordView, run: Attempt, known: Mapping[str, int]) -> int:
    """Return the second from which a step could be taken.

    Whoever does it is there, its own check has been read, what it needs is so, and no other change is on its way.
    """
    spec, role = run.spec, view.scenario.find("roles", run.executor)
    joined = [0 if role.present else m.at for m in view.all(e.RoleJoined) if m.body.role == run.executor]
    ready = [min(joined, default=0)]
    if spec.precheck:
        ready.append(known.get(f"query:{spec.precheck}", 0))
    for when in (*(one.when for one in spec.preconditions), spec.ready_when):
        ready += [known[f"query:{fact[6:]}"] for fact in when if fact.startswith("query.")]
        so = (m.at for m in view.samples if m.at >= 0 and any(holds(when, facts) for facts in view.facts(m.at)))
        ready.append(min(next(so, 0), run.ordered))
    earlier = [other for other in view.runs if other.ordered < run.ordered and other.started is not None]
    ready += [min(other.landed, run.ordered) for other in earlier if other.landed > ready[0]]
    return max(ready)


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize(("name", "variant"), SHIPPED)
def test_by_the_book_acts_on_what_makes_a_step_right_and_soon_after(name, variant, seed):
    engine = played.engine(name, variant, "by_the_book", seed)
    view = view_of(load(name, variant).scenario, engine.journal)
    known = seen(view)
    orders = list(first_orders(view))
    assert orders
    for run in orders:
        grounds = [known[ref] for ref in run.spec.justified_by if ref in known and known[ref] <= run.ordered]
        assert grounds, f"{run.ident} at {run.ordered}: nothing that makes it right had been seen"
        waited = run.ordered - max(0, min(grounds), feasible(view, run, known))
        assert waited <= LATE, f"{run.ident} at {run.ordered}, {waited} s after it could have been ordered"


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


@pytest.mark.parametrize(("name", "variant"), SHIPPED)
def test_what_the_best_courses_do_can_be_justified(name, variant):
    scenario = load(name, variant).scenario
    steps = {step.action for one in library_of(name, variant).finalists[:2] for step in one.steps if step.action}
    for action in (scenario.find("actions", ident) for ident in steps):
        assert action.justified_by or not (action.mitigates and action.coverage), action.id


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
        for name, variant in SHIPPED
        for action in load(name, variant).scenario.actions
        if action.hold is not None
    }
    assert found == HOLDS

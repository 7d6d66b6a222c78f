"""Reference runs on the real scenario: the null run is the engine's, fits and risks tell good from bad."""

from __future__ import annotations

from functools import partial

import pytest

from analytics.playbook import load as book
from analytics.record import Fit, References
from analytics.runs.counterfactual import Ends, make_references
from analytics.runs.finalists import search
from analytics.runs.library import CourseStep, library_of
from analytics.runs.walk import as_course, begin, course, untouched_turns
from analytics.scorecard import Scorecard
from scenarios.loader import load
from simulator import acts, values
from simulator import events as e
from simulator.engine import Engine
from simulator.errors import JournalError, ScenarioError
from simulator.play import play_orders
from simulator.policy import Order
from simulator.record.journal import Journal
from tests import played

pytestmark = pytest.mark.slow

loaded = partial(load, "auth_token")
library = partial(library_of, "auth_token")
SEEDS = (1, 7)


def drill(name: str, seed: int) -> tuple[Engine, References]:
    references = played.record("auth_token", "base", name, seed).references
    assert references is not None
    return played.engine("auth_token", "base", name, seed), references


def card(name: str, seed: int) -> Scorecard:
    return played.card("auth_token", "base", name, seed)


def final_harm(engine: Engine) -> dict[str, float]:
    return [x.body.harm for x in engine.journal if isinstance(x.body, e.TruthSampled)][-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_null_run_is_what_the_engine_makes_of_nobody(seed: int) -> None:
    engine, references = drill("null", seed)
    assert references.null.harm == final_harm(engine)
    assert len(references.null.losses) == loaded().scenario.horizon // 60 + 1
    assert list(references.null.losses) == sorted(references.null.losses)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_in_the_suite_beats_the_best_run(seed: int) -> None:
    for name in ("by_the_book", "slow", "impatient"):
        engine, references = drill(name, seed)
        view_loss = sum(d.weight * final_harm(engine)[d.id] / d.scale for d in loaded().scenario.harm)
        assert references.best.loss <= view_loss < references.null.loss * 1.01


def test_a_branch_that_stalls_fits_worse_than_the_flags() -> None:
    good = drill("by_the_book", 7)[1].fits
    bad = drill("impatient", 7)[1].fits
    assert max(fit.gap for fit in good) < 0.1
    assert bad[0].gap > 0.6
    assert all(fit.best <= fit.taken and fit.best <= fit.branches[0].loss for fit in (*good, *bad) if fit.branches)


def test_waiting_makes_it_worse_early_and_no_difference_late() -> None:
    first, *_, last = drill("by_the_book", 7)[1].waiting
    assert first.then["locked_users"] > 1.5 * first.now["locked_users"]
    assert last.then["locked_users"] < 1000


def test_references_survive_the_journal() -> None:
    references = drill("by_the_book", 7)[1]
    assert References.model_validate_json(references.model_dump_json()) == references


def test_a_spread_is_made_of_other_seeds() -> None:
    engine, _ = drill("by_the_book", 7)
    steps: list[tuple[int, int]] = []
    spread = make_references(
        loaded(), engine.journal, book(), seeds=2, progress=lambda *at: steps.append(at)
    ).spread
    assert spread is not None
    assert len(spread.totals) == 2
    assert spread.low >= 80
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_changed_scenario_has_no_references_and_another_engine_no_spread() -> None:
    engine, _ = drill("null", 1)
    changed = Journal(engine.header.model_copy(update={"scenario_version": "1"}), engine.journal.entries)
    with pytest.raises(JournalError, match=rf"version 1 of scenario 'auth_token', this is version {loaded().version}"):
        make_references(loaded(), changed, book())
    older = Journal(engine.header.model_copy(update={"engine": "0"}), engine.journal.entries)
    assert make_references(loaded(), older, book(), seeds=2).spread is None
    unknown = Journal(engine.header.model_copy(update={"scenario_version": None}), engine.journal.entries)
    assert make_references(loaded(), unknown, book(), seeds=2).spread is None


def test_the_same_drill_has_the_same_references() -> None:
    engine, references = drill("slow", 1)
    assert make_references(loaded(), engine.journal, book(), seeds=0) == references


# --- the library -------------------------------------------------------------------------------------------


def test_the_best_committed_finalist_is_what_a_search_finds() -> None:
    """Among what the first three are made of, and the ends of each line; `make finalists` searches the whole grid."""
    known = library()
    used = {step for one in known.finalists[:3] for step in one.steps}
    few = tuple(
        tuple(one for one in line if used.issuperset(one) or one in (line[0], line[-1])) for line in known.search
    )
    walk = begin(loaded().make_world, loaded().scenario, 0)
    found = search(walk, known.model_copy(update={"search": few}))
    assert found[0].steps == known.finalists[0].steps
    committed = {one.name: one.steps for one in known.finalists}
    assert all(committed.get(one.name, one.steps) == one.steps for one in found)


def test_a_step_before_its_justification_is_refused() -> None:
    early = library().model_copy(update={"search": (((CourseStep(action="flag_web", at=1),),),)})
    with pytest.raises(ScenarioError, match=r"flag_web at minute 1 comes before it can be justified"):
        search(begin(loaded().make_world, loaded().scenario, 0), early)


def test_a_library_names_only_actions_there_are() -> None:
    ids = {action.id for action in loaded().scenario.actions}
    steps = [s for one in (*library().finalists, *library().branches) for s in one.steps]
    assert {s.action for s in (*steps, *library().cleanup) if s.action} <= ids
    with pytest.raises(ScenarioError, match="there is no action 'nonsense'"):
        as_course([CourseStep(action="nonsense", at=1)], loaded().scenario)


def test_an_unprepared_rollback_stalls_in_a_walk_too() -> None:
    walk = begin(loaded().make_world, loaded().scenario, 0)
    rollback = loaded().scenario.find("actions", "rollback")
    compat = loaded().scenario.find("actions", "compat")
    stalled = course(walk, "stalled", actions=[(720, rollback)])
    prepared = course(walk, "prepared", actions=[(420, compat), (720, rollback)])
    assert stalled.loss > course(walk, "nothing").loss > prepared.loss


def test_a_scenario_without_a_library_has_no_finalists() -> None:
    empty = library_of("no_such_scenario")
    assert empty.finalists == ()
    null, best = Ends(loaded(), empty).of(1)
    assert best == null
    assert untouched_turns(begin(loaded().make_world, loaded().scenario, 0))[0].knob == "merge_restart"


def fit_of(*given: tuple[int, str, acts.Act]) -> Fit:
    seats = [Order(-60, f"{seat}:Ana", acts.TakeSeat(seat=seat, name="Ana")) for seat in ("commander", "mitigation")]
    orders = sorted((Order(at, f"{seat}:Ana", body) for at, seat, body in given), key=lambda order: order.at)
    engine = play_orders(loaded(), [*seats, *orders], 1)
    return make_references(loaded(), engine.journal, book(), seeds=0).fits[0]


def test_what_was_done_before_the_first_page_is_part_of_what_the_branch_brought_about() -> None:
    flag = acts.TakeAction(action="flag_web")
    early, later = fit_of((-30, "mitigation", flag)), fit_of((5, "mitigation", flag))
    assert early.taken == pytest.approx(later.taken, abs=0.01)
    assert early.taken < early.null - 0.5
    assert early.gap == pytest.approx(later.gap, abs=0.02)


def test_a_decision_written_down_after_its_order_is_judged_like_one_before() -> None:
    decision = acts.RecordDecision(
        decision="continue mitigation", actions=("hotfix",), strategy="hotfix",
        why_now=loaded().scenario.reasons[0].id, evidence=("query:keyring",), execution_owner="mitigation",
        verification_owner="verification", reversal_minutes=10, confidence="L2",
        check=values.Check(metric=loaded().scenario.overlay.indicators[0], threshold=0.01),
    )  # fmt: skip
    look = (10, "commander", acts.RunQuery(query="keyring", executor="mitigation"))
    order = acts.TakeAction(action="hotfix", executor="mitigation")
    before = fit_of(look, (300, "commander", decision), (302, "commander", order))
    after = fit_of(look, (300, "commander", order), (302, "commander", decision))
    assert after.null == pytest.approx(before.null, abs=0.01)
    assert after.gap == pytest.approx(before.gap, abs=0.02)

"""Reference runs of scenario C: what nobody would have come to, what the library holds, what the branches are worth."""

from __future__ import annotations

from functools import partial

import pytest

from analytics.record import References, loss_of
from analytics.runs.finalists import search
from analytics.runs.library import library_of
from analytics.runs.walk import as_course, begin, course, untouched_turns
from scenarios import load
from simulator import events as e
from simulator.engine import Engine
from tests import played

pytestmark = pytest.mark.slow

loaded = partial(load, "permission_leak")
library = partial(library_of, "permission_leak")


def drill(name: str) -> tuple[Engine, References]:
    references = played.record("permission_leak", "base", name, 7).references
    assert references is not None
    return played.engine("permission_leak", "base", name, 7), references


def final_harm(engine: Engine) -> dict[str, float]:
    return [x.body.harm for x in engine.journal if isinstance(x.body, e.TruthSampled)][-1]


def test_the_null_run_is_what_the_engine_makes_of_nobody() -> None:
    engine, references = drill("null")
    assert references.null.harm == final_harm(engine)
    assert list(references.null.losses) == sorted(references.null.losses)


def test_of_contingent_injects_those_count_that_come_when_nobody_acts() -> None:
    turns = untouched_turns(begin(loaded().make_world, loaded().scenario, 0))
    assert [(turn.at, turn.knob) for turn in turns] == [(840, "redeploy"), (540, "details_public")]


@pytest.mark.parametrize("name", ["by_the_book", "slow", "impatient", "hero"])
def test_nobody_beats_the_best_run(name: str) -> None:
    engine, references = drill(name)
    assert references.best.loss <= loss_of(final_harm(engine), loaded().scenario) < references.null.loss


def test_going_back_at_once_fits_and_patching_first_does_not() -> None:
    good, bad = drill("by_the_book")[1].fits, drill("impatient")[1].fits
    assert max(fit.gap for fit in good) < 0.1
    assert bad[0].gap > good[0].gap
    assert bad[0].branches[0].name.startswith(("rollback", "snapshot", "close"))


def test_the_committed_finalists_are_those_of_the_search_and_lose_what_they_lost() -> None:
    walk = begin(loaded().make_world, loaded().scenario, 0)
    assert [one.steps for one in search(walk, library())] == [one.steps for one in library().finalists]
    for finalist in library().finalists:
        turns, actions = as_course(finalist.steps, loaded().scenario)
        assert course(walk, finalist.name, turns, actions).loss == pytest.approx(finalist.loss, rel=0.02)


def test_the_best_course_saves_the_evidence_before_it_goes_back() -> None:
    steps = {step.action: step.at for step in library().finalists[0].steps}
    assert steps["evidence_snapshot"] + 4 <= steps["rollback"]
    assert {"unpin", "purge", "epoch_sync"} <= set(steps)


def test_a_library_names_only_what_there_is() -> None:
    ids = {action.id for action in loaded().scenario.actions}
    steps = [step for one in (*library().finalists, *library().branches) for step in one.steps]
    assert {step.action for step in (*steps, *library().cleanup) if step.action} <= ids
    assert {one.action for one in library().earliest} <= ids
    known = {f"{group}:{part.id}" for name, group in (("queries", "query"), ("injects", "inject"))
             for part in getattr(loaded().scenario, name)}  # fmt: skip
    known |= {f"cue:{cue.id}" for role in loaded().scenario.roles for cue in role.cues}
    assert {ref for branch in library().branches for ref in branch.known} <= known

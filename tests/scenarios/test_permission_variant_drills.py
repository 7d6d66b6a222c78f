"""Scenario C in its variants, played: by_the_book and the others, who sits and watches, the courses on file."""

from __future__ import annotations

import pytest

from analytics.runs.library import library_of
from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.briefing import briefing
from simulator.engine import Engine, new_header
from tests.scenarios.test_permission_variants import OF_C, OTHERS, SEEDS, drill
from tests.shipped import book

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("variant", OTHERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_by_the_book_reads_who_answers(variant: str, seed: int) -> None:
    engine, card = drill(variant, "by_the_book", seed)
    assert card.total >= 85
    assert not card.caps
    followed = book("permission_leak").plan_for(briefing(engine, "commander"))
    assert followed.name == {"dunlin": "copy", "siskin": "memory"}[variant]
    began = {x.body.action: x.at for x in reversed(engine.journal.entries) if isinstance(x.body, e.ActionStarted)}
    ended = {x.body.action: x.at for x in reversed(engine.journal.entries) if isinstance(x.body, e.ActionFinished)}
    if variant == "dunlin":
        assert began["rollback"] < ended["evidence_snapshot"] <= began["purge"] <= began["purge_paths"]
        assert not {"epoch_bump", "epoch_sync", "block_route", "resolver_off"} & set(began)
    else:
        assert began["block_route"] < ended["evidence_snapshot"] <= began["resolver_off"] < began["open_route"]
        assert not {"rollback", "unpin", "purge", "purge_paths"} & set(began)
    final = [x.body for x in engine.journal if isinstance(x.body, e.TruthSampled)][-1]
    assert max(final.outside.values()) < 0.01


@pytest.mark.parametrize("variant", OF_C)
@pytest.mark.parametrize("seat", ["triage", "verification", "comms"])
def test_who_sits_there_and_watches_does_not_stop_the_others(variant: str, seat: str) -> None:
    loaded = load("permission_leak", variant)
    engine = Engine(loaded, new_header(loaded, 3, mode="training", automation=True))
    engine.submit(acts.TakeSeat(seat=seat, name="Ana"), f"{seat}:Ana")
    engine.advance(25 * 60)
    assert not engine.world.facts()["leaking"]
    assert engine.world.facts()["evidence_held"]


@pytest.mark.parametrize("variant", OTHERS)
def test_what_the_book_measures_is_back_where_it_was(variant: str) -> None:
    """The comparison with the quiet window is green because things are as they were, not by a wide tolerance."""
    engine, _ = drill(variant, "by_the_book", 1)
    (measured,) = [x.body for x in engine.journal.entries if isinstance(x.body, e.VerificationMeasured)]
    assert all(row.within for row in measured.rows), measured.rows
    loaded = load("permission_leak", variant)
    untouched = Engine(loaded, new_header(loaded, 1, mode="assessment", automation=False))
    untouched.advance(60)
    window = untouched.catalogues["commander"].quiet
    untouched.submit(acts.RecordVerification(metrics=tuple(row.metric for row in measured.rows),
        baseline_from=window[0],
                     baseline_to=window[1], hold_minutes=5), "verification:Ana")  # fmt: skip
    untouched.advance(600)
    (before,) = [x.body for x in untouched.journal.entries if isinstance(x.body, e.VerificationMeasured)]
    assert sum(not row.within for row in before.rows) >= 2, before.rows


# --- courses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", OTHERS)
def test_libraries_name_only_what_there_is(variant: str) -> None:
    scenario, library = load("permission_leak", variant).scenario, library_of("permission_leak", variant)
    ids = {action.id for action in scenario.actions}
    steps = [step for one in (*library.finalists, *library.branches) for step in one.steps]
    assert {step.action for step in (*steps, *library.cleanup) if step.action} <= ids
    assert {one.action for one in library.earliest} <= ids
    known = {f"{group}:{part.id}" for name, group in (("queries", "query"), ("injects", "inject"))
             for part in getattr(scenario, name)}  # fmt: skip
    known |= {f"cue:{cue.id}" for role in scenario.roles for cue in role.cues}
    assert {ref for branch in library.branches for ref in branch.known} <= known

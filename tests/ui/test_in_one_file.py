"""Drills in one file that ship: one first page for all truths, fair courses, notes; their check finds nothing."""

from __future__ import annotations

import pytest

from analytics import playbook
from analytics.runs.counterfactual import ends_of
from analytics.runs.library import CourseStep
from analytics.runs.walk import as_course, course
from analytics.score import score
from scenarios import load, variants
from tests import played
from tests.scenarios.test_variants import same_beforehand
from tests.shipped import FOLDER, IN_ONE_FILE
from tests.ui.test_offered import told
from tests.validity import sweep
from ui.cli.check import played as played_check
from ui.live.desk_model import scenario_notes

pytestmark = pytest.mark.slow

SEED = 7
"""That of the recorded drills."""
AWAY = {
    "checkout_dip": ("sales_lost", ("failover", "waiting_room", "rollback", "restart")),
    "levels_unseen": ("pumped", ("local", "close")),
    "parcel_lag": ("held", ("throttle", "purge")),
    "sign_in_link": ("bothered", ("resend_all", "close_door")),
}
"""Drill -> the harm that counts what is taken from people, and what takes it."""


def test_nothing_seen_at_the_first_page_tells_a_truth() -> None:
    assert [one for name in IN_ONE_FILE for variant in variants(name) for one in told(name, variant)] == []
    for name in IN_ONE_FILE:
        for variant in variants(name)[1:]:
            same_beforehand(name, variant)


def test_each_variant_has_a_cause_of_its_own() -> None:
    for name in IN_ONE_FILE:
        true = [one.id for v in variants(name) for one in load(name, v).scenario.causes if one.true]
        assert len({*true}) == len(true) == len(variants(name)), name


def test_what_is_taken_from_people_counts_and_doing_nothing_takes_nothing() -> None:
    assert AWAY.keys() == {*IN_ONE_FILE}
    for name, (harm, moves) in AWAY.items():
        loaded = load(name)
        assert next(one for one in loaded.scenario.harm if one.id == harm).weight >= 0.1
        assert ends_of(loaded).of(0)[0].harm[harm] == 0
        for move in moves:
            turns, actions = as_course([CourseStep(action=move, at=6)], loaded.scenario)
            assert course(ends_of(loaded).walk(0), "", turns, actions).harm[harm] > 0, (name, move)


def test_every_playbook_judges_a_course_by_the_book_as_proficient() -> None:
    for name in IN_ONE_FILE:
        record = played.record(name, "base", "by_the_book", SEED)
        cards = {book: score(record, playbook.load(book)) for book in playbook.names()}
        assert {book: card.band for book, card in cards.items()} == dict.fromkeys(cards, "P"), name
        assert not [hit.id for card in cards.values() for hit in card.caps], name


def test_each_has_notes_for_whoever_runs_it() -> None:
    for name in IN_ONE_FILE:
        notes = scenario_notes(name)
        for head in ("## What is really happening", "## Traps", "## Who knows what", "## Watch for", "## The model"):
            assert head in notes, (name, head)
        for variant in variants(name):
            assert f"`{variant}`" in notes, (name, variant)


@pytest.mark.long
@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_playing_one_shows_nothing_to_mend(name: str) -> None:
    assert played_check(FOLDER / name) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_responders_come_in_their_order_whatever_is_true(name: str, seed: int) -> None:
    for variant in variants(name):
        cards = played.cards(name, variant, seed)
        assert list(sweep.out_of_order(cards)) == [], variant
        assert [one for who, card in cards.items() for one in sweep.unsound(name, variant, who, seed, card)] == []

"""Drills in one file that ship: one first page at T+0 for all truths, fair courses, notes; their check is silent."""

from __future__ import annotations

import re

import pytest

from analytics import playbook
from analytics.runs.counterfactual import ends_of
from analytics.runs.library import CourseStep
from analytics.runs.preview import outputs, printed
from analytics.runs.walk import as_course, begin, course, untouched_turns
from analytics.score import score
from scenarios import load, variants
from simulator.monitoring.onset import onset_shift
from simulator.text import Utc
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


def test_the_first_page_comes_when_the_drill_says() -> None:
    moved = {(name, v, seed): onset_shift(load(name, v), seed)
             for name in IN_ONE_FILE for v in variants(name) for seed in (2, 5)}  # fmt: skip
    assert {one: seconds for one, seconds in moved.items() if abs(seconds) > 30} == {}


def test_what_a_look_says_of_a_change_is_when_it_was() -> None:
    for name, look, change in (
        ("parcel_lag", "revisions", "5.6.0"), ("levels_unseen", "revisions", "3.4.0"),
        ("checkout_dip", "lab", "plan 41"), ("sign_in_link", "flags", "layout_b"),
    ):  # fmt: skip
        for variant in variants(name):
            loaded = load(name, variant)
            at = next(one.at for one in loaded.scenario.changes if change in one.summary)
            when = Utc(loaded.scenario.t0_utc, 0)(at + onset_shift(loaded, 1))
            assert when in printed(loaded, 240)[look], (name, variant)


def test_what_looks_count_follows_what_the_team_does() -> None:
    def seen(name: str, lever: str) -> dict[str, str]:
        loaded = load(name)
        walk = begin(loaded.make_world, loaded.scenario, onset_shift(loaded, 1))
        walk.go(300, untouched_turns(walk))
        walk.world.turn(lever, 1, 0)
        walk.world.step(60)
        return outputs(loaded.scenario, walk.world)

    assert "with bulk scans slowed: 374 a minute" in seen("parcel_lag", "throttle")["intake"]
    untouched = printed(load("parcel_lag"), 360)
    assert "as on every Tuesday: 680 a minute" in untouched["intake"]
    assert untouched["verify"].rstrip().endswith("FAIL")  # a rerun prints what it would print then
    assert re.findall(r"[\d.]+(?= % succeed)", seen("checkout_dip", "closed")["by_source"])[:2] == ["6.8", "7.1"]
    assert re.findall(r"[\d.]+(?= % succeed)", printed(load("checkout_dip"), 360)["by_source"])[:2] == ["95.3", "95.6"]


def test_each_has_notes_for_whoever_runs_it() -> None:
    for name in IN_ONE_FILE:
        notes = scenario_notes(name)
        assert not re.findall(r"^[A-Z_]{3,}$", notes, re.MULTILINE), name
        assert "| nobody does anything |" in notes, name
        rows = {one: f"\n| `{one}` |" for one in load(name).responders}
        assert [one for one, row in rows.items() if row not in notes] == [], name
        assert [one.id for one in load(name).scenario.actions if f"\n| {one.id} |" not in notes] == [], name
        for head in ("## What is really happening", "## Traps", "## Who knows what", "## Watch for", "## The model"):
            assert head in notes, (name, head)
        for variant in variants(name):
            assert f"`{variant}`" in notes, (name, variant)


@pytest.mark.long
@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_playing_one_shows_nothing_to_mend(name: str) -> None:
    assert played_check(FOLDER / name, lambda done, of: None) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_responders_come_in_their_order_whatever_is_true(name: str, seed: int) -> None:
    for variant in variants(name):
        cards = played.cards(name, variant, seed)
        assert list(sweep.out_of_order(cards)) == [], variant
        assert [one for who, card in cards.items() for one in sweep.unsound(name, variant, who, seed, card)] == []

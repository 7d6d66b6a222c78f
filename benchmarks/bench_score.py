"""How soon a score stands after the end of a drill, beside playing it once: processor seconds of one process."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable
from typing import Any

import pytest

from analytics import playbook
from analytics.runs.counterfactual import add_references, ends_of
from analytics.runs.finish import finish
from analytics.score import score
from scenarios import load
from simulator.play import orders, play, play_orders

SEED = 7
WITHIN = 5.0
"""Seconds after the end within which a debrief has its score."""

BESIDE_PLAYING = 0.1
"""Function calls of scoring a record whose references are known, as a share of those of playing it."""


def calls(run: Callable[[], Any]) -> int:
    """Return how many functions something calls: the same on every machine, however busy."""
    profile = cProfile.Profile()
    profile.runcall(run)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def seconds(run: Callable[[], Any]) -> float:
    """Return the processor seconds that something takes."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


@pytest.mark.parametrize("scenario", ["auth_token", "billing_mismatch", "permission_leak"])
def test_a_score_stands_soon_after_the_end(scenario: str) -> None:
    loaded = load(scenario)
    played = play(loaded, "by_the_book", SEED)
    given = orders(played)
    once = min(seconds(lambda: play_orders(loaded, given, SEED, name="by_the_book")) for _ in range(3))
    ends_of.cache_clear()
    making = finish(loaded, played.journal, lambda share: None)
    first = seconds(lambda: next(making))
    whole = first + seconds(lambda: next(making))
    print(
        f"\n{scenario}: score {first:.2f} s after the end, {first / once:.1f} times playing it ({once:.2f} s);"
        f" with other seeds and what else could have been done {whole:.0f} s, {whole / once:.0f} times"
    )
    assert first < WITHIN


@pytest.mark.parametrize("scenario", ["auth_token", "billing_mismatch", "permission_leak"])
def test_scoring_itself_is_little_beside_playing(scenario: str) -> None:
    loaded, book = load(scenario), playbook.load("recovery")
    played = play(loaded, "by_the_book", SEED)
    given = orders(played)
    record = add_references(loaded, played.journal, book, seeds=0)
    score(record, book)  # whatever is made once a process
    scoring = calls(lambda: score(record, book))
    playing = calls(lambda: play_orders(loaded, given, SEED, name="by_the_book"))
    print(f"\n{scenario}: scoring {scoring:,} calls, {scoring / playing:.4f} of playing it ({playing:,})")
    assert scoring / playing < BESIDE_PLAYING

"""Whatever people do and machines suffer, the clock goes on from what was seen; `make soak` tries for longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.room.store import Store
from tests.soak.trial import MODES, STEPS, Trial

PACED = st.tuples(st.just("pass"), st.integers(0, 74))
"""Time passes oftener than all else: what only stands goes wrong in no way."""
SEQUENCES = st.lists(PACED | st.tuples(st.sampled_from(STEPS), st.integers(0, 9999)), max_size=16)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    made = Store("sqlite://")
    yield made
    made.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SEQUENCES, st.sampled_from(MODES))
def test_any_sequence_on_two_servers(store: Store, steps: list[tuple[str, int]], mode: str) -> None:
    Trial(store, mode).run([("start", 0), *steps])

"""Taking a service away is not mending it: for good it avoids at most half, for a while it costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from analytics.record import Course
from analytics.runs.counterfactual import ends_of
from analytics.runs.library import CourseStep, library_of
from analytics.runs.walk import Turn, as_course, course
from scenarios import load, variants
from tests.shipped import EVERY

pytestmark = pytest.mark.slow

HELD = [
    ("billing_mismatch", "base", "pause"), ("billing_mismatch", "slate", "pause"),
    ("billing_mismatch", "flint", "pause"), ("billing_mismatch", "flint", "agg_stop"),
    ("permission_leak", "base", "block_route"), ("permission_leak", "dunlin", "block_route"),
    ("permission_leak", "siskin", "block_route"),
]  # fmt: skip
AWAY = {
    "auth_token": ("throttle", "revoke_all", "idp_failover", "block_asn", "restart_pods"),
    "billing_mismatch": ("pause",),
    "permission_leak": ("block_route",),
}
"""What takes something away from people who had it, and the dimension that counts it below."""
COUNTED = {"auth_token": "kept_out_minutes", "billing_mismatch": "delay_minutes", "permission_leak": "previews_denied"}
FREE = 0.02
"""Share of the avoidable loss that a short hold may cost."""


def taken(name: str, variant: str, steps: Iterable[tuple[str, float]]) -> Course:
    """Return what these steps come to where everything else is left alone and releases are frozen."""
    loaded = load(name, variant)
    injects = [one for one in loaded.scenario.injects if not one.when]
    anyway = [Turn(one.at, x.knob, x.value, x.over) for one in injects for x in one.effects]
    turns, actions = as_course([CourseStep(action=a, at=at) for a, at in steps], loaded.scenario)
    return course(ends_of(loaded).walk(0), "", turns + anyway, actions)


def avoided(name: str, variant: str, steps: Sequence[tuple[str, float]]) -> float:
    """Return the share of the avoidable loss that these steps avoid."""
    null, best = ends_of(load(name, variant)).of(0)
    return (null.loss - taken(name, variant, steps).loss) / (null.loss - best.loss)


def earliest(name: str, variant: str, action: str) -> float:
    return next((one.minute for one in library_of(name, variant).earliest if one.action == action), 1.0)


def test_every_hold_is_tried():
    found = [(n, v, a.id) for n, v in EVERY for a in load(n, v).scenario.actions if a.hold is not None]
    assert sorted(found) == sorted(HELD)


@pytest.mark.parametrize(("name", "variant", "action"), HELD)
def test_held_for_good_at_most_half_is_avoided(name, variant, action):
    steps = [(action, earliest(name, variant, action))]
    assert avoided(name, variant, steps) <= 0.5
    if load(name, variant).scenario.find("actions", "evidence_snapshot"):
        assert avoided(name, variant, [("evidence_snapshot", 1.5), *steps]) <= 0.5


@pytest.mark.parametrize("variant", variants("auth_token"))
def test_holding_retries_back_for_an_hour_mends_nothing(variant):
    again = [("throttle", 8 + 15.25 * turn) for turn in range(4)]
    assert avoided("auth_token", variant, again) <= 0.5


@pytest.mark.parametrize(("name", "variant", "action"), HELD)
def test_held_as_long_as_the_best_courses_hold_it_costs_next_to_nothing(name, variant, action):
    spec = load(name, variant).scenario.find("actions", action)
    null, best = ends_of(load(name, variant)).of(0)
    at = earliest(name, variant, action)
    weighed = next(one for one in load(name, variant).scenario.harm if one.id == COUNTED[name])
    held = taken(name, variant, [(action, at), (spec.reversible_by, at + 9)]).harm[weighed.id]
    assert weighed.weight * held / weighed.scale <= FREE * (null.loss - best.loss)


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_what_is_taken_from_people_counts_and_doing_nothing_takes_nothing(name, variant):
    scenario = load(name, variant).scenario
    dimension = next(one for one in scenario.harm if one.id == COUNTED[name])
    assert dimension.weight >= 0.1
    assert ends_of(load(name, variant)).of(0)[0].harm[dimension.id] == 0
    for action in AWAY[name]:
        assert taken(name, variant, [(action, 6.0)]).harm[dimension.id] > 0, action

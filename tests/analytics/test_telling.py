"""What people outside are told, on tiny drills, and triage before it."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.criteria.comms import untruths
from simulator import acts
from tests.analytics.builders import (
    Lines,
    act,
    drill,
    escalate,
    figure,
    packet,
    query,
    say,
    scenario,
    truth,
    update,
    verify,
)
from tests.analytics.test_frames import view
from tests.analytics.trying import check, tried

ZONES = query("04:00", "zones")
DONE = act("08:00", "flag")
BACK = truth(recovers="12:00")
FIRST = update("06:00")
SECOND = update("10:00", "mitigating", mitigation="flag")


def executives(clock: str, **more: Any) -> Lines:
    data = {"impact": figure(), "unknowns": ("why",), "next_update_minutes": 20} | more
    return say(clock, "comms", acts.UpdateExecutives.model_validate(data))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([FIRST, DONE, SECOND], "met", 10, "fills the template", id="two full ones"),
        pytest.param([FIRST], "partial", 5, "One more update", id="one full one"),
        pytest.param(
            [FIRST, DONE, update("10:00", "mitigating")], "partial", 9, "a true mitigation",
            id="the mitigation left out",
        ),
        pytest.param(
            [update("06:00", impact=figure(9000)), DONE, SECOND], "partial", 9, "a true impact", id="a false figure",
        ),
        pytest.param(
            [update("06:00", unknowns=("nonsense",)), DONE, SECOND], "partial", 9, "a true unknowns",
            id="an unknown that is none",
        ),
        pytest.param([update("06:00", "recovered"), DONE, SECOND], "partial", 9, "a true status", id="a false status"),
        pytest.param(
            [FIRST, DONE, SECOND, update("15:00", "recovered", impact=None, unknowns=())], "met", 10, "",
            id="a third one does no harm",
        ),
        pytest.param([DONE], "not_observed", 0, "Nobody outside", id="nobody told"),
    ],
)  # fmt: skip
def test_template_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("template_kept", drill(*lines)), status, points, word)


def test_who_may_not_know_cannot_fill_the_template() -> None:
    overlay = scenario().overlay.model_dump(by_alias=True) | {"need_to_know": ["commander"]}
    record = drill(update("06:00", impact=None, unknowns=()), of=scenario(overlay=overlay))
    check(tried("template_kept", record), "not_observed", 0)


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([FIRST], "met", 10, "only what is known", id="no cause, and what is unknown"),
        pytest.param(
            [ZONES, update("06:00", cause="key")], "met", 10, "once it was shown", id="the cause, once it was shown",
        ),
        pytest.param(
            [update("03:00", cause="key"), ZONES], "missed", 0, "nothing seen by then", id="the cause as a guess",
        ),
        pytest.param([ZONES, update("06:00", cause="attack")], "missed", 0, "nothing seen by then", id="a wrong cause"),
        pytest.param([update("06:00", unknowns=())], "missed", 0, "not said", id="nothing unknown is said"),
        pytest.param([DONE], "not_observed", 0, "Nobody outside", id="silence"),
    ],
)  # fmt: skip
def test_no_speculation(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("no_speculation", drill(*lines)), status, points, word)


def ranged(clock: str, low: float | None, high: float | None) -> Lines:
    return update(clock, eta="range", eta_low=low, eta_high=high)


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([FIRST], "met", 10, "1 of 1", id="unknown"),
        pytest.param([ranged("06:00", 5, 15)], "met", 10, "1 of 1", id="a range that holds the truth"),
        pytest.param([ranged("06:00", 20, 40)], "missed", 0, "does not hold", id="a range that does not"),
        pytest.param([ranged("06:00", 1, 120)], "partial", 3, "too wide", id="a range that says nothing"),
        pytest.param([ranged("06:00", None, None)], "missed", 0, "no ends", id="a range without ends"),
        pytest.param([ranged("06:00", 6, 6)], "missed", 0, "no width", id="a range that is a point"),
        pytest.param([update("06:00", eta="point")], "missed", 0, "a point was promised", id="a point"),
        pytest.param([FIRST, update("10:00", eta="point")], "partial", 5, "T+10:00", id="one of two"),
        pytest.param([update("15:00", "recovered", eta="point")], "not_observed", 0, "No update", id="it is over"),
        pytest.param([executives("06:00", eta="range", eta_low=4, eta_high=12)], "met", 10, "", id="to executives"),
    ],
)  # fmt: skip
def test_eta_honest(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("eta_honest", drill(*lines, world=BACK)), status, points, word)


def test_what_never_ends_is_in_no_range() -> None:
    check(tried("eta_honest", drill(ranged("06:00", 10, 30))), "missed", 0, "does not hold")


def correct(clock: str, status: str, impact: Any = None) -> Lines:
    data = {"update": "update:1", "status": status, "impact": impact}
    return say(clock, "comms", acts.CorrectUpdate.model_validate(data))


OVER = update("20:00", "recovered", mitigation="flag")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param([FIRST, DONE, OVER], "met", 10, "holds", id="the last word says that it is over"),
        pytest.param(
            [FIRST, DONE, update("20:00", "recovered", impact=figure(9000))], "partial", 6.7, "its figure",
            id="a false figure",
        ),
        pytest.param(
            [DONE, update("09:30", "recovered", impact=figure(9000)), correct("20:00", "recovered", figure())], "met",
            10, "T+20:00", id="corrected in the end",
        ),
        pytest.param([FIRST, DONE], "partial", 6.7, "how things stand now", id="nothing since things changed"),
        pytest.param(
            [FIRST, DONE, OVER, executives("21:00", impact=figure(9000))], "partial", 7.5, "executives",
            id="executives told falsely",
        ),
        pytest.param([DONE], "not_observed", 0, "Nobody outside", id="nobody told"),
    ],
)  # fmt: skip
def test_stakeholders_accurate(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("stakeholders_accurate", drill(*lines, world=BACK)), status, points, word)


IMPACT = query("03:00", "impact")


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [IMPACT, ZONES, update("06:00", segments=("web", "mobile"))], "met", 10, "2 of 2", id="looked at, stated",
        ),
        pytest.param(
            [IMPACT, update("06:00", segments=("web", "mobile"))], "partial", 7.5, "1 of 2", id="half of it looked at",
        ),
        pytest.param(
            [IMPACT, ZONES, update("06:00", segments=("web",))], "partial", 8.8, "in part", id="half of whom it hits",
        ),
        pytest.param(
            [IMPACT, ZONES, update("06:00", impact=figure(9000), segments=("web", "mobile"))], "partial", 7.5,
            "No true figure", id="a false figure",
        ),
        pytest.param(
            [IMPACT, ZONES, escalate("05:00"), packet("06:00")], "partial", 8.8, "T+05:00", id="stated inside",
        ),
        pytest.param(
            [IMPACT, ZONES, update("15:00", segments=("web", "mobile"))], "partial", 7.5, "late", id="stated late",
        ),
        pytest.param([IMPACT, ZONES], "partial", 5, "Whom it hits was not stated", id="only looked at"),
        pytest.param([DONE], "not_observed", 0, "neither looked at nor stated", id="neither"),
    ],
)  # fmt: skip
def test_impact_confirmed(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("impact_confirmed", drill(*lines), (10, 20)), status, points, word)


ORDER = ["triage", "mitigate", "communicate", "stabilise", "handoff"]
LEFT = say("40:00", "mitigation", acts.AddHardeningTask(factor="mount", text="t", owner="mitigation", due_days=14))


@pytest.mark.parametrize(
    ("lines", "status", "points", "word"),
    [
        pytest.param(
            [ZONES, DONE, SECOND, verify("20:00"), LEFT], "met", 10, "Triage before mitigate: kept",
            id="one after the other",
        ),
        pytest.param([ZONES, FIRST, DONE, verify("20:00"), LEFT], "met", 10, "", id="told a little before"),
        pytest.param(
            [ZONES, update("01:00"), act("20:00", "flag"), verify("30:00"), LEFT], "partial", 7.5,
            "the other way round", id="told long before",
        ),
        pytest.param([ZONES, DONE, verify("20:00"), LEFT], "partial", 5, "not begun", id="nobody told"),
        pytest.param([], "not_observed", 0, "None of the stages", id="nothing"),
    ],
)  # fmt: skip
def test_sequence_kept(lines: list[Lines], status: str, points: float, word: str) -> None:
    check(tried("sequence_kept", drill(*lines, world=BACK), order=ORDER), status, points, word)


def test_a_large_figure_that_does_not_hold_is_read_as_people_write_it() -> None:
    false = [*BACK, *update("20:00", impact=figure(1_234_567))]
    found = view(false)
    assert untruths(found, found.all(acts.UpdateStakeholders)[0])[0] == "Locked users: 1,234,567, in truth 1,000"

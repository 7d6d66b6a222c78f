"""What steps rest on, since when they were justified, and how well those who were hit were helped."""

from __future__ import annotations

import pytest

from analytics.criteria.common import help_given
from analytics.timeline import FOREVER
from analytics.view import RecordView
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    drill,
    event,
    inject,
    judge,
    query,
    references,
    seconds,
    shown,
    truth,
)

CURED = truth(recovers="20:00")
ZONES = query("07:00", "zones")
"""From T+7:15 on a step is justified."""


def scenario(**changed: dict[str, object]) -> Scenario:
    """Return the fixture with some of its actions changed."""
    data = SCENARIO.model_dump(mode="json", by_alias=True)
    data["actions"] = [one | changed.get(one["id"], {}) for one in data["actions"]]
    return Scenario.model_validate(data)


def view(*groups: Lines, of: Scenario = SCENARIO, **more: object) -> RecordView:
    return RecordView(drill(*groups, of=of, **more), book())  # type: ignore[arg-type]


def help_of(*groups: Lines, world: Lines = CURED, **more: object) -> float:
    return help_given(view(*groups, world=world, **more)).share


# --- on sight ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "sighted"),
    [
        (query("09:00", "zones"), True),
        (query("10:00", "keyring"), True),
        (query("10:01", "zones"), False),
        (query("09:00", "impact"), False),
        (query("09:00", "zones", ok=False), False),
        ([], False),
    ],
    ids=["seen", "the other ground, that second", "after the order", "something else", "an error", "nothing"],
)
def test_a_step_rests_on_what_had_been_seen_when_it_was_ordered(seen: Lines, sighted: bool) -> None:
    found = view(seen, act("10:00", "flag", start="12:00"))
    assert found.grounds.on_sight(found.runs[0]) is sighted


def test_alerts_cues_and_injects_are_grounds_too() -> None:
    of = scenario(flag={"justified_by": ["alert:a", "cue:own", "inject:push"]})
    alert = event("09:00", e.AlertFired(alert="a", severity="critical", summary="", value=1))
    cue = event("09:00", e.CueGiven(to=("mobile",), cue="own", role="mobile", text=""))
    for lines in (alert, cue, inject("09:00", "push")):
        found = view(lines, act("10:00", "flag"), of=of)
        assert found.grounds.seen(of.find("actions", "flag").justified_by) == seconds("09:00")
    assert view(of=of).grounds.seen(of.find("actions", "flag").justified_by) == FOREVER


def test_what_nothing_justifies_never_is() -> None:
    of = scenario(flag={"justified_by": []})
    found = view(ZONES, act("10:00", "flag"), of=of)
    assert not found.grounds.on_sight(found.runs[0])


# --- since when --------------------------------------------------------------------------------------------


def due(*groups: Lines, segment: str = "web", of: Scenario = SCENARIO, earliest: dict[str, int] | None = None) -> int:
    return view(*groups, of=of, refs=references(earliest=earliest)).grounds.due(segment)


def test_a_step_is_justified_a_quarter_of_a_minute_after_its_ground_was_seen() -> None:
    assert due(ZONES) == seconds("07:15")
    assert due(query("05:00", "keyring"), ZONES) == seconds("05:15")
    assert due() >= FOREVER


def test_a_step_is_feasible_once_its_check_was_read_and_somebody_was_there() -> None:
    checked = scenario(**{
        one: {"precheck": "compat"} for one in ("flag", "web_flag", "rollback", "hotfix", "revoke")
    })  # fmt: skip
    assert due(ZONES, of=checked) >= FOREVER
    assert due(ZONES, query("09:00", "compat"), of=checked) == seconds("09:15")
    data = SCENARIO.model_dump(mode="json", by_alias=True)
    data["roles"] = [one | {"present": one["id"] != "mitigation"} for one in data["roles"]]
    paged = Scenario.model_validate(data)
    assert due(ZONES, of=paged) >= FOREVER
    assert due(ZONES, event("11:00", e.RoleJoined(role="mitigation")), of=paged) == seconds("11:15")


def test_not_looking_gains_nothing() -> None:
    """Whoever could have known by T+4 is taken to have known by T+7."""
    assert due(earliest={"flag": 240}) == seconds("07:00")
    assert due(query("05:00", "zones"), earliest={"flag": 240}) == seconds("05:15")
    assert due(query("20:00", "zones"), earliest={"flag": 240}) == seconds("07:00")


def test_only_what_helps_is_owed() -> None:
    early = {"flag": 240, "publish": 0, "block": 0}
    assert due(earliest=early) == seconds("07:00")
    right = scenario(block={"hold": {"until": 1800, "right_first": True}})
    assert due(segment="mobile", earliest=early, of=right) == seconds("03:00")


def test_a_repair_is_not_due_before_what_goes_on_being_wrong_was_stopped() -> None:
    of = scenario(flag={"coverage": ["web"]}, rollback={"coverage": ["web"]}, hotfix={"coverage": ["web"]},
                  revoke={"justified_by": ["query:zones"]})  # fmt: skip
    assert due(ZONES, segment="mobile", of=of) == seconds("07:15")
    stopped = act("15:00", "web_flag")  # in effect a minute later
    assert due(ZONES, stopped, segment="mobile", of=of) == seconds("16:00")
    assert due(ZONES, stopped, segment="web", of=of) == seconds("07:15")


# --- help --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "share"),
    [
        ("07:00", 1), ("10:15", 1), ("10:16", 719 / 720), ("16:15", 0.5), ("22:14", 1 / 720), ("22:15", 0),
        ("40:00", 0),
    ],
)  # fmt: skip
def test_help_is_full_for_three_minutes_and_none_from_fifteen(clock: str, share: float) -> None:
    world = truth(recovers="45:00")
    assert help_of(ZONES, act(clock, "flag"), world=world) == pytest.approx(share)


def test_a_blind_order_earns_nothing_however_well_it_turned_out() -> None:
    assert help_of(act("05:00", "flag"), ZONES) == 0
    assert help_of(act("10:00", "flag"), refs=references(earliest={"flag": 60})) == 0


def test_help_counts_by_weight_and_only_where_it_recovered() -> None:
    assert help_of(ZONES, act("10:00", "web_flag")) == pytest.approx(0.6)
    assert help_of(ZONES, act("10:00", "flag"), world=truth()) == 0
    assert help_of(ZONES, act("10:00", "flag"), act("40:00", "flag_off")) == 0
    # Held beyond its date: nothing; and what came first, a hold, is what was prompt when the repair follows.
    assert help_of(ZONES, act("10:00", "block")) == 0
    right = scenario(block={"hold": {"until": 1800, "right_first": True}})
    repaired = [*query("20:00", "dry_run"), *act("30:00", "revoke")]
    assert help_of(ZONES, act("10:00", "block"), repaired, of=right) == pytest.approx(0.4)


def test_paper_written_afterwards_does_not_mend_a_blind_step() -> None:
    from tests.analytics.builders import decide, fit

    refs = references(fits=[fit(0.1, ("flag", 0.1))])
    for ident in ("B3a", "L2a", "L3", "L4"):
        blind = drill(act("05:00", "flag"), ZONES, decide("08:00"), world=CURED, refs=refs)
        assert judge(ident, blind).points == 0, ident


def test_moving_a_justified_step_earlier_never_costs() -> None:
    clocks = [f"{minute:02d}:00" for minute in range(8, 40)]
    shares = [help_of(ZONES, act(clock, "flag"), world=truth("45:00")) for clock in clocks]
    assert shares == sorted(shares, reverse=True)


# --- held back ---------------------------------------------------------------------------------------------


def test_held_back_is_what_was_due_for_more_than_ten_minutes_while_users_were_hit() -> None:
    world = truth(recovers="50:00")
    assert shown("held_back", drill(ZONES, act("17:15", "flag"), world=world)) is None
    found = shown("held_back", drill(ZONES, act("17:16", "flag"), world=world))
    assert found is not None
    assert found.limit == 65
    assert shown("held_back", drill(ZONES, world=world)) is not None
    # Back by themselves within the ten minutes: nobody was kept waiting.
    assert shown("held_back", drill(ZONES, act("30:00", "flag"), world=truth("15:00"))) is None
    assert shown("held_back", drill(ZONES, world=world, refs=references(null=0.15, best=0.1))) is None
    # Nothing was ever seen and nobody could have known.
    assert shown("held_back", drill(world=world)) is None
    assert shown("held_back", drill(world=world, refs=references(earliest={"flag": 60}))) is not None

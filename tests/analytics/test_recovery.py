"""What recovered and what shows it: the last change, the share that is treated and back, certificates."""

from __future__ import annotations

import pytest

from analytics.recovery import DISCIPLINE, HELD
from analytics.view import RecordView
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    capture,
    decide,
    drill,
    event,
    inject,
    query,
    references,
    seconds,
    snapshot,
    truth,
    update,
    verify,
)

CURED = truth(recovers="20:00")
FLAG = act("10:00", "flag")
RERUN = query("25:00", "rerun")
KNOB = [{"knob": "k", "value": 1}]


def turning(**more: object) -> Scenario:
    """Return the fixture with a merge that turns something, one that does not, and a claim that makes things worse."""
    data = SCENARIO.model_dump(mode="json", by_alias=True)
    data["merges"] = [
        {"id": "m", "at": 600, "service": "auth", "summary": "auth 4.2", "actor": "bot", "effects": KNOB},
        {"id": "docs", "at": 600, "service": "edge", "summary": "a comment", "actor": "bot"},
    ]
    data["injects"] = [one | ({"effects": KNOB} if one["id"] == "push" else {}) for one in data["injects"]]
    for action in data["actions"]:
        if action["id"] == "rewrite":
            action["starts_with"] = KNOB
        if action["id"] == "withdraw":
            action["effects"] = []
    return Scenario.model_validate(data | more)


OF = turning()


def view(*groups: Lines, of: Scenario = OF, **more: object) -> RecordView:
    return RecordView(drill(*groups, of=of, **more), book())  # type: ignore[arg-type]


def happened(clock: str, change: str) -> Lines:
    return event(clock, e.ChangeHappened(change=change, service="auth", summary="", actor=""), by="world")


# --- the last change ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (act("10:00", "hotfix"), "10:30"),
        (act("10:00", "flag_off"), "10:30"),
        (act("10:00", "publish"), "10:30"),
        (happened("10:00", "m"), "10:00"),
        (inject("10:00", "push"), "10:00"),
        (act("10:00", "rewrite", ends="aborted", abort="12:00"), "12:00"),
    ],
    ids=["a mitigation", "an undo", "what mitigates nothing", "a merge", "an inject with effects",
         "stopped half-way, with its first effect"],
)  # fmt: skip
def test_what_turns_something_is_a_change_and_makes_a_certificate_stale(lines: Lines, at: str) -> None:
    found = view(act("05:00", "web_flag"), act("05:00", "revoke"), query("09:00", "rerun"), lines, world=truth("06:00"))
    assert found.recovery.last_change == seconds(at) > 9 * 60
    assert found.recovery.best_shown == DISCIPLINE
    later = view(act("05:00", "flag"), lines, query("13:00", "rerun"), world=truth("06:00"))
    assert later.recovery.fresh_green(later.recovery.last_change)


@pytest.mark.parametrize(
    "lines",
    [
        query("10:00", "zones"), capture("10:00"), act("10:00", "copy"), act("10:00", "withdraw"),
        happened("10:00", "docs"), inject("10:00", "calm"), update("10:00"), snapshot("10:00"), decide("10:00"),
        act("10:00", "flag_off", ends="started"), act("10:00", "flag_off", ends="aborted", abort="12:00"),
        act("10:00", "flag_off", ends="stalled"), verify("10:00"),
    ],
    ids=["a query", "a capture", "a copy", "what turns nothing", "a merge that turns nothing", "an inject",
         "an update", "a snapshot", "a decision", "not done yet", "stopped before anything was turned", "stalled",
         "measuring"],
)  # fmt: skip
def test_what_looks_or_records_is_none(lines: Lines) -> None:
    found = view(act("05:00", "flag"), query("09:00", "rerun"), lines, world=truth("06:00"))
    assert found.recovery.last_change == seconds("05:30")
    assert found.recovery.best_shown == 1


def test_what_happens_after_closing_changes_nothing_any_more() -> None:
    closed = event("12:00", e.IncidentClosed())
    found = view(act("05:00", "flag"), query("09:00", "rerun"), closed, happened("20:00", "m"), world=truth("06:00"))
    assert found.recovery.last_change == seconds("05:30")
    left = view(act("05:00", "flag"), query("09:00", "rerun"), happened("20:00", "m"), world=truth("06:00"),
        ended="12:00")  # fmt: skip
    assert left.recovery.last_change == seconds("20:00")


# --- the share that recovered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "at", "share"),
    [
        ([], "30:00", 0),
        (FLAG, "19:00", 0),
        (FLAG, "20:00", 1),
        (act("10:00", "web_flag"), "30:00", 0.6),
        (act("10:00", "revoke"), "30:00", 0.4),
        ([*act("10:00", "web_flag"), *act("11:00", "revoke")], "30:00", 1),
        (act("24:00", "flag"), "24:30", 0),
        (act("24:00", "flag"), "25:00", 1),
        (act("10:00", "flag", ends="stalled"), "30:00", 0),
        (act("10:00", "flag", ends="aborted", abort="10:20"), "30:00", 0),
        ([*FLAG, *act("26:00", "flag_off")], "26:00", 1),
        ([*FLAG, *act("26:00", "flag_off")], "27:00", 0),
        ([*FLAG, *act("26:00", "flag_off"), *act("28:00", "flag", ref="action:flag#2")], "30:00", 1),
        ([*act("05:00", "flag_off"), *FLAG], "30:00", 1),
        (act("10:00", "block"), "30:00", 0.4 * HELD),
        (act("10:00", "block"), "30:01", 0),
        ([*act("10:00", "block"), *act("20:00", "revoke")], "40:00", 0.4),
        ([*act("10:00", "block"), *act("20:00", "web_flag")], "30:00", 0.6 + 0.4 * HELD),
    ],
    ids=["back, untreated", "treated, not back", "treated and back", "the web", "the phones", "both", "not in effect",
         "in effect", "stalled", "aborted", "before its undo", "undone", "done again", "an undo before it", "held",
         "held beyond its date", "held, then repaired", "one treated, one held"],
)  # fmt: skip
def test_the_share_is_what_is_treated_and_back(lines: Lines, at: str, share: float) -> None:
    assert view(lines, world=CURED).recovery.share(seconds(at)) == pytest.approx(share)


def test_what_was_never_hit_weighs_nothing() -> None:
    only_web = truth("20:00", only=["web"])
    assert view(act("10:00", "web_flag"), world=only_web).recovery.share(3600) == pytest.approx(1)
    assert view(act("10:00", "revoke"), world=only_web).recovery.share(3600) == 0


def test_what_passes_by_itself_need_not_be_treated() -> None:
    found = view(world=CURED, refs=references(null=0.15, best=0.1))
    assert [found.recovery.share(seconds(at)) for at in ("19:00", "20:00")] == pytest.approx([0, 1])


# --- certificates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "worth"),
    [
        (RERUN, 1),
        (query("25:00", "rerun", ok=False), DISCIPLINE),
        (verify("25:00"), 1),
        (verify("25:00", green=False), DISCIPLINE),
        (query("15:00", "rerun"), 0),
        ([*RERUN, *act("26:00", "revoke")], DISCIPLINE),
        ([*RERUN, *act("26:00", "revoke"), *query("28:00", "rerun", "query:rerun#2")], 1),
        # What is measured over a change tells of both sides of it.
        ([*verify("25:00"), *act("26:00", "revoke")], DISCIPLINE),
        ([*query("25:00", "rerun", ok=False), *query("30:00", "rerun", "query:rerun#2")], 1),
        (query("25:00", "zones"), 0),
    ],
    ids=["green", "red", "measured", "measured red", "green while all were hit", "stale", "rerun again",
         "measured over a change", "red, then green", "no rerun"],
)  # fmt: skip
def test_a_certificate_is_worth_what_had_recovered_and_half_where_it_is_red_or_stale(
    lines: Lines, worth: float
) -> None:
    assert view(FLAG, lines, world=CURED).recovery.best_shown == pytest.approx(worth)
    web = view(act("10:00", "web_flag"), [x for x in lines if "revoke" not in str(x)], world=CURED)
    assert web.recovery.best_shown <= 0.6 + 1e-9


def test_of_part_of_it_a_certificate_shows_that_part() -> None:
    assert view(act("10:00", "web_flag"), RERUN, world=CURED).recovery.best_shown == pytest.approx(0.6)
    assert view(act("10:00", "block"), RERUN, world=CURED).recovery.best_shown == pytest.approx(0.4 * HELD)


def test_only_what_was_looked_at_wholly_after_a_second_is_fresh() -> None:
    found = view(FLAG, verify("09:00", hold=10), verify("12:00", number=2), query("20:00", "rerun"), world=CURED)
    assert [one.at for one in found.recovery.fresh_green(seconds("11:00"))] == [seconds("17:00"), seconds("20:00")]
    assert [one.at for one in found.recovery.fresh_green(0, before=seconds("19:00"))] == [
        seconds("17:00"), seconds("19:00"),
    ]  # fmt: skip

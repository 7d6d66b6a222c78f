"""Whose total it is: a team's where people commanded, else a person's over the duties of their seat, or none."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.playbook import load as playbook
from analytics.record import DrillRecord
from analytics.score import FEWEST_POINTS, score
from analytics.scorecard import Scorecard
from analytics.view import RecordView
from scenarios import load
from simulator import acts
from tests.analytics.builders import (
    Lines,
    act,
    book,
    closure,
    drill,
    escalate,
    figure,
    in_command,
    query,
    references,
    say,
    truth,
    update,
)

TOLD = [
    *escalate("08:00"), *update("10:00"), *update("29:00"), *update("48:00"),
    *say("12:00", "comms", acts.UpdateExecutives(impact=figure(), unknowns=("why",), next_update_minutes=120)),
]  # fmt: skip


def sits(seat: str, clock: str = "-1:00", until: str | None = None) -> Lines:
    lines = say(clock, seat, acts.TakeSeat(seat=seat, name="Ana"))
    return [*lines, *say(until, seat, acts.LeaveSeat(seat=seat))] if until else lines


def person(*groups: Lines, **more: object) -> DrillRecord:
    return drill(*groups, policy=None, **more)  # type: ignore[arg-type]


def card(record: DrillRecord) -> Scorecard:
    return score(record, book())


def by_teammates(lines: Lines) -> Lines:
    return [(at, f"teammate:{by.removesuffix(':Ana')}" if by.endswith(":Ana") else by, body) for at, by, body in lines]


@pytest.mark.parametrize("name", ["auth_token", "billing_mismatch", "permission_leak"])
def test_each_seat_has_duties_that_are_worth_a_total(name: str) -> None:
    for role in load(name).scenario.seats():
        theirs = [
            one.points for part, one in playbook().criteria()
            if not part.always and ("all" in one.owners or set(one.owners) & set(role.duties))
        ]  # fmt: skip
        assert sum(theirs) >= FEWEST_POINTS, (role.id, role.duties)


# --- when there is one -------------------------------------------------------------------------------------


def test_a_person_who_did_three_kinds_of_what_counts_has_a_total() -> None:
    found = card(person(sits("comms"), TOLD))
    assert found.total is not None
    assert found.band is not None
    assert found.finding("P4").points == 9


def test_fewer_kinds_of_counting_acts_are_findings_without_a_total() -> None:
    two = card(person(sits("comms"), escalate("08:00"), update("10:00"), update("29:00"), update("48:00")))
    assert (two.total, two.band) == (None, None)
    assert "2 kinds of what counts" in two.remarks[0]
    assert two.finding("P4").points == 9
    # What counts for none of their duties is no attempt at them.
    beside = card(person(sits("comms"), escalate("08:00"), update("10:00"), query("06:00", "zones"),
        say("12:00", "comms", acts.PostMessage(text="Hello"))))  # fmt: skip
    assert beside.total is None


def test_a_seat_that_was_hardly_held_is_worth_too_little() -> None:
    late = card(person(sits("comms", "40:00"), *(
        say(f"{m}:00", "comms", one) for m, one in enumerate((
            acts.EscalateInternally(impact=figure(), ask="hands", next_update_minutes=20, owner="comms"),
            acts.UpdateExecutives(impact=figure(), next_update_minutes=20),
            acts.UpdateStakeholders(audience="public", status="investigating", next_update_minutes=20),
        ), 41)
    )))  # fmt: skip
    assert late.total is None
    assert "duties worth 0 points" in late.remarks[0]


def test_a_drill_that_the_facilitator_stopped_has_no_total() -> None:
    def stopped(by: str, clock: str, *more: Lines, how: Any = "stopped") -> Scorecard:
        return card(drill(in_command(), *more, say(clock, by, acts.EndDrill(how=how)), ended=clock))

    host = stopped("facilitator", "30:00")
    assert host.total is None
    assert "stopped the drill at T+30:00" in host.remarks[0]
    assert "C10" not in [cap.id for cap in host.caps], "nobody walked away"
    assert "C10" in [cap.id for cap in stopped("commander", "30:00").caps]
    assert stopped("facilitator", "30:00", how="early").total is None
    for ident in ("O1", "O2", "G3"):
        assert host.finding(ident).status == "not_applicable"
        assert stopped("commander", "30:00").finding(ident).status != "not_applicable"
        assert stopped("facilitator", "30:00", closure("25:00")).finding(ident).status != "not_applicable"
    assert stopped("facilitator", "30:00", how="time").total is not None  # of whoever practises alone and leaves
    assert stopped("commander", "30:00").total is not None
    assert stopped("facilitator", "60:00").total is not None
    assert stopped("facilitator", "30:00", closure("25:00")).total is not None


# --- what enters it ----------------------------------------------------------------------------------------


def outcome(record: DrillRecord) -> tuple[float, float]:
    found = card(record).finding("O1")
    return found.points, found.out_of


def test_the_outcome_is_theirs_who_gave_orders_by_what_the_drill_would_lack_without_them() -> None:
    """Loss 0.4 of 1.0, the best 0.1: two thirds avoided, squared, of 18 points makes 8."""
    done = [*sits("mitigation"), *act("10:00", "flag", role="mitigation")]
    # 0.6 was avoided; without them 0.7 is lost, so half of it is theirs.
    assert outcome(person(done, refs=references(without=0.7))) == (4.0, 9.0)
    assert outcome(person(done, refs=references(without=1.0))) == (8.0, 18.0)
    assert outcome(person(done, refs=references(without=0.4))) == (0, 0)
    assert outcome(person(done, refs=references(without=0.2))) == (0, 0)
    assert outcome(person(done, refs=references())) == (0, 0)


def test_who_gave_no_order_has_no_part_in_the_outcome_nor_in_its_caps() -> None:
    others = by_teammates(act("10:00", "flag"))
    found = card(person(sits("comms"), TOLD, others, refs=references(without=1.0)))
    assert found.finding("O1").status == found.finding("O2").status == "not_applicable"
    assert not {"C8", "C11", "C12"} & {cap.id for cap in found.caps}
    theirs = card(person(sits("mitigation"), act("10:00", "flag", role="mitigation"), refs=references(without=1.0)))
    assert {"C11", "C12"} <= {cap.id for cap in theirs.caps}


def test_nobody_is_limited_by_what_only_another_could_do() -> None:
    """A team that waits until T+40 and tells nobody: whom each of its ways of going wrong limits."""
    late = [*by_teammates(query("03:00", "zones")), *act("40:00", "flag", role="mitigation")]

    def limits(*lines: Lines, policy: str | None = None) -> set[str]:
        found = card(drill(*lines, policy=policy, refs=references(without=1.0)))
        return {one.id for one in found.anti_patterns} & {"silence", "stuck", "held_back"}

    assert limits(late, policy="by_the_book") == {"silence", "stuck", "held_back"}
    assert limits(sits("commander"), late) == {"silence", "stuck", "held_back"}
    assert limits(sits("mitigation"), late) == {"stuck", "held_back"}
    assert limits(sits("comms"), TOLD, by_teammates(late)) == set()
    assert limits(sits("comms"), by_teammates(late)) == {"silence"}
    assert limits(sits("verification"), by_teammates(late)) == set()


def test_who_commands_and_gives_no_order_earns_nothing_by_what_teammates_did() -> None:
    later = by_teammates(act("40:00", "flag"))
    idle = card(person(sits("commander", until="20:00"), later))
    assert [(idle.finding(one).points, idle.finding(one).out_of) for one in ("O1", "O2")] == [(0, 18), (0, 5)]
    ordered = card(person(sits("commander", until="20:00"), act("15:00", "flag")))
    assert ordered.finding("O1").points == 8


def test_a_teams_total_is_over_the_whole_playbook() -> None:
    alone = card(person(sits("commander"), in_command(), query("03:00", "impact"), world=truth("20:00")))
    assert not [one for part in alone.parts for one in part.criteria if "Simulated teammates held" in one.why]
    # Two things that need not be, and the branch that nobody took to judge for fit.
    assert sum(part.out_of for part in alone.parts) >= 90


# --- who commanded -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "ended", "commanded"),
    [
        (sits("commander"), "60:00", True),
        (sits("commander", until="16:00"), "60:00", True),
        (sits("commander", until="15:00"), "60:00", False),
        (sits("commander", "14:00"), "60:00", True),
        (sits("commander", "15:00"), "60:00", False),
        (sits("commander", "31:00"), "60:00", False),
        (sits("commander"), "10:00", True),
        (sits("commander", "04:00"), "10:00", True),
        (sits("commander", "06:00"), "10:00", False),
        (sits("comms"), "60:00", False),
        ([*sits("deputy"), *in_command("05:00", "deputy", by="deputy")], "60:00", True),
        ([*sits("deputy"), *in_command("20:00", "deputy", by="deputy")], "60:00", False),
    ],
    ids=["throughout", "more than half of the first half hour", "half of it", "from T+14", "from T+15", "after it",
         "until everybody left", "most until everybody left", "less than that", "in another seat",
         "took command over", "took it over late"],
)  # fmt: skip
def test_people_commanded_who_led_for_most_of_the_first_half_hour(lines: Lines, ended: str, commanded: bool) -> None:
    assert RecordView(person(lines, ended=ended), book()).commanded is commanded


def test_a_scripted_team_commands() -> None:
    assert RecordView(drill(), book()).commanded

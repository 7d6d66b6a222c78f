"""The scorecard as a whole: sums, caps, who is judged, and that scoring is a pure function of the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.playbook import Playbook, parse
from analytics.record import DrillRecord, References, Spread
from analytics.score import score
from simulator import acts
from simulator.errors import JournalError, UnknownName
from simulator.record.entry import Entry
from simulator.record.journal import Journal
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    capture,
    card,
    closure,
    decide,
    declare,
    drill,
    escalate,
    figure,
    fit,
    freeze,
    hand_off,
    in_command,
    inject,
    judge,
    lanes,
    note,
    packet,
    pair,
    query,
    ready,
    references,
    say,
    snapshot,
    task,
    truth,
    update,
    verify,
    waits,
)

GROUPS: list[Lines] = [
    pair(), in_command("12:00"), query("03:00", "impact"), query("06:00", "zones"), query("07:00", "compat"),
    query("08:30", "dry_run"), query("25:00", "rerun", executor="verification"), capture("07:30"),
    declare(evidence=["query:impact"]), declare("15:00", "SEV-3"), freeze(), freeze("11:00", "auth"), lanes(),
    card("07:00"), card("07:10", "rollback", 6), card("07:20", "web_flag", 30), ready("08:00"), ready("08:10", "ready"),
    decide("09:00", "flag"), decide("13:00", "revoke", evidence=("query:dry_run",)), decide("14:00", "hotfix",
        confidence="L3"),
    act("10:00", "flag"), act("13:30", "revoke"), act("14:30", "hotfix", takes=600), act("16:00", "rollback",
        ends="stalled"),
    act("18:00", "publish"), packet("08:50"), packet("27:00"), snapshot("09:30"), snapshot("30:00", figure(50)),
    escalate("08:00"), update("10:00"), update("29:00", "mitigating", mitigation="flag"), update("31:00", "recovered"),
    verify("30:00"), verify("36:00", window=(-20, -2), number=2), hand_off("28:00"), inject("10:00", "push"),
    inject("28:00", "leaves"), task("05:00", "25:00", "triage", 1), task("06:00", "30:00", "mitigation", 2),
    note("50:00", figure(), figure(350, name="minutes")), closure("52:00", "watch"), closure("54:00"),
]  # fmt: skip
WORLDS = [truth(recovers="20:00", harm=150), truth(harm=400), truth(harm=1000), truth("40:00", 900, only=["web"])]
REFS = references(
    fits=[fit(0.15, ("flag", 0.1)), fit(0.5, ("x", 0.2), ref="decision:2")], waiting=[waits(1, 2000), waits(2, 2000)]
)

picked = st.lists(st.sampled_from(range(len(GROUPS))), unique=True)
worlds = st.sampled_from(WORLDS)


def made(chosen: list[int], world: Lines) -> DrillRecord:
    return drill(*(GROUPS[i] for i in chosen), world=world, refs=REFS)


@settings(max_examples=60, deadline=None)
@given(picked, worlds)
def test_totals_add_up_and_points_name_evidence(chosen: list[int], world: Lines) -> None:
    record = made(chosen, world)
    card_ = score(record, book())
    findings = [f for part in card_.parts for f in part.criteria]
    assert len(findings) == len(list(book().criteria()))
    for part in card_.parts:
        assert part.points == pytest.approx(sum(f.points for f in part.criteria))
        assert part.out_of == pytest.approx(sum(f.out_of for f in part.criteria))
    earned, attainable = sum(p.points for p in card_.parts), sum(p.out_of for p in card_.parts)
    assert card_.uncapped == int(100 * earned / attainable + 1e-9)
    limits = [*(cap.limit for cap in card_.caps), *(pattern.limit for pattern in card_.anti_patterns)]
    assert card_.total is not None
    assert card_.total <= min([card_.uncapped, *limits])
    if sum(cap.further > 0 for cap in card_.caps) < 2:
        assert card_.total == min([card_.uncapped, *limits])
    assert card_.band == book().band(card_.total)
    known = {x.seq for x in record.journal.entries}
    for f in findings:
        assert 0 <= f.points <= f.out_of
        assert round(f.points, 1) == f.points
        assert f.status == ("not_applicable" if not f.out_of else f.status)
        assert (f.status == "met") == (f.points == f.out_of > 0)
        assert (f.status == "partial") == (0 < f.points < f.out_of)
        assert set(f.evidence) <= known
        assert f.evidence or not f.points, f.id
        assert f.why
        assert f.source
    for hit in (*card_.caps, *card_.anti_patterns):
        assert hit.evidence
        assert set(hit.evidence) <= known


@settings(max_examples=30, deadline=None)
@given(picked, worlds)
def test_the_same_record_gives_the_same_bytes(chosen: list[int], world: Lines) -> None:
    record = made(chosen, world)
    again = DrillRecord(
        Journal(record.journal.header, list(record.journal.entries)), SCENARIO,
        References.model_validate_json(record.references.model_dump_json()),
    )  # fmt: skip
    assert score(record, book()).to_json() == score(again, book()).to_json()


def paraphrased(body: Any) -> Any:
    free = {"text": "quite other words", "title": "another title", "because": "other words", "note": "n",
        "summary": "s"}
    words = {name: value for name, value in free.items() if isinstance(getattr(body, name, None), str)}
    return body.model_copy(update=words) if isinstance(body, acts.Act) else body


@settings(max_examples=30, deadline=None)
@given(picked, worlds)
def test_paraphrasing_changes_nothing(chosen: list[int], world: Lines) -> None:
    record = made(chosen, world)
    entries = [Entry(x.seq, x.at, x.by, paraphrased(x.body)) for x in record.journal.entries]
    other = DrillRecord(Journal(record.journal.header, entries), SCENARIO, record.references)
    assert score(record, book()).to_json() == score(other, book()).to_json()


def test_doing_nothing_earns_nothing() -> None:
    card_ = score(drill(inject("10:00", "push"), inject("28:00", "leaves"), world=truth(harm=1000)), book())
    assert card_.total == 0
    assert [cap.id for cap in card_.caps] == ["C1", "C8", "C11", "C12"]


def test_a_full_drill_is_proficient_and_a_cap_limits_it() -> None:
    good = [GROUPS[0], *GROUPS[2:9], *(GROUPS[i] for i in (10, 12, 13, 14, 16, 18, 19, 21, 22, 26, 27, 28, 30, 31, 32,
        34))]
    rest = [*GROUPS[39:42], GROUPS[43], hand_off("28:00"), *CLOSING]
    record = drill(*good, *rest, world=WORLDS[0], refs=REFS)
    card_ = score(record, book())
    assert card_.caps == ()
    assert card_.total >= 80
    capped = score(drill(*good, *rest, GROUPS[25], world=WORLDS[0], refs=REFS), book())
    assert [cap.id for cap in capped.caps] == ["C3"]
    assert capped.total == 45 < capped.uncapped
    assert capped.band == "U"


CLOSING: list[Lines] = [
    say("40:00", "verification", acts.RecordResidualRisks(risks=("old_key",))),
    say("41:00", "verification", acts.AddHardeningTask.model_validate(
        {"factor": "mount", "text": "t", "owner": "triage", "due_days": 7})),
    say("45:00", "commander", acts.CommitCheckpoint.model_validate(
        {"in_hours": 4, "owner": "deputy", "trigger": {"metric": "ratio", "threshold": 0.01}})),
]  # fmt: skip


def sits(seat: str, clock: str = "-1:00", until: str | None = None) -> Lines:
    lines = say(clock, seat, acts.TakeSeat(seat=seat, name="Ana"))
    return [*lines, *say(until, seat, acts.LeaveSeat(seat=seat))] if until else lines


def test_people_are_scored_for_the_roles_they_held() -> None:
    card_ = score(drill(sits("triage"), policy=None), book())
    judged = {f.id for part in card_.parts for f in part.criteria if f.status != "not_applicable"}
    # What a triage seat is there for; handing over is everybody's, the outcome nobody's who gave no order.
    assert judged - {"G2"} == {"B1a", "B2a", "L3", "P1", "P3"}
    assert card_.total is None
    assert card_.caps == ()
    assert card_.finding("P4").why == "Simulated teammates held this (comms)."


def test_a_seat_given_up_early_is_not_held_against_anybody() -> None:
    left = score(drill(sits("comms", until="05:00"), policy=None), book())
    stayed = score(drill(sits("comms", until="50:00"), policy=None), book())
    assert left.finding("P4").status == "not_applicable"
    assert stayed.finding("P4").status == "not_observed"


def test_spread_and_remarks_are_shown() -> None:
    refs = references().model_copy(update={"spread": Spread(totals=(70, 80, 90))})
    card_ = score(drill(refs=refs, world=truth(until=1800)), book())
    assert json.loads(card_.to_json())["spread"] == {"low": 70, "median": 80, "high": 90}
    assert "reaches T+30:00 of T+60:00" in card_.remarks[0]
    forced = score(drill(say("05:00", "facilitator", acts.OverrideOutcome(action="flag", outcome="force",
        reason="because"))), book())
    assert "does not compare" in forced.remarks[0]


def test_the_published_form_is_the_agreed_one() -> None:
    data = json.loads(score(drill(), book()).to_json())
    assert list(data) == [
        "playbook", "drill", "times", "causes", "total", "uncapped", "band", "spread", "caps", "anti_patterns",
        "remarks", "parts",
    ]  # fmt: skip
    assert list(data["caps"][0]) == ["id", "limit", "why"]
    assert list(data["parts"][0]) == ["id", "points", "out_of", "criteria"]
    assert list(data["parts"][0]["criteria"][0]) == ["id", "status", "points", "out_of", "why", "evidence", "source"]
    assert isinstance(data["total"], int)
    assert isinstance(data["uncapped"], int)


def test_a_record_without_references_says_what_to_do() -> None:
    record = drill()
    with pytest.raises(JournalError, match="no reference runs"):
        DrillRecord.of(record.journal, SCENARIO)
    record.journal.references = {"null": 1}
    with pytest.raises(JournalError, match="cannot be read"):
        DrillRecord.of(record.journal, SCENARIO)
    record.journal.references = record.references.model_dump(mode="json")
    assert DrillRecord.of(record.journal, SCENARIO).references == record.references


def test_a_playbook_that_names_what_nothing_judges_is_refused() -> None:
    text = (
        "{id: own, title: Own, total: 1, bands: [{id: U, title: U, at_least: 0}], "
        "severity: {levels: [{id: SEV-1, title: S, update_minutes: 30}], rows: [], otherwise: SEV-1},"
        " parts: [{id: p, title: P, points: 1, criteria: "
        "[{id: B1z, kind: severity_confirmd, title: Z, points: 1, owners: [all], source: s}]}]}"
    )
    with pytest.raises(UnknownName, match="did you mean 'severity_confirmed"):
        score(drill(), parse(text, "own.yaml"))


def test_early_is_never_worth_less() -> None:
    record: Callable[[str], DrillRecord] = lambda clock: drill(freeze(clock))  # noqa: E731
    points = [judge("B1b", record(f"{m:02d}:00")).points for m in range(1, 25)]
    assert points == sorted(points, reverse=True)


def test_windows_move_with_the_scenario() -> None:
    from tests.analytics.builders import scenario

    overlay = SCENARIO.overlay.model_copy(update={"windows": {"B1b": (20.0, 30.0)}})
    later = scenario().model_copy(update={"overlay": overlay})
    assert judge("B1b", drill(freeze("20:00"))).points == 0
    assert judge("B1b", drill(freeze("20:00"), of=later)).points == 2.0


def test_another_playbook_can_score_the_same_record() -> None:
    weights = book().model_dump()
    weights["parts"] = [weights["parts"][4]]
    weights["total"] = 23
    own = Playbook.model_validate(weights)
    # All of the avoidable harm avoided (18), nothing treated (0 of 5).
    assert score(drill(world=truth("20:00", 100)), own).uncapped == 78

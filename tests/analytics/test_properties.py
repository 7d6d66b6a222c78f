"""What must hold of any score: true words cost nothing, wording and hands do not matter, what is left out does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from analytics.record import DrillRecord
from analytics.score import limit, score
from simulator import acts
from simulator import events as e
from simulator.record.entry import Entry
from simulator.record.journal import Journal
from simulator.scenario.model import Scenario
from simulator.values import Author, Ref
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
    inject,
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

BACK = "16:00"
WORLD = truth(recovers=BACK, harm=150)
REFS = references(fits=[fit(0.15, ("flag", 0.1))], waiting=[waits(number, 2000) for number in range(1, 9)])
CLASSIFIED = say("05:00", "commander", acts.ClassifyDependency(dependency="auth"))
STATUS = say("10:30", "commander", acts.ChangeStatus.model_validate({"status": "mitigating"}))
RISKS = say("40:00", "verification", acts.RecordResidualRisks(risks=("old_key",)))
TASK = say("41:00", "verification", acts.AddHardeningTask.model_validate(
    {"factor": "mount", "text": "t", "owner": "triage", "due_days": 7}))  # fmt: skip
CHECKPOINT = say("45:00", "commander", acts.CommitCheckpoint.model_validate(
    {"in_hours": 4, "owner": "deputy", "trigger": {"metric": "ratio", "threshold": 0.01}}))  # fmt: skip
PACKAGE = say("50:00", "comms", acts.PublishClosurePackage(
    verification=("query:rerun#2",), residual_risks=("old_key",)))  # fmt: skip
LEADERSHIP = say("50:30", "commander", acts.WriteLeadershipNote.model_validate(
    {"cause": "key", "why": "growing", "confidence": "L3", "uncertain": ["why"], "need": "hands",
     "watch_owner": "deputy"}))  # fmt: skip

RECORDS: dict[str, Lines] = {
    "pair": pair(), "declaration": declare(evidence=["query:impact"]), "freeze": freeze(), "lanes": lanes(),
    "class": CLASSIFIED, "card": card("07:30"), "other card": card("07:40", "rollback", 6), "readiness": ready("08:40"),
    "packet": packet("08:50"), "snapshot": snapshot("08:00"), "status": STATUS,
    "decision": decide("09:00", evidence=("query:keyring",)), "escalation": escalate("08:00"),
    "updates": [*update("10:00"), *update("29:00", "mitigating", 20, mitigation="flag"),
                *update("44:00", "recovered", 20, mitigation="flag")],
    "verification": verify("22:00"), "handoff": [*packet("27:00"), *hand_off("28:00")],
    "note": note("50:00", figure(), figure(125, name="minutes")), "risks": RISKS, "hardening": TASK,
    "checkpoint": CHECKPOINT, "package": PACKAGE, "leadership": LEADERSHIP,
}  # fmt: skip
"""What a good team puts on record, so named."""
DEEDS: Lines = [
    *query("03:00", "impact"), *query("07:00", "zones"), *query("07:10", "keyring"),
    *query("08:20", "compat", executor="mitigation"),
    *query("08:30", "rerun", executor="verification"), *query("07:20", "git_log", executor="mitigation"),
    *capture("07:40"),
    *act("10:00", "flag", decision="decision:1"), *query("25:00", "rerun", "query:rerun#2", "verification"),
    *inject("26:40", "leaves"), *task("05:00", "25:00", "triage", 1), *task("06:00", "30:00", "mitigation", 2),
]  # fmt: skip
"""What it does: sees the cause, turns the flag, checks again, and the commander has to leave."""
CLOSED = closure("52:00")


def made(  # type: ignore[assignment]
    *without: str, more: Lines = (), of: Scenario = SCENARIO, deeds: Lines = DEEDS
) -> DrillRecord:
    """Return the good team's drill, less some of its records, with more beside them."""
    kept = [line for name, lines in RECORDS.items() if name not in without for line in lines]
    return drill(on_the_last_packet([*deeds, *kept, *more, *CLOSED]), world=WORLD, refs=REFS, of=of)


def on_the_last_packet(lines: Lines) -> Lines:
    """Return lines in order of time in which each handoff rests on the last packet before it."""
    found, packets = [], 0
    for at, by, body in sorted(lines, key=lambda line: line[0]):
        packets += isinstance(body, acts.RecordPacket)
        rests = {"packet": Ref.to("packet", packets)} if isinstance(body, acts.HandOff) else {}
        found.append((at, by, body.model_copy(update=rests) if rests else body))
    return found


def points(record: DrillRecord) -> float:
    """Return a total with its tenths, so that small things show."""
    found = score(record, book())
    earned, out_of = (sum(getattr(part, key) for part in found.parts) for key in ("points", "out_of"))
    limits = [limit(found.caps), *(one.limit for one in found.anti_patterns)]
    assert found.total is not None
    return min(100 * earned / out_of, *limits)


def test_the_good_team_is_proficient() -> None:
    found = score(made(), book())
    assert found.total is not None
    assert found.total >= 85
    assert found.caps == found.anti_patterns == ()


# --- true words ---------------------------------------------------------------------------------------------


def told(at: int, **more: Any) -> dict[str, Any]:
    """Return what a true update says at a minute."""
    begun, over = at >= 10, at >= 26
    status = "recovered" if over else "mitigating" if begun else "investigating"
    return {"status": status, "following": 30, "mitigation": "flag" if begun else None} | more


def extra(what: str, at: int) -> Lines:
    """Return a statement that is true at a minute."""
    clock = f"{at:02d}:05"
    match what:
        case "update":
            return update(clock, **told(at))
        case "thin update":
            return update(clock, **told(at, impact=None, unknowns=(), mitigation=None))
        case "executives":
            return say(clock, "comms", acts.UpdateExecutives.model_validate(
                {"impact": figure(), "unknowns": ("why",), "mitigation": told(at)["mitigation"],
                 "next_update_minutes": 30}))  # fmt: skip
        case "escalation":
            return escalate(clock)
        case "packet":
            return packet(clock, evidence=("query:zones",) if at >= 7 else ("query:impact",))
        case "snapshot":
            return snapshot(clock)
        case "card":
            return card(clock, "web_flag", 2, ("web",))
        case "handoff":
            return [*packet(f"{at:02d}:03"), *hand_off(clock, "triage", "triage", "mitigation", 7)]
        case _:
            raise ValueError(what)


EXTRAS = ["update", "thin update", "escalation", "packet", "snapshot", "card", "handoff"]
OUGHT = [(), ("updates",), ("packet",), ("snapshot",), ("card", "other card"), ("handoff",), ("escalation",)]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(EXTRAS), st.integers(4, 51), st.sampled_from(OUGHT))
def test_one_more_true_statement_never_lowers_a_total(what: str, at: int, without: Sequence[str]) -> None:
    assert points(made(*without, more=extra(what, at))) >= points(made(*without)) - 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(8, 51), st.sampled_from([(), ("lanes",), ("packet",), ("updates",), ("decision", "lanes")]))
def test_a_handoff_that_nobody_demanded_never_lowers_a_total(at: int, without: Sequence[str]) -> None:
    stays = [line for line in DEEDS if not isinstance(line[2], e.InjectDelivered)]
    with_none = points(made("handoff", *without, deeds=stays))
    assert points(made("handoff", *without, more=extra("handoff", at), deeds=stays)) >= with_none - 1e-9


def test_executives_who_are_told_more_than_once_are_told_in_time() -> None:
    more = [line for at in (12, 40) for line in extra("executives", at)]
    kept = [*more, *extra("executives", 27)]
    assert points(made(more=kept)) >= points(made()) - 1e-9


# --- words and hands ----------------------------------------------------------------------------------------

FREE = {"text", "title", "because", "note", "summary", "hypothesis", "comment", "line"}


def reworded(body: BaseModel) -> BaseModel:
    """Return an act with other words in all its free text."""
    words = {name: f"SEV-4, recovered, {name}, all done" for name in type(body).model_fields
             if name in FREE and isinstance(getattr(body, name), str)}  # fmt: skip
    return body.model_copy(update=words)


def rewritten(record: DrillRecord, change: Any) -> DrillRecord:
    entries = [change(x) if isinstance(x.body, acts.Act) else x for x in record.journal.entries]
    return DrillRecord(Journal(record.journal.header, entries), record.scenario, record.references)


removed = st.lists(st.sampled_from(sorted(RECORDS)), unique=True, max_size=6)


@settings(max_examples=8, deadline=None)
@given(removed)
def test_wording_never_matters(without: list[str]) -> None:
    record = made(*without)
    other = rewritten(record, lambda x: Entry(x.seq, x.at, x.by, reworded(x.body)))
    assert any(a.body != b.body for a, b in zip(record.journal, other.journal, strict=True)) or "lanes" in without
    assert score(other, book()).to_json() == score(record, book()).to_json()


@settings(max_examples=8, deadline=None)
@given(removed, st.sampled_from(["Bo", "Zoë", "commander", "x" * 40]))
def test_who_typed_it_never_matters(without: list[str], name: str) -> None:
    record = made(*without)
    other = rewritten(record, lambda x: Entry(x.seq, x.at, Author.person(x.by.role, name), x.body))
    assert score(other, book()).to_json() == score(record, book()).to_json()


@pytest.mark.parametrize("role", ["deputy", "triage", "verification", "comms"])
def test_which_seat_typed_a_record_never_matters(role: str) -> None:
    kinds = (acts.RecordOption, acts.RecordSnapshot, acts.RecordReadiness, acts.RecordPacket, acts.UpdateStakeholders)
    other = rewritten(
        made(), lambda x: Entry(x.seq, x.at, Author.person(role, "Ana"), x.body) if isinstance(x.body, kinds) else x
    )
    assert points(other) == points(made())


# --- what is left out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_leaving_a_record_out_lowers_the_total(name: str) -> None:
    assert points(made(name)) < points(made())


# --- picks and claims ---------------------------------------------------------------------------------------


PICKS = {
    "residual_risks": lambda ids: [("risks", say("40:00", "verification", acts.RecordResidualRisks(risks=ids)))],
    "unknowns": lambda ids: [("updates", [
        *update("10:00", unknowns=ids), *update("29:00", "mitigating", 20, mitigation="flag", unknowns=ids),
        *update("44:00", "recovered", 20, mitigation="flag", unknowns=ids)])],
    "blast": lambda ids: [("decision", decide("09:00", evidence=("query:keyring",), blast_radius=ids))],
}  # fmt: skip


@pytest.mark.parametrize("group", sorted(PICKS))
def test_picking_everything_is_picking_nothing(group: str) -> None:
    def picked(ids: tuple[str, ...]) -> float:
        ((name, lines),) = PICKS[group](ids)
        return points(made(name, more=lines))

    every = tuple(one.id for one in getattr(SCENARIO, group))
    true = tuple(one.id for one in getattr(SCENARIO, group) if one.true)
    assert picked(every) == picked(()) < picked(true)


def test_a_claim_above_what_was_earned_never_pays() -> None:
    def claimed(level: str) -> float:
        return points(made("decision", more=decide("09:00", evidence=("query:keyring",), confidence=level)))

    assert claimed("L3") < claimed("L1") < claimed("L2")

"""Scoring a protected incident: duties with a deadline, detail outside need-to-know, evidence, the reporter."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.record import DrillRecord
from analytics.score import score
from analytics.view import RecordView
from simulator import acts, values
from simulator import events as e
from simulator.scenario.model import Scenario
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    capture,
    closure,
    decide,
    drill,
    escalate,
    event,
    hand_off,
    hits,
    in_command,
    judge,
    limit_of,
    packet,
    query,
    say,
    truth,
    update,
)

INSIDE = ["commander", "deputy", "triage", "mitigation", "verification"]
DUTY = {"cap": "C3", "after": ["zones"], "within": "30m", "paged": ["mobile"], "done": ["withdraw"],
        "title": "Counsel was not paged"}  # fmt: skip


def scenario(**overlay: Any) -> Scenario:
    data = SCENARIO.model_dump(mode="json", by_alias=True)
    data["overlay"] |= overlay
    return Scenario.model_validate(data)


PROTECTED = scenario(
    need_to_know=INSIDE, deadlines=[DUTY], cap_facts={"C7": {"wiped": "It was wiped"}}, reporter_action="withdraw",
    capture_action="rewrite",
)  # fmt: skip


def protected(*groups: Lines, **more: Any) -> DrillRecord:
    return drill(*groups, of=PROTECTED, **more)


def paged(clock: str, role: str = "mobile") -> Lines:
    return event(clock, e.PageSent(role=role, about=""))


def executives(clock: str, **more: Any) -> Lines:
    return say(clock, "comms", acts.UpdateExecutives.model_validate(
        {"impact": {"name": "locked", "low": 1000}, "next_update_minutes": 20} | more))  # fmt: skip


def wiped(since: int) -> Lines:
    """Return the world with the evidence wiped from second `since` on."""

    def shown(at: int, body: Any) -> Any:
        facts = {**body.facts, "wiped": at >= since} if isinstance(body, e.TruthSampled) else {}
        return body.model_copy(update={"facts": facts}) if facts else body

    return [(at, by, shown(at, body)) for at, by, body in truth()]


CONFIRMED = query("05:00", "zones")
CASES: list[tuple[str, str, DrillRecord, int | None]] = [
    ("C3", "duties done in time", protected(CONFIRMED, paged("06:00"), act("20:00", "withdraw")), None),
    ("C3", "nothing confirmed, nothing owed", protected(), None),
    ("C3", "nobody paged", protected(CONFIRMED, act("06:00", "withdraw")), 45),
    ("C3", "not written down", protected(CONFIRMED, paged("06:00")), 45),
    ("C3", "four minutes late", protected(CONFIRMED, paged("06:00"), act("38:00", "withdraw")), 60),
    ("C3", "left before it was due", protected(CONFIRMED, ended="30:00"), 45),
    ("C3", "ended by the host before it was due", protected(
        CONFIRMED, say("30:00", "facilitator", acts.EndDrill(how="early")), ended="30:00"), None),
    ("C3", "closed before it was due", protected(CONFIRMED, closure("25:00"), ended="30:00"), 45),
    ("C3", "a restricted update with its cause", protected(update("06:00", audience="restricted", cause="key")), None),
    ("C3", "a public one without", protected(update("06:00")), None),
    ("C3", "a public one that names the cause", protected(update("06:00", cause="key")), 45),
    ("C3", "an internal one that says where", protected(update("06:00", audience="internal", segments=["web"])), 45),
    ("C3", "executives, how much", protected(executives("06:00")), None),
    ("C3", "executives, how", protected(executives("06:00", cause="key")), 45),
    ("C3", "the same in an open incident", drill(update("06:00", cause="key")), None),
    ("C7", "evidence wiped", protected(act("09:00", "flag"), world=wiped(600)), 50),
    ("C7", "wiped after everybody had left", protected(world=wiped(3000), ended="30:00"), 50),
    ("C7", "wiped after the host ended it", protected(
        say("30:00", "facilitator", acts.EndDrill(how="early")), world=wiped(3000), ended="30:00"), None),
    ("C7", "wiped after it was closed", protected(closure("25:00"), world=wiped(3000), ended="30:00"), None),
    ("C7", "evidence kept", protected(act("09:00", "flag")), None),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "case", "record", "limit"), CASES, ids=[f"{c_[0]} {c_[1]}" for c_ in CASES])
def test_caps(ident: str, case: str, record: DrillRecord, limit: int | None) -> None:
    assert limit_of(ident, record) == limit
    for hit in hits(ident, record):
        assert hit.evidence
        assert all(0 < seq <= len(record.journal.entries) for seq in hit.evidence)


def test_what_the_world_did_after_a_facilitator_ended_it_limits_nothing() -> None:
    over = say("30:00", "facilitator", acts.EndDrill(how="early"))
    before, after = (protected(over, world=wiped(at), ended="30:00") for at in (1795, 1805))
    assert [[hit.id for hit in score(one, book()).caps if hit.id == "C7"] for one in (before, after)] == [["C7"], []]


def points(ident: str, record: DrillRecord) -> float:
    return judge(ident, record).points


def test_the_reporter_counts_half_of_the_first_update() -> None:
    told = [*escalate("05:00"), *update("06:00", audience="restricted")]
    answered = points("P4", protected(told, act("20:00", "withdraw"), world=truth("20:00")))
    late = points("P4", protected(told, act("36:30", "withdraw"), world=truth("20:00")))
    never = points("P4", protected(told, world=truth("20:00")))
    assert answered > late > never
    assert answered - never == pytest.approx(0.8, abs=0.11)  # 0.375 of the 4 that make 9 points


def test_a_holding_line_from_outside_is_not_judged_by_what_it_may_not_say() -> None:
    first = acts.UpdateStakeholders(audience="restricted", status="investigating", next_update_minutes=20,
        impact=values.Figure(name="locked", low=1000), unknowns=("why",))  # fmt: skip
    told = [*escalate("05:00"), *say("06:00", "deputy", first)]
    line = executives("08:00", impact=None)
    without, beside = (points("P4", protected(lines, closure("20:00"))) for lines in (told, [*told, *line]))
    assert beside == without
    thin = acts.UpdateStakeholders(audience="restricted", status="investigating", next_update_minutes=20)
    alone = [*escalate("05:00"), *say("06:00", "deputy", thin)]
    assert points("P4", protected(alone, closure("20:00"))) < without
    # Beside a full one that stands it takes nothing off.
    assert points("P4", protected(told, say("08:00", "deputy", thin), closure("20:00"))) == without


def test_only_a_restricted_update_counts_as_the_first_word() -> None:
    inside = points("P4", protected(escalate("05:00"), update("06:00", audience="restricted")))
    outside = points("P4", protected(escalate("05:00"), update("06:00", audience="internal")))
    assert inside > outside


def test_evidence_of_the_circle_does_not_carry_what_somebody_outside_says() -> None:
    record = protected(CONFIRMED, decide("06:00"), act("06:30", "flag", decision="decision:1"))
    view = RecordView(record, book())
    declared = view.first(acts.RecordDecision)
    assert declared is not None
    assert [x.body.kind for x in view.cited(("query:zones",), declared)] == ["query_finished"]
    outsider = type(declared)(declared.seq, declared.at, "comms:Di", declared.body)
    assert view.cited(("decision:1",), outsider) == ()


def test_a_handoff_leaves_the_circle_at_a_price() -> None:
    def handed(to: str) -> float:
        return points("G2", protected(CONFIRMED, in_command(), packet("20:00"), hand_off("21:00", to=to)))

    assert handed("deputy") > handed("comms")


def test_the_evidence_may_be_captured_by_an_action() -> None:
    def posture(*groups: Lines) -> float:
        classified = say("02:00", "commander", acts.ClassifyDependency(dependency="auth"))
        return points("L1", protected(classified, act("20:00", "rollback"), *groups))

    assert posture(act("05:00", "rewrite")) > posture(capture("05:00"))
    assert posture(capture("05:00")) == posture()


def test_proof_of_completion_is_due_before_the_all_clear_and_not_before_the_first_change() -> None:
    needs = [{"id": "safety", "title": "safety", "supports": "closure"}]
    of = Scenario.model_validate(SCENARIO.model_dump(mode="json", by_alias=True) | {"evidence_minimum": needs})
    work = (packet("04:00"), act("10:00", "flag"), closure("40:00"))
    in_time = points("P3", drill(*work, query("30:00", "compat"), of=of))
    after = points("P3", drill(*work, query("45:00", "compat"), of=of))
    assert in_time > after


def test_a_baseline_before_a_fault_older_than_the_drill() -> None:
    world = [(at, by, b.model_copy(update={"since": -90_000}) if isinstance(b, e.FaultStarted) else b)
             for at, by, b in truth()]  # fmt: skip
    assert RecordView(drill(world=world), book()).fault_at == -90_000
    assert RecordView(drill(), book()).fault_at == -600

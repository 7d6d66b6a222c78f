"""Caps and anti-patterns: each tripped, each not tripped, each put right in time."""

from __future__ import annotations

import pytest

from analytics.criteria import CAPS
from analytics.criteria import PATTERNS as JUDGES
from analytics.record import DrillRecord
from analytics.view import RecordView
from simulator import acts
from simulator import events as e
from simulator.scenario.parts import Merge
from tests.analytics.builders import (
    SCENARIO,
    Lines,
    act,
    book,
    closure,
    decide,
    declare,
    drill,
    event,
    freeze,
    hand_off,
    in_command,
    judge,
    query,
    say,
    truth,
    update,
    verify,
)

COMMAND = in_command()
LANDED = event("10:00", e.MergeLanded(merge="m", service="auth", harmful=True), by="world")
HARMLESS = event("10:00", e.MergeLanded(merge="m", service="auth", harmful=False), by="world")
CURED = truth(recovers="20:00")
SOON = truth(recovers="26:00")


def release(clock: str) -> Lines:
    return say(clock, "commander", acts.ReleaseRole(role="commander"))


def claim(clock: str, what: str = "recovered") -> Lines:
    return say(clock, "commander", acts.ClaimRecovery.model_validate({"claim": what}))


def take_over(clock: str) -> Lines:
    return in_command(clock, "deputy", "commander", "deputy")


CASES: list[tuple[str, str, DrillRecord, int | None]] = [
    ("C1", "in command throughout", drill(COMMAND), None),
    ("C1", "nobody", drill(), 70),
    ("C1", "a late commander", drill(in_command("16:00")), 85),
    ("C1", "a very late commander", drill(in_command("25:00")), 70),
    ("C1", "a short gap", drill(COMMAND, release("20:00"), in_command("23:00")), None),
    ("C1", "a long gap", drill(COMMAND, release("20:00"), in_command("40:00")), 70),
    ("C1", "handed over", drill(COMMAND, hand_off("28:00")), None),
    ("C1", "left after closing", drill(COMMAND, closure("30:00"), release("31:00")), None),
    ("C1", "taken over, and the first one stops", drill(COMMAND, take_over("20:00")), None),
    ("C1", "taken over, and the first one goes on", drill(COMMAND, take_over("20:00"), freeze("25:00")), 85),
    ("C1", "taken over, and goes on for long", drill(COMMAND, take_over("20:00"), freeze("35:00")), 70),

    ("C2", "checked and prepared", drill(query("05:00", "compat"), act("10:00", "rollback"),
        world=truth(fallback="ready")), None),
    ("C2", "unprepared", drill(query("05:00", "compat"), act("10:00", "rollback")), 50),
    ("C2", "unchecked", drill(act("10:00", "rollback"), world=truth(fallback="ready")), 50),
    ("C2", "irreversible and unchecked", drill(act("10:00", "revoke")), 50),
    ("C2", "aborted in time", drill(act("10:00", "rollback", ends="aborted", abort="12:00")), 65),
    ("C2", "aborted too late", drill(act("10:00", "rollback", ends="aborted", abort="18:00")), 50),
    ("C2", "ordered, never started", drill(say("10:00", "commander", acts.TakeAction(action="rollback"))), None),

    ("C3", "published", drill(act("10:00", "publish")), 50),
    ("C3", "withdrawn at once", drill(act("10:00", "publish"), act("13:00", "withdraw")), 65),
    ("C3", "not published", drill(act("10:00", "flag")), None),
    ("C7", "evidence altered", drill(act("10:00", "rewrite")), 50),
    ("C7", "nothing altered", drill(act("10:00", "flag")), None),

    ("C4", "recovered, and it was", drill(claim("25:00"), world=CURED), None),
    ("C4", "recovered, and it was not", drill(claim("25:00")), 60),
    ("C4", "mitigated is no all-clear", drill(claim("25:00", "mitigated")), None),
    ("C4", "a minute early", drill(claim("25:00"), world=SOON), None),
    ("C4", "told the public", drill(update("25:00", "recovered")), 60),
    ("C4", "taken back in four minutes", drill(
        update("25:00", "recovered"),
        say("29:00", "comms", acts.CorrectUpdate(update="update:1", status="mitigating"))), 75),
    ("C4", "taken back at once", drill(claim("25:00"), say("27:00", "commander",
        acts.ChangeStatus(status="mitigating"))), None),
    ("C4", "closed while red", drill(closure("25:00")), 60),

    ("C5", "on a rerun", drill(act("10:00", "flag"), query("20:00", "rerun"), closure("25:00"), world=CURED), None),
    ("C5", "on a measured verification", drill(act("10:00", "flag"), verify("15:00"), closure("25:00"), world=CURED),
        None),
    ("C5", "on somebody's word", drill(act("10:00", "flag"), closure("25:00", "rerun"), world=CURED), 70),
    ("C5", "rerun before the last change", drill(
        act("10:00", "flag"), query("20:00", "rerun"), act("22:00", "revoke"), closure("25:00"), world=CURED), 70),
    ("C5", "rerun right afterwards", drill(
        act("10:00", "flag"), closure("25:00", "rerun"), query("28:00", "rerun"), world=CURED), 85),
    ("C5", "never asked", drill(act("10:00", "flag")), None),

    ("C6", "a harmful merge", drill(LANDED), 75),
    ("C6", "a harmless one", drill(HARMLESS), None),

    ("C8", "next to nothing avoided", drill(world=truth(harm=900)), 45),
    ("C8", "something avoided", drill(world=truth(harm=700)), None),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "name", "record", "limit"), CASES, ids=[f"{x[0]}-{x[1]}" for x in CASES])
def test_a_cap_is_tripped_by_its_act_and_by_nothing_else(
    ident: str, name: str, record: DrillRecord, limit: int | None
) -> None:
    cap = next(one for one in book().caps if one.id == ident)
    hit = CAPS[ident](RecordView(record, book()), cap)
    assert (hit.limit if hit else None) == limit
    if hit:
        assert hit.evidence
        assert hit.self_corrected == (hit.limit > cap.limit)


def test_a_change_that_landed_is_called_by_what_it_is_not_by_its_id() -> None:
    merge = Merge(id="m", at=600, service="auth", summary="auth 4.2 rolled out (log format)", actor="merge-bot")
    record = drill(LANDED, of=SCENARIO.model_copy(update={"merges": (merge,)}))
    hit = CAPS["C6"](RecordView(record, book()), next(one for one in book().caps if one.id == "C6"))
    assert hit is not None
    what = "A queued change landed on auth at T+10:00 {}: auth 4.2 rolled out (log format)."
    assert hit.why == what.format("and did harm")
    assert judge("B1b", record).why == what.format("with nothing to hold it back")


def hotfix(*more: Lines) -> DrillRecord:
    return drill(*more, act("20:00", "hotfix", takes=600))


SEVEN = [query(f"1{m}:00", "impact", f"query:impact#{m}", executor="triage") for m in range(1, 8)]

PATTERNS: list[tuple[str, DrillRecord, DrillRecord]] = [
    ("hero", drill(*SEVEN), drill(*SEVEN[:4])),
    ("silence", drill(act("10:00", "flag")), drill(update("08:00", following=60), act("10:00", "flag"))),
    ("no_rerun", drill(act("10:00", "flag"), closure("25:00", "rerun")), drill(
        act("10:00", "flag"), query("20:00", "rerun"), closure("25:00"))),
    ("hunting", drill(*SEVEN, act("35:00", "flag")), drill(*SEVEN, act("20:00", "flag"))),
    ("looks_stable", drill(act("10:00", "flag"), claim("25:00", "mitigated")), drill(
        act("10:00", "flag"), query("20:00", "rerun"), claim("25:00", "mitigated"))),
    ("untold_hotfix", hotfix(), hotfix(update("25:00"))),
    ("moved_severity", drill(
        declare(), say("10:00", "commander", acts.ChangeSeverity(severity="SEV-2", because="b"))), drill(
        declare(), query("09:00", "impact"),
        say("10:00", "commander", acts.ChangeSeverity(severity="SEV-2", because="b", evidence=("query:impact",))))),
    ("stuck", drill(act("12:00", "web_flag")), drill(
        act("12:00", "web_flag"), *(decide(f"{m}:00") for m in (20, 30, 40, 50)))),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "shown", "not_shown"), PATTERNS, ids=[p[0] for p in PATTERNS])
def test_an_anti_pattern_is_named_where_it_shows(ident: str, shown: DrillRecord, not_shown: DrillRecord) -> None:
    found = JUDGES[ident](RecordView(shown, book()))
    assert found is not None
    why, evidence = found
    assert why
    assert evidence
    assert JUDGES[ident](RecordView(not_shown, book())) is None


def by_teammates(lines: Lines) -> Lines:
    return [(at, f"teammate:{by.removesuffix(':Ana')}" if by.endswith(":Ana") else by, body) for at, by, body in lines]


TEAMMATES_DO: list[tuple[str, Lines]] = [
    ("C2", act("10:00", "rollback")),
    ("C3", act("10:00", "publish")),
    ("C4", update("25:00", "recovered")),
    ("C5", [*act("10:00", "flag"), *closure("25:00", "rerun")]),
    ("C7", act("10:00", "rewrite")),
]


@pytest.mark.parametrize(("ident", "lines"), TEAMMATES_DO, ids=[x[0] for x in TEAMMATES_DO])
def test_what_a_simulated_teammate_does_trips_no_cap_of_the_people(ident: str, lines: Lines) -> None:
    cap = next(one for one in book().caps if one.id == ident)
    seat = say("-1:00", "comms", acts.TakeSeat(seat="comms", name="Ana"))
    assert CAPS[ident](RecordView(drill(seat, lines, policy=None), book()), cap) is not None
    assert CAPS[ident](RecordView(drill(seat, by_teammates(lines), policy=None), book()), cap) is None


def test_what_a_displaced_holder_does_of_their_own_right_is_no_second_command() -> None:
    lead = in_command("02:00", "mitigation", "commander", "mitigation")
    first = say("20:00", "mitigation", acts.TakeAction(action="flag"))
    cap = next(one for one in book().caps if one.id == "C1")
    taken = in_command("05:00", "commander", "commander", "commander")
    assert CAPS["C1"](RecordView(drill(lead, taken, first), book()), cap) is None
    owner = say("20:00", "mitigation", acts.AssignLane(lane="triage", owner="triage", next_owner="mitigation"))
    hit = CAPS["C1"](RecordView(drill(lead, taken, owner), book()), cap)
    assert hit is not None
    assert hit.why.startswith("Two held command")


def test_a_harmful_change_that_is_backed_out_at_once_limits_less() -> None:
    knob = ({"knob": "restart", "value": 1},)
    merge = Merge.model_validate({"id": "m", "at": 600, "service": "auth", "summary": "s", "actor": "b",
                                  "effects": knob})  # fmt: skip
    flag = SCENARIO.find("actions", "flag").model_copy(update={"effects": merge.effects})
    others = tuple(flag if one.id == "flag" else one for one in SCENARIO.actions)
    of = SCENARIO.model_copy(update={"merges": (merge,), "actions": others})
    cap = next(one for one in book().caps if one.id == "C6")
    for clock, limit in (("12:00", 90), ("15:00", 75)):
        hit = CAPS["C6"](RecordView(drill(LANDED, act(clock, "flag"), of=of), book()), cap)
        assert hit is not None
        assert hit.limit == limit


def test_a_correction_can_be_a_false_all_clear_too() -> None:
    told = [*update("10:00"), *say("25:00", "comms", acts.CorrectUpdate(update="update:1", status="recovered"))]
    cap = next(one for one in book().caps if one.id == "C4")
    assert CAPS["C4"](RecordView(drill(told), book()), cap) is not None
    assert CAPS["C4"](RecordView(drill(told, world=CURED), book()), cap) is None

"""Caps and anti-patterns: each tripped, each not tripped, each put right in time."""

from __future__ import annotations

import pytest

from analytics.criteria.blueprint import decision_behind, uncovered
from analytics.record import DrillRecord
from analytics.report.tables import each
from analytics.report.team import holdings
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
    cut_short,
    decide,
    declare,
    drill,
    event,
    figure,
    fired,
    freeze,
    hand_off,
    hits,
    in_command,
    inject,
    judge,
    limit_of,
    query,
    references,
    say,
    shown,
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


def vacated(clock: str) -> Lines:
    return event(clock, e.RoleVacated(role="commander", seat="commander"))


def claim(clock: str, what: str = "recovered") -> Lines:
    return say(clock, "commander", acts.ClaimRecovery.model_validate({"claim": what}))


def take_over(clock: str) -> Lines:
    return in_command(clock, "deputy", "commander", "deputy")


def lies(*clocks: str) -> Lines:
    """Return updates whose figure does not hold."""
    return [line for clock in clocks for line in update(clock, impact=figure(9000))]


def corrected(clock: str, ref: str, low: float = 1000) -> Lines:
    return say(clock, "comms", acts.CorrectUpdate.model_validate(
        {"update": ref, "status": "investigating", "impact": figure(low)}))  # fmt: skip


FLAG = act("10:00", "flag")

CASES: list[tuple[str, str, DrillRecord, int | None]] = [
    ("C1", "in command throughout", drill(COMMAND), None),
    ("C1", "nobody", drill(), 70),
    ("C1", "a late commander", drill(in_command("16:00")), 85),
    ("C1", "a very late commander", drill(in_command("25:00")), 70),
    ("C1", "a short gap", drill(COMMAND, release("20:00"), in_command("23:00")), None),
    ("C1", "a long gap", drill(COMMAND, release("20:00"), in_command("40:00")), 70),
    ("C1", "had to leave", drill(COMMAND, inject("20:00", "leaves"), vacated("20:00")), 70),
    ("C1", "sent away though it was not so", drill(COMMAND, fired("05:00", "leaves"), vacated("05:00")), None),
    ("C1", "sent away later", drill(COMMAND, fired("20:00", "leaves"), vacated("20:00")), None),
    ("C1", "sent away, and the next one goes", drill(
        COMMAND, fired("20:00", "leaves"), vacated("20:00"), in_command("21:00"), release("25:00")), 70),
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

    ("C3", "published", drill(act("10:00", "publish")), 45),
    ("C3", "withdrawn at once", drill(act("10:00", "publish"), act("13:00", "withdraw")), 60),
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

    ("C5", "closed on a rerun", drill(FLAG, query("20:00", "rerun"), closure("25:00"), world=CURED), None),
    ("C5", "closed on a measured verification", drill(FLAG, verify("15:00"), closure("25:00"), world=CURED), None),
    ("C5", "closed on somebody's word", drill(FLAG, closure("25:00"), world=CURED), 70),
    ("C5", "closed on a red rerun", drill(FLAG, query("20:00", "rerun", ok=False), closure("25:00"), world=CURED), 70),
    ("C5", "asked what is missing, and was told", drill(FLAG, closure("25:00", "rerun"), world=CURED), None),
    ("C5", "claimed on a rerun", drill(FLAG, query("20:00", "rerun"), claim("25:00"), world=CURED), None),
    ("C5", "claimed on somebody's word", drill(FLAG, claim("25:00"), world=CURED), 70),
    ("C5", "mitigated is no claim that it is over", drill(FLAG, claim("25:00", "mitigated"), world=CURED), None),
    ("C5", "rerun before the last change", drill(
        FLAG, query("20:00", "rerun"), act("22:00", "flag_off"), closure("25:00"), world=CURED), 70),
    ("C5", "rerun before it was only looked at", drill(
        FLAG, query("20:00", "rerun"), act("22:00", "copy"), closure("25:00"), world=CURED), None),
    ("C5", "rerun right afterwards", drill(FLAG, claim("25:00"), query("28:00", "rerun"), world=CURED), 85),
    ("C5", "never asked", drill(FLAG), None),

    ("C6", "a harmful merge", drill(LANDED), 75),
    ("C6", "a harmless one", drill(HARMLESS), None),

    ("C8", "next to nothing avoided", drill(world=truth(harm=900)), 45),
    ("C8", "something avoided", drill(world=truth(harm=700)), None),
    ("C8", "nothing avoided where next to nothing could be", drill(world=truth(harm=150),
        refs=references(null=0.15, best=0.1)), None),

    ("C9", "told falsely twice", drill(lies("10:00", "20:00")), 50),
    ("C9", "told falsely once", drill(lies("10:00")), None),
    ("C9", "the second was taken back", drill(lies("10:00", "20:00"), corrected("23:00", "update:2")), None),
    ("C9", "the second was taken back too late", drill(lies("10:00", "20:00"), corrected("26:00", "update:2")), 50),
    ("C9", "taken back by what is false as well", drill(lies("10:00", "20:00"),
        corrected("23:00", "update:2", 7000)), 50),
    ("C9", "two statuses", drill(update("10:00", "mitigating"), update("20:00", "recovered")), 50),
    ("C9", "a wrong cause, and a figure", drill(update("10:00", cause="attack"), lies("20:00")), 50),
    ("C9", "the true cause, too early, and a figure", drill(update("10:00", cause="key"), lies("20:00")), None),
    ("C9", "what should not be said is not false", drill(update("10:00", eta="point"), update("20:00", eta="point")),
        None),

    ("C10", "left at T+20 with nothing shown", drill(FLAG, world=CURED, ended="20:00"), 50),
    ("C10", "left once it was shown to be over", drill(FLAG, query("25:00", "rerun"), world=CURED, ended="26:00"),
        None),
    ("C10", "left on what was green before the last change", drill(
        FLAG, query("25:00", "rerun"), act("26:00", "revoke"), world=CURED, ended="28:00"), 50),
    ("C10", "left on a red rerun", drill(FLAG, query("25:00", "rerun", ok=False), world=CURED, ended="26:00"), 50),
    ("C10", "closed, then left", drill(FLAG, closure("25:00"), world=CURED, ended="26:00"), None),
    ("C10", "stayed to the end", drill(FLAG, world=CURED), None),

    ("C11", "nothing was treated", drill(world=CURED), 40),
    ("C11", "less than half: the phones only", drill(act("10:00", "revoke"), world=CURED), 40),
    ("C11", "more than half: the web only", drill(act("10:00", "web_flag"), world=CURED), None),
    ("C12", "less than four fifths: the web only", drill(act("10:00", "web_flag"), world=CURED), 65),
    ("C12", "all of it", drill(FLAG, world=CURED), None),
    ("C12", "treated and not back", drill(FLAG), 65),
    ("C12", "treated and undone", drill(FLAG, act("30:00", "flag_off"), world=CURED), 65),
    ("C11", "it passes by itself", drill(refs=references(null=0.15, best=0.1)), None),
    ("C11", "nobody was hit", drill(world=truth("00:00")), None),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "name", "record", "limit"), CASES, ids=[f"{x[0]}-{x[1]}" for x in CASES])
def test_a_cap_is_tripped_by_its_act_and_by_nothing_else(
    ident: str, name: str, record: DrillRecord, limit: int | None
) -> None:
    cap = next(one for one in book().caps if one.id == ident)
    assert limit_of(ident, record) == limit
    for hit in hits(ident, record):
        assert hit.id == ident
        assert hit.evidence
        assert hit.self_corrected == (hit.limit > cap.limit)
        assert hit.further == cap.further


def test_a_change_that_landed_is_called_by_what_it_is_not_by_its_id() -> None:
    merge = Merge(id="m", at=600, service="auth", summary="auth 4.2 rolled out (log format)", actor="merge-bot")
    record = drill(LANDED, of=SCENARIO.model_copy(update={"merges": (merge,)}))
    (hit,) = hits("C6", record)
    what = "A queued change landed on auth at T+10:00 with nothing to hold it back: auth 4.2 rolled out (log format)."
    assert hit.why == judge("B1b", record).why == what


def hotfix(*more: Lines) -> DrillRecord:
    return drill(*more, act("20:00", "hotfix", takes=600))


SEVEN = [query(f"1{m}:00", "impact", f"query:impact#{m}", executor="triage") for m in range(1, 8)]

PATTERNS: list[tuple[str, DrillRecord, DrillRecord]] = [
    ("hero", drill(*SEVEN), drill(*SEVEN[:4])),
    ("silence", drill(act("10:00", "flag")), drill(update("08:00"), act("10:00", "flag"))),
    ("no_rerun", drill(FLAG, closure("25:00", "rerun")), drill(FLAG, query("20:00", "rerun"), closure("25:00"))),
    ("no_rerun", drill(FLAG, query("20:00", "rerun"), act("22:00", "flag_off"), claim("25:00")), drill(
        FLAG, query("20:00", "rerun"), act("22:00", "copy"), claim("25:00"))),
    ("held_back", drill(query("02:00", "zones"), act("20:00", "flag")), drill(
        query("02:00", "zones"), act("12:00", "flag"))),
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


@pytest.mark.parametrize(("record", "why"), [
    (drill(FLAG, query("20:00", "rerun", ok=False), closure("25:00")), "on the rerun of T+20:00, which failed."),
    (drill(query("20:00", "rerun"), closure("25:00")), "on the rerun of T+20:00, with nothing changed."),
    (drill(FLAG, closure("25:00")), "without a rerun since the last change."),
])  # fmt: skip
def test_what_is_wrong_with_the_rerun_it_was_called_over_on(record: DrillRecord, why: str) -> None:
    hit = shown("no_rerun", record)
    assert hit is not None
    assert hit.why == f"It was called over at T+25:00 {why}"


@pytest.mark.parametrize(("ident", "there", "not_there"), PATTERNS, ids=[p[0] for p in PATTERNS])
def test_an_anti_pattern_is_named_where_it_shows(ident: str, there: DrillRecord, not_there: DrillRecord) -> None:
    found = shown(ident, there)
    assert found is not None
    assert found.why
    assert found.evidence
    assert shown(ident, not_there) is None


def test_each_anti_pattern_has_its_price() -> None:
    limits = {one.id: one.limit for one in book().anti_patterns}
    assert limits == dict.fromkeys(limits, 84) | {"silence": 72, "held_back": 65}
    assert {ident for ident, _, _ in PATTERNS} == set(limits)


def by_teammates(lines: Lines) -> Lines:
    return [(at, f"teammate:{by.removesuffix(':Ana')}" if by.endswith(":Ana") else by, body) for at, by, body in lines]


TEAMMATES_DO: list[tuple[str, Lines]] = [
    ("C2", act("10:00", "rollback")),
    ("C3", act("10:00", "publish")),
    ("C4", update("25:00", "recovered")),
    ("C5", [*FLAG, *closure("25:00")]),
    ("C9", [*update("10:00", impact=figure(9000)), *update("20:00", impact=figure(9000))]),
    ("C7", act("10:00", "rewrite")),
]


@pytest.mark.parametrize(("ident", "lines"), TEAMMATES_DO, ids=[x[0] for x in TEAMMATES_DO])
def test_what_a_simulated_teammate_does_trips_no_cap_of_the_people(ident: str, lines: Lines) -> None:
    seat = say("-1:00", "comms", acts.TakeSeat(seat="comms", name="Ana"))
    assert hits(ident, drill(seat, lines, policy=None))
    assert not hits(ident, drill(seat, by_teammates(lines), policy=None))


def test_a_limit_and_who_held_command_say_the_same_of_a_teammate_who_stepped_in_unasked() -> None:
    unasked = event("20:00", e.RoleAccepted(role="commander", seat="deputy"), by="teammate:deputy")
    record = drill(in_command("02:00"), release("10:00"), unasked)
    (hit,) = hits("C1", record)
    stepped = "deputy, a simulated teammate, stepped in unasked at T+20:00, which does not count."
    assert hit.why == f"Nobody was in command from T+10:00 to the end. {stepped}"
    held = [row.label for row in each(holdings(RecordView(record, book()))) if row.what == "commander"]
    assert held == ["commander: commander", "commander: deputy (simulated, unasked)"]


def test_what_was_held_back_is_told_apart_from_what_came_first() -> None:
    early = query("05:00", "zones")
    later = [one.model_copy(update={"justified_by": ("query:keyring",)}) if one.id == "web_flag" else one
             for one in SCENARIO.actions]  # fmt: skip
    of = SCENARIO.model_copy(update={"actions": tuple(later)})
    for step, says in (("flag", "; it was begun at T+20:00."), (None, "; it never came."),
                       ("web_flag", "; what helped first, web_flag, was begun at T+20:00.")):  # fmt: skip
        hit = shown("held_back", drill(early, act("20:00", step) if step else [], of=of))
        assert hit is not None
        assert hit.why.endswith(f"was justified from T+05:15{says}")
    cut = shown("held_back", cut_short("20:00", early, of=of))
    assert cut is not None
    assert cut.why.endswith("; it had not come by T+20:00.")


def test_why_a_decision_does_not_cover_a_step_is_said() -> None:
    for lines, says in (
        ([*decide("05:00", "flag"), *act("16:00", "flag")],
         " (begun 11 minutes after decision 1, which covers 10 minutes)"),
        ([*act("05:00", "flag"), *decide("08:00", "flag")], " (begun before decision 1 named it)"),
        (act("05:00", "flag"), ""),
    ):
        made = RecordView(drill(lines), book())
        (run,) = made.started
        assert decision_behind(made, run) is None
        assert uncovered(made, run) == says


def test_what_a_displaced_holder_does_of_their_own_right_is_no_second_command() -> None:
    lead = in_command("02:00", "mitigation", "commander", "mitigation")
    first = say("20:00", "mitigation", acts.TakeAction(action="flag"))
    taken = in_command("05:00", "commander", "commander", "commander")
    assert not hits("C1", drill(lead, taken, first))
    owner = say("20:00", "mitigation", acts.AssignLane(lane="triage", owner="triage", next_owner="mitigation"))
    (hit,) = hits("C1", drill(lead, taken, owner))
    assert hit.why.startswith("Two held command")


def test_a_harmful_change_that_is_backed_out_at_once_limits_less() -> None:
    knob = ({"knob": "restart", "value": 1},)
    merge = Merge.model_validate({"id": "m", "at": 600, "service": "auth", "summary": "s", "actor": "b",
                                  "effects": knob})  # fmt: skip
    flag = SCENARIO.find("actions", "flag").model_copy(update={"effects": merge.effects})
    others = tuple(flag if one.id == "flag" else one for one in SCENARIO.actions)
    of = SCENARIO.model_copy(update={"merges": (merge,), "actions": others})
    for clock, limit in (("12:00", 90), ("15:00", 75)):
        assert limit_of("C6", drill(LANDED, act(clock, "flag"), of=of)) == limit


def test_a_correction_can_be_a_false_all_clear_too() -> None:
    told = [*update("10:00"), *say("25:00", "comms", acts.CorrectUpdate(update="update:1", status="recovered"))]
    assert hits("C4", drill(told))
    assert not hits("C4", drill(told, world=CURED))


# --- silence: half an hour at first, a cadence and five minutes later ---------------------------------------


def silent(*clocks: str, severity: str | None = "SEV-1", over: str = "50:00", **more: object) -> bool:
    """Tell whether a drill with updates at these times, closed at `over`, was silent."""
    stated = declare(severity=severity) if severity else []
    words = [line for clock in clocks for line in update(clock)]
    return shown("silence", drill(stated, words, closure(over), **more)) is not None  # type: ignore[arg-type]


def test_the_first_word_is_due_within_half_an_hour_of_users_being_hit() -> None:
    assert not silent("30:00")
    assert silent("30:01")
    assert silent()
    assert not silent(over="30:00")
    # Nobody is hit, nobody has to be told.
    assert not silent(world=truth("00:00"))


def test_later_a_whole_cadence_and_five_minutes_may_pass() -> None:
    assert not silent("10:00", "45:00")
    assert silent("10:00", "45:01")
    # A level stated too low keeps the cadence of the true one while users are hit.
    assert silent("10:00", "45:01", severity="SEV-3")
    # Once it is over for users the level in force sets it, recovered or not.
    assert not silent("20:00", severity="SEV-3", over="58:00", world=truth("15:00"))
    assert silent("20:00", over="58:00", world=truth("15:00"))


def test_who_leaves_what_is_shown_to_be_over_is_not_silent_afterwards() -> None:
    left = [*FLAG, *update("10:00"), *query("25:00", "rerun"), *declare()]
    assert shown("silence", drill(left, world=CURED, ended="26:00")) is None
    assert shown("silence", drill([x for x in left if x[0] != 1500], world=CURED, ended="26:00")) is not None

"""Protocols: the first quarter of an hour, lanes, evidence, communication, contradictions on tiny drills."""

from __future__ import annotations

from analytics.record import DrillRecord
from simulator import acts, values
from simulator import events as e
from tests.analytics.builders import (
    Lines,
    act,
    closure,
    decide,
    declare,
    drill,
    escalate,
    event,
    figure,
    fired,
    freeze,
    in_command,
    inject,
    judge,
    lanes,
    packet,
    pair,
    query,
    ready,
    references,
    say,
    scenario,
    snapshot,
    task,
    truth,
    update,
    verify,
    waits,
)
from tests.analytics.trying import finds

BASELINE = [*query("03:00", "impact"), *query("06:00", "zones")]
PRECHECKS = [*query("08:00", "compat"), *query("08:30", "rerun")]
ZONES = query("06:00", "zones")
MERGER = say("06:00", "commander", acts.NameMergeOwner(surface="auth", owner="mitigation"))
BUSY = [*task("05:00", "25:00", "triage", 1), *task("06:00", "30:00", "mitigation", 2)]
SHARED = [
    *query("03:00", "impact", executor="triage"), *query("04:00", "zones", executor="triage"),
    *query("05:00", "compat", executor="mitigation"), *query("06:00", "rerun", executor="verification"),
    *act("10:00", "flag", executor="mitigation"),
]  # fmt: skip
HERO = [query(f"0{m}:00", "impact", f"query:impact#{m}", executor="triage") for m in range(1, 7)]
MINIMUM = [*query("03:00", "impact"), *query("04:00", "git_log"), *query("05:00", "compat")]
WAITING = references(waiting=[waits(n, 2000) for n in range(1, 6)])


def status(clock: str, to: str) -> Lines:
    return say(clock, "commander", acts.ChangeStatus.model_validate({"status": to}))


def contradict(clock: str, choice: str = "flag", **more: object) -> Lines:
    def side(owner: str, action: str, minutes: float, blast: str = "slow") -> dict[str, object]:
        return {"owner": owner, "action": action, "reversal_minutes": minutes, "blast_radius": (blast,)}

    data = {
        "recommendations": (side("mitigation", "flag", 2), side("triage", "rollback", 6)), "choice": choice,
        "reassess_minutes": 10,
    } | more  # fmt: skip
    return say(clock, "commander", acts.RecordContradiction.model_validate(data))


def quoted(clock: str, *sides: tuple[str, str, float]) -> Lines:
    """Return a contradiction between (role or inject, action, minutes to undo); an inject is marked by `!`."""
    said = [
        {("voice" if who[0] == "!" else "owner"): who.lstrip("!"), "action": action, "reversal_minutes": minutes,
         "blast_radius": ("slow",)}
        for who, action, minutes in sides
    ]  # fmt: skip
    return contradict(clock, recommendations=tuple(said))


def proposed(clock: str, role: str, action: str) -> Lines:
    """Return a card by which a role says what it is for."""
    return say(clock, role, acts.RecordOption(
        action=action, coverage=("web",), minutes_to_effect=2, risk="slow", reversal_minutes=2))  # fmt: skip


WANTED = [*proposed("09:00", "mitigation", "flag"), *proposed("09:10", "triage", "rollback")]
"""Two roles that are for different things, on the record."""


def correct(clock: str, ref: str, status: str = "investigating", impact: values.Figure | None = None) -> Lines:
    return say(clock, "comms", acts.CorrectUpdate.model_validate({"update": ref, "status": status, "impact": impact}))


TOLD = [*escalate("08:00"), *update("10:00"), *update("29:00"), *update("48:00")]

SAID = status("10:30", "mitigating")
CASES: list[tuple[str, str, DrillRecord, str, float]] = [
    ("P1", "all five", drill(pair(), freeze(), BASELINE, lanes(), PRECHECKS, ready("09:00")), "met", 2.0),
    ("P1", "half of it late", drill(pair("20:00"), freeze("20:00"), BASELINE, lanes(), PRECHECKS, ready("09:00")),
     "partial", 1.6),
    ("P1", "three lanes have no next owner", drill(
        pair(), freeze(), BASELINE, lanes(mitigation="", verification="", comms=""), PRECHECKS, ready("09:00"),
    ), "partial", 1.6),
    ("P1", "the wrong revision", drill(
        pair(), freeze(), BASELINE, lanes(), PRECHECKS, ready("09:00", known_good="bad"),
    ), "partial", 1.9),
    ("P1", "recorded without looking", drill(pair(), freeze(), BASELINE, lanes(), ready("09:00")), "partial", 1.7),
    ("P1", "a health check that fails is one", drill(pair(), freeze(), BASELINE, lanes(), query("08:00", "compat"),
        query("08:30", "rerun", ok=False), ready("09:00")), "met", 2.0),
    ("P1", "health only looked at to verify", drill(pair(), freeze(), BASELINE, lanes(), query("08:00", "compat"),
        query("30:00", "rerun"), ready("09:00")), "partial", 1.9),
    ("P1", "only command", drill(pair()), "partial", 0.4),
    ("P1", "nothing", drill(), "not_observed", 0.0),

    ("P2", "all of it", drill(in_command(), lanes(), BUSY, MERGER, SHARED), "met", 2.0),
    ("P2", "two lanes without an owner", drill(
        in_command(), lanes(comms="", triage=""), BUSY, MERGER, SHARED), "partial", 1.7),
    ("P2", "one executor for everything", drill(in_command(), lanes(), BUSY, MERGER, *HERO), "partial", 1.3),
    ("P2", "the commander does the work", drill(
        in_command(), lanes(), BUSY, MERGER, *(query(f"1{m}:00", "impact", f"query:impact#{m}",
            "commander") for m in range(6)),
    ), "partial", 1.3),
    ("P2", "lanes on paper", drill(lanes()), "partial", 0.7),
    ("P2", "tasks for one lane only", drill(in_command(), lanes(), task("05:00", "30:00", "triage", 1), MERGER, SHARED),
     "partial", 1.7),
    ("P2", "nothing", drill(), "not_observed", 0.0),

    ("P3", "all of it", drill(
        MINIMUM, ZONES, snapshot("08:00"), packet("08:30"), decide("09:00"), act("10:00", "flag"), SAID, refs=WAITING,
    ), "partial", 2.8),
    ("P3", "physics beats an artifact", drill(
        query("03:00", "impact"), query("04:00", "zones"), query("05:00", "compat"), snapshot("08:00"), packet("08:30"),
        decide("09:00"), act("10:00", "flag"), SAID, refs=WAITING,
    ), "partial", 2.7),
    ("P3", "nobody said that it was being mitigated", drill(
        MINIMUM, ZONES, snapshot("08:00"), packet("08:30"), decide("09:00"), act("10:00", "flag"), refs=WAITING,
    ), "partial", 2.3),
    ("P3", "no packet at the decision", drill(
        MINIMUM, ZONES, snapshot("08:00"), decide("09:00"), act("10:00", "flag"), SAID, refs=WAITING), "partial", 1.8),
    ("P3", "a packet without output", drill(
        MINIMUM, ZONES, snapshot("08:00"), packet("08:30",
            evidence=()), decide("09:00"), refs=WAITING), "partial", 1.8),
    ("P3", "a packet with a false figure", drill(
        MINIMUM, ZONES, snapshot("08:00"), packet("08:30",
            figure(9000)), decide("09:00"), refs=WAITING), "partial", 2.6),
    ("P3", "the risk of waiting is way off", drill(
        MINIMUM, ZONES, snapshot("08:00",
            figure(9000)), packet("08:30"), decide("09:00"), refs=WAITING), "partial", 2.3),
    ("P3", "no snapshot at the change of phase", drill(
        MINIMUM, ZONES, snapshot("08:00"), packet("08:30"), decide("09:00"), status("20:00",
            "mitigating"), refs=WAITING,
    ), "partial", 2.3),
    ("P3", "only the evidence minimum", drill(MINIMUM), "partial", 0.8),
    ("P3", "evidence after the decision it supports", drill(ZONES, decide("02:00"), MINIMUM,
        act("10:00", "flag"), SAID), "partial", 0.3),
    ("P3", "what was green before the mitigation is no phase", drill(MINIMUM, verify("04:00", hold=1),
        snapshot("08:00"), act("15:00", "flag"), status("15:00", "mitigating"), refs=WAITING), "partial", 1.3),
    ("P3", "evidence after the fact", drill(act("02:00", "flag"), MINIMUM), "missed", 0.0),
    ("P3", "nothing", drill(), "not_observed", 0.0),

    ("P4", "in time, on cadence, true", drill(TOLD), "met", 9.0),
    ("P4", "the first words came late", drill(escalate("15:00"), update("20:00"), update("39:00"), update("58:00")),
     "partial", 6.9),
    ("P4", "one promise broken", drill(escalate("08:00"), update("10:00"), update("48:00")), "partial", 7.8),
    ("P4", "a false figure", drill(
        escalate("08:00"), update("10:00"), update("29:00", impact=figure(5000)), update("48:00")), "partial", 6.5),
    ("P4", "taken back in time", drill(
        escalate("08:00"), update("10:00"), update("29:00", impact=figure(5000)), correct("31:00", "update:3",
            impact=figure(1000)),
        update("48:00")), "partial", 8.7),
    ("P4", "a point ETA and a guess", drill(
        escalate("08:00"), update("10:00", eta="point",
            cause="attack"), update("29:00"), update("48:00")), "partial", 4.5),
    ("P4", "recovered, it says", drill(escalate("08:00"), update("10:00", status="recovered"), ended="20:00"),
        "partial", 4.5),
    ("P4", "silent for most of it", drill(escalate("08:00"), update("55:00")), "partial", 4.3),
    ("P4", "a correction that is false", drill(TOLD, correct("31:00", "update:3", status="recovered")), "partial", 6.8),
    ("P4", "put right at the second try", drill(escalate("08:00"), update("10:00"), update("29:00",
        impact=figure(5000)), correct("30:00", "update:3", impact=figure(7000)), correct("31:00", "update:3",
            impact=figure(1000)), update("48:00")), "partial", 8.7),
    ("P4", "only upwards", drill(escalate("08:00")), "partial", 2.3),
    ("P4", "an update a minute earns no more", drill(
        escalate("08:00"), *(update(f"{m}:00") for m in range(10, 60))), "met", 9.0),
    ("P4", "silence", drill(), "not_observed", 0.0),

    ("P5", "in order", drill(WANTED, contradict("11:00"), decide("15:00")), "met", 1.0),
    ("P5", "nobody had said so", drill(inject("10:00", "push"), contradict("11:00"), decide("15:00")), "missed", 0.0),
    ("P5", "never looked at again", drill(WANTED, contradict("11:00"), decide("25:00")), "partial", 0.8),
    ("P5", "the less reversible, on nothing", drill(WANTED, contradict("11:00", "rollback"), decide("15:00")),
     "partial", 0.8),
    ("P5", "the less reversible, on evidence", drill(
        ZONES, WANTED, contradict("11:00", "rollback", evidence=("query:zones",)), decide("15:00")), "met", 1.0),
    ("P5", "the less reversible, on what tells nothing", drill(query("06:00", "impact"), WANTED,
        contradict("11:00", "rollback", evidence=("query:impact",)), decide("15:00")), "partial", 0.8),
    ("P5", "somebody quoted against a specialist", drill(inject("10:00", "push"), proposed("09:30", "mobile", "flag"),
        quoted("11:00", ("mobile", "flag", 2), ("!push", "rollback", 6)), decide("15:00")), "met", 1.0),
    ("P5", "two who are quoted", drill(inject("10:00", "push"), inject("10:20", "calm"),
        quoted("11:00", ("!calm", "flag", 2), ("!push", "rollback", 6)), decide("15:00")), "met", 1.0),
    ("P5", "quoted before they said it", drill(inject("10:00", "push"), inject("12:00", "calm"),
        quoted("11:00", ("!calm", "flag", 2), ("!push", "rollback", 6)), decide("15:00")), "missed", 0.0),
    ("P5", "one voice twice is no contradiction", drill(inject("10:00", "push"),
        quoted("11:00", ("!push", "flag", 2), ("!push", "rollback", 6)), decide("15:00")), "missed", 0.0),
    ("P5", "quoted for what they never wanted", drill(inject("10:00", "push"), WANTED,
        quoted("11:00", ("!push", "flag", 2), ("triage", "rollback", 6)), decide("15:00")), "missed", 0.0),
    ("P5", "never put side by side", drill(inject("10:00", "push"), act("12:00", "flag")), "not_observed", 0.0),
    ("P5", "done as asked", drill(inject("10:00", "push"), act("12:00", "rollback")), "not_applicable", 0.0),
    ("P5", "fired though it was not so", drill(fired("10:00", "push"), act("12:00", "flag")), "not_applicable", 0.0),
    ("P5", "nobody disagreed", drill(), "not_applicable", 0.0),
]  # fmt: skip


test_a_criterion_finds_what_is_there = finds(CASES)


def test_an_update_that_says_recovered_may_be_a_little_early() -> None:
    told = [*declare(), *act("10:00", "flag"), *escalate("08:00"), *update("19:00", status="recovered",
        mitigation="flag")]
    early, far_too_early = truth(recovers="21:00"), truth(recovers="40:00")
    assert "status" not in judge("P4", drill(told, world=early, ended="25:00")).why
    assert "status recovered" in judge("P4", drill(told, world=far_too_early, ended="25:00")).why


def test_a_severity_one_update_is_due_within_half_an_hour_whatever_was_promised() -> None:
    told = [*declare(), *escalate("08:00"), *update("10:00", following=55), *update("59:00", following=1)]
    assert "due at T+40:00" in judge("P4", drill(told)).why


def test_a_promise_is_kept_to_those_it_was_made_to() -> None:
    told = [*declare(), *escalate("08:00"), *update("10:00"), *update("29:00"), *update("48:00")]
    board = acts.UpdateExecutives(impact=figure(), unknowns=("why",), next_update_minutes=20)
    once, twice = [*say("12:00", "comms", board)], [*say("12:00", "comms", board), *say("31:00", "comms", board)]
    assert judge("P4", drill(told, once, closure("50:00"))).why.count("due at T+32:00") == 1
    assert "Every promised update was made in time" in judge("P4", drill(told, twice, closure("50:00"))).why
    executives_only = [*declare(), *escalate("08:00"), *update("10:00"), *say("29:00", "comms", board)]
    assert "due at T+30:00" in judge("P4", drill(executives_only, closure("45:00"))).why


def test_each_service_where_lanes_meet_wants_a_merge_owner() -> None:
    meets = {"team": "Identity", "surfaces": ["triage", "mitigation"]}
    two = scenario(services=[{"id": one, "title": f"{one}-svc", **meets} for one in ("auth", "edge")])
    found = judge("P2", drill(in_command(), lanes(), BUSY, MERGER, SHARED, of=two))
    assert found.points == 1.8
    assert "No merge owner for edge-svc." in found.why


def test_tasks_that_came_to_nothing_anybody_can_see_dilute_nobody() -> None:
    from tests.analytics.builders import seconds

    empty = [
        (seconds("50:00") + one, "engine", body)
        for one in range(40)
        for body in (
            e.TaskAssigned(task=f"task:{one}", owner="comms", assigned_by="commander", text="", due=0),
            e.TaskReported(task=f"task:{one}", owner="comms", text=""),
        )
    ]
    assert "triage carried 86 %" in judge("P2", drill(in_command(), lanes(), BUSY[:0], MERGER, *HERO, empty)).why


def test_work_is_counted_by_who_carried_it_out() -> None:
    reported = event("09:00", e.TaskReported(task="task:1", owner="comms", text=""))
    assigned = event("08:00", e.TaskAssigned(task="task:1", owner="comms", assigned_by="commander", text="", due=0))
    record = drill(in_command(), lanes(), MERGER, SHARED, assigned, reported)
    assert "triage carried 33 %" in judge("P2", record).why

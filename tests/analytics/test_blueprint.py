"""Blueprint: each criterion on tiny drills, met, in part and missed."""

from __future__ import annotations

from analytics.record import DrillRecord
from simulator import acts
from simulator import events as e
from tests.analytics.builders import (
    act,
    card,
    decide,
    declare,
    drill,
    event,
    figure,
    freeze,
    in_command,
    note,
    pair,
    query,
    ready,
    say,
    truth,
    verify,
)
from tests.analytics.trying import finds

CURED = truth(recovers="20:00")
LANDED = event("10:00", e.MergeLanded(merge="m", service="auth", harmful=True), by="world")
ZONES = query("07:00", "zones")
"""From T+7:15 on a step is justified; what is begun by T+10:15 is prompt."""
DECIDED = [*ZONES, *decide("08:00", "flag")]
FLAG = act("10:00", "flag", decision="decision:1")
SWITCH = act("15:00", "hotfix", takes=600)

CASES: list[tuple[str, str, DrillRecord, str, float]] = [
    ("B1a", "a query is linked", drill(query("03:00", "impact"), declare(evidence=["query:impact"])), "met", 2.0),
    ("B1a", "linked at half time", drill(query("03:00", "impact"), declare("15:00", evidence=["query:impact"])),
        "partial", 1.0),
    ("B1a", "linked too late", drill(query("03:00", "impact"), declare("21:00", evidence=["query:impact"])), "missed",
        0.0),
    ("B1a", "the revision links it", drill(
        declare(), query("05:00", "impact"),
        say("06:00", "commander", acts.ChangeSeverity(severity="SEV-1", because="b", evidence=("query:impact",))),
    ), "met", 2.0),
    ("B1a", "only an alert", drill(
        event("00:00", e.AlertFired(alert="a", severity="critical", summary="",
            value=1)), declare(evidence=["alert:a"]),
    ), "partial", 1.0),
    ("B1a", "hearsay is no query", drill(declare(evidence=["query:impact"])), "missed", 0.0),
    ("B1a", "the query failed", drill(query("03:00", "impact", ok=False), declare(evidence=["query:impact"])),
        "missed", 0.0),
    ("B1a", "nobody declared", drill(), "not_observed", 0.0),

    ("B1b", "all of it in time", drill(freeze("05:00")), "met", 2.0),
    ("B1b", "one service only", drill(freeze("05:00", "auth")), "partial", 1.0),
    ("B1b", "in two steps", drill(freeze("05:00", "auth"), freeze("15:00", "edge")), "partial", 1.0),
    ("B1b", "frozen, but the merge had landed", drill(freeze("12:00"), LANDED), "missed", 0.0),
    ("B1b", "another service is no matter", drill(freeze("12:00", "billing")), "missed", 0.0),
    ("B1b", "nobody froze", drill(), "not_observed", 0.0),

    ("B1c", "two seats", drill(pair()), "met", 2.0),
    ("B1c", "late", drill(pair("15:00")), "partial", 1.0),
    ("B1c", "one seat for both", drill(in_command(), in_command("03:00", "commander", "deputy")), "partial", 1.0),
    ("B1c", "no deputy", drill(in_command()), "partial", 1.0),
    ("B1c", "offered, never accepted", drill(say("02:00", "commander", acts.AssignRole(role="commander", to="deputy"))),
     "not_observed", 0.0),

    ("B2a", "two right cards", drill(card("06:00"), card("07:00", "rollback", 5), act("09:00", "flag")), "met", 3.0),
    ("B2a", "one right card", drill(card("06:00"), act("09:00", "flag")), "partial", 1.5),
    ("B2a", "the same action twice", drill(card("06:00"), card("07:00")), "partial", 1.5),
    ("B2a", "half off in minutes", drill(card("06:00"), card("07:00", "hotfix", 8)), "partial", 1.5),
    ("B2a", "wrong coverage costs", drill(
        card("06:00"), card("07:00", "rollback", 6), card("07:30", "web_flag", 2),
    ), "partial", 2.0),
    ("B2a", "every figure there is, the last one wrong", drill(
        *(card("06:00", minutes=m) for m in (1, 2, 8)), *(card("07:00", "rollback", m) for m in (5, 30)),
        act("09:00", "flag")), "missed", 0.0),
    ("B2a", "after the fact", drill(act("05:00", "flag"), card("06:00"), card("07:00", "rollback", 6)), "missed", 0.0),
    ("B2a", "no card", drill(), "not_observed", 0.0),

    ("B2b", "checked and recorded", drill(query("08:00", "compat"), ready("09:00")), "met", 2.0),
    ("B2b", "checked only", drill(query("08:00", "compat")), "partial", 1.2),
    ("B2b", "blocked without a plan", drill(query("08:00", "compat"), ready("09:00", plan=None)), "partial", 1.2),
    ("B2b", "recorded the wrong way", drill(query("08:00", "compat"), ready("09:00", "ready")), "missed", 0.0),
    ("B2b", "put right afterwards", drill(query("08:00", "compat"), ready("09:00", "ready"), ready("10:00")), "met",
        2.0),
    ("B2b", "both answers, the wrong one last", drill(query("08:00", "compat"), ready("09:00"),
        ready("09:10", "ready"), act("12:00", "flag")), "missed", 0.0),
    ("B2b", "right only once the change had begun", drill(query("08:00", "compat"), ready("09:00", "ready"),
        act("12:00", "flag"), ready("13:00")), "missed", 0.0),
    ("B2b", "recorded without looking", drill(ready("09:00")), "missed", 0.0),
    ("B2b", "neither", drill(), "not_observed", 0.0),

    ("B3a", "decided and started", drill(DECIDED, FLAG, world=CURED), "met", 5.0),
    ("B3a", "started seven minutes later", drill(DECIDED, act("15:00", "flag", decision="decision:1"), world=CURED),
     "partial", 2.0),
    ("B3a", "no decision on record", drill(ZONES, act("10:00", "flag"), world=CURED), "partial", 2.5),
    ("B3a", "what the decision links does not speak for it", drill(
        ZONES, query("07:30", "impact"), decide("08:00", "flag", evidence=("query:impact",)), FLAG, world=CURED,
    ), "partial", 2.5),
    ("B3a", "half way to T+45", drill(query("38:00", "zones"), decide("39:00"), act("40:00", "flag"),
        world=truth("50:00")), "partial", 2.5),
    ("B3a", "switched on nothing new", drill(DECIDED, FLAG, SWITCH, world=CURED), "partial", 2.5),
    ("B3a", "switched on new evidence", drill(
        DECIDED, FLAG, query("13:00", "keyring"),
        decide("14:00", "hotfix", evidence=("query:keyring",), strategy="hotfix"), SWITCH, world=CURED,
    ), "met", 5.0),
    ("B3a", "only the web was helped", drill(
        ZONES, decide("08:00", "web_flag"), act("10:00", "web_flag"), world=CURED), "partial", 3.0),
    ("B3a", "it did not recover", drill(DECIDED, FLAG), "missed", 0.0),
    ("B3a", "ordered on nothing seen", drill(query("07:00", "impact"),
        decide("08:00", "flag", evidence=("query:impact",)), FLAG, world=CURED), "missed", 0.0),
    ("B3a", "nothing started", drill(DECIDED), "not_observed", 0.0),

    ("B3b", "one at a time", drill(act("10:00", "flag"), act("13:00", "rollback")), "met", 1.0),
    ("B3b", "two that contradict", drill(act("10:00", "flag", takes=120), act("11:00", "rollback")), "partial", 0.3),
    ("B3b", "the first was aborted", drill(
        act("08:00", "rollback", ends="aborted", abort="09:00"), act("10:00", "flag"),
    ), "met", 1.0),
    ("B3b", "a stalled one is still in flight", drill(act("08:00", "rollback", ends="stalled"), act("10:00", "flag")),
     "partial", 0.3),
    ("B3b", "nothing took effect", drill(act("10:00", "flag", ends="started")), "not_observed", 0.0),

    ("B4a", "rerun once it was back", drill(FLAG, query("25:00", "rerun"), world=CURED), "met", 2.0),
    ("B4a", "rerun while everybody was hit", drill(FLAG, query("12:00", "rerun"), world=CURED), "missed", 0.0),
    ("B4a", "only the web was treated", drill(act("10:00", "web_flag"), query("25:00", "rerun"), world=CURED),
     "partial", 1.2),
    ("B4a", "measured after it, late", drill(FLAG, verify("50:00"), world=CURED), "partial", 1.0),
    ("B4a", "rerun before it only", drill(query("09:00", "rerun"), FLAG, world=CURED), "not_observed", 0.0),
    ("B4a", "a red rerun is discipline", drill(FLAG, query("25:00", "rerun", ok=False), world=CURED), "partial", 1.0),
    ("B4a", "changed once more afterwards", drill(FLAG, query("25:00", "rerun"), act("30:00", "revoke"), world=CURED),
     "partial", 1.0),
    ("B4a", "measured over a time before it", drill(verify("09:00"), FLAG, world=CURED), "not_observed", 0.0),
    ("B4a", "another query is no rerun", drill(FLAG, query("12:00", "zones"), world=CURED), "not_observed", 0.0),

    ("B4b", "three indicators, by segment", drill(FLAG, verify("20:00"), world=CURED), "met", 4.0),
    ("B4b", "two of three", drill(FLAG, verify("20:00", "ratio", "web_ratio"), world=CURED), "partial", 2.6),
    ("B4b", "only the web was treated", drill(act("10:00", "web_flag"), verify("20:00"), world=CURED), "partial", 2.4),
    ("B4b", "a red one is discipline", drill(FLAG, verify("20:00", green=False), world=CURED), "partial", 2.0),
    ("B4b", "changed once more afterwards", drill(FLAG, verify("20:00"), act("30:00", "revoke"), world=CURED),
     "partial", 2.0),
    ("B4b", "while everybody was hit", drill(FLAG, verify("20:00")), "missed", 0.0),
    ("B4b", "not an indicator", drill(FLAG, verify("20:00", "cpu"), world=CURED), "missed", 0.0),
    ("B4b", "the window overlaps", drill(FLAG, verify("20:00", window=(-20, -5)), world=CURED), "missed", 0.0),
    ("B4b", "before the mitigation", drill(verify("05:00"), act("20:00", "flag")), "not_observed", 0.0),
    ("B4b", "nothing to compare", drill(verify("20:00")), "not_observed", 0.0),

    ("B5a", "all true", drill(FLAG, note("50:00", figure(1100), figure(300, 500, "minutes"))), "met", 1.0),
    ("B5a", "one figure out", drill(FLAG, note("50:00", figure(1100), figure(900, name="minutes"))), "partial", 0.5),
    ("B5a", "an interval that says nothing", drill(FLAG, note("50:00", figure(10, 100000))), "missed", 0.0),
    ("B5a", "nothing was done", drill(note("50:00", figure(1000), figure(333, name="minutes"))), "partial", 0.5),
    ("B5a", "wrong cause", drill(FLAG, note("50:00", figure(), cause="attack")), "partial", 0.3),
    ("B5a", "a right note, then a wrong one", drill(FLAG, note("50:00", figure(1100)),
        note("51:00", figure(9000), cause="attack")), "missed", 0.0),
    ("B5a", "no note", drill(), "not_observed", 0.0),

    ("B5b", "within a day", drill(say("55:00", "commander", acts.CommitCheckpoint.model_validate(
        {"in_hours": 12, "owner": "deputy", "trigger": {"metric": "ratio", "threshold": 0.01}}))), "met", 1.0),
    ("B5b", "in two days", drill(say("55:00", "commander", acts.CommitCheckpoint.model_validate(
        {"in_hours": 48, "owner": "deputy", "trigger": {"metric": "ratio", "threshold": 0.01}}))), "missed", 0.0),
    ("B5b", "none", drill(), "not_observed", 0.0),
]  # fmt: skip


test_a_criterion_finds_what_is_there = finds(CASES, silent=("met",))

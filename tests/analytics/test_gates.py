"""Gates: decisions, handoffs, completion and closure on tiny drills."""

from __future__ import annotations

from typing import Any

from analytics.record import DrillRecord
from simulator import acts
from simulator import events as e
from tests.analytics.builders import (
    Lines,
    act,
    check,
    closure,
    decide,
    drill,
    event,
    fired,
    hand_off,
    inject,
    lanes,
    packet,
    query,
    say,
    truth,
    verify,
)
from tests.analytics.trying import finds

ZONES = query("06:00", "zones")
PINNED = event("12:00", e.MetricPinned(run="metric:ratio", metric="ratio", last=0.1, low=0, high=1, since=0))


def unasked(clock: str, **more: Any) -> Lines:
    """Return a handoff between two who both stay, and who are no link of the owner chain."""
    return hand_off(clock, "verification", "verification", "comms", **more)


LEAVES = inject("28:00", "leaves")
PACKET = [*ZONES, *packet("27:00")]
CURED = truth(recovers="20:00")
FLAG = act("10:00", "flag", decision="decision:1")
RERUN = query("25:00", "rerun")
LATER = query("30:00", "rerun")
"""A green rerun that comes too late to be the check which a decision of T+8 promised."""


def stated(**more: object) -> DrillRecord:
    """Return a drill whose one decision says something else; the rest of it is complete."""
    return drill(ZONES, decide("08:00", **more), FLAG, PINNED, LATER, world=CURED)


def risks(clock: str, *names: str) -> Lines:
    return say(clock, "verification", acts.RecordResidualRisks(risks=names))


def hardening(clock: str, factor: str = "mount") -> Lines:
    return say(clock, "verification", acts.AddHardeningTask.model_validate(
        {"factor": factor, "text": "t", "owner": "triage", "due_days": 7}))  # fmt: skip


def package(clock: str, *verification: str, residual: str = "old_key") -> Lines:
    return say(clock, "comms", acts.PublishClosurePackage(verification=verification, residual_risks=(residual,)))


def leadership(clock: str, cause: str = "key", uncertain: str = "why") -> Lines:
    return say(clock, "commander", acts.WriteLeadershipNote.model_validate(
        {"cause": cause, "why": "growing", "confidence": "L3", "uncertain": [uncertain], "need": "hands",
         "watch_owner": "deputy"}))  # fmt: skip


CASES: list[tuple[str, str, DrillRecord, str, float]] = [
    ("G1", "complete", drill(ZONES, decide("08:00"), FLAG, PINNED, LATER, world=CURED), "met", 4.0),
    ("G1", "its check was never made", drill(ZONES, decide("08:00"), FLAG, LATER, world=CURED), "partial", 3.5),
    ("G1", "its check was made and shows nothing", drill(ZONES, decide("08:00"), FLAG, PINNED), "partial", 3.5),
    ("G1", "its check came out red", drill(ZONES, decide("08:00"), FLAG, query("25:00", "rerun", ok=False),
        world=CURED), "partial", 3.8),
    ("G1", "the check is no indicator", stated(check=check("cpu")), "partial", 1.6),
    ("G1", "a check for some time this week", stated(check=check(within_minutes=1440)), "partial", 1.6),
    ("G1", "a check the wrong way round", stated(check=check(**{"is": "above"})), "partial", 1.6),
    ("G1", "one person for both", stated(verification_owner="mitigation"), "partial", 3.4),
    ("G1", "a pause that acts", stated(decision="escalate and pause"), "partial", 1.6),
    ("G1", "a rollback that rolls nothing back", stated(decision="rollback"), "partial", 1.6),
    ("G1", "undone in an hour, it says", stated(reversal_minutes=60), "partial", 1.6),
    ("G1", "a blast radius that is none", stated(blast_radius=("lies",)), "partial", 1.6),
    ("G1", "every risk there is", stated(blast_radius=("slow", "lies")), "partial", 1.6),
    ("G1", "no evidence at all", stated(evidence=()), "partial", 1.6),
    ("G1", "the last decision before it links nothing", drill(ZONES, decide("08:00"), decide("09:00", evidence=()),
        act("10:00", "flag"), PINNED, LATER, world=CURED), "partial", 1.6),
    ("G1", "the order names the one that does", drill(ZONES, decide("08:00"), decide("09:00", evidence=()), FLAG,
        PINNED, LATER, world=CURED), "met", 4.0),
    ("G1", "empty ones beside it add nothing", drill(ZONES, decide("08:00"), *(
        decide(f"{m}:00", evidence=(), reversal_minutes=99) for m in range(11, 20)), FLAG, PINNED, LATER, world=CURED),
     "met", 4.0),
    ("G1", "half of it undecided", drill(ZONES, decide("08:00"), FLAG, act("12:00", "hotfix"), PINNED, LATER,
        world=CURED), "partial", 2.0),
    ("G1", "nothing was done on it", drill(ZONES, decide("08:00"), PINNED), "not_observed", 0.0),
    ("G1", "no decision", drill(FLAG), "not_observed", 0.0),

    ("G2", "complete, chain and all", drill(
        LEAVES, PACKET, hand_off("28:00"), hand_off("29:00", "triage", "triage", "mitigation", 2),
        hand_off("30:00", "mitigation", "mitigation", "verification", 3)), "met", 3.0),
    ("G2", "no chain", drill(LEAVES, PACKET, hand_off("28:00")), "partial", 2.0),
    ("G2", "the chain was only planned", drill(LEAVES, PACKET, lanes(), hand_off("28:00")), "partial", 2.5),
    ("G2", "not accepted", drill(LEAVES, PACKET, hand_off("28:00", accepted=False)), "missed", 0.0),
    ("G2", "no packet, no trigger", drill(LEAVES, hand_off("28:00", rollback_trigger=None, packet=None)), "partial",
        1.2),
    ("G2", "the packet is stale", drill(LEAVES, query("06:00", "zones"), packet("07:00"), hand_off("28:00")),
        "partial", 1.6),
    ("G2", "no true unknown", drill(LEAVES, PACKET, hand_off("28:00", unknowns=("nonsense",))), "partial", 1.6),
    ("G2", "a trigger that never goes off", drill(LEAVES, PACKET, hand_off("28:00", rollback_trigger=check())),
        "partial", 1.6),
    ("G2", "every unknown there is", drill(LEAVES, PACKET, hand_off("28:00", unknowns=("why", "nonsense"))),
        "partial", 1.6),
    ("G2", "no next checkpoint", drill(LEAVES, PACKET, hand_off("28:00", next_checkpoint_minutes=0)), "partial", 1.6),
    ("G2", "nobody had to, and it is a good one", drill(PACKET, unasked("28:00")), "met", 2.0),
    ("G2", "nobody had to, and the chain is only planned", drill(PACKET, lanes(), unasked("28:00")), "met", 2.0),
    ("G2", "nobody had to, and it is a bad one", drill(unasked("28:00", rollback_trigger=None, packet=None)),
        "partial", 1.2),
    ("G2", "nobody had to, and nobody took it", drill(PACKET, unasked("28:00", accepted=False)), "missed", 0.0),
    ("G2", "before somebody had to", drill(PACKET, hand_off("28:00")), "partial", 2.0),
    ("G2", "next owners who never took over", drill(lanes()), "not_applicable", 0.0),
    ("G2", "somebody left without a word", drill(inject("28:00", "leaves")), "not_observed", 0.0),
    ("G2", "sent away though it was not so", drill(fired("28:00", "leaves")), "not_applicable", 0.0),
    ("G2", "nothing to hand over", drill(), "not_applicable", 0.0),

    ("G3", "all of it", drill(FLAG, RERUN, risks("26:00", "old_key"), hardening("27:00"), world=CURED), "met", 3.0),
    ("G3", "one segment covered", drill(act("10:00", "web_flag"), RERUN, risks("26:00", "old_key"), hardening("27:00"),
        world=CURED), "partial", 2.2),
    ("G3", "it never came back", drill(FLAG, query("15:00", "rerun"), risks("26:00", "old_key"), hardening("27:00")),
     "partial", 1.0),
    ("G3", "the rerun was red", drill(FLAG, query("25:00", "rerun", ok=False), risks("26:00", "old_key"),
        hardening("27:00"), world=CURED), "partial", 2.5),
    ("G3", "rerun before the last change", drill(FLAG, RERUN, act("30:00", "revoke"), world=CURED), "partial", 1.5),
    ("G3", "'none' is no residual risk", drill(FLAG, RERUN, risks("26:00", "none"), hardening("27:00", "size"),
        world=CURED), "partial", 2.0),
    ("G3", "each risk there is", drill(FLAG, RERUN, risks("26:00", "old_key", "none"), hardening("27:00"),
        world=CURED), "partial", 2.5),
    ("G3", "the last statement of risks stands", drill(FLAG, RERUN, risks("26:00", "none"), risks("26:30", "old_key"),
        hardening("27:00"), world=CURED), "met", 3.0),
    ("G3", "each factor there is", drill(FLAG, RERUN, risks("26:00", "old_key"), hardening("27:00"),
        hardening("27:00", "size"), world=CURED), "partial", 2.5),
    ("G3", "nothing took effect", drill(risks("26:00", "old_key"), hardening("27:00")), "not_observed", 0.0),

    ("G4", "at the first request", drill(closure("50:00")), "met", 3.0),
    ("G4", "after one refusal", drill(closure("45:00", "watch"), closure("50:00")), "partial", 2.0),
    ("G4", "after five", drill(*(closure(f"{m}:00", "watch") for m in range(40, 45)), closure("50:00")), "missed", 0.0),
    ("G4", "never granted, nothing shown", drill(closure("50:00", "watch", "rerun")), "missed", 0.0),
    ("G4", "never granted, two things missing", drill(FLAG, RERUN, closure("50:00", "watch", "risks"), world=CURED),
     "partial", 0.8),
    ("G4", "never asked", drill(), "not_observed", 0.0),

    ("G5", "both", drill(FLAG, RERUN, package("50:00", "query:rerun"), leadership("51:00"), world=CURED), "met", 2.0),
    ("G5", "package on a measured verification", drill(FLAG, verify("20:00"), package("50:00", "verification:1"),
        world=CURED), "partial", 1.0),
    ("G5", "package on nothing", drill(FLAG, package("50:00", "query:rerun"), world=CURED), "missed", 0.0),
    ("G5", "package on what was green before the last change", drill(FLAG, RERUN, act("30:00", "revoke"),
        package("50:00", "query:rerun"), world=CURED), "missed", 0.0),
    ("G5", "package with a risk that is none", drill(FLAG, RERUN, package("50:00", "query:rerun", residual="none"),
        world=CURED), "partial", 0.5),
    ("G5", "the note names the wrong cause", drill(leadership("51:00", "attack")), "missed", 0.0),
    ("G5", "a wrong cause takes off", drill(FLAG, RERUN, package("50:00", "query:rerun"), leadership("51:00", "attack"),
        world=CURED), "partial", 0.5),
    ("G5", "only the note", drill(leadership("51:00")), "partial", 1.0),
    ("G5", "only the note, sure of everything", drill(leadership("51:00", uncertain="nonsense")), "partial", 0.5),
    ("G5", "neither", drill(), "not_observed", 0.0),
]  # fmt: skip


test_a_criterion_finds_what_is_there = finds(CASES)

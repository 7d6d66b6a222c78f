"""Gates: decisions, handoffs, completion and closure on tiny drills."""

from __future__ import annotations

import pytest

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
    hand_off,
    inject,
    judge,
    lanes,
    packet,
    query,
    say,
    truth,
    verify,
)

ZONES = query("06:00", "zones")
PINNED = event("12:00", e.MetricPinned(run="metric:ratio", metric="ratio", last=0.1, low=0, high=1, since=0))
PACKET = [*ZONES, *packet("27:00")]
CURED = truth(recovers="20:00")


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
    ("G1", "complete", drill(ZONES, decide("08:00"), act("10:00", "flag"), PINNED), "met", 4.0),
    ("G1", "its check was never made", drill(ZONES, decide("08:00"), act("10:00", "flag")), "partial", 3.4),
    ("G1", "the check is no indicator", drill(ZONES, decide("08:00", check=check("cpu")), PINNED), "partial", 3.0),
    ("G1", "its check came out red", drill(ZONES, decide("08:00"), act("10:00", "flag"),
        query("12:00", "rerun", ok=False)), "met", 4.0),
    ("G1", "a check for some time this week", drill(ZONES, decide("08:00", check=check(within_minutes=1440)), PINNED),
        "partial", 3.0),
    ("G1", "a check the wrong way round", drill(ZONES, decide("08:00", check=check(**{"is": "above"})), PINNED),
        "partial", 3.0),
    ("G1", "one person for both", drill(
        ZONES, decide("08:00", execution_owner="mitigation", verification_owner="mitigation"), PINNED), "partial", 3.5),
    ("G1", "undone in an hour, it says", drill(ZONES, decide("08:00", reversal_minutes=60), PINNED), "partial", 3.3),
    ("G1", "a blast radius that is none", drill(ZONES, decide("08:00", blast_radius=("lies",)), PINNED), "partial",
        3.3),
    ("G1", "every risk there is", drill(ZONES, decide("08:00", blast_radius=("slow", "lies", "x", "y")), PINNED),
        "partial", 3.3),
    ("G1", "two decisions, one without evidence", drill(
        ZONES, decide("08:00"), decide("09:00", evidence=("query:unheard",)), PINNED), "partial", 2.0),
    ("G1", "no evidence at all", drill(decide("08:00"), PINNED), "missed", 0.0),
    ("G1", "no decision", drill(), "not_observed", 0.0),

    ("G2", "complete, chain and all", drill(
        PACKET, hand_off("28:00"), hand_off("29:00", "triage", "triage", "mitigation", 2),
        hand_off("30:00", "mitigation", "mitigation", "verification", 3)), "met", 3.0),
    ("G2", "no chain", drill(PACKET, hand_off("28:00")), "partial", 2.0),
    ("G2", "the chain was only planned", drill(PACKET, lanes(), hand_off("28:00")), "partial", 2.5),
    ("G2", "not accepted", drill(PACKET, hand_off("28:00", accepted=False)), "missed", 0.0),
    ("G2", "no packet, no trigger", drill(hand_off("28:00", rollback_trigger=None, packet=None)), "partial", 1.2),
    ("G2", "the packet is stale", drill(query("06:00", "zones"), packet("07:00"), hand_off("28:00")), "partial", 1.6),
    ("G2", "no true unknown", drill(PACKET, hand_off("28:00", unknowns=("nonsense",))), "partial", 1.6),
    ("G2", "no next checkpoint", drill(PACKET, hand_off("28:00", next_checkpoint_minutes=0)), "partial", 1.6),
    ("G2", "next owners who never took over", drill(lanes()), "not_applicable", 0.0),
    ("G2", "somebody left without a word", drill(inject("28:00", "leaves")), "not_observed", 0.0),
    ("G2", "nothing to hand over", drill(), "not_applicable", 0.0),

    ("G3", "all of it", drill(
        act("10:00", "flag"), query("25:00", "rerun"), risks("26:00",
            "old_key"), hardening("27:00"), world=CURED), "met", 3.0),
    ("G3", "one segment covered", drill(
        act("10:00", "web_flag"), query("25:00", "rerun"), risks("26:00",
            "old_key"), hardening("27:00"), world=CURED), "partial", 2.6),
    ("G3", "rerun while it is red", drill(
        act("10:00", "flag"), query("15:00", "rerun"), risks("26:00", "old_key"), hardening("27:00")), "partial", 2.4),
    ("G3", "rerun before the last change", drill(
        act("10:00", "flag"), query("25:00", "rerun"), act("30:00", "revoke"), world=CURED), "partial", 1.0),
    ("G3", "'none' is no residual risk", drill(
        act("10:00", "flag"), query("25:00", "rerun"), risks("26:00", "none"), hardening("27:00",
            "size"), world=CURED), "partial", 2.0),
    ("G3", "each risk and each factor there is", drill(
        act("10:00", "flag"), query("25:00", "rerun"), risks("26:00", "old_key"), risks("26:00", "none"),
        hardening("27:00"), hardening("27:00", "size"), hardening("27:00", "more"), world=CURED), "partial", 2.0),
    ("G3", "nothing took effect", drill(risks("26:00", "old_key"), hardening("27:00")), "not_observed", 0.0),

    ("G4", "at the first request", drill(closure("50:00")), "met", 4.0),
    ("G4", "after one refusal", drill(closure("45:00", "watch"), closure("50:00")), "partial", 3.0),
    ("G4", "after five", drill(*(closure(f"{m}:00", "watch") for m in range(40, 45)), closure("50:00")), "missed", 0.0),
    ("G4", "never granted", drill(closure("50:00", "watch", "rerun")), "missed", 0.0),
    ("G4", "never asked", drill(), "not_observed", 0.0),

    ("G5", "both", drill(
        act("10:00", "flag"), query("25:00", "rerun"), package("50:00",
            "query:rerun"), leadership("51:00")), "met", 1.0),
    ("G5", "package on a measured verification", drill(
        act("10:00", "flag"), verify("20:00"), package("50:00", "verification:1")), "partial", 0.5),
    ("G5", "package on nothing", drill(act("10:00", "flag"), package("50:00", "query:rerun")), "missed", 0.0),
    ("G5", "the note names the wrong cause", drill(leadership("51:00", "attack")), "missed", 0.0),
    ("G5", "only the note", drill(leadership("51:00")), "partial", 0.5),
    ("G5", "neither", drill(), "not_observed", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("ident", "name", "record", "status", "points"), CASES, ids=[f"{x[0]}-{x[1]}" for x in CASES])
def test_a_criterion_finds_what_is_there(
    ident: str, name: str, record: DrillRecord, status: str, points: float
) -> None:
    found = judge(ident, record)
    assert (found.status, found.points) == (status, points), found.why
    assert found.evidence or not found.points

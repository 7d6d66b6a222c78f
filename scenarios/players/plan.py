"""What plans of by_the_book have in common in any scenario: their data, what is said under them, how they close."""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.players.conditions import When, both, delivered, done, green, in_command, seen, since
from scenarios.players.said import above, figure, known, last_packet, m
from scenarios.players.script import Step, does
from simulator import acts, values
from simulator.briefing import Briefing


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What by_the_book makes of what it has seen: a cause, what helps against it, and what is true under it."""

    name: str
    cause: str
    affected: tuple[str, ...]
    lead: str
    """The step that comes first, named in snapshots and escalations."""
    back: str = "rollback"
    """The rollback that makes the cause go."""
    good: str
    """The revision to go back to."""
    strategy: str = "containment"
    """What every step but the rollback is."""
    ends: float | None = 240
    """Minutes until a containment ends; None where nothing is contained."""
    settled_by: tuple[tuple[str, int, int], ...]
    """Actions, how often each is done, and the seconds after the last time, before anything is verified."""
    metrics: tuple[str, ...]
    """Series that are compared with the quiet window."""
    watched: tuple[str, float]
    """Series and threshold at which the watch acts at once."""
    stop_at: tuple[str, float]
    """Series and threshold at which an option is given up."""
    done: tuple[str, ...]
    """Actions the decision note names."""
    noted: tuple[tuple[str, str], ...]
    """Figures of the decision note, and the queries that give them."""
    rejected: tuple[tuple[str, str], ...]
    risks: tuple[str, ...]
    """Residual risks; a packet names the first two."""
    unknowns: tuple[str, ...]
    hardening: tuple[tuple[str, str, str, str, int], ...]
    """Factor, class, what is done about it, owner, days."""
    ask: str
    """What the internal escalation asks for."""
    why: str = "quickest_undo"
    """Reason on the leadership note."""
    uncertain: tuple[str, ...]
    """What the leadership note says nobody knows."""
    need: str
    """What the leadership note asks for."""
    next_owner: str = "verification"
    """Who looks at it next once it is closed."""

    def impact(self, b: Briefing) -> values.Figure | None:
        """Return what packets and updates state, as it is known now; None where nothing is."""
        raise NotImplementedError


@dataclass(frozen=True)
class Choice:
    """A checkpoint decision, as far as it is known beforehand."""

    actions: tuple[str, ...]
    why: str
    evidence: tuple[str, ...]
    """Queries it rests on."""
    reversal: float
    """Minutes to undo it."""
    blast: tuple[str, ...]
    check: values.Check
    owner: str = "mitigation"


def settled(plan: Plan) -> When:
    """Wait until all that a plan's recovery rests on has had its time."""
    return both(*(
        both(done(action, times), *((since(action, seconds),) if seconds else ()))
        for action, times, seconds in plan.settled_by
    ))  # fmt: skip


# --- what is said ----------------------------------------------------------------------------------------


def trigger(plan: Plan) -> values.Check:
    """Return what makes the watch act at once."""
    return above(*plan.watched, within=5)


def option(
    plan: Plan, action: str, coverage: tuple[str, ...], minutes: float, risk: str, reversal: float
) -> acts.RecordOption:
    """Return an option card."""
    return acts.RecordOption(
        action=action,
        coverage=coverage,
        minutes_to_effect=minutes,
        risk=risk,
        reversal_minutes=reversal,
        abort_if=above(*plan.stop_at),
    )


def packet(b: Briefing, plan: Plan, next_owner: str, *queries: str) -> acts.RecordPacket | None:
    """Return an evidence packet on the newest outputs of these queries, once there is an impact to state."""
    impact = plan.impact(b)
    if impact is None:
        return None
    return acts.RecordPacket(
        segments=plan.affected,
        impact=(impact,),
        evidence=known(b, *queries),
        residual_risks=plan.risks[:2],
        next_checkpoint_minutes=10,
        next_owner=next_owner,
    )


def snapshot(
    plan: Plan, phase: str, candidate: str | None, risk_of_waiting: values.Figure, next_owner: str
) -> acts.RecordSnapshot:
    """Return a snapshot of the incident as the phase changes."""
    return acts.RecordSnapshot.model_validate(
        {
            "phase": phase,
            "stable_revision": plan.good,
            "candidate": candidate,
            "risk_of_waiting": risk_of_waiting,
            "next_checkpoint_minutes": 10,
            "next_owner": next_owner,
        }
    )


def decision(b: Briefing, plan: Plan, choice: Choice) -> acts.RecordDecision:
    """Return a checkpoint decision carried out by one owner and checked by another."""
    goes_back = plan.back in choice.actions
    return acts.RecordDecision.model_validate(
        {
            "decision": "rollback" if goes_back else "continue mitigation",
            "actions": choice.actions,
            "strategy": "rollback" if goes_back else plan.strategy,
            "why_now": choice.why,
            "evidence": known(b, *choice.evidence),
            "rejected": tuple({"rung": rung, "reason": why} for rung, why in plan.rejected),
            "execution_owner": choice.owner,
            "verification_owner": "verification",
            "reversal_minutes": choice.reversal,
            "blast_radius": choice.blast,
            "check": choice.check,
            "confidence": "L2",
            "contained_until_minutes": plan.ends,
        }
    )


def hand_off(plan: Plan, what: str, to: str, packet: str | None, in_flight: tuple[str, ...] = ()) -> acts.HandOff:
    """Return a handoff on a packet."""
    return acts.HandOff(
        what=what,
        to=to,
        included=plan.affected,
        unknowns=plan.unknowns,
        hypothesis=plan.cause,
        in_flight=in_flight,
        next_checkpoint_minutes=10,
        rollback_trigger=trigger(plan),
        packet=packet,
    )


# --- runs of steps ---------------------------------------------------------------------------------------


def decided(at: int, plan: Plan, choice: Choice, when: When) -> Step:
    """Return the step in which the commander decides."""
    return Step(at, "commander", lambda b: decision(b, plan, choice), when)


def lanes(at: int, owners: dict[str, tuple[str, str]], surfaces: dict[str, str]) -> list[Step]:
    """Return the steps that give each lane its owner and the next one, and each surface whoever merges on it."""
    given: list[acts.Act] = [
        acts.AssignLane.model_validate({"lane": lane, "owner": owner, "next_owner": then})
        for lane, (owner, then) in owners.items()
    ]
    given += [acts.NameMergeOwner(surface=surface, owner=owner) for surface, owner in surfaces.items()]
    return [Step(at + 5 * (i // 2), "commander", does(command)) for i, command in enumerate(given)]


def verified(at: int, plan: Plan, hold: float, when: When, *evidence: str) -> Step:
    """Return the step in which recovery is compared with the quiet window."""

    def make(b: Briefing) -> acts.RecordVerification:
        return acts.RecordVerification(
            metrics=plan.metrics,
            baseline_from=b.catalogue.quiet[0],
            baseline_to=b.catalogue.quiet[1],
            segments=plan.affected,
            hold_minutes=hold,
            evidence=known(b, *evidence),
        )

    return Step(at, "verification", make, when)


def passed_on(plan: Plan, *when: When) -> list[Step]:
    """Return the steps by which a deputy takes command, on a packet, once the commander has to leave."""
    return [
        # Early enough for simulated holders too: what it waits for comes at its own time.
        Step(m(20), "commander", lambda b: hand_off(plan, "commander", "deputy", last_packet(b)),
             both(delivered("commander_leaves"), *when)),
        Step(m(20), "deputy", does(acts.AssignRole(role="deputy", to="triage")), in_command("deputy")),
    ]  # fmt: skip


def left_open(plan: Plan, risks: float, hardening: float, watch: float) -> list[Step]:
    """Return the steps that put on the record, each at its minute, what stays open and who watches it."""
    return [
        Step(m(risks), "verification", does(acts.RecordResidualRisks(risks=plan.risks))),
        *(
            Step(m(hardening), "mitigation", does(acts.AddHardeningTask.model_validate(
                {"factor": factor, "class": kind, "text": text, "owner": owner, "due_days": days})))
            for factor, kind, text, owner, days in plan.hardening
        ),
        Step(m(watch), "deputy", does(acts.SetWatch(owner="verification", trigger=trigger(plan)))),
    ]  # fmt: skip


def closing(at: float, plan: Plan, scribe: str, rerun: str, ends: float) -> list[Step]:
    """Return the steps from the request for closure, on a rerun, to the end of the drill; `scribe` writes."""

    def note(b: Briefing) -> acts.PublishDecisionNote:
        figures = (figure(b, query, name) for name, query in plan.noted)
        return acts.PublishDecisionNote(
            cause=plan.cause,
            confidence="L3",
            actions=plan.done,
            figures=tuple(one for one in figures if one),
            residual_risks=plan.risks,
        )

    return [
        Step(m(at), "deputy", does(acts.RequestClosure(confidence="L3", evidence=(f"query:{rerun}",))), green),
        Step(m(at + 1), scribe,
             does(acts.PublishClosurePackage(verification=("verification:1",), residual_risks=plan.risks))),
        Step(m(at + 1.5), scribe, does(acts.WriteLeadershipNote(cause=plan.cause, why=plan.why, confidence="L3",
             uncertain=plan.uncertain, need=plan.need, watch_owner="verification"))),
        Step(m(at + 2.5), scribe, note, seen(*(query for _, query in plan.noted))),
        Step(m(at + 3), "deputy", does(acts.CommitCheckpoint(in_hours=2, owner=plan.next_owner,
             trigger=trigger(plan)))),
        Step(m(ends), "deputy", does(acts.EndDrill(how="resolved"))),
    ]  # fmt: skip

"""Gates: decisions, handoffs, completion, closure."""

from __future__ import annotations

from itertools import pairwise

from analytics.criteria.common import completeness, does_not_apply, lacking, nothing_seen, seqs, settle, settle_one
from analytics.criteria.judging import judges
from analytics.facts import can_fail, picks_right, rerun_after, solid, tick_true
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.record.entry import Body, Entry
from simulator.values import Duty

GRACE = 600
"""Seconds beyond its own deadline within which a promised check still counts as made."""
CHAIN: tuple[Duty, ...] = ("investigates", "executes", "verifies")
"""Whose seats hand work on to one another where the scenario does not say."""
FRESH = 900
"""Seconds for which a packet is fresh enough to hand over on."""


# --- G1: decisions -----------------------------------------------------------------------------------------


@judges(
    record_decision="evidence actions reversal_minutes blast_radius execution_owner verification_owner check",
    pin_metric="metric", run_query="query", record_verification="metrics",
)  # fmt: skip
def decision_quality(view: RecordView, criterion: Criterion) -> Finding:
    """G1: each decision links evidence, has two owners and three statements that hold, and its check was made."""
    if not view.decisions:
        return nothing_seen(criterion, "No checkpoint decision was recorded.")
    marks = []
    for decision in view.decisions:
        if not solid(view, decision.body.evidence, decision):
            why = f"The decision at {clock(decision.at)} links nothing that had been seen."
            marks.append(Mark(0, 4, why, (decision.seq,)))
            continue
        marks += _statements(view, decision)
    return settle(criterion, marks)


def _statements(view: RecordView, decision: Moment[acts.RecordDecision]) -> list[Mark]:
    body = decision.body
    seq = (decision.seq,)
    specs = [spec for ident in body.actions if (spec := view.scenario.find("actions", ident))]
    longest = max((spec.reversal_minutes for spec in specs), default=0.0)
    # Under a minute either way a factor of two is a rounding error.
    reversal = longest / 2 - 1 <= body.reversal_minutes <= longest * 2 + 1
    effects = {effect for spec in specs for effect in spec.side_effects} | set(view.affected)
    true = [b for b in body.blast_radius if b in effects or (not specs and tick_true(view, "blast", b, decision.at))]
    blast = bool(true) and len(true) * 2 >= len(body.blast_radius)
    owners = body.execution_owner != body.verification_owner
    real = body.check.metric in (view.overlay.indicators or {m.id for m in view.scenario.metrics})
    failable = real and can_fail(view, body.check)
    made = check_made(view, decision) if failable else None
    lacks = lacking({
        "a second owner to verify": owners,
        f"a true reversal time ({longest:g} min)": reversal,
        "a true blast radius": blast,
        "an indicator in its check": real,
        "a check that can fail": failable or not real,
        "the check it promised": made is not None or not failable,
    })  # fmt: skip
    return [
        Mark(1, 1, f"Decision at {clock(decision.at)}: {completeness(lacks)}.", seq),
        Mark(owners, 0.5, "", seq),
        Mark(reversal, 0.75, "", seq),
        Mark(blast, 0.75, "", seq),
        Mark(0.4 * failable + 0.6 * (made is not None), 1, "", seq if made is None else (decision.seq, made)),
    ]


def check_made(view: RecordView, decision: Moment[acts.RecordDecision]) -> int | None:
    """Return the entry in which a decision's own check was made after it, in time."""
    check = decision.body.check
    until = decision.at + 60 * check.within_minutes + GRACE

    def makes_it(body: Body) -> bool:
        match body:
            case e.MetricPinned():
                return body.metric == check.metric
            case e.VerificationMeasured():
                return any(row.metric == check.metric for row in body.rows)
            case e.QueryFinished():
                spec = view.spec_of(body)
                return spec is not None and spec.verifies
        return False

    return next((x.seq for x in view.entries if decision.at < x.at <= until and makes_it(x.body)), None)


# --- G2: handoffs ------------------------------------------------------------------------------------------


@judges(
    hand_off="what to included unknowns next_checkpoint_minutes rollback_trigger packet",
    accept_hand_off="handoff", assign_lane="lane next_owner", sign_off="action",
)  # fmt: skip
def handoffs_accepted(view: RecordView, criterion: Criterion) -> Finding:
    """G2: each handoff says what it must and is accepted, and the owner chain of the scenario is followed."""
    offers = [(m, _command_of(view, m)) for m in view.all(e.HandOffOffered)]
    chain = _chain(view)
    if not offers:
        injects = {one.id: one for one in view.scenario.injects if one.leaves}
        leaves = [m for m in view.all(e.InjectDelivered) if m.body.inject in injects]
        if leaves:
            why = f"Somebody had to leave at {clock(leaves[0].at)} and nothing was handed over."
            return nothing_seen(criterion, why, [leaves[0].seq])
        # Next owners who were only named had nothing to take over; signatures stand for handoffs.
        if not view.overlay.dual_sign_off or not chain[0].share:
            return does_not_apply(criterion, "Nothing had to be handed over.")
        return settle(criterion, chain)
    accepted = {m.body.handoff: m for m in view.all(e.HandOffAccepted)}
    marks = []
    for offer, command in offers:
        if command is None:
            continue
        lacks = _lacks(view, command)
        taken = accepted.get(offer.body.handoff)
        share = 0.0 if taken is None else max(0.0, 1 - len(lacks) / 5)
        state = completeness([*lacks, *([] if taken else ["its acceptance"])])
        why = f"Handoff of {offer.body.what} at {clock(offer.at)}: {state}."
        marks.append(Mark(share, 2 / len(offers), why, (command.seq, taken.seq) if taken else (command.seq,)))
    return settle(criterion, marks + chain)


def _command_of(view: RecordView, offer: Moment[e.HandOffOffered]) -> Moment[acts.HandOff] | None:
    before = [m for m in view.all(acts.HandOff) if m.seq < offer.seq and m.body.to == offer.body.receiver]
    return before[-1] if before else None


def _lacks(view: RecordView, handoff: Moment[acts.HandOff]) -> list[str]:
    body = handoff.body
    inside = view.overlay.need_to_know
    packet = view.find(body.packet) if body.packet else None
    return lacking({
        "scope": bool(body.included),
        "a true unknown": picks_right(view, "unknowns", body.unknowns, handoff.at),
        "a next checkpoint": body.next_checkpoint_minutes > 0,
        "a rollback trigger": body.rollback_trigger is not None,
        "two sides inside need-to-know": not inside or {handoff.role, body.to} <= set(inside),
        "a fresh packet": packet is not None and packet.seq <= handoff.seq and handoff.at - packet.at <= FRESH,
    })  # fmt: skip


def _chain(view: RecordView) -> list[Mark]:
    """Return the mark for the owner chain: a handoff accepted at each link, or at least the next owner named.

    Where repairs want several signatures, these are the chain.
    """
    if view.overlay.dual_sign_off:
        return _signatures(view)
    chain = view.overlay.owner_chain
    if chain is None:
        holders = [view.scenario.seat_for(duty) for duty in CHAIN]
        chain = tuple(dict.fromkeys(seat for seat in holders if seat is not None))
    links = list(pairwise(chain))
    if not links:
        return []
    givers = {handoff.id: handoff.giver for handoff in view.history.handoffs.values()}
    share, shown, missing = 0.0, [], []
    for giver, receiver in links:
        place = view.scenario.place(giver)
        taken = [m for m in view.all(e.HandOffAccepted) if m.body.receiver == receiver]
        handed = [m.seq for m in taken if m.body.what == place or givers[m.body.handoff] == giver]
        given = [m for m in view.all(acts.AssignLane) if m.body.lane == place]
        named = [m.seq for m in given if m.body.next_owner == receiver]
        share += 1 if handed else 0.5 if named else 0
        shown += (handed or named)[:1]
        if not handed:
            missing.append(f"{giver} to {receiver} {'only planned' if named else 'missing'}")
    why = f"Owner chain: {listed(missing) if missing else 'each link handed over'}."
    return [Mark(share / len(links), 1, why, tuple(shown))]


def _signatures(view: RecordView) -> list[Mark]:
    """Return the mark for signatures: each run that wanted them, or went around them, signed by every role."""
    wanted = view.overlay.dual_sign_off
    runs = [r for r in view.started if r.spec.sign_offs or r.spec.instead_of]
    if not runs:
        return [Mark(0, 1, "Nothing that wants signatures was done.")]
    share, shown, missing = 0.0, [], []
    since: dict[str, int] = {}
    for run in sorted(runs, key=lambda r: r.begun):
        fresh = [m for m in view.all(e.SignedOff) if since.get(run.ident, 0) < m.seq < run.start_seq]
        given = {m.body.role: m for m in fresh if m.body.action == run.ident}
        since[run.ident] = run.start_seq
        seats = {m.body.seat for m in given.values()}
        share += min(len(seats), len(given)) / len(wanted)
        shown += [m.seq for m in given.values()]
        if len(seats) < len(wanted):
            missing.append(run.title)
            shown.append(run.start_seq)
    by = view.titles("roles", wanted)
    why = f"Not signed by {by}: {listed(missing)}." if missing else f"Each repair was signed by {by}."
    return [Mark(share / len(runs), 1, why, tuple(shown))]


# --- G3: completion ----------------------------------------------------------------------------------------


@judges(take_action="action", run_query="query", record_residual_risks="risks", add_hardening_task="factor")
def completed(view: RecordView, criterion: Criterion) -> Finding:
    """G3: mitigation in effect in truth, a green rerun after it, residual risks that hold, a hardening task."""
    if not view.in_effect or view.last_effect is None:
        return nothing_seen(criterion, "No mitigation took effect.")
    everywhere = {s for r in view.in_effect for s in r.spec.coverage}
    covered = {s: weight for s, weight in view.affected.items() if s in everywhere}
    why = f"In effect for {view.titles('segments', covered)}."
    effects = tuple(r.effect_seq for r in view.in_effect)
    marks = [Mark(sum(covered.values()), 1, why, effects, ("executes",)), _green_rerun(view)]
    risks = [m for m in view.all(acts.RecordResidualRisks) if m.at >= view.effects[0]]
    # The last statement is the one that stands.
    right = next((m for m in risks[-1:] if picks_right(view, "residual_risks", m.body.risks, m.at)), None)
    if right:
        marks.append(Mark(1, 0.5, f"Residual risks on record at {clock(right.at)}, and they hold.", (right.seq,)))
    else:
        marks.append(Mark(0, 0.5, "No true residual risk was recorded after the mitigation."))
    tasks = [m for m in view.all(acts.AddHardeningTask) if view.is_true("factors", m.body.factor)]
    factors = {m.body.factor for m in view.all(acts.AddHardeningTask)}
    # Who names every factor there is names none.
    tasks = tasks if 2 * len({m.body.factor for m in tasks}) >= len(factors) else []
    why = f"{counted(len(tasks), 'hardening task')} on a real factor, with owner and date."
    marks.append(Mark(1 if tasks else 0, 0.5, why, seqs(tasks)))
    return settle(criterion, marks)


def _green_rerun(view: RecordView) -> Mark:
    last = view.last_effect or 0
    fresh = [seq for seq in rerun_after(view, last) if not view.outside(view.entry(seq).at)]
    if fresh:
        at = view.entry(fresh[0]).at
        return Mark(1, 1, f"Rerun at {clock(at)}, after the last change, with every segment back.", (fresh[0],))
    early = rerun_after(view, last, red=True)
    if early:
        at = view.entry(early[-1]).at
        left = view.titles("segments", view.outside(at))
        return Mark(0.4, 1, f"Last rerun at {clock(at)}, with {left} still outside tolerance.", (early[-1],))
    return Mark(0, 1, f"Nothing was rerun after the last change took effect at {clock(last)}.")


# --- G4, G5: closure ---------------------------------------------------------------------------------------


@judges(request_closure="confidence")
def closure(view: RecordView, criterion: Criterion) -> Finding:
    """G4: the gate opened; each refused request costs a point."""
    requests = view.all(acts.RequestClosure)
    if not requests:
        return nothing_seen(criterion, "Closure was never requested.")
    refusals = view.all(e.ClosureRefused)
    if view.closed is None:
        last = refusals[-1].body.missing if refusals else ()
        times = "once" if len(requests) == 1 else f"{len(requests)} times"
        why = f"Closure was requested {times} and never granted. Missing: {'; '.join(last)}."
        return settle_one(criterion, 0, why, *seqs(requests), *seqs(refusals))
    early = [m for m in refusals if m.seq < view.closed.seq]
    share = max(0.0, 1 - len(early) / criterion.points)
    why = f"The gate opened at {clock(view.closed.at)}"
    if early:
        why += f" after {counted(len(early), 'refusal')}. The first lacked: {'; '.join(early[0].body.missing)}"
    return settle_one(criterion, share, f"{why}.", *seqs(early), requests[-1].seq, view.closed.seq)


@judges(publish_closure_package="verification residual_risks", write_leadership_note="cause uncertain")
def closure_package(view: RecordView, criterion: Criterion) -> Finding:
    """G5: the package rests on a verification after the mitigation; the note names the true cause and what is open."""
    packages = view.all(acts.PublishClosurePackage)
    notes = view.all(acts.WriteLeadershipNote)
    if not packages and not notes:
        return nothing_seen(criterion, "Neither a closure package nor a leadership note was published.")
    package = _package(view, packages[-1]) if packages else Mark(0, 1, "No closure package.", owners=("speaks",))
    note = _leadership_note(view, notes[-1]) if notes else Mark(0, 1, "No leadership note.", owners=("commands",))
    return settle(criterion, [package, note])


def _package(view: RecordView, m: Moment[acts.PublishClosurePackage]) -> Mark:
    checks = set(rerun_after(view, view.last_effect)) if view.last_effect is not None else set()
    rests = any(x.seq in checks or _measured_later(view, x, checks) for x in view.cited(m.body.verification, m))
    risks = picks_right(view, "residual_risks", m.body.residual_risks, m.at)
    why = f"Package at {clock(m.at)}: {'rests' if rests else 'does not rest'} on a check after the last change"
    why += f"; its residual risks {'hold' if risks else 'do not hold'}."
    return Mark((rests + (risks and rests)) / 2, 1, why, (m.seq,), ("speaks",))


def _leadership_note(view: RecordView, m: Moment[acts.WriteLeadershipNote]) -> Mark:
    right = view.is_true("causes", m.body.cause)
    open_ = picks_right(view, "unknowns", m.body.uncertain, m.at)
    why = f"Leadership note at {clock(m.at)}: the cause is {'right' if right else 'wrong'}"
    why += f"; what it calls uncertain {'is' if open_ else 'is not'}."
    return Mark((right + (right and open_)) / 2, 1, why, (m.seq,), ("commands",))


def _measured_later(view: RecordView, entry: Entry, checks: set[int]) -> bool:
    """Tell whether a cited verification command is one whose measurement is among the checks."""
    ref = next((m.ref for m in view.all(acts.RecordVerification) if m.seq == entry.seq), None)
    return any(m.body.run == ref and m.seq in checks for m in view.all(e.VerificationMeasured))

"""Gates: decisions, handoffs, completion, closure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from analytics.criteria.blueprint import bears_on, decision_behind, shows, uncovered
from analytics.criteria.common import (
    brought,
    completeness,
    does_not_apply,
    lacking,
    nothing_seen,
    seqs,
    settle,
    settle_one,
    to_tenth,
    undone_in,
)
from analytics.criteria.judging import judges
from analytics.criteria.ladders import stake
from analytics.facts import can_fail, can_go_off, discriminates, hits_less_misses
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import Attempt
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
    record_decision="decision evidence actions reversal_minutes blast_radius execution_owner verification_owner check",
    take_action="decision", pin_metric="metric", run_query="query", record_verification="metrics",
)  # fmt: skip
def decision_quality(view: RecordView, criterion: Criterion) -> Finding:
    """Behind each step a decision that links evidence, has two owners and three statements that hold, and a check made.

    Each step is judged by the decision behind it, weighed by what it puts at stake.
    """
    if not view.decisions:
        return nothing_seen(criterion, "No checkpoint decision was recorded.")
    steps = [run for run in view.started if run.spec.mitigates]
    if not steps:
        why = "A decision was recorded, but no step was taken on it."
        return nothing_seen(criterion, why, [view.decisions[0].seq])
    marks, words = [], []
    for run in steps:
        decision = decision_behind(view, run)
        if decision is None:
            words.append(f"No decision covers {run.title} at {clock(run.begun)}{uncovered(view, run)}.")
            marks.append(Mark(0, stake(view, run), "", (run.start_seq,)))
            continue
        quality, why, evidence = _quality(view, decision, run)
        words.append(why)
        marks.append(Mark(quality, stake(view, run), "", (decision.seq, *evidence)))
    return settle(criterion, marks, note=" ".join(dict.fromkeys(words)))


BELOW_STANDARD = 0.4
"""What a decision is worth at most of whose three statements one is missing or wrong."""


def _quality(
    view: RecordView, decision: Moment[acts.RecordDecision], run: Attempt
) -> tuple[float, str, tuple[int, ...]]:
    """Return how good the decision behind a step is (0 … 1), what it lacks, and what shows that its check was made."""
    body = decision.body
    specs = [spec for ident in body.actions if (spec := view.scenario.find("actions", ident))]
    longest = max((spec.reversal_minutes for spec in specs), default=0.0)
    reversal = undone_in(body.reversal_minutes, longest)
    harm = {effect for spec in specs for effect in spec.side_effects}
    known = {one.id for one in view.scenario.blast}
    blast = hits_less_misses(set(body.blast_radius) & known, harm, known - harm, 1)
    owners = body.verification_owner not in (None, body.execution_owner)
    metrics = view.overlay.indicators or {m.id for m in view.scenario.metrics}
    real = body.check is not None and body.check.metric in metrics
    failable = real and body.check is not None and can_fail(view, body.check)
    made = check_made(view, decision) if failable else None
    bears = bears_on(view, decision, run)
    fits = _fits_its_actions(body, {spec.rung for spec in specs})
    lacks = lacking({
        "a decision that fits its actions": fits,
        "a link that speaks for its step": bears,
        "a second owner to verify": owners,
        f"a true reversal time ({longest:g} min)": reversal,
        "a true blast radius": blast > 0.5,
        "an indicator in its check": real,
        "a check that can fail": failable or not real,
        "the check it promised": made is not None or not failable,
    })  # fmt: skip
    check = 0.4 + 0.6 * (made is not None) * view.recovery.best_shown if failable else 0.0
    quality = 0.25 * bears + 0.15 * owners + 0.2 * reversal + 0.2 * blast + 0.2 * check
    if not (fits and bears and reversal and blast > 0.5 and failable):
        quality = min(quality, BELOW_STANDARD)
    return quality, f"Decision at {clock(decision.at)}: {completeness(lacks)}.", (made,) if made else ()


def _fits_its_actions(body: acts.RecordDecision, rungs: Collection[str]) -> bool:
    """Tell whether the kind of decision is that of its actions: who pauses takes none, who rolls back names one."""
    if body.decision == "escalate and pause":
        return not rungs
    return body.decision != "rollback" or "rollback" in rungs


def check_made(view: RecordView, decision: Moment[acts.RecordDecision]) -> int | None:
    """Return the entry in which a decision's own check was made after it, in time."""
    check = decision.body.check
    if check is None:
        return None
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

    checks = view.all(e.MetricPinned, e.VerificationMeasured, e.QueryFinished)
    return next((m.seq for m in checks if decision.at < m.at <= until and makes_it(m.body)), None)


# --- G2: handoffs ------------------------------------------------------------------------------------------


@judges(
    hand_off="what to included unknowns next_checkpoint_minutes rollback_trigger packet",
    accept_hand_off="handoff", assign_lane="lane next_owner", sign_off="action",
)  # fmt: skip
def handoffs_accepted(view: RecordView, criterion: Criterion) -> Finding:
    """Each handoff says what it must and is accepted, and the owner chain of the scenario is followed."""
    offers = [(m, _command_of(view, m)) for m in view.all(e.HandOffOffered)]
    chain = _chain(view)
    injects = {one.id for one in view.scenario.injects if one.leaves}
    leaves = [m for m in brought(view) if m.body.inject in injects]
    if not offers:
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
    # Who hands over though nobody has to owes that handoff alone: the rest of the chain can only add to it.
    handed = sum(mark.share for mark in marks) / max(1, len(marks))
    owed = leaves or view.overlay.dual_sign_off or _forestalled(view, accepted.values())
    if owed or all(link.share >= handed for link in chain):
        return settle(criterion, marks + chain)
    return settle(criterion.model_copy(update={"points": to_tenth(2 / 3 * criterion.points)}), marks)


def _forestalled(view: RecordView, accepted: Iterable[Moment[e.HandOffAccepted]]) -> bool:
    """Tell whether a post was handed over whose holder would have had to leave it before the end."""
    due = {one.leaves for one in view.scenario.injects if one.leaves and one.at <= view.left}
    return any(m.body.what in due for m in accepted)


def _command_of(view: RecordView, offer: Moment[e.HandOffOffered]) -> Moment[acts.HandOff] | None:
    before = [m for m in view.all(acts.HandOff) if m.seq < offer.seq and m.body.to == offer.body.receiver]
    return before[-1] if before else None


def _lacks(view: RecordView, handoff: Moment[acts.HandOff]) -> list[str]:
    body = handoff.body
    inside = view.overlay.need_to_know
    packet = view.find(body.packet) if body.packet else None
    return lacking({
        "scope": bool(body.included),
        "true unknowns": discriminates(view, "unknowns", body.unknowns, handoff.at) > 0.5,
        "a next checkpoint": body.next_checkpoint_minutes > 0,
        "a rollback trigger that can go off": body.rollback_trigger is not None
        and can_go_off(view, body.rollback_trigger),
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


@judges(
    at_the_end=True, take_action="action", run_query="query", record_residual_risks="risks",
    add_hardening_task="factor",
)  # fmt: skip
def completed(view: RecordView, criterion: Criterion) -> Finding:
    """Recovered and shown to be by the end, residual risks that hold, a hardening task on a real factor."""
    if not view.in_effect:
        return nothing_seen(criterion, "No mitigation took effect.")
    end = view.final.at if view.final else view.over
    share = view.recovery.share(end)
    why = f"{100 * share:.0f} % of what was hit is treated and back at {clock(end)}."
    effects = tuple(r.effect_seq for r in view.in_effect)
    marks = [Mark(share, 1, why, effects, ("executes",)), _best_certificate(view)]
    risks = [m for m in view.all(acts.RecordResidualRisks) if m.at >= view.effects[0]]
    # The last statement is the one that stands.
    held = discriminates(view, "residual_risks", risks[-1].body.risks, risks[-1].at) if risks else 0.0
    if risks:
        why = f"Residual risks on record at {clock(risks[-1].at)}: {_how_far(held)}."
        marks.append(Mark(held, 0.5, why, (risks[-1].seq,)))
    else:
        marks.append(Mark(0, 0.5, "No residual risk was recorded after the mitigation."))
    tasks = view.all(acts.AddHardeningTask)
    real = [m for m in tasks if view.is_true("factors", m.body.factor)]
    every = [one.id for one in view.scenario.factors]
    true = {ident for ident in every if view.is_true("factors", ident)}
    told = hits_less_misses({m.body.factor for m in tasks}, true, set(every) - true, 1)
    why = f"{counted(len(real), 'hardening task')} on a real factor, with owner and date."
    marks.append(Mark(told, 0.5, why, seqs(real)))
    return settle(criterion, marks)


def _how_far(share: float) -> str:
    return "they hold" if share > 0.99 else "they do not hold" if share <= 0 else "they hold in part"


def _best_certificate(view: RecordView) -> Mark:
    made = [one for one in view.recovery.certificates if one.since >= view.effects[0]]
    best = max(made, key=lambda one: (view.recovery.shown(one), -one.seq), default=None)
    if best is None:
        return Mark(0, 1, f"Nothing was rerun after the mitigation took effect at {clock(view.effects[0])}.")
    return Mark(view.recovery.shown(best), 1, f"Checked at {clock(best.at)}. {shows(view, best)}", (best.seq,))


# --- G4, G5: closure ---------------------------------------------------------------------------------------


@judges(request_closure="confidence")
def closure(view: RecordView, criterion: Criterion) -> Finding:
    """The gate opened; each refused request costs a point."""
    requests = view.all(acts.RequestClosure)
    if not requests:
        return nothing_seen(criterion, "Closure was never requested.")
    refusals = view.all(e.ClosureRefused)
    if view.closed is None:
        last = refusals[-1].body.missing if refusals else ()
        times = "once" if len(requests) == 1 else f"{len(requests)} times"
        why = f"Closure was requested {times} and never granted. Missing: {'; '.join(last)}."
        # Who was nearly there earns something: half of it less a quarter for each thing that is missing.
        share = max(0.0, 0.5 - len(last) / 8) * view.recovery.best_shown
        return settle_one(criterion, share, why, *seqs(requests), *seqs(refusals))
    early = [m for m in refusals if m.seq < view.closed.seq]
    share = max(0.0, 1 - len(early) / criterion.points)
    why = f"The gate opened at {clock(view.closed.at)}"
    if early:
        why += f" after {counted(len(early), 'refusal')}. The first lacked: {'; '.join(early[0].body.missing)}"
    return settle_one(criterion, share, f"{why}.", *seqs(early), requests[-1].seq, view.closed.seq)


@judges(publish_closure_package="verification residual_risks", write_leadership_note="cause uncertain")
def closure_package(view: RecordView, criterion: Criterion) -> Finding:
    """The package rests on a check after the last change; the note names the true cause and what is open."""
    packages = view.all(acts.PublishClosurePackage)
    notes = view.all(acts.WriteLeadershipNote)
    if not packages and not notes:
        return nothing_seen(criterion, "Neither a closure package nor a leadership note was published.")
    package = _package(view, packages[-1]) if packages else Mark(0, 1, "No closure package.", owners=("speaks",))
    note = _leadership_note(view, notes[-1]) if notes else Mark(0, 1, "No leadership note.", owners=("commands",))
    return settle(criterion, [package, note])


def _package(view: RecordView, m: Moment[acts.PublishClosurePackage]) -> Mark:
    fresh = (one for one in view.recovery.certificates if one.since >= _last_before(view, m))
    shown = {one.seq: view.recovery.shown(one) for one in fresh}
    rests = max((_shown_by(view, x, shown) for x in view.cited(m.body.verification, m)), default=0.0)
    risks = discriminates(view, "residual_risks", m.body.residual_risks, m.at)
    why = f"Package at {clock(m.at)}: {'rests' if rests else 'does not rest'} on a check after the last change"
    why += f"; of its residual risks {_how_far(risks)}."
    return Mark((rests + risks * rests) / 2, 1, why, (m.seq,), ("speaks",))


def _last_before(view: RecordView, m: Moment[Body]) -> int:
    """Return when the last change before a moment was."""
    return max((change.at for change in view.changes if change.at <= m.at), default=0)


def _leadership_note(view: RecordView, m: Moment[acts.WriteLeadershipNote]) -> Mark:
    right = view.is_true("causes", m.body.cause)
    open_ = discriminates(view, "unknowns", m.body.uncertain, m.at)
    why = f"Leadership note at {clock(m.at)}: the cause is {'right' if right else 'wrong'}"
    why += f"; what it calls uncertain {'is' if open_ > 0.5 else 'is not'}."
    # A wrong cause told to leadership takes off.
    return Mark((1 + open_) / 2 if right else -0.5, 1, why, (m.seq,), ("commands",))


def _shown_by(view: RecordView, entry: Entry, shown: Mapping[int, float]) -> float:
    """Return what a cited entry shows: a certificate, or the command whose measurement is one."""
    if entry.seq in shown:
        return shown[entry.seq]
    ref = next((m.ref for m in view.all(acts.RecordVerification) if m.seq == entry.seq), None)
    return max((shown.get(m.seq, 0.0) for m in view.all(e.VerificationMeasured) if m.body.run == ref), default=0.0)

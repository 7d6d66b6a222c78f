"""Ladders: severity, the reversible ladder, confidence, branch strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from analytics.criteria import postures
from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import does_not_apply, fading, late, nothing_seen, seqs, settle, timely
from analytics.criteria.judging import Judge, found_in, judges
from analytics.facts import LEVELS, can_fail, severity_truth, solid, telling
from analytics.levels import fits, rank, stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, listed
from analytics.timeline import Attempt
from analytics.view import Moment, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.scenario.parts import Action
from simulator.values import Ref

FULL_GAP, NO_GAP = 0.10, 0.60
"""Share of the avoidable loss a branch may leave for full points, and from which it earns none."""
AT_STAKE = 0.02
"""A decision that could change less than this share of the whole avoidable loss is not judged for fit."""


# --- L1 ----------------------------------------------------------------------------------------------------


@judges(
    declare="severity evidence", change_severity="severity evidence", classify_dependency="dependency",
    run_query="query",
)  # fmt: skip
def severity_and_dependency(view: RecordView, criterion: Criterion) -> Finding:
    """L1: declared first, at the right level, revised on evidence, dependency classified and its posture kept."""
    declare = view.first(acts.Declare)
    classified = view.first(acts.ClassifyDependency)
    if declare is None and classified is None:
        return nothing_seen(criterion, "Neither severity nor dependency class was ever stated.")
    marks = [_declared_first(view, criterion, declare), _level(view, criterion), _revised(view, declare)]
    return settle(criterion, [*marks, *_dependency(view, classified)])


def _declared_first(view: RecordView, criterion: Criterion, declare: Moment[acts.Declare] | None) -> Mark:
    if declare is None:
        return Mark(0, 1, "The incident was not declared.")
    first = view.first_mitigation
    if first and declare.at > first.begun:
        why = f"Declared at {clock(declare.at)}, after the first change began at {clock(first.begun)}."
        return Mark(0, 1, why, (declare.seq, first.start_seq))
    share = timely(view, criterion, declare.at)
    return Mark(share, 1, f"Declared at {clock(declare.at)}, before anything was changed{late(share)}.", (declare.seq,))


def _level(view: RecordView, criterion: Criterion) -> Mark:
    statements = view.severities
    if not statements:
        return Mark(0, 2, "")
    for moment in statements:
        truth = severity_truth(view, moment.at)
        if fits(view, moment.body.severity, truth):
            share = timely(view, criterion, moment.at)
            kept = _kept_level(view, moment.at)
            why = f"{moment.body.severity} at {clock(moment.at)}, where the matrix gives {truth}{late(share)}."
            if kept < 1:
                why += f" It stood for {100 * kept:.0f} % of what was left of the outage."
            return Mark(share * kept, 2, why, (moment.seq,))
    first = statements[0]
    truth = severity_truth(view, first.at)
    share = 1 / 3 if rank(view, stated(view, first.body.severity)) == rank(view, truth) + 1 else 0.0
    why = f"{first.body.severity} at {clock(first.at)}, where the matrix gives {truth}."
    return Mark(share * timely(view, criterion, first.at), 2, why, (first.seq,))


def _kept_level(view: RecordView, since: int) -> float:
    """Return for what share of the outage from a second on the severity in force was not too low, minute by minute.

    Who leaves it where it was while things get better has not got it wrong.
    """
    minutes = [at for at in range(since, view.over + 1, 60) if view.outside(at)]
    in_force = {at: [stated(view, m.body.severity) for m in view.severities if m.at <= at][-1] for at in minutes}
    right = sum(rank(view, level) <= rank(view, severity_truth(view, at)) for at, level in in_force.items())
    return right / len(minutes) if minutes else 1.0


def unfounded_revisions(view: RecordView) -> list[Moment[acts.ChangeSeverity]]:
    """Return the severity changes that link no evidence newer than the statement before."""
    declare = view.first(acts.Declare)
    changes = view.all(acts.ChangeSeverity)
    before = [declare.seq if declare else 0, *seqs(changes)]
    return [
        change
        for since, change in zip(before, changes, strict=False)
        if not any(x.seq > since for x in solid(view, change.body.evidence, change))
    ]


def _revised(view: RecordView, declare: Moment[acts.Declare] | None) -> Mark:
    unfounded = unfounded_revisions(view)
    if unfounded:
        why = f"The severity was changed at {clock(unfounded[0].at)} without new linked evidence."
        return Mark(0, 1, why, seqs(unfounded))
    changes = view.all(acts.ChangeSeverity)
    away = [m for m in changes if view.outside(m.at) and not fits(view, m.body.severity, severity_truth(view, m.at))]
    if away:
        why = f"The severity was changed at {clock(away[0].at)} to what the matrix does not give."
        return Mark(0, 1, why, seqs(away))
    if changes:
        return Mark(1, 1, "Each change of severity rests on new evidence.", seqs(changes))
    seen = solid(view, declare.body.evidence, declare) if declare else ()
    if declare and seen:
        return Mark(1, 1, "The declaration rests on linked evidence and stood.", (declare.seq, *(x.seq for x in seen)))
    return Mark(0, 1, "Nothing that had been seen is linked to the severity.")


def _dependency(view: RecordView, classified: Moment[acts.ClassifyDependency] | None) -> list[Mark]:
    true = view.overlay.dependency
    first = view.first_mitigation
    if classified is None:
        return [Mark(0, 1, "The dependency class was not stated.")]
    if classified.body.dependency != true:
        return [Mark(0, 1, f"Classified as {classified.body.dependency}; it was {true}.", (classified.seq,))]
    if first and classified.at > first.begun:
        return [Mark(0, 1, f"Classified at {clock(classified.at)}, after the first change.", (classified.seq,))]
    kept = _posture(view, true)
    return [Mark(1, 0.5 if kept else 1, f"Classified as {true} at {clock(classified.at)}.", (classified.seq,)), *kept]


def _posture(view: RecordView, dependency: str) -> list[Mark]:
    """Return what the playbook's posture for a class asks for; all of it together weighs half a mark."""
    asks = next((one.asks for one in view.playbook.dependencies if one.id == dependency), ())
    return [replace(POSTURES[ask.kind](view, ask), weight=0.5 / len(asks)) for ask in asks]


POSTURES: Mapping[str, Judge[Mark]] = found_in(postures)
"""What a dependency class may ask for, by name."""


# --- L2 ----------------------------------------------------------------------------------------------------


@judges(take_action="action decision", record_decision="actions")
def branch_fits(view: RecordView, criterion: Criterion) -> Finding:
    """L2a: how much of the avoidable loss the branches taken leave, against the best open at each decision."""
    refs = view.references
    whole = refs.null.loss - refs.best.loss
    if not view.mitigations:
        return nothing_seen(criterion, "No branch was taken.")
    judged = [fit for fit in view.references.fits if fit.avoidable > AT_STAKE * whole]
    if not judged:
        return does_not_apply(criterion, "By the time a branch was taken, nothing was left to choose between.")
    marks = []
    for fit in judged:
        better = [one.name for one in fit.branches if one.loss < fit.taken][:1]
        origin = view.find(fit.ref)
        run = next((r for r in view.runs if r.run == fit.ref), None)
        behind = [r.start_seq for r in view.mitigations if origin and r.decision == fit.ref]
        others = run.seqs if run else tuple(r.start_seq for r in view.mitigations[:1])
        shown = (origin.seq, *behind) if origin else others
        why = f"The branch taken at {clock(fit.at)} leaves {100 * fit.gap:.0f} % of what was avoidable"
        why += f"; best then: {better[0]}." if better and fit.gap > FULL_GAP else "."
        # Weighed by what was at stake, so that a late clean-up decision does not count like the first one.
        marks.append(Mark(fading(fit.gap, FULL_GAP, NO_GAP), fit.avoidable, why, shown))
    return settle(criterion, marks)


@judges(record_decision="rejected")
def alternatives_rejected(view: RecordView, criterion: Criterion) -> Finding:
    """L2b: for each rung of the ladder not taken, a reason that the world confirms."""
    ladder, taken = _rungs(view), {_rung(r.spec) for r in view.mitigations}
    if not view.mitigations:
        return nothing_seen(criterion, "No branch was taken, so none was rejected for it.")
    open_ = [rung for rung in ladder if rung not in taken]
    if not open_:
        return does_not_apply(criterion, "Every rung of the ladder was taken.")
    given: dict[str, tuple[str, int]] = {}
    for decision in view.decisions:
        for one in decision.body.rejected:
            given.setdefault(one.rung, (one.reason, decision.seq))
    marks = []
    for rung in open_:
        if rung not in given:
            marks.append(Mark(0, 1, f"No reason is on record for not taking the {rung}."))
            continue
        reason, seq = given[rung]
        right = reason in view.overlay.rejections.get(rung, ())
        why = f"The {rung} was rejected for {reason.replace('_', ' ')}, which {'holds' if right else 'does not hold'}."
        marks.append(Mark(1 if right else 0, 1, why, (seq,)))
    return settle(criterion, marks)


def _rungs(view: RecordView) -> tuple[values.Rung, ...]:
    """Return the rungs that there are here: what was hit can be restored only where something does."""
    there = {_rung(action) for action in view.scenario.actions}
    rungs: tuple[values.Rung, ...] = get_args(values.Rung)
    return tuple(rung for rung in rungs if rung != "restore" or rung in there)


def _rung(action: Action) -> str:
    """Return the rung of the ladder that an action is, however it is carried out."""
    return "restore" if action.strategy == "restore" else action.rung


def prechecks(view: RecordView, run: Attempt) -> tuple[str, ...]:
    """Return the queries that show what an action would do."""
    own = (run.spec.precheck,) if run.spec.precheck else ()
    return (*own, *(q.id for q in view.scenario.queries if run.ident in q.precheck_of))


def precheck_of(view: RecordView, run: Attempt) -> Moment[e.QueryFinished] | None:
    """Return the precheck that had finished before a run started."""
    return view.ran(prechecks(view, run), run.begun)


@judges(take_action="action", run_query="query")
def prechecked(view: RecordView, criterion: Criterion) -> Finding:
    """L2c: its precheck before each step that is irreversible, wide or has a trap."""
    if not view.mitigations:
        return nothing_seen(criterion, "Nothing was changed, so nothing was at stake.")
    at_stake = [r for r in view.started if prechecks(view, r)]
    if not at_stake:
        return does_not_apply(criterion, "Nothing irreversible or wide was done.")
    marks = []
    for run in at_stake:
        check = precheck_of(view, run)
        if check:
            why = f"{run.title} at {clock(run.begun)} followed its check of {clock(check.at)}."
            marks.append(Mark(1, 1, why, (check.seq, run.start_seq)))
        else:
            why = f"{run.title} began at {clock(run.begun)} without its check."
            marks.append(Mark(0, 1, why, (run.start_seq,)))
    return settle(criterion, marks)


# --- L3, L4 ------------------------------------------------------------------------------------------------


@judges(
    record_decision="confidence evidence actions check", take_action="decision",
    challenge_claim="inject evidence", pin_metric="metric",
)  # fmt: skip
def confidence(view: RecordView, criterion: Criterion) -> Finding:
    """L3: a level stated for what was done, earned by what is linked, and not exceeded."""
    if not view.decisions:
        return nothing_seen(criterion, "No checkpoint decision states a confidence.")
    runs = [r for r in view.started if r.spec.mitigates]
    if not runs:
        return nothing_seen(criterion, "A confidence was stated, but nothing was done on it.", [view.decisions[0].seq])
    behind = {r.run: decision_behind(view, r) for r in runs}
    covered = [r for r in runs if behind[r.run]]
    used = [d for d in view.decisions if any(b and b.seq == d.seq for b in behind.values())]
    within = [r for r in covered if _allowed(behind[r.run], r)]
    earned = [d for d in used if _earned(view, d)]
    loose = [r for r in runs if r not in within]
    why = f"{len(covered)} of {len(runs)} steps rest on a stated confidence."
    marks = [Mark(len(covered) / len(runs), 1, why, seqs(used))]
    why = f"{len(earned)} of {len(used)} stated levels are carried by their links."
    links = tuple(x.seq for d in earned for x in solid(view, d.body.evidence, d))
    marks.append(Mark(len(earned) / len(used) if used else 0, 2, why, links + seqs(earned)))
    beyond = f"Beyond its level or without one: {listed(sorted({r.title for r in loose}))}."
    why = beyond if loose else "No step went beyond its level."
    marks.append(Mark(len(within) / len(runs), 2, why, tuple(r.start_seq for r in within)))
    return settle(criterion, marks)


def _allowed(decision: Moment[acts.RecordDecision] | None, run: Attempt) -> bool:
    if decision is None:
        return False
    level = decision.body.confidence
    if level == "L1" and run.spec.irreversible:
        return False
    return LEVELS.index(level) >= LEVELS.index(run.spec.needs_confidence)


def _earned(view: RecordView, decision: Moment[acts.RecordDecision]) -> bool:
    """Tell whether the links carry the level: one observation, one telling test, two kinds of it or a kept promise."""
    links = solid(view, decision.body.evidence, decision)
    if decision.body.confidence == "L1":
        return bool(links)
    tests = telling(view, links)
    disproved = [m for m in view.all(acts.ChallengeClaim) if m.seq < decision.seq and _disproves(view, m)]
    if decision.body.confidence == "L2":
        return bool(tests) or bool(links and disproved)
    lines = {x.body.query for x in tests if isinstance(x.body, e.QueryFinished)}
    return len(lines) >= 2 or bool(tests and _promise_kept(view, decision))


def _disproves(view: RecordView, challenge: Moment[acts.ChallengeClaim]) -> bool:
    inject = view.scenario.find("injects", challenge.body.inject)
    cited = view.cited(challenge.body.evidence, challenge)
    runs = {x.body.query for x in cited if isinstance(x.body, e.QueryFinished)}
    return inject is not None and not runs.isdisjoint(inject.disproved_by)


def _promise_kept(view: RecordView, decision: Moment[acts.RecordDecision]) -> bool:
    """Tell whether a check promised by an earlier decision was measured and came out as promised before this one."""
    for earlier in view.decisions:
        check = earlier.body.check
        if earlier.seq >= decision.seq or not can_fail(view, check):
            continue
        pins = [m for m in view.all(e.MetricPinned) if earlier.at < m.at <= decision.at]
        read = [m.body.last for m in pins if m.body.metric == check.metric and m.body.last is not None]
        if any((last < check.threshold) == (check.is_ == "below") for last in read):
            return True
    return False


@judges(record_decision="strategy actions contained_until_minutes", take_action="action decision")
def branch_strategy(view: RecordView, criterion: Criterion) -> Finding:
    """L4: the strategy of what ran is named, never three at once without an owner, containment has an end."""
    runs = [r for r in view.mitigations if r.spec.strategy is not None]
    if not runs:
        return nothing_seen(criterion, "No branch ran, so no strategy was followed.")
    named = {r.run: decision_behind(view, r) for r in runs}
    right = [d for r in runs if (d := named[r.run]) is not None and d.body.strategy == r.spec.strategy]
    why = f"{len(right)} of {len(runs)} branch steps ran under the strategy that a decision names."
    marks = [Mark(len(right) / len(runs), 1, why, seqs(right))]
    return settle(criterion, [*marks, _kept_apart(runs, named) if right else Mark(0, 1, "")])


def _kept_apart(runs: list[Attempt], named: Mapping[Ref, Moment[acts.RecordDecision] | None]) -> Mark:
    decisions = [d for d in named.values() if d]
    strategies = {r.spec.branch for r in runs if r.spec.branch}
    unowned = [r for r in runs if named[r.run] is None]
    if len(strategies) == 3 and unowned:
        why = f"Three strategies were active and nobody owned {unowned[0].title}."
        return Mark(0, 1, why, (unowned[0].start_seq,))
    contained = [d for d in decisions if d.body.strategy == "containment"]
    if contained and not any(d.body.contained_until_minutes for d in contained):
        return Mark(0, 1, "The containment has no end.", seqs(contained))
    why = "The containment has an end." if contained else "Every branch had an owner."
    return Mark(1, 1, why, seqs(decisions))

"""Ladders: severity, the reversible ladder, confidence, branch strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from analytics.criteria import postures
from analytics.criteria.blueprint import bears_on, decision_behind, uncovered
from analytics.criteria.common import does_not_apply, fading, help_given, late, nothing_seen, seqs, settle, timely
from analytics.criteria.judging import Judge, found_in, judges
from analytics.facts import LEVELS, severity_truth, solid
from analytics.levels import fits, rank, stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import Attempt
from analytics.view import Moment, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.scenario.parts import Action
from simulator.values import MOST_DECIDED, Ref

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
    """Declared first, at the right level, revised on evidence, dependency classified and its posture kept."""
    declare = view.first(acts.Declare)
    classified = view.first(acts.ClassifyDependency)
    if declare is None and classified is None:
        return nothing_seen(criterion, "Neither severity nor dependency class was ever stated.")
    marks = [_declared_first(view, criterion, declare), _level(view, criterion), _revised(view, declare)]
    return settle(criterion, [*marks, *_dependency(view, classified)])


def _declared_first(view: RecordView, criterion: Criterion, declare: Moment[acts.Declare] | None) -> Mark:
    if declare is None:
        return Mark(0, 1, "The incident was not declared.")
    changed = [r for r in view.started if not r.spec.looks]
    first = min(changed, key=lambda r: r.begun, default=None)
    if first and declare.at > first.begun:
        why = f"Declared at {clock(declare.at)}, after {first.title} began at {clock(first.begun)}."
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
                why += f" The level in force was right for {100 * kept:.0f} % of what was left of the outage."
            return Mark(share * kept, 2, why, (moment.seq,))
    first = statements[0]
    truth = severity_truth(view, first.at)
    share = 1 / 3 if rank(view, stated(view, first.body.severity)) == rank(view, truth) + 1 else 0.0
    why = f"{first.body.severity} at {clock(first.at)}, where the matrix gives {truth}."
    return Mark(share * timely(view, criterion, first.at), 2, why, (first.seq,))


SEEN_LOWER = 600
"""Seconds for which what could be known has to show a lower level before keeping the higher one is wrong."""


def _kept_level(view: RecordView, since: int) -> float:
    """Return for what share of the outage from a second on the severity in force was right, minute by minute.

    Too low is wrong at once; too high only when the lower level has been there to see for ten minutes.
    """
    minutes = [at for at in range(since, view.over + 1, 60) if view.outside(at)]
    until = minutes[-1] + 1 if minutes else since
    truth = {at: rank(view, severity_truth(view, at)) for at in range(since, until, 60)}
    right = 0
    for at in minutes:
        in_force = [m.body.severity for m in view.severities if m.at <= at][-1]
        level = rank(view, stated(view, in_force))
        gravest = min(truth[t] for t in range(max(since, at - SEEN_LOWER), at + 1, 60))
        right += gravest <= level <= truth[at]
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
    """How much of the avoidable loss the branches taken leave, against the best open then; scaled by the help given."""
    if view.by_itself:
        return does_not_apply(criterion, "It passes by itself, so there was next to nothing to choose between.")
    if not view.mitigations:
        return nothing_seen(criterion, "No branch was taken.")
    judged = [fit for fit in view.references.fits if fit.avoidable > AT_STAKE * view.at_stake]
    if not judged:
        return does_not_apply(criterion, "By the time a branch was taken, nothing was left to choose between.")
    helped = help_given(view)
    marks = []
    for fit in judged:
        better = [one.name for one in fit.branches if one.loss < fit.taken][:1]
        origin = view.find(fit.ref)
        run = next((r for r in view.runs if r.run == fit.ref), None)
        behind = [r.start_seq for r in view.mitigations if origin and r.decision == fit.ref]
        others = run.seqs if run else tuple(r.start_seq for r in view.mitigations[:1])
        shown = (origin.seq, *behind) if origin else others
        but = "none" if fit.gap >= 0.995 else f"all but {100 * fit.gap:.0f} %" if fit.gap >= 0.005 else "all"
        why = f"The branch chosen at {clock(fit.at)} could save {but} of what was avoidable"
        why += f"; best then: {better[0]}." if better and fit.gap > FULL_GAP else "."
        # Weighed by what was at stake, so that a late clean-up decision does not count like the first one.
        marks.append(Mark(fading(fit.gap, FULL_GAP, NO_GAP), fit.avoidable, why, shown))
    # A branch that nobody decided on may have been luck.
    undecided = [run for run in view.mitigations if decision_behind(view, run) is None]
    lucky = sum(stake(view, run) for run in undecided) / sum(stake(view, run) for run in view.mitigations)
    note = f"No decision covers {listed(run.title + uncovered(view, run) for run in undecided)}. " if undecided else ""
    return settle(criterion, marks, factor=helped.share * (1 - lucky / 2), note=note + helped.why)


@judges(record_decision="rejected")
def alternatives_rejected(view: RecordView, criterion: Criterion) -> Finding:
    """For each rung of the ladder not taken, a reason that the world confirms."""
    ladder, taken = rungs(view), {rung_of(r.spec) for r in view.mitigations}
    if not view.mitigations:
        return nothing_seen(criterion, "No branch was taken, so none was rejected for it.")
    open_ = [rung for rung in ladder if rung not in taken]
    if not open_:
        return does_not_apply(criterion, "Every rung of the ladder was taken.")
    given: dict[str, tuple[str, int]] = {}
    decided = (one for one in view.decisions if len(one.body.actions) <= MOST_DECIDED)
    for decision in decided:
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


def rungs(view: RecordView) -> tuple[values.Rung, ...]:
    """Return the rungs that there are here: what was hit can be restored only where something does."""
    there = {rung_of(action) for action in view.scenario.actions}
    rungs: tuple[values.Rung, ...] = get_args(values.Rung)
    return tuple(rung for rung in rungs if rung != "restore" or rung in there)


def rung_of(action: Action) -> str:
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
    """Its precheck before each step that is irreversible, wide or has a trap."""
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
    record_decision="confidence evidence actions", take_action="action decision", challenge_claim="inject evidence",
)  # fmt: skip
def confidence(view: RecordView, criterion: Criterion) -> Finding:
    """A level stated for what was done, earned by what is linked, and not exceeded. Claiming too much costs most."""
    if not view.decisions:
        return nothing_seen(criterion, "No checkpoint decision states a confidence.")
    runs = [r for r in view.started if r.spec.mitigates]
    if not runs:
        return nothing_seen(criterion, "A confidence was stated, but nothing was done on it.", [view.decisions[0].seq])
    whole = sum(stake(view, r) for r in runs)
    marks, words = [], []
    for run in runs:
        decision, part = decision_behind(view, run), stake(view, run) / whole
        if decision is None:
            words.append(f"{run.title} rests on no stated confidence.")
            marks.append(Mark(0, 5 * part, "", (run.start_seq,)))
            continue
        stated, earned = LEVELS.index(decision.body.confidence) + 1, earned_level(view, decision, run)
        links = tuple(x.seq for x in solid(view, decision.body.evidence, decision))
        told = CLAIMED.get(stated - earned, CLAIMED[max(CLAIMED)] if stated > earned else 0.0)
        within = _allowed(min(stated, earned), run) and view.grounds.on_sight(run)
        if stated > earned:
            words.append(f"{run.title}: L{stated} was stated, its links carry L{earned}.")
        elif not within:
            words.append(f"{run.title} went beyond what was known.")
        marks += [
            Mark(1, part, "", (decision.seq,)), Mark(told, 2 * part, "", (*links, decision.seq)),
            Mark(within, 2 * part, "", (run.start_seq,)),
        ]  # fmt: skip
    good = f"Each of {counted(len(runs), 'step')} rests on a level that its links carry."
    return settle(criterion, marks, note=" ".join(dict.fromkeys(words)) or good)


CLAIMED = {2: -1.0, 1: 0.0, 0: 1.0, -1: 0.5, -2: 0.0}
"""What a stated level is worth by how far it is above the one that was earned."""


def stake(view: RecordView, run: Attempt) -> float:
    """Return what a step weighs: what it covers of what was hit, and more where it cannot be undone or is wide."""
    covered = sum(view.affected.get(segment, 0.0) for segment in run.spec.coverage)
    return max(0.1, covered) + 0.5 * (run.spec.irreversible or run.spec.wide)


def _allowed(level: int, run: Attempt) -> bool:
    """Tell whether a level (0 … 3) allows a step."""
    if level < 2 and run.spec.irreversible:
        return False
    return level >= LEVELS.index(run.spec.needs_confidence) + 1


def earned_level(view: RecordView, decision: Moment[acts.RecordDecision], run: Attempt) -> int:
    """Return the level that a decision's links carry for a step.

    One thing seen carries L1; what supports the cause or justifies the step, or a rival's claim that was disproved,
    L2. L3 takes an output that supports the cause and one that rules out a rival nobody had disproved before.
    """
    links = solid(view, decision.body.evidence, decision)
    if not links:
        return 0
    challenged = [m for m in view.all(acts.ChallengeClaim) if m.seq < decision.seq and _disproves(view, m)]
    dead = {inject.claim for m in challenged if (inject := view.scenario.find("injects", m.body.inject))}
    specs = [spec for x in links if isinstance(x.body, e.QueryFinished) and (spec := view.spec_of(x.body))]
    supports = {spec.id for spec in specs if any(view.is_true("causes", cause) for cause in spec.supports)}
    alive = {one.id for one in view.scenario.causes if not one.true} - dead
    rules_out = {spec.id for spec in specs if alive & set(spec.discriminates)}
    # Two lines of evidence: one output cannot be both.
    if supports and rules_out and len(supports | rules_out) > 1:
        return 3
    return 2 if supports or challenged or bears_on(view, decision, run) else 1


def _disproves(view: RecordView, challenge: Moment[acts.ChallengeClaim]) -> bool:
    inject = view.scenario.find("injects", challenge.body.inject)
    cited = view.cited(challenge.body.evidence, challenge)
    runs = {x.body.query for x in cited if isinstance(x.body, e.QueryFinished)}
    return inject is not None and not runs.isdisjoint(inject.disproved_by)


@judges(record_decision="strategy actions contained_until_minutes", take_action="action decision")
def branch_strategy(view: RecordView, criterion: Criterion) -> Finding:
    """The strategy of what ran is named, never three at once without an owner, containment has an end."""
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

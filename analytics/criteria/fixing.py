"""Fixing: the kind of fix fits, what can be undone comes first, and a fix has what it needs before it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import does_not_apply, fading, late, nothing_seen, settle, settle_one, timely
from analytics.criteria.judging import judges
from analytics.criteria.ladders import precheck_of, prechecks
from analytics.criteria.moments import (
    covered,
    first_run,
    founded,
    helped,
    named_cause,
    nothing_done,
    picks,
    rests_on,
    stake,
)
from analytics.facts import telling
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import acts
from simulator.scenario.conditions import holds
from simulator.scenario.data import Data
from simulator.scenario.parts import Action

Need = Literal["known_good", "low_risk", "small", "urgent", "cause_known", "calm", "temporary", "prechecked"]


# --- the kind of fix ---------------------------------------------------------------------------------------


class FixKind(Data):
    """A kind of fix, the rungs it is of, and when it is the one to use."""

    title: str
    rungs: tuple[str, ...]
    when: tuple[Need, ...]


@judges(
    take_action="action decision", record_readiness="known_good", record_snapshot="stable_revision", run_query="query",
    record_decision="contained_until_minutes actions", state_hypothesis="cause", record_residual_risks="risks",
)  # fmt: skip
def fix_fits(view: RecordView, criterion: Criterion, *, kinds: tuple[FixKind, ...]) -> Finding:
    """Each step that helped is of a kind that was to be used as things stood; weighed by what it covers."""
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect.")
    marks = []
    for run in runs:
        kind = next((one for one in kinds if run.spec.rung in one.rungs), None)
        if kind is None:
            continue
        lacks = [need for need in kind.when if not _holds(view, run, need)]
        share = founded(view, run) * (1 - len(lacks) / max(1, len(kind.when)))
        words = f"without {listed(one.replace('_', ' ') for one in lacks)}" if lacks else "as it should be used"
        why = f"{run.title} at {clock(run.begun)} is a {kind.title.lower()}, {words}."
        marks.append(Mark(share, stake(view, run), why, (run.start_seq, run.effect_seq)))
    if not marks:
        return does_not_apply(criterion, "What was done is of none of the kinds of fixes that the table knows.")
    return _of_all(view, criterion, marks)


def _of_all(view: RecordView, criterion: Criterion, marks: Sequence[Mark]) -> Finding:
    """Return the finding of what was done, as far as it reaches: what was left alone was not mended in any way."""
    reach = covered(view)
    note = f"It reaches {100 * reach:.0f} % of what was hit." if reach < 0.999 else ""
    return settle(criterion, marks, factor=reach, note=note)


def _holds(view: RecordView, run: Attempt, need: Need) -> bool:
    match need:
        case "known_good":
            said = [(m.at, m.body.known_good) for m in view.all(acts.RecordReadiness)]
            snapshots = view.all(acts.RecordSnapshot)
            said += [(m.at, stable) for m in snapshots if (stable := m.body.stable_revision) is not None]
            return any(at <= run.begun and view.is_true("revisions", revision) for at, revision in said)
        case "low_risk":
            ready = not run.spec.ready_when or any(holds(run.spec.ready_when, f) for f in view.facts(run.begun))
            return ready and not run.spec.irreversible
        case "prechecked":
            return not prechecks(view, run) or precheck_of(view, run) is not None
        case "small":
            return not run.spec.wide
        case "urgent":
            return bool(view.outside(run.begun))
        case "cause_known":
            seen = [view.entry(m.seq) for m in view.queries if m.at <= run.begun]
            return bool(telling(view, seen))
        case "calm":
            return any(other.effect is not None and other.effect <= run.begun for other in helped(view))
    return _temporary(view, run)


def _temporary(view: RecordView, run: Attempt) -> bool:
    """Tell whether something that only buys time has an end: one that was given, another step after it, or a note."""
    decision = decision_behind(view, run)
    if decision is not None and decision.body.contained_until_minutes:
        return True
    later = [other for other in helped(view) if other.begun > run.begun and other.spec.rung != run.spec.rung]
    noted = [m for m in view.all(acts.RecordResidualRisks) if m.at >= run.begun]
    return bool(later) or any(picks(view, "residual_risks", m.body.risks, m.at) > 0 for m in noted[-1:])


# --- what can be undone ------------------------------------------------------------------------------------


@judges(take_action="action decision", record_decision="contained_until_minutes actions", run_query="query")
def reversible_first(
    view: RecordView, criterion: Criterion, *, prefer: tuple[str, ...] = (), want_end: tuple[str, ...] = (),
    quick_minutes: float = 10,
) -> Finding:  # fmt: skip
    """What can be undone soon was taken before what cannot; what cannot only where nothing else covers it.

    A step of the rungs in `prefer` is a preferred one, one of `want_end` only while it has an end.
    """
    runs = helped(view)
    scaled = [r for r in view.in_effect if r.spec.rung in want_end and r not in runs]
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect.")
    marks = []
    for run in (*runs, *scaled):
        share, words = _undone(view, run, prefer, quick_minutes)
        if run.spec.rung in want_end and not _ends(view, run):
            share, words = share / 2, f"{words}, and has no end"
        share *= founded(view, run)
        why = f"{run.title} at {clock(run.begun)} {words}."
        marks.append(Mark(share, stake(view, run), why, (run.start_seq, run.effect_seq)))
    return _of_all(view, criterion, marks)


def _undone(view: RecordView, run: Attempt, prefer: tuple[str, ...], quick: float) -> tuple[float, str]:
    spec = run.spec
    if not spec.irreversible and not spec.wide and spec.reversal_minutes <= quick:
        return 1.0, f"can be undone within {spec.reversal_minutes:g} minutes"
    before = {s for other in helped(view) if other.begun < run.begun for s in other.spec.coverage}
    stopped = bool(before) or not any(_reversible(one, spec, quick) for one in view.scenario.actions)
    if not spec.irreversible:
        share = 1.0 if spec.rung in prefer else fading(spec.reversal_minutes, quick, 6 * quick)
        return max(share, 0.5 * stopped), f"takes {spec.reversal_minutes:g} minutes to undo"
    if stopped:
        return 1.0, "cannot be undone, and came where nothing else was left to take first"
    return 0.0, "cannot be undone, and was taken before what can"


def _reversible(one: Action, than: Action, quick: float) -> bool:
    """Tell whether another action that can be undone soon covers some of the same."""
    fits = one.mitigates and not one.irreversible and one.cap is None and one.reversal_minutes <= quick
    return fits and one.id != than.id and bool(set(one.coverage) & set(than.coverage))


def _ends(view: RecordView, run: Attempt) -> bool:
    decision = decision_behind(view, run)
    given = decision is not None and bool(decision.body.contained_until_minutes)
    return given or any(r.ident == run.spec.reversible_by and r.begun > run.begun for r in view.started)


# --- what a fix needs --------------------------------------------------------------------------------------


@judges(
    take_action="action decision", record_decision="actions evidence rejected", run_query="query",
    record_readiness="rollback plan", state_hypothesis="cause probability", publish_decision_note="cause",
    record_residual_risks="risks", record_option="abort_if action",
)  # fmt: skip
def fix_requirements(
    view: RecordView, criterion: Criterion, *, cures: tuple[str, ...] = ("rollback", "hotfix", "repair")
) -> Finding:
    """The cause is addressed or it is said why not, each step was tested first, there is a way back, all is written."""
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect, so nothing was fixed.")
    asked = (_addressed(view, runs, cures), _tested(view, runs), _way_back(view, runs), _written(view, runs))
    return _of_all(view, criterion, asked)


def _addressed(view: RecordView, runs: tuple[Attempt, ...], cures: tuple[str, ...]) -> Mark:
    said = named_cause(view)
    cured = [r for r in runs if r.spec.rung in cures]
    noted = [m for m in view.all(acts.RecordResidualRisks) if picks(view, "residual_risks", m.body.risks, m.at) > 0]
    rungs = view.overlay.rejections
    refused = [d for d in view.decisions if any(one.reason in rungs.get(one.rung, ()) for one in d.body.rejected)]
    why_not = [*noted[-1:], *refused[-1:]]
    if said is None:
        return Mark(0, 1, "The true cause was not named, so nothing addresses it.")
    if cured:
        why = f"The cause was named at {clock(said.at)}, and {cured[0].title} goes at it."
        return Mark(1, 1, why, (said.seq, cured[0].effect_seq))
    if why_not:
        why = f"The cause was named at {clock(said.at)}; why it is not mended yet is on record."
        return Mark(1, 1, why, (said.seq, *(m.seq for m in why_not)))
    return Mark(0.5, 1, f"The cause was named at {clock(said.at)}; why it is not mended is nowhere.", (said.seq,))


def _tested(view: RecordView, runs: tuple[Attempt, ...]) -> Mark:
    """Return the mark for testing first: its own check where there is one, else evidence behind the decision."""
    share, shown, left = 0.0, [], []
    for run in runs:
        check = precheck_of(view, run)
        decision = decision_behind(view, run)
        if check:
            share += stake(view, run)
            shown.append(check.seq)
        elif not prechecks(view, run) and decision and rests_on(view, decision):
            share += stake(view, run)
            shown.append(decision.seq)
        else:
            left.append(run.title)
    why = f"Not tested before it went out: {listed(dict.fromkeys(left))}." if left else "Each step was tested first."
    return Mark(share / sum(stake(view, run) for run in runs), 1, why, tuple(shown))


def _way_back(view: RecordView, runs: tuple[Attempt, ...]) -> Mark:
    first = runs[0]
    ran = first_run(view, view.overlay.readiness_queries)
    for record in view.all(acts.RecordReadiness):
        truth = {sample.get(view.overlay.readiness_fact) for sample in view.samples_near(record.at)}
        so = record.body.rollback in truth
        planned = record.body.rollback == "ready" or record.body.plan is not None
        if so and planned and ran and ran.at <= record.at:
            early = record.at <= first.begun or all(r.begun > record.at for r in runs if r.spec.rung != "flag")
            why = f"The way back was known at {clock(record.at)}{'' if early else ', after the first step'}."
            return Mark(1.0 if early else 0.5, 1, why, (record.seq, ran.seq))
    cards = {m.body.action: m for m in view.all(acts.RecordOption) if m.body.abort_if is not None}
    held = [cards[r.ident] for r in runs if r.ident in cards and cards[r.ident].at <= r.begun]
    if held:
        why = f"{counted(len(held), 'step')} had a signal on which to give it up; no way back is on record."
        return Mark(0.5, 1, why, tuple(m.seq for m in held))
    return Mark(0, 1, "No way back is on record that had been checked and holds.")


def _written(view: RecordView, runs: tuple[Attempt, ...]) -> Mark:
    behind = {d.seq for r in runs if (d := decision_behind(view, r)) is not None}
    covered = sum(stake(view, r) for r in runs if decision_behind(view, r))
    share = covered / sum(stake(view, r) for r in runs)
    left = f"{100 * share:.0f} % of what was changed is written down."
    return Mark(share, 1, "Each change has its decision on record." if share >= 1 else left, tuple(sorted(behind)))


# --- the fastest safe one ----------------------------------------------------------------------------------


@judges(record_option="action", record_decision="actions", take_action="action")
def fastest_safe(
    view: RecordView, criterion: Criterion, *, least_cover: float = 0.25, slack: float = 2, none_from: float = 15
) -> Finding:
    """The fastest safe mitigation was identified: on a card or in a decision before anything was carried out.

    Safe is what can be undone, trips no cap and was ready then. Up to `slack` minutes slower than the fastest is full.
    """
    named = [(m.at, m.seq, a) for m in view.decisions for a in m.body.actions]
    named += [(m.at, m.seq, m.body.action) for m in view.all(acts.RecordOption)]
    begun = view.first_mitigation.begun if view.first_mitigation else view.over
    early = sorted(one for one in named if one[0] <= begun)
    safe = {one.id: one for one in view.scenario.actions if _safe(view, one, begun, least_cover)}
    if not safe:
        return does_not_apply(criterion, "No safe mitigation was open.")
    if not early:
        return nothing_seen(criterion, "No mitigation was named before something was done.")
    quickest = min(one.minutes_to_effect for one in safe.values())
    fits = [(safe[a].minutes_to_effect, at, seq, a) for at, seq, a in early if a in safe and _looked(view, at)]
    if not fits:
        what = view.titles("actions", dict.fromkeys(a for _, _, a in early))
        why = f"What was named is not safe, or nothing had been seen: {what}."
        return settle_one(criterion, 0, why, early[0][1])
    minutes, at, seq, action = min(fits)
    when = timely(view, criterion, at)
    why = f"{view.title('actions', action)} ({minutes:g} min) was named at {clock(at)}{late(when)};"
    why += f" the fastest safe one takes {quickest:g} min."
    return settle_one(criterion, when * fading(minutes - quickest, slack, none_from), why, seq)


def _looked(view: RecordView, at: int) -> bool:
    return any(m.at <= at for m in view.queries)


def _safe(view: RecordView, one: Action, at: int, least_cover: float) -> bool:
    covers = sum(view.affected.get(segment, 0.0) for segment in one.coverage)
    ready = not one.ready_when or any(holds(one.ready_when, facts) for facts in view.facts(min(at, max(0, view.over))))
    return one.mitigates and covers >= least_cover and ready and not one.irreversible and one.cap is None


# --- while it calms down -----------------------------------------------------------------------------------


@judges(take_action="action decision", run_query="query", record_decision="actions")
def nothing_risky(view: RecordView, criterion: Criterion) -> Finding:
    """Once something holds, what is wide or cannot be undone is prepared: checked, ready, decided."""
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect, so there was nothing to keep stable.")
    since = runs[0].effect or runs[0].begun
    later = [r for r in view.started if r.begun > since]
    if not later:
        return does_not_apply(criterion, f"Nothing more was changed after {clock(since)}.")
    marks = []
    for run in later:
        heavy = run.spec.wide or run.spec.irreversible or bool(run.spec.ready_when)
        ready = not run.spec.ready_when or any(holds(run.spec.ready_when, f) for f in view.facts(run.begun))
        checked = not prechecks(view, run) or precheck_of(view, run) is not None
        decided = decision_behind(view, run) is not None
        share = (0.6 * checked + 0.4 * decided) * ready if heavy else 1.0 if decided or not run.spec.mitigates else 0.7
        how = "prepared" if share >= 1 else "only in part prepared" if share else "unprepared"
        why = f"{run.title} at {clock(run.begun)} was {how}."
        marks.append(Mark(share, 2.0 if heavy else 1.0, why, (run.start_seq,)))
    return settle(criterion, marks)

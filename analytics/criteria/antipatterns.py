"""Anti-patterns: ways of going wrong that have a name, with their moments. Each limits the total that it shows in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from analytics.criteria.common import help_given
from analytics.criteria.comms import owed_by
from analytics.criteria.judging import judges
from analytics.criteria.ladders import unfounded_revisions
from analytics.criteria.protocols import ENOUGH, HERO, work_shares
from analytics.playbook import AntiPattern
from analytics.scorecard import PatternHit, clock
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e

LONG = 900
"""Seconds of investigating without a change that count as stuck, or as hunting."""
HUNT_FROM = 600
MANY = 5
"""Queries in such a stretch that make it a hunt."""
QUIET = 600
"""Seconds around a hotfix in which somebody should have been told."""


def _shown(pattern: AntiPattern, why: str, evidence: Iterable[int]) -> PatternHit:
    return PatternHit(pattern.id, pattern.title, why, tuple(evidence), pattern.source, pattern.limit)


@judges(run_query="executor", take_action="executor", assign_task="to")
def hero(view: RecordView, pattern: AntiPattern, *, share: float = HERO) -> PatternHit | None:
    """One executor carried most of the work."""
    done = work_shares(view)
    total = sum(len(seqs) for seqs in done.values())
    if total < ENOUGH:
        return None
    who, seqs = max(done.items(), key=lambda item: (len(item[1]), item[0]))
    if len(seqs) / total <= share:
        return None
    why = f"{view.title('roles', who)} carried {len(seqs)} of {total} pieces of work."
    return _shown(pattern, why, sorted(seqs))


@judges(update_stakeholders="audience", update_executives="impact", declare="severity", change_severity="severity")
def silence(
    view: RecordView, pattern: AntiPattern, *, first_minutes: float = 30, grace_minutes: float = 5
) -> PatternHit | None:
    """Users were hit and nobody outside heard a word for too long: at first, or for a whole cadence later."""
    hit = next((m.at for m in view.samples if m.at >= 0 and view.outside(m.at)), None)
    if hit is None:
        return None
    words = [m.at for m in view.all(acts.UpdateStakeholders, acts.UpdateExecutives, acts.CorrectUpdate) if m.at >= hit]
    since, allowed = hit, 60 * first_minutes
    # Who leaves what they have shown to be over pays for the open incident elsewhere, not for silence.
    shown = view.recovery.fresh_green(view.recovery.last_change, view.left)
    for at in [*words, view.left if shown else view.over]:
        if at - since > allowed:
            why = f"Nobody outside heard anything from {clock(since)} to {clock(at)}."
            told = [m.seq for m in view.all(acts.UpdateStakeholders, acts.UpdateExecutives) if m.at <= since][-1:]
            return _shown(pattern, why, told or [x.seq for x in view.entries[:1]])
        since, allowed = at, 60 * (view.playbook.severity.cadence(owed_by(view, at)) + grace_minutes)
    return None


@judges(take_action="action")
def held_back(view: RecordView, pattern: AntiPattern, *, minutes: float = 10) -> PatternHit | None:
    """A step that was justified and feasible was held back while users were hit."""
    if view.by_itself:
        return None
    for segment, due, came in help_given(view).held_back:
        if came - due > 60 * minutes and segment in view.outside(due + 60 * minutes):
            what = view.title("segments", segment)
            right, step = view.grounds.first(segment), view.grounds.step(segment)
            # What came need not be what was right first.
            if step is None:
                late = f"it had not come by {clock(came)}" if view.stopped_by_host else "it never came"
            elif right is None or step.ident == right.id:
                late = f"it was begun at {clock(came)}"
            else:
                late = f"what helped first, {step.spec.title}, was begun at {clock(came)}"
            why = f"{what}: {right.title if right else 'a step that helps'} was justified from {clock(due)}; {late}."
            seen = [m.seq for m in view.samples if m.at <= due + 60 * minutes][-1:]
            return _shown(pattern, why, seen)
    return None


@judges(claim_recovery="claim", run_query="query")
def no_rerun(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """Closure was asked for, or recovery claimed, on nothing that had been rerun since the last change."""
    claims = [m for m in view.all(acts.ClaimRecovery) if m.body.claim == "recovered"]
    for claim in sorted([*view.all(acts.RequestClosure), *claims], key=lambda m: m.seq):
        if not _rerun_since_change(view, claim.at):
            last = _last_rerun(view, claim.at)
            how = _amiss(view, last) if last else "without a rerun since the last change"
            return _shown(pattern, f"It was called over at {clock(claim.at)} {how}.", [claim.seq])
    return None


def _amiss(view: RecordView, rerun: Moment[e.QueryFinished]) -> str:
    """Return in words on which rerun something rests, and why that shows nothing of the world after the last change."""
    why = "begun before the last change" if view.changes else "with nothing changed"
    return f"on the rerun of {clock(rerun.at)}, {why if rerun.body.ok else 'which failed'}"


def _last_rerun(view: RecordView, at: int) -> Moment[e.QueryFinished] | None:
    """Return the last rerun between the last change and a second, whatever it showed."""
    since = max((change.at for change in view.changes if change.at <= at), default=0)
    verifies = {query.id for query in view.scenario.queries if query.verifies}
    return next((m for m in reversed(view.all(e.QueryFinished)) if since <= m.at <= at and m.body.query in verifies),
                None)  # fmt: skip


def _rerun_since_change(view: RecordView, at: int) -> bool:
    """Tell whether something was changed by a second, and rerun green between the last change and then."""
    before = [change.at for change in view.changes if change.at <= at]
    treated = [effect for effect in view.effects if effect <= at]
    return bool(before or treated) and bool(view.recovery.fresh_green(max(before, default=0), at))


@judges(run_query="query", take_action="action")
def hunting(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """Query after query while users were hurt and nothing was being done about it."""
    first = view.first_mitigation
    until = min(first.begun, view.over) if first else view.over
    runs = [m for m in view.queries if HUNT_FROM <= m.at <= until]
    if until - HUNT_FROM < LONG or len(runs) < MANY:
        return None
    why = f"{len(runs)} queries from {clock(runs[0].at)} to {clock(runs[-1].at)} before anything was done for users."
    return _shown(pattern, why, (m.seq for m in runs))


@judges(claim_recovery="claim", run_query="query")
def looks_stable(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """Recovery was claimed on the look of things."""
    for claim in view.all(acts.ClaimRecovery):
        outside = view.outside(claim.at)
        # "Mitigated" promises less than "recovered": it only needs the rerun.
        if not _rerun_since_change(view, claim.at) or (outside and claim.body.claim == "recovered"):
            state = f"with {view.titles('segments', outside)} still affected" if outside else "without a rerun"
            why = f"“{claim.body.claim.capitalize()}” was claimed at {clock(claim.at)} {state}."
            return _shown(pattern, why, [claim.seq])
    return None


@judges(take_action="action")
def untold_hotfix(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """A hotfix went out and nobody was told around that time."""
    told = [m.at for m in view.all(acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally)]
    for run in view.started:
        if run.spec.rung == "hotfix":
            end = run.begun if run.done is None else run.done
            if not any(run.ordered - QUIET <= at <= end + QUIET for at in told):
                why = f"{run.title} began at {clock(run.begun)} and nobody was told around that time."
                return _shown(pattern, why, [run.start_seq])
    return None


@judges(change_severity="evidence")
def moved_severity(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """The severity was changed with nothing new linked."""
    unfounded = unfounded_revisions(view)
    if not unfounded:
        return None
    why = f"Changed at {clock(unfounded[0].at)} without new evidence."
    return _shown(pattern, why, (m.seq for m in unfounded))


@judges(take_action="action")
def stuck(view: RecordView, pattern: AntiPattern) -> PatternHit | None:
    """A long stretch without any change, any decision and any other strategy, while segments were out of tolerance."""
    moves = sorted(
        {600}
        | {r.begun for r in view.started}
        | {m.at for m in view.choices if m.at > 600}
        | {max(600, view.over)}
    )
    for since, until in pairwise(moves):
        if until - since > LONG and view.outside(since) and view.outside(until - 1):
            seen = [m.seq for m in view.all(e.TruthSampled) if since <= m.at <= until][-1:]
            end = f"{clock(view.left)}, when people left" if until > view.left > since else clock(until)
            why = f"Nothing was changed or decided from {clock(since)} to {end}."
            return _shown(pattern, why, seen)
    return None

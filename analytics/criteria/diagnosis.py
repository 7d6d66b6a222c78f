"""Diagnosis: the steps from the failing component to the cause, each seen in what was run, and what rests on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import brought, does_not_apply, late, nothing_seen, settle, timely
from analytics.criteria.judging import judges
from analytics.criteria.moments import best_grade, first_run, grade, helped, named_cause, nothing_done, stake
from analytics.facts import telling
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e

Stage = Literal["component", "trail", "reproduced", "backward", "cause"]
STEPS: tuple[Stage, ...] = ("component", "trail", "reproduced", "backward", "cause")
WORTH: Mapping[str, float] = {"physics": 1.0, "receipt": 0.7, "artifact": 0.35, "narrative": 0.0}
"""What evidence of a class is worth, each class less than the one above it."""


# --- the steps ---------------------------------------------------------------------------------------------


@judges(
    run_query="query", record_readiness="known_good", record_snapshot="stable_revision", state_hypothesis="cause",
    record_decision="evidence", publish_decision_note="cause", record_packet="evidence",
)  # fmt: skip
def diagnosis_steps(
    view: RecordView, criterion: Criterion, *, steps: tuple[Stage, ...] = STEPS, fresh_minutes: float = 15
) -> Finding:
    """Failing component identified, evidence trail checked, reproduced, traced back to what was good, cause found."""
    looks = {
        "component": _component, "trail": lambda v, c: _trail(v, fresh_minutes), "reproduced": _reproduced,
        "backward": _backward, "cause": _cause,
    }  # fmt: skip
    marks = [looks[step](view, criterion) for step in steps]
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "Nothing was looked into.")
    return settle(criterion, marks)


def _telling(view: RecordView, before: float) -> tuple[Moment[e.QueryFinished], ...]:
    """Return the good runs that speak for the true cause or tell it from a rival."""
    told = {x.seq for x in telling(view, [view.entry(m.seq) for m in view.queries if m.at <= before])}
    return tuple(m for m in view.queries if m.seq in told)


def _component(view: RecordView, criterion: Criterion) -> Mark:
    found = next(
        (m for m in view.queries if (q := view.spec_of(m.body)) and any(view.is_true("causes", c) for c in q.supports)),
        None,
    )
    if found is None:
        return Mark(0, 1, "Nothing was run that shows which part fails.")
    share = timely(view, criterion, found.at)
    return Mark(share, 1, f"Which part fails was shown at {clock(found.at)}{late(share)}.", (found.seq,))


def _trail(view: RecordView, fresh_minutes: float) -> Mark:
    """Return the mark for looking whether what decisions rest on is there, is good and is fresh."""
    said: tuple[Moment[acts.RecordDecision | acts.RecordPacket], ...]
    said = view.all(acts.RecordDecision, acts.RecordPacket)
    if not said:
        return Mark(0, 1, "No decision and no packet links what it rests on.")
    shares, shown = [], []
    for m in said:
        good = [x for x in view.cited(m.body.evidence, m) if grade(x) in ("physics", "receipt")]
        fresh = [x for x in good if m.at - x.at <= 60 * fresh_minutes]
        shares.append(1.0 if fresh else 0.5 if good else 0.0)
        shown += [x.seq for x in fresh[:1] or good[:1]]
    # The best that was linked shows that it was looked at; another record does no harm.
    share = max(shares)
    how = "fresh" if share == 1 else f"older than {fresh_minutes:g} minutes" if share else "nobody's output"
    return Mark(share, 1, f"What decisions and packets rest on is {how}.", tuple(shown))


def _reproduced(view: RecordView, criterion: Criterion) -> Mark:
    first = view.first_mitigation
    limit = first.begun if first else view.over
    baseline = view.overlay.baseline_queries
    shows = [q.id for q in view.scenario.queries if q.verifies or (q.id in baseline and q.evidence == "physics")]
    ran = first_run(view, shows, limit)
    if ran is None:
        return Mark(0, 1, "The failure was not reproduced before anything was changed.")
    return Mark(1, 1, f"The failure was reproduced at {clock(ran.at)}.", (ran.seq,))


def _backward(view: RecordView, criterion: Criterion) -> Mark:
    said = [(m.seq, m.at, m.body.known_good) for m in view.all(acts.RecordReadiness)]
    snapshots = view.all(acts.RecordSnapshot)
    said += [(m.seq, m.at, revision) for m in snapshots if (revision := m.body.stable_revision) is not None]
    last = max(said, default=None)
    if last is None:
        return Mark(0, 1, "The last good state was not written down.")
    seq, at, revision = last
    right = view.is_true("revisions", revision)
    why = f"The last good state on record at {clock(at)} is {'right' if right else 'not one that was good'}."
    return Mark(float(right), 1, why, (seq,))


def _cause(view: RecordView, criterion: Criterion) -> Mark:
    """Return the mark for the cause: half for naming it, half for a test that could have gone the other way."""
    said = named_cause(view)
    if said is None:
        return Mark(0, 1, "The cause that was last stated is not the true one, or none was.")
    seen = _telling(view, said.at)
    tests = [m for m in seen if (q := view.spec_of(m.body)) and q.discriminates]
    why = f"The cause was named at {clock(said.at)}, {'with' if tests else 'without'} a test that rules a rival out."
    return Mark(0.5 * bool(seen) + 0.5 * bool(tests), 1, why, (said.seq, *(m.seq for m in (tests or seen)[:2])))


# --- what rests on what ------------------------------------------------------------------------------------


@judges(record_decision="evidence actions", take_action="action decision")
def evidence_order(view: RecordView, criterion: Criterion, *, worth: dict[str, float] | None = None) -> Finding:
    """What each step that helped was decided on: the best class of what is linked, by the order of the classes."""
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect, so nothing rested on evidence.")
    marks = []
    for run in runs:
        decision = decision_behind(view, run)
        if decision is None:
            why = f"{run.title} at {clock(run.begun)} rests on no decision on record."
            marks.append(Mark(0, stake(view, run), why, (run.start_seq,)))
            continue
        share, best = best_grade(view, decision.body.evidence, decision, worth or WORTH)
        why = f"{run.title} at {clock(run.begun)} was decided on {best}."
        marks.append(Mark(share, stake(view, run), why, (decision.seq, run.start_seq)))
    return settle(criterion, marks)


Claim = Literal["claim_recovery", "request_closure", "publish_closure_package"]


@judges(
    claim_recovery="evidence", request_closure="evidence", publish_closure_package="verification", run_query="query",
)  # fmt: skip
def claims_rest_on(
    view: RecordView, criterion: Criterion, *, of: tuple[Claim, ...] = ("claim_recovery", "request_closure"),
    worth: dict[str, float] | None = None,
) -> Finding:  # fmt: skip
    """What the last word that it is over rests on: its best class, and fresh, after the last step took effect."""
    every: tuple[Moment[acts.ClaimRecovery | acts.RequestClosure | acts.PublishClosurePackage], ...]
    every = view.all(acts.ClaimRecovery, acts.RequestClosure, acts.PublishClosurePackage)
    said = [m for m in every if m.body.kind in of]
    if not said:
        return nothing_seen(criterion, "Nobody said that it is over.")
    marks = []
    for claim in {m.body.kind: m for m in said}.values():
        body = claim.body
        refs = body.verification if isinstance(body, acts.PublishClosurePackage) else body.evidence
        changed = max((at for at in view.effects if at <= claim.at), default=None)
        fresh = [ref for ref in refs for x in view.cited((ref,), claim) if changed is not None and x.at >= changed]
        share, best = best_grade(view, fresh, claim, worth or WORTH)
        what = f"rests on {best} from after the last step" if fresh else "rests on nothing from after the last step"
        why = f"“{body.kind.replace('_', ' ').capitalize()}” at {clock(claim.at)} {what}."
        marks.append(Mark(share, 1, why, (claim.seq,)))
    return settle(criterion, marks)


@judges(challenge_claim="inject evidence", take_action="action", run_query="query")
def conflicts_resolved(
    view: RecordView, criterion: Criterion, *, worth: dict[str, float] | None = None, within_minutes: float = 15
) -> Finding:
    """What somebody claimed against the evidence was answered with evidence of a better class, and not acted upon."""
    wrong = {one.id: one for one in view.scenario.injects if one.form == "claim" and one.wrong}
    heard = [m for m in brought(view) if m.body.inject in wrong and m.at <= view.over]
    if not heard:
        return does_not_apply(criterion, "Nobody claimed what the evidence contradicts.")
    marks = []
    for claim in heard:
        spec = wrong[claim.body.inject]
        acted = [r for r in view.started if r.ident == spec.proposes and r.ordered >= claim.at]
        answers = [m for m in view.all(acts.ChallengeClaim) if m.body.inject == spec.id]
        title = f"The claim of {spec.persona} at {clock(claim.at)}"
        if acted:
            marks.append(Mark(0, 1, f"{title} was acted upon.", (acted[0].start_seq,)))
        elif not answers:
            marks.append(Mark(0, 1, f"{title} was left standing."))
        else:
            scored = [(*_answered(view, m, spec.disproved_by, worth or WORTH), m) for m in answers]
            share, best, answer = max(scored, key=lambda one: (one[0], -one[2].seq))
            share *= 1.0 if answer.at - claim.at <= 60 * within_minutes else 0.5
            marks.append(Mark(share, 1, f"{title} was answered at {clock(answer.at)} with {best}.", (answer.seq,)))
    return settle(criterion, marks)


def _answered(
    view: RecordView, answer: Moment[acts.ChallengeClaim], disproves: tuple[str, ...], worth: Mapping[str, float]
) -> tuple[float, str]:
    """Return how good an answer is: whole where it links what disproves the claim, else half of its best class."""
    fits = [
        ref for ref in answer.body.evidence for x in view.cited((ref,), answer)
        if isinstance(x.body, e.QueryFinished) and x.body.query in disproves
    ]  # fmt: skip
    share, best = best_grade(view, fits, answer, worth)
    if share:
        return 1.0, best
    share, best = best_grade(view, answer.body.evidence, answer, worth)
    return share / 2, best

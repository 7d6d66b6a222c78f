"""Containment: harm is stopped before it is explained, in the way its kind asks for."""

from __future__ import annotations

from typing import Literal

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import does_not_apply, fading, late, nothing_seen, seqs, settle, timely
from analytics.criteria.comms import updates
from analytics.criteria.judging import judges
from analytics.criteria.moments import first_run, founded, helped, known_facts, nothing_done, scopes_said, stake
from analytics.facts import severity_truth
from analytics.levels import rank
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import Attempt
from analytics.view import RecordView
from simulator import acts
from simulator.scenario.data import Data


@judges(take_action="action", run_query="query")
def contained_first(
    view: RecordView, criterion: Criterion, *, enough: int = 4, most: int = 10, rest_minutes: float = 10
) -> Finding:
    """A step that helps came in time, on something that had been seen, and before the cause was studied at length.

    Up to `enough` queries about the cause cost nothing before it, from `most` on nothing is left. Each part of what was
    hit wants a step; what the first one leaves has `rest_minutes` more.
    """
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect.")
    first = runs[0]
    evidence = (first.start_seq, first.effect_seq)
    if not founded(view, first):
        why = f"{first.title} was ordered at {clock(first.ordered)}, before anything that justifies it had been seen."
        return settle(criterion, [Mark(0, 1, why, (first.order_seq,))])
    share = timely(view, criterion, first.begun)
    studies = [
        m for m in view.queries
        if m.at < first.begun and (spec := view.spec_of(m.body)) and (spec.supports or spec.discriminates)
    ]  # fmt: skip
    kept = fading(len(studies), enough, most)
    why = f"{first.title} began at {clock(first.begun)}{late(share)}."
    looked = f"{counted(len(studies), 'look')} into the cause came before it."
    rest = _reached(view, criterion, runs, rest_minutes)
    return settle(criterion, [Mark(share, 2, why, evidence), Mark(share * kept, 1, looked, evidence), rest])


def _reached(view: RecordView, criterion: Criterion, runs: tuple[Attempt, ...], rest_minutes: float) -> Mark:
    """Return the mark for reaching all that was hit, by weight, each part with the first step that covers it."""
    shares, shown = {}, []
    for segment in view.affected:
        run = next((one for one in runs if segment in one.spec.coverage), None)
        if run is not None:
            later = 0.0 if segment in runs[0].spec.coverage else rest_minutes
            shares[segment] = founded(view, run) * timely(view, criterion, run.begun, -later)
            shown.append(run.start_seq)
    left = view.titles("segments", (s for s in view.affected if not shares.get(s)))
    why = "Each part of it was reached." if all(map(shares.get, view.affected)) else f"Not reached in time: {left}."
    return Mark(min(1.0, sum(view.affected[s] * share for s, share in shares.items())), 2, why, tuple(shown))


# --- by kind of incident -----------------------------------------------------------------------------------


class Containing(Data):
    """One thing that contains an incident of a kind."""

    title: str
    by: Literal["action", "write_freeze", "capture", "freeze", "told"] = "action"
    """How it shows: an action that took effect, writing stopped, evidence captured, changes frozen, somebody told."""
    rungs: tuple[str, ...] = ()
    """Of an action: the rungs that it may be of."""


class IncidentKind(Data):
    """A kind of incident, the fact that tells it, and what contains it."""

    title: str
    fact: str
    steps: tuple[Containing, ...]
    need: int | None = None
    """How many of the steps are enough; all of them unless it is said."""


@judges(
    take_action="action", freeze="scope what", update_stakeholders="audience", update_executives="cause",
    run_query="query",
)  # fmt: skip
def containment_fits(view: RecordView, criterion: Criterion, *, kinds: tuple[IncidentKind, ...]) -> Finding:
    """What was done at once is what contains an incident of this kind: the first kind whose fact is so."""
    runs = helped(view)
    facts = known_facts(view, runs[0].begun if runs else max(0, view.over))
    kind = next((one for one in kinds if one.fact in facts), None)
    if kind is None:
        return does_not_apply(criterion, "It is none of the kinds of incidents that the table knows.")
    found = [(step, *_done(view, criterion, step)) for step in kind.steps]
    need = kind.need or len(kind.steps)
    best = sorted(found, key=lambda one: -one[1])[:need]
    if not any(evidence for _, _, evidence in best):
        what = listed(step.title for step in kind.steps)
        return nothing_seen(criterion, f"{kind.title}: none of what contains it was seen ({what}).")
    marks = [Mark(share, 1, f"{step.title}: {_words(share)}.", evidence) for step, share, evidence in best]
    return settle(criterion, marks, note=f"The kind of incident is: {kind.title.lower()}.")


def _words(share: float) -> str:
    return "done" if share >= 1 else "done late" if share > 0 else "not done in time"


def _done(view: RecordView, criterion: Criterion, step: Containing) -> tuple[float, tuple[int, ...]]:
    """Return how far a step was taken, and the entries that show it."""
    shown: list[tuple[int, tuple[int, ...]]] = []
    match step.by:
        case "action":
            fits = [r for r in helped(view) if r.spec.rung in step.rungs and founded(view, r)]
            shown = [(run.begun, (run.start_seq, run.effect_seq)) for run in fits]
        case "write_freeze":
            stops = [r for r in view.in_effect if r.ident in view.overlay.write_freeze]
            shown = [(run.begun, (run.start_seq, run.effect_seq)) for run in stops]
        case "capture":
            special = view.overlay.capture_action
            kept = [r for r in view.runs if special and r.ident == special and r.done is not None]
            shown = [(run.done or 0, (run.finish_seq,)) for run in kept]
            shown += [(m.at, (m.seq,)) for m in view.queries if m.body.run.startswith("capture:")]
        case "freeze":
            shown = [(m.at, (m.seq,)) for m in view.all(acts.Freeze)]
        case "told":
            shown = [(m.at, (m.seq,)) for m in updates(view)]
    if not shown:
        return 0.0, ()
    at, evidence = min(shown)
    return timely(view, criterion, at), evidence


# --- the checklist -----------------------------------------------------------------------------------------


@judges(
    take_action="action decision", record_decision="actions", run_query="query", record_packet="segments",
    update_stakeholders="segments audience", declare="severity",
)  # fmt: skip
def containment_checklist(
    view: RecordView, criterion: Criterion, *, gravest: int = 2, notify_minutes: tuple[float, float] = (15, 30)
) -> Finding:
    """Harm stopped, scope identified, stakeholders notified at the gravest levels, what was done on record."""
    runs = helped(view)
    if not runs:
        return nothing_done(view, criterion, "Nothing that helps took effect, so nothing was contained.")
    # Whether it held is not known where a facilitator ended the drill before its time.
    marks = [*([] if view.stopped_by_host else [_stopped(view, criterion, runs)]), *_scope(view, criterion)]
    if _grave(view, gravest):
        told = updates(view)
        share = fading(told[0].at, *(60 * end for end in notify_minutes)) if told else 0.0
        told_at = f"Stakeholders were notified at {clock(told[0].at)}{late(share)}." if told else ""
        marks.append(Mark(share, 1, told_at or "No stakeholder was notified.", seqs(told[:1])))
    weights = sum(stake(view, run) for run in runs)
    behind = [(run, decision_behind(view, run)) for run in runs]
    covered = sum(stake(view, run) for run, decision in behind if decision)
    why = f"{sum(d is not None for _, d in behind)} of {len(runs)} steps have a decision on record before them."
    marks.append(Mark(covered / weights, 1, why, tuple(d.seq for _, d in behind if d)))
    return settle(criterion, marks)


def _stopped(view: RecordView, criterion: Criterion, runs: tuple[Attempt, ...]) -> Mark:
    end = view.known_to
    back = {s for run in runs for s in run.spec.coverage} - set(view.outside(end))
    share = timely(view, criterion, runs[0].begun) * sum(w for s, w in view.affected.items() if s in back)
    held = view.titles("segments", (s for s in view.affected if s in back))
    return Mark(min(1.0, share), 1, f"Harm was stopped for {held}.", tuple(run.effect_seq for run in runs))


def _scope(view: RecordView, criterion: Criterion) -> list[Mark]:
    """Return the marks for scope: what shows it was looked at, and what was hit was said."""
    wanted = view.overlay.baseline_queries
    ran = [m for ident in wanted if (m := first_run(view, (ident,))) is not None]
    marks = []
    if wanted:
        share = sum(timely(view, criterion, m.at) for m in ran) / len(wanted)
        marks.append(Mark(share, 0.5, f"{len(ran)} of {len(wanted)} queries that show the scope were run.", seqs(ran)))
    # Of what was said the best holds: more words do no harm.
    share, best = max(scopes_said(view), key=lambda one: (one[0], -one[1].seq), default=(0.0, None))
    why = f"What was hit was said {'rightly' if share >= 1 else 'in part'}." if share else "What was hit was not said."
    return [*marks, Mark(share, 0.5, why, (best.seq,) if best else ())]


def _grave(view: RecordView, gravest: int) -> bool:
    """Tell whether it was, in truth, of one of the gravest levels when it was declared, or should have been."""
    declare = view.first(acts.Declare)
    return rank(view, severity_truth(view, declare.at if declare else 0)) <= gravest

"""Outcome: judged on truth alone, whoever held which role."""

from __future__ import annotations

from analytics.criteria.common import does_not_apply, fading, nothing_seen, settle, settle_one
from analytics.criteria.judging import judges
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import STAKES, RecordView

UNFELT = 0.01
"""Loss that is too little to be felt."""


@judges(at_the_end=True, take_action="action")
def harm_avoided(view: RecordView, criterion: Criterion, *, power: float = 1) -> Finding:
    """The share of the avoidable loss that was avoided, same seed, to the horizon.

    With a `power` above 1 what is still left weighs more than it adds up to, so that delay is felt.
    Where next to none was avoidable calm is right: what was added to the loss of doing nothing costs instead.
    """
    if view.by_itself and view.final is not None and view.loss is not None:
        added = view.loss - view.references.null.loss
        if added <= UNFELT:
            why = f"It passes by itself, and {max(0.0, added):.2f} of loss was added to that."
            return does_not_apply(criterion, why)
        why = f"It passes by itself; what was done added {added:.2f} to a loss of {view.references.null.loss:.2f}."
        return settle_one(criterion, fading(added, UNFELT, STAKES), why, view.final.seq)
    if view.avoided is None or view.final is None or view.loss is None:
        return nothing_seen(criterion, "The record holds no truth to measure harm by.")
    refs = view.references
    why = (
        f"Loss {view.loss:.2f} at {clock(view.final.at)}, against {refs.null.loss:.2f} for doing nothing and"
        f" {refs.best.loss:.2f} for the best course found ({refs.best.name}): {100 * view.avoided:.0f} % avoided."
    )
    return settle_one(criterion, view.avoided**power, why, view.final.seq)


@judges(at_the_end=True, take_action="action")
def segments_treated(view: RecordView, criterion: Criterion) -> Finding:
    """Every affected segment covered by something that took effect, and back within tolerance at the end."""
    if not view.affected or view.final is None:
        return nothing_seen(criterion, "No segment was affected.")
    everywhere = {s for run in view.in_effect for s in run.spec.coverage}
    treated = [s for s in view.affected if s in everywhere]
    if not treated:
        why = f"Nothing that treats {view.titles('segments', view.affected)} took effect."
        return nothing_seen(criterion, why, (view.final.seq,))
    untreated = [s for s in view.affected if s not in treated]
    outside = view.outside(view.final.at)
    still = [s for s in treated if s in outside]
    share = sum(view.affected[s] for s in treated)
    back = sum(view.affected[s] for s in treated if s not in still)
    evidence = (*(run.effect_seq for run in view.in_effect), view.final.seq)
    never = f"Never treated: {view.titles('segments', untreated)}."
    reached = never if untreated else "Every affected segment was treated."
    end = clock(view.final.at)
    held = f"All of it is back within tolerance at {end}."
    if still:
        held = f"Treated, but still outside tolerance at {end}: {view.titles('segments', still)}."
    return settle(criterion, [Mark(share, 1, reached, evidence), Mark(back, 1, held, evidence)])

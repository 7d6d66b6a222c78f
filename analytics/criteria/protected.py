"""A protected track: evidence kept, the matter kept among those who need to know, facts apart from conclusions."""

from __future__ import annotations

from analytics.criteria.common import does_not_apply, nothing_seen, settle
from analytics.criteria.judging import judges
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.timeline import FOREVER
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.need_to_know import NeedToKnow


@judges(
    take_action="action", capture_evidence="executor", post_message="channel", page_team="role",
    update_stakeholders="audience segments cause", update_executives="cause",
)  # fmt: skip
def protected_track(view: RecordView, criterion: Criterion, *, facts: tuple[str, ...]) -> Finding:
    """Logs and artifacts kept before a step takes them along, the matter inside, counsel asked, no conclusion outside.

    Asked of a drill with a circle, and of any whose severity rests on one of these facts.
    """
    involved = [one for one in view.scenario.severity_facts if one.fact in facts]
    if not view.overlay.need_to_know and not involved:
        return does_not_apply(criterion, "Nothing here concerns confidentiality, integrity, identity or abuse.")
    marks = [_kept(view), *_inside(view), *_counsel(view), *_conclusions(view)]
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "Nothing was preserved, and nobody was told or asked.")
    return settle(criterion, marks)


def _kept(view: RecordView) -> Mark:
    """Return the mark for evidence preserved before the first step that takes some along, or at all."""
    named, special = view.overlay.capture_before, view.overlay.capture_action
    wipes = [r for r in view.started if r.ident in named or (not named and (r.spec.irreversible or r.spec.ready_when))]
    due = min((run.begun for run in wipes), default=FOREVER)
    if special:
        done = [(r.done, r.finish_seq) for r in view.runs if r.ident == special and r.done is not None]
    else:
        done = [(m.at, m.seq) for m in view.queries if m.body.run.kind == "capture"]
    if not done:
        return Mark(0, 1, "Logs and artifacts were not preserved.")
    at, seq = min(done)
    if at > due:
        return Mark(
            0, 1, f"Logs and artifacts were preserved at {clock(at)}, after a step that takes some along.", (seq,)
        )
    return Mark(1, 1, f"Logs and artifacts were preserved by {clock(at)}.", (seq,))


def spoken_outside(view: RecordView) -> tuple[Moment[acts.PostMessage], ...]:
    """Return what people of the circle wrote in channels that others read; what it says is not looked at."""
    circle = NeedToKnow(view.scenario)
    if not circle.inside:
        return ()
    said = view.all(acts.PostMessage)
    return tuple(
        m for m in said if m.role in circle.inside and not circle.is_restricted(m.body.channel) and not m.by.simulated
    )


def _inside(view: RecordView) -> list[Mark]:
    """Return the mark for keeping the matter among those who need to know: only for those who told anybody anything."""
    circle = NeedToKnow(view.scenario)
    if not circle.inside:
        return []
    told = [
        m
        for m in view.all(acts.UpdateStakeholders, acts.UpdateExecutives, acts.PostMessage, acts.EscalateInternally)
        if m.role in circle.inside
    ]
    if not told:
        return [Mark(0, 1, "Nobody of the circle told anybody anything.")]
    out = [m for m in view.all(acts.UpdateStakeholders, acts.UpdateExecutives) if m.body.tells_detail()]
    if out:
        why = f"Detail went outside at {clock(out[0].at)}."
        return [Mark(0, 1, why, tuple(m.seq for m in out))]
    spoken = spoken_outside(view)
    if spoken:
        who = view.title("roles", spoken[0].role)
        why = f"{who}, who knows the matter, wrote in #{spoken[0].body.channel} at {clock(spoken[0].at)}."
        return [Mark(max(0.0, 1 - len(spoken) / 4), 1, why, tuple(m.seq for m in spoken))]
    return [Mark(1, 1, "What was told stayed among those who need to know.", tuple(m.seq for m in told))]


def _counsel(view: RecordView) -> list[Mark]:
    """Return the mark for asking whom the scenario wants asked, in time after the matter was confirmed."""
    marks = []
    for duty in view.overlay.deadlines:
        confirmed = view.ran(duty.after)
        if not duty.paged or confirmed is None:
            continue
        sent = [m for m in view.all(e.PageSent) if m.body.role in duty.paged]
        who = view.titles("roles", duty.paged)
        due = confirmed.at + duty.within
        if not sent:
            marks.append(Mark(0, 1, f"{who} was never asked."))
            continue
        share = 1.0 if sent[0].at <= due else 0.0
        marks.append(Mark(share, 1, f"{who} was asked at {clock(sent[0].at)}.", (sent[0].seq,)))
    return marks


def _conclusions(view: RecordView) -> list[Mark]:
    """Return the mark for facts without conclusions in what went outside; only for those who told anybody anything."""
    outside = [m for m in view.all(acts.UpdateStakeholders) if m.body.audience == "public"]
    outside += [m for m in view.all(acts.UpdateStakeholders) if m.body.audience == "internal"]
    if not outside:
        return []
    named = [m for m in outside if m.body.cause is not None]
    if named:
        why = f"A cause was named outside at {clock(named[0].at)}."
        return [Mark(max(0.0, 1 - len(named) / len(outside)), 1, why, tuple(m.seq for m in named))]
    return [Mark(1, 1, "What went outside says what happens, not why.", tuple(m.seq for m in outside))]

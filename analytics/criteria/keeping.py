"""The live timeline: what kinds of things are on it, and whether somebody kept it as they happened."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.criteria.common import late, nothing_seen, settle, timely
from analytics.criteria.judging import judges
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import Moment, RecordView
from simulator import acts
from simulator.scenario.data import Data
from simulator.values import Kept, Ref

ACTS: Mapping[str, tuple[type[acts.Act], ...]] = {
    "fact": (acts.RecordPacket, acts.StateScope),
    "hypothesis": (acts.StateHypothesis,),
    "decision": (acts.RecordDecision, acts.ChangeStrategy, acts.RecordContradiction),
    "command": (acts.TakeAction, acts.Freeze, acts.CaptureEvidence),
    "update": (acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally),
    "responsibility": (acts.AssignRole, acts.AssignLane, acts.HandOff),
}
"""Kind of a timeline's line -> acts that put one there by themselves."""


class Stage(Data):
    """Something that the timeline is to hold: lines of this kind, about things that are cited so."""

    what: Kept
    cites: tuple[str, ...]
    """Kinds of references: `query`, `decision`, `action` …"""


@judges(
    note_timeline="what evidence", record_packet="evidence", state_hypothesis="cause", record_decision="actions",
    change_strategy="strategy", take_action="action", update_stakeholders="audience", assign_role="role",
    assign_lane="lane", hand_off="what",
)  # fmt: skip
def timeline_kinds(view: RecordView, criterion: Criterion, *, kinds: tuple[Kept, ...]) -> Finding:
    """Each of these kinds stands on the timeline with its time: by an act of its own, or by a line with evidence."""
    marks = []
    for kind in kinds:
        noted = [m for m in view.all(acts.NoteTimeline) if m.body.what == kind and view.cited(m.body.evidence, m)]
        there = sorted([*view.all(*ACTS[kind]), *noted], key=lambda m: m.seq)
        if not there:
            marks.append(Mark(0, 1, f"No {kind} stands on the timeline."))
            continue
        share = timely(view, criterion, there[0].at)
        why = f"First {kind} at {clock(there[0].at)}{late(share)}, {len(there)} in all."
        marks.append(Mark(share, 1, why, (there[0].seq,)))
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "Nothing that people put there stands on the timeline.")
    return settle(criterion, marks)


@judges(note_timeline="what evidence")
def timeline_kept(
    view: RecordView,
    criterion: Criterion,
    *,
    stages: dict[str, Stage],
    within: float = 10,
    enough: int = 2,
) -> Finding:
    """Somebody kept the timeline: for each stage lines that cite what happened, written soon after it.

    `enough` lines a stage do; a line that comes later than `within` minutes counts half. A stage of which nothing
    happened is not asked for. What a line says in words is never read.
    """
    notes = view.all(acts.NoteTimeline)
    if not notes:
        return nothing_seen(criterion, "Nobody kept a timeline beside what the drill itself records.")
    marks = []
    for name, stage in stages.items():
        happened = {seq for ref, seq in view.history.refs.items() if Ref(ref).kind in stage.cites}
        happened = {seq for seq in happened if view.entry(seq).at <= view.over}
        if happened:
            marks.append(_stage(view, name, stage, notes, min(enough, len(happened)), 60 * within))
    if not marks:
        return nothing_seen(criterion, "Nothing of what the timeline is to hold had happened.")
    return settle(criterion, marks)


def _stage(
    view: RecordView, name: str, stage: Stage, notes: tuple[Moment[acts.NoteTimeline], ...], wanted: int, within: float
) -> Mark:
    kept: dict[int, tuple[float, int]] = {}
    for m in notes:
        if m.body.what != stage.what:
            continue
        for entry in view.cited((ref for ref in m.body.evidence if ref.kind in stage.cites), m):
            live = 1.0 if m.at - entry.at <= within else 0.5
            kept[entry.seq] = max(kept.get(entry.seq, (0.0, 0)), (live, m.seq))
    best = sorted(kept.values(), reverse=True)[:wanted]
    share = sum(live for live, _ in best) / wanted
    shown = {seq for entry, (live, note) in kept.items() if (live, note) in best for seq in (entry, note)}
    why = f"{name.replace('_', ' ').capitalize()}: {len(best)} of {wanted} kept"
    why += ", some of it late." if any(live < 1 for live, _ in best) else "."
    return Mark(share, 1, why, tuple(sorted(shown)))

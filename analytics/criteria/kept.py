"""What is written down of an incident: its timeline, commands, decisions, who was in it, and what is left to whom."""

from __future__ import annotations

from typing import Literal, get_args

from analytics.criteria.common import completeness, lacking, nothing_seen, seqs, settle
from analytics.criteria.judging import judges
from analytics.criteria.moments import comparisons, hits_less_misses, named_cause, picks
from analytics.facts import queried, solid
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted
from analytics.view import Moment, RecordView
from simulator import acts, values
from simulator.acts import Act
from simulator.scenario.data import Data

DAY = 24
"""Hours for which somebody has to watch."""


class TimelineRow(Data):
    """One row of a timeline: the acts that put it on record, and what they have to hold."""

    title: str
    acts: tuple[str, ...]
    shows: Literal["evidence", "change", "cause", "check"] = "evidence"
    """A link to what had been seen, an action that took effect, the true cause, a check after the last step."""


@judges(
    declare="evidence detected_by", record_decision="actions evidence", state_hypothesis="cause",
    publish_decision_note="cause actions", record_verification="metrics", claim_recovery="evidence",
)  # fmt: skip
def turning_points_kept(view: RecordView, criterion: Criterion, *, rows: tuple[TimelineRow, ...]) -> Finding:
    """Each row of the incident's timeline is on record with what shows it."""
    marks = []
    for row in rows:
        every: tuple[Moment[Act], ...] = view.all(*(acts.ACTS[name] for name in row.acts if name in acts.ACTS))
        found = next((m for m in every if _shows(view, m, row.shows)), None)
        how = f"on record at {clock(found.at)}" if found else "not on record with what shows it"
        marks.append(Mark(float(found is not None), 1, f"{row.title}: {how}.", (found.seq,) if found else ()))
    if not any(mark.evidence for mark in marks):
        return nothing_seen(criterion, "None of the timeline's rows is on record.")
    return settle(criterion, marks)


def _shows(view: RecordView, m: Moment[Act], what: str) -> bool:
    body = m.body
    refs = tuple(getattr(body, "evidence", ()))
    match what:
        case "evidence":
            by = getattr(body, "detected_by", None)
            return bool(solid(view, (*refs, *((by,) if by else ())), m))
        case "change":
            named = set(getattr(body, "actions", ()))
            return any(run.ident in named for run in view.in_effect)
        case "cause":
            said = named_cause(view)
            return said is not None and getattr(body, "cause", None) == said.body.cause
    last = view.last_effect
    if last is None:
        return False
    if isinstance(body, acts.RecordVerification):
        return any(command.seq == m.seq for command, _ in comparisons(view, last))
    return any(x.at >= last for x in solid(view, refs, m))


@judges(record_packet="evidence", record_decision="evidence", declare="evidence", report_task="evidence")
def commands_kept(view: RecordView, criterion: Criterion, *, least: int = 4) -> Finding:
    """Commands with their outputs are linked where it counts: in packets, decisions, the declaration, reports."""
    said: tuple[Moment[acts.RecordPacket | acts.RecordDecision | acts.Declare | acts.ReportTask], ...]
    said = view.all(acts.RecordPacket, acts.RecordDecision, acts.Declare, acts.ReportTask)
    linked: dict[int, int] = {}
    for m in said:
        for entry in queried(view, m.body.evidence, m):
            linked.setdefault(entry.seq, m.seq)
    if not linked:
        return nothing_seen(criterion, "No command is on record with what links it.")
    why = f"{counted(len(linked), 'command')} with output linked from the record; {least} are wanted."
    return settle(criterion, [Mark(len(linked) / least, 1, why, (*linked, *set(linked.values())))])


@judges(record_decision="why_now evidence rejected actions", record_option="action")
def decisions_kept(view: RecordView, criterion: Criterion) -> Finding:
    """Each decision that was carried out has a rationale that was seen and an alternative that was considered."""
    done = {run.ident for run in view.started}
    taken = [d for d in view.decisions if done & set(d.body.actions)]
    if not taken:
        return nothing_seen(criterion, "No decision that was carried out is on record.")
    marks = []
    for decision in taken:
        body = decision.body
        reason = view.scenario.find("reasons", body.why_now)
        rationale = bool(getattr(reason, "true", reason is not None)) and bool(solid(view, body.evidence, decision))
        held = any(one.reason in view.overlay.rejections.get(one.rung, ()) for one in body.rejected)
        cards = [m for m in view.all(acts.RecordOption) if m.seq < decision.seq and m.body.action not in body.actions]
        other = held or (bool(cards) and not body.rejected)
        lacks = lacking({"a rationale that was seen": rationale, "an alternative that holds": other})
        why = f"The decision at {clock(decision.at)}: {completeness(lacks)}."
        marks.append(Mark((rationale + other) / 2, 1, why, (decision.seq,)))
    # The better half stands for all: a small one more does no harm.
    best = sorted(marks, key=lambda mark: -mark.share)[: (len(marks) + 1) // 2]
    return settle(criterion, best)


@judges(
    assign_role="role to", accept_role="role", assign_lane="lane owner", run_query="query", take_action="action",
)  # fmt: skip
def involved_kept(view: RecordView, criterion: Criterion) -> Finding:
    """Who was involved: somebody commands, lanes have owners, and each owner has done something that is on record."""
    owners = {m.body.lane: m for m in view.all(acts.AssignLane)}
    leads = tuple(span.seq for span in view.commanders[:1])
    if not leads and not owners:
        return nothing_seen(criterion, "Nobody's part in it is on record.")
    busy: dict[str, int] = {}
    for entry in view.entries:
        if entry.is_act and not isinstance(entry.body, acts.TakeSeat):
            busy.setdefault(entry.role, entry.seq)
    lanes = get_args(values.Lane)
    worked = [m for m in owners.values() if m.body.owner in busy]
    return settle(criterion, [
        Mark(float(bool(leads)), 1, "Who commands is on record." if leads else "Nobody commanded.", leads),
        Mark(len(worked) / len(lanes), 2, f"{len(worked)} of {len(lanes)} lanes have an owner who did something.",
             (*seqs(worked), *(busy[m.body.owner] for m in worked))),
    ])  # fmt: skip


# --- what is left ------------------------------------------------------------------------------------------


@judges(
    add_hardening_task="factor due_days", record_residual_risks="risks", set_watch="hours",
    commit_checkpoint="in_hours",
)  # fmt: skip
def followups_owned(view: RecordView, criterion: Criterion, *, tasks: int = 2, within_days: float = 30) -> Finding:
    """What is left has an owner and a date: tasks on what really contributed, a watch for a day, what is still open."""
    added, watches = view.all(acts.AddHardeningTask), view.all(acts.SetWatch)
    commits, risks = view.all(acts.CommitCheckpoint), view.all(acts.RecordResidualRisks)
    if not (added or watches or commits or risks):
        return nothing_seen(criterion, "Nothing was left to anybody.")
    every = [one.id for one in view.scenario.factors]
    true = {ident for ident in every if view.is_true("factors", ident)}
    factors = {m.body.factor for m in added}
    due = {m.body.factor for m in added if m.body.due_days <= within_days} & true
    share = hits_less_misses(factors, true, every, tasks) * len(due) / max(1, len(factors & true))
    what = f"{counted(len(due), 'task')} on what really contributed, owned and due within {within_days:g} days."
    kept = float(any(m.body.hours >= DAY for m in watches)) or 0.5 * any(m.body.in_hours <= DAY for m in commits)
    watch = "Somebody watches for a day." if kept >= 1 else "Nobody was named who watches for a day."
    left = max((picks(view, "residual_risks", m.body.risks, m.at) for m in risks[-1:]), default=0.0)
    open_ = f"What is still open is {'on record' if left >= 1 else 'in part on record' if left else 'not on record'}."
    return settle(criterion, [
        Mark(share, 2, what, seqs(added)), Mark(kept, 1, watch, seqs((*watches, *commits))),
        Mark(left, 1, open_, seqs(risks[-1:])),
    ])  # fmt: skip

"""Protocols: the first quarter of an hour, lanes, evidence, contradictions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import get_args

from analytics.criteria.blueprint import command_pair, merges_frozen
from analytics.criteria.common import (
    brought,
    completeness,
    does_not_apply,
    lacking,
    late,
    nothing_seen,
    seqs,
    settle,
    timely,
    undone_in,
)
from analytics.criteria.judging import judges
from analytics.facts import WORTH, discriminates, figure_true, risk_true, solid, telling
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, Owner, clock, counted, listed
from analytics.timeline import assignments
from analytics.view import B, Moment, RecordView
from simulator import acts, values
from simulator import events as e
from simulator.record.entry import Body
from simulator.values import PLACES

BUSY_FROM, BUSY_TO, BUSY_SHARE = 300, 2100, 0.30
"""Stretch in which at least two lanes should have open tasks, and for what share of it."""
HERO, HANDS_ON = 0.60, 0.10
"""Largest share of the work one executor may carry, and of hands-on work the commander may do."""
ENOUGH = 5
"""Pieces of work below which nobody can be told to be a hero."""
NEAR = 600
"""Seconds around a checkpoint within which its packet counts."""
LEAD: tuple[Owner, ...] = ("commands",)
"""Who writes packets and snapshots; the evidence minimum is for everybody who looks."""
REASSESS = 600
"""Seconds after a contradiction within which it must be looked at again."""


# --- P1: first 15 minutes ----------------------------------------------------------------------------------


@judges(
    assign_role="role to", accept_role="role", release_role="role", freeze="scope what", run_query="query",
    assign_lane="lane owner next_owner", record_readiness="known_good rollback evidence",
)  # fmt: skip
def first_minutes(view: RecordView, criterion: Criterion) -> Finding:
    """Owner and deputy, freeze, baseline evidence, next owner for every lane, readiness on record. A fifth each."""
    marks = [
        _echo(command_pair(view, criterion)),
        _echo(merges_frozen(view, criterion)),
        _baseline_evidence(view, criterion),
        _next_owners(view, criterion),
        _readiness_record(view, criterion),
    ]
    if not any(m.evidence for m in marks):
        return nothing_seen(criterion, "None of what belongs into the first quarter of an hour was seen.")
    return settle(criterion, marks)


def _echo(finding: Finding) -> Mark:
    return Mark(finding.points / finding.out_of if finding.out_of else 0, 1, finding.why, finding.evidence)


def _baseline_evidence(view: RecordView, criterion: Criterion) -> Mark:
    wanted = view.overlay.baseline_queries
    if not wanted:
        return Mark(0, 0, "")
    runs = {ident: view.ran((ident,)) for ident in wanted}
    share = sum(timely(view, criterion, run.at) for run in runs.values() if run) / len(wanted)
    left = [f"“{view.title('queries', ident)}”" for ident, run in runs.items() if run is None]
    why = f"Baseline evidence: {len(wanted) - len(left)} of {len(wanted)} captured"
    why += f", not {listed(left)}." if left else "."
    return Mark(share, 1, why, seqs(run for run in runs.values() if run))


def _next_owners(view: RecordView, criterion: Criterion) -> Mark:
    lanes = get_args(values.Lane)
    first: dict[str, Moment[acts.AssignLane]] = {}
    for m in view.all(acts.AssignLane):
        if m.body.next_owner != m.body.owner:
            first.setdefault(m.body.lane, m)
    share = sum(timely(view, criterion, m.at) for m in first.values()) / len(lanes)
    left = [lane for lane in lanes if lane not in first]
    why = f"No next owner for {listed(left)}." if left else "Every lane has an owner and a next owner."
    return Mark(share, 1, why, seqs(first.values()))


def _readiness_record(view: RecordView, criterion: Criterion) -> Mark:
    record = view.first(acts.RecordReadiness)
    if record is None:
        return Mark(0, 1, "The readiness prechecks are not on record.")
    checked = view.ran(view.overlay.readiness_queries, record.at)
    truth = {facts.get(view.overlay.readiness_fact) for facts in view.samples_near(record.at)}
    # That it fails is an answer too. Long after the first minutes it is verification, not readiness.
    health = next((m for m in view.all(e.QueryFinished) if m.body.query in view.overlay.health_queries), None)
    looked = timely(view, criterion, health.at) if health else 0.0
    lanes = {m.body.lane for m in view.all(acts.AssignLane) if m.at <= record.at + 300}
    linked = bool(solid(view, record.body.evidence, record)) or checked is not None
    passed = {
        "known-good revision": view.is_true("revisions", record.body.known_good) and linked,
        "rollback path": checked is not None and record.body.rollback in truth,
        "owner graph": bool(view.commanders) and lanes >= {PLACES["executes"], PLACES["verifies"], PLACES["speaks"]},
        "evidence channel": record.body.evidence_channel in view.scenario.channels and linked,
        "health check": looked > 0,
    }
    done = sum(passed.values()) - (looked > 0) + looked
    share = timely(view, criterion, record.at) * done / len(passed)
    lacks = lacking(passed)
    why = f"Readiness recorded at {clock(record.at)}{late(timely(view, criterion, record.at))}"
    why += f", without {listed(lacks)}." if lacks else ", all prechecks in it."
    return Mark(share, 1, why, tuple(m.seq for m in (record, checked, health) if m))


# --- P2: lanes ---------------------------------------------------------------------------------------------


@judges(
    assign_lane="lane", name_merge_owner="surface", assign_task="to lane query action", report_task="task",
    run_query="query executor", take_action="action executor",
)  # fmt: skip
def lanes(view: RecordView, criterion: Criterion) -> Finding:
    """An owner per lane, two lanes busy, a merge owner where lanes meet, nobody a hero."""
    marks = [_lane_owners(view), _two_busy(view), *_merge_owner(view), *_no_hero(view)]
    if not any(m.evidence for m in marks):
        return nothing_seen(criterion, "No lane was opened and no work was seen.")
    return settle(criterion, marks)


def _lane_owners(view: RecordView) -> Mark:
    owners = {m.body.lane: m for m in view.all(acts.AssignLane)}
    left = [lane for lane in get_args(values.Lane) if lane not in owners]
    why = f"No owner for the {listed(left)} lane." if left else "Each of the four lanes has a named owner."
    return Mark(len(owners) / 4, 1, why, seqs(owners.values()))


def _two_busy(view: RecordView) -> Mark:
    until = min(BUSY_TO, max(view.over, BUSY_FROM + 60))
    tasks = assignments(view.history, view.over)
    edges = sorted({BUSY_FROM, until, *(at for task in tasks for at in (task.since, task.until))})
    busy = 0
    for a, b in pairwise(edges):
        if a >= BUSY_FROM and b <= until:
            open_ = {t.who for t in tasks if t.who and t.since <= a and t.until >= b}
            busy += b - a if len(open_) >= 2 else 0
    share = busy / (until - BUSY_FROM)
    why = f"Two or more lanes had open tasks for {100 * share:.0f} % of {clock(BUSY_FROM)} to {clock(until)}."
    return Mark(share / BUSY_SHARE, 0.5, why, tuple(t.seq for t in tasks if t.until > BUSY_FROM))


def _merge_owner(view: RecordView) -> list[Mark]:
    shared = [s.id for s in view.scenario.services if len(s.surfaces) >= 2]
    if not shared:
        return []
    named = {m.body.surface: m for m in view.all(acts.NameMergeOwner) if m.body.surface in shared}
    left = view.titles("services", (ident for ident in shared if ident not in named))
    why = f"No merge owner for {left}." if len(named) < len(shared) else "A merge owner was named where lanes meet."
    return [Mark(len(named) / len(shared), 0.5, why, seqs(named.values()))]


NO_WORK = ("call:", "misplaced:")
"""Runs that carried nothing out: a call one was drawn into, a command in the wrong place."""


def work_shares(view: RecordView) -> dict[str, list[int]]:
    """Return who carried out what: executor -> entries of finished queries, actions and tasks without either."""
    done: dict[str, list[int]] = {}
    for query in view.all(e.QueryFinished):
        if not query.body.run.startswith(NO_WORK):
            done.setdefault(query.body.executor, []).append(query.seq)
    for run in view.started:
        done.setdefault(run.executor, []).append(run.start_seq)
    plain = {m.body.task for m in view.all(e.TaskAssigned) if m.body.query is None and m.body.action is None}
    told: dict[str, list[int]] = {}
    for report in view.all(e.TaskReported):
        if report.body.task in plain:
            told.setdefault(report.body.owner, []).append(report.seq)
    for owner, reports in told.items():
        # Nobody can see what a task without query or action came to: at most as many as what can be seen.
        own = done.setdefault(owner, [])
        own += reports[: max(1, len(own))]
    return done


def _no_hero(view: RecordView) -> list[Mark]:
    done = work_shares(view)
    total = sum(len(seqs) for seqs in done.values())
    if total < ENOUGH:
        return [Mark(0, 1, f"{counted(total, 'piece')} of work carried out: too few to tell a team from a hero.")]
    who, most = max(done.items(), key=lambda item: (len(item[1]), item[0]))
    largest = len(most) / total
    commanding = [seq for who, seqs in done.items() for seq in seqs if _commands(view, who, view.entry(seq).at)]
    hands = len(commanding) / total
    every = tuple(seq for seqs in done.values() for seq in seqs)
    spread = largest <= HERO
    # A commander with a hand in the work costs half, one who does much of it costs all; a hero costs all anyway.
    free = 1.0 if hands <= HANDS_ON else 0.5 if hands <= 3 * HANDS_ON else 0.0
    name = view.title("roles", who)
    why = f"{name} carried {100 * largest:.0f} % of the work, the commander {100 * hands:.0f} %."
    return [Mark(free if spread else 0, 1, why, every)]


def _commands(view: RecordView, role: str, at: int) -> bool:
    return any(s.who == role and s.since <= at < s.until for s in view.commanders)


# --- P3: evidence ------------------------------------------------------------------------------------------


@judges(
    record_packet="segments impact evidence residual_risks",
    record_snapshot="stable_revision risk_of_waiting", change_status="status", record_decision="actions rejected",
    run_query="query",
)  # fmt: skip
def evidence(view: RecordView, criterion: Criterion) -> Finding:
    """Packets at checkpoints, snapshots with a true risk, the scenario's evidence minimum in time."""
    marks = [_packets(view), _snapshots(view, criterion), *_minimum(view)]
    if not any(m.evidence for m in marks):
        return nothing_seen(criterion, "No packet, no snapshot and none of the evidence minimum was seen.")
    return settle(criterion, marks)


def packet_quality(view: RecordView, packet: Moment[acts.RecordPacket]) -> tuple[float, list[str]]:
    """Return how good a packet is (0 … 1) and what it lacks."""
    body = packet.body
    true = [figure_true(view, f, packet.at) for f in body.impact]
    checks = {
        "command output": bool(solid(view, body.evidence, packet)),
        "true figures": bool(true) and all(true),
        "affected segments": bool(body.segments) and set(body.segments) <= set(view.affected),
        "residual risk": discriminates(view, "residual_risks", body.residual_risks, packet.at) > 0.5,
    }
    lacks = lacking(checks)
    # Without output behind it a packet is somebody's word.
    return (0.0 if "command output" in lacks else 1 - len(lacks) / len(checks)), lacks


def _packets(view: RecordView) -> Mark:
    points: list[tuple[int, str]] = [(d.at, "decision") for d in view.decisions]
    points += [(m.at, "handoff") for m in view.all(e.HandOffOffered)]
    points += [(m.at, "closure") for m in view.all(acts.RequestClosure)[:1]]
    packets = view.all(acts.RecordPacket)
    if not points:
        return Mark(0, 1, "There was no checkpoint to write a packet for.", owners=LEAD)
    fresh = [_nearest([p for p in packets if at - NEAR <= p.at <= at + NEAR / 2], at) for at, _ in points]
    left = [f"the {what} at {clock(at)}" for (at, what), packet in zip(points, fresh, strict=True) if not packet]
    judged = [packet_quality(view, packet) for packet in fresh if packet]
    why = f"{len(judged)} of {len(points)} checkpoints have a fresh packet"
    why += f"; none at {listed(left[:3])}." if left else "."
    poor = sorted({word for _, lacks in judged for word in lacks})
    why += f" Lacking in some: {listed(poor)}." if poor else ""
    score = sum(quality for quality, _ in judged)
    return Mark(score / len(points), 1, why, seqs(packet for packet in fresh if packet), LEAD)


def _nearest(moments: Iterable[Moment[B]], at: int) -> Moment[B] | None:
    """Return the one nearest to a second, and of two as near the later word: more of them are no better."""
    return min(moments, key=lambda m: (abs(m.at - at), -m.seq), default=None)


def _snapshots(view: RecordView, criterion: Criterion) -> Mark:
    snapshots = view.all(acts.RecordSnapshot)
    if not snapshots:
        return Mark(0, 1, "No incident command snapshot was recorded.", owners=LEAD)

    def worth(m: Moment[acts.RecordSnapshot]) -> float:
        right = view.is_true("revisions", m.body.stable_revision)
        return 0.5 * right + 0.5 * bool(risk_true(view, m))

    first = snapshots[0]
    wanted = [worth(first) * timely(view, criterion, first.at)]
    changes = view.all(acts.ChangeStatus)
    for change in changes:
        nearest = _nearest((m for m in snapshots if abs(m.at - change.at) <= NEAR / 2), change.at)
        wanted.append(worth(nearest) if nearest else 0.0)
    unsaid = [phase for phase in _phases(view) if all(change.body.status != phase for change in changes)]
    wanted += [0.0] * len(unsaid)
    right = sum(1 for m in snapshots if risk_true(view, m))
    why = f"First snapshot at {clock(first.at)}{late(timely(view, criterion, first.at))}; {right} of {len(snapshots)}"
    why += " put the risk of waiting within half of what it was"
    why += f"; nobody said that the incident was {listed(unsaid)}." if unsaid else "."
    return Mark(sum(wanted) / len(wanted), 1, why, seqs(snapshots), LEAD)


def _phases(view: RecordView) -> list[str]:
    """Return the phases an incident came to, beyond being looked into."""
    # What is green before anything was mended says nothing about the mending.
    measured = [m for m in view.all(e.VerificationMeasured) if view.effects and m.at >= view.effects[0]]
    green = any(all(row.within for row in m.body.rows) for m in measured)
    return ["mitigating"] * (view.first_mitigation is not None) + ["monitoring"] * green


def _minimum(view: RecordView) -> list[Mark]:
    """Return a mark for each piece of the evidence minimum, all of them together one part of the criterion."""
    needs = view.scenario.evidence_minimum
    marks = []
    for need in needs:
        limit = _wanted_by(view, need.supports)
        serving = [m for m in view.queries if (q := view.spec_of(m.body)) and need.id in q.serves]
        found = [m for m in serving if m.at <= limit]
        # Of two that are worth the same, what people looked at themselves is theirs.
        best = max(found, key=lambda m: (WORTH[m.body.evidence], view.by_people(m.seq)), default=None)
        if best:
            why = f"{need.title}: seen at {clock(best.at)}."
            marks.append(Mark(WORTH[best.body.evidence], 1 / len(needs), why, (best.seq,)))
        else:
            why = f"{need.title}: not in time."
            marks.append(Mark(0, 1 / len(needs), why, seqs(serving)))
    return marks


def _wanted_by(view: RecordView, supports: str) -> float:
    """Return the second by which evidence is wanted: the decision it supports, or what was done without one."""
    first = view.first_mitigation
    begun = first.begun if first else view.over
    specs = {action.id: action for action in view.scenario.actions}
    decisions = [(d.at, [specs[a] for a in d.body.actions if a in specs], d.body.rejected) for d in view.decisions]
    if supports == "rollback":
        # It supports going back as well as not going back.
        back = [r.begun for r in view.started if r.spec.rung == "rollback"]
        back += [at for at, actions, _ in decisions if back and any(spec.rung == "rollback" for spec in actions)]
        named = [at for at, _, rejected in decisions if any(one.rung == "rollback" for one in rejected)]
        return min(back) if back else max([begun, *named])
    if supports == "closure":
        # Proof of completion comes last: before somebody calls it over.
        claims = view.all(acts.ClaimRecovery, acts.RequestClosure)
        return claims[0].at if claims else view.over
    if supports in {action.rung for action in view.scenario.actions}:
        done = [r.begun for r in view.mitigations if r.spec.rung == supports]
        decided = [at for at, actions, _ in decisions if done and any(spec.rung == supports for spec in actions)]
        return min([*done, *decided], default=view.over)
    treats = [at for at, actions, _ in decisions if any(spec.treats for spec in actions)]
    return min([begun, *([at for at, _, _ in decisions] if supports == "any decision" else treats)])


# --- P5: contradictions ------------------------------------------------------------------------------------


@judges(
    record_contradiction="recommendations choice reassess_minutes evidence", record_option="action",
    take_action="action", record_decision="actions",
)  # fmt: skip
def contradiction(view: RecordView, criterion: Criterion) -> Finding:
    """Both recommendations in one record, true about both, the more reversible taken, looked at again."""
    records = view.all(acts.RecordContradiction)
    if records:
        return max((_judged(view, criterion, m) for m in records), key=lambda f: f.points)
    taken = {r.ident for r in view.started}
    wants = {i.id for i in view.scenario.injects if i.form != "claim" and i.proposes and i.proposes not in taken}
    pushed = [m for m in brought(view) if m.at <= view.over and m.body.inject in wants]
    if not pushed:
        return does_not_apply(criterion, "No two owners wanted different things.")
    first = pushed[0]
    why = f"{first.body.persona} wanted something else at {clock(first.at)}; the two were never put side by side."
    return nothing_seen(criterion, why, [first.seq])


def _judged(view: RecordView, criterion: Criterion, moment: Moment[acts.RecordContradiction]) -> Finding:
    body = moment.body
    specs = {r.action: view.scenario.find("actions", r.action) for r in body.recommendations}
    first, second = body.recommendations
    both = whose(view, first) != whose(view, second) and first.action != second.action

    def stated(r: values.Recommendation) -> bool:
        spec = specs[r.action]
        if spec is None:
            return False
        reversal = undone_in(r.reversal_minutes, spec.reversal_minutes)
        hurts = frozenset(spec.side_effects) | frozenset(view.affected)
        return reversal and bool(hurts & frozenset(r.blast_radius))

    def undo(ident: str) -> float:
        spec = specs.get(ident)
        return float("inf") if spec is None or spec.irreversible else float(spec.reversal_minutes)

    others = [ident for ident in specs if ident != body.choice]
    proof = tuple(x.seq for x in telling(view, solid(view, body.evidence, moment)))
    reversible = body.choice in specs and all(undo(body.choice) <= undo(ident) for ident in others)
    again = _looked_again(view, moment)
    lacks = lacking({
        "two owners with two actions": both,
        "what those quoted recommended": all(_recommended(view, r, moment) for r in body.recommendations),
        "true reversal and blast radius of each": all(stated(r) for r in body.recommendations),
        "the more reversible choice, or evidence against it": reversible or bool(proof),
        "a second look within ten minutes": again is not None,
    })  # fmt: skip
    why = f"Contradiction recorded at {clock(moment.at)}: {completeness(lacks)}."
    if "what those quoted recommended" in lacks:
        # A contradiction is two who said so; what nobody said is none.
        return settle(criterion, [Mark(0, 1, why, (moment.seq,))])
    evidence = (moment.seq, *proof, *([again] if again else []))
    return settle(criterion, [Mark(max(0.0, 1 - len(lacks) / 4), 1, why, evidence)])


def whose(view: RecordView, one: values.Recommendation) -> str:
    """Return whose recommendation it is: the persona of the message it came with, else its owner's handle."""
    said = view.scenario.find("injects", one.voice) if one.voice else None
    if said is not None:
        return str(said.persona)
    role = view.scenario.find("roles", one.owner) if one.owner else None
    return str(role.handle) if role else str(one.owner)


def _recommended(view: RecordView, one: values.Recommendation, moment: Moment[acts.RecordContradiction]) -> bool:
    """Tell whether it is on record that who is quoted wanted that action: in a message, or by an act of their own."""
    before = [m for m in view.all(e.InjectDelivered) if m.seq < moment.seq]
    said = {m.body.inject for m in before}
    pushed = [x for x in view.scenario.injects if x.id in said and x.proposes == one.action]
    if one.voice is not None:
        return any(inject.id == one.voice for inject in pushed)
    role = view.scenario.find("roles", one.owner) if one.owner else None
    if role is None:
        return False
    acted: tuple[Moment[acts.RecordOption | acts.TakeAction], ...] = view.all(acts.RecordOption, acts.TakeAction)
    wanted = [(m.role, m.seq) for m in acted if m.body.action == one.action]
    wanted += [(m.role, m.seq) for m in view.decisions if one.action in m.body.actions]
    theirs = any(who == role.id and seq < moment.seq for who, seq in wanted)
    return theirs or any(inject.persona == role.handle for inject in pushed)


def _looked_again(view: RecordView, moment: Moment[acts.RecordContradiction]) -> int | None:
    if moment.body.reassess_minutes > REASSESS / 60:
        return None
    looks: tuple[Moment[Body], ...] = view.all(
        acts.RecordDecision, acts.RecordSnapshot, acts.RecordContradiction, acts.RecordVerification, acts.RecordPacket
    )
    return next((m.seq for m in looks if m.seq > moment.seq and m.at - moment.at <= REASSESS), None)

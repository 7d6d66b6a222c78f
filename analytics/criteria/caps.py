"""Caps: what limits a total whatever else was done well. Each looks for its moments and for their reversal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from analytics.criteria.common import landing, sent_away, stepped_in
from analytics.criteria.comms import Told, taken_back, told_untruly, updates
from analytics.criteria.judging import judges
from analytics.criteria.ladders import precheck_of, prechecks
from analytics.playbook import Cap
from analytics.scorecard import CapHit, clock, counted, listed
from analytics.timeline import Attempt
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.scenario.conditions import holds
from simulator.values import COMMANDER

COMMAND_DUE = 600
"""From this second on somebody must be in command."""
GAP, TWO = 300, 120
"""Seconds without a commander, and with two, that trip C1."""
LINGERS = 180
"""Seconds for which a false all-clear may stand."""
DETAIL = "C3"
"""The cap for what must not get out."""
UNDER_WAY = ("investigating", "identified", "mitigating")
"""Statuses that take an all-clear back."""
SAMPLE, SLOWEST = 60, 600
"""Seconds between samples of the truth, and before a sample in which a change may have begun that shows in it."""


def _hit(cap: Cap, why: str, evidence: tuple[int, ...], corrected: bool = False, act: int | None = None) -> CapHit:
    """Return a cap as tripped; `act` is the entry of the act that did it, the first of the evidence if not given."""
    limit = cap.limit + (cap.raise_by if corrected else 0)
    if corrected:
        why += f" The team put it right within {cap.within:g} minutes, which raises the limit to {limit}."
    seqs = tuple(sorted(set(evidence)))
    by = min(seqs, default=0) if act is None else act
    return CapHit(cap.id, cap.title, limit, why, seqs, cap.source, corrected, by, cap.further)


@judges(
    assign_role="role to", accept_role="role", release_role="role", hand_off="what to",
    accept_hand_off="handoff",
)  # fmt: skip
def no_command(view: RecordView, cap: Cap) -> list[CapHit]:
    """Nobody in command for long after T+10, or two at once. A simulated teammate who helped out spares nobody."""
    helped = [span for span in view.commanders if stepped_in(view, span)]
    spans = tuple(span for span in view.commanders if span not in helped)
    hits = []
    at, led_until, excused = COMMAND_DUE, 0, sent_away(view, COMMANDER)
    for span in (*spans, None):
        until = view.left if span is None else min(span.since, view.left)
        if until - at > GAP and led_until not in excused:
            end = "the end" if until == view.left else clock(until)
            why = f"Nobody was in command from {clock(at)} to {end}."
            why += "".join(f" {view.title('roles', one.who)}, a simulated teammate, stepped in unasked at "
                           f"{clock(one.since)}, which does not count." for one in helped
                           if at <= one.since < until)  # fmt: skip
            back = span is not None and until - at <= GAP + 60 * cap.within
            last = [x.seq for x in view.entries if x.at <= until][-1:]
            hits.append(_hit(cap, why, (span.seq,) if span else tuple(last), back))
        led_until = max(led_until, span.until if span else 0)
        at = max(at, led_until)
    for a, b in combinations(spans, 2):
        since, until = max(a.since, b.since), min(a.until, b.until)
        if until - since > TWO:
            why = f"Two held command from {clock(since)} to {clock(until)}."
            hits.append(_hit(cap, why, (a.seq, b.seq), until - since <= TWO + 60 * cap.within))
    return hits


@judges(take_action="action", run_query="query", abort_action="action")
def unsafe(view: RecordView, cap: Cap) -> list[CapHit]:
    """Something wide or irreversible without its check, an unprepared fall-back, or what the author marks so."""
    hits = []
    for run in view.started:
        if not _run_by_people(view, run):
            continue
        lacked = []
        if (run.spec.wide or run.spec.irreversible) and prechecks(view, run) and precheck_of(view, run) is None:
            lacked.append("without the check that shows what it would do")
        if run.spec.ready_when and not any(holds(run.spec.ready_when, f) for f in view.facts(run.begun)):
            lacked.append("unprepared")
        if lacked:
            why = f"{run.title} began at {clock(run.begun)} {listed(lacked)}."
            hits.append(_hit(cap, why, (run.order_seq, run.start_seq), _reversed(view, run, cap)))
    return [*hits, *_marked(view, cap)]


def _marked(view: RecordView, cap: Cap) -> list[CapHit]:
    """Return the hits of actions whose author says that carrying them out trips this cap."""
    return [
        _hit(cap, f"{run.title} was carried out at {clock(_done(run) or 0)}.",
             (run.order_seq, run.finish_seq or run.start_seq), _reversed(view, run, cap))
        for run in view.runs
        if run.spec.cap == cap.id and _done(run) is not None and _run_by_people(view, run)
        and (not run.spec.cap_when or any(holds(run.spec.cap_when, f) for f in view.facts(run.begun)))
    ]  # fmt: skip


def _done(run: Attempt) -> int | None:
    """Return when a run was carried out; one that acts while it runs was, also where it was aborted."""
    if run.started is None:
        return None
    if run.aborted is not None:
        return run.started if run.spec.starts_with else None
    return run.done


def _reversed(view: RecordView, run: Attempt, cap: Cap) -> bool:
    """Tell whether a run was aborted, or undone by the action that reverses it, in time."""
    limit = run.begun + 60 * cap.within
    if run.aborted is not None and run.aborted <= limit:
        return True
    back = run.spec.reversible_by
    return back is not None and any(r.ident == back and run.begun < r.begun <= limit for r in view.runs)


@judges(
    take_action="action", abort_action="action", update_stakeholders="audience segments cause",
    update_executives="cause", correct_update="update", page_team="role", run_query="query",
)  # fmt: skip
def breach(view: RecordView, cap: Cap) -> list[CapHit]:
    """An action marked with this cap, a fact of the world that trips it, detail told outside, a duty missed."""
    hits = [*_marked(view, cap), *_facts(view, cap), *_missed(view, cap)]
    if cap.id == DETAIL:
        hits += _told_outside(view, cap)
    return hits


def _facts(view: RecordView, cap: Cap) -> list[CapHit]:
    """Return the hits of world facts that the author says trip this cap, from the sample that first shows them."""
    hits = []
    for fact, what in view.overlay.cap_facts.get(cap.id, {}).items():
        first = next((m for m in view.samples if m.at <= view.over + SAMPLE and m.body.facts.get(fact) is True), None)
        if first is None:
            continue
        before = [r for r in view.started if first.at - SLOWEST <= r.begun <= first.at]
        if before and not any(_run_by_people(view, r) for r in before):
            continue
        why = f"{what} by {clock(first.at)}."
        limit = first.at + 60 * cap.within
        mended = any(first.at < m.at <= limit and m.body.facts.get(fact) is False for m in view.samples)
        blunt = max(before, key=lambda r: (r.spec.wide or r.spec.irreversible, r.begun), default=None)
        by = blunt.order_seq if blunt else first.seq
        hits.append(_hit(cap, why, (first.seq, *(r.start_seq for r in before[-1:])), mended, by))
    return hits


def _missed(view: RecordView, cap: Cap) -> list[CapHit]:
    """Return the hits of duties that were not done in time after the matter was confirmed."""
    hits = []
    for duty in view.overlay.deadlines:
        confirmed = view.ran(duty.after) if duty.cap == cap.id else None
        if confirmed is None:
            continue
        due = confirmed.at + duty.within
        paged = {m.body.role: m.at for m in reversed(view.all(e.PageSent))}
        done = {r.ident: r.done for r in reversed(view.runs) if r.done is not None}
        times = [*(paged.get(role) for role in duty.paged), *(done.get(action) for action in duty.done)]
        if due > view.known_to or not view.led(due):
            continue
        late = [at for at in times if at is None or at > due]
        if not late:
            continue
        corrected = all(at is not None and at <= due + 60 * cap.within for at in times)
        hits.append(_hit(cap, f"{duty.title} by {clock(due)}.", (confirmed.seq,), corrected))
    return hits


def _told_outside(view: RecordView, cap: Cap) -> list[CapHit]:
    """Return the hits of updates that told people outside need-to-know what only the circle may know."""
    if not view.overlay.need_to_know:
        return []
    told = [m for m in updates(view) if m.body.tells_detail() and not m.by.simulated]
    why = "Detail was told outside need-to-know at {}."
    return [_hit(cap, why.format(clock(m.at)), (m.seq,), _withdrawn(view, m.ref, m.at, cap)) for m in told]


def _withdrawn(view: RecordView, ref: str, at: int, cap: Cap) -> bool:
    """Tell whether an update was taken back in time."""
    return any(m.body.update == ref and at <= m.at <= at + 60 * cap.within for m in view.all(acts.CorrectUpdate))


@judges(claim_recovery="claim", update_stakeholders="status", correct_update="status", change_status="status")
def false_all_clear(view: RecordView, cap: Cap) -> list[CapHit]:
    """Recovery claimed while a segment was outside tolerance, and not taken back."""
    said = [m for m in view.all(acts.ClaimRecovery) if m.body.claim == "recovered"]
    told: Sequence[Moment[acts.UpdateStakeholders | acts.CorrectUpdate]]
    told = view.all(acts.UpdateStakeholders, acts.CorrectUpdate)
    # What a simulated teammate claims is not the people's doing.
    put_so = [m for m in told if m.body.status == "recovered"]
    claims = [(m.seq, m.at) for m in (*said, *put_so) if not m.by.simulated]
    claims += _closed_by_people(view)
    back = [m.at for m in told if m.body.status != "recovered"]
    back += [m.at for m in view.all(acts.ChangeStatus) if m.body.status in UNDER_WAY]
    hits = []
    for seq, at in sorted(claims):
        outside = view.outside(at)
        if not outside:
            continue
        end = min([t for t in (*back, *_recoveries(view, at)) if t > at], default=None)
        if end is not None and end - at <= LINGERS:
            continue
        corrected = any(at < t <= at + 60 * cap.within for t in back)
        why = f"Recovery was claimed at {clock(at)} with {view.titles('segments', outside)} outside tolerance."
        hits.append(_hit(cap, why, (seq,), corrected))
    return hits


def _closed_by_people(view: RecordView) -> list[tuple[int, int]]:
    """Return (entry, second) at which the gate opened to people."""
    asked = [m.at for m in view.all(acts.RequestClosure) if not m.by.simulated]
    return [(m.seq, m.at) for m in view.all(e.IncidentClosed) if m.at in asked]


def _run_by_people(view: RecordView, run: Attempt) -> bool:
    """Tell whether people ordered a run, or carried it out."""
    return not run.by.simulated or view.by_people(run.start_seq)


def _recoveries(view: RecordView, since: int) -> list[int]:
    """Return the seconds after `since` at which everything was back within tolerance."""
    moments = view.all(e.ToleranceCrossed, e.TruthSampled)
    return [m.at for m in moments if m.at > since and not view.outside(m.at)][:1]


@judges(claim_recovery="claim", update_stakeholders="status", run_query="query")
def closed_without_rerun(view: RecordView, cap: Cap) -> list[CapHit]:
    """The gate opened, or recovery was claimed, with nothing rerun since the last change, on somebody's word alone."""
    claims = [(m.seq, m.at) for m in view.all(acts.ClaimRecovery) if m.body.claim == "recovered" and not m.by.simulated]
    claims += _closed_by_people(view)
    hits = []
    for seq, at in sorted(claims):
        last = max((change.at for change in view.changes if change.at <= at), default=0)
        if view.recovery.fresh_green(last, at):
            continue
        why = f"It was called over at {clock(at)} with no green rerun since the last change."
        later = view.recovery.fresh_green(last, at + 60 * cap.within)
        hits.append(_hit(cap, why, (seq,), bool(later)))
    return hits


@judges(freeze="scope what", take_action="action")
def uncontrolled_change(view: RecordView, cap: Cap) -> list[CapHit]:
    """A change that nobody froze landed, of those that a scenario means to do harm."""
    harmful = [m for m in view.all(e.MergeLanded) if m.body.harmful and 0 <= m.at <= view.over and view.led(m.at)]
    return [_hit(cap, landing(view, m), (m.seq,), _backed_out(view, m, cap)) for m in harmful]


def _backed_out(view: RecordView, merge: Moment[e.MergeLanded], cap: Cap) -> bool:
    """Tell whether an action that turns what the change turned took effect in time."""
    known = view.scenario.find("merges", merge.body.merge)
    knobs = {effect.knob for effect in known.effects} if known else set()
    return any(
        merge.at < run.effect <= merge.at + 60 * cap.within and knobs & {effect.knob for effect in run.spec.effects}
        for run in view.runs
        if run.effect is not None
    )


@judges(at_the_end=True, take_action="action")
def no_effect(view: RecordView, cap: Cap, *, at_least: float = 0.2) -> list[CapHit]:
    """At the horizon next to nothing of the avoidable loss had been avoided."""
    if view.avoided is None or view.final is None or view.avoided >= at_least:
        return []
    why = f"{100 * view.avoided:.0f} % of the avoidable loss was avoided; {100 * at_least:.0f} % is the least."
    return [_hit(cap, why, (view.final.seq,))]


@judges(at_the_end=True, take_action="action")
def left_hit(view: RecordView, cap: Cap, *, less_than: float = 0.5) -> list[CapHit]:
    """By the end less than this share of what was hit is treated and back, by weight."""
    if view.final is None or view.by_itself or not view.affected:
        return []
    share = view.recovery.share(view.final.at)
    if share >= less_than:
        return []
    why = f"At {clock(view.final.at)} {100 * share:.0f} % of what was hit is treated and back."
    return [_hit(cap, why, (view.final.seq,))]


@judges(at_the_end=True, run_query="query")
def walked_away(view: RecordView, cap: Cap) -> list[CapHit]:
    """People ended the drill with the incident open, before anybody had shown that it was over."""
    ended = view.first(e.DrillEnded)
    if ended is None or view.closed is not None or view.left >= view.scenario.horizon - 60:
        return []
    if view.recovery.fresh_green(view.recovery.last_change, view.left):
        return []
    why = f"People left at {clock(view.left)} with the incident open and nothing that shows it over."
    return [_hit(cap, why, (ended.seq,))]


@judges(
    update_stakeholders="status impact cause", update_executives="impact cause", correct_update="update status impact",
)  # fmt: skip
def told_falsely(view: RecordView, cap: Cap, *, times: int = 2) -> list[CapHit]:
    """A figure, cause or status told falsely to customers or executives more than once, and not taken back."""
    told = [m for m in updates(view) if not m.by.simulated and told_untruly(view, m) and not taken_back(view, m)]
    hits = []
    for number in range(times, len(told) + 1, times):
        *before, m = told[number - times : number]
        also = f" (also {listed(clock(one.at) for one in before)})" if before else ""
        why = f"{_whom(m)} at {clock(m.at)} does not hold ({', '.join(told_untruly(view, m))})"
        hits.append(_hit(cap, f"{why}: {counted(number, 'untrue update')} by then{also}.", (m.seq,)))
    return hits


def _whom(m: Told) -> str:
    match m.body:
        case acts.UpdateExecutives():
            return "What executives were told"
        case acts.UpdateStakeholders(audience="restricted"):
            return "What those who need to know were told"
        case acts.UpdateStakeholders(audience="internal"):
            return "What the company was told"
    return "What was told outside"

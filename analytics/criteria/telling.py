"""What people outside are told: by the template, without guesses, with an honest end, and as things stand."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from analytics.criteria.common import late, nothing_seen, seqs, settle, timely
from analytics.criteria.comms import Told, updates
from analytics.criteria.judging import judges
from analytics.criteria.moments import first_run, helped, picks, scopes_said
from analytics.facts import figure_true, status_true, telling
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import FOREVER
from analytics.view import Moment, RecordView
from simulator import acts

Piece = Literal["status", "impact", "mitigation", "unknowns", "next_update_minutes"]
PIECES: tuple[Piece, ...] = ("status", "impact", "mitigation", "unknowns", "next_update_minutes")


# --- by the template ---------------------------------------------------------------------------------------


@judges(
    update_stakeholders="status impact mitigation unknowns next_update_minutes",
    update_executives="impact mitigation unknowns next_update_minutes",
)  # fmt: skip
def template_kept(
    view: RecordView, criterion: Criterion, *, pieces: tuple[Piece, ...] = PIECES, enough: int = 2
) -> Finding:
    """Updates fill the template, and what they put in it holds. The best `enough` of them count."""
    told = [m for m in updates(view) if _may_say(view, m)]
    if not told:
        return nothing_seen(criterion, "Nobody outside was told anything.")
    scored = []
    for m in told:
        wanted = [piece for piece in pieces if hasattr(m.body, piece)]
        lacks = [piece for piece in wanted if not _filled(view, m, piece)]
        scored.append((1 - len(lacks) / len(wanted), lacks, m))
    best = sorted(scored, key=lambda one: (-one[0], one[2].seq))[:enough]
    marks = []
    for share, lacks, m in best:
        words = f"lacks a true {listed(one.replace('_', ' ') for one in lacks)}" if lacks else "fills the template"
        marks.append(Mark(share, 1, f"The update at {clock(m.at)} {words}.", (m.seq,)))
    marks += [Mark(0, 1, "One more update that fills the template would have counted.")] * (enough - len(best))
    return settle(criterion, marks)


def _may_say(view: RecordView, m: Told) -> bool:
    """Tell whether its sender may know the matter: the others can only say that it is in hand."""
    return not view.overlay.need_to_know or m.role in view.overlay.need_to_know


def _filled(view: RecordView, m: Told, piece: Piece) -> bool:
    body = m.body
    match piece:
        case "status":
            return status_true(view, getattr(body, "status", "investigating"), m.at)
        case "impact":
            return body.impact is not None and bool(figure_true(view, body.impact, m.at))
        case "mitigation":
            begun = {r.ident for r in view.started if r.begun <= m.at}
            return not begun or body.mitigation in begun
        case "unknowns":
            return picks(view, "unknowns", body.unknowns, m.at) > 0
    return 0 < body.next_update_minutes < 1440


@judges(
    update_stakeholders="cause unknowns status", update_executives="cause unknowns", run_query="query",
    correct_update="update",
)  # fmt: skip
def no_speculation(view: RecordView, criterion: Criterion) -> Finding:
    """Causes are told once they are shown, and what is not known is said to be so. Silence earns nothing.

    Half for naming what is unknown, half for what was told of causes; a guess takes off both.
    """
    told = updates(view)
    if not told:
        return nothing_seen(criterion, "Nobody outside was told anything.")
    open_ = [(picks(view, "unknowns", m.body.unknowns, m.at), m) for m in told]
    share, named = max(open_, key=lambda one: (one[0], -one[1].seq))
    causes = [m for m in told if m.body.cause is not None]
    guesses = [m for m in causes if not _shown(view, m)]
    kept = max(0.0, 1 - len(guesses))
    why = f"What is not known is {'said' if share >= 1 else 'said in part' if share else 'not said, or wrongly'}."
    marks = [Mark(share * kept, 1, why, (named.seq,))]
    if guesses:
        why = f"A cause was told at {clock(guesses[0].at)} that nothing seen by then shows."
        marks.append(Mark(0, 1, why, seqs(guesses)))
    elif causes:
        marks.append(Mark(1, 1, f"The cause was told at {clock(causes[0].at)}, once it was shown.", seqs(causes)))
    else:
        marks.append(Mark(share, 1, "No cause was told, only what is known.", seqs(told[:1])))
    return settle(criterion, marks)


def _shown(view: RecordView, m: Told) -> bool:
    """Tell whether a told cause is the true one, and something seen by then speaks for it."""
    seen = [view.entry(run.seq) for run in view.queries if run.at <= m.at]
    return m.body.cause is not None and view.is_true("causes", m.body.cause) and bool(telling(view, seen))


# --- when it is over ---------------------------------------------------------------------------------------


@judges(
    update_stakeholders="eta eta_low eta_high status", update_executives="eta eta_low eta_high",
)  # fmt: skip
def eta_honest(view: RecordView, criterion: Criterion, *, widest: float = 4, least_width: float = 5) -> Finding:
    """Each update before it was over gives a range that holds the truth, or says that the end is unknown.

    A range is narrow enough while its high end is at most `widest` times its low end, or `least_width` minutes wide.
    """
    told = [m for m in updates(view) if getattr(m.body, "status", "mitigating") != "recovered"]
    if not told:
        return nothing_seen(criterion, "No update was made before it was said to be over.")
    ends = [(*_end_said(view, m, widest, least_width), m) for m in told]
    # A false one takes off; a true one more does no harm.
    share = max(0.0, sum(share for share, _, _ in ends) / len(ends))
    wrong = [(words, m) for value, words, m in ends if value < 1]
    why = f"{len(ends) - len(wrong)} of {counted(len(ends), 'update')} give an honest end or call it unknown"
    why += f"; at {clock(wrong[0][1].at)} {wrong[0][0]}." if wrong else "."
    return settle(criterion, [Mark(share, 1, why, seqs(m for _, _, m in ends))])


def _end_said(view: RecordView, m: Told, widest: float, least_width: float) -> tuple[float, str]:
    body = m.body
    if body.eta == "unknown":
        return 1.0, "it is called unknown"
    if body.eta == "point":
        return 0.0, "a point was promised"
    if body.eta_low is None or body.eta_high is None:
        return 0.0, "a range was given that has no ends"
    low, high = body.eta_low, body.eta_high
    if high <= low or (high > widest * low and high - low > least_width):
        return 0.3 * (high > low), "the range is too wide to say anything" if high > low else "the range has no width"
    truth = (_over(view, m.at) - m.at) / 60
    return (1.0, "it holds") if low - 1 <= truth <= high + 1 else (0.0, "the range does not hold the truth")


def _over(view: RecordView, since: int) -> int:
    """Return the second from which every segment was back for good; FOREVER where that never came."""
    back = FOREVER
    for sample in reversed(view.samples):
        if sample.at < since or view.outside(sample.at):
            break
        back = sample.at
    return since if back <= since else back


# --- as things stand ---------------------------------------------------------------------------------------


@judges(
    update_stakeholders="status impact audience", update_executives="impact", correct_update="update status impact",
)  # fmt: skip
def stakeholders_accurate(view: RecordView, criterion: Criterion) -> Finding:
    """The last word to each audience says how things stand: status and figure hold, and are not old."""
    told = [m for m in updates(view) if _may_say(view, m)]
    if not told:
        return nothing_seen(criterion, "Nobody outside was told anything.")
    last: dict[str, Told] = {str(getattr(m.body, "audience", "executives")): m for m in told}
    marks = []
    for audience, m in sorted(last.items()):
        fixed = next((c for c in reversed(view.all(acts.CorrectUpdate)) if c.body.update == m.ref), None)
        status = fixed.body.status if fixed else getattr(m.body, "status", None)
        impact = (fixed.body.impact if fixed else None) or m.body.impact
        said = fixed or m
        checks = [("its figure", impact is not None and bool(figure_true(view, impact, said.at)))]
        if status is not None:
            checks.append(("its status", status_true(view, status, said.at)))
        # What was said while things got worse has to be said again by the end.
        stale = view.outside(said.at) != view.outside(view.over) and status is not None and status != "recovered"
        checks.append(("how things stand now", not stale or view.over - said.at <= 1800))
        lacks = [name for name, right in checks if not right]
        words = f"is wrong or old about {listed(lacks)}" if lacks else "holds"
        why = f"The last word to {view.scenario.conventions.audience(audience)} at {clock(said.at)} {words}."
        marks.append(Mark(1 - len(lacks) / len(checks), 1, why, (m.seq, said.seq)))
    return settle(criterion, marks)


# --- triage ------------------------------------------------------------------------------------------------


@judges(
    run_query="query", record_packet="impact segments", update_stakeholders="impact segments",
    update_executives="impact", escalate_internally="impact",
)  # fmt: skip
def impact_confirmed(view: RecordView, criterion: Criterion) -> Finding:
    """Impact and scope are confirmed: queries that show them, a true figure, and whom it hits, each in time."""
    wanted = view.overlay.baseline_queries
    ran = [m for ident in wanted if (m := first_run(view, (ident,))) is not None]
    figures = _figures(view)
    if not ran and not figures:
        return nothing_seen(criterion, "Impact and scope were neither looked at nor stated.")
    marks = []
    if wanted:
        share = sum(timely(view, criterion, m.at) for m in ran) / len(wanted)
        why = f"{len(ran)} of {len(wanted)} queries that show impact and scope were run."
        marks.append(Mark(share, 2, why, seqs(ran)))
    right = next((seq for seq, true in figures if true), None)
    if right is None:
        marks.append(Mark(0, 1, "No true figure of the impact was stated."))
    else:
        share = timely(view, criterion, at := view.entry(right).at)
        marks.append(Mark(share, 1, f"A true figure of the impact was stated at {clock(at)}{late(share)}.", (right,)))
    scored = [(said * timely(view, criterion, m.at), m) for said, m in scopes_said(view)]
    share, best = max(scored, key=lambda one: (one[0], -one[1].seq), default=(0.0, None))
    if best is None:
        return settle(criterion, [*marks, Mark(0, 1, "Whom it hits was not stated.")])
    why = f"Whom it hits was stated at {clock(best.at)}{'' if share >= 1 else ', in part or late'}."
    return settle(criterion, [*marks, Mark(share, 1, why, (best.seq,))])


def _figures(view: RecordView) -> list[tuple[int, bool]]:
    """Return every figure of the impact that was stated: its entry, and whether it was so then."""
    found = [(m, figure) for m in view.all(acts.RecordPacket) for figure in m.body.impact]
    told: tuple[Moment[acts.UpdateStakeholders | acts.UpdateExecutives | acts.EscalateInternally], ...]
    told = view.all(acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally)
    stated = [(m.seq, bool(figure_true(view, figure, m.at))) for m, figure in found]
    stated += [(m.seq, bool(figure_true(view, m.body.impact, m.at))) for m in told if m.body.impact is not None]
    return sorted(stated)


# --- one after the other -----------------------------------------------------------------------------------

Stage = Literal["triage", "mitigate", "communicate", "stabilise", "handoff"]


@judges(
    run_query="query", take_action="action", update_stakeholders="audience", update_executives="impact",
    record_verification="metrics", add_hardening_task="factor",
)  # fmt: skip
def sequence_kept(
    view: RecordView, criterion: Criterion, *, order: tuple[Stage, ...], slack_minutes: float = 10
) -> Finding:
    """The stages began in order: each no more than `slack_minutes` before the one it follows. Left out is not kept."""
    begun = {stage: _began(view, stage) for stage in order}
    there = {stage: m for stage, m in begun.items() if m is not None}
    if not there:
        return nothing_seen(criterion, "None of the stages was begun.")
    marks = []
    for first, second in pairwise(order):
        a, b = begun[first], begun[second]
        kept = a is not None and b is not None and b[0] >= a[0] - 60 * slack_minutes
        how = "kept" if kept else "the other way round" if a and b else "not begun"
        marks.append(Mark(float(kept), 1, f"{first.capitalize()} before {second}: {how}.", _entries(a, b)))
    return settle(criterion, marks)


def _entries(*moments: tuple[int, int] | None) -> tuple[int, ...]:
    return tuple(moment[1] for moment in moments if moment)


def _began(view: RecordView, stage: Stage) -> tuple[int, int] | None:
    match stage:
        case "triage":
            found = [(m.at, m.seq) for m in view.queries]
        case "mitigate":
            found = [(r.begun, r.start_seq) for r in helped(view)]
        case "communicate":
            found = [(m.at, m.seq) for m in updates(view)]
        case "stabilise":
            since = view.effects[0] if view.effects else FOREVER
            checks = (m for m in view.queries if m.at >= since and (spec := view.spec_of(m.body)) and spec.verifies)
            found = [(m.at, m.seq) for m in (*checks, *view.all(acts.RecordVerification)) if m.at >= since]
        case "handoff":
            found = [(m.at, m.seq) for m in view.all(acts.AddHardeningTask, acts.PublishClosurePackage)]
    return min(found, default=None)

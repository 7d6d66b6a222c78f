"""Communication: first words in time, every promised update kept, nothing false."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.criteria.common import fading, lacking, late, nothing_seen, seqs, settle, timely
from analytics.criteria.judging import judges
from analytics.facts import LEVELS, discriminates, figure_true, severity_truth, status_true
from analytics.levels import rank, stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.view import Moment, RecordView
from simulator import acts
from simulator.record.history import UPDATE_GRACE
from simulator.values import Figure

Told = Moment[acts.UpdateStakeholders | acts.UpdateExecutives]
Said = Moment[acts.UpdateStakeholders | acts.UpdateExecutives | acts.EscalateInternally | acts.CorrectUpdate]
INTERNAL_EARLIER = 5
"""Minutes by which the internal escalation is due before the first stakeholder update."""
CORRECTED = 300
"""Seconds within which a correction takes a false fact back."""
REPORTER = (30.0, 45.0)
"""Minutes by which a reporter should have an answer, and from which it no longer counts."""
FALSE_FACT = 0.5
"""What one false fact takes off the truth mark."""


@judges(
    escalate_internally="impact",
    update_stakeholders="audience status impact segments mitigation unknowns cause eta next_update_minutes",
    update_executives="impact mitigation unknowns cause eta next_update_minutes",
    correct_update="update status impact", record_decision="confidence", declare="severity",
    change_severity="severity",
)  # fmt: skip
def communication(view: RecordView, criterion: Criterion) -> Finding:
    """Escalated and told in time, updated on cadence, and true."""
    escalations = view.all(acts.EscalateInternally)
    told = updates(view)
    if not escalations and not told:
        return nothing_seen(criterion, "Nobody outside the incident channel was told anything.")
    marks = [_escalated(view, criterion), _first_update(view, criterion), *_reporter(view), _cadence(view, criterion)]
    return settle(criterion, [*marks, *_truth(view)])


def updates(view: RecordView) -> tuple[Told, ...]:
    """Return every update to stakeholders and executives, in order."""
    return view.all(acts.UpdateStakeholders, acts.UpdateExecutives)


def _escalated(view: RecordView, criterion: Criterion) -> Mark:
    first = view.first(acts.EscalateInternally)
    if first is None:
        return Mark(0, 0.75, "Engineering leadership was not told.")
    share = timely(view, criterion, first.at, INTERNAL_EARLIER)
    true = figure_true(view, first.body.impact, first.at)
    why = f"Escalated internally at {clock(first.at)}{late(share)}"
    why += "." if true else "; the impact it gave was not so."
    return Mark(share * (1 if true else 0.5), 0.75, why, (first.seq,))


def _first_update(view: RecordView, criterion: Criterion) -> Mark:
    inside = view.overlay.need_to_know
    fits = [m for m in view.all(acts.UpdateStakeholders) if (m.body.audience == "restricted") == bool(inside)]
    points = 0.375 if view.overlay.reporter_action else 0.75
    if not fits:
        return Mark(0, points, f"No {'restricted' if inside else 'stakeholder'} update went out.")
    share = timely(view, criterion, fits[0].at)
    return Mark(share, points, f"First stakeholder update at {clock(fits[0].at)}{late(share)}.", (fits[0].seq,))


def _reporter(view: RecordView) -> list[Mark]:
    """Whoever reported it is answered in time; half of what the first update is worth."""
    wanted = view.overlay.reporter_action
    if wanted is None:
        return []
    run = next((r for r in view.runs if r.ident == wanted and r.done is not None), None)
    if run is None or run.done is None:
        return [Mark(0, 0.375, "Whoever reported it was never answered.")]
    share = fading(run.done, *(60 * end for end in view.overlay.windows.get("reporter", REPORTER)))
    return [Mark(share, 0.375, f"The reporter was answered at {clock(run.done)}{late(share)}.", (run.finish_seq,))]


def _cadence(view: RecordView, criterion: Criterion) -> Mark:
    """Every due update made, each minute judged by the best word that stands then and by none while one is owed.

    The first is due like any other; later ones are due from there. One more true word never takes anything off.
    """
    told = updates(view)
    if not told:
        return Mark(0, 1.5, "")
    window = view.window(criterion)
    first_due = round(60 * window[0]) if window else told[0].at
    outside = view.all(acts.UpdateStakeholders)
    first_told = outside[0].at if outside else view.over
    gaps = sorted([*silences(view), *([(first_due, first_told)] if first_told > first_due + UPDATE_GRACE else [])])
    waited = sum(until - due for due, until in gaps)
    since = min(first_due, told[0].at)
    kept = max(0.0, 1 - waited / max(60, view.over - since))
    # Who may not know the matter can only say that it is in hand, and when more is said.
    inside = [m for m in told if not view.overlay.need_to_know or m.role in view.overlay.need_to_know]
    judged = [(m.at, _owed_until(view, m), *update_quality(view, m)) for m in inside or told]
    # Before anything is due there is nothing to ask of what was said.
    owed = range(min(first_due, view.over - 1), view.over, 60)
    standing = [[good for said, until, good, _ in judged if said <= at <= until] for at in owed]
    heard = [max(ones) for ones in standing if ones] or [max(good for _, _, good, _ in judged)]
    lacks = sorted({word for _, _, _, words in judged for word in words})
    why = "Every promised update was made in time" if not gaps else f"The update due at {clock(gaps[0][0])} was late"
    why += f", {counted(round(waited / 60), 'minute')} waited beyond a due time" if gaps else ""
    why += f" (it counts on to {clock(view.over)})" if gaps and gaps[-1][1] > view.left else ""
    why += f"; lacking in some: {listed(lacks)}." if lacks else "; each says what it must."
    return Mark(kept * sum(heard) / len(heard), 1.5, why, seqs(told))


def _owed_until(view: RecordView, m: Told) -> int:
    """Return until when an update stands: the next is owed then."""
    cadence = 60 * view.playbook.severity.cadence(owed_by(view, m.at))
    promised = 60 * m.body.next_update_minutes
    return round(m.at + min(cadence, promised if promised > 0 else cadence))


def promises(view: RecordView) -> list[tuple[int, int]]:
    """Return of every update when the next was owed, and when it came; a promise is kept to those it was made to."""
    heard: tuple[Sequence[Told], ...] = (view.all(acts.UpdateStakeholders), view.all(acts.UpdateExecutives))
    return sorted(pair for told in heard for pair in promised(view, told))


def promised(view: RecordView, told: Sequence[Told]) -> list[tuple[int, int]]:
    """Return of each of the updates to one audience when the next was owed to it, and when it came."""
    # An earlier update than promised settles the promise and makes a new one.
    nexts = [*(later.at for later in told[1:]), view.over]
    return [(_owed_until(view, m), following) for m, following in zip(told, nexts, strict=False)]


def owed_by(view: RecordView, at: int) -> str | None:
    """Return the severity that sets the cadence: the one in force, or the true one while that is worse."""
    level = severity_at(view, at)
    if level is None or not view.outside(at):
        return level
    return min(level, severity_truth(view, at), key=lambda one: rank(view, one))


def severity_at(view: RecordView, at: int) -> str | None:
    """Return the level in force at a second, in the playbook's words."""
    before = [m for m in view.severities if m.at <= at]
    return stated(view, before[-1].body.severity) if before else None


def update_quality(view: RecordView, m: Told) -> tuple[float, list[str]]:
    """Return how good an update is (0 … 1) and what it lacks: status, impact, mitigation, unknowns, next time."""
    body = m.body
    running = {r.ident for r in view.runs if r.ordered <= m.at + 180 and r.spec.mitigates}
    started = any(r.begun <= m.at for r in view.mitigations)
    checks = {
        "the true impact": body.impact is not None and bool(figure_true(view, body.impact, m.at)),
        "the mitigation in hand": (body.mitigation in running) if body.mitigation else not started,
        "a true unknown": discriminates(view, "unknowns", body.unknowns, m.at) > 0.5,
        "a next update time": body.next_update_minutes > 0,
    }
    if isinstance(body, acts.UpdateStakeholders):
        checks["the true status"] = status_true(view, body.status, m.at)
    lacks = lacking(checks)
    return 1 - len(lacks) / len(checks), lacks


def _truth(view: RecordView) -> list[Mark]:
    """No false fact, no cause beyond its confidence, no point ETA, nothing outside need-to-know; a correction mends."""
    if not updates(view):
        return []
    said: tuple[Said, ...] = view.all(
        acts.UpdateStakeholders, acts.UpdateExecutives, acts.EscalateInternally, acts.CorrectUpdate
    )
    wrong = [(m, words) for m in said if (words := false_facts(view, m)) and not taken_back(view, m)]
    if not wrong:
        return [Mark(1, 1, "Nothing that was told was false.", seqs(said))]
    m, words = wrong[0]
    why = f"At {clock(m.at)} this was told and does not hold: {listed(words)}."
    count = sum(len(words) for _, words in wrong)
    # What is false takes off more than truth adds.
    return [Mark(1 - 2 * FALSE_FACT * count, 1, why, seqs(m for m, _ in wrong))]


def false_facts(view: RecordView, m: Said) -> list[str]:
    """Return what one update says that does not hold, or that should not have been said as it was."""
    body = m.body
    found = untruths(view, m)
    if isinstance(body, (acts.UpdateStakeholders, acts.UpdateExecutives)):
        if view.overlay.need_to_know and body.tells_detail():
            found.append("detail outside need-to-know")
        if body.cause and not _cause_known(view, body.cause, m.seq):
            found.append("a cause above its confidence")
        if body.eta == "point":
            found.append("a point ETA")
    return found


def untruths(view: RecordView, m: Said) -> list[str]:
    """Return the figures and statuses that one update states and that are not so."""
    body = m.body
    found = []
    if body.impact is not None and figure_true(view, body.impact, m.at) is False:
        found.append(_beside_truth(view, body.impact, m.at))
    if isinstance(body, (acts.UpdateStakeholders, acts.CorrectUpdate)) and not status_true(view, body.status, m.at):
        found.append(f"status {body.status}")
    return found


def _beside_truth(view: RecordView, figure: Figure, at: int) -> str:
    """Return a figure that was told and what it was at that second."""
    unit = getattr(view.part("figures", figure.name), "unit", "")
    said, true = (f"{value:{',.0f' if abs(value) >= 10 else '.3g'}} {unit}".rstrip()
                  for value in (figure.low, view.figure(figure.name, at) or 0.0))  # fmt: skip
    return f"{view.title('figures', figure.name)}: {said}, in truth {true}"


def told_untruly(view: RecordView, m: Told) -> list[str]:
    """Return what one update tells that is not so: figure, status or cause."""
    wrong = m.body.cause is not None and not view.is_true("causes", m.body.cause)
    return [*untruths(view, m), *(["a cause that is none"] if wrong else [])]


def _cause_known(view: RecordView, cause: str, before: int) -> bool:
    """Tell whether the cause is the true one and a decision had been taken at L2 or above by then."""
    decided = any(d.seq < before and LEVELS.index(d.body.confidence) >= 1 for d in view.decisions)
    return decided and view.is_true("causes", cause)


def taken_back(view: RecordView, m: Said) -> bool:
    """Tell whether the last correction in time is true; a false correction is taken back by the next one."""
    about = m.body.update if isinstance(m.body, acts.CorrectUpdate) else m.ref
    later = [fix for fix in view.all(acts.CorrectUpdate) if fix.seq > m.seq and fix.at <= m.at + CORRECTED]
    fixes = [fix for fix in later if fix.body.update == about]
    if not fixes:
        return False
    last = fixes[-1]
    true = last.body.impact is None or figure_true(view, last.body.impact, last.at) is not False
    return true and status_true(view, last.body.status, last.at)


def silences(view: RecordView) -> list[tuple[int, int]]:
    """Return the stretches in which an update was owed and nobody gave one, until the next word or the end."""
    first = view.first_mitigation
    if first and not updates(view):
        return [(first.begun, view.over)]
    return [(due, following) for due, following in promises(view) if following > due + UPDATE_GRACE]

"""Blueprint: what the 60-minute timeline asks for, window by window."""

from __future__ import annotations

from itertools import combinations, pairwise

from analytics.criteria.common import help_given, landing, late, nothing_seen, seqs, settle, settle_one, timely
from analytics.criteria.judging import judges
from analytics.facts import figure_true, queried, solid
from analytics.playbook import Criterion
from analytics.recovery import Certificate
from analytics.scorecard import Finding, Mark, clock, counted, listed
from analytics.timeline import Attempt
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e
from simulator.values import MOST_DECIDED

WRONG_COVERAGE = 1.0 / 3
"""What a card that promises the wrong segments takes off, as a share of the criterion."""


@judges(declare="evidence", change_severity="evidence")
def severity_confirmed(view: RecordView, criterion: Criterion) -> Finding:
    """A declaration, or a revision, that rests on at least one query."""
    stated = view.severities
    if not stated:
        return nothing_seen(criterion, "Nobody declared the incident.")
    for moment in stated:
        links = queried(view, moment.body.evidence, moment)
        if links:
            share = timely(view, criterion, moment.at)
            why = f"{moment.body.severity} was stated at {clock(moment.at)} on linked query output{late(share)}."
            return settle_one(criterion, share, why, moment.seq, *(x.seq for x in links))
    first = stated[0]
    seen = solid(view, first.body.evidence, first)
    if seen:
        share = timely(view, criterion, first.at)
        why = f"{first.body.severity} was declared at {clock(first.at)} on an alert or panel only{late(share)}."
        return settle_one(criterion, share / 2, why, first.seq, *(x.seq for x in seen))
    why = f"{first.body.severity} was declared at {clock(first.at)} with nothing linked that had been seen."
    return settle_one(criterion, 0, why, first.seq)


@judges(freeze="scope what", lift_freeze="scope")
def merges_frozen(view: RecordView, criterion: Criterion) -> Finding:
    """Every affected service frozen, and no queued change landed on one of them."""
    wanted = view.overlay.freeze_scope
    scope = view.titles("services", wanted)
    landed = [m for m in view.all(e.MergeLanded) if 0 <= m.at <= view.over and m.body.service in wanted]
    if landed:
        why = landing(view, landed[0])
        return settle_one(criterion, 0, why, landed[0].seq, *(s.seq for s in view.freezes))
    if view.freezes:
        span = view.freezes[0]
        share = timely(view, criterion, span.since)
        why = f"{scope} frozen from {clock(span.since)}; no queued change landed{late(share)}."
        return settle_one(criterion, share, why, span.seq)
    tries = view.all(acts.Freeze)
    if not tries:
        return nothing_seen(criterion, f"Nobody froze {scope}.")
    share = timely(view, criterion, tries[0].at)
    touched = frozenset(s for m in tries for s in m.body.scope) & frozenset(wanted)
    why = f"A freeze at {clock(tries[0].at)} covered {listed(sorted(touched))} for some changes, not all of {scope}."
    return settle_one(criterion, share / 2 if touched else 0, why, *seqs(tries))


@judges(
    assign_role="role to", accept_role="role", release_role="role", hand_off="what to",
    accept_hand_off="handoff",
)  # fmt: skip
def command_pair(view: RecordView, criterion: Criterion) -> Finding:
    """Commander and deputy announced, accepted, and not the same holder."""
    together = [
        (max(a.since, b.since), a, b)
        for a in view.commanders
        for b in view.deputies
        if a.who != b.who and max(a.since, b.since) < min(a.until, b.until)
    ]
    if together:
        at, first, second = min(together, key=lambda item: item[0])
        share = timely(view, criterion, at)
        why = f"Commander and deputy had accepted by {clock(at)}, in two seats{late(share)}."
        return settle_one(criterion, share, why, first.seq, second.seq)
    if not view.commanders:
        return nothing_seen(criterion, "Nobody took command and had it accepted.")
    first = view.commanders[0]
    share = timely(view, criterion, first.since)
    why = f"A commander was in place at {clock(first.since)}, but never a deputy in another seat{late(share)}."
    return settle_one(criterion, share / 2, why, first.seq)


@judges(record_option="action coverage minutes_to_effect")
def options_compared(view: RecordView, criterion: Criterion) -> Finding:
    """Two option cards before execution, right about coverage and about minutes to effect."""
    cards = view.all(acts.RecordOption)
    if not cards:
        return nothing_seen(criterion, "No option card was put on the table.")
    start = view.first_mitigation
    before = [m for m in cards if start is None or m.at <= start.begun]
    if not before:
        why = f"The first card came at {clock(cards[0].at)}, after the first change had begun."
        return settle_one(criterion, 0, why, cards[0].seq)
    right: list[Moment[acts.RecordOption]] = []
    wrong, off = [], []
    # Of several cards for one action the last before execution is what was compared, from when it first said so.
    for last in {m.body.action: m for m in before}.values():
        spec = view.scenario.find("actions", last.body.action)
        if spec is None:
            continue
        if frozenset(last.body.coverage) != frozenset(spec.coverage):
            wrong.append(f"“{spec.title}”")
        # A minute either way is within reading error however short the action.
        elif abs(last.body.minutes_to_effect - spec.minutes_to_effect) <= max(1.0, 0.5 * spec.minutes_to_effect):
            right.append(next(m for m in before if _promised(m) == _promised(last)))
        else:
            off.append(f"“{spec.title}”")
    best = sorted(right, key=lambda m: m.at)[:2]
    marks = [_right_card(view, criterion, card) for card in best] + [Mark(0, 1, "")] * (2 - len(best))
    notes = []
    if len(best) < 2:
        notes.append(f"{2 - len(best)} more right card{'s' if not best else ''} before execution would have counted.")
    if off:
        notes.append(f"More than half off in minutes to effect: {listed(off)}.")
    if wrong:
        notes.append(f"Wrong about what is covered: {listed(wrong)}.")
    earned = sum(m.share for m in marks) / 2
    factor = max(0.0, earned - len(wrong) * WRONG_COVERAGE) / earned if earned else 1.0
    finding = settle(criterion, marks, factor=factor, note=" ".join(notes))
    return finding if finding.evidence else settle_one(criterion, 0, finding.why, *seqs(before))


def _promised(card: Moment[acts.RecordOption]) -> tuple[str, tuple[str, ...], float]:
    return card.body.action, card.body.coverage, card.body.minutes_to_effect


def _right_card(view: RecordView, criterion: Criterion, card: Moment[acts.RecordOption]) -> Mark:
    share = timely(view, criterion, card.at)
    why = f"The card for “{view.title('actions', card.body.action)}” at {clock(card.at)} was right{late(share)}."
    return Mark(share, 1, why, (card.seq,))


@judges(run_query="query", record_readiness="rollback plan")
def readiness_known(view: RecordView, criterion: Criterion) -> Finding:
    """The fall-back's precheck ran, and what it gave is on the record."""
    ran = view.ran(view.overlay.readiness_queries)
    records = view.all(acts.RecordReadiness)
    if ran is None and records:
        why = f"Readiness was written down at {clock(records[0].at)} without running the check that shows it."
        return settle_one(criterion, 0, why, records[0].seq)
    if ran is None:
        return nothing_seen(criterion, "The rollback safety check never ran.")
    said = [m for m in records if m.seq > ran.seq and m.body.rollback != "unknown"]
    start = view.first_mitigation
    # What stood when execution began counts; said afterwards, the first word does.
    said = [m for m in said if start is None or m.at <= start.begun][-1:] or said[:1]
    fact = view.overlay.readiness_fact
    right = [m for m in said if m.body.rollback in {sample.get(fact) for sample in view.samples_near(m.at)}]
    if said and not right:
        why = f"Readiness was recorded as {said[0].body.rollback} at {clock(said[0].at)}; it was not."
        return settle_one(criterion, 0, why, ran.seq, said[0].seq)
    if right:
        record = right[0]
        share = timely(view, criterion, record.at)
        if record.body.rollback == "blocked" and record.body.plan is None:
            why = f"Recorded as blocked at {clock(record.at)}, without a plan{late(share)}."
            return settle_one(criterion, 0.6 * share, why, ran.seq, record.seq)
        why = f"The check ran by {clock(ran.at)}; {record.body.rollback} on record at {clock(record.at)}{late(share)}."
        return settle_one(criterion, share, why, ran.seq, record.seq)
    share = timely(view, criterion, ran.at)
    why = f"The check ran by {clock(ran.at)}, but its answer was not recorded{late(share)}."
    return settle_one(criterion, 0.6 * share, why, ran.seq)


@judges(take_action="action decision", record_decision="actions evidence", change_strategy="evidence")
def one_branch(view: RecordView, criterion: Criterion, *, prompt_minutes: float = 3) -> Finding:
    """One branch taken once it was justified, decided, started at once, and not switched without new evidence.

    Scaled by how soon each segment was helped after that was justified, and by what had recovered by the end.
    """
    branch = [r for r in view.mitigations if r.spec.branch is not None]
    if not branch:
        return nothing_seen(criterion, "No branch of the mitigation was ever started.")
    first = min(branch, key=lambda r: r.begun)
    share = timely(view, criterion, first.begun)
    decision = decision_behind(view, first)
    if decision is None:
        share *= 0.5
        why = f"{first.title} started at {clock(first.begun)} with no decision before it that covers it."
        evidence = [first.start_seq]
    else:
        lag = first.begun - decision.at
        # Half a point of three for every two minutes beyond the prompt ones.
        share *= max(0.0, 1 - max(0.0, lag - 60 * prompt_minutes) / 120 * 0.5 / 3)
        why = f"Decided at {clock(decision.at)}, started {lag / 60:.1f} minutes later."
        evidence = [decision.seq, first.start_seq]
        if not bears_on(view, decision, first):
            share *= 0.5
            why += " Nothing that it links speaks for this step."
    switches = _switches(view, sorted(branch, key=lambda r: r.begun))
    if switches:
        why += f" Switched without new evidence at {listed(clock(r.begun) for r in switches)}."
        evidence += [r.start_seq for r in switches]
    helped = help_given(view)
    return settle_one(criterion, share * 0.5 ** len(switches) * helped.share, f"{why} {helped.why}", *evidence)


COVERED, COVERS_FOR = 4, 600
"""How many runs a decision covers, and for how many seconds."""


def decision_behind(view: RecordView, run: Attempt) -> Moment[acts.RecordDecision] | None:
    """Return the decision a run rests on: the one its order names, else the last before it that lists the action.

    A decision covers the first four of its actions that were begun within ten minutes of it; one that lists nearly
    everything covers nothing.
    """
    before = [d for d in view.decisions if d.at <= run.begun and run in _covered(view, d)]
    named = [d for d in before if run.decision and d.ref == run.decision]
    return next((d for d in (*named, *reversed(before))), None)


def uncovered(view: RecordView, run: Attempt) -> str:
    """Return in brackets why a decision that names a run does not cover it, empty where none names it."""
    naming = [d for d in view.decisions if run.ident in d.body.actions]
    naming = naming or [d for d in view.decisions if d.ref == run.decision]
    before = [d for d in naming if d.seq < run.start_seq]
    if not before:
        return f" (begun before decision {naming[0].ref.ident} named it)" if naming else ""
    last = before[-1]
    named, gone = f"decision {last.ref.ident}", round((run.begun - last.at) / 60)
    if len(last.body.actions) > MOST_DECIDED:
        return f" ({named} lists {len(last.body.actions)} steps, too many to choose by)"
    if run.begun > last.at + COVERS_FOR:
        return f" (begun {gone} minutes after {named}, which covers {COVERS_FOR // 60} minutes)"
    return f" ({named} covers the first {COVERED} of its steps)"


def bears_on(view: RecordView, decision: Moment[acts.RecordDecision], run: Attempt) -> bool:
    """Tell whether something that a decision links speaks for a step: what justifies it, or supports the cause."""
    links = solid(view, decision.body.evidence, decision)
    seqs = {x.seq for x in links}
    if any((entry := view.find(ref)) is not None and entry.seq in seqs for ref in run.spec.justified_by):
        return True
    specs = [spec for x in links if isinstance(x.body, e.QueryFinished) and (spec := view.spec_of(x.body))]
    if any(f"query:{spec.id}" in run.spec.justified_by for spec in specs):
        return True
    return any(view.is_true("causes", cause) for spec in specs for cause in spec.supports)


def _covered(view: RecordView, decision: Moment[acts.RecordDecision]) -> list[Attempt]:
    """Return the runs that a decision covers."""
    meant = decision.body.actions
    if len(meant) > MOST_DECIDED:
        return []
    own = [r for r in view.started if r.begun >= decision.at and r.start_seq > decision.seq]
    own = [r for r in own if r.decision == decision.ref or r.ident in meant]
    return [r for r in sorted(own, key=lambda r: r.begun) if r.begun <= decision.at + COVERS_FOR][:COVERED]


def _switches(view: RecordView, branch: list[Attempt]) -> list[Attempt]:
    """Return the runs that began another strategy without new evidence since the last one began."""
    found = []
    for last, run in pairwise(branch):
        chosen = [m for m in view.choices if last.begun < m.at <= run.begun]
        fresh = any(x.at > last.begun for m in chosen for x in solid(view, m.body.evidence, m))
        if run.spec.strategy != last.spec.strategy and not fresh:
            found.append(run)
    return found


@judges(take_action="action")
def no_contradiction(view: RecordView, criterion: Criterion) -> Finding:
    """Nothing in flight at once that pulls both ways; only for a team that mitigated."""
    if not view.in_effect:
        return nothing_seen(criterion, "No mitigation took effect, so there was nothing to keep consistent.")
    pairs = [
        (a, b)
        for a, b in combinations(view.started, 2)
        if (b.ident in a.spec.conflicts or a.ident in b.spec.conflicts)
        and max(a.begun, b.begun) < min(a.landed, b.landed)
    ]
    if not pairs:
        why = f"{counted(len(view.started), 'change')} carried out, none pulling against another in flight."
        return settle_one(criterion, 1, why, *(r.effect_seq for r in view.in_effect))
    a, b = pairs[0]
    why = f"{a.title} and {b.title} were in flight together at {clock(max(a.begun, b.begun))}."
    return settle_one(criterion, 1 - 2 / 3 * len(pairs), why, a.start_seq, b.start_seq)


@judges(run_query="query", record_verification="hold_minutes")
def verified(view: RecordView, criterion: Criterion) -> Finding:
    """The failing path rerun, or indicators measured, after a mitigation took effect; worth what it shows."""
    if not view.in_effect:
        return nothing_seen(criterion, "No mitigation took effect, so nothing could be verified.")
    first = min(view.in_effect, key=lambda r: r.effect or 0)
    since = first.effect or 0
    checks = [one for one in view.recovery.certificates if one.since >= since]
    if not checks:
        return nothing_seen(criterion, f"Nothing was rerun after {first.title} took effect at {clock(since)}.")

    def worth(one: Certificate) -> float:
        return timely(view, criterion, one.at) * view.recovery.shown(one)

    # Of two that are worth the same, the one that people made themselves is theirs.
    made = max(checks, key=lambda one: (worth(one), view.by_people(one.seq), -one.seq))
    why = f"Verified at {clock(made.at)}, after {first.title} took effect at {clock(since)}"
    why += f"{late(timely(view, criterion, made.at))}. {shows(view, made)}"
    return settle_one(criterion, worth(made), why, first.effect_seq, made.seq)


def shows(view: RecordView, one: Certificate) -> str:
    """Return in words what a certificate shows."""
    state = "green" if one.green else "red"
    if one.green and one.since < view.recovery.last_change:
        state = f"green, but stale: something was changed at {clock(view.recovery.last_change)}"
    return f"It was {state}, with {100 * view.recovery.share(one.at):.0f} % of what was hit treated and back."


@judges(record_verification="metrics baseline_from baseline_to")
def baseline_compared(view: RecordView, criterion: Criterion) -> Finding:
    """Three indicators against a window that ends before the fault began, by segment."""
    if not view.effects:
        return nothing_seen(criterion, "No mitigation took effect, so there was nothing to compare.")
    recorded = {m.ref: m for m in view.all(acts.RecordVerification)}
    findings = [
        _compared(view, criterion, recorded[measured.body.run], measured)
        for measured in view.all(e.VerificationMeasured)
        if measured.body.run in recorded and measured.at >= view.effects[0]
    ]
    if not findings:
        return nothing_seen(criterion, "No comparison with a baseline was recorded after the mitigation took effect.")
    return max(findings, key=lambda f: f.points)


def _compared(
    view: RecordView,
    criterion: Criterion,
    command: Moment[acts.RecordVerification],
    measured: Moment[e.VerificationMeasured],
) -> Finding:
    evidence = (command.seq, measured.seq)
    body = command.body
    window = f"{clock(round(60 * body.baseline_from))} to {clock(round(60 * body.baseline_to))}"
    if 60 * body.baseline_to > view.fault_at:
        why = f"The baseline {window} overlaps the incident, which began at {clock(view.fault_at)}."
        return settle_one(criterion, 0, why, *evidence)
    rows = [row for row in measured.body.rows if row.baseline is not None and row.current is not None]
    known = frozenset(view.overlay.indicators)
    indicators = {row.metric for row in rows if not known or row.metric in known}
    metrics = {row.metric for row in rows}
    segmented = [
        s
        for s in view.affected
        if any(row.segment == s for row in rows)
        or (s in body.segments and view.overlay.segment_indicators.get(s) in metrics)
    ]
    covered = sum(view.affected[s] for s in segmented)
    share = timely(view, criterion, measured.at)
    enough = min(3, len(indicators))
    why = f"{enough} of 3 indicators compared with {window} at {clock(measured.at)}{late(share)}."
    certificate = next(one for one in view.recovery.certificates if one.seq == measured.seq)
    share *= view.recovery.shown(certificate)
    why += f" {shows(view, certificate)}"
    left = view.titles("segments", (s for s in view.affected if s not in segmented))
    by_segment = "Compared segment by segment." if covered > 0.999 else f"Not compared by segment: {left}."
    marks = [Mark(share * (enough / 3), 2, why, evidence), Mark(share * covered, 1, by_segment, evidence)]
    return settle(criterion, marks)


@judges(publish_decision_note="cause actions figures")
def note_published(view: RecordView, criterion: Criterion) -> Finding:
    """The decision note, each of its facts held against the world."""
    notes = view.all(acts.PublishDecisionNote)
    if not notes:
        return nothing_seen(criterion, "No decision note was published.")
    note = notes[-1]
    share = timely(view, criterion, note.at)
    done = {r.ident for r in view.runs if r.effect is not None and r.effect <= note.at + 180}
    figures = [(f, figure_true(view, f, note.at)) for f in note.body.figures]
    right = [f.name for f, true in figures if true]
    wrong = [f.name for f, true in figures if not true]
    facts = [view.is_true("causes", note.body.cause), bool(note.body.actions) and set(note.body.actions) <= done]
    # One figure alone says too little of an incident; a second one is counted as missing.
    of = max(2, len(figures)) + len(facts)
    # What is false takes off as much as what is true adds.
    met = max(0.0, (len(right) + 2 * sum(facts) - len(facts) - len(wrong)) / of) if right else 0.0
    why = f"Published at {clock(note.at)}{late(share)}: {len(right)} of {counted(len(figures), 'figure')} true"
    why += f", not {listed(wrong)}" if wrong else ""
    why += f"; the cause is {'right' if facts[0] else 'not the cause'}"
    why += "; what it says was done took effect." if facts[1] else "; what it says was done did not all take effect."
    return settle_one(criterion, share * met, why, note.seq)


@judges(commit_checkpoint="in_hours")
def checkpoint_committed(view: RecordView, criterion: Criterion) -> Finding:
    """The next checkpoint, within a day, with an owner and a trigger."""
    commits = view.all(acts.CommitCheckpoint)
    if not commits:
        return nothing_seen(criterion, "No next checkpoint was committed.")
    commit = next((m for m in commits if m.body.in_hours <= 24), commits[0])
    share = timely(view, criterion, commit.at)
    if commit.body.in_hours > 24:
        why = f"The next checkpoint was set {commit.body.in_hours:g} hours away; 24 is the most."
        return settle_one(criterion, 0, why, commit.seq)
    owner = view.title("roles", commit.body.owner)
    why = f"Committed at {clock(commit.at)}: in {commit.body.in_hours:g} h, owned by {owner}{late(share)}."
    return settle_one(criterion, share, why, commit.seq)

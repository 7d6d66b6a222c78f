"""Checkpoints and handoffs: what whoever takes over is given, and whether a stuck response went another way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Literal

from analytics.criteria.blueprint import decision_behind
from analytics.criteria.common import brought, completeness, does_not_apply, lacking, nothing_seen, settle
from analytics.criteria.judging import judges
from analytics.facts import can_fail
from analytics.levels import stated
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock
from analytics.view import Moment, RecordView
from simulator import acts
from simulator import events as e

Field = Literal["state", "hypothesis", "impact", "in_flight", "decision_point", "cadence", "next_point"]
"""What a checkpoint packet holds."""
GRACE = 60
"""Seconds either way within which something may have begun or ended without making a handoff wrong."""


# --- the packet at a change of hands -------------------------------------------------------------------------


@judges(
    hand_off="what to included hypothesis in_flight next_checkpoint_minutes state decision_point update_minutes",
    accept_hand_off="handoff", record_packet="next_checkpoint_minutes",
)  # fmt: skip
def checkpoint_packet(
    view: RecordView,
    criterion: Criterion,
    *,
    fields: tuple[Field, ...],
    of: tuple[str, ...] = (),
    next_within: float = 60,
    every: float | None = None,
) -> Finding:
    """At each change of hands the packet holds these fields, each of them so, and was accepted.

    `of` names what is handed over (all where it is empty). With `every` a long incident has a packet or a handoff at
    least so often, in minutes.
    """
    offers = {m.body.handoff: m for m in view.all(e.HandOffOffered) if not of or m.body.what in of}
    taken = {m.body.handoff: m for m in view.all(e.HandOffAccepted)}
    marks = []
    for ident, offer in offers.items():
        before = [m for m in view.all(acts.HandOff) if m.seq < offer.seq and m.body.to == offer.body.receiver]
        if not before:
            continue
        command, accepted = before[-1], taken.get(ident)
        lacks = lacking({FIELDS[one][0]: FIELDS[one][1](view, command, next_within) for one in fields})
        why = f"{offer.body.what.capitalize()} handed over at {clock(command.at)}: "
        why += completeness([*lacks, *([] if accepted else ["its acceptance"])]) + "."
        share = 1 - len(lacks) / len(fields) if accepted else 0.0
        marks.append(Mark(share, 1, why, (command.seq, accepted.seq) if accepted else (command.seq,)))
    if not marks:
        leaves = {one.id for one in view.scenario.injects if one.leaves}
        had_to = [m for m in brought(view) if m.body.inject in leaves and m.at <= view.over]
        if had_to:
            why = f"Somebody had to leave at {clock(had_to[0].at)} and nothing was handed over."
            return nothing_seen(criterion, why, [had_to[0].seq])
    if every is not None:
        marks += _long(view, every, len(marks) or 1)
    return settle(criterion, marks) if marks else does_not_apply(criterion, "Nothing changed hands.")


def _long(view: RecordView, every: float, weight: int) -> list[Mark]:
    """Return the mark for packets in a long incident; none where it was short."""
    began = view.history.declared_at
    if began is None or view.over - began <= 60 * every:
        return []
    points = [m for m in view.all(acts.RecordPacket, acts.HandOff) if began <= m.at <= view.over]
    if not points:
        return [Mark(0, weight, f"No checkpoint in {(view.over - began) / 60:.0f} minutes.")]
    edges = [began, *(m.at for m in points), view.over]
    without = sum(max(0.0, b - a - 60 * every - GRACE) for a, b in pairwise(edges))
    share = 1 - without / (view.over - began)
    why = f"{len(points)} checkpoints in {(view.over - began) / 60:.0f} minutes"
    why += f", {without / 60:.0f} of them longer than {every:g} after the last." if without else "."
    return [Mark(share, weight, why, tuple(m.seq for m in points))]


Handed = Moment[acts.HandOff]


def _state(view: RecordView, m: Handed, within: float) -> bool:
    """Tell whether the state is so; that it is being mended is no mistake while it may already be over."""
    begun = any(run.begun <= m.at for run in view.mitigations)
    match m.body.state:
        case "investigating":
            return not begun
        case "mitigating":
            return begun
        case "recovered":
            return begun and not view.outside(m.at)
    return False


def _hypothesis(view: RecordView, m: Handed, within: float) -> bool:
    """Tell whether the hypothesis is the true cause, or what the team had said it thinks."""
    said = [one.body.cause for one in view.all(acts.StateHypothesis) if one.seq < m.seq]
    thought = m.body.hypothesis
    return thought is not None and (thought in said[-1:] or view.is_true("causes", thought))


def _in_flight(view: RecordView, m: Handed, within: float) -> bool:
    """Tell whether what it says is in flight is just what was."""
    flying = {run.ident for run in view.started if run.begun <= m.at < run.landed}
    edges = [at for run in view.started for at in (run.begun, run.landed) if abs(at - m.at) <= GRACE]
    said = set(m.body.in_flight)
    moving = {run.ident for run in view.started if run.begun in edges or run.landed in edges}
    return said - moving == flying - moving


def _decision_point(view: RecordView, m: Handed, within: float) -> bool:
    """Tell whether what is said to be decided next is what there was to decide."""
    effects = [run.effect for run in view.in_effect if run.effect is not None and run.effect <= m.at + GRACE]
    last = max(effects, default=None)
    green = last is not None and any(
        last <= one.at <= m.at for one in view.queries if (spec := view.spec_of(one.body)) is not None and spec.verifies
    )
    match m.body.decision_point:
        case "mitigate":
            return not any(run.begun <= m.at for run in view.mitigations)
        case "switch":
            return any(run.begun <= m.at for run in view.mitigations) and bool(view.outside(m.at))
        case "verify":
            return last is not None
        case "close":
            return green and not view.outside(m.at)
    return False


def _cadence(view: RecordView, m: Handed, within: float) -> bool:
    """Tell whether it says how often those outside hear, and that is often enough for the severity in force."""
    levels = [stated(view, one.body.severity) for one in view.severities if one.at <= m.at]
    often = m.body.update_minutes
    return often is not None and 0 < often <= view.playbook.severity.cadence(levels[-1] if levels else None)


FIELDS: Mapping[str, tuple[str, Callable[[RecordView, Handed, float], bool]]] = {
    "state": ("the true state", _state),
    "hypothesis": ("the hypothesis in force", _hypothesis),
    "impact": (
        "the customer impact",
        lambda view, m, within: bool(m.body.included) and set(m.body.included) <= set(view.affected),
    ),
    "in_flight": ("what is in flight", _in_flight),
    "decision_point": ("what is to be decided", _decision_point),
    "cadence": ("the cadence of updates", _cadence),
    "next_point": (
        "when it is decided next",
        lambda view, m, within: 0 < m.body.next_checkpoint_minutes <= within,
    ),
}
"""Field -> what it is called, and what tells whether a handoff has it, and rightly."""


# --- a response that is stuck ----------------------------------------------------------------------------------


@judges(
    record_decision="actions check", record_option="action abort_if", change_strategy="strategy",
    take_action="action decision", page_team="role",
)  # fmt: skip
def strategy_changed(view: RecordView, criterion: Criterion, *, minutes: float = 15, since: float = 10) -> Finding:
    """What would make the team go another way was agreed for each step, and it went on moving while users were hit.

    A stretch of more than `minutes` without a step, a decision, another strategy or somebody paged is being stuck; from
    minute `since` on. Waiting for an outside party is no move.
    """
    if not view.mitigations:
        return nothing_seen(criterion, "Nothing was done that could have got stuck.")
    agreed = []
    for run in view.mitigations:
        decision = decision_behind(view, run)
        cards = [m for m in view.all(acts.RecordOption) if m.body.action == run.ident and m.at <= run.begun]
        card = next((m for m in cards if m.body.abort_if is not None and can_fail(view, m.body.abort_if)), None)
        check = decision.body.check if decision else None
        named = decision if check is not None and can_fail(view, check) else card
        seq = named.seq if named else None
        if seq is not None:
            agreed.append(seq)
    why = f"{len(agreed)} of {len(view.mitigations)} steps name the signal on which the team would go another way."
    marks = [Mark(len(agreed) / len(view.mitigations), 1, why, tuple(agreed))]
    moves = sorted({
        round(60 * since), max(round(60 * since), view.over),
        *(run.begun for run in view.started), *(m.at for m in view.choices),
        *(m.at for m in view.all(acts.PageTeam, acts.AbortAction)),
    })  # fmt: skip
    moves = [at for at in moves if 60 * since <= at <= view.over]
    stretches = [(a, b) for a, b in pairwise(moves) if view.outside(a) and view.outside(b - 1)]
    hit = sum(b - a for a, b in stretches)
    stuck = [(a, b) for a, b in stretches if b - a > 60 * minutes]
    lost = sum(b - a - 60 * minutes for a, b in stuck)
    why = (
        f"Stuck from {clock(stuck[0][0])} to {clock(stuck[0][1])}."
        if stuck
        else "It went on moving while users were hit."
    )
    shown = tuple(sorted({run.start_seq for run in view.mitigations} | {m.seq for m in view.choices}))
    marks.append(Mark(1 - lost / hit if stuck else 1.0, 2, why, shown))
    return settle(criterion, marks)

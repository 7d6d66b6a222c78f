"""What an update says: known, unknown, impact, mitigation, next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from analytics.criteria.common import lacking, nothing_seen, settle
from analytics.criteria.judging import judges
from analytics.facts import figure_true, status_true, tick_true
from analytics.playbook import Criterion
from analytics.scorecard import Finding, Mark, clock, listed
from analytics.view import Moment, RecordView
from simulator import acts

Told = Moment[acts.UpdateStakeholders | acts.UpdateExecutives]
Saying = Literal["known", "unknown", "impact", "mitigation", "next"]


@judges(
    update_stakeholders="status impact mitigation unknowns next_update_minutes",
    update_executives="impact mitigation unknowns next_update_minutes",
)  # fmt: skip
def update_says(
    view: RecordView, criterion: Criterion, *, says: tuple[Saying, ...], next_within: float = 1440
) -> Finding:
    """Each update says these things, and what it says is so; those who may not know the matter are not asked to."""
    told: tuple[Told, ...] = view.all(acts.UpdateStakeholders, acts.UpdateExecutives)
    circle = view.overlay.need_to_know
    told = tuple(m for m in told if not circle or m.role in circle)
    if not told:
        return nothing_seen(criterion, "No update went out.")
    marks = []
    for m in told:
        lacks = lacking({one: SAYS[one](view, m, next_within) for one in says})
        why = f"Update at {clock(m.at)}: {f'lacks {listed(lacks)}' if lacks else 'says all of it'}."
        marks.append(Mark(1 - len(lacks) / len(says), 1, why, (m.seq,)))
    return settle(criterion, marks)


def _known(view: RecordView, m: Told, within: float) -> bool:
    """Tell whether it says where things stand, and they do; executives hear it as figure or step."""
    if isinstance(m.body, acts.UpdateStakeholders):
        return status_true(view, m.body.status, m.at)
    return m.body.impact is not None or m.body.mitigation is not None


def _unknown(view: RecordView, m: Told, within: float) -> bool:
    true = sum(tick_true(view, "unknowns", one, m.at) for one in set(m.body.unknowns))
    return true >= 1 and 2 * true >= len(set(m.body.unknowns))


def _mitigation(view: RecordView, m: Told, within: float) -> bool:
    if m.body.mitigation is None:
        return not any(run.begun <= m.at for run in view.mitigations)
    return any(run.ident == m.body.mitigation and run.ordered <= m.at for run in view.runs)


SAYS: Mapping[str, Callable[[RecordView, Told, float], bool]] = {
    "known": _known,
    "unknown": _unknown,
    "impact": lambda view, m, within: m.body.impact is not None and bool(figure_true(view, m.body.impact, m.at)),
    "mitigation": _mitigation,
    "next": lambda view, m, within: 0 < m.body.next_update_minutes <= within,
}
"""What an update may be asked to say -> what tells whether it does, and rightly."""

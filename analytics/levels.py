"""Levels of severity as they were stated, beside those of the playbook that a record is scored with.

A drill is played in the words of one playbook and may be scored with another. What was stated is then taken by its
place: the worst of one scale is the worst of the other, and what falls between two levels is the graver one.
"""

from __future__ import annotations

from analytics.view import RecordView
from simulator.levels import moved, place


def stated(view: RecordView, severity: str) -> str:
    """Return the playbook's level for one that was stated in the drill's words."""
    said, own = view.header.book.levels, view.playbook.severity.ids
    at = place(said, severity)
    if at is None:  # no level of that drill: a record from elsewhere
        return severity if severity in own else own[0]
    return own[moved(at, len(said), len(own))]


def rank(view: RecordView, level: str) -> int:
    """Return the rank of one of the playbook's levels, 1 for the worst."""
    return view.playbook.severity.place(level) + 1


def fits(view: RecordView, severity: str, truth: str) -> bool:
    """Tell whether a stated severity is the playbook's true one or one above."""
    return rank(view, truth) - 1 <= rank(view, stated(view, severity)) <= rank(view, truth)

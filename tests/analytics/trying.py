"""A predicate tried by itself on a tiny drill: ten points, whatever parameters a table gives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from analytics.criteria import CRITERIA
from analytics.playbook import Criterion, load
from analytics.record import DrillRecord
from analytics.scorecard import Finding
from analytics.view import RecordView
from simulator import acts, values
from simulator import events as e
from tests.analytics.builders import Lines, event, judge, say

TEN = 10.0


def tried(
    kind: str, record: DrillRecord, window: tuple[float, float] | None = None, book: str = "recovery", **given: Any
) -> Finding:
    """Return what a predicate finds in a record, of ten points; severity is that of `book`."""
    t1, t2 = window or (None, None)
    one = Criterion.model_validate(
        {"id": "X", "kind": kind, "title": "Tried", "points": TEN, "owners": ["all"], "source": "here", "t1": t1,
         "t2": t2, "advice": "Do it.", "with": given}
    )  # fmt: skip
    return CRITERIA[kind](RecordView(record, load(book)), one)


def finds(
    cases: list[tuple[str, str, DrillRecord, str, float]], silent: Sequence[str] = ("met", "not_applicable")
) -> Callable[..., None]:  # fmt: skip
    """Return the test of a table: criterion, name of the case, record, and the finding's status and points.

    A finding of the statuses `silent` needs no advice.
    """

    @pytest.mark.parametrize(("ident", "record", "status", "points"), [(one[0], *one[2:]) for one in cases],
                             ids=[f"{one[0]}-{one[1]}" for one in cases])  # fmt: skip
    def test(ident: str, record: DrillRecord, status: str, points: float) -> None:
        found = judge(ident, record)
        assert (found.status, found.points) == (status, points), found.why
        assert found.why
        assert found.evidence or not found.points
        assert found.advice or found.status in silent

    return test


def check(found: Finding, status: str, points: float, *words: str) -> None:
    """Assert what a finding comes to, that it says why, and that points have evidence."""
    assert (found.status, found.points) == (status, points), found.why
    assert all(word in found.why for word in words), found.why
    assert found.why.strip()
    assert found.evidence or not found.points
    assert found.out_of == (0.0 if status == "not_applicable" else TEN)


def alert(clock: str, ident: str = "page", page: str | None = "commander", severity: str = "critical") -> Lines:
    """Return an alert that fires."""
    fired = e.AlertFired.model_validate(
        {"alert": ident, "severity": severity, "summary": "", "value": 1.0, "page": page}
    )
    return event(clock, fired)


def paged(clock: str = "00:20", ident: str = "page") -> Lines:
    """Return somebody's word to the pager."""
    return say(clock, "commander", acts.AcknowledgePage(alert=ident))


def pinned(clock: str, metric: str = "cpu") -> Lines:
    """Return a panel put on record."""
    return event(clock, e.MetricPinned(run=values.Ref.to("metric", metric), metric=metric, since=0))


def hypothesis(clock: str, cause: str = "key", probability: float = 0.8) -> Lines:
    """Return a stated cause."""
    return say(clock, "triage", acts.StateHypothesis(cause=cause, probability=probability))


def searched(clock: str) -> Lines:
    """Return a search of the logs that gave something."""
    found = e.QueryFinished(
        run=values.Ref("logs:1"), executor="triage", command_line="logs", output="3 lines", evidence="receipt"
    )
    return event(clock, found)


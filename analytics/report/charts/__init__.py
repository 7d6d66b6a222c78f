"""The charts of one drill. A chart is added with one function (`charts/spec.py` says how) and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.report.charts import course, people, score, thinking, whole
from analytics.report.charts.spec import ChartSpec

CHARTS: Mapping[str, ChartSpec] = {
    one.ident: one
    for one in (
        whole.lanes,
        course.time_to,
        course.harm,
        course.affected,
        course.blueprint,
        people.cues,
        thinking.hypotheses,
        thinking.confidence,
        thinking.ladder,
        people.holders,
        people.tasks,
        people.cadence,
        people.participation,
        people.injects,
        score.parts,
    )
}
"""Every chart by its id, in the order of a debrief."""

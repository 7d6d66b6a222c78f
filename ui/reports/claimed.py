"""What people claimed and told, beside what was so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analytics.report import tables as frames
from analytics.report.tables import each
from simulator import events as e
from simulator.text import clock
from ui.reports.finished import Finished
from ui.reports.numbers import counted

TOLD = ("update_stakeholders", "update_executives", "escalate_internally", "correct_update", "publish_decision_note")
"""Acts that tell others figures."""


def claims(drill: Finished) -> Iterator[dict[str, Any]]:
    """Yield what people claimed beside what was so at that second, figures that they told others included."""
    found = [*_statements(drill), *_told_figures(drill)]
    yield from (row for _, row in sorted(found, key=lambda one: one[0]))


def _told_figures(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each figure of an update by its entry; where nobody can tell the truth it is left out."""
    for row in each(frames.figures(drill.view)):
        if row.where in TOLD and row.holds is not pd.NA:
            said, true = counted(row.low, row.unit), counted(row.true, row.unit)
            said = said if row.high == row.low else f"{said} to {counted(row.high, row.unit)}"
            who = drill.names_then.at(row.seq).person(drill.view.entry(row.seq).by)
            yield row.seq, {"at": clock(row.at), "who": who, "about": "figure", "said": f"{row.title}: {said}",
                            "true": true, "holds": bool(row.holds)}  # fmt: skip


def _statements(drill: Finished) -> Iterator[tuple[int, dict[str, Any]]]:
    refusals = drill.view.all(e.ClosureRefused)
    for row in each(frames.claims(drill.view)):
        entry = drill.view.entry(row.seq)
        words = getattr(entry.body, "text", "")
        refusal = next((m for m in refusals if m.seq > row.seq), None) if row.about == "closure" else None
        true = f"refused: {'; '.join(refusal.body.missing)}" if refusal and not row.holds else row.true
        if row.about == "severity" and row.holds and row.said != row.true:
            true += ", and one level above is taken as true"
        said = f"{row.said}: “{words}”" if words else row.said
        yield row.seq, {"at": clock(row.at), "who": drill.names_then.at(row.seq).person(entry.by), "about": row.about,
                        "said": said, "true": true, "holds": row.holds}  # fmt: skip

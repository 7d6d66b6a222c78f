"""Checkpoint decisions: what was decided on what, who did it and checked it, and how the branch fitted."""

from __future__ import annotations

import math

import streamlit as st

from analytics.report import story
from analytics.report import tables as frames
from simulator.values import Ref
from ui.debrief_parts.look import at_time, table
from ui.debrief_parts.sitting import Sitting
from ui.parts.text import escape

NEGLIGIBLE = 0.005
"""Share of the avoidable loss that is not worth a word."""


def decisions(sitting: Sitting) -> None:
    """Draw the decisions of a drill."""
    drill, lines = sitting.drill, sitting.lines
    rows = [
        (
            at_time(r.at),
            f"<b>{escape(r.decision)}</b> by {escape(r.strategy)}<br>{escape(r.actions)}",
            escape(r.why_now),
            "<br>".join(escape(lines.reference(Ref(ref))) for ref in r.evidence) or "nothing linked",
            escape(r.confidence),
            f"{escape(r.executes)}<br><small>checks: {escape(r.verifies)}</small>",
            _fit(r.gap, r.best, drill.journal.references is not None),
        )
        for r in frames.each(story.decisions(drill.view))
    ]
    heads = ("When", "Decision", "Why now", "Rested on", "Confidence", "Does and checks", "How it fits")
    st.html(table("Checkpoint decisions", heads, rows, "No checkpoint decision was recorded."))


def _fit(gap: float, best: str, made: bool) -> str:
    """Return how a branch fits, in words; `gap` is NaN where nothing was done on the decision."""
    if math.isnan(gap):
        return "nothing was started on it" if made else "not computed yet"
    if gap <= NEGLIGIBLE:
        return "the best branch open then"
    better = f"<br><small>better: {escape(best)}</small>" if best else ""
    return f"left {100 * gap:.0f} % of the avoidable loss{better}"

"""What was behind it, folded until the team wants to know: fault, contributing factors, teaching timeline."""

from __future__ import annotations

import streamlit as st

from analytics.report import story
from analytics.report import tables as frames
from simulator.text import clock
from ui.debrief_parts.charted import show
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import Sign, at_time, badge, minute, note, table
from ui.parts.text import escape

NAMED, UNNAMED = Sign("✓", "you set a task against it", "good"), Sign("○", "no task against it", "quiet")
WRONG = Sign("✗", "not a factor here", "bad")


def behind_view(drill: Debriefed) -> None:
    """Draw what the scenario's author knows, folded."""
    note("Guess first: what was the trigger, what let it through, what made it last? Then unfold.")
    with st.expander("What it was", key="debrief-fault"):
        true = [cause for cause in drill.scenario.causes if cause.true]
        others = [cause for cause in drill.scenario.causes if not cause.true]
        st.html(
            f"<p><b>{escape(drill.scenario.fault)}</b>, from {clock(drill.view.fault_at)}.</p>"
            + "".join(f"<p>{escape(cause.title)}</p>" for cause in true)
        )
        rows = [(escape(o.title), escape(o.plausible), escape(o.killed_by)) for o in others]
        st.html(table("Other stories", ("Other story", "Why it seemed so", "What kills it"), rows, "No other story."))
        show(drill, "hypotheses", truth=True)
    with st.expander("Contributing factors", key="debrief-factors"):
        _factors(drill)
    with st.expander("Teaching timeline beside yours", key="debrief-teaching"):
        _teaching(drill)
    with st.expander("What the drill was for", key="debrief-objectives"):
        aims = [(escape(o.title), escape(o.target)) for o in drill.scenario.objectives]
        st.html(table("Objectives", ("Objective", "Target"), aims, "No objectives are written down."))


def _factors(drill: Debriefed) -> None:
    rows = []
    for r in frames.each(story.factors(drill.view)):
        sign = (NAMED if r.named else UNNAMED) if r.true else (WRONG if r.named else None)
        if sign is not None:
            rows.append((escape(r.layer), escape(r.title), badge(sign)))
    heads = ("Layer", "Factor", "Your tasks")
    st.html(table("Contributing factors", heads, rows, "The scenario names no contributing factors."))


def _teaching(drill: Debriefed) -> None:
    rows = [
        (at_time(r.at), escape(r.text), f'<span class="t">{minute(r.yours) if point.until else "–"}</span>')
        for r, point in zip(frames.each(drill.teaching), drill.scenario.teaching, strict=True)
    ]
    heads = ("One good way", "What", "Yours")
    st.html(table("Teaching timeline", heads, rows, "The scenario has no teaching timeline."))
    note("Not the only good way: the best course found may differ. A dash: nothing on record says when.")

"""The plan against what happened, and harm over time: yours, no action, best found."""

from __future__ import annotations

import streamlit as st

from analytics.report import tables as frames
from ui.debrief_parts.charted import show
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import Sign, badge, note, number, quiet, table
from ui.parts.text import escape

LOSS_WORDS = "Loss, all dimensions weighed"
MUCH = 10
"""Times as much from which a difference is not given as a share."""


def course_view(drill: Debriefed) -> None:
    """Draw both charts, with their figures as tables below."""
    _harm(drill)
    _one_thing_different(drill)
    st.header("Who was affected", anchor=False)
    show(drill, "affected")
    st.header("The plan and what happened", anchor=False)
    show(drill, "blueprint")


def _harm(drill: Debriefed) -> None:
    st.header("Harm over time", anchor=False)
    if drill.harm.empty:
        st.html(quiet("The record holds no truth to measure harm by."))
        return
    dimensions = {frames.LOSS: LOSS_WORDS, **{d.id: d.title for d in drill.scenario.harm}}
    units = {frames.LOSS: "loss (1 = the scenario's scale)", **{d.id: d.unit for d in drill.scenario.harm}}
    chosen = st.selectbox(
        "What is counted", list(dimensions), format_func=dimensions.__getitem__, key="debrief_dimension", width=420
    )
    show(drill, "harm", dimension=chosen)
    if frames.NULL not in set(drill.harm["course"]):
        st.html(quiet("The courses without action and the best one found are still being computed."))
    else:
        best = drill.view.references.best
        rows = [
            (escape(dimensions[d]), *(_final(drill, course, d) for course in frames.COURSES), escape(units[d]))
            for d in dimensions
        ]
        heads = ("At the horizon", "Yours", "No action", "Best found", "Unit")
        st.html(table("Harm at the horizon", heads, rows, "", cards=False))
        note(f"Best found: {best.name}. Same seed, same chance in all three.")


def _one_thing_different(drill: Debriefed) -> None:
    if drill.journal.references is None:
        return
    st.header("One thing different", anchor=False)
    found = drill.view.references.what_if
    units = {d.id: d for d in drill.scenario.harm}
    rows = []
    for one in found:
        better = one.loss < 0
        sign = Sign("✓", "less harm", "good") if better else Sign("✗", "more harm", "bad")
        told = [
            f"{'+' if one.harm[ident] > 0 else '−'}{number(abs(one.harm[ident]))} {escape(unit.unit)}"
            f" ({beside(one.harm[ident], one.share[ident])})"
            for ident, unit in units.items()
            if abs(one.harm[ident]) >= 0.5 and not 0 < abs(one.share[ident]) < 0.005  # 0: there was none before
        ]
        interval = f"{one.loss:+.3f} <small>({one.low:+.3f} to {one.high:+.3f})</small>"
        rows.append((escape(one.label[:1].upper() + one.label[1:]), badge(sign), "<br>".join(told), interval))
    heads = ("The same drill, but", "", "Difference in harm", "Loss, and on other seeds")
    st.html(table("One thing different", heads, rows, "No single change would have made much of a difference."))
    note("Each line changes one order and keeps everything else and every chance equal. Only what was feasible"
         " with what had been seen by then.")  # fmt: skip


def beside(harm: float, share: float) -> str:
    """Return a difference beside what there was: a share, or the number itself where a share says nothing."""
    if share == 0:
        return "there was none"
    return f"{100 * share:+.0f} %" if abs(share) < MUCH else f"there were {number(abs(harm / share))}"


def _final(drill: Debriefed, course: str, dimension: str) -> str:
    line = drill.harm[(drill.harm["course"] == course) & (drill.harm["dimension"] == dimension)]
    if line.empty:
        return "–"
    value = float(line["value"].iloc[-1])
    return f"{value:.2f}" if dimension == frames.LOSS else number(value)

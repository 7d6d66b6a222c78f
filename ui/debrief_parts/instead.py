"""What else could have been done: harm beside nobody and the best, one thing different, the next step at any moment."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.report import lessons
from analytics.report import tables as frames
from analytics.report.charts.course import weightiest
from analytics.runs.ahead import Ahead, Onward, ahead
from simulator.errors import DrillError
from simulator.text import clock
from ui.debrief_parts.charted import show, show_all
from ui.debrief_parts.decided import decisions
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.look import Sign, badge, note, number, quiet, table
from ui.debrief_parts.scrubber import place, scrubber
from ui.debrief_parts.sitting import Sitting
from ui.parts.text import escape, sentence

LOSS_WORDS = "Loss, all dimensions weighed"
BETTER, WORSE = Sign("✓", "less harm", "good"), Sign("✗", "more harm", "bad")
WAYS = 3
"""Ways on that are shown for a moment."""


def instead_view(sitting: Sitting) -> None:
    """Draw the section."""
    drill = sitting.drill
    _one_thing_different(sitting)
    _next(sitting)
    _harm(drill)
    st.header("Decisions, and how they fitted", anchor=False)
    decisions(sitting)
    show_all(drill, "instead", but=("harm",))


def _harm(drill: Debriefed) -> None:
    st.header("Harm: yours, nobody acting, the best found", anchor=False)
    dimensions = {d.id: d.title for d in drill.scenario.harm} | {frames.LOSS: LOSS_WORDS}
    units = {frames.LOSS: "loss (1 = the scenario's scale)", **{d.id: d.unit for d in drill.scenario.harm}}
    chosen = st.selectbox(
        "What is counted", list(dimensions), list(dimensions).index(_weightiest(drill)), key="debrief_dimension",
        format_func=dimensions.__getitem__, width=420,
    )  # fmt: skip
    show(drill, "harm", dimension=str(chosen))
    if drill.harm.empty:
        return
    if frames.NULL not in set(drill.harm["course"]):
        st.html(quiet("The courses without action and the best one found are still being computed."))
        return
    rows = [
        (escape(dimensions[d]), *(_final(drill, course, d) for course in frames.COURSES), escape(units[d]))
        for d in dimensions
    ]
    heads = ("At the horizon", "Yours", "No action", "Best found", "Unit")
    st.html(table("Harm at the horizon", heads, rows, "", cards=False))
    note(f"Best found: {drill.view.references.best.name}. Same seed, same chance in all three.")


def _weightiest(drill: Debriefed) -> str:
    return weightiest(drill.view)


def _one_thing_different(sitting: Sitting) -> None:
    st.header("One thing different", anchor=False)
    if sitting.drill.journal.references is None:
        st.html(quiet("Still being computed."))
        return
    rows = [
        (badge(BETTER if one.better else WORSE), f"<b>{escape(one.sentence)}</b><br>{escape(one.seen)}",
         f"{one.loss:+.3f} <small>({one.low:+.3f} to {one.high:+.3f})</small>")
        for one in frames.each(lessons.instead(sitting.drill.view))
    ]  # fmt: skip
    heads = ("", "The same drill, but", "Loss, and on other seeds")
    st.html(table("One thing different", heads, rows, "No single change would have made much of a difference."))
    note("Each changes one order and keeps everything else and every chance equal. Only what was feasible with what "
         "had been seen by then.")  # fmt: skip


def _next(sitting: Sitting) -> None:
    """Draw what a good responder would have done next at the moment at which the debrief stands."""
    drill = sitting.drill
    at = place(sitting)
    st.header("A good responder’s next step", anchor=False)
    if drill.older or drill.journal.references is None:
        st.html(quiet("It takes the reference runs, and the engine and scenario that the drill was played with."))
        return
    scrubber(sitting, at)
    try:
        found = _ahead(drill.digest, at, drill)
    except DrillError as error:
        st.error(sentence(error), icon=":material/error:")
        return
    st.html(_ahead_html(drill, found))
    best = drill.view.references.best
    if found.ways:
        note("Steps that were taken by then are left out, but for what saves more when it is done once more.")
    if found.ways and found.ways[0].loss < best.loss:
        note(f"The first comes to less than the best course found ({best.loss:.3f}): that one waits for what whoever "
             "looks can have seen at the earliest, and here something had been seen before.")  # fmt: skip
    if found.ways and found.queued:
        note("A change was queued to land after this moment, and nothing held it back yet. Nothing more has what it "
             "does, how it went where it landed; the ways on are reckoned as if it had been frozen.")  # fmt: skip


@st.cache_resource(max_entries=64, show_spinner=False)
def _ahead(digest: str, at: int, _drill: Debriefed) -> Ahead:
    return ahead(_drill.view, _drill.loaded, at)


def _ahead_html(drill: Debriefed, found: Ahead) -> str:
    if not found.ways:
        first = found.earliest
        if first is None:
            return quiet("Nothing left to save: no step that was open and not taken yet comes to less harm "
                         f"than nothing more ({found.nothing.loss:.3f}).")  # fmt: skip
        title = drill.view.title("actions", first.action)
        return quiet(f"Nothing seen by then justified a step. Look first: {title} can be justified from "
                     f"T+{first.minute:g}, because {first.because}.")  # fmt: skip
    most = drill.scenario.find("harm", _weightiest(drill))
    rows = [_way(one, most.id, most.unit) for one in (*found.ways[:WAYS], found.went, found.nothing)]
    return table("Ways on from here", ("Way on", "Next steps", "By the horizon", "Loss"), rows, "")


def _way(one: Onward, dimension: str, unit: str) -> tuple[str, ...]:
    steps = _steps(one.steps) or "–"
    if one.later:
        steps += f"<br>{quiet('Then, once something seen justifies it, at the earliest:')}{_steps(one.later)}"
    name = f"{one.name[:1].upper()}{one.name[1:]}"
    return f"<b>{escape(name)}</b>", steps, f"{number(one.harm[dimension])} {escape(unit)}", f"{one.loss:.3f}"


def _steps(steps: Sequence[tuple[int, str]]) -> str:
    return "<br>".join(f'<span class="t">{clock(at)}</span> {escape(title)}' for at, title in steps)


def _final(drill: Debriefed, course: str, dimension: str) -> str:
    line = drill.harm[(drill.harm["course"] == course) & (drill.harm["dimension"] == dimension)]
    if line.empty:
        return "–"
    value = float(line["value"].iloc[-1])
    return f"{value:.2f}" if dimension == frames.LOSS else number(value)

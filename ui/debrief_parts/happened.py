"""What happened: the drill in one picture, a scrubber through it, any seat's screen, and the group's guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.report import tables as frames
from ui import session
from ui.debrief_parts import keys
from ui.debrief_parts.behind import truth_view
from ui.debrief_parts.charted import config, foot, heading, show_all, with_moment
from ui.debrief_parts.lines import lanes_html
from ui.debrief_parts.look import quiet
from ui.debrief_parts.scrubber import place, scrubber
from ui.debrief_parts.seat_screen import seat_screen
from ui.debrief_parts.sitting import Sitting
from ui.parts.labels import words

AROUND = {"1 min": 60, "2 min": 120, "5 min": 300}
WORLD_GROUPS = ("fault", "tolerance", "effect", "change", "alert", "state")
TEAM_GROUPS = ("decision", "action", "finding", "message", "inject", "lead", "refused", "slip")
LANES, SCREEN = "Both lanes", "A seat's screen"


def happened_view(sitting: Sitting) -> None:
    """Draw the section."""
    if sitting.drill.timeline.empty:
        st.html(quiet("The record holds no moments."))
        return
    # A part that is drawn by itself loses what is pressed in it just when the whole page is drawn anew.
    walk = st.fragment(_walk) if sitting.settled else _walk
    walk(sitting)
    show_all(sitting.drill, "happened", but=("lanes",))
    truth_view(sitting)


def _walk(sitting: Sitting) -> None:
    """Draw picture, scrubber and what stood at the moment; moving about draws nothing else anew."""
    drill = sitting.drill
    at = place(sitting)
    hidden = bool(st.session_state.get(keys.STEP, False))
    made = drill.chart("lanes", until=at / 60) if hidden else drill.chart("lanes")
    heading(made.title)

    @session.callback()
    def pressed() -> None:
        seq = pressed_entry(st.session_state.get(keys.PICTURE))
        if frames.known((seq,), drill.journal):
            keys.go_to(drill.entry(seq).at, seq)

    if made.figure is not None:
        with st.container(key="captioned-lanes"):
            st.plotly_chart(
                with_moment(made.figure, at), key=keys.PICTURE, config=config(drill, "lanes"),
                selection_mode="points", on_select=pressed,
                alt=f"{made.title}. What happens at a moment stands below, in two lanes.",
            )  # fmt: skip
    scrubber(sitting, at)
    st.toggle("Reveal step by step", key=keys.STEP, help="Nothing after this moment is shown: go through it together.")
    beside = st.segmented_control(
        "At that moment", (LANES, SCREEN), default=LANES, required=True, key="debrief_beside",
        label_visibility="collapsed",
    )  # fmt: skip
    if beside == SCREEN:
        seat_screen(sitting, at)
    else:
        _lanes(sitting, at, hidden)
    if not hidden:
        foot(drill, made)


def pressed_entry(state: Any) -> int:
    """Return the entry behind what was picked in a chart, 0 for none."""
    points = state["selection"]["points"] if isinstance(state, Mapping) else []
    data = points[0].get("customdata") if points else None
    # Plotly gives a list back as an object with its places as names.
    first = data.get("0") if isinstance(data, Mapping) else data[0] if isinstance(data, list) and data else 0
    return int(first or 0)


def _lanes(sitting: Sitting, at: int, hidden: bool) -> None:
    """Draw the two lanes around the moment, word by word."""
    focus = st.session_state.get(keys.FOCUS)
    with st.container(horizontal=True, vertical_alignment="center"):
        near = st.segmented_control("Either side", tuple(AROUND), default="2 min", required=True, key="debrief_around")
        with st.popover("What is shown", icon=":material/filter_list:"):
            world = _filter("World", WORLD_GROUPS, "debrief_world")
            team = _filter("Team", TEAM_GROUPS, "debrief_team")
            small = st.toggle("Small steps too", key="debrief_small", help="Orders, queues and acknowledgements.")
    around = AROUND[str(near)]
    since, till = at - around, at if hidden else at + around
    shown = {*world, *team}
    rows = [
        (row.at, row.seq, row.lane)
        for row in frames.each(sitting.drill.timeline)
        if since <= row.at <= till and (row.seq == focus or (row.group in shown and (small or not row.minor)))
    ]
    nothing = quiet("Nothing around this moment with what is shown; go to a stop, or show more.")
    st.html(lanes_html(sitting.lines, rows, focus) if rows else nothing)


def _filter(label: str, groups: tuple[str, ...], key: str) -> list[str]:
    return st.pills(
        label, groups, selection_mode="multi", default=groups, key=key, format_func=words("groups").get, wrap=True
    )

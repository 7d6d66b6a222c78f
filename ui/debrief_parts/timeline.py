"""Two lanes: what the world did beside what people knew, said and did; whole, around a moment, or step by step."""

from __future__ import annotations

import streamlit as st

from analytics.report import tables as frames
from simulator.text import clock
from ui import session
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Debriefed
from ui.debrief_parts.lines import Lines, lanes_html
from ui.debrief_parts.look import quiet
from ui.parts.labels import words
from ui.parts.text import plain

AROUND = 300
"""Seconds shown on either side of a moment in focus."""
BEFORE = 1500
"""Seconds before the first page from which the whole timeline begins."""
WORLD_GROUPS = ("fault", "tolerance", "effect", "change", "alert", "state")
TEAM_GROUPS = ("decision", "action", "finding", "message", "inject", "lead", "refused", "slip")


def timeline_view(drill: Debriefed, lines: Lines) -> None:
    """Draw the timeline with its filters."""
    if drill.timeline.empty:
        st.html(quiet("The record holds no moments."))
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        world = _filter("World", WORLD_GROUPS, "debrief_world")
    with right:
        team = _filter("Team", TEAM_GROUPS, "debrief_team")
    with st.container(horizontal=True, vertical_alignment="center"):
        small = st.toggle("Small steps too", key="debrief_small", help="Orders, queues and acknowledgements.")
        step = st.toggle("Reveal step by step", key=keys.STEP, help="Go through the drill together, stop by stop.")
    focus = st.session_state.get(keys.FOCUS)
    if step:
        since, till = _chapter(drill)
    elif focus is not None:
        since, till = _around(drill, focus)
    else:
        since, till = -BEFORE, drill.view.scenario.horizon + 60
    shown = {*world, *team}
    rows = [
        (row.at, row.seq, row.lane)
        for row in frames.each(drill.timeline)
        if since <= row.at <= till and (row.seq == focus or (row.group in shown and (small or not row.minor)))
    ]
    st.html(lanes_html(lines, rows, focus) if rows else quiet("Nothing here with these filters; switch some on."))


def _filter(label: str, groups: tuple[str, ...], key: str) -> list[str]:
    return st.pills(
        label, groups, selection_mode="multi", default=groups, key=key, format_func=words("groups").get, wrap=True
    )


def _around(drill: Debriefed, focus: int) -> tuple[int, int]:
    """Say what the timeline stands around; return the seconds it shows."""
    at = drill.entry(focus).at
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Around **{plain(clock(at))}**, five minutes either side.")
        st.button("Show the whole drill", on_click=keys.focus, args=(None,), key="debrief_whole")
    return at - AROUND, at + AROUND


def _chapter(drill: Debriefed) -> tuple[int, int]:
    """Draw the controls of revealing; return the seconds shown: from the stop before to where it stands."""
    stops = list(frames.each(drill.pivots))
    last = max(1, -(-drill.view.scenario.horizon // 60))
    st.session_state[keys.UNTIL] = min(max(0, st.session_state.get(keys.UNTIL, 0)), last)
    until = st.slider("Shown up to, minutes after the first page", 0, last, key=keys.UNTIL)
    coming = next((stop for stop in stops if stop.at >= 60 * (until + 1)), None)
    passed = [stop for stop in stops if stop.at < 60 * until]
    here = [stop for stop in stops if 60 * until <= stop.at < 60 * (until + 1)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop before", icon=":material/skip_previous:", key="debrief_previous", disabled=not passed,
            on_click=_reveal, args=(passed[-1].at // 60 if passed else 0,),
        )  # fmt: skip
        st.button(
            "Next stop", icon=":material/skip_next:", type="primary", key="debrief_next", disabled=coming is None,
            on_click=_reveal, args=(coming.at // 60 if coming else last,),
        )  # fmt: skip
        whole = st.toggle("From the beginning", key="debrief_from_start")
    for stop in here or passed[-1:]:
        st.markdown(f"**{plain(clock(stop.at))}** {plain(stop.what)}")
    since = -BEFORE if whole or not passed else passed[-1].at // 60 * 60
    return since, 60 * until + 59


@session.callback()
def _reveal(until: int) -> None:
    st.session_state[keys.UNTIL] = until

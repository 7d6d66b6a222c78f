"""Two lanes: what the world did beside what people knew, said and did; whole, around a moment, or step by step."""

from __future__ import annotations

import streamlit as st

from analytics import frames, story
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.drill import Drill
from ui.debrief_parts.lines import GROUP_WORDS, Lines, lanes_html
from ui.debrief_parts.look import plain, quiet

AROUND = 300
"""Seconds shown on either side of a moment in focus."""
BEFORE = 1500
"""Seconds before the first page from which the whole timeline begins."""
WORLD_GROUPS = ("fault", "tolerance", "effect", "change", "alert", "state")
TEAM_GROUPS = ("decision", "action", "finding", "message", "inject", "lead", "refused")


def timeline_view(drill: Drill, lines: Lines) -> None:
    """Draw the timeline with its filters."""
    if drill.timeline.empty:
        st.html(quiet("The record holds no moments."))
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        world = st.pills(
            "World", WORLD_GROUPS, selection_mode="multi", default=WORLD_GROUPS, key="debrief_world",
            format_func=GROUP_WORDS.__getitem__, wrap=True,
        )  # fmt: skip
    with right:
        team = st.pills(
            "Team", TEAM_GROUPS, selection_mode="multi", default=TEAM_GROUPS, key="debrief_team",
            format_func=GROUP_WORDS.__getitem__, wrap=True,
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        small = st.toggle("Small steps too", key="debrief_small", help="Orders, queues and acknowledgements.")
        step = st.toggle("Reveal step by step", key=keys.STEP, help="Go through the drill together, stop by stop.")
    focus = st.session_state.get(keys.FOCUS)
    until = _steps(drill) if step else None
    since, till = -BEFORE, drill.view.scenario.horizon + 60
    if focus is not None and not step:
        at = drill.entry(focus).at
        since, till = at - AROUND, at + AROUND
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Around **{plain(clock(at))}**, five minutes either side.")
            st.button("Show the whole drill", on_click=keys.focus, args=(None,), key="debrief_whole")
    shown = {*world, *team}
    rows = [
        (row.at, row.seq, row.lane)
        for row in frames.each(drill.timeline)
        if since <= row.at <= till
        and (until is None or row.at <= until)
        and (row.seq == focus or (row.group in shown and (small or not row.minor)))
    ]
    if not rows:
        st.html(quiet("Nothing here with these filters; switch some on."))
        return
    st.html(lanes_html(lines, rows, focus))


def _steps(drill: Drill) -> int:
    """Draw the controls of revealing; return the drill second up to which the lanes show."""
    stops = list(frames.each(drill.pivots))
    last = max(1, -(-drill.view.scenario.horizon // 60))
    st.session_state.setdefault(keys.UNTIL, 0)
    st.session_state[keys.UNTIL] = min(max(0, st.session_state[keys.UNTIL]), last)
    until = st.slider("Shown up to, minutes after the first page", 0, last, key=keys.UNTIL)
    coming = next((stop for stop in stops if stop.at > 60 * until + 59), None)
    passed = [stop for stop in stops if stop.at <= 60 * until + 59]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Next stop", icon=":material/skip_next:", type="primary", key="debrief_next", disabled=coming is None,
            on_click=_reveal, args=(coming.at // 60 if coming else last,),
        )  # fmt: skip
        st.button("Everything", key="debrief_all", on_click=_reveal, args=(last,))
        if passed:
            stop = passed[-1]
            st.markdown(f"**{plain(clock(stop.at))}** {plain(stop.what)}")
    return 60 * until + 59


def _reveal(until: int) -> None:
    st.session_state[keys.UNTIL] = until


def groups() -> tuple[str, ...]:
    """Return every group a filter offers; one that is missing here would never be shown."""
    return tuple(dict.fromkeys(story.GROUPS.values()))

"""The one place in the drill at which a debrief stands, and the controls that move it."""

from __future__ import annotations

import streamlit as st

from analytics.report import tables as frames
from simulator.text import clock
from ui.debrief_parts import keys
from ui.debrief_parts.sitting import Sitting
from ui.parts.text import plain

GRID = 15
"""Seconds between two places of the scrubber, beside those at which something happened."""


def keep() -> None:
    """Keep the place through sections that do not show the scrubber: Streamlit forgets what is not drawn."""
    st.session_state[keys.AT] = int(st.session_state.get(keys.AT, 0))


def place(sitting: Sitting) -> int:
    """Return the second at which the debrief stands, put where the scrubber can be."""
    wanted = int(st.session_state.get(keys.AT, 0))
    at = min(_places(sitting), key=lambda one: abs(one - wanted))
    st.session_state[keys.AT] = at
    return at


def scrubber(sitting: Sitting, at: int) -> None:
    """Draw the slider over the drill and the steps from stop to stop, with what the stop is."""
    stops = list(frames.each(sitting.drill.pivots))
    before = [stop for stop in stops if stop.at < at]
    coming = next((stop for stop in stops if stop.at > at), None)
    st.select_slider(
        "Moment", _places(sitting), key=keys.AT, format_func=clock, on_change=keys.moved, label_visibility="collapsed"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Stop before", icon=":material/skip_previous:", key="debrief_previous", disabled=not before,
            on_click=keys.go_to, args=(before[-1].at, before[-1].seq) if before else (0,),
        )  # fmt: skip
        st.button(
            "Next stop", icon=":material/skip_next:", type="primary", key="debrief_next", disabled=coming is None,
            on_click=keys.go_to, args=(coming.at, coming.seq) if coming else (at,),
        )  # fmt: skip
        for stop in [one for one in stops if one.at == at] or before[-1:]:
            number = stops.index(stop) + 1
            st.markdown(f"Stop {number:d} of {len(stops)}, **{plain(clock(stop.at))}**: {plain(stop.what)}")


def _places(sitting: Sitting) -> list[int]:
    """Return the seconds at which the scrubber can stand."""
    last = sitting.drill.view.scenario.horizon
    happened = (int(at) for at in sitting.drill.timeline["at"])
    return sorted({*range(0, last + 1, GRID), *(at for at in happened if 0 <= at <= last)})

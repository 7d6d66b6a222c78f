"""Names of the debrief's session state, and the callbacks that move between its views."""

from __future__ import annotations

import streamlit as st

from ui import session

VIEW = "debrief_view"
"""Which view is open."""
FOCUS = "debrief_focus"
"""Sequence number of the moment that the timeline stands around, None for the whole drill."""
OPENED = "debrief_opened"
"""The drawer is to be opened in this run."""
MOMENT = "debrief_moment"
"""What the drawer shows: (moment, moments to leaf through, what they are about)."""
BOOK = "debrief_book"
"""The playbook that the score is read with."""
HIDE = "debrief_score_last"
"""The score is kept for the end."""
STEP = "debrief_step"
"""The timeline is revealed step by step."""
UNTIL = "debrief_until"
"""Drill minute up to which it is revealed."""

SCORE, TIMELINE, COURSE, KNOWN, BEHIND = "Score", "Timeline", "Plan and harm", "Known and said", "Behind it"
VIEWS = (SCORE, TIMELINE, COURSE, KNOWN, BEHIND)


@session.callback()
def focus(seq: int | None) -> None:
    """Open the timeline around one moment, or on the whole drill."""
    st.session_state[FOCUS] = seq
    st.session_state[VIEW] = TIMELINE


@session.callback()
def leaf(seq: int, among: tuple[int, ...], about: str) -> None:
    """Show a moment in the drawer, which can leaf through `among`."""
    st.session_state[MOMENT] = (seq, among, about)


@session.callback()
def picked(key: str, among: tuple[int, ...], about: str) -> None:
    """Open the drawer on what was picked with the pills under `key`; picking the same one again opens it again."""
    seq = st.session_state.get(key)
    if seq is None:
        seq = st.session_state.get(f"{key}-last")
    if seq is not None:
        st.session_state[f"{key}-last"] = seq
        st.session_state[OPENED] = True
        leaf(seq, among, about)

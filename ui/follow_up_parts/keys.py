"""Names of the page's session state, and the callbacks that move between its views."""

from __future__ import annotations

import streamlit as st

from ui import session

VIEW = "follow_view"
"""Which view is open: a stage's id, or one of these."""
ACTIONS, SURVEY, DOCUMENTS = "actions", "survey", "documents"
FROM = "follow_from"
"""The question that the next action comes of."""
ROUND = "follow_round"
"""Counts the actions that were added, so that the form for the next one is empty."""


@session.callback()
def to_actions(question: str) -> None:
    """Open the actions, with one begun for the answer to a question."""
    st.session_state[FROM] = question
    st.session_state[VIEW] = ACTIONS

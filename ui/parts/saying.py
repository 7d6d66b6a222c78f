"""The line to the channel: what is written goes to everybody who reads it."""

from __future__ import annotations

import streamlit as st

from simulator import acts
from ui import session
from ui.parts.shell import part, refused
from ui.session import Here

PLACE = "say"
LONGEST, MOST = 2000, 5
"""Characters of one message, and messages that a long paste may become."""


@part()
def line(here: Here) -> None:
    """Draw the line; what is refused is said under it."""
    # Without a limit: at one, the browser drops what is pasted beyond it without a word.
    st.chat_input(f"Write to the {_channel(here)} channel", key=_key(), on_submit=_said, args=(here,))
    refused(PLACE)


def _key() -> str:
    # Another one in another seat, or the browser would bring along what was half written for other readers.
    return f"{PLACE}-{session.rounds(PLACE)}"


def _channel(here: Here) -> str:
    return here.room.briefing(here.role).catalogue.room


@session.callback(PLACE, _key)
def _said(here: Here) -> None:
    session.forget(PLACE)
    text, channel = (st.session_state.get(_key()) or "").strip(), _channel(here)
    if len(text) > MOST * LONGEST:
        session.answer(PLACE, False, f"{len(text):,} characters are too much for the channel; {MOST * LONGEST:,} fit")
        st.session_state[_key()] = text
        return
    for start in range(0, len(text), LONGEST):
        part = text[start : start + LONGEST]
        if not session.give(here, PLACE, acts.PostMessage(channel=channel, text=part)):
            st.session_state[_key()] = text[start:]  # the browser has emptied the line
            return

"""Names of the debrief's session state, and the callbacks that move between its sections and moments."""

from __future__ import annotations

import streamlit as st

from ui import session

VIEW = "debrief_view"
"""Which section is open."""
AT = "debrief_at"
"""Drill second at which the debrief stands."""
FOCUS = "debrief_focus"
"""Sequence number of the moment that was asked for, None where the scrubber was moved by hand."""
OPENED = "debrief_opened"
"""The drawer is to be opened in this run."""
MOMENT = "debrief_moment"
"""What the drawer shows: (moment, moments to leaf through, what they are about)."""
BOOK = "debrief_book"
"""The playbook that the score is read with."""
STEP = "debrief_step"
"""Nothing after the moment at which it stands is shown."""
SEAT = "debrief_seat"
"""The seat whose screen is shown."""
GUESS = "debrief_guess"
"""What the group committed to: (drill, cause), cause None where it chose not to guess."""
PICTURE = "debrief_picture"
"""What was picked in the picture of the drill."""

HAPPENED, KNOWN, INSTEAD = "What happened", "Who knew what", "What else"
TEAM, GAPS, SCORE = "As a team", "Strengths and gaps", "Score"


@session.callback()
def go_to(second: int, seq: int | None = None) -> None:
    """Stand at one moment; `seq` is the entry that is meant."""
    st.session_state[AT] = second
    st.session_state[FOCUS] = seq


@session.callback()
def open_at(second: int, seq: int) -> None:
    """Open what happened at one moment."""
    go_to(second, seq)
    st.session_state[VIEW] = HAPPENED


@session.callback()
def open_guess() -> None:
    """Open the place where the group says what it thinks it was."""
    st.session_state[VIEW] = HAPPENED


@session.callback()
def moved() -> None:
    """Forget which entry was asked for: the scrubber was moved by hand."""
    st.session_state[FOCUS] = None


@session.callback()
def leaf(seq: int, among: tuple[int, ...], about: str, second: int) -> None:
    """Show a moment in the drawer, which can leaf through `among`; the debrief stands there from now on."""
    st.session_state[MOMENT] = (seq, among, about)
    go_to(second, seq)


@session.callback()
def picked(key: str, among: tuple[int, ...], about: str, seconds: tuple[int, ...]) -> None:
    """Open the drawer on what was picked with the pills under `key`; picking the same one again opens it again."""
    seq = st.session_state.get(key)
    if seq is None:
        seq = st.session_state.get(f"{key}-last")
    if seq in among:
        st.session_state[f"{key}-last"] = seq
        st.session_state[OPENED] = True
        leaf(seq, among, about, seconds[among.index(seq)])


@session.callback()
def commit(drill: str, cause: str | None) -> None:
    """Take down what the group thinks it was; from now on the truth is open."""
    st.session_state[GUESS] = (drill, cause)


def guessed(drill: str) -> bool:
    """Tell whether the group has said what it thinks it was, or chose not to."""
    return bool(st.session_state.get(GUESS, ("", None))[0] == drill)

"""The sections of a debrief, in the order that teaches. A section is added with one line in `SECTIONS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from ui.debrief_parts import keys
from ui.debrief_parts.gaps import gaps_view
from ui.debrief_parts.happened import happened_view
from ui.debrief_parts.instead import instead_view
from ui.debrief_parts.kept import kept_view
from ui.debrief_parts.known import known_view
from ui.debrief_parts.look import quiet
from ui.debrief_parts.score import score_view
from ui.debrief_parts.sitting import Sitting
from ui.debrief_parts.team import team_view
from ui.follow_up_parts.retests import follow_up_link


class DebriefSection(NamedTuple):
    """One section, drawn where its name is chosen; without a name it stands above them all."""

    draw: Callable[[Sitting], None]
    name: str = ""
    spoils: bool = False
    """It tells what the group may still want to guess, so it opens once they have."""
    hosts: bool = False
    """For the facilitator alone."""


def _afterwards(sitting: Sitting) -> None:
    """Lead on to what comes after the debrief, whoever was in the drill."""
    if sitting.room is not None and sitting.person is not None:
        follow_up_link(sitting.room, sitting.person)


SECTIONS = (
    DebriefSection(_afterwards),
    DebriefSection(kept_view, hosts=True),
    DebriefSection(happened_view, keys.HAPPENED),
    DebriefSection(known_view, keys.KNOWN),
    DebriefSection(instead_view, keys.INSTEAD, spoils=True),
    DebriefSection(team_view, keys.TEAM),
    DebriefSection(gaps_view, keys.GAPS, spoils=True),
    DebriefSection(score_view, keys.SCORE, spoils=True),
)
NAMES = tuple(section.name for section in SECTIONS if section.name)
"""Of those that are chosen by name: first what happened, the score last."""


def above(sitting: Sitting) -> None:
    """Draw what stands above all sections."""
    for section in SECTIONS:
        if not section.name and (sitting.hosts or not section.hosts):
            section.draw(sitting)


def section(sitting: Sitting) -> None:
    """Draw the section that is open."""
    opened = st.session_state.get(keys.VIEW) or keys.HAPPENED
    for one in SECTIONS:
        if one.name == opened and (sitting.hosts or not one.hosts):
            if one.spoils and not keys.guessed(sitting.drill.digest):
                _gate(sitting)
            else:
                one.draw(sitting)


def _gate(sitting: Sitting) -> None:
    """Draw what stands in place of a section that would give the answer away."""
    st.html(quiet("This gives away what it was. Say first, under “What happened”, what you think it was: "
                  "it teaches more than reading it."))  # fmt: skip
    with st.container(horizontal=True):
        st.button("Guess first", type="primary", key="debrief_to_guess", on_click=keys.open_guess)
        st.button("Open it without a guess", key="debrief_no_guess", on_click=keys.commit,
                  args=(sitting.drill.digest, None))  # fmt: skip

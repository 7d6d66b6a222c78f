"""What ticks beside the person: the things that wait for them, each settled with one click."""

from __future__ import annotations

import streamlit as st

from ui import session
from ui.parts.forms import open_form
from ui.parts.needs import DOCUMENT, TO_FILL_IN, Button, Need, needs
from ui.parts.shell import fresh, refused
from ui.parts.text import escape, plain
from ui.session import Here

PLACE = "needs"


def waiting(here: Here) -> None:
    """Draw what waits for this role; drawn inside a fragment that ticks."""
    # Records are read and filled in on the board.
    found = [need for need in here.room.shared(here.role, "needs", needs) if need.label != TO_FILL_IN]
    outcome = session.answered(PLACE)
    drawn = [(need.id, *(button.label for button in need.buttons)) for need in found]
    with fresh(PLACE, (bool(outcome and not outcome[0]), *drawn), gap="xsmall"):
        refused(PLACE)
        if not found:
            st.html('<p class="quiet">Nothing waits for you.</p>')
        for need in found:
            _draw(here, need)


def _draw(here: Here, need: Need) -> None:
    tone = "urgent" if need.urgent else need.label
    st.html(f'<div class="need {escape(tone)}"><span class="tag">{escape(need.label)}</span>{escape(need.text)}</div>')
    if need.buttons:
        with st.container(horizontal=True, gap="xsmall", key=f"needs-{need.id.replace(':', '-')}"):
            for index, button in enumerate(one for one in need.buttons if one.opens != DOCUMENT):
                st.button(
                    plain(button.label),
                    key=f"{need.id}-{index}",
                    type="primary" if index == 0 and need.urgent and len(need.buttons) < 3 else "secondary",
                    on_click=_settle,
                    args=(here, button, session.press(f"{need.id}/{index}")),
                    wrap=True,
                )


@session.callback(PLACE)
def _settle(here: Here, button: Button, key: str) -> None:
    if button.command is None:
        open_form(button.opens, button.about)
        st.rerun("forms")
    session.give(here, PLACE, button.command, key=key)

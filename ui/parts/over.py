"""A drill that is over: how it ended, how far scoring is, the way to the debrief."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from simulator import acts
from simulator import events as e
from simulator.record.entry import Entry
from simulator.record.journal import accepted
from simulator.room.clock import REAL_WORLD
from simulator.room.room import Room
from simulator.text import clock
from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.labels import words
from ui.parts.shell import part
from ui.parts.text import plain
from ui.session import Here

PLACE = "scoring"
NEXT = Path(__file__).with_name("over.html")
"""What is to be had in the debrief."""


def over(here: Here) -> None:
    """Draw the end of a drill."""
    shell.head(here.room.row.title, "This drill is over. The world has run on untouched to its horizon.", narrow=True)
    journal = here.room.record()
    if journal and (told := _ended(journal.entries)):
        st.markdown(told)
    if here.room.stopped_for_real:
        st.error(REAL_WORLD, icon=":material/emergency_home:")
    with st.container(border=True, key="after", width=640):
        _scoring(here)
    st.html(NEXT)
    shell.to_lobby()


def _ended(entries: Sequence[Entry]) -> str:
    """Return how a drill ended and when, as Markdown; empty where it did not."""
    end = next((x for x in reversed(entries) if isinstance(x.body, e.DrillEnded)), None)
    if end is None:
        return ""
    asked = any(isinstance(x.body, acts.EndDrill) for x in accepted(entries))
    how = "early" if asked and end.body.how == "time" else end.body.how
    return f"**{plain(words('ended')[how])}** :gray[{clock(end.at)}]"


@session.callback(PLACE)
def score_again(room: Room) -> None:
    """Score once more what could not be scored (as a callback)."""
    room.finishing.begin()


@part(run_every=1)
def _scoring(here: Here) -> None:
    card = here.room.scorecard()
    share, problem = here.room.finishing.progress, here.room.finishing.problem
    if card is None and problem is None:
        st.progress(share, text="Replaying what nobody would have changed, then scoring. It takes some seconds …")
        return
    if problem:
        st.error(plain(problem), icon=":material/error:")
        st.button("Score again", on_click=score_again, args=(here.room,), key="score-again")
    elif card is not None:
        made = "The record is kept as far as it went" if here.room.stopped_for_real else "The score is made"
        st.html(f'<p class="quiet">{made}, and what was behind the incident can be read.</p>')
    if st.button("Open the debrief", type="primary", icon=":material/fact_check:", key="to-debrief"):
        shell.go(Page.DEBRIEF, here.link)

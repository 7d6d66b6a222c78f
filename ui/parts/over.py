"""A drill that is over: how it ended, how far scoring is, the way to the debrief."""

from __future__ import annotations

import streamlit as st

from simulator.text import clock
from ui.parts import shell
from ui.parts.shell import calm, plain
from ui.session import Here

ENDED = {
    "resolved": "You closed the incident.",
    "time": "Time is up; the incident was still open.",
    "stopped": "The drill was stopped.",
}


def over(here: Here) -> None:
    """Draw the end of a drill."""
    shell.head(here.room.row.title, "This drill is over. The world has run on untouched to its horizon.", narrow=True)
    journal = here.room.record()
    how = next((x for x in reversed(journal.entries) if x.body.kind == "drill_ended"), None) if journal else None
    if how:
        st.markdown(f"**{ENDED.get(getattr(how.body, 'how', ''), '')}** :gray[{clock(how.at)}]")
    _scoring(here)


@st.fragment(run_every=1)
@calm
def _scoring(here: Here) -> None:
    card = here.room.scorecard()
    share, problem = here.room.scoring
    if card is None and problem is None:
        st.progress(share, text="Replaying what else could have happened, then scoring …")
        return
    if problem:
        st.error(plain(problem), icon=":material/error:")
        st.button("Score again", on_click=here.room.score_again, key="score-again")
    if st.button("Open the debrief", type="primary", icon=":material/fact_check:", key="to-debrief"):
        shell.go("debrief.py", here.link)

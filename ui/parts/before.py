"""A drill alone that has not begun: what it is about, who you are in it, how to begin. The clock stands meanwhile."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from simulator.briefing import Briefing
from simulator.room.clock import WAITS_SECONDS
from ui import session
from ui.parts import shell
from ui.parts.text import escape, minutes, plain
from ui.session import Here

PLACE = "before"
FIRST = Path(__file__).with_name("before.html")
"""How to begin, with a place for what the clock does then."""
RUNS = "then runs towards the first page or report, a minute away. Pause when you like."
WAITS = f"then goes on for {WAITS_SECONDS} seconds after what you do and waits while you read."


def before(here: Here) -> None:
    """Draw the briefing with the button that starts the clock."""
    b = here.room.briefing(here.role)
    known = b.catalogue.role(here.role)
    shell.head(b.catalogue.title, "Read as much as you like; the clock stands. Enter starts it.", narrow=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Start the clock", key="begin", type="primary", icon=":material/play_arrow:", shortcut="Enter",
            on_click=_begin, args=(here,),
        )  # fmt: skip
        st.html(f'<span class="quiet">{escape(_how(here, b))}</span>', width="content")
    shell.refused(PLACE)
    what, who = st.columns([1.35, 1], gap="large")
    with what:
        st.header("What you know", anchor=False)
        st.markdown(shell.prose(b.catalogue.briefing))
        needed = b.catalogue.needed
        if needed:
            st.markdown("**Evidence minimum** :gray[what has to be on record before you go on]")
            st.markdown("\n".join(f"- {plain(one.title)} :gray[before {plain(one.before)}]" for one in needed))
        st.markdown("**Who there is** :gray[by the names that commands take]")
        st.html(_people(b))
    with who:
        st.header("Your seat", anchor=False)
        with st.container(border=True):
            st.markdown(
                f"**{plain(known.title if known else here.role)}**  \n"
                f":gray[{plain(here.person.name)} · team {plain(known.team if known else '')}]"
            )
            if b.brief:
                st.text(b.brief)
            st.caption("What only you know is behind the button with your seat, at the top of the console.")
        st.header("How to begin", anchor=False)
        clock = escape(WAITS if here.room.clock.waits else RUNS)
        st.html(FIRST.read_text(encoding="utf-8").replace("{clock}", clock))


def _people(b: Briefing) -> str:
    rows = "".join(
        f"<li><code>{escape(one.handle)}</code> {escape(one.title.partition(' (')[0])}"
        f"{'' if one.seat else ' <i>page first</i>'}</li>"
        for one in b.catalogue.roles
        if one.id != b.role
    )
    return f'<ul class="people">{rows}</ul>'


def _how(here: Here, b: Briefing) -> str:
    head = here.room.row.header
    pace = "the clock waits for you" if here.room.clock.waits else f"{here.room.clock.pace:g}× speed"
    hints = "hints when a step is late" if head.mode == "training" else "no hints"
    return f"{head.mode}: {hints} · {head.difficulty} difficulty · {pace} · {minutes(b.catalogue.horizon)} at most"


@session.callback(PLACE)
def _begin(here: Here) -> None:
    here.room.start(here.person)

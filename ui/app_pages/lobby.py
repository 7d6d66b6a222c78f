"""The lobby: join with a code, resume, practise alone, host a team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import streamlit as st

from simulator.errors import DrillError
from ui import session
from ui.pages import Page
from ui.parts import begin, entrance, membership, opened, shell, yours
from ui.parts.offered import OWN, Playable, offers
from ui.parts.text import escape, minutes, plain

LINKED = "linked"
"""The link that this session has followed to a scenario's options: a dialog that was closed stays closed."""
WAYS: dict[str, tuple[str, Literal["primary", "secondary"], Callable[[Playable], None]]] = {
    "Practise alone": (":material/person:", "primary", begin.alone),
    "Host for a team": (":material/groups:", "secondary", begin.team),
}


def render() -> None:
    """Draw the lobby; a link with a code or a token leads straight to that drill's seats."""
    try:
        here = session.here()
    except DrillError as error:
        return shell.kept_out("You are not in this drill here", error)
    if session.OPENED in st.session_state:
        return opened.show(*st.session_state[session.OPENED])
    if here is not None and here.person.seat is None and not here.person.facilitator:
        return entrance.seats(here)
    if here is None and session.code():
        return entrance.by_code(session.code())
    shell.head(
        "Rehearse the incident before it happens",
        "A world that misbehaves, a team, a clock. Afterwards you see what "
        "was really going on, and what your response was worth.",
        narrow=True,
    )
    with st.container(border=True, key="join"):
        entrance.ask_code()
    known = yours.finished_and_running()
    if not known:
        _newcomer()
    entrance.outcome("first")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.page_link(Page.TEAM.file, label=membership.in_short(), icon=":material/group:")
        if known:
            _next_newcomer()
    found = offers()
    if not found:
        st.info("No scenario can be played here; `drill check` says why.", icon=":material/info:")
        return None
    st.html("<h2 class='section'>Scenarios</h2>")
    with st.grid(3, min_column_width=270, gap="small", key="scenarios"):
        for one in found.values():
            with st.container(border=True, height="stretch", key=f"scenario-{one.key}"):
                _card(one)
    st.page_link(Page.LIBRARY.file, label="Bring a drill of your own team", icon=":material/upload_file:",
                 query_params={"tab": OWN})  # fmt: skip
    _options(found)
    return None


def _newcomer() -> None:
    with st.container(border=True, key="first", horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(
            "**New here? Your first drill takes a quarter of an hour.**  \n"
            "You lead a small team through a real-looking incident; a guide above the console says what to do next. "
            "A briefing comes first, and the clock waits for you.",
            width="stretch",
        )
        if st.button("Start the first drill", type="primary", key="first-drill", icon=":material/school:"):
            begin.first_drill(session.known_as())


def _next_newcomer() -> None:
    """Keep the first drill within reach where somebody has played: whoever is new there has another name."""
    with st.popover("The guided first drill", icon=":material/school:", type="tertiary", key="guided"):
        st.markdown("For somebody new: a quarter of an hour in the lead, with a guide above the console.")
        name = entrance.your_name("first-name")
        if st.button("Start the first drill", type="primary", key="first-drill"):
            begin.first_drill(name)


def _card(offer: Playable) -> None:
    """Show what a scenario is about and what it trains; neither tells what is wrong."""
    name = offer.key
    try:
        loaded = offer.load()
    except DrillError as error:
        st.markdown(f"**{plain(name)}** cannot be played")
        st.caption(plain(str(error)))
        return
    scenario = loaded.scenario
    variants = len(loaded.variants)
    size = [minutes(scenario.horizon), f"{len(scenario.seats())} seats"]
    size += [f"{variants} variants"] if variants > 1 else []
    size += [f"{offer.team}’s own"] if offer.team else []
    trains = "".join(f"<li>{escape(one)}</li>" for one in scenario.trains)
    st.html(
        f"<h3 class='scenario'>{escape(scenario.title)}</h3><p class='size'>{escape(' · '.join(size))}</p>"
        f"<p>{escape(scenario.summary)}</p>" + (f"<p class='size'>Trains</p><ul class='trains'>{trains}</ul>")
    )
    st.space("stretch")
    with st.container(horizontal=True, gap="small"):
        for way, (icon, kind, _) in WAYS.items():
            key = f"{way.split()[0].lower()}-{name}"
            st.button(plain(way), key=key, icon=icon, type=kind, on_click=_open, args=(way, name))


@session.callback()
def _open(way: str, name: str) -> None:
    st.session_state[begin.CHOSEN] = (way, name)


@session.callback()
def _close() -> None:
    st.session_state.pop(begin.CHOSEN, None)


def _options(found: Mapping[str, Playable]) -> None:
    """Ask for what remains to be chosen of the scenario that was picked here, or that a link picked."""
    asked = session.asked("scenario", list(found), "")
    if asked and st.session_state.get(LINKED) != st.query_params.to_dict():
        st.session_state[LINKED] = st.query_params.to_dict()
        _open("Practise alone", asked)
    way, name = st.session_state.get(begin.CHOSEN, ("", ""))
    if name in found:
        title = found[name].load().scenario.title
        # The decorator takes the title, which is known only now.
        st.dialog(f"{way}: {plain(title)}", on_dismiss=_close)(WAYS[way][2])(found[name])


if __name__ == "__main__":
    render()

"""What every page shares: style, head line, states in which there is nothing else to show."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec
from urllib.parse import urlencode, urlsplit

import streamlit as st

from simulator.errors import AccessDenied, DrillError
from ui import session
from ui.pages import Page
from ui.parts.assets import packaged
from ui.parts.live import SERVER
from ui.parts.text import escape, plain, sentence

P = ParamSpec("P")

STYLE = Path(__file__).parent.parent / "style.css"
ICON = Path(__file__).parent.parent / "theme" / "icon.png"
LOCAL = ("localhost", "127.0.0.1", "::1")


def part(**how: Any) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Draw a part of a page by itself, as `st.fragment` does that; `how` is what that takes.

    A DrillError is shown where the part would have been; the next tick tries again.
    """

    def alone(draw: Callable[P, None]) -> Callable[P, None]:
        @wraps(draw)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                _check_in(*args)
                draw(*args, **kwargs)
            except DrillError as error:
                st.warning(sentence(error), icon=":material/sync_problem:")

        made: Callable[P, None] = st.fragment(**how)(drawn)
        return made

    return alone


def _check_in(*args: object) -> None:
    """Draw the whole page anew, which says why, where what let somebody in here was withdrawn since."""
    for one in args:
        if isinstance(one, session.Here):
            try:
                one.room.as_is(one.person)
            except AccessDenied:
                st.rerun()


def anew() -> None:
    """Draw the whole page anew although nobody pressed anything, as soon as no drawer is open over it.

    A drawer would close, and what is pressed in it just then be lost, as in any part that is drawn by itself: a page
    that does this has no other parts of its own meanwhile.
    """
    if not st.session_state.get(session.DRAWER):
        st.rerun()


def drawer(title: str, draw: Callable[[], None] | None, settled: bool) -> None:
    """Open a drawer at the right, where there is something to `draw`; called once in each run of the whole page.

    Until a page is `settled` it is drawn anew once the drawer is closed.
    """
    st.session_state[session.DRAWER] = draw is not None
    if draw is not None:
        st.dialog(title, width="medium", position="right", on_dismiss="ignore" if settled else "rerun")(draw)()


def refused(place: str) -> bool:
    """Say why what was asked for last at `place` was not taken; tell whether there is such an answer."""
    found = session.answered(place)
    if found is None or found[0]:
        return False
    st.error(sentence(found[1]), icon=":material/block:")
    return True


def prose(text: str) -> str:
    """Return text of several paragraphs as Markdown that wraps by itself and means only its words."""
    return "\n\n".join(plain(" ".join(part.split()).replace(" %", "\u00a0%")) for part in text.split("\n\n"))


def opening(text: str) -> str:
    """Return the first sentence of a text: of a role's brief, what the role does."""
    words = " ".join(text.split())
    return words.partition(". ")[0].rstrip(".") + "." if words else ""


def themed(html: str) -> str:
    """Return HTML for a drawer or dialog, which lies outside the part of the page that knows whether it is dark."""
    return f'<div style="color-scheme:{"light" if st.context.theme.type == "light" else "dark"}">{html}</div>'


def head(title: str, lead: str = "", narrow: bool = False) -> None:
    """Draw the head of a page that is not the console; a `narrow` page keeps to the width of reading."""
    if narrow:
        keep_narrow()
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.html('<span class="brand">Incident Drill</span>', width="content")
        for page in Page:
            if page.in_head:
                st.page_link(page.file, label=page.title)
    st.html(f"<h1 class='page'>{escape(title)}</h1>" + (f"<p class='lead'>{escape(lead)}</p>" if lead else ""))


def keep_narrow() -> None:
    """Have the page keep to the width of reading."""
    st.html('<i class="narrowpage"></i>')


def dead_end(title: str, words: str) -> None:
    """Show a state that has no way on but the lobby."""
    head(title, narrow=True)
    st.warning(sentence(words), icon=":material/info:")
    to_lobby()


def still_running(here: session.Here, what: str) -> None:
    """Show that this page of a drill opens when the drill is over, and the way back to it."""
    head(here.room.row.title)
    st.info(f"This drill is still running. Its {plain(what)} opens when it is over.", icon=":material/timer:")
    if st.button("Back to the console", key="back-to-console", type="primary"):
        go(Page.CONSOLE, here.link)


def kept_out(title: str, error: DrillError) -> None:
    """Show why somebody does not get in: under `title` where they may not, and else that it is no fault of theirs."""
    dead_end(title if isinstance(error, AccessDenied) else "This drill cannot be opened here", str(error))


def to_lobby(label: str = "To the lobby") -> None:
    """Offer the way back."""
    st.page_link(Page.LOBBY.file, label=label, icon=":material/arrow_back:")


def go(page: Page, link: dict[str, str]) -> None:
    """Leave for another page of the same drill."""
    st.switch_page(page.file, query_params=link)


def enter(here: session.Here) -> None:
    """Leave for the page of somebody who came in just now; the browser is given what it stays in with."""
    st.session_state[session.TICKET] = SERVER.rooms.ticket(here.person)
    st.rerun()


def hand_in(ticket: str) -> None:
    """Have the browser exchange a ticket; the answer leads it on."""
    head("One moment", "You are shown to your seat.", narrow=True)
    packaged("enter")(data={"ticket": ticket}, key="enter")


def join_link(code: str, label: str) -> None:
    """Show the link with which others join, after some words that lead to it."""
    link(f"/?{urlencode({session.DRILL: code})}", label)


def link(end: str, label: str) -> None:
    """Show a link into this server for another browser, after some words that lead to it.

    From an address that only this machine has (localhost) it is its end, which goes behind the address others use.
    """
    at = urlsplit(st.context.url or "")
    whole = bool(at.hostname) and at.hostname not in LOCAL
    st.caption(label if whole else f"{label} that ends in")
    st.code(f"{at.scheme}://{at.netloc}{end}" if whole else end, language=None, wrap_lines=True)

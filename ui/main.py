"""Router: page settings, the pages, and the style they share. Run by Streamlit in every session."""

from __future__ import annotations

import streamlit as st

from simulator.errors import DrillError
from ui import session
from ui.pages import Page
from ui.parts import shell


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        page_title="Incident Drill", page_icon=str(shell.ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    pages = [
        st.Page(page.file, title=page.title, url_path=page.path, default=page is Page.LOBBY, help=page.words)
        for page in Page
    ]
    shown = st.navigation(pages, position="hidden")
    st.html(shell.STYLE)  # in every run of the script
    ticket = st.session_state.pop(session.TICKET, "")
    try:
        shell.hand_in(ticket) if ticket else shown.run()
    except DrillError as error:
        shell.dead_end("Something is in the way", str(error))


main()

"""Router: page settings, the pages, and the style they share. Run by Streamlit in every session."""

from __future__ import annotations

import streamlit as st

from simulator.errors import DrillError
from ui.parts import shell
from ui.parts.live import SERVER

PAGES = (
    ("lobby.py", "Lobby", "", "Practise alone, host a drill, join one, resume yours."),
    ("console.py", "Console", "console", "Work the incident in your seat."),
    ("debrief.py", "Debrief", "debrief", "Score, moments and what the world was really doing."),
    ("library.py", "Library", "library", "Scenarios, playbook and glossary."),
)


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        page_title="Incident Drill", page_icon=str(shell.ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    pages = [
        st.Page(file, title=title, url_path=path or None, default=not path, help=words)
        for file, title, path, words in PAGES
        if (shell.STYLE.parent / file).exists()
    ]
    page = st.navigation(pages, position="hidden")
    shell.dress()
    try:
        page.run()
    except DrillError as error:
        shell.dead_end("Something is in the way", str(error))
    SERVER.hand_over()


main()

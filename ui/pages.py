"""Every page of the app: a file in `app_pages/` and a line here."""

from __future__ import annotations

from enum import Enum


class Page(Enum):
    """A page, named as its file is: what it is for, and whether the head line leads to it."""

    LOBBY = "Practise alone, host a drill, join one, resume yours.", True
    CONSOLE = "Work the incident in your seat.", False
    DEBRIEF = "Score, moments and what the world was really doing.", True
    FOLLOW_THROUGH = "What comes after: review, causes, actions, documents.", False
    TRENDS = "Many drills: what recurs, what gets better, who has yet to try what.", True
    TEAM = "Your team: who is in it, its links, its drills.", False
    LIBRARY = "Scenarios, playbook and glossary.", True

    def __init__(self, words: str, in_head: bool) -> None:
        self.words = words
        self.in_head = in_head

    @property
    def title(self) -> str:
        """Return what links and the browser's tab call it."""
        return self.name.capitalize().replace("_", "-")

    @property
    def file(self) -> str:
        """Return its file, beside the entry script."""
        return f"app_pages/{self.name.lower()}.py"

    @property
    def path(self) -> str | None:
        """Return its address; whoever names no page gets to the lobby."""
        return None if self is Page.LOBBY else self.name.lower()

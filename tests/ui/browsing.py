"""A browser without a browser: AppTest that keeps a cookie, and follows where a ticket leads."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from streamlit.testing.v1 import AppTest

from tests.ui.asgi import ask
from ui import session
from ui.parts.live import SERVER

MAIN = Path(__file__).resolve().parents[2] / "ui" / "main.py"
PATIENCE = 180
"""Seconds after which a page that is still being drawn hangs; a busy machine takes its time."""
JAR = "jar of this test"
"""Where the cookie is in AppTest, which has none of its own: `conftest` has pages look here."""


class Browser(AppTest):
    """The app as one person's browser shows it."""

    def __init__(self) -> None:
        super().__init__(MAIN, default_timeout=PATIENCE)

    def hold(self, token: str) -> Browser:
        """Come with a seat: its token in the cookie, its person in the address."""
        self.session_state[JAR] = token
        self.query_params[session.ME] = SERVER.rooms.whose(token) or token
        return self

    def to(self, page: str) -> Browser:
        """Open a page by its file's name."""
        self.switch_page(f"app_pages/{page}").run()
        return self

    def _run(self, *args: Any, **kwargs: Any) -> AppTest:
        super()._run(*args, **kwargs)
        ticket = self.ticket()
        return self._follow(ticket) if ticket else self

    def ticket(self) -> str:
        """Return the ticket that the page hands in, empty where it hands in none."""
        found = [one.proto for one in self.get("bidi_component") if one.proto.component_name == "incident-drill.enter"]
        return str(json.loads(found[0].json)["ticket"]) if found else ""

    @property
    def lives(self) -> bool:
        """Tell whether the page shows the live element of a console."""
        return any(one.proto.component_name == "incident-drill.live" for one in self.get("bidi_component"))

    def _follow(self, ticket: str) -> AppTest:
        held = str(self.session_state[JAR]) if JAR in self.session_state else ""
        answer = ask("/enter", "POST", body=urlencode({"ticket": ticket}), cookie=f"{session.COOKIE}={held}")
        assert answer.status == 303, answer.text
        self.session_state[JAR] = SimpleCookie(answer.headers["set-cookie"])[session.COOKIE].value
        to = urlsplit(answer.headers["location"])
        self.query_params = dict(parse_qsl(to.query))
        page = to.path.removeprefix("./") or "lobby"
        return self.switch_page(f"app_pages/{page}.py").run()

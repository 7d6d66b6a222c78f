"""A live console without a browser: what it shows, and what is pressed on it, by the routes that a browser asks."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from tests.ui.asgi import Answered, ask
from ui import session
from ui.live.piece import Piece
from ui.live.screen import Screen, opening
from ui.session import Here


def screen(here: Here) -> dict[str, str]:
    """Return the pieces of somebody's screen: HTML, or the data of a chart, by id."""
    found = [*opening(here), *Screen(here).pieces(here.room)]
    return {one.id: one.html if isinstance(one, Piece) else one.json for one in found}


def texts(here: Here) -> str:
    """Return everything that a screen shows as one text."""
    return "\n".join(screen(here).values())


def asked(here: Here, what: str, **query: str) -> Answered:
    """Ask for something that a live console asks for, as the person who holds this token."""
    address = f"/live/{what}?{urlencode({session.ME: here.person.id, **query})}"
    return ask(address, cookie=f"{session.COOKIE}={here.token}")


def posted(here: Here, body: str, *, me: str | None = None, **headers: str) -> Answered:
    """Send something to where presses go."""
    address = f"/live/act?{urlencode({session.ME: here.person.id if me is None else me})}"
    given = {"content_type": "application/json", "cookie": f"{session.COOKIE}={here.token}", **headers}
    return ask(address, "POST", body=body, **given)


def press(here: Here, act: str, key: str = "", /, **fields: Any) -> dict[str, Any]:
    """Press something; return what it says."""
    body = {"key": key or secrets.token_hex(8), "act": act, "fields": named(fields)}
    found: dict[str, Any] = json.loads(posted(here, json.dumps(body)).text)
    return found


def named(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields by the names that forms give them: `check__metric` is `check.metric`."""
    return {name.replace("__", "."): value for name, value in fields.items()}


def typed(here: Here, text: str, where: str = "shell", key: str = "", **more: str) -> dict[str, Any]:
    """Type a line."""
    return press(here, "line", key, text=text, where=where, **more)


class Form(HTMLParser):
    """What a form's HTML asks for: its fields, what they begin with, and whether each has a label."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self.unlabelled: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self._labels: set[str] = set()
        self._needs: list[tuple[str, str]] = []
        self._select = ""
        self._area = ""
        self._legend = 0
        self.feed(html)
        self.close()
        assert self._open == [], "every element that is begun ends"
        self.unlabelled = [name for name, ident in self._needs if ident not in self._labels]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element up."""
        has = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in has), "no inline handler"
        if "id" in has:
            self.ids.append(has["id"])
        if tag not in ("input", "br", "hr"):
            self._open.append(tag)
        if tag == "label" and "for" in has:
            self._labels.add(has["for"])
        if tag in ("select", "textarea", "input") and has.get("type") != "hidden":
            inside = "label" in self._open or "aria-label" in has
            if not inside:
                self._needs.append((has.get("name", has.get("id", "")), has.get("id", "")))
        if tag == "input" and has.get("name"):
            self._input(has)
        elif tag == "select" and has.get("name"):
            self._select = has["name"]
            self.fields[self._select] = ""
        elif tag == "option" and "selected" in has and self._select:
            self.fields[self._select] = has.get("value", "")
        elif tag == "textarea":
            self._area = has["name"]
            self.fields[self._area] = ""

    def _input(self, has: Mapping[str, str]) -> None:
        name, kind = has["name"], has.get("data-type", "")
        if kind == "list":
            self.fields.setdefault(name, [])
            if has.get("type") == "hidden" or "checked" in has:
                self.fields[name].append(has["value"])
        elif has.get("type") == "radio":
            if "checked" in has:
                self.fields[name] = has["value"]
        elif kind == "number":
            self.fields[name] = float(has["value"]) if has.get("value") else ""
        else:
            self.fields[name] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        assert self._open.pop() == tag, f"</{tag}> where something else is open"
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Take what stands in a text."""
        if self._area:
            self.fields[self._area] += data

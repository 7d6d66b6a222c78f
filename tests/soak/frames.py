"""Search every message that each seat's browser is sent for what that seat may not see.

A drill is played by the book while a host, an observer, a visitor with the code and each seat look at every part of
their pages. What they get is searched for injects to come, others' private knowledge, restricted matter, the truth,
keys and tokens. `python -m tests.soak frames` does so for each scenario.
"""

from __future__ import annotations

import argparse
import html
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import BaseModel
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from scenarios import load
from simulator import acts
from simulator import events as e
from simulator.engine import Engine
from simulator.play import orders
from simulator.record.entry import Entry, sees
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.values import OBSERVER
from tests import played
from tests.room.rooms import Wall, rooms
from tests.ui.browsing import JAR, Browser
from ui import session
from ui.live.feed import Feed, wire
from ui.live.forms import form_html
from ui.live.line import offered
from ui.live.screen import Screen, opening
from ui.parts.catalogue import FORMS
from ui.parts.live import SERVER
from ui.session import Here

SCENARIOS = ("auth_token", "billing_mismatch", "permission_leak")
SEED = 7
LONG = 24
"""Letters from which on a piece of text is looked for: shorter ones are found everywhere."""
PIECE = 90
NOBODY = "nobody"
HOST = "host"
"""Reads the truth on their desk, and yet nobody's secrets."""


@dataclass
class Viewer:
    """Somebody's browser, and what it was sent."""

    name: str
    role: str
    """Whose eyes they have; NOBODY: whoever has only the code."""
    app: Browser
    here: Here | None = None
    screen: Screen | None = None
    feed: Feed = field(default_factory=Feed)
    sent: int = 0
    """Bytes in all."""
    found: set[str] = field(default_factory=set)


def squeezed(text: str) -> str:
    """Return letters and digits alone, however text was escaped on its way."""
    plain = re.sub(r"\\u[0-9a-fA-F]{4}|\\[nrt]", " ", html.unescape(text))
    return re.sub(r"[^A-Za-z0-9]+", " ", plain)


def pieces(text: str) -> Iterator[str]:
    """Yield what is looked for of a text: its sentences, without what a template fills in."""
    for part in re.split(r"\{\{.*?\}\}|\{%.*?%\}|[.!?;:\n](?=\s|$)|[^\x00-\x7f]", text):
        found = squeezed(part).strip()[:PIECE]
        if len(found) >= LONG:
            yield found


def texts(value: Any) -> Iterator[str]:
    """Yield every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from texts(one)


def seen(engine: Engine, role: str) -> list[Entry]:
    """Return what a role may see by now."""
    return [one for one in engine.journal.entries if role != NOBODY and sees(one, role, engine.circle)]


def forbidden(engine: Engine, room: Room, role: str) -> dict[str, str]:
    """Return what a role may not see at this moment: piece of text and what it is of."""
    scenario, shown = room.loaded.scenario, seen(engine, role)
    found: dict[str, str] = {}

    def forbid(what: str, parts: Iterable[str]) -> None:
        for text in parts:
            found.update(dict.fromkeys(pieces(text), what))

    told = {one.body.inject for one in shown if isinstance(one.body, e.InjectDelivered)}
    for inject in scenario.injects:
        if inject.id not in told:
            forbid(f"inject {inject.id}", (inject.text, *(answer.label for answer in inject.answers)))
    for one in scenario.roles:
        if one.id != role:
            forbid(f"what only {one.id} knows", (cue.text for cue in one.cues))
            forbid(f"brief of {one.id}", (one.brief.partition(". ")[2],))
    stories = (text for cause in scenario.causes for text in (cause.plausible, cause.killed_by))
    forbid("the truth", (scenario.fault, *stories))
    visible = {id(one) for one in shown}
    for one in engine.journal.entries:
        if id(one) not in visible:
            forbid(f"entry {one.seq} ({one.body.kind})", texts(one.body))
    public = squeezed(" ".join(public_texts(room)) + " " + " ".join(text for one in shown for text in texts(one.body)))
    return {piece: what for piece, what in found.items() if piece not in public}


def public_texts(room: Room) -> Iterator[str]:
    """Yield what everybody may read at any time: the page before the drill, titles, the playbook."""
    scenario = room.loaded.scenario
    yield from (scenario.title, scenario.summary, scenario.briefing)
    yield from texts(room.row.header.playbook)
    lists = (getattr(scenario, name) for name in type(scenario).model_fields)
    named = (one for many in lists if isinstance(many, tuple) for one in many if isinstance(one, BaseModel))
    yield from (str(getattr(one, "title", "")) for one in named)


@contextmanager
def watching(messages: list[bytes]) -> Iterator[None]:
    """Keep every message that a session of the app is sent, and let pages find their cookie in AppTest."""
    enqueue, jar = ForwardMsgQueue.enqueue, session.jar

    def kept(self: ForwardMsgQueue, message: Any) -> None:
        messages.append(message.SerializeToString())
        enqueue(self, message)

    ForwardMsgQueue.enqueue = kept  # type: ignore[method-assign]
    session.jar = lambda: st.session_state.get(JAR, "")
    try:
        yield
    finally:
        ForwardMsgQueue.enqueue = enqueue  # type: ignore[method-assign]
        session.jar = jar


class Search:
    """One drill that is looked at."""

    def __init__(self, folder: Path, scenario: str, seats: Sequence[str] = ()) -> None:
        self.wall, self.messages = Wall(), list[bytes]()
        self.place: Rooms = rooms(folder / "drills.db", self.wall, load=load)
        SERVER.use(lambda: self.place)
        self.drill = played.engine(scenario, "base", "by_the_book", SEED)
        opened = self.place.create(scenario, seed=SEED, mode="assessment", hosted=True)
        self.room = opened.room
        token, self.host = self.place.facilitate(self.room, "Hana", opened.key)
        lead = self.room.loaded.scenario.lead()
        self.secrets = {opened.key: "the key", self.room.row.key_hash: "the key's hash"}
        self.secrets[self.place.store.setting("token-secret", "")] = "the secret that signs"
        self.tokens: dict[str, str] = {}
        self.viewers = [self._viewer(HOST, lead, token)]
        self.viewers.append(self._viewer("observer", lead, self.place.join(self.room, "Olga", OBSERVER)[0]))
        self.viewers.append(Viewer("visitor", NOBODY, Browser()))
        for order in orders(self.drill):
            if isinstance(order.body, acts.TakeSeat):
                seat = order.body.seat
                self.tokens[seat] = self.place.join(self.room, order.body.name, seat)[0]
                if not seats or seat in seats:
                    self.viewers.append(self._viewer(seat, seat, self.tokens[seat]))
        self.secrets |= dict.fromkeys(self.tokens.values(), "somebody's token")

    def _viewer(self, name: str, role: str, token: str) -> Viewer:
        self.secrets[token] = f"the token of {name}"
        here = Here(*self.place.identify(token), token)
        return Viewer(name, role, Browser().hold(token), here, Screen(here))

    def run(self, until: int, every: int, *, thorough: bool) -> None:
        """Play until a drill second, and have everybody look every so many seconds."""
        begun, due = self.wall.at, 0
        try:
            with watching(self.messages):
                self.look(thorough)
                self.room.start(self.host)
                for order in orders(self.drill):
                    while due <= min(order.at, until):
                        self.wall.at = begun + due + 60
                        self.look(thorough)
                        due += every
                    if order.at > until:
                        break
                    if not isinstance(order.body, acts.TakeSeat):
                        self.wall.at = max(self.wall.at, begun + order.at + 60)
                        room, person = self.place.identify(self.tokens[order.by.partition(":")[0]])
                        room.submit(order.body, person)
        finally:
            SERVER.use(None)
            self.place.store.close()

    def look(self, thorough: bool) -> None:
        """Have everybody look at their pages, and search what they were sent."""
        for viewer in self.viewers:
            for _ in self._pages(viewer, thorough):
                self._search(viewer)

    def _pages(self, viewer: Viewer, thorough: bool) -> Iterator[None]:
        """Open one page or part after the other."""
        app = viewer.app
        if viewer.role == NOBODY:
            for page in ("lobby.py", "console.py", "debrief.py")[: 3 if thorough else 1]:
                app.query_params = {session.DRILL: self.room.row.code}
                yield app.to(page)  # type: ignore[misc]
            return
        yield app.to("console.py")  # type: ignore[misc]
        yield self._live(viewer)
        if not thorough or viewer.name not in self.tokens:
            return
        b = self.room.briefing(viewer.role)
        for kind in (form.kind for forms in FORMS.values() for form in forms):
            yield self.messages.append(form_html(b, kind).encode())
        for text in ("/", "@", "/ask @", "/freeze ", *(line.command.split()[0] for line in b.catalogue.lines)):
            for where in ("channel", "shell"):
                yield self.messages.append(repr(offered(b, text, len(text), where)).encode())

    def _live(self, viewer: Viewer) -> None:
        """Have a viewer be sent what changed on their live screen since they looked last."""
        assert viewer.here is not None
        assert viewer.screen is not None
        since = viewer.feed.version
        viewer.feed.put(viewer.screen.pieces(self.room))
        own = [wire(piece) for piece in opening(viewer.here)]
        self.messages.append(viewer.feed.delta(since, own)[0])

    def _search(self, viewer: Viewer) -> None:
        raw = b"\n".join(self.messages)
        self.messages.clear()
        viewer.sent += len(raw)
        text = raw.decode("utf-8", "replace")
        here = squeezed(text)
        engine = self.room.truth("engine", lambda engine: engine)
        hidden = {} if viewer.name == HOST else forbidden(engine, self.room, viewer.role)
        viewer.found |= {f"{what}: {piece}" for piece, what in hidden.items() if piece in here}
        viewer.found |= {what for secret, what in self.secrets.items() if secret in text}


def faults(search: Search) -> list[str]:
    """Return what somebody was sent and may not see, a line each."""
    return [f"{viewer.name}: {what}" for viewer in search.viewers for what in sorted(viewer.found)]


def add(parser: argparse.ArgumentParser) -> None:
    """Name the options of this search."""
    parser.add_argument("--minutes", type=int, default=60, help="drill minutes that are looked at")
    parser.add_argument("--every", type=int, default=300, help="drill seconds between two looks of everybody")


def run(args: argparse.Namespace) -> int:
    """Search each scenario; return how much was found."""
    count = 0
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            search = Search(Path(folder), scenario)
            search.run(60 * args.minutes, args.every, thorough=True)
        found = faults(search)
        sent = sum(viewer.sent for viewer in search.viewers)
        print(f"{scenario}: {len(search.viewers)} browsers, {sent / 1e6:.1f} MB searched, {len(found)} found")
        print("".join(f"  {line}\n" for line in found), end="")
        count += len(found)
    return count

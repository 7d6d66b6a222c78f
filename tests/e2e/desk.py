"""A drill with a host and two seats in real browsers: what the journeys at the facilitator's desk begin from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from scenarios.loader import load
from simulator.engine import Engine
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.e2e.server import PATIENCE, Server, eventually
from ui.session import COOKIE

LOOKS = itertools.count()
"""Every look is a new one."""


@dataclass
class Stage:
    """A drill on a server, and the browsers of those in it."""

    rooms: Rooms
    room: Room
    key: str
    server: Server
    browser: Browser
    pages: dict[str, Page]

    def enter(self, token: str, person: str, width: int = 1440, height: int = 900, scheme: str = "dark") -> Page:
        """Open the console of somebody in a browser of their own."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.server.url}])
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        page.goto(f"{self.server.url}/console?me={person}")
        expect(page.locator(".bar")).to_be_visible()
        return page

    def tab(self, name: str) -> Page:
        """Bring a tab of the host's desk to the front."""
        self.host.get_by_role("tab", name=name, exact=True).click()
        return self.host

    @property
    def host(self) -> Page:
        return self.pages["Hana"]

    @property
    def ana(self) -> Page:
        return self.pages["Ana"]

    @property
    def cy(self) -> Page:
        return self.pages["Cy"]

    def reach(self, second: int) -> None:
        """Skip ahead until the drill has come to a second."""
        while (before := self.room.version[1]) < second:
            self.host.get_by_role("button", name="Skip ahead").click()
            eventually(lambda before=before: self.room.version[1] > before)

    def look(self, what: Callable[[Engine], object]) -> object:
        """Return what is so in the drill itself."""
        return self.room.truth(f"look {next(LOOKS)}", what)

    def coming(self) -> str:
        """Return an inject that comes by the clock, in some time."""
        found = self.look(lambda engine: [
            one for one in engine.msel.lines.values()
            if one.state == "pending" and not one.inject.when and one.at > engine.now + 300 and not one.words_only
            and not one.inject.leaves
        ])  # fmt: skip
        return str(found[-1].inject.id)  # type: ignore[index]


@contextmanager
def staged(server: Server, browser: Browser) -> Iterator[Stage]:
    """Open a drill on a server, with three people in it."""
    store = Store(server.database)
    rooms = Rooms(store, load)
    opened = rooms.create("auth_token", seed=7, hosted=True)
    made = Stage(rooms, opened.room, opened.key, server, browser, {})
    token, host = rooms.facilitate(opened.room, "Hana", opened.key)
    made.pages["Hana"] = made.enter(token, host.id)
    for name, seat in (("Ana", "commander"), ("Cy", "comms")):
        token, person = rooms.join(opened.room, name, seat, "blue horse")
        made.pages[name] = made.enter(token, person.id)
    yield made
    for page in made.pages.values():
        page.context.close()
    store.close()


def started(stage: Stage) -> Stage:
    """Return the stage with its clock running, some minutes after the page."""
    if stage.room.clock.state == "waiting":
        stage.host.get_by_role("button", name="Start the drill").click()
        expect(stage.host.get_by_role("button", name="Pause")).to_be_visible()
        stage.reach(0)
    return stage


def said(form: Locator, words: str | re.Pattern[str]) -> None:
    expect(form.locator("output")).to_contain_text(words)


def form(page: Page, act: str, within: str = "") -> Locator:
    return page.locator(f"{within} form[data-act='{act}']").first


def row(page: Page, ident: str) -> Locator:
    return page.locator(f"#line-{ident}")


def unfold(summary: Locator) -> None:
    """Open what is folded, where it is not open yet."""
    if not summary.evaluate("one => one.parentElement.open"):
        summary.click()


def go_on(stage: Stage) -> None:
    if stage.host.get_by_role("button", name="Resume").is_visible():
        stage.host.get_by_role("button", name="Resume").click()
        expect(stage.host.get_by_role("button", name="Pause")).to_be_visible()

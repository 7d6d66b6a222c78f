"""Every page at both sizes and in both themes: nothing is cut, and with `DRILL_SHOTS` there is a picture of each.

The drills behind them are made in the database of the server; what is looked at is what a browser shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.runs.finish import finish
from scenarios.loader import load
from simulator import acts
from simulator.room.room import Room
from simulator.room.rooms import Rooms
from simulator.room.store import Participant, Store
from simulator.values import OBSERVER
from tests.e2e.console import READY, SHOTS, begin, every_form
from tests.e2e.server import PATIENCE, Server
from tests.room.rooms import say
from ui.parts.begin import FIRST
from ui.session import COOKIE

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
LOOKS = [(1440, 900, "dark"), (1440, 900, "light"), (390, 844, "dark"), (390, 844, "light")]
PHONE = 700
"""Width below which a console shows one column at a time."""


@dataclass
class Exhibits:
    """The drills that are shown, and who looks: name -> (token, id of the person)."""

    server: Server
    codes: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)

    def open(self, browser: Browser, look: tuple[int, int, str], path: str, who: str = "") -> Page:
        """Open a page as somebody, in a browser of its own."""
        width, height, scheme = look
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        if who:
            token, person = self.people[who]
            context.add_cookies([{"name": COOKIE, "value": token, "url": self.server.url}])
            path = f"{path}?me={person}"
        page.goto(self.server.url + path)
        page.locator(READY).wait_for()
        return page


@pytest.fixture(scope="module")
def exhibits(server: Server) -> Iterator[Exhibits]:
    store = Store(server.database)
    rooms = Rooms(store, load, finish)
    made = Exhibits(server)

    def hosted(name: str, scenario: str) -> tuple[Room, Participant]:
        opened = rooms.create(scenario, seed=7, hosted=True)
        token, host = rooms.facilitate(opened.room, "Hana Holt", opened.key)
        made.codes[name], made.people[f"{name} host"] = opened.code, (token, host.id)
        for who, seat in (("Ana", "commander"), ("Cy Long-Hyphenated Name", "comms"), ("Olga", OBSERVER)):
            token, person = rooms.join(opened.room, who, seat)
            made.people[f"{name} {seat}"] = token, person.id
        return opened.room, host

    def alone(name: str, how: str = "novice", seed: int = 7) -> tuple[Room, Participant]:
        room = rooms.create(FIRST, seed=seed, difficulty=how).room
        token, ana = rooms.join(room, "Ana", "commander")
        made.people[name] = token, ana.id
        return room, ana

    def led(name: str, seed: int) -> tuple[Room, Participant]:
        """Let somebody be led through a drill whose clock waits for them, up to its page."""
        room, ana = alone(name, seed=seed)
        room.speed(ana, None)
        room.start(ana)
        room.skip_ahead(ana)
        return room, ana

    alone("alone", "standard")
    for name, until in (("guided", 720), ("onwards", 900)):
        room, ana = alone(name)
        room.start(ana)
        room.submit(acts.AssignRole(role="commander", to="commander"), ana)
        while room.briefing("commander").now <= until:
            room.skip_ahead(ana)
        room.pause(ana)
    room, ana = led("led", 7)
    for query in ("impact", "by_client"):
        room.submit(acts.RunQuery(query=query, executor="triage"), ana)
    for _ in range(4):
        room.skip_ahead(ana)
    rooms.join(led("shared", 8)[0], "Bo", "deputy")
    room, ana = led("waited", 9)
    room.end(ana)
    room.finishing.wait(PATIENCE)
    hosted("waiting", "permission_leak")
    room, host = hosted("running", "auth_token")
    room.start(host)
    for _ in range(6):
        room.skip_ahead(host)
    ana = rooms.identify(made.people["running commander"][0])[1]
    for words in ("/ic me", "a long line of somebody who writes " + "and writes " * 20, "x" * 180):
        room.submit(say(words), ana)
    room.note(host, "mark", text="Nobody asked who decides", tag="-", criterion="B1a")
    over, leads = hosted("over", "billing_mismatch")
    over.start(leads)
    for _ in range(3):
        over.skip_ahead(leads)
    over.end(leads)
    stopped, stops = hosted("stopped", "auth_token")
    stopped.start(stops)
    stopped.end(stops, emergency=True)
    yield made
    store.close()


def _dialog(button: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("button", name=button).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return do


def _bar(page: Page) -> None:
    expect(page.locator(".bar")).to_be_visible()
    expect(page.locator("#alerts, #desk-flags").first).to_be_attached()


def _column(page: Page, name: str) -> None:
    """Bring a column to the front where a screen shows one at a time."""
    _bar(page)
    if page.viewport_size and page.viewport_size["width"] < PHONE:
        # A tab says how much waits behind it.
        page.get_by_role("tab", name=re.compile(rf"^{name}\b")).first.click()


def _board(page: Page) -> None:
    _column(page, "Respond")
    page.locator("#side").get_by_role("tab", name="Board", exact=True).click()
    expect(page.locator("#board")).to_be_visible()


def _form(title: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        _column(page, "Respond")
        every_form(page).get_by_role("button", name=title, exact=True).click()
        expect(page.locator("#form form")).to_be_visible()

    return do


def _handed_in(page: Page) -> None:
    _column(page, "Respond")
    every_form(page).get_by_role("button", name="Message", exact=True).click()
    form = page.locator("#form form")
    form.locator("#post_message-text").fill("We look at it.")
    form.locator("footer button").click()
    expect(page.locator("#form > output")).to_contain_text("On the record")
    expect(page.locator("#form > output")).to_be_in_viewport()  # however long the list of forms is


def _novice(page: Page) -> None:
    begin(page, "Practise alone", "The link that does not work")
    page.get_by_role("radio", name="novice").click()
    page.get_by_text("More to choose").click()
    expect(page.get_by_role("radio", name="Waits")).to_be_visible()
    expect(page.get_by_role("textbox", name="Seed")).to_be_visible()
    page.wait_for_timeout(500)  # it unfolds


def _output(page: Page) -> None:
    _column(page, "Panels")
    page.locator("#views").get_by_role("tab", name="Output").click()
    expect(page.locator(".outputs")).to_be_visible()


def _tab(name: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(500)

    return do


def _radio(name: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("radio", name=name).first.click()
        page.wait_for_timeout(1000)

    return do


def _guided(page: Page) -> None:
    page.locator("#guide").get_by_role("button", name="Hand off").click()
    expect(page.locator("#form form")).to_be_visible()


def _onwards(page: Page) -> None:
    expect(page.get_by_role("button", name="Go on as Deputy")).to_be_visible()
    if page.viewport_size and page.viewport_size["width"] >= PHONE:
        expect(page.get_by_role("group", name="Speed")).to_be_visible()


def _shown(words: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_text(words).first).to_be_visible()


def _desk(name: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        _column(page, "Desk")
        page.get_by_role("tab", name=name, exact=True).click()

    return do


PAGES: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "lobby": ("/", "", _shown("Scenarios")),
    "lobby-mine": ("/", "running commander", _shown("Scenarios")),
    "practise": ("/", "", _dialog("Practise alone")),
    "practise-novice": ("/", "", _novice),
    "host": ("/", "", _dialog("Host for a team")),
    "wrong-code": ("/?drill=ZZZZZZ", "", _shown("No drill has this code")),
    "join": ("/?drill={waiting}", "", _shown("Sit here")),
    "join-over": ("/?drill={over}", "", _shown("This drill is over")),
    "briefing": ("/console", "alone", _shown("Start the clock")),
    "console-waiting": ("/console", "waiting commander", _bar),
    "console": ("/console", "running commander", _bar),
    "console-panels": ("/console", "running commander", lambda page: _column(page, "Panels")),
    "guide": ("/console", "guided", _shown("Hand command over.")),
    "guide-form": ("/console", "guided", _guided),
    "guide-onwards": ("/console", "onwards", _onwards),
    "led": ("/console", "led", _bar),
    "led-handed-in": ("/console", "led", _handed_in),
    "led-output": ("/console", "led", _output),
    "shared": ("/console", "shared", lambda page: _column(page, "Channel")),
    "console-comms": ("/console", "running comms", _bar),
    "console-decision": ("/console", "running commander", _form("Decision")),
    "console-update": ("/console", "running comms", _form("Stakeholder update")),
    "console-board": ("/console", "running commander", _board),
    "console-observer": ("/console", f"running {OBSERVER}", _bar),
    "desk-waiting": ("/console", "waiting host", _desk("Seats")),
    **{f"desk-{name.lower()}": ("/console", "running host", _desk(name))
       for name in ("MSEL", "Seats", "Truth", "Help", "Notes", "Ratings", "Run")},
    "over": ("/console", "over commander", _shown("over")),
    "over-host": ("/console", "over host", _shown("over")),
    "stopped": ("/console", "stopped commander", _shown("Stopped for the real world")),
    "debrief": ("/debrief", "over commander", lambda page: page.wait_for_timeout(1500)),
    "debrief-host": ("/debrief", "over host", lambda page: page.wait_for_timeout(1500)),
    "debrief-empty": ("/debrief", "", _shown("From a file")),
    "trends-waited": ("/trends", "waited", lambda page: page.wait_for_timeout(1500)),
    "follow-through": ("/follow_through", "over commander", lambda page: page.wait_for_timeout(500)),
    "survey": ("/follow_through", "over commander", _radio("Survey")),
    "library": ("/library", "", lambda page: page.wait_for_timeout(500)),
    **{f"library-{name.lower()}": ("/library", "", _tab(name)) for name in ("Playbook", "Glossary")},
    "no-drill": ("/console", "", _shown("No drill open")),
    "stranger": ("/console?me=0123456789abcdef", "", _shown("You are not in this drill here")),
}  # fmt: skip
"""Name -> its address, who looks, and what is done there before it is looked at."""


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[2]}")
def test_every_page_fits(exhibits: Exhibits, browser: Browser, look: tuple[int, int, str]) -> None:
    wrong = []
    for name, (path, who, prepare) in PAGES.items():
        page = exhibits.open(browser, look, path.format(**exhibits.codes), who)
        try:
            prepare(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > look[0]:
                wrong.append(f"{name} is {wide} px wide")
        finally:
            if SHOTS:
                page.locator("[data-testid='stSkeleton']").first.wait_for(state="hidden")
                expect(page.locator(".figure:empty").filter(visible=True)).to_have_count(0)
                page.screenshot(path=f"{SHOTS}/{name}-{look[0]}-{look[2]}.png", full_page=look[0] < PHONE)
            page.context.close()
    assert not wrong

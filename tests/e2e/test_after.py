"""A game day from what is written about it, from its debrief on: two actions, a report on paper, a drill that re-tests.

`docs/facilitating.md` says the steps. Two people follow the drill through at once, the team reads it without a seat in
it, a second drill tests one action again, and Trends shows that it did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from simulator.room.store import Store
from tests.e2e.console import READY, SHOTS
from tests.e2e.scripted import HOST, Played, played
from tests.e2e.server import PATIENCE, Server
from ui.session import COOKIE, COOKIE_JOIN, TEAMS

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
CHECK = "A check that refuses a release whose key the verifiers do not have"
ALARM = "An alert on refusals by zone"
RADIO = "Follow-through: review, causes, actions, documents"


@dataclass
class Day:
    """A server, and the drills that were played on it."""

    server: Server
    browser: Browser
    store: Store
    first: Played

    def page(self, path: str, *held: str, teams: str = "", width: int = 1440, scheme: str = "dark") -> Page:
        """Open a page in a browser of somebody's own, which holds these seats and teams."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        kept = {COOKIE: COOKIE_JOIN.join(held), TEAMS: teams}
        context.add_cookies([{"name": name, "value": value, "url": self.server.url} for name, value in kept.items()
                             if value])  # fmt: skip
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{self.server.url}{path}")
        page.locator(READY).wait_for()
        return page

    def of(self, drill: Played, name: str, path: str) -> Page:
        """Open a page of a drill as somebody who was in it."""
        token, person = drill.held[name]
        return self.page(f"{path}?me={person.id}", token)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Day]:
    server = Server(tmp_path_factory.mktemp("after"))
    store = Store(server.database)
    first = played(store, 6, "impatient", 7)
    server.start()
    yield Day(server, browser, store, first)
    server.stop()
    store.close()


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    def take(page: Page, name: str) -> None:
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/after-{name}.png")

    return take


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    page.locator(READY).wait_for()


def pick(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose in a list."""
    page.get_by_role("combobox", name=label, exact=False).first.click()
    page.get_by_role("option", name=option).first.click()
    page.locator(READY).wait_for()


def test_two_follow_a_drill_through_at_once_and_nothing_is_lost(day: Day, shot: Callable[[Page, str], None]) -> None:
    ana, bo = (day.of(day.first, name, "/follow_through") for name in ("Ana", "Bo"))
    mine, theirs = (page.locator(".st-key-fu-q-slowed") for page in (ana, bo))
    # Both begin the same answer; the second to save sees the other's words and says which hold.
    for page, box, words in ((ana, mine, "The flag was off in one zone."), (bo, theirs, "The key came late.")):
        view(page, "Retro within a day")
        box.get_by_role("textbox").fill(words)
        box.get_by_role("textbox").press("Control+Enter")
        page.locator(READY).wait_for()
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_text("Ana, ")).to_be_visible()
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.get_by_text("Ana changed this meanwhile")).to_be_visible()
    expect(theirs.get_by_role("textbox")).to_have_value("The key came late.")
    shot(bo, "clash")
    theirs.get_by_role("button", name="Keep mine").click()
    expect(theirs.get_by_text("Ana changed this meanwhile")).to_have_count(0)
    expect(theirs.get_by_text("1 earlier wording")).to_be_visible()
    # Ana is told by herself that there is something new; half a word of hers stays where it is.
    other = ana.locator(".st-key-fu-q-trigger_gap").get_by_role("textbox")
    other.fill("half a thought")
    ana.get_by_role("button", name="Others wrote something: show it").click()
    expect(mine.get_by_role("textbox")).to_have_value("The key came late.")
    expect(other).to_have_value("half a thought")
    for page in (ana, bo):
        page.context.close()


def test_a_game_day_leads_to_actions_a_report_and_a_drill_that_tests_one_again(
    day: Day, shot: Callable[[Page, str], None], tmp_path: Path
) -> None:
    host = day.of(day.first, HOST, "/debrief")
    expect(host.get_by_text("1 What happened")).to_be_visible()
    host.get_by_role("link", name=RADIO).click()
    host.locator(READY).wait_for()
    view(host, "Actions")
    for number, (words, owner, tested) in enumerate(((CHECK, "Caching", True), (ALARM, "Bo", False))):
        form = host.locator("[class*='st-key-fu-next-']").last
        form.get_by_role("textbox", name="What will be there").fill(words)
        form.get_by_role("textbox", name="Owner").fill(owner)
        form.get_by_role("textbox", name="Owner").press("Tab")
        host.locator(READY).wait_for()
        if tested:
            form.get_by_text("Against what").click()
            # While it still opens, a list in it closes again.
            expect(form.get_by_role("combobox", name="It answers")).to_be_in_viewport(ratio=1)
            pick(host, "Drill that tests it again", "Tokens refused after a release")
            pick(host, "What comes sooner there", re.compile("Declared"))
        host.get_by_role("button", name="Add it").click()
        expect(host.get_by_text(re.compile(f"A{number + 1}|{words}")).first).to_be_visible()
        host.locator(READY).wait_for()
    shot(host, "actions")
    view(host, "Documents")
    with host.expect_download() as taken:
        host.get_by_role("button", name="Download after-action report").click()
    paper = tmp_path / "report.html"
    taken.value.save_as(paper)
    html = paper.read_text(encoding="utf-8")
    assert CHECK in html
    assert ALARM in html
    sheet = host.context.new_page()
    asked: list[str] = []
    sheet.on("request", lambda one: asked.append(one.url))
    sheet.goto(paper.as_uri())
    pdf = sheet.pdf(format="A4", print_background=True, path=f"{SHOTS}/report.pdf" if SHOTS else None)
    assert asked == [paper.as_uri()], "a document loads nothing from anywhere"
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 4 <= pages <= 25, pages
    wide = sheet.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "it fits the paper's width"
    host.context.close()

    # The team reads it without a seat; a second drill, by the book, comes to the turning point sooner.
    teams = day.first.rooms.teams
    hana = teams.found("Payments on-call", HOST)
    teams.claim(hana, day.first.room.row.id, day.first.held[HOST][1])
    gus = teams.join(teams.invitation(hana) or "", "Gus")
    day.server.stop()
    # Begun once the actions were written: an earlier drill tests none of them again.
    second = played(day.store, 0, "by_the_book", 7)
    teams.claim(hana, second.room.row.id, second.held[HOST][1])
    day.server.start()
    member = day.page("/team", teams=teams.token(gus))
    shot(member, "team")
    link = member.get_by_role("link", name="Tokens refused after a release")
    expect(link).to_have_count(2)
    link.last.click()
    expect(member.get_by_text("You read this as one of Payments on-call")).to_be_visible()
    assert "Ana" not in member.locator("[data-testid=stMain]").inner_text()
    (token, person), (before, _) = second.held[HOST], day.first.held[HOST]
    again = day.page(f"/debrief?me={person.id}", token, before)
    expect(again.get_by_text("This drill tests 1 earlier action again")).to_be_visible()
    expect(again.get_by_text("it came sooner")).to_be_visible()
    again.context.close()

    member.goto(f"{day.server.url}/trends")
    member.locator(READY).wait_for()
    view(member, "Gaps and actions")
    row = member.get_by_role("row").filter(has_text=CHECK)
    expect(row).to_contain_text("it came sooner")
    expect(member.get_by_role("row").filter(has_text=ALARM)).to_contain_text("no drill yet")
    shot(member, "trends")
    pick(member, "Period", re.compile("30 days|month", re.IGNORECASE))
    expect(row).to_be_visible()
    view(member, "Drills")
    expect(member.locator("[data-testid=stMain] [data-testid=stException]")).to_have_count(0)
    stranger = day.page(f"/debrief?of={day.first.room.row.id}")
    expect(stranger.get_by_text("This debrief is not open to you here")).to_be_visible()
    for page in (member, stranger):
        page.context.close()

"""Every page held against axe-core's rules, in both themes: what is wrong is said with its rule and its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from scenarios.loader import load
from simulator import acts
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from tests.e2e.console import READY, Console, every_form
from tests.e2e.server import PATIENCE, Server
from ui.live.desk import TABS
from ui.session import COOKIE

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
AXE = Axe()
RULES = {
    "dark": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "light": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""Theme -> what is looked for: all of it once, what has to do with colour in the other one as well."""
THEMED = """scheme => {
    const ground = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    return (ground === "rgb(255, 255, 255)") === (scheme === "light")
        && !document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === "running");
}"""
"""Whether a theme is there whole: colours fade over, and axe would read them on the way."""
STREAMLITS: Mapping[str, str] = {
    r"^region: .*": "its skip link stands before its landmarks",
    r"^presentation-role-conflict: section": "the place for a file can be reached by Tab and says that it is none",
}
"""Rule and place, as a pattern -> why it is Streamlit's own and not ours to mend."""


def wrong(page: Page, where: str) -> list[str]:
    """Return what axe finds wrong with a page as it is now, in both themes."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(THEMED, arg=scheme)
        options = {"resultTypes": ["violations"], "runOnly": rules}
        for violation in page.evaluate("options => axe.run(document, options)", options)["violations"]:
            found += [f"{where}, {scheme}: {said}" for said in _ours(violation)]
    print(*found or [f"{where}: nothing"], sep="\n", flush=True)
    return found


def _ours(violation: Mapping[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        at = " ".join(part if isinstance(part, str) else " >>> ".join(part) for part in node["target"])
        if not any(re.search(pattern, f"{violation['id']}: {at}") for pattern in STREAMLITS):
            why = node["any"][0]["message"] if node["any"] else violation["help"]
            yield f"{violation['id']}: {at}: {why}: {node['html'][:160]}"


@pytest.fixture(scope="module")
def rooms(server: Server) -> Iterator[Rooms]:
    store = Store(server.database)
    yield Rooms(store, load)
    store.close()


@pytest.fixture
def enter(server: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return `enter(token, path)`: a browser of somebody, at a page."""
    contexts = []

    def make(path: str, token: str = "", width: int = 1440) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme="dark"))
        if token:
            contexts[-1].add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
        contexts[-1].set_default_timeout(1000 * PATIENCE)
        page = contexts[-1].new_page()
        page.goto(f"{server.url}/{path}")
        page.locator(READY).wait_for()
        return page

    yield make
    for context in contexts:
        context.close()


def walk(page: Page, *places: tuple[str, Callable[[], Any]]) -> list[str]:
    """Go from place to place of a page; return what is wrong at each."""
    found = []
    for name, go in places:
        go()
        found += wrong(page, name)
    return found


def presser(page: Page, role: Any, name: str | re.Pattern[str]) -> Callable[[], None]:
    return page.get_by_role(role, name=name).first.click


def escape(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_way_in(enter: Callable[..., Page], rooms: Rooms) -> None:
    made = rooms.create("auth_token", seed=7, hosted=True)
    page = enter("")
    expect(page.get_by_role("button", name="Practise alone").first).to_be_visible()
    found = walk(
        page, ("lobby", lambda: None), ("alone", presser(page, "button", "Practise alone")),
        ("more to choose", page.get_by_text("More to choose").first.click), ("closed", lambda: escape(page)),
        ("host", presser(page, "button", "Host for a team")),
    )  # fmt: skip
    for name, path in (("join", f"?drill={made.room.row.code}"), ("no such drill", "?drill=ZZZZZ2"),
                       ("debriefs", "debrief"), ("library", "library"), ("no seat", "console")):  # fmt: skip
        page = enter(path)
        expect(page.locator("h1, h2").first).to_be_visible()
        found += wrong(page, name)
    for tab in page.get_by_role("tab").all():
        tab.click()
        found += wrong(page, tab.inner_text())
    page = enter("", width=390)
    expect(page.get_by_role("button", name="Practise alone").first).to_be_visible()
    found += wrong(page, "lobby on a phone")
    assert not found, "\n".join(found)


def test_the_console(enter: Callable[..., Page], rooms: Rooms, server: Server) -> None:
    room = rooms.create("auth_token", seed=7, difficulty="novice").room
    token, me = rooms.join(room, "Ana", "commander")
    page = enter(f"console?me={me.id}", token)
    expect(page.get_by_role("button", name="Start the clock")).to_be_visible()
    found = wrong(page, "briefing")
    page.get_by_role("button", name="Start the clock").click()
    expect(page.locator(".bar")).to_be_visible()
    found += wrong(page, "before the page")
    for body in (acts.AssignRole(role="commander", to="commander"), acts.AssignRole(role="deputy", to="deputy"),
                 acts.Declare(severity="SEV-1", title="Sign-in fails"), acts.RunQuery(query="impact"),
                 acts.Freeze(scope=("auth-svc",)), acts.PostMessage(text="hello"),
                 acts.RecordOption(action="rollback", coverage=("web",), minutes_to_effect=6)):  # fmt: skip
        room.submit(body, me)
    while room.version[1] < 500:
        room.skip_ahead(me, 120)

    expect(page.locator("#waits .need").first).to_be_visible()
    forms = [
        (kind, lambda kind=kind: every_form(page).locator(f"[data-open={kind}]").click())
        for kind in ("record_decision", "hand_off", "update_stakeholders", "record_contradiction")
    ]
    found += walk(
        page, ("under way", lambda: None), *forms, ("board", presser(page, "tab", "Board")),
        ("document", page.locator("#board [data-open=document]").first.click),
        ("output", presser(page, "tab", "Output")), ("changes", presser(page, "tab", "Changes")),
        ("seat", lambda: page.locator("#mine > summary").click()),
        ("menu", lambda: (page.locator("#mine > summary").click(), page.locator("#menu > summary").click())),
        ("completions", lambda: (page.locator("#menu > summary").click(), page.locator("#text-shell").fill("ses"))),
    )  # fmt: skip
    for name in ("Explore", "Logs", "Playbook", "Your browsers"):
        page.get_by_role("button", name=name).first.click()
        expect(page.get_by_role("dialog").or_(page.locator("[data-testid=stPopoverBody]")).first).to_be_visible()
        found += wrong(page, name)
        escape(page)
    phone = enter(f"console?me={me.id}", token, 390)
    expect(phone.locator(".bar")).to_be_visible()
    found += walk(phone, *((name, presser(phone, "tab", re.compile(f"^{name}")))
                           for name in ("Channel", "Respond", "Panels")))  # fmt: skip
    Console(page, server).end()  # by the server, which scores it at once
    found += wrong(page, "over")
    page.reload()
    page.get_by_role("button", name="Open the debrief").click()
    expect(page.get_by_role("radiogroup").first).to_be_visible()
    expect(page.get_by_text("The rest of the page is there.")).to_have_count(0)  # the last of the score has come
    for view in page.get_by_role("radiogroup").first.get_by_role("radio").all():
        view.click()
        page.locator(READY).wait_for()
        found += wrong(page, f"debrief, {view.inner_text()}")
    assert not found, "\n".join(found)


def test_the_facilitators_desk(enter: Callable[..., Page], rooms: Rooms) -> None:
    made = rooms.create("auth_token", seed=7, hosted=True)
    token, host = rooms.facilitate(made.room, "Hana", made.key)
    rooms.join(made.room, "Ana", "commander")
    page = enter(f"console?me={host.id}", token)
    expect(page.locator(".bar")).to_be_visible()
    found = wrong(page, "desk before the start")
    made.room.start(host)
    made.room.skip_ahead(host)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    for name in (*TABS.values(), "Board"):
        page.get_by_role("tab", name=name, exact=True).click()
        found += wrong(page, f"desk, {name}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [1440, 390])
def test_many_drills(width: int, enter: Callable[..., Page]) -> None:
    page = enter("trends", width=width)
    found = wrong(page, "no drill yet")
    page.get_by_role("button", name="sample").first.click()
    expect(page.get_by_text("These drills are made up")).to_be_visible()
    for view in page.get_by_role("radiogroup", name="View").get_by_role("radio").all():
        view.click()
        page.locator(READY).wait_for()
        found += wrong(page, f"trends, {view.inner_text()}")
    assert not found, "\n".join(found)

"""The desk in a browser: seats, lost browsers, the run sheet, a second life, every screen, the real-world stop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from simulator.values import OBSERVER
from tests.e2e.console import SHOTS
from tests.e2e.desk import Stage, form, go_on, said, unfold
from tests.e2e.server import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


# --- seats -------------------------------------------------------------------------------------------------


def test_whoever_observes_sees_who_sits_and_is_offered_a_seat(running: Stage) -> None:
    token, olga = running.rooms.join(running.room, "Olga", OBSERVER)
    page = running.enter(token, olga.id)
    expect(page.locator("#seats")).to_contain_text("Ana")
    expect(page.locator("#way-in")).to_contain_text("You observe this drill")
    page.get_by_role("button", name="Take a seat instead").click()
    expect(page.locator("#line-state")).to_contain_text("take one in the lobby")
    page.context.close()


def test_move_swap_free_and_let_back(running: Stage) -> None:
    host = running.tab("Seats")
    swap = form(host, "room.swap_seats")
    swap.get_by_role("button").click()
    expect(host.locator("#seat-commander")).to_contain_text("Cy")
    expect(running.cy.locator("#mine > summary")).to_contain_text("Incident commander")
    swap.get_by_role("button").click()
    expect(host.locator("#seat-commander")).to_contain_text("Ana")
    move = form(host, "room.move_seat")
    move.locator("[name=person]").select_option(label="Cy (Communications lead)")
    move.locator("[name=seat]").select_option("deputy")
    move.get_by_role("button").click()
    expect(host.locator("#seat-deputy")).to_contain_text("Cy")
    expect(running.cy.locator("#mine > summary")).to_contain_text("Deputy")
    back = form(host, "room.let_back")
    back.locator("[name=person]").select_option(label="Cy (Deputy)")
    back.get_by_role("button").click()
    said(back, "/enter?ticket=")
    link = re.search(r"/enter\?\S+", back.locator("output").inner_text())
    assert link is not None
    lost = running.browser.new_context()
    lost.set_default_timeout(1000 * PATIENCE)
    page = lost.new_page()
    page.goto(running.server.url + link[0])
    page.get_by_role("button").first.click()
    expect(page.locator("#mine > summary")).to_contain_text("Deputy")
    running.cy.context.close()
    running.pages["Cy"] = page
    free = form(host, "room.free_seat")
    free.locator("[name=seat]").select_option("deputy")
    free.get_by_role("button").click()
    expect(host.locator("#seat-deputy")).to_contain_text("simulated")


def test_a_closed_laptop_is_rejoined_by_code_name_and_word(running: Stage) -> None:
    running.ana.context.close()
    page = running.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{running.server.url}/?drill={running.room.row.code}")
    page.get_by_text("I was in this drill and lost my browser").click()
    page.get_by_role("textbox", name="Your name in this drill").fill("Ana")
    word = page.get_by_role("textbox", name="The word you chose when you joined")
    word.fill("blue horse")
    word.press("Enter")
    expect(page.locator("#mine > summary")).to_contain_text("Incident commander")
    running.pages["Ana"] = page


# --- run ---------------------------------------------------------------------------------------------------


def test_the_run_sheet_opens_to_be_printed_for_facilitators_alone(running: Stage) -> None:
    host = running.tab("Run")
    with host.expect_popup() as opened:
        host.get_by_role("link", name=re.compile("Run sheet")).click()
    sheet = opened.value
    expect(sheet.locator("h1")).to_contain_text("Run sheet")
    expect(sheet.locator("body")).to_contain_text("Notes of the scenario")
    running.ana.goto(sheet.url)
    expect(running.ana.locator("body")).to_contain_text("for the facilitators of its drill")
    running.ana.go_back()
    expect(running.ana.locator(".bar")).to_be_visible()
    sheet.close()


def test_rewind_and_play_on_as_a_second_life(running: Stage) -> None:
    host = running.tab("Run")
    running.reach(31)
    rewind = form(host, "room.rewind")
    rewind.locator("[name=at]").fill("0:30")
    rewind.get_by_role("button").click()
    said(rewind, "Join code")
    expect(running.ana.locator("#waits")).to_contain_text("second life from T+00:30")
    running.ana.get_by_role("link", name="Follow").click()
    running.ana.get_by_role("button").first.click()
    expect(running.ana.locator(".clock b").last).to_have_text("T+00:30")
    running.ana.go_back()
    running.ana.go_back()
    go_on(running)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "dark"), (1440, 900, "light"), (390, 844, "light"),
                                                         (390, 844, "dark")])  # fmt: skip
def test_every_tab_fits_its_screen(running: Stage, width: int, height: int, scheme: str) -> None:
    token, host = running.rooms.facilitate(running.room, f"Eve {width} {scheme}", running.key)
    page = running.enter(token, host.id, width, height, scheme)
    if width < 1000:
        page.get_by_role("tab", name="Desk", exact=True).first.click()
    for name in ("MSEL", "Seats", "Truth", "Help", "Notes", "Ratings", "Run"):
        page.get_by_role("tab", name=name, exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"desk-{name}-{width}-{scheme}.png", full_page=width < 1000)
    page.context.close()


def test_the_real_world_stop_blanks_every_console_and_says_why(running: Stage) -> None:
    host = running.tab("Run")
    unfold(host.locator("#real-world > summary"))
    form(host, "room.real_world").get_by_role("button").click()
    for page in (host, running.ana):
        expect(page.locator(".real-world")).to_contain_text("Stopped for the real world")
        expect(page.locator(".columns")).to_be_hidden()
        page.reload()
        expect(page.get_by_text("Stopped for the real world")).to_be_visible()

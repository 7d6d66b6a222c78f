"""Links, seats and headers in a real browser: what an address gives away, what a policy must let through."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SCRIPT = "';document.title='PWNED';//</script><script>document.title='PWNED'</script><img src=x onerror=alert(1)>"


def watched(page: Page) -> list[str]:
    """Return what the browser complains about from now on."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    return said


def complaints(said: list[str]) -> list[str]:
    """Return them but for files that Streamlit looks for under each page's address and does without."""
    return [line for line in said if "404 (Not Found)" not in line]


def test_a_drill_alone_from_lobby_to_download_breaks_no_rule_of_the_policy(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url)
    said = watched(page)
    me = Console.practise(page, server, "Ana", seed=7)
    expect(page).to_have_url(re.compile(r"/console\?me=[0-9a-f]{16}$"))
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "seats"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] not in page.url + page.content()
    assert "seats" not in page.evaluate("document.cookie")
    expect(page.locator("#figures .js-plotly-plot")).to_have_count(6)
    page.emulate_media(color_scheme="light")
    expect(page.locator("#figures .js-plotly-plot")).to_have_count(6)
    me.say("https://evil.example and www.evil.example")
    expect(page.locator("#channel a")).to_have_count(0)
    # A script that gets onto the page nonetheless does not run.
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'document.title=1'}))")
    assert page.title() != "1"
    blocked = [line for line in said if "Content Security Policy" in line or "Content-Security-Policy" in line]
    assert len(blocked) == 1, said
    me.end()
    page.get_by_role("link", name="Open the debrief").click()
    with page.expect_download() as got:
        page.get_by_role("button", name=re.compile("ournal")).last.click()
    assert got.value.path().read_text(encoding="utf-8").startswith("{")
    assert [line for line in complaints(said) if line not in blocked] == []


def test_a_crafted_link_runs_nothing_and_gives_nothing_away(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    me = Console.practise(page, server, "Ana", seed=8)
    held = page.context.cookies()
    (token,) = [one["value"] for one in held if one["name"] == "seats"]
    ident = page.url.partition("me=")[2]
    for crafted in (f"{ident}{SCRIPT}", f"{token}{SCRIPT}", f"{token}=", SCRIPT):
        page.goto(f"{server.url}/console?me={quote(crafted)}")
        expect(page.get_by_role("alert")).to_contain_text("not signed in")
        assert "PWNED" not in page.title()
    assert [one for one in page.context.cookies() if one["name"] == "seats"] == [
        one for one in held if one["name"] == "seats"
    ]
    other = open_page(f"{server.url}/console?me={ident}")
    expect(other.get_by_role("alert")).to_contain_text("not signed in")
    page.goto(f"{server.url}/console?me={ident}")
    expect(page.locator(".bar")).to_be_visible()
    assert me.page is page


def test_a_seat_goes_to_another_browser_by_a_link_and_a_button(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    Console.practise(page, server, "Ana", seed=9)
    page.get_by_role("button", name="Your browsers").click()
    page.get_by_role("button", name="Hand over").click()
    link = page.locator("[data-testid='stCode']").filter(has_text="/enter").inner_text().strip()
    phone = open_page(server.url, 390, 844, "light")
    phone.goto(server.url + link[link.index("/enter") :])
    phone.get_by_role("button", name="Take it over").click()
    expect(phone.locator(".bar")).to_be_visible()
    assert "ticket" not in phone.url
    expect(page.locator("#line-state")).to_contain_text("signed out of it")
    phone.goto(server.url + link[link.index("/enter") :])
    expect(phone.locator("main")).to_contain_text("does not let you in")

"""A slow machine in front of the console: forms keep to themselves, and a skip is seen everywhere at once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Console, Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]
SLOWER = 4
FORMS = (
    ("Decide", "Decision", "record_decision"), ("Act", "Verification", "record_verification"),
    ("Tell", "Message", "post_message"), ("Command", "Hand off", "hand_off"), ("Decide", "Option", "record_option"),
    ("Close", "24 h watch", "set_watch"),
)  # fmt: skip
KINDS = """() => [...new Set([...document.querySelectorAll("[class*='st-key-form-']")].flatMap(
    one => [...one.className.matchAll(/st-key-form-([a-z_]+)-[0-9]/g)].map(found => found[1])))]"""


def test_what_is_filled_in_on_a_slow_machine_is_what_is_handed_in(
    server: Server, open_page: Callable[..., Page]
) -> None:
    me = Console.practise(open_page(server.url), server, "Ana", seed=7)
    page = me.page
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    _a_skip_is_seen_everywhere(me)
    # A part of another form that stays on the page takes what is typed, and nobody reads it.
    for group, title, kind in FORMS:
        me.form(group, title)
        page.wait_for_function(f"wanted => String(({KINDS})()) === wanted", arg=kind)
    me.form("Tell", "Message")
    text = page.locator("[class*='st-key-form-post_message-'][class*='-text'] textarea:visible")
    text.fill("written on a slow machine")
    button = page.locator(".st-key-hand-in button:visible")
    button.dblclick()
    expect(page.locator(".st-key-hand").get_by_test_id("stAlert")).to_contain_text("Message: on the record")
    expect(me.channel.get_by_text("written on a slow machine")).to_have_count(1)
    # What is typed next goes into the box that was emptied.
    for number in range(2):
        me.type(f"/say number {number}")
    for number in range(2):
        expect(me.channel.get_by_text(f"number {number}")).to_have_count(1)


def _a_skip_is_seen_everywhere(me: Console) -> None:
    page = me.page
    declare = page.locator("[class*='st-key-form-declare-']")
    title = declare.get_by_label(re.compile("^Title"))
    expect(title).to_have_value("")
    me.press("SEV-2")
    page.get_by_role("tab", name="Logs").click()
    lines = page.locator(".st-key-col-mid").get_by_text(re.compile(r"^\d+ lines"))
    expect(lines).to_be_visible()
    before = lines.inner_text()
    me.skip_until("AuthnRejectRatioHigh")
    # Where reading `before` took until after the alert, nothing was skipped yet; and a second may have no new line.
    me.let_pass(60)
    expect(title).to_have_value(re.compile("."))
    expect(declare.get_by_role("radio", name="SEV-2", exact=True)).to_be_checked()
    # Neither the search nor the form ever ticks.
    expect(lines).not_to_have_text(before)

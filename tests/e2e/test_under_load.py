"""A slow machine and a bad line: one press is one act, what is typed stays, and the console comes back by itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
SLOWER = 4


def test_half_a_word_a_cut_line_and_a_slow_machine(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    me = Console.practise(page, server, "Ana", seed=7)
    expect(page.locator("#figures .js-plotly-plot")).to_have_count(6)
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for number in range(3):
        me.say(f"line {number}")
    for number in range(3):
        expect(me.channel.get_by_text(f"line {number}", exact=True)).to_have_count(1)
    me.form("Message")
    text = page.locator("#post_message-text")
    text.fill("written on a slow machine")
    page.locator("#form form footer button").dblclick()
    expect(page.locator("#form > output")).to_have_text("Message · On the record")
    expect(me.channel.get_by_text("written on a slow machine")).to_have_count(1)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    half = page.locator("#text-channel")
    half.fill("half a sen")
    half.press("End")
    page.context.set_offline(True)
    expect(page.locator("#line-state")).to_contain_text("Offline", timeout=4000)
    half.press_sequentially("tence", delay=20)
    expect(half).to_be_focused()
    half.press("Enter")
    expect(page.locator("#line-channel output")).to_contain_text("It counts once")
    expect(half).to_have_value("half a sentence")
    page.context.set_offline(False)
    expect(page.locator("#line-state")).to_be_hidden()
    expect(me.channel.get_by_text("half a sentence")).to_have_count(1)
    expect(half).to_have_value("")

    half.fill("not handed in yet")
    page.reload()
    expect(page.locator("#text-channel")).to_have_value("not handed in yet")
    expect(me.channel.get_by_text("half a sentence")).to_have_count(1)
    me.skip_until("AuthnRejectRatioHigh")
    page.locator("#waits").get_by_role("button", name="Acknowledge").click()
    expect(me.channel).to_contain_text(re.compile("acknowledges AuthnRejectRatioHigh"))
    expect(page.locator("#text-channel")).to_have_value("not handed in yet")

"""Several people on one drill, a reload, and a server that is killed: what they typed and said is still there."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.console import SHOTS, host, join, let_tick
from tests.e2e.server import Server

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    running.start()
    yield running
    running.stop()


def _feed(page: Page) -> Locator:
    return page.locator("#channel")


def _say(page: Page, words: str) -> None:
    field = page.locator("#text-channel")
    field.fill(words)
    field.press("Enter")
    expect(_feed(page)).to_contain_text(words)


def _was_away(server: Server, seconds: float) -> None:
    """Let the last sign of life in a server's database be so much older."""
    with closing(sqlite3.connect(server.database)) as store:
        store.execute("UPDATE heartbeats SET wall = wall - ?", (seconds,))
        store.commit()


def test_people_share_one_drill_and_keep_it_through_reload_and_kill(
    own_server: Server, open_page: Callable[..., Page]
) -> None:
    hana = open_page(own_server.url)
    code = host(hana)
    ana = open_page(f"{own_server.url}/?drill={code}")
    join(ana, "Ana", "Incident commander")
    ben = open_page(f"{own_server.url}/?drill={code}", 390, 844, "light")
    join(ben, "Ben", "Deputy")
    expect(ana.get_by_text("Waiting for the facilitator to start")).to_be_visible()
    hana.get_by_role("button", name="Start the drill").click()
    expect(ana.locator(".clock")).to_contain_text("1×")

    _say(ana, "I have command <b>now</b>")
    expect(_feed(ben)).to_contain_text("I have command <b>now</b>")  # as typed, not as markup
    expect(_feed(hana)).to_contain_text("I have command <b>now</b>")

    half = ana.locator("#text-channel")
    half.fill("half a sentence")
    let_tick(ana, 4)
    expect(half).to_have_value("half a sentence")

    ben.reload()
    expect(_feed(ben)).to_contain_text("I have command")
    expect(ben.locator("#mine > summary")).to_contain_text("Deputy")

    own_server.stop(signal.SIGKILL)
    expect(ana.locator("#line-state")).to_contain_text("Offline")
    expect(half).to_have_value("half a sentence")
    _was_away(own_server, 7200)
    stopped_at = ana.locator(".clock b").inner_text()
    own_server.start()
    expect(ana.locator(".standing")).to_contain_text(re.compile(r"At T.* the server was away for 2 h"))
    expect(hana.locator(".standing")).to_contain_text("Resume to go on from there")
    expect(ana.locator(".clock b")).to_have_text(stopped_at)
    for name, page in (("host", hana), ("seat", ana), ("phone", ben)) if SHOTS else ():
        page.screenshot(path=f"{SHOTS}/away-{name}.png")
    ana.get_by_role("button", name="Resume").click()
    expect(ana.locator(".standing")).to_have_count(0)
    expect(_feed(ana)).to_contain_text("I have command")
    expect(half).to_have_value("half a sentence")
    _say(ana, "still here")
    expect(_feed(ben)).to_contain_text("still here")

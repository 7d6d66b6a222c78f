"""The app in a real browser: a server of its own, chromium, and pages for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.console import ARGS, READY, SHOTS
from tests.e2e.server import PATIENCE, Server

if TYPE_CHECKING:
    from tests.e2e.desk import Stage


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return `open_page(url, width, height, scheme)`: one isolated browser context, that is one person."""
    contexts = []

    def make(url: str, width: int = 1440, height: int = 900, scheme: str = "dark") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(url)
        page.locator(READY).wait_for()
        return page

    yield make
    for number, context in enumerate(contexts):
        if SHOTS:
            context.pages[0].screenshot(path=f"{SHOTS}/last-{number}.png")
        context.close()


@pytest.fixture(scope="module")
def stage(server: Server, browser: Browser) -> Iterator[Stage]:
    """Return a drill with a host's desk and people in their seats, before its start."""
    from tests.e2e.desk import staged

    with staged(server, browser) as made:
        yield made


@pytest.fixture(scope="module")
def running(stage: Stage) -> Stage:
    """Return the stage with its clock running, some minutes after the page."""
    from tests.e2e.desk import started

    return started(stage)

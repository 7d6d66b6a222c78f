"""What holds for every test: what it may take without the mark `slow`, where programs are, that stores are closed."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from scenarios.loader import forget
from scenarios.roots import FOLDERS, TRUST
from simulator.room.store import Store
from tests.postgres import MISSING, Server, programs

DEAR = 2.0
"""Seconds of processor time from which on a test is `slow`, wherever it is measured; on an idle machine aim at one."""


def pytest_configure() -> None:
    """Look for no garbage while modules come in: what is collected stays, and it is a fifth of the time."""
    gc.disable()


def pytest_collection(session: pytest.Session) -> None:
    """Where nothing is run, leave out hypothesis: it parses all sources for constants to try, a tenth of the time."""
    if session.config.option.collectonly:
        session.config.pluginmanager.unregister(name="hypothesispytest")


def pytest_collection_finish() -> None:
    """Look for circular garbage more seldom: among all that is imported here it takes a fifth of a played drill."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Note what a test takes of the processor, its subprocesses included: a busy machine changes that little."""
    before = sum(os.times()[:4])
    try:
        return (yield)
    finally:
        item.user_properties.append(("processor", sum(os.times()[:4]) - before))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what all tests took of the processor, and which are dear and not marked so."""
    reports = [one for found in terminalreporter.stats.values() for one in found if getattr(one, "when", "") == "call"]
    took = {one.nodeid: dict(one.user_properties).get("processor", 0.0) for one in reports}
    dear = [one.nodeid for one in reports if took[one.nodeid] > DEAR and not {"slow", "e2e"} & {*one.keywords}]
    terminalreporter.write_line(f"{sum(took.values()):.0f} s of processor time in {len(took)} tests")
    if dear:
        terminalreporter.section("dear, and not marked slow")
    for name in sorted(dear, key=took.__getitem__, reverse=True):
        terminalreporter.write_line(f"{took[name]:6.2f} s  {name}")


def chromium_path() -> str | None:
    """Return the path of the system's chromium, None without one."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, filter(None, names)) if path), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the system's chromium. Without one: skip, on CI fail."""
    found = chromium_path()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no chromium on CI; `make test` installs it where apt-get can")
    if found is None:
        pytest.skip("no chromium; install it or set CHROMIUM=/path/to/it")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a PostgreSQL server that this session started. Without its programs: skip, on CI fail."""
    folder = programs()
    if folder is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if folder is None:
        pytest.skip(MISSING)
    server = Server(folder)
    yield server
    server.close()


@pytest.fixture(autouse=True)
def stores_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every store a test opens: an open connection that is collected later is a warning in another test."""
    opened: list[Store] = []
    make = Store.__init__

    def remember(self: Store, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        opened.append(self)

    monkeypatch.setattr(Store, "__init__", remember)
    yield
    for store in opened:
        store.close()


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a test begin, and end, without scenario folders of its own."""
    for name in (FOLDERS, TRUST):
        monkeypatch.setenv(name, "")
    forget()
    yield
    forget()

"""The app as a company has it: under a name, behind a reverse proxy that ends TLS."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.console import ARGS, READY, Console
from tests.e2e.server import PATIENCE, Server, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.long]

NAME = "drills.example.com"
CERTIFY = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN={NAME} -keyout key.pem -out cert.pem"


class Proxy:
    """What ends TLS and says so: each request of its own connection, sockets and streams passed through."""

    def __init__(self, to: int, folder: Path) -> None:
        self.port = free_port()
        self._to = to
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    async def serve(self, until: asyncio.Event) -> None:
        async with await asyncio.start_server(self._passed, "127.0.0.1", self.port, ssl=self._tls):
            await until.wait()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._to)
            inner_writer.write(told(head))
            ways = [asyncio.ensure_future(_copy(*way)) for way in ((reader, inner_writer), (inner_reader, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for one in ways:
                one.cancel()
            inner_writer.close()
        writer.close()


def told(head: bytes) -> bytes:
    """Return the head of a request as the proxy passes it on."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    upgrades = any(line.lower().startswith(b"upgrade:") for line in lines)
    kept = [line for line in lines if upgrades or not line.lower().startswith(b"connection:")]
    added = [b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-Proto: https", *([] if upgrades else [b"Connection: close"])]
    return b"\r\n".join([first, *kept, *added]) + b"\r\n\r\n"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()


@contextmanager
def serving(proxy: Proxy) -> Iterator[None]:
    """Serve in a thread of its own for as long as it is wanted."""
    loop, until = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(proxy.serve(until),))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(until.set)
        thread.join(PATIENCE)
        loop.close()


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[str]:
    """Return the address under which the app is reached by TLS."""
    if shutil.which("openssl") is None:
        missing = "no openssl to make a certificate with; install it"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    subprocess.run(CERTIFY.split(), cwd=tmp_path, check=True, capture_output=True)
    server = Server(tmp_path, "--allow-host", NAME, "--proxy", "127.0.0.1")
    server.start()
    proxy = Proxy(int(server.url.rpartition(":")[2]), tmp_path)
    with serving(proxy):
        yield f"https://{NAME}:{proxy.port}"
    server.stop()


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(address)
    page.locator(READY).wait_for()
    return page


def test_a_drill_is_played_by_tls_and_its_cookie_goes_nowhere_else(
    browser: Browser, chromium: str, behind: str, tmp_path: Path
) -> None:
    mapped = [*ARGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    named = browser.browser_type.launch(executable_path=chromium, args=mapped)
    page = opened(named, behind)
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "Security Policy" in line.text else None)
    me = Console.practise(page, Server(tmp_path), "Ana", seed=7)
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "seats"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    me.say("heard by everybody")
    second = me.page.locator(".clock b").last.inner_text()
    expect(page.locator(".clock b").last).not_to_have_text(second)
    page.reload()
    expect(page.locator("#channel")).to_contain_text("heard by everybody")
    assert refused == []
    named.close()

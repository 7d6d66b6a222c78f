"""What stands before every request: which names and origins it may come by, and the headers of every answer.

Plain ASGI: Starlette's own base class would stand between every message of a socket and its reader.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = "DRILL_HOSTS"
"""Environment variable: names that this server is reached by besides localhost and addresses, with commas between."""
METRICS = "/_stcore/metrics"
"""Streamlit's own figures: for this machine alone."""
HOST_CONFIG = "/_stcore/host-config"
"""Where Streamlit's page asks what it may do with whoever has it in a frame."""
MAY = {
    "allowedOrigins": [], "useExternalAuthToken": False, "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False, "metricsUrl": "", "resourceCrossOriginMode": None,
    # Else a dialog opens over the page when Streamlit's own line drops, and takes the focus out of the field in which
    # somebody is typing. It has no option of its own, and the console says itself when it is offline.
    "blockErrorDialogs": True,
}  # fmt: skip
"""The answer: nobody has it in a frame, and no dialog stands in the way of what lives."""
NOT_FOUND, FORBIDDEN, MISDIRECTED = 404, 403, 421
POLICY_VIOLATION = 1008


@cache
def headers() -> Mapping[str, str]:
    """Return the headers of every answer."""
    return {
        "Content-Security-Policy": policy(),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # Not `no-referrer`: with that, browsers say nothing of where a form of our own comes from.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def policy() -> str:
    """Return the strictest Content-Security-Policy that Streamlit works under."""
    index = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
    )
    return "; ".join((
        "default-src 'none'",
        f"script-src 'self'{inline}",  # components are files of this server, see `ui.live.element`
        "style-src 'self' 'unsafe-inline'",  # Streamlit writes its styles as it goes
        "img-src 'self' data: blob:",
        "font-src 'self' data:",  # a font inside Streamlit's style sheet
        "connect-src 'self'",  # the socket of the same host and port, too
        "manifest-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
    ))  # fmt: skip


class Guard:
    """Answer only those who name this server as it is called and come from its own pages; add the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        listed = os.environ.get(HOSTS, "").split(",")
        self._names = {"localhost", *(name.strip().lower().rstrip(".") for name in listed if name.strip())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        refusal = self.refusal(scope)
        if refusal and scope["type"] == "websocket":
            await receive()
            return await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        app = PlainTextResponse(refusal[1], refusal[0]) if refusal else self._app
        if not refusal and scope["type"] == "http" and scope["path"].endswith(HOST_CONFIG):
            app = JSONResponse(MAY, headers={"Cache-Control": "no-cache"})
        await app(scope, receive, _with_headers(send))
        return None

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and words for a connection that is not served, None for one that is."""
        given = Headers(scope=scope)
        host, origin = given.get("host", "").lower(), given.get("origin")
        if not self._known(host):
            return MISDIRECTED, f"this server is not called {host[:80]!r}; its names are listed with --allow-host"
        # Streamlit would take every port of this machine for itself, and ask outside what its own address is.
        if origin is not None and _netloc(origin) != host:
            return FORBIDDEN, "only the pages of this server may ask for this; behind a proxy, let it pass on the Host"
        if scope["path"].rstrip("/").endswith(METRICS) and not (_local(scope) and _local_name(host)):
            return NOT_FOUND, "there is nothing here"
        return None

    def _known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
            return name in self._names or bool(ipaddress.ip_address(name))
        except ValueError:
            return False


def _local(scope: Scope) -> bool:
    """Tell whether a connection comes from this machine."""
    try:
        return ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


def _local_name(host: str) -> bool:
    """Tell whether this machine is asked for as itself: a proxy beside the server passes on what it was asked for."""
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or ((name[:1].isdigit() or ":" in name) and ipaddress.ip_address(name).is_loopback)


def _with_headers(send: Send) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers())
        await send(message)

    return add


def _netloc(address: str) -> str | None:
    """Return name and port of an address, None where it is none."""
    try:
        return urlsplit(address.lower()).netloc
    except ValueError:
        return None

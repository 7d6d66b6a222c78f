"""A client for the routes and the guard: one request to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from ui import api
from ui.guard import Guard
from ui.live import routes


@dataclass(frozen=True)
class Answered:
    """What came back: of a socket the messages alone."""

    status: int
    headers: Mapping[str, str]
    text: str
    messages: tuple[Mapping[str, Any], ...] = ()


def served() -> Starlette:
    """Return our own routes behind the guard, as `app.py` serves them."""
    return Starlette(routes=[*api.ROUTES, *routes.ROUTES], middleware=[Middleware(Guard)])


def ask(
    path: str, method: str = "GET", *, app: Any = None, body: str = "", kind: str = "http", scheme: str = "http",
    client: str = "127.0.0.1", **headers: str,
) -> Answered:  # fmt: skip
    """Send a request; `headers` by their names, `_` for `-`."""
    where, _, query = path.partition("?")
    first = {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": body.encode()}
    given = {"host": "localhost:8501", "content_type": "application/x-www-form-urlencoded", **headers}
    scope = {
        "type": kind, "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": scheme,
        "path": where, "raw_path": where.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in given.items()],
        "client": (client, 50000), "server": ("127.0.0.1", 8501), "subprotocols": [],
    }  # fmt: skip
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return first if not sent else {"type": f"{kind}.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run((app or served())(scope, receive, send))
    start = next((one for one in sent if one["type"] == "http.response.start"), {"status": 0, "headers": ()})
    text = b"".join(one.get("body", b"") for one in sent).decode()
    return Answered(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, text, tuple(sent))

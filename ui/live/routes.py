"""What a live console asks of the server: its stream, what is pressed, forms, completions, and plotly's script.

Each request says whom it is from by the cookie that no script reads; each is checked anew. Only the server's own pages
come this far: see `ui.guard`.
"""

from __future__ import annotations

import gzip
import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulator.acts import ACTS, Act
from simulator.errors import AccessDenied, DrillError, StoreError
from simulator.room.room import KEY
from simulator.values import Ref
from ui import session
from ui.documents import documents
from ui.live import forms, line
from ui.live.channel import REPLY, reply_html
from ui.live.fields import Wrong, read
from ui.live.hub import HUB
from ui.live.verbs import PREFIX, REPEATED, VERBS
from ui.parts import units
from ui.parts.completion import handle
from ui.parts.followups import whole
from ui.parts.live import SERVER
from ui.parts.needs import DOCUMENT
from ui.parts.text import visible
from ui.session import Here

LONGEST = 65_536
"""Bytes of what is pressed, at most."""
MOST_TYPED = 400
"""Characters of a line that completes."""
ON_RECORD = "On the record"
BAD_REQUEST, FORBIDDEN, NOT_FOUND, TOO_LARGE, WRONG_TYPE, UNAVAILABLE = 400, 403, 404, 413, 415, 503


class NotUnderstood(Exception):
    """A request that is none of this page's: status and words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = _said(words, status=status)


def _said(words: str, ok: bool = False, status: int = 200, *, typed: bool = False, **more: Any) -> JSONResponse:
    """Return an answer in a sentence; what begins with something that was `typed` begins as that does."""
    shown = visible(words)
    text = shown if typed else f"{shown[:1].upper()}{shown[1:]}"
    return JSONResponse({"ok": ok, "text": text, **more}, status, {"Cache-Control": "no-store"})


def _who(request: Request) -> Here:
    """Return who sends a request; raise AccessDenied for a stranger, or somebody who was signed out."""
    ident = request.query_params.get(session.ME, "")
    held = session.split(request.cookies.get(session.COOKIE, ""))
    token = next((one for one in held if SERVER.rooms.whose(one) == ident), None)
    if not ident or token is None:
        raise AccessDenied(session.NOT_HERE)
    here = Here.behind(token)
    here.room.as_is(here.person)
    here.room.saw(here.person)
    if here.person.seat is None and not here.person.facilitator:
        raise AccessDenied("you have no seat in this drill any more; take one in the lobby")
    return here


def _looks(request: Request) -> Here:
    """Return who looks; raise DrillError where there is nothing to be seen."""
    here = _who(request)
    here.room.briefing(here.role)
    return here


async def stream(request: Request) -> Response:
    """Send the pieces of somebody's screen that changed, for as long as they listen."""
    try:
        here = await run_in_threadpool(_looks, request)
    except StoreError as error:
        return _said(str(error), status=UNAVAILABLE)
    except DrillError as error:
        return _said(str(error), status=FORBIDDEN)
    return StreamingResponse(
        HUB.stream(here, request.query_params.get("since", "")[:40]), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


async def act(request: Request) -> Response:
    """Take what somebody pressed, once under its key."""
    try:
        body = await _body(request)
        answer, drill = await run_in_threadpool(_take, request, body)
    except NotUnderstood as error:
        return error.answer
    except StoreError as error:
        # Nobody knows whether it was stored: the page asks again, under the same key.
        return _said(str(error), status=UNAVAILABLE)
    except Exception:
        # A fault of ours: tried again it would be the same.
        logging.getLogger(__name__).exception("%s could not be taken", body["act"])
        return _said("that could not be taken; the server's log says why. Look at the channel before you try again")
    HUB.soon(drill)
    return answer


async def _body(request: Request) -> dict[str, Any]:
    """Return what was pressed: key, act and fields."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotUnderstood(WRONG_TYPE, "this is taken as JSON alone")
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                raise NotUnderstood(TOO_LARGE, f"that is too much at once: {LONGEST:,} bytes fit; send it in parts")
    except ClientDisconnect:
        raise NotUnderstood(BAD_REQUEST, "that did not arrive whole") from None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood(BAD_REQUEST, "that is no JSON") from None
    parts = (found.get("key"), found.get("act"), found.get("fields")) if isinstance(found, dict) else (None,) * 3
    if not (isinstance(parts[0], str) and isinstance(parts[1], str) and isinstance(parts[2], dict)):
        raise NotUnderstood(BAD_REQUEST, "say key, act and fields")
    if not KEY.fullmatch(parts[0]):
        raise NotUnderstood(BAD_REQUEST, "a key has 1 to 64 visible ASCII characters")
    return dict(zip(("key", "act", "fields"), parts, strict=True))


def _take(request: Request, body: dict[str, Any]) -> tuple[Response, str]:
    """Return the answer to what was pressed, and the drill it was pressed in."""
    try:
        here = _who(request)
    except StoreError:
        raise
    except DrillError as error:
        raise NotUnderstood(FORBIDDEN, str(error)) from error
    name, fields, key = body["act"], body["fields"], body["key"]
    try:
        if name.startswith(PREFIX):
            return _verb(here, name.removeprefix(PREFIX), fields, key), here.room.row.id
        return _act(here, name, fields, key), here.room.row.id
    except StoreError:
        raise
    except DrillError as error:
        return _said(str(error)), here.room.row.id


def _act(here: Here, name: str, fields: dict[str, Any], key: str) -> Response:
    text, where = str(fields.get("text", "")), str(fields.get("where", ""))
    known = here.room.answered(here.person, key)
    if known is not None:
        taken = line.again(text, where) if name == "line" else ON_RECORD
        return _said(known.refusal.reason if known.refusal else taken, ok=known.refusal is None)
    done = ON_RECORD
    if name == "line":
        chosen = {one: str(fields[one]) for one in ("executor", "decision") if one in fields}
        found = line.meant(here.room.briefing(here.role), text, where, **chosen)
        if found.form:
            return _said("", ok=True, open=found.form)
        if found.command is None:
            return _said(found.problem, typed=found.typed, use=found.nearest, pick=found.pick)
        command, done = found.command, found.done
    else:
        b = here.room.briefing(here.role)
        # What a record says already is taken from the record as it is now, not from a form that was opened before.
        made = read(_kind(name), units.meant(b, whole(b, name, fields)))
        if isinstance(made, Wrong):
            return _said(made.words, fields=dict(made.fields))
        command = made
    refusal = here.room.submit(command, here.person, key).refusal
    if refusal and refusal.absent:
        b = here.room.briefing(here.role)
        page = "" if refusal.absent in b.incident.paged else f": /page {handle(b, refusal.absent)}"
        return _said(f"{refusal.reason}{page}", until=f" {refusal.absent} ")
    return _said(refusal.reason if refusal else done, ok=refusal is None)


def _kind(name: str) -> type[Act]:
    kind = ACTS.get(name)
    if kind is None:
        raise DrillError(f"there is no act {name[:80]!r}")
    return kind


def _verb(here: Here, name: str, fields: dict[str, Any], key: str) -> Response:
    do = VERBS.get(name)
    if do is None:
        raise DrillError(f"nobody can {name[:80]!r} here")
    if name in REPEATED:
        return _said(do(here, fields), ok=True)
    found = here.room.once(here.person, key, lambda: do(here, fields))
    return _said(found.text, ok=found.ok)


async def form(request: Request) -> Response:
    """Answer with the form of an act, prefilled as the drill is now, of a reply, or with a record as a document."""
    kind, about = request.query_params.get("kind", ""), request.query_params.get("about", "")[:200]

    def make() -> Response:
        here = _who(request)
        b = here.room.briefing(here.role)
        if kind == DOCUMENT:
            ref = Ref(about)
            html = documents.view(b, ref.kind, ref.ident)
        elif kind == REPLY and here.plays:
            html = reply_html(b, about)
        elif kind in ACTS and here.plays:
            html = forms.form_html(b, kind, about)
        else:
            return _said("there is no such form", status=NOT_FOUND)
        return JSONResponse({"html": html}, headers={"Cache-Control": "no-store"})

    return await _answered(make)


async def complete(request: Request) -> Response:
    """Answer with what a line can become."""
    text, where = request.query_params.get("text", ""), request.query_params.get("where", "")
    at = request.query_params.get("at", "")

    def make() -> Response:
        here = _who(request)
        caret = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else len(text)
        empty: dict[str, Any] = {"from": 0, "to": 0, "offers": "", "card": ""}
        short = here.plays and len(text) <= MOST_TYPED
        found = line.offered(here.room.briefing(here.role), text, caret, where) if short else empty
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    return await _answered(make)


async def _answered(make: Any) -> Response:
    try:
        return await run_in_threadpool(make)
    except StoreError as error:
        return _said(str(error), status=UNAVAILABLE)
    except DrillError as error:
        return _said(str(error), status=FORBIDDEN)


@cache
def _plotly() -> bytes:
    return gzip.compress((Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes(), 6)


async def plotly_js(_: Request) -> Response:
    """Serve plotly's script out of the installed package; its address has the version, so it is kept for good."""
    return Response(
        await run_in_threadpool(_plotly), media_type="text/javascript",
        headers={"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"},
    )  # fmt: skip


ROUTES = [
    Route("/live/stream", stream),
    Route("/live/act", act, methods=["POST"]),
    Route("/live/form", form),
    Route("/live/complete", complete),
    Route("/live/plotly.js", plotly_js),
]

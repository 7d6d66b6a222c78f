"""HTTP routes beside the pages: what a probe asks for, and the way in that leaves no secret in an address.

A ticket is good once and for a short while. It comes in the body of a form, is exchanged for a token, and the token
goes into a cookie that no script reads.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from jinja2 import Environment, Template
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.errors import DrillError
from simulator.room.room import Room
from simulator.room.rooms import DAY
from simulator.room.store import Participant
from ui import session
from ui.pages import Page
from ui.parts.live import SERVER
from ui.parts.text import visible

TICKET = "ticket"
LONGEST = 4096
"""Bytes of a form at most: a ticket has some 200."""
SEE_OTHER, BAD_REQUEST, FORBIDDEN = 303, 400, 403


def health(_: Request) -> JSONResponse:
    """Tell whether the database answers and how many drills run."""
    try:
        running = len(SERVER.rooms.store.running())
    except DrillError as error:
        return JSONResponse({"status": "failing", "why": str(error)}, status_code=503)
    return JSONResponse({"status": "ok", "running": running})


async def enter(request: Request) -> Response:
    """Let somebody in: by GET say who a ticket is for and ask, by POST exchange it.

    Asking first keeps the ticket from whatever looks a link up before a person opens it.
    """
    if request.method != "POST":
        ticket = request.query_params.get(TICKET, "")
        return await run_in_threadpool(_ask, ticket)
    ticket = await _posted(request)
    return await run_in_threadpool(_let_in, ticket, request.cookies.get(session.COOKIE, ""), request.url.scheme)


def _ask(ticket: str) -> Response:
    try:
        room, person, alone = SERVER.rooms.bearer(ticket)
    except DrillError as error:
        return _page(status=FORBIDDEN, problem=str(error))
    seat = room.loaded.scenario.find("roles", person.seat).title if person.seat and not person.observes else ""
    return _page(
        ticket=ticket, name=person.name, drill=room.row.title, seat=seat, host=person.facilitator, alone=alone
    )


def _let_in(ticket: str, held: str, scheme: str) -> Response:
    try:
        room, person, token = SERVER.rooms.exchange(ticket)
        others = [one.token for one in session.behind(held) if one.person.id != person.id]
        page = _first_page(room, person)
    except DrillError as error:
        return _page(status=FORBIDDEN, problem=str(error))
    to = f"./{page.path or ''}?{urlencode({session.ME: person.id})}"
    answer = RedirectResponse(to, SEE_OTHER, {"Cache-Control": "no-store"})
    answer.set_cookie(
        session.COOKIE, session.COOKIE_JOIN.join([token, *others][: session.COOKIE_MOST]),
        max_age=int(2 * SERVER.rooms.keep_days * DAY), path="/", httponly=True, samesite="strict",
        secure=scheme in ("https", "wss"),
    )  # fmt: skip
    return answer


def _first_page(room: Room, person: Participant) -> Page:
    if room.problem is None and room.ended:
        return Page.DEBRIEF
    return Page.CONSOLE if person.facilitator or person.seat else Page.LOBBY


async def _posted(request: Request) -> str:
    """Return the ticket of a form; nothing where there is none, or far too much."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return ""
    except ClientDisconnect:
        return ""
    return parse_qs(body.decode("ascii", "replace")).get(TICKET, [""])[0]


@cache
def _template() -> Template:
    made = Environment(autoescape=True)
    made.filters["visible"] = visible
    return made.from_string(Path(__file__).with_name("enter.html").read_text(encoding="utf-8"))


def _page(status: int = 200, **what: object) -> Response:
    return HTMLResponse(_template().render(what), status, {"Cache-Control": "no-store"})


ROUTES = [Route("/api/health", health), Route("/enter", enter, methods=["GET", "POST"])]

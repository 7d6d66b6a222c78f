"""HTTP routes beside the pages: what a probe asks for, and the way in.

A seat's ticket is good once and for a short while. It comes in the body of a form, is exchanged for a token, and the
token goes into a cookie that no script reads. A team's link and a member's own come in the same way, but are good until
somebody renews or withdraws them, and stand in an address: whoever finds one comes in by it.
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
MEMBER_SECONDS = 400 * 86_400
"""How long a browser keeps that somebody is in a team: as long as browsers keep anything."""


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
    teams = request.cookies.get(session.TEAMS, "")
    if request.method != "POST":
        ticket = request.query_params.get(TICKET, "")
        return await run_in_threadpool(_ask, ticket, teams)
    ticket, name = await _posted(request)
    seats = request.cookies.get(session.COOKIE, "")
    return await run_in_threadpool(_handed_in, ticket, name, teams, seats, request.url.scheme)


def _handed_in(ticket: str, name: str, teams: str, seats: str, scheme: str) -> Response:
    try:
        of_a_team = SERVER.rooms.teams.leads(ticket)
    except DrillError as error:
        return _page(status=FORBIDDEN, problem=str(error))
    return _into_team(ticket, name, teams, scheme) if of_a_team else _let_in(ticket, seats, scheme)


def _ask(ticket: str, teams: str) -> Response:
    try:
        if SERVER.rooms.teams.leads(ticket):
            return _ask_for_team(ticket, teams)
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
    return _given(to, session.COOKIE, [token, *others], int(2 * SERVER.rooms.keep_days * DAY), scheme)


def _given(to: str, cookie: str, tokens: list[str], seconds: int, scheme: str) -> Response:
    """Lead on to a page, and have the browser keep tokens in a cookie that no script reads."""
    answer = RedirectResponse(to, SEE_OTHER, {"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie, session.COOKIE_JOIN.join(tokens[: session.COOKIE_MOST]), max_age=seconds, path="/", httponly=True,
        samesite="strict", secure=scheme in ("https", "wss"),
    )  # fmt: skip
    return answer


def _ask_for_team(ticket: str, held: str) -> Response:
    """Say which team a link leads into and ask; whoever is in it already is led to it."""
    team, member = SERVER.rooms.teams.door(ticket)
    there = next((own.name for at, own in session.memberships(held) if at.id == team.id), "")
    return _page(ticket=ticket, team=team.name, name=member.name if member else "", there=there)


def _into_team(ticket: str, name: str, held: str, scheme: str) -> Response:
    teams = SERVER.rooms.teams
    try:
        team, member = teams.door(ticket)
        others = [(at, own) for at, own in session.memberships(held) if at.id != team.id]
        there = next((own for at, own in session.memberships(held) if at.id == team.id), None)
        member = member or there or teams.join(ticket, name)
    except DrillError as error:
        return _page(status=FORBIDDEN, problem=str(error))
    tokens = [teams.token(member), *(teams.token(own) for _, own in others)]
    return _given(f"./{Page.TEAM.path}", session.TEAMS, tokens, MEMBER_SECONDS, scheme)


def _first_page(room: Room, person: Participant) -> Page:
    if room.problem is None and room.ended:
        return Page.DEBRIEF
    return Page.CONSOLE if person.facilitator or person.seat else Page.LOBBY


async def _posted(request: Request) -> tuple[str, str]:
    """Return ticket and name of a form; nothing where there is none, or far too much."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return "", ""
    except ClientDisconnect:
        return "", ""
    form = parse_qs(body.decode("ascii", "replace"))
    return form.get(TICKET, [""])[0], form.get("name", [""])[0]


@cache
def _template() -> Template:
    made = Environment(autoescape=True)
    made.filters["visible"] = visible
    return made.from_string(Path(__file__).with_name("enter.html").read_text(encoding="utf-8"))


def _page(status: int = 200, **what: object) -> Response:
    return HTMLResponse(_template().render(what), status, {"Cache-Control": "no-store"})


ROUTES = [Route("/api/health", health), Route("/enter", enter, methods=["GET", "POST"])]

"""What a desk asks of the server beside its stream: a sheet to print, a code for phones, a second life."""

from __future__ import annotations

import io
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

import ui.live.desk_verbs  # noqa: F401  # registers what can be asked for
from simulator.errors import AccessDenied, DrillError
from simulator.room.access import clean_code
from ui import session
from ui.live.desk_model import model
from ui.live.runsheet import runsheet
from ui.parts.live import SERVER
from ui.parts.text import escape
from ui.session import Here

FORBIDDEN, SEE_OTHER = 403, 303
PRIVATE = {"Cache-Control": "no-store"}


def _held(request: Request) -> list[Here]:
    """Return everybody that this browser is."""
    return list(session.behind(request.cookies.get(session.COOKIE, "")))


async def sheet(request: Request) -> Response:
    """Answer with the run sheet and the scenario's notes, for facilitators of that drill alone."""

    def make() -> Response:
        drill = request.query_params.get("drill", "")
        here = next((one for one in _held(request) if one.room.row.id == drill and one.person.facilitator), None)
        if here is None:
            raise AccessDenied("a run sheet is for the facilitators of its drill")
        return HTMLResponse(runsheet(here.room, model(here.room)), headers=PRIVATE)

    return await _answered(make)


async def follow(request: Request) -> Response:
    """Lead somebody who is in a drill into a second life of it."""

    def make() -> Response:
        drill, held = request.query_params.get("drill", ""), _held(request)
        # A stranger learns of no drill, not even that there is none.
        first = SERVER.rooms.store.drill(drill).branch_of if held else None
        here = next((one for one in held if one.room.row.id == first), None)
        if here is None:
            raise AccessDenied("this browser is in no drill that this one plays on from; join with its code")
        _, person = SERVER.rooms.follow(here.person, drill)
        return RedirectResponse(f"./enter?{urlencode({'ticket': SERVER.rooms.ticket(person)})}", SEE_OTHER, PRIVATE)

    return await _answered(make)


async def qr(request: Request) -> Response:
    """Answer with a picture of the address at which others join."""
    code = clean_code(request.query_params.get("drill", ""))[:12]
    at = urlsplit(str(request.url))
    picture = await run_in_threadpool(_picture, f"{at.scheme}://{at.netloc}/?{urlencode({session.DRILL: code})}")
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


@lru_cache(maxsize=64)
def _picture(address: str) -> bytes:
    made = io.BytesIO()
    segno.make(address, error="m").save(made, kind="svg", scale=4, border=3, dark="#000", light="#fff")
    return made.getvalue()


async def _answered(make: object) -> Response:
    assert callable(make)
    try:
        found: Response = await run_in_threadpool(make)
        return found
    except DrillError as error:
        return HTMLResponse(f"<p>{escape(str(error))}</p>", FORBIDDEN, PRIVATE)


ROUTES = [Route("/live/runsheet", sheet), Route("/follow", follow), Route("/live/qr.svg", qr)]

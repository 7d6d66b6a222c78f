"""HTTP routes beside the pages: what a probe or a load balancer asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulator.errors import DrillError
from ui.parts.live import SERVER


def health(_: Request) -> JSONResponse:
    """Tell whether the database answers and how many drills run."""
    try:
        running = len(SERVER.rooms.store.running())
    except DrillError as error:
        return JSONResponse({"status": "failing", "why": str(error)}, status_code=503)
    return JSONResponse({"status": "ok", "running": running})


ROUTES = [Route("/api/health", health)]

"""ASGI entry and composition root: the one place where the app's parts are put together.

`streamlit run app.py`, `uvicorn app:app` and `drill serve` all serve it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

import ui
from analytics import playbook as books
from analytics.runs.finish import finish
from scenarios import uploaded
from scenarios.loader import load, names
from simulator.room.rooms import Rooms
from simulator.room.store import Store
from simulator.room.tidy import days
from simulator.room.uploads import Uploads
from ui import api
from ui.checking import check
from ui.guard import Guard
from ui.live import desk_routes, routes
from ui.live.hub import HUB
from ui.parts.live import SERVER


def rooms() -> Rooms:
    """Return the drills of the configured database, with the package's scenarios, playbooks and scoring."""
    retain = days(os.environ.get("DRILL_RETAIN_DAYS"))
    store = Store()
    uploads = Uploads(store, uploaded.load, check, names)
    return Rooms(store, load, finish, lambda name: books.load(name).played(), retain, uploads=uploads)


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Keep running drills on their clocks for as long as the server lives, whether or not anybody looks."""
    import pandas
    from plotly.graph_objects import Figure, Scatter

    SERVER.use(rooms)
    # Both load their parts when they are first used: now, rather than under the first pages of two people at once.
    pandas.DataFrame({"at": [0]}).to_json()
    Figure(Scatter(x=[0], y=[0])).add_hline(0).add_vline(0).to_json()
    gc.collect()
    gc.freeze()
    HUB.open()
    ticker = asyncio.create_task(SERVER.run(HUB.tick))
    try:
        with closing_streams():
            yield {}
    finally:
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker


@contextlib.contextmanager
def closing_streams() -> Iterator[None]:
    """End all streams as soon as the server is told to stop: it waits for them before anything else."""
    loop, before = asyncio.get_running_loop(), {}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(HUB.close)
        other = before[number]
        if callable(other):
            other(number, frame)

    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        HUB.close()
        for number, other in before.items():
            signal.signal(number, other)


app = st.App(
    Path(ui.__file__).parent / "main.py", lifespan=lifespan, routes=[*api.ROUTES, *routes.ROUTES, *desk_routes.ROUTES],
    middleware=[Middleware(Guard)],
)  # fmt: skip

"""ASGI entry: the Streamlit app, its HTTP routes and the ticker of running drills in one process.

`streamlit run app.py`, `uvicorn app:app` and `drill serve` (which calls `main`) all serve it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import streamlit as st

import ui
from ui import api
from ui.parts.live import SERVER

HERE = Path(ui.__file__).parent


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Keep running drills on their clocks for as long as the server lives, whether or not anybody looks."""
    from plotly.graph_objects import Figure, Scatter

    # Plotly loads its parts when they are first used: now, rather than under the first person's first page.
    Figure(Scatter(x=[0], y=[0])).add_hline(0).add_vline(0).to_json()
    gc.collect()
    gc.freeze()
    ticker = asyncio.create_task(SERVER.run())
    try:
        yield {}
    finally:
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker


app = st.App(HERE / "main.py", lifespan=lifespan, routes=api.ROUTES)


def settings(port: int, host: str) -> dict[str, Any]:
    """Return Streamlit's options for serving from anywhere; `.streamlit/config.toml` holds the same ones.

    But for the greeting: `drill serve` prints the address itself, once.
    """
    return {
        "server.port": port, "server.address": host, "server.headless": True, "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False, "client.toolbarMode": "minimal", "client.showErrorDetails": "none",
        "runner.postScriptGC": False, "runner.magicEnabled": False, "logger.hideWelcomeMessage": True,
        "theme.base": str(HERE / "theme" / "drill.toml"),
    }  # fmt: skip


def greeting(host: str, port: int) -> str:
    """Return the line that says where the app is, for this machine and for others."""
    everywhere = host in ("0.0.0.0", "::")
    shown = "localhost" if everywhere or host == "127.0.0.1" else f"[{host}]" if ":" in host else host
    others = f"; others: http://THIS-MACHINE:{port} with its name or address" if everywhere else ""
    return f"Incident Drill: http://{shown}:{port}{others}  (stop with Ctrl+C)"


def main(port: int = 8501, host: str = "127.0.0.1", data: str | None = None) -> None:
    """Serve the app on `port`; `data` is the database's path or URL. Returns when the server stops."""
    if data:
        os.environ["DRILL_DATABASE_URL"] = data
    app.run(config=settings(port, host))

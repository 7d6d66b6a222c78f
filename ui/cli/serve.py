"""Serve the app."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.errors import DrillError, UnknownName
from ui.cli.shared import Database, say

APP = "app:app"
"""What is served, by its name: the module that puts the parts together is above everything, so nothing imports it."""
UI = Path(__file__).parent.parent


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets others in.")] = "127.0.0.1",
    data: Database = None,
    playbook: Annotated[str | None, typer.Option(help="The playbook that is offered first for new drills.")] = None,
) -> None:
    """Start the app and print its address."""
    from analytics.playbook import load, names
    from scenarios.loader import catalogue
    from simulator.room.store import Store

    if playbook:
        if playbook not in names():
            raise UnknownName("playbook", playbook, names())
        load(playbook)
        os.environ["DRILL_PLAYBOOK"] = playbook
    free(host, port)
    # A database that cannot be used is said here, in one line, rather than on everybody's page.
    Store(data).close()
    if data:
        os.environ["DRILL_DATABASE_URL"] = data
    from streamlit.web import bootstrap

    for line in catalogue().broken.values():
        say(f"not offered: {line}")
    say(greeting(host, port))
    with redirect_stdout(sys.stderr):
        bootstrap.load_config_options(settings(port, host))
        bootstrap.run_asgi_app(str(UI.parent / "app.py"), APP, [], settings(port, host))


def settings(port: int, host: str) -> dict[str, Any]:
    """Return Streamlit's options for serving from anywhere; `.streamlit/config.toml` holds the same ones.

    But for the greeting: `serve` prints the address itself, once.
    """
    return {
        "server.port": port, "server.address": host, "server.headless": True, "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False, "client.toolbarMode": "minimal", "client.showErrorDetails": "none",
        "runner.postScriptGC": False, "runner.magicEnabled": False, "logger.hideWelcomeMessage": True,
        "theme.base": str(UI / "theme" / "drill.toml"),
    }  # fmt: skip


def greeting(host: str, port: int) -> str:
    """Return the line that says where the app is, for this machine and for others."""
    everywhere = host in ("0.0.0.0", "::")
    shown = "localhost" if everywhere or host == "127.0.0.1" else f"[{host}]" if ":" in host else host
    others = f"; others: http://THIS-MACHINE:{port} with its name or address" if everywhere else ""
    return f"Incident Drill: http://{shown}:{port}{others}  (stop with Ctrl+C)"


def free(host: str, port: int) -> None:
    """Raise DrillError where nothing can listen on this port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise DrillError(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another port with --port"
            ) from None
        except (TypeError, UnicodeError):  # the name cannot be written as names of hosts are
            raise DrillError(f"{host!r} is no name of a host; give one with --host") from None

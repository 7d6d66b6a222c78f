"""Serve the app."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import sys
from collections.abc import Sequence
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
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name this server is reached by, besides addresses.")
    ] = None,
    proxy: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="A reverse proxy's address or network, to be believed.")
    ] = None,
    playbook: Annotated[str | None, typer.Option(help="The playbook that is offered first for new drills.")] = None,
    retain: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, max=36500, help="Delete drills so long after their end; else keep them."),
    ] = None,
) -> None:
    """Start the app and print its address."""
    from analytics.playbook import load, names
    from scenarios.loader import catalogue
    from simulator.room.store import Store
    from simulator.room.tidy import days

    if playbook:
        if playbook not in names():
            raise UnknownName("playbook", playbook, names())
        load(playbook)
        os.environ["DRILL_PLAYBOOK"] = playbook
    reached_by([*(allow_host or ()), *([] if _is_address(host) else [host])])
    behind(proxy or ())
    free(host, port)
    # A database that cannot be used is said here, in one line, rather than on everybody's page.
    Store(data).close()
    if data:
        os.environ["DRILL_DATABASE_URL"] = data
    if retain is not None:
        os.environ["DRILL_RETAIN_DAYS"] = str(retain)
    days(os.environ.get("DRILL_RETAIN_DAYS"))
    from streamlit.web import bootstrap

    there = catalogue()
    for line in there.broken.values():
        say(f"not offered: {line}")
    for name in there.drafts:
        say(f"not offered: {name} is a draft; take `draft: true` out when it is done")
    say(greeting(host, port))
    with redirect_stdout(sys.stderr):
        bootstrap.load_config_options(settings(port, host))
        bootstrap.run_asgi_app(str(UI.parent / "app.py"), APP, [], settings(port, host))


def reached_by(names: Sequence[str]) -> None:
    """Answer to these names too; others than those that are listed may be somebody else's, who leads people here."""
    wrong = next((name for name in names if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name)), None)
    if wrong is not None:
        raise DrillError(
            f"{wrong!r} is no name of a server; give it without scheme and port, such as drills.example.com"
        )
    if names:
        os.environ["DRILL_HOSTS"] = ",".join([*names, *filter(None, [os.environ.get("DRILL_HOSTS")])])


def behind(proxies: Sequence[str]) -> None:
    """Believe these proxies, and no others, when they say where somebody comes from and whether by TLS."""
    for one in proxies:
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise DrillError(f"{one!r} is no address of a proxy; give one such as 10.0.0.5 or 10.0.0.0/24") from None
    # Left alone, the server would believe everything on its own machine.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")
    if proxies:
        os.environ["FORWARDED_ALLOW_IPS"] = ",".join(proxies)


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return host == "localhost"


def settings(port: int, host: str) -> dict[str, Any]:
    """Return Streamlit's options for serving from anywhere; `.streamlit/config.toml` holds the same ones.

    But for the greeting: `serve` prints the address itself, once.
    """
    return {
        "server.port": port, "server.address": host, "server.headless": True, "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False, "client.toolbarMode": "minimal", "client.showErrorDetails": "none",
        "runner.postScriptGC": False, "runner.magicEnabled": False, "logger.hideWelcomeMessage": True,
        "server.maxUploadSize": 20,  # MB: whoever has the address could fill the memory with more
        "theme.base": str(UI / "theme" / "drill.toml"),
    }  # fmt: skip


def greeting(host: str, port: int) -> str:
    """Return the line that says where the app is, for this machine and for others."""
    everywhere = host in ("0.0.0.0", "::")
    shown = "localhost" if everywhere or host == "127.0.0.1" else f"[{host}]" if ":" in host else host
    others = f"; others: http://ADDRESS:{port} with this machine's, or a name --allow-host lists" if everywhere else ""
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

"""The drills this browser has a seat in, each with the way back into it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from simulator.errors import DrillError
from simulator.room.rooms import Lobby
from simulator.text import clock
from ui import session
from ui.pages import Page
from ui.parts import shell
from ui.parts.live import SERVER
from ui.parts.text import plain
from ui.session import Here

MOST = 8
WORDS = {"waiting": "not started", "over": "finished", "lost": "cannot go on"}


def finished_and_running() -> bool:
    """List them all, running ones first; tell whether there are any."""
    found = _found()
    _listed(found)
    return bool(found)


def finished() -> None:
    """List those whose debrief can be read, or say how to come by one."""
    over = [pair for pair in _found() if pair[1].state == "over"]
    if over:
        _listed(over)
    else:
        st.html('<p class="quiet">No finished drill of yours is known to this browser.</p>')
        shell.to_lobby("Practise or join one in the lobby")


def _found() -> list[tuple[Here, Lobby]]:
    found = []
    for here in session.seats():
        with suppress(DrillError):
            found.append((here, SERVER.rooms.lobby(here.room)))
    return sorted(found, key=lambda pair: (pair[1].state in ("over", "lost"), -pair[0].room.row.created))


def _listed(found: list[tuple[Here, Lobby]]) -> None:
    if not found:
        return
    with st.container(border=True, key="yours", gap="xsmall"):
        st.markdown("**Your drills**")
        for here, lobby in found[:MOST]:
            _one(here, lobby)
        if len(found) > MOST:
            st.caption(f"and {len(found) - MOST} more, older ones")


def _one(here: Here, lobby: Lobby) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        state = WORDS.get(lobby.state, lobby.state)
        at = _score(here) if lobby.state == "over" else ""
        if lobby.state not in ("lost", "waiting", "over"):
            at = f" · {clock(int(here.room.clock.at))}"
        zone = ZoneInfo(st.context.timezone or "UTC")
        begun = datetime.fromtimestamp(here.room.row.created, zone)
        told = plain(f"{begun:%-d %b %Y} · {state}{at} · {lobby.mode} · {here.person.name} · {lobby.code}")
        st.markdown(f"{plain(lobby.title)}  :gray[{told}]", width="stretch")
        page = Page.DEBRIEF if lobby.state == "over" else Page.CONSOLE
        label = {"over": "Debrief", "lost": "Why"}.get(lobby.state, "Resume")
        kind: Literal["primary", "secondary"] = "secondary" if lobby.state == "over" else "primary"
        if st.button(plain(label), key=f"resume-{here.person.id}", type=kind):
            shell.go(page, here.link)


def _score(here: Here) -> str:
    card = here.room.scorecard()
    if card is None:
        return ""
    return " · no total" if card["total"] is None else f" · {card['total']} of 100"

"""The frame of a screen: where its pieces go, for each kind of person that looks at it."""

from __future__ import annotations

from typing import Literal

from ui.live.html import tabs
from ui.live.line import CHANNEL, SHELL, line_html
from ui.parts.feed import VIEWS
from ui.parts.text import escape

LEGEND = (
    '<p class="legend"><i class="normal"></i>normal <i class="limit"></i>alert <i class="deploy"></i>change '
    '<i class="action"></i>action done</p>'
)
"""What the lines of a panel mean."""
GUIDE = '<div id="guide" data-keep></div>'
"""Above the columns: on a phone they are shown one at a time."""
Kind = Literal["plays", "hosts", "observes"]
"""What somebody does in a drill."""
KEPT = ("Mine", "Pinned")
"""Views of the channel that depend on who looks."""


def frame(desk: str, name: str, channel: str, kind: Kind) -> str:
    """Return the frame for somebody at `desk`; `channel` is where they write."""
    plays, place = kind == "plays", {"plays": "Act", "hosts": "Desk", "observes": "Seats"}[kind]
    side = {"acts" if plays else "desk": place, "board-tab": "Board"}
    columns = {"talk": "Channel", "respond": "Respond" if plays else place, "look": "Panels"}
    return (
        f'<div class="frame" data-desk="{escape(desk)}" data-plays="{"true" if plays else "false"}">'
        f'<header class="top"><div id="bar"></div><div class="tools"><div id="clock"></div><div id="onwards"></div>'
        f'<span class="me">{escape(name)}</span><div id="mine-place"></div><div id="menu-place"></div></div></header>'
        f'<div id="standing"></div><div id="over"></div>{GUIDE if plays else ""}'
        f"{tabs('columns', 'Part of the console', columns, 'narrow')}"
        f'<div class="columns">{_talk(channel, plays)}{_respond(side, plays)}{_look()}</div>'
        f"{_shell() if plays else ''}<div id='stamp' hidden></div></div>"
    )


def _talk(channel: str, plays: bool) -> str:
    views = "".join(
        f'<button type="button" data-view="{escape(name)}" aria-pressed="{"false" if at else "true"}">'
        f"{escape(name)}</button>"
        for at, name in enumerate((*VIEWS, *KEPT))
    )
    line = line_html(CHANNEL, f"Write to the {channel} channel", f"Write to the {channel} channel", "Send")
    return (
        '<section id="talk" class="column" aria-label="Channel">'
        '<div id="alerts" role="group" aria-label="Alerts" tabindex="0"></div>'
        f'<div class="over-list"><div class="views" data-views="channel" role="group" aria-label="Show">{views}</div>'
        '<input type="search" id="search-channel" data-filter="channel" placeholder="Search" '
        'aria-label="Search the channel"></div>'
        '<div id="channel" role="log" aria-live="off" aria-label="Incident channel" tabindex="0" data-stick data-keep>'
        '</div><div id="reply" data-keep data-back="#text-channel"></div>'
        '<button type="button" class="unread" data-unread hidden data-keep></button>'
        f"{line if plays else ''}</section>"
    )


def _respond(side: dict[str, str], plays: bool) -> str:
    waits = (
        '<h2>Waits for you</h2><div id="waits" tabindex="-1" data-key="w" data-keep></div>'
        if plays
        else ""
    )
    own = (
        '<div id="acts" class="panel" role="tabpanel" aria-labelledby="tab-acts"><div id="forms"></div>'
        '<div id="form" data-keep data-back="#all-forms > summary">'
        '<p class="quiet">Pick what you want to do; what is known is filled in.</p></div></div>'
        if plays
        else '<div id="desk" class="panel" role="tabpanel" aria-labelledby="tab-desk">'
        '<div id="way-in"></div><div id="seats"></div><div id="facilitator" data-keep></div></div>'
    )
    return (
        f'<section id="respond" class="column" aria-label="Respond">{waits}{tabs("side", "Respond", side)}{own}'
        '<div id="board-tab" class="panel" role="tabpanel" aria-labelledby="tab-board-tab">'
        '<div id="paper" data-keep data-back="#tab-board-tab"></div>'
        '<div id="board" class="board" data-keep></div></div></section>'
    )


def _look() -> str:
    shown = {"panels": "Panels", "outputs": "Output", "changes": "Changes"}
    return (
        '<section id="look" class="column" aria-label="What monitoring and tools show">'
        f"{tabs('views', 'Look at', shown)}"
        '<div id="panels" class="panel" role="tabpanel" aria-labelledby="tab-panels">'
        f'<div id="figures" data-keep></div>{LEGEND}</div>'
        '<div id="outputs" class="panel" role="tabpanel" aria-labelledby="tab-outputs" tabindex="0"></div>'
        '<div id="changes" class="panel" role="tabpanel" aria-labelledby="tab-changes" tabindex="0"></div>'
        '<h2>Work under way</h2><div id="work" tabindex="0"></div></section>'
    )


def _shell() -> str:
    hint = "Type a command as in a shell, or / for the incident: /sev 1, /ic me"
    return f'<footer class="shell">{line_html(SHELL, "Command", hint, "Run")}</footer>'

"""What stands beside a drill for whoever only looks on: what they are here for, and who sits where."""

from __future__ import annotations

from simulator.room.rooms import Lobby
from ui.live.html import verb
from ui.parts.text import escape


def observer_html() -> str:
    """Return what an observer is here for, and the way to a seat."""
    button = verb("play", "<button>Take a seat instead</button>")
    return (
        "<h3>You observe this drill</h3><p class='quiet'>You look over the commander's shoulder and say and do "
        f"nothing; you are in no score and on no record.</p>{button}"
    )


def seats_html(lobby: Lobby) -> str:
    """Return who sits where, and who looks on."""
    nobody = f"<i>{'simulated' if lobby.automation else 'empty'}</i>"
    rows = "".join(
        f"<tr><td>{escape(chair.title)}</td><td>{escape(chair.holder) if chair.holder else nobody}</td></tr>"
        for chair in lobby.chairs
    )
    if lobby.observers:
        rows += f"<tr><td>Observers</td><td>{escape(', '.join(lobby.observers))}</td></tr>"
    return f'<h3>Seats</h3><table class="plain"><tbody>{rows}</tbody></table>'

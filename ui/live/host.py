"""What stands beside a drill for whoever does not play: the way in, who sits where, putting somebody out."""

from __future__ import annotations

from simulator.room.room import Room
from simulator.room.rooms import Lobby
from ui.live.html import verb_form
from ui.parts.text import escape


def way_in_html(room: Room, hosts: bool) -> str:
    """Return how others come in, or for an observer what they are here for."""
    if not hosts:
        button = verb_form("play", "<button>Take a seat instead</button>")
        return (
            "<h3>You observe this drill</h3><p class='quiet'>You look over the commander's shoulder and say and do "
            f"nothing; you are in no score and on no record.</p>{button}"
        )
    code = escape(room.row.code)
    return (
        f'<h3>You host this drill</h3><p class="code" id="host-code">{code}</p>'
        f'<button type="button" class="plain" data-copy="host-code">Copy the code</button>'
        f'<p class="quiet">Read the code out, or send the link that ends in <code>/?drill={code}</code>. Start, pause, '
        "speed and skip are yours; everybody sees the same clock. You look over the commander's shoulder: channel, "
        "alerts and panels are as that seat has them, with what only it knows.</p>"
    )


def seats_html(lobby: Lobby, hosts: bool) -> str:
    """Return who sits where, and for a host the way to put somebody out, by two clicks."""
    nobody = f"<i>{'simulated' if lobby.automation else 'empty'}</i>"
    rows = "".join(
        f"<tr><td>{escape(chair.title)}</td><td>{escape(chair.holder) if chair.holder else nobody}</td></tr>"
        for chair in lobby.chairs
    )
    if lobby.observers:
        rows += f"<tr><td>Observers</td><td>{escape(', '.join(lobby.observers))}</td></tr>"
    remove = ""
    if hosts and lobby.inside:
        people = '<option value="">Pick somebody</option>' + "".join(
            f'<option value="{escape(one.id)}">{escape(one.name)}</option>' for one in lobby.inside
        )
        fields = (
            '<p class="field wide"><label for="remove-who">Who leaves the drill</label>'
            f'<select id="remove-who" name="person">{people}</select></p><p class="quiet">Their seat is free, and they '
            "are signed out in every browser. The code would let them in again.</p>"
            '<button class="danger">Remove from the drill</button>'
        )
        remove = f'<details id="remove"><summary>Remove somebody …</summary>{verb_form("remove", fields, "")}</details>'
    return f'<h3>Seats</h3><table class="plain"><tbody>{rows}</tbody></table>{remove}'

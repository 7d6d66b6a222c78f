"""What stands beside the incident bar: the clock's controls, what only this role has, the drill's menu, its end."""

from __future__ import annotations

import re

from simulator import acts
from simulator.briefing import Briefing
from simulator.catalogue import Seat
from simulator.room.clock import REAL_WORLD, Clock
from simulator.room.room import Room
from simulator.values import COMMANDER
from ui.live.ending import meaning_html
from ui.live.html import OUTPUT, hidden, press, verb
from ui.parts.bar import ALONE, WAITING
from ui.parts.text import escape

HOSTED = (*ALONE, 5.0)
"""Paces that a facilitator has on offer."""
WAITS = "waits"
"""Speed of a clock that waits for people."""
KEYS = (
    "<kbd>Alt</kbd> with <kbd>S</kbd> skips ahead, with <kbd>R</kbd> leads to the command line, with <kbd>M</kbd> to "
    "the channel's, with <kbd>A</kbd> to what you can do, with <kbd>W</kbd> to what waits. Arrows go from line to line "
    "of the channel, Enter pins one."
)
"""What keys do anywhere on the console."""
ENDS = (("end", "End the drill …", "End it"), ("stop", "Real world: stop now …", "Stop now"))
"""How a drill can be ended: by what, what asks for it, and what makes sure."""


def clock_html(room: Room, clock: Clock, steers: bool, plays: bool) -> str:
    """Return the clock's controls for whoever has them, else how it stands."""
    if clock.state == "stopped":
        return ""
    # Whoever sits there after the server was away goes on by themselves; nobody has to be found for that.
    away = plays and clock.state == "paused" and clock.away is not None and room.row.header.mode == "training"
    if not steers:
        if away:
            return _controls(_button("resume", "▶ Resume", "primary"))
        waiting = '<span class="quiet">Waiting for the facilitator to start</span>'
        return waiting if clock.state == "waiting" else ""
    if clock.state == "waiting":
        return _controls(_button("start", "▶ Start the drill", "primary"))
    paused = clock.state == "paused"
    # What waits by itself needs no pause.
    stop = "" if clock.waits else _button("pause", "❚❚ Pause")
    go = _button("resume", "▶ Resume", "primary") if paused else stop
    skip = "" if paused else _button("skip", "▶▶ Skip ahead", title="Until something needs you (Alt+S)", key="s")
    paces = _pace(WAITS, "Waits", clock.waits, WAITING) if room.may_wait else ""
    for pace in sorted({*(HOSTED if room.row.hosted else ALONE), clock.pace}):
        paces += _pace(f"{pace:g}", f"{pace:g}×", pace == clock.pace and not clock.waits)
    return _controls(f'{go}{skip}<span class="paces" role="group" aria-label="Speed">{paces}</span>')


def _pace(value: str, words: str, chosen: bool, title: str = "") -> str:
    said = f' title="{escape(title)}"' if title else ""
    # Not `aria-pressed`: that is the page's own to say of a button, and stays as it was.
    said += ' aria-current="true"' if chosen else ""
    return f'<button name="pace" value="{escape(value)}"{said}>{escape(words)}</button>'


def _button(do: str, words: str, tone: str = "", title: str = "", key: str = "") -> str:
    said = f' title="{escape(title)}"' if title else ""
    said += f' data-key="{escape(key)}"' if key else ""
    return f'<button name="do" value="{escape(do)}" class="{escape(tone)}"{said}>{escape(words)}</button>'


def _controls(inside: str) -> str:
    return f'<form data-act="room.clock" class="clockwork" aria-label="Clock">{inside}{OUTPUT}</form>'


def next_seat(b: Briefing) -> Seat | None:
    """Return where somebody who lost command leads on: in the simulated seat that has it, or that is next to take it.

    None where they have it still, and where another person has it or is next: command is theirs then.
    """
    if not b.incident.command.lost_by(b.role):
        return None
    heir = b.leads_on()
    return next((seat for seat in _free(b) if seat.id == heir), None)


def _free(b: Briefing) -> list[Seat]:
    """Return the other seats in which nobody sits, those first that are told what this one knows."""
    others = (seat for seat in b.catalogue.roles if seat.seat and seat.id != b.role)
    return sorted((seat for seat in others if not b.incident.person(seat.id)), key=lambda seat: not b.inside(seat.id))


def onwards_html(b: Briefing) -> str:
    """Offer another seat to whoever has lost command; from the seat that leads they decide nothing any more."""
    seat = next_seat(b)
    if seat is not None:
        return _sit(seat, f"Go on as {in_short(seat, b)}", "primary")
    if b.role != b.incident.lead or not b.incident.command.moved:
        return ""
    who, leads = b.incident.person(b.leads_on() or ""), b.incident.holder(COMMANDER) is not None
    said = f'<span class="quiet">{escape(who)} {"leads now" if leads else "is next to lead"}</span>' if who else ""
    return said + "".join(_sit(free, f"Sit as {free.handle}") for free in _free(b)[:1])


def _sit(seat: Seat, words: str, tone: str = "") -> str:
    return verb("sit", f'{hidden({"seat": seat.id})}<button class="{escape(tone)}">{escape(words)}</button>')


def in_short(seat: Seat, b: Briefing) -> str:
    """Return what a seat is called on a button: its title without who it is besides, its handle where two share it."""
    titles = [_plain(one.title) for one in b.catalogue.roles if one.seat]
    return _plain(seat.title) if titles.count(_plain(seat.title)) == 1 else seat.handle


def _plain(title: str) -> str:
    return re.split(r" \(|, ", title, maxsplit=1)[0]


def mine_html(b: Briefing) -> str:
    """Return what only this role was told, with buttons that share it."""
    own = [cue for cue in b.options("own_cues") if cue.id not in b.incident.cues]
    known = b.catalogue.role(b.role)
    cues = "".join(
        f'<li>{escape(cue.title)} {press(acts.ShareCue(cue=cue.id), "Share with everybody")}</li>' for cue in own
    )
    only = f"<h3>Only you know</h3><ul>{cues}</ul>" if own else ""
    count = f'<b class="count">{len(own)}</b> ' if own else ""
    title = escape(known.title if known else b.role)
    return (
        f'<details class="drop" id="mine"><summary>{count}{title}</summary><div class="sheet">'
        f"<p><b>{title}</b> <code>{escape(known.handle if known else '')}</code></p>"
        f'<p class="prose">{escape(b.brief)}</p>{only}'
        f'<h3>What all were told</h3><p class="prose quiet">{escape(b.catalogue.briefing)}</p></div></details>'
    )


def _ends(b: Briefing, hosts: bool, how: str, asks: str, sure: str) -> str:
    inside = f'{hidden({"how": how})}<button class="danger">{escape(sure)}</button>'
    meaning = meaning_html(b, emergency=how == "stop", hosts=hosts)
    ends = verb("end", inside)
    return f'<details id="menu-{escape(how)}"><summary>{escape(asks)}</summary>{meaning}{ends}</details>'


def _hand_over(room: Room) -> str:
    """Return the way to give one's seat to somebody who is in the drill and has none."""
    people = room.seats.free_people()
    if not people:
        return ""
    options = "".join(f'<option value="{escape(one.id)}">{escape(one.name)}</option>' for one in people)
    who = f'<label class="field"><span>Who has your seat then</span><select name="person">{options}</select></label>'
    inside = f"{who}<button>Give them my seat</button>"
    return f'<details id="hand-seat"><summary>Give my seat to …</summary>{verb("hand_seat", inside)}</details>'


def menu_html(b: Briefing, room: Room, may_end: bool) -> str:
    """Return the drill's menu: the way in for others, sound, and the end, never by one click."""
    code = escape(room.row.code)
    end = _hand_over(room) if room.row.hosted else ""
    if may_end and not b.ended:
        end += "".join(_ends(b, room.row.hosted, *each) for each in ENDS)
    # Another one after the end: the one that ended it may still be open, and lies above the way on.
    ident = "menu-after" if b.ended else "menu"
    return (
        f'<details class="drop" id="{escape(ident)}"><summary aria-label="Drill">⋯</summary><div class="sheet">'
        f'<p>Join code <b class="code" id="join-code">{code}</b> '
        f'<button type="button" class="plain" data-copy="join-code">Copy</button></p>'
        f'<p class="quiet">Others join with it in the lobby, or with the link that ends in '
        f'<code id="join-link">/?drill={code}</code>{"; the clock waits for you alone" if room.row.guided else ""}</p>'
        f'<button type="button" data-mute aria-pressed="false">Mute</button>'
        f'<p class="quiet">{KEYS}</p>'
        f'<a href="./" target="_self">To the lobby; your seat is kept</a>{end}</div></details>'
    )


def over_html(ident: str, real_world: bool = False) -> str:
    """Return what is said once the drill is over; stopped for the real world, nothing else is on the screen."""
    if real_world:
        return (
            '<div class="over real-world" role="alertdialog" aria-label="Real world"><h2>Real world</h2>'
            f'<p>{REAL_WORLD}</p><a href="./" target="_self">To the lobby</a></div>'
        )
    return (
        '<div class="over" role="alertdialog" aria-label="The drill is over"><h2>This drill is over</h2>'
        "<p>Nobody can act any more. The world has run on untouched to its horizon, and the record is being scored.</p>"
        f'<a class="primary" href="./debrief?me={escape(ident)}" target="_self">Open the debrief</a></div>'
    )

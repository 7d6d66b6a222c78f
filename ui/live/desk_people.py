"""The desk's seats: who is there and how alive they are, what a host does with seats, and the way in."""

from __future__ import annotations

from simulator.text import clock
from ui.live.desk_model import Desk, DeskChair
from ui.live.desk_widgets import field, note, select
from ui.live.html import hidden, verb
from ui.parts.text import escape

STATUS = {"met": "✓", "partial": "◐", "missed": "✗", "not_observed": "○"}


def people_html(d: Desk, code: str) -> str:
    """Return who sits where and all that a host can do about it."""
    seats = "".join(_row(chair, d) for chair in d.chairs if not chair.specialist)
    pagers = "".join(_row(chair, d) for chair in d.chairs if chair.specialist)
    others = "".join(
        f"<tr><td>{'Facilitator' if one.person.facilitator else 'Observer' if one.person.observes else 'Stands'}</td>"
        f"<td>{escape(one.person.name)}</td><td>{_ago(one.ago)}</td><td>{_acted(one.acted)}</td></tr>"
        for one in d.others
    )
    head = "<thead><tr><th>Seat</th><th>Who</th><th>Looked</th><th>Last act</th></tr></thead>"
    return (
        f'<table class="plain people">{head}<tbody>{seats}{others}</tbody></table>'
        f'<details id="pagers"><summary>Specialists, who come when paged</summary>'
        f'<table class="plain people">{head}<tbody>{pagers}</tbody></table></details>'
        f"{_check(d)}{_verbs(d)}<h3>The way in</h3>"
        f'<p>Join code <b class="code">{escape(code)}</b>, or the address of this server followed by '
        f"<code>/?drill={escape(code)}</code></p>"
        f'<img class="qr" alt="QR code that leads to this drill" src="./live/qr.svg?drill={escape(code)}">'
    )


def _row(chair: DeskChair, d: Desk) -> str:
    alive = "away" if chair.name and (chair.ago is None or chair.ago > 60) else ""
    who = escape(chair.name) if chair.name else "<i>simulated</i>"
    there = "" if chair.here else ' <span class="tag">on call</span>'
    ready = ' <span class="tag">reads</span>' if chair.confirmed and d.now < 0 else ""
    met = sum(status == "met" for _, _, status, _ in chair.criteria)
    progress = ""
    if chair.criteria and chair.name:
        rows = "".join(
            f"<li>{escape(STATUS.get(status, '○'))} {escape(ident)} {escape(title)}<br>"
            f'<span class="quiet">{escape(why)}</span></li>' for ident, title, status, why in chair.criteria
        )  # fmt: skip
        progress = (
            f'<details id="progress-{escape(chair.id)}"><summary>{met:d} of {len(chair.criteria)} criteria met so far'
            f"</summary><ul>{rows}</ul></details>"
        )
    look = verb("look", f"{hidden({'seat': chair.id})}<button class='plain'>See its view</button>")
    return (
        f'<tr id="seat-{escape(chair.id)}" class="{alive}"><td>{escape(chair.title)}{there}{look}{progress}</td>'
        f"<td>{who}{ready}</td><td>{_ago(chair.ago) if chair.name else ''}</td>"
        f"<td>{_acted(chair.acted) if chair.name else ''}</td></tr>"
    )


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "not here"
    return "now" if seconds < 10 else f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"


def _acted(at: int | None) -> str:
    return "–" if at is None else clock(at)


def _check(d: Desk) -> str:
    """Return the communications check before the start."""
    if d.state != "waiting":
        return ""
    people = [chair for chair in d.chairs if chair.name]
    silent = [chair.title for chair in people if not chair.confirmed]
    said = f"Not yet: {', '.join(silent)}" if silent else "Everybody who sits has said that they read the channel."
    ask = verb("check", "<button>Ask everybody whether they read</button>")
    return f"<h3>Communications check</h3>{note(said if people else 'Nobody sits in a seat yet.')}{ask}"


def _verbs(d: Desk) -> str:
    sitting = {chair.person: f"{chair.name} ({chair.title})" for chair in d.chairs if chair.person}
    standing = {one.person.id: one.person.name for one in d.others if not one.person.facilitator}
    everybody = {**sitting, **standing}
    titles = {chair.id: chair.title for chair in d.chairs}
    if not everybody:
        return note("Nobody is in the drill yet; give out the code.")
    taken = {chair.id: f"{chair.title}: {chair.name}" for chair in d.chairs if chair.name}
    parts = [verb("move_seat", field("Who", select("person", everybody)) + field("Sits on", select("seat", titles))
                  + "<button>Move</button>")]  # fmt: skip
    if len(sitting) > 1:
        other = dict(reversed(sitting.items()))
        parts.append(verb("swap_seats", field("Who", select("one", sitting)) + field("With", select("other", other))
                          + "<button>Swap</button>"))  # fmt: skip
    if taken:
        parts.append(verb("free_seat", field("Seat", select("seat", taken)) + "<button>Free it</button>"))
    parts.append(verb("let_back", field("Who lost their browser", select("person", everybody))
                      + "<button>Let back in</button>"))  # fmt: skip
    whom = select("person", {"": "Pick somebody", **everybody})
    sure = field("Who leaves the drill", whom) + '<button class="danger">Remove</button>'
    why = note("Their seat is free and they are signed out in every browser. The code would let them in again.")
    remove = f'<details id="remove"><summary>Remove somebody …</summary>{why}{verb("remove", sure)}</details>'
    return f'<h3>Move people</h3><div class="seat-verbs">{"".join(parts)}{remove}</div>'

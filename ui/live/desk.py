"""The facilitator's desk: what one person needs at a glance, and behind tabs all that they can do.

Pure functions from what is so (`desk_model.Desk`) to pieces. At a glance: what needs attention, what comes next with
fire and hold, a line to speak as any persona, and steps of the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.events.signals import ATTACHED
from simulator.room.watch import Planned
from simulator.text import clock, shortened
from ui.live.desk_help import help_html, notes_html, ratings_html
from ui.live.desk_model import Desk
from ui.live.desk_people import people_html
from ui.live.desk_truth import run_html, truth_html
from ui.live.desk_widgets import field, note, select
from ui.live.html import OUTPUT, hidden, tabs, verb
from ui.live.piece import Piece
from ui.parts.text import escape, minutes

TABS = {
    "desk-msel": "MSEL", "desk-people": "Seats", "desk-truth": "Truth", "desk-help": "Help", "desk-notes": "Notes",
    "desk-ratings": "Ratings", "desk-run": "Run",
}  # fmt: skip
NEXT, SHOWN = ("pending", "held"), 3
"""Lines with their buttons at a glance, so many of each: those that come next, then those that are held."""
UNTIMELY = "People would be told what is not so; no response to it is expected of them."
SHORT = 90
"""Characters of a text in a list."""
STATES = {"pending": "to come", "held": "held", "skipped": "left out", "delivered": "came", "lapsed": "lapsed"}
ANSWERED = {
    "done": "✓ done", "late": "✓ late", "missed": "✗ missed", "open": "… open", "kept": "✓ kept", "broken": "✗ done",
    "none expected": "– none expected",
}  # fmt: skip


def frame() -> Piece:
    """Return what the pieces of the desk stand in."""
    panels = "".join(
        f'<div id="{ident}" class="panel" role="tabpanel" aria-labelledby="tab-{ident}" data-keep></div>'
        for ident in TABS
    )
    html = (
        '<section class="desk" aria-label="Facilitator\'s desk"><div id="desk-flags" data-keep></div>'
        '<div class="glance"><div id="desk-next" data-keep></div><div id="desk-say" data-keep></div></div>'
        f"{tabs('desk-tabs', 'Desk', TABS)}{panels}</section>"
    )
    return Piece("facilitator", html)


def desk(d: Desk, code: str, me: str) -> Iterator[Piece]:
    """Return the pieces of the desk of the facilitator called `me`; `code` lets people join."""
    yield Piece("desk-flags", flags_html(d))
    yield Piece("desk-next", next_html(d))
    yield Piece("desk-say", say_html(d))
    yield Piece("desk-msel", msel_html(d))
    yield Piece("desk-people", people_html(d, code))
    yield Piece("desk-truth", truth_html(d))
    yield Piece("desk-help", help_html(d))
    yield Piece("desk-notes", notes_html(d))
    yield Piece("desk-ratings", ratings_html(d, me))
    yield Piece("desk-run", run_html(d))


def flags_html(d: Desk) -> str:
    """Return what needs attention, in words; colour only underlines it."""
    life = '<p class="flag life">Second life of another drill: scored apart.</p>' if d.second_life else ""
    found = "".join(
        f'<li class="flag {escape(flag.tone)}"><b>{"!" if flag.tone == "bad" else "?"}</b> {escape(flag.text)}</li>'
        for flag in d.flags
    )
    left = f"{minutes(max(0, d.horizon - d.now))} to the planned end at {clock(d.horizon)}"
    calm = note("Nothing needs attention.") if not found else ""
    return f'{life}<ul class="flags" aria-label="Needs attention">{found}</ul>{calm}{note(left)}'


def next_html(d: Desk) -> str:
    """Return what comes next, with the buttons that matter, and the step to it."""
    coming = [line for state in NEXT for line in sorted((x for x in d.lines if x.state == state), key=_soon)[:SHOWN]]
    rows = "".join(
        f'<li id="next-{escape(line.ident)}" class="{escape(line.state)}"><span class="t">{_when(line)}</span> '
        f"{'<i>held</i> ' if line.state == 'held' else ''}<b>{escape(line.persona)}</b> {_short(line.text)}"
        f"{_waits(line)}<span class='row-of'>{_fire(line, 'next')}{_hold(line)}</span></li>"
        for line in coming
    )
    step = verb("step", "<button>Step to the next inject</button>") if d.state == "running" else ""
    nothing = "" if any(x.state == "pending" for x in coming) else note("Nothing more comes by itself.")
    return f'<h3>Next</h3><ol class="next">{rows}</ol>{nothing}<div class="row-of">{step}</div>'


def _soon(line: Planned) -> tuple[bool, int]:
    """Return how soon a line comes: those that wait for something that is not so come after all others."""
    return not all(holds for _, holds in line.waits_for), line.at


def say_html(d: Desk) -> str:
    """Return the line by which one speaks as anybody, to a role, in a channel or to all."""
    names = (*d.personas, *(chair.handle for chair in d.chairs))
    known = "".join(f'<option value="{escape(one)}"></option>' for one in names)
    inside = (
        f'<datalist id="personas">{known}</datalist><div class="fields">'
        + field("As", '<input name="persona" list="personas" required maxlength="40">')
        + field("To", select("to", {"": "everybody", **readers(d)}))
        + field("In", select("channel", {one: f"#{one}" for one in d.channels}))
        + field("At (empty: now)", '<input name="at" maxlength="12" placeholder="12:30">')
        + "</div>"
        + field("Words", '<textarea name="text" rows="2" maxlength="2000" required></textarea>', "wide")
        + _attach()
        + '<button class="primary">Say it</button>'
    )
    return f"<h3>Speak as</h3>{verb('say', inside, 'say')}"


def _attach() -> str:
    """Return what can come with words: a text that is read and does nothing."""
    kinds = {kind: words.capitalize() for kind, words in ATTACHED.items()}
    inside = (
        '<div class="fields">' + field("Called", '<input name="attached_title" maxlength="80">')
        + field("It is a", select("attached_is", kinds)) + "</div>"
        + field("Its text", '<textarea name="attached" rows="4" maxlength="8000"></textarea>', "wide")
    )  # fmt: skip
    return f'<details id="attach"><summary>Attach a text …</summary>{inside}</details>'


def readers(d: Desk) -> Mapping[str, str]:
    """Return everybody a message can be for; those not in the room would not read it."""
    return {chair.id: chair.title if chair.here else f"{chair.title} (not in the room)" for chair in d.chairs}


def msel_html(d: Desk) -> str:
    """Return the master scenario events list with all that can be done with a line."""
    rows = "".join(_row(line, d) for line in d.lines)
    return (
        '<table class="plain msel"><thead><tr><th>Time</th><th>From → to</th><th>What</th><th>State</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _row(line: Planned, d: Desk) -> str:
    titles = {chair.id: chair.title for chair in d.chairs}
    to = ", ".join(titles.get(one, one) for one in line.to) or f"#{line.channel}"
    moved = f'<br><span class="quiet">planned {clock(line.planned)}</span>' if line.at != line.planned else ""
    expects = ""
    if line.expects:
        expects = f'<br><span class="quiet">Expected: {escape(line.expects)}</span>'
    answered = ""
    if line.answered:
        answered = f'<br><span class="answer {escape(line.answered)}">{escape(ANSWERED[line.answered])}</span>'
    done = line.state == "delivered"
    verbs = _again(line, d) if done else f"{_fire(line, 'line')}{_hold(line)}{_skip(line)}{_change(line)}"
    return (
        f'<tr id="line-{escape(line.ident)}" class="{escape(line.state)}">'
        f'<td><span class="t">{_when(line)}</span>{moved}</td>'
        f"<td>{escape(line.persona)} → {escape(to)}</td><td>{_short(line.text)}{expects}{_waits(line)}"
        f'<div class="row-of">{verbs}</div></td><td>{escape(STATES[line.state])}{answered}</td></tr>'
    )


def _short(text: str) -> str:
    return escape(shortened(text, SHORT))


def _when(line: Planned) -> str:
    return clock(line.came if line.came is not None else line.at)


def _waits(line: Planned) -> str:
    """Return what a contingent line waits for, each with whether it is so now."""
    if not line.waits_for or line.state not in ("pending", "held", "lapsed"):
        return ""
    parts = "; ".join(f"{'✓' if holds else '○'} {escape(words)}" for words, holds in line.waits_for)
    until = f", until {clock(line.until)}" if line.until is not None else ""
    return f'<br><span class="quiet">waits for: {parts}{until}</span>'


def _fire(line: Planned, where: str) -> str:
    """Return the button that brings a line now; one that would say what is not so asks first."""
    now = hidden({"inject": line.ident})
    if not line.not_so:
        return verb("fire", f'{now}<button aria-label="Fire {_about(line)}">Fire</button>')
    ident = escape(f"fire-{where}-{line.ident}")
    sure = verb("fire", f"{now}{hidden({'anyway': 'yes'})}{_unlike(line, UNTIMELY)}<button>Fire anyway</button>")
    return f'<details id="{ident}"><summary aria-label="Fire {_about(line)} …">Fire …</summary>{sure}</details>'


def _unlike(line: Planned, so: str = "") -> str:
    """Return that a line to come says what is not so, and what comes of that; empty where it waits for nothing."""
    open_ = line.came is None and line.not_so
    return note(f"Its condition does not hold now: {line.not_so}. {so}".strip()) if open_ else ""


def _hold(line: Planned) -> str:
    held = line.state == "held"
    return _press("release_inject", line, "Release") if held else _press("hold_inject", line, "Hold")


def _skip(line: Planned) -> str:
    return _press("skip_inject", line, "Skip") if line.state != "skipped" else ""


def _press(act: str, line: Planned, words: str) -> str:
    return (
        f'<form data-act="{escape(act)}" class="press">{hidden({"inject": line.ident})}'
        f'<button aria-label="{escape(words)} {_about(line)}">{escape(words)}</button>{OUTPUT}</form>'
    )


def _about(line: Planned) -> str:
    return escape(f"{line.persona}, {_when(line)}")


def _change(line: Planned) -> str:
    """Return the ways to change a line that is to come: its words, its time, one more of it."""
    text = f'<textarea name="text" rows="3" maxlength="2000">{escape(line.text)}</textarea>'
    at = '<input name="at" maxlength="12" placeholder="12:30">'
    edit = hidden({"inject": line.ident, "was": line.text}) + field("Words", text, "wide") + field("Comes at", at)
    hold = hidden({"inject": line.ident}) + field("Hold until", at)
    return (
        f'<details id="change-{escape(line.ident)}"><summary>Change …</summary>'
        f"{verb('edit', f'{edit}<button>Change it</button>')}{verb('hold', f'{hold}<button>Hold</button>')}"
        f"{_duplicate(line)}</details>"
    )


def _again(line: Planned, d: Desk) -> str:
    """Return what can be done once a line came: say it again, or answer in its thread as whoever said it."""
    to = line.to[0] if len(line.to) == 1 else ""
    about = {"persona": line.persona, "channel": line.channel, "to": to}
    about |= {} if line.own else {"thread": f"inject:{line.ident}"}
    text = '<textarea name="text" rows="2" maxlength="2000" required></textarea>'
    button = f"<button>Answer as {escape(line.persona)}</button>"
    answer = verb("say", f"{hidden(about)}{field('Words', text, 'wide')}{button}")
    if d.ended:
        return ""
    inside = f"<summary>Answer, or again …</summary>{answer}{_duplicate(line)}"
    return f'<details id="again-{escape(line.ident)}">{inside}</details>'


def _duplicate(line: Planned) -> str:
    at = field("Once more at (empty: now)", '<input name="at" maxlength="12" placeholder="12:30">')
    return verb("duplicate", f"{hidden({'inject': line.ident})}{_unlike(line)}{at}<button>Duplicate</button>")

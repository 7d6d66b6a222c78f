"""The incident bar: what everybody must see at any moment, as one HTML string."""

from __future__ import annotations

from simulator.briefing import Briefing
from simulator.levels import moved, place
from simulator.names import Names
from simulator.record.history import UPDATE_GRACE, History
from simulator.room.clock import WAITS_SECONDS, Clock
from simulator.text import clock as stamp
from simulator.values import COMMANDER, DEPUTY
from ui.parts.text import escape, minutes
from ui.parts.words import names_of

ALONE = (1.0, 2.0)
"""Paces on offer; nobody at a keyboard should be raced."""
WAITING = f"The clock goes on for {WAITS_SECONDS} seconds after what you do, then waits for you"
COLOURS = 4
"""Colours that severities are shown in, `sev-1` the gravest."""
SOON = 180
"""Seconds before an update is due from which the bar says so."""


def bar_html(briefing: Briefing, clock: Clock) -> str:
    """Return the bar for this moment; `clock` says whether time runs and how fast."""
    incident, names = briefing.incident, names_of(briefing)
    facts = "".join(
        (
            _fact("Status", incident.status, "done" if incident.closed else ""),
            _holder(incident, names, COMMANDER),
            _deputy(incident, names),
            _update(incident, briefing.now),
            _freeze(incident),
        )
    )
    title = escape(incident.title or ("not declared yet" if incident.declared_at is None else "no title"))
    severity = incident.severity or "no severity"
    tone, means = severity_tone(incident)
    return (
        f'<div class="bar" role="status" aria-label="Incident">'
        f'<span class="sev {tone}" title="{escape(means)}">{escape(severity)}</span>'
        f'<div class="what" title="{title}"><b>{escape(briefing.catalogue.incident)}</b> <span>{title}</span></div>'
        f'<div class="facts" role="group" aria-label="How it stands" tabindex="0">{facts}</div>'
        f"{clock_html(briefing, clock)}</div>"
    )


def severity_tone(incident: History) -> tuple[str, str]:
    """Return the colour's class for the severity in force, the gravest the reddest on any scale, and what it means."""
    levels = incident.levels
    at = place(levels, incident.severity)
    if at is None:
        return "no-severity", "not declared yet"
    return f"sev-{1 + moved(at, len(levels), COLOURS)}", levels[at].title or levels[at].id


def clock_html(briefing: Briefing, clock: Clock) -> str:
    """Return the drill clock with its state in words."""
    left = max(0, briefing.catalogue.horizon - briefing.now)
    words = {"waiting": "not started", "running": f"{clock.pace:g}×", "paused": "PAUSED", "stopped": "over"}
    state = "over" if briefing.ended else "waits for you" if clock.held else words[clock.state]
    return (
        f'<div class="clock {escape(clock.state)}"><b>{stamp(briefing.now)}</b>'
        f"<span>{escape(state)} · {escape(briefing.mode)} · {minutes(left)} left</span></div>"
    )


def standing_html(why: str) -> str:
    """Return the line that says why the drill stands still though nobody paused it, nothing where it does not."""
    return f'<p class="standing" role="alert">{escape(why)}</p>' if why else ""


def _fact(name: str, value: str, tone: str = "") -> str:
    ident, words = name.lower().replace(" ", "-"), escape(value)
    kind = escape(f"fact {ident} {tone}")
    return f'<span class="{kind}" title="{words}"><i>{escape(name)}</i><b>{words}</b></span>'


def _holder(incident: History, names: Names, post: str) -> str:
    name, seat = post.capitalize(), incident.holder(post)
    if seat:
        return _fact(name, incident.person(seat) or names.handle(seat))
    offered = incident.offered.get(post)
    return _fact(name, f"asked {names.handle(offered)}" if offered else "nobody", "warn")


def _deputy(incident: History, names: Names) -> str:
    both = one_person_leads(incident)
    return _fact("Deputy", f"also {both}", "warn") if both else _holder(incident, names, DEPUTY)


def one_person_leads(incident: History) -> str | None:
    """Return who is commander and deputy at once, None where two people are, or somebody is missing."""
    seats = incident.holder(COMMANDER), incident.holder(DEPUTY)
    if None in seats:
        return None
    people = [incident.person(str(seat)) or str(seat) for seat in seats]
    return people[0] if seats[0] == seats[1] or people[0] == people[1] else None


def _update(incident: History, now: int) -> str:
    due = incident.next_update_due
    if incident.closed or due is None:
        return _fact("Next update", "done" if incident.closed else "not set")
    tone = "bad" if now > due + UPDATE_GRACE else "warn" if now > due - SOON else ""
    return _fact("Next update", span_of(due, now), tone)


def span_of(due: int, now: int) -> str:
    """Return when something is due in words, with the grace that is left once the time has come."""
    left = due - now
    if left >= 0:
        return f"due in {left // 60:02d}:{left % 60:02d} ({UPDATE_GRACE} s grace)"
    if left >= -UPDATE_GRACE:
        return f"DUE NOW, grace {UPDATE_GRACE + left} s"
    return f"OVERDUE {-left // 60:02d}:{-left % 60:02d}"


def _freeze(incident: History) -> str:
    if not incident.frozen:
        return _fact("Freeze", "none")
    kinds = {kind for kinds in incident.frozen.values() for kind in kinds}
    what = "" if kinds == {"merges", "deploys"} else f" ({', '.join(sorted(kinds))})"
    names = ", ".join(incident.frozen)
    return _fact("Freeze", (names if len(incident.frozen) <= 2 else f"{len(incident.frozen)} services") + what, "done")

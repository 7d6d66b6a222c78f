"""What somebody reads who sits down while an incident is under way: how things stand, in a minute."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.briefing import Briefing
from simulator.names import Names
from simulator.text import clock
from simulator.values import COMMANDER, DEPUTY
from ui.live.piece import Piece
from ui.parts.text import escape

LATE, LONG = 120, 300
"""Seconds after the page from which one comes late, and for which the summary stays."""


def arrival(b: Briefing) -> Iterator[Piece]:
    """Return the summary for a seat whose person came a moment ago, nothing for everybody else."""
    stays = b.incident.sat.get(b.role, [])
    if b.ended or not stays or not LATE < stays[-1].since <= b.now < stays[-1].since + LONG:
        return
    lines = "".join(f"<li>{escape(line)}</li>" for line in summary(b))
    yield Piece("arrival", f'<div class="need hint"><span class="tag">so far</span><ul>{lines}</ul></div>', "waits")


def summary(b: Briefing) -> list[str]:
    """Return how the incident stands for this seat, in sentences."""
    incident = b.incident
    names = Names(b.catalogue.called, incident.seats)
    level = incident.severity or "not declared"
    found = [f"{incident.title or 'The incident'}: {level}, {incident.status}"]
    posts = ((post, incident.holder(post)) for post in (COMMANDER, DEPUTY))
    found.append("; ".join(f"{post}: {names.handle(seat) if seat else 'nobody'}" for post, seat in posts))
    firing = [names.title("alerts", one.alert) for one in b.alerts() if one.firing]
    found += [f"Firing: {', '.join(firing)}"] if firing else []
    decisions = incident.given("decision")
    if decisions:
        last = decisions[-1]
        found.append(f"Last decision, {clock(last.at)}: {getattr(last.body, 'sentence')(names)}")  # noqa: B009
    running = [run.line for run in b.running() if run.what == "action"]
    found += [f"Under way: {', '.join(running)}"] if running else []
    mine = [task.text for task in b.tasks()]
    found += [f"Yours: {'; '.join(mine)}"] if mine else []
    if incident.frozen:
        found.append(f"Frozen: {', '.join(sorted(incident.frozen))}")
    due = incident.next_update_due
    found.append("No stakeholder update is promised" if due is None else f"Next stakeholder update: {clock(due)}")
    return found

"""Freeze probes: what somebody is asked about how things stand, and what the world and the record say to it.

Three levels of being in the picture are asked for, as Endsley's freeze technique (SAGAT) does: what is there, what it
means, where it goes. Whoever stands outside a protected matter is asked nothing that would tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from simulator.drill import Drill
from simulator.events import Choice, ProbeKey, ProbeQuestion, TruthSampled
from simulator.values import COMMANDER

Ask = Literal["worst", "trend", "severity", "leads", "running", "update"]
"""What can be asked."""
FEWEST, MOST = 2, 4
"""Questions of one freeze: answering takes no longer than a minute."""
UNSURE = Choice(one="unsure", label="I do not know")
NOBODY = "nobody"
TREND_SECONDS, TREND_SHARE = 300, 0.1
"""How far back one looks for where it goes, and by what share harm grows faster or slower than it did, to be said."""
MATTER: tuple[Ask, ...] = ("worst", "trend", "severity", "running")
"""What tells of the matter itself."""
Asked = tuple[ProbeQuestion, ProbeKey]


def questions(drill: Drill, role: str, asks: Sequence[Ask]) -> list[Asked]:
    """Return the questions for a role, each with its key, as things stand now."""
    known = [ask for ask in asks if drill.circle.knows(role) or ask not in MATTER]
    return [_worst(drill, role) if ask == "worst" else _BANK[ask](drill) for ask in known]


def _question(ask: Ask, text: str, choices: Sequence[tuple[str, str]], right: str, near: tuple[str, ...] = ()) -> Asked:
    offered = (*(Choice(one=one, label=label) for one, label in choices), UNSURE)
    return ProbeQuestion(one=ask, text=text, choices=offered), ProbeKey(one=ask, right=(right,), near=near)


def _banded(ask: Ask, text: str, bands: Sequence[tuple[str, str]], right: str) -> Asked:
    """Return a question whose answers are bands in order: what lies next to the right one is half right."""
    order = [one for one, _ in bands]
    at = order.index(right)
    return _question(ask, text, bands, right, tuple(order[max(0, at - 1) : at] + order[at + 1 : at + 2]))


def _worst(drill: Drill, role: str) -> Asked:
    """Ask who is hit most of the groups that a role has come to know of: it tells of no other, and judges by none."""
    outside = drill.world.outside()
    known = [one for one in drill.scenario.segments if drill.known[role].has("segments", one.id)]
    hurt = [one for one in known if round(outside[one.id], 6) > one.tolerance]
    worst = max(hurt, key=lambda one: outside[one.id]).id if hurt else NOBODY
    text = "Which of these groups has the largest share affected right now?"
    return _question("worst", text, [*((one.id, one.title) for one in known), (NOBODY, "None of them")], worst)


def _trend(drill: Drill) -> Asked:
    """Ask whether harm grows faster or slower than before.

    Shares of groups would mislead: where more and more people are affected, those who were first can be fewer of them.
    """
    now, before, earlier = (_loss(drill, drill.now - back) for back in (0, TREND_SECONDS, 2 * TREND_SECONDS))
    lately, was = now - before, before - earlier
    right = "worse" if lately > was * (1 + TREND_SHARE) else "better" if lately < was * (1 - TREND_SHARE) else "same"
    bands = (("better", "More slowly"), ("same", "As fast as before"), ("worse", "Faster"))
    return _banded("trend", "How does harm grow, against the five minutes before?", bands, right)


def _loss(drill: Drill, at: int) -> float:
    """Return the harm of all kinds, weighed, up to a second: as sampled last, or as it is where that is now."""
    sampled = (x.body.harm for x in reversed(drill.entries) if isinstance(x.body, TruthSampled) and x.at <= at)
    harm = drill.world.harm() if at >= drill.now else next(sampled, {})
    return sum(one.weight * harm.get(one.id, 0.0) / one.scale for one in drill.scenario.harm)


def _severity(drill: Drill) -> Asked:
    levels = [(level.id, level.id) for level in drill.incident.levels]
    right = drill.incident.severity or "none"
    return _question("severity", "Which severity is declared?", [*levels, ("none", "None yet")], right)


def _leads(drill: Drill) -> Asked:
    seats = [(seat.id, seat.title) for seat in drill.scenario.seats()]
    right = drill.incident.holder(COMMANDER) or NOBODY
    home = (drill.incident.lead,) if right == NOBODY and not drill.incident.command.moved else ()
    return _question("leads", "Who leads the incident?", [*seats, (NOBODY, "Nobody yet")], right, home)


def _running(drill: Drill) -> Asked:
    number = sum(run.what == "action" and run.under_way for run in drill.incident.runs.values())
    bands = (("0", "None"), ("1", "One"), ("2", "Two"), ("3", "Three or more"))
    return _banded("running", "How many of our own changes are under way?", bands, str(min(number, 3)))


def _update(drill: Drill) -> Asked:
    due = drill.incident.next_update_due
    bands = [("over", "It is overdue"), ("5", "Within 5 minutes"), ("15", "In 5 to 15 minutes"), ("later", "Later")]
    left = None if due is None else due - drill.now
    right = "none" if left is None else "over" if left < 0 else "5" if left <= 300 else "15" if left <= 900 else "later"
    text = "When is the next stakeholder update due?"
    none = ("none", "None is promised")
    if right == "none":
        return _question("update", text, [*bands, none], right)
    question, key = _banded("update", text, bands, right)
    offered = (*question.choices[:-1], Choice(one=none[0], label=none[1]), UNSURE)
    return question.model_copy(update={"choices": offered}), key


_BANK: dict[Ask, Callable[[Drill], Asked]] = {
    "trend": _trend, "severity": _severity, "leads": _leads, "running": _running, "update": _update,
}  # fmt: skip
TITLES: dict[Ask, str] = {
    "worst": "Who is hit hardest", "trend": "Where it goes", "severity": "Severity", "leads": "Who leads",
    "running": "What is under way", "update": "Next update",
}  # fmt: skip
"""What can be asked, as a facilitator picks it."""

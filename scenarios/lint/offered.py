"""What is wrong in what people are offered: gates that nothing opens, and words that give a truth away at T+0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from simulator.errors import nearest
from simulator.scenario.document import Steps
from simulator.scenario.model import Scenario
from simulator.scenario.shown import GROUPS, shown_by
from simulator.scenario.spoken import words_of
from simulator.values import Duty, Ref

Found = tuple[Steps, str, str]
SHOWS = {
    "query": "queries", "action": "actions", "alert": "alerts", "cue": "cues", "inject": "injects", "duty": "duties",
}  # fmt: skip
"""What can show that something is there: kind of reference -> group of parts."""
KINDS = {group: kind for kind, group in SHOWS.items()}


def gated(s: Scenario, known: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    """Yield references in `known_by` to what is not there, and parts of which nobody can ever come to know."""
    there = {**known, "duties": get_args(Duty)}
    for group, index, part in _parts(s):
        for number, ref in enumerate(getattr(part, "known_by", ())):
            where = (group, index, "known_by", number)
            if ref.kind not in SHOWS:
                remedy = f"write one of {', '.join(f'{one}:ID' for one in SHOWS)}"
                yield where, f"{ref!r} is nothing that can be seen", remedy
            elif ref.ident not in there.get(SHOWS[ref.kind], (ref.ident,)):
                group_of = SHOWS[ref.kind]
                what = f"use one of {group_of}{nearest(ref.ident, there[group_of])}"
                yield where, f"unknown name {ref.ident!r}", what
    yield from _taken_up(s, there.get("injects", ()))
    runnable = _runnable(s, known)
    for group, index, part in _parts(s):
        refs = shown_by(part)
        if refs and not any(_can_be_seen(ref, runnable) for ref in refs):
            remedy = "name something in `known_by` that can be seen without it"
            yield (group, index, "known_by"), "nobody can ever come to know of it", remedy


def _taken_up(s: Scenario, injects: Sequence[str]) -> Iterator[Found]:
    """Yield what is said to take up what somebody is owed and is no inject."""
    for place, role in enumerate(s.roles):
        for number, cue in enumerate(role.cues):
            for ref in (one for debt in cue.owes for one in debt.taken_up_by):
                if ref.kind != "inject" or ref.ident not in injects:
                    where = ("roles", place, "cues", number, "owes")
                    yield where, f"{ref!r} is no inject", f"write inject:ID{nearest(ref.ident, injects)}"


def _runnable(s: Scenario, known: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the queries and actions that somebody can come to know of, as references.

    What is not there at all is among them: that is said elsewhere.
    """
    lines = {Ref.to("query", query.id): query.known_by for query in s.queries}
    lines |= {Ref.to("action", action.id): action.known_by for action in s.actions}
    named = (ref for _, _, part in _parts(s) for ref in shown_by(part))
    found: set[str] = {ref for ref in named if ref.ident not in known.get(SHOWS.get(ref.kind, ""), (ref.ident,))}
    while more := {
        line for line, refs in lines.items()
        if line not in found and (not refs or any(_can_be_seen(ref, found) for ref in refs))
    }:  # fmt: skip
        found |= more
    return found


def _can_be_seen(ref: Ref, runnable: set[str]) -> bool:
    return ref in runnable if ref.kind in ("query", "action") else True


def given_away(s: Scenario) -> Iterator[Found]:
    """Yield what says one of the scenario's `giveaways` although it is in front of people from the start."""
    for path, text in in_sight(s):
        low = text.casefold()
        for word in s.giveaways:
            if word.casefold() in low:
                remedy = "say it otherwise, or name in `known_by`, where it has one, what shows that it is there"
                yield path, f"offers {word!r} at T+0, which gives the truth away", remedy


def in_sight(s: Scenario) -> Iterator[tuple[Steps, str]]:
    """Yield path and words of all that everybody is offered or can read from the start."""
    for name in ("title", "summary", "briefing", "hint"):
        yield (name,), getattr(s, name)
    yield from ((("trains", index), text) for index, text in enumerate(s.trains))
    for index, aim in enumerate(s.objectives):
        yield ("objectives", index), f"{aim.title} {aim.target}"
    for index, service in enumerate(s.services):
        yield ("services", index), service.title
    for index, role in enumerate(s.roles):
        yield ("roles", index), f"{role.title} {role.brief if role.seat else ''}"
    for index, need in enumerate(s.evidence_minimum):
        yield ("evidence_minimum", index), need.title
    words = words_of(s)
    for group, index, part in _parts(s):
        if not shown_by(part):
            called = words.get(Ref.to(KINDS.get(group, ""), part.id), ())
            spoken = (getattr(part, "command", ""), *getattr(part, "aliases", ()), *called)
            labels = getattr(part, "labels", {}).values()
            yield (group, index), " ".join((part.title, *spoken, *labels))


def _parts(s: Scenario) -> Iterator[tuple[str, int, Any]]:
    for group in GROUPS:
        yield from ((group, index, part) for index, part in enumerate(getattr(s, group)))

"""What is wrong in a playbook that can be read: what nothing judges, and names that nothing gives a meaning."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from analytics.criteria import judged
from analytics.follow_through.score import wrong as wrong_after
from analytics.playbook import AntiPattern, Cap, Criterion, Playbook, load, names
from scenarios import loader
from scenarios.problem import Problem
from scenarios.written import Written
from simulator.errors import nearest
from simulator.scenario.document import Steps
from simulator.values import PLACES

ASKED = ("all", "signs", *PLACES)
"""Whom a criterion or cap can be about: `observes` gives no right to anything."""


def check_playbook(playbook: Playbook, source: Written) -> Iterator[Problem]:
    """Yield what scoring would refuse, and what it would never look at."""
    for path, what, one, known in judged(playbook):
        if one.kind not in known:
            unknown = f"{what} {one.id} is of kind {one.kind!r}, which judges nothing"
            yield source.problem((*path, "kind"), unknown, f"use a kind that is{nearest(one.kind, known)}")
            continue
        for steps, wrong in known[one.kind].refused(one.given):
            where = (*path, "with", *steps)
            yield source.problem(where, f"{what} {one.id}, {'.'.join(map(str, steps))}: {wrong}", "mend the parameter")
    shipped = [load(name) for name in names()]
    timed = {one.kind for book in shipped for _, one in book.criteria() if one.t1 is not None}
    untimed = {one.kind for book in shipped for _, one in book.criteria()} - timed
    for path, one in _owned(playbook):
        if not set(one.owners) & set(ASKED):
            what = f"nothing that is judged is done by who {' or '.join(one.owners)}" if one.owners else "names nobody"
            yield source.problem((*path, "owners"), what, f"name one or more of {', '.join(ASKED)}")
        if isinstance(one, Criterion) and one.t1 is not None and one.kind in untimed:
            remedy = "take t1 and t2 out: this one has no time"
            yield source.problem((*path, "t1"), "is never looked at", remedy, "warning")
    yield from _severity(playbook, source)
    for steps, what, remedy in wrong_after(playbook):
        yield source.problem(steps, what, remedy)


def _severity(playbook: Playbook, source: Written) -> Iterator[Problem]:
    """Yield what keeps a playbook from giving one level, and facts that no scenario states."""
    for steps, what, remedy in playbook.wrong():
        yield source.problem(steps, what, remedy)
    stated = facts_stated()
    for steps, fact in playbook.severity.facts():
        if fact and fact not in stated:
            remedy = f"use what they do{nearest(fact, stated)}"
            yield source.problem(("severity", *steps), f"no scenario states {fact!r}", remedy, "warning")


@cache
def facts_stated() -> frozenset[str]:
    """Return every fact that a scenario states for severity, or its world could, or a playbook that ships asks for."""
    found = {fact for name in names() for _, fact in load(name).severity.facts() if fact}
    for name in loader.catalogue().offered:
        loaded = loader.load(name)
        world = loaded.make_world()
        world.start(loaded.scenario.starts_at, loaded.scenario.fault_at)
        found.update(world.facts(), (one.fact for one in loaded.scenario.severity_facts))
    return frozenset(found)


def _owned(playbook: Playbook) -> Iterator[tuple[Steps, Criterion | Cap | AntiPattern]]:
    for at, part in enumerate(playbook.parts):
        for number, one in enumerate(part.criteria):
            yield ("parts", at, "criteria", number), one
    for at, cap in enumerate(playbook.caps):
        yield ("caps", at), cap
    for at, pattern in enumerate(playbook.anti_patterns):
        yield ("anti_patterns", at), pattern

"""What is wrong in a playbook that can be read: what nothing judges, and names that nothing gives a meaning."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.criteria import judged
from analytics.playbook import Cap, Criterion, Playbook, load, names
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
    facts = {fact for book in shipped for row in book.severity.rows for fact in row.any_of}
    facts.update(one.fact for name in loader.catalogue().offered for one in loader.load(name).scenario.severity_facts)
    for at, row in enumerate(playbook.severity.rows):
        for index, fact in enumerate(row.any_of):
            if fact not in facts:
                where = ("severity", "rows", at, "any_of", index)
                remedy = f"use what they do{nearest(fact, facts)}"
                yield source.problem(where, f"no scenario states {fact!r}", remedy, "warning")


def _owned(playbook: Playbook) -> Iterator[tuple[Steps, Criterion | Cap]]:
    for at, part in enumerate(playbook.parts):
        for number, one in enumerate(part.criteria):
            yield ("parts", at, "criteria", number), one
    for at, cap in enumerate(playbook.caps):
        yield ("caps", at), cap

"""What could have been done in a drill in one file: courses and ways on, as data that a library is read from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Any

from scenarios.declared.derive import Bench, Numbers, loss
from scenarios.declared.drill import DrillData
from scenarios.declared.spelling import able
from simulator.scenario.document import Steps

FIRST = 240
"""Drill second before which nobody can know enough to act: command, declaration, first results."""
KEPT = 10
Raw = dict[str, Any]


def library(drill: DrillData, found: Numbers, bench: Bench, version: str) -> Raw:
    """Return the courses of a drill, the best of each set of moves first, in the form of a `library.yaml`."""
    soon = {name: earliest(drill, bench, name) for name in drill.moves}
    honest = [name for name, move in drill.moves.items() if not move.trap and move.cap is None]
    courses = {tuple(course): _steps(drill, soon, course) for course in _courses(drill, honest)}
    ranked = sorted(
        (
            (loss(drill, found.scale, bench.run(_turns(drill, steps), frozen=True).harm), course, steps)
            for course, steps in courses.items()
        ),
        key=lambda one: (one[0], one[1]),
    )[:KEPT]
    return {
        "scenario": drill.drill, "scenario_version": version,
        "earliest": [
            {"action": name, "minute": soon[name] / 60, "because": "what shows that it is right, and who does it"}
            for name in honest
        ],
        "finalists": [
            {"name": ", ".join(f"{one['action']} T+{one['at']:g}" for one in steps), "loss": cost,
             "steps": [{"knob": "public_post", "at": 3}, *steps]}
            for cost, _, steps in ranked
        ],
        "branches": list(_branches(drill, soon)),
        "cleanup": [{"action": name, "at": 2.5} for name in drill.course.finish],
    }  # fmt: skip


def earliest(drill: DrillData, bench: Bench, name: str) -> int:
    """Return the first second at which a move can be justified and carried out."""
    move = drill.moves[name]
    tests = max((drill.looks[test].takes for test in drill.course.test), default=0)
    check = drill.looks[move.check].takes if move.check else 0
    pages = [drill.people[role].page or 0 for role in able(drill, move) if role in drill.people]
    joins = 60 + min(pages) if pages else 0
    soon = max(FIRST, 60 + tests + check, joins)
    for other in bench.needed(name):
        if other != name and drill.moves[other].check != name:
            soon = max(soon, earliest(drill, bench, other) + drill.moves[other].takes + 15)
    return 30 * math.ceil(soon / 30)


def circles(drill: DrillData, bench: Bench) -> Iterator[tuple[Steps, str, str]]:
    """Yield a move that waits for itself: each waits for the next, and the last for it, so none could ever be made."""
    for name in drill.moves:
        ways, seen = [[name]], {name}
        for way in ways:
            for other in bench.needed(way[-1]):
                if other == name:
                    what = ", ".join(f"{one} waits for {next_}" for one, next_ in pairwise([*way, name]))
                    yield ("moves", name), what, "let one of them be possible and safe without the others"
                    return
                if other not in seen:
                    seen.add(other)
                    ways.append([*way, other])


def _courses(drill: DrillData, honest: Sequence[str]) -> Iterator[list[str]]:
    """Yield sets of moves: the course with parts of it left out, and every honest move alone."""
    c = drill.course
    ready = [c.ready] if c.ready else []
    for hold, *mends in product([True, False], *([True, False] for _ in c.mend)):
        mend = [name for name, on in zip(c.mend, mends, strict=True) if on]
        held = list(c.hold) if hold else []
        if mend:
            yield [*held, *ready, *mend]
            if all(mends):
                yield [*held, *ready, *mend, *c.finish]
                yield from ([*held, *ready, *mend, name] for name in c.finish)
        elif held:
            yield held
    for name in honest:
        yield [name]


def _steps(drill: DrillData, soon: dict[str, int], course: Sequence[str]) -> list[Raw]:
    """Return moves with their minutes: each as soon as it can be had, what finishes once the rest has shown."""
    steps, end = [], 0
    last = [name for name in course if name in drill.course.finish]
    for name in course:
        if name in last:
            continue
        move = drill.moves[name]
        steps.append({"action": name, "at": soon[name] / 60})
        end = max(end, soon[name] + move.takes + move.over + 30)
    for name in last:
        end = max(end, soon[name])
        steps.append({"action": name, "at": end / 60})
        end += drill.moves[name].takes + drill.moves[name].over + drill.moves[name].for_
    return sorted(steps, key=lambda one: (one["at"], one["action"]))


def _turns(drill: DrillData, steps: Sequence[Raw]) -> list[tuple[int, str, float, int]]:
    return [
        (round(60 * one["at"]) + move.takes, lever, value, move.over)
        for one in steps
        for move in [drill.moves[one["action"]]]
        for lever, value in move.set.items()
    ]


def _branches(drill: DrillData, soon: dict[str, int]) -> Iterator[Raw]:
    """Yield the ways on from a decision: hold and mend, either alone, and each branch that could be taken instead."""
    c = drill.course
    ready = [c.ready] if c.ready else []
    ways = {"hold, then mend": [*c.hold, *ready, *c.mend, *c.finish], "mend": [*ready, *c.mend, *c.finish]}
    if c.hold:
        ways["hold and wait"] = list(c.hold)
    ways |= {drill.moves[name].title: [name] for name in c.mend if len(c.mend) > 1}
    for name, course in ways.items():
        steps = _steps(drill, soon, course)
        first = min(one["at"] for one in steps)
        yield {"name": name, "steps": [{**one, "at": round(one["at"] - first, 2)} for one in steps]}

"""What is wrong in a drill in one file: its form, its names, what it means, and the scenario spelled out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scenarios.declared.company import Companies
from scenarios.declared.made import made, mistakes
from scenarios.declared.sense import sense
from scenarios.declared.source import variants_of
from scenarios.lint.scenario import Inspection
from scenarios.lint.untrue import untrue
from scenarios.problem import Problem, of_error
from simulator.errors import ScenarioError
from simulator.scenario.document import read

BASE = "base"
_TODO = re.compile(r"\bTODO\b:?(.{0,300})")


def check_drill(text: str, file: str, folder: str, companies: Companies) -> list[Problem]:
    """Return the problems of a drill in a folder of that name and of its variants, by line."""
    try:
        document = read(text, file)
    except ScenarioError as error:
        return [of_error(error, file)]
    variants = (BASE, *variants_of(document))
    found = [problem for variant in variants for problem in _of(text, file, variant, companies)]
    named = document.data.get("drill")
    if isinstance(named, str) and named != folder:
        line = document.line(("drill",))
        found.append(Problem(file, line, f"drill: is {named!r}, in the folder {folder!r}", "name both alike"))
    found += [Problem(file, line, f"left to do: {what}", "do it, and take the TODO out", "warning")
              for line, what in left_to_do(text)]  # fmt: skip
    return sorted(dict.fromkeys(found))


def left_to_do(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each TODO that an author, or what began the drill, left in it."""
    for number, line in enumerate(text.split("\n"), 1):
        if (found := _TODO.search(line)) is not None:
            yield number, found[1].strip().rstrip("\"',}") or "what this line says"


def _of(text: str, file: str, variant: str, companies: Companies) -> Iterator[Problem]:
    wrong = mistakes(text, file, variant, companies)
    if wrong:
        yield from wrong
        return
    drill = made(text, file, variant, companies)
    check = Inspection(drill.source, drill.scenario)
    check.run(lambda: lambda parameters: drill.bench.world())
    yield from check.problems
    yield from (drill.written.problem(*found) for found in sense(drill))
    if variant != BASE:
        yield from untrue(made(text, file, BASE, companies).written, drill.written)

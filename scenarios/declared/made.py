"""A drill in one file, made ready: read, worked out, spelled out, with the book and courses that follow from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from pydantic import ValidationError

from scenarios.declared.book import book_of
from scenarios.declared.company import Companies
from scenarios.declared.courses import circles, library
from scenarios.declared.derive import Bench, Numbers, boundless, numbers, unmeasured
from scenarios.declared.drill import DrillData
from scenarios.declared.expand import spelled
from scenarios.declared.names import unknown
from scenarios.declared.source import DrillSource, laid_over, refuse
from scenarios.declared.spelling import signals
from scenarios.problem import Problem
from scenarios.written import schema_problems
from simulator.errors import ScenarioError
from simulator.scenario.declared.program import Program, compiled
from simulator.scenario.declared.spec import Formula, Readings
from simulator.scenario.document import read
from simulator.scenario.model import Scenario

FILE = "drill.yaml"
"""What a drill in one file is called."""
EXPANSION = 7
"""Version of what follows from a file: to be raised by whatever makes another scenario, book or course of the same."""
WHILE_HIT = "total(weight * affected) > 0.002"
"""What `always` means for a severity fact: as long as anybody is hit."""


@dataclass(frozen=True, eq=False)
class MadeDrill:
    """A drill ready to be played."""

    drill: DrillData
    program: Program
    bench: Bench
    numbers: Numbers
    source: DrillSource
    """Where each part of the scenario was written."""
    written: DrillSource
    """Where each part of the drill itself was written."""
    scenario: Scenario
    book: dict[str, Any]

    @cached_property
    def library(self) -> dict[str, Any]:
        """Return its courses; they are walked when they are first asked for, since a drill is played without them."""
        return library(self.drill, self.numbers, self.bench, self.scenario.whole_version)


@lru_cache(maxsize=64)
def made(text: str, file: str, variant: str = "base", companies: Companies = ()) -> MadeDrill:
    """Return a drill ready to be played. Raises ScenarioError for its first mistake, with line and remedy."""
    written = laid_over(read(text, file), variant, companies)
    found = _read(written)
    if isinstance(found, list):
        refuse(found)
        raise ScenarioError(f"{file}:1: cannot be read; mend it")
    drill, program = found
    bench = Bench(drill, program)
    mistaken = (*circles(drill, bench), *boundless(drill, bench), *unmeasured(drill, bench))
    refuse([written.problem(*one) for one in mistaken])
    worked_out = numbers(drill, bench)
    out = spelled(drill, worked_out, variant)
    out.data["digest"] = _digest(written)
    source = replace(written, data=out.data, origins=out.origins, drill=written.data)
    try:
        scenario = Scenario.model_validate(out.data)
    except ValidationError as error:
        raise schema_problems(error, source, Scenario)[0].error() from None
    book = book_of(drill, scenario, worked_out)
    return MadeDrill(drill, program, bench, worked_out, source, written, scenario, book)


def _digest(written: DrillSource) -> str:
    """Return what tells what a drill says, and what is made of that, from whatever else; comments say nothing."""
    data = {name: part for name, part in written.data.items() if name != "variants"}
    said = json.dumps([EXPANSION, data], default=str)
    return hashlib.blake2s(said.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def mistakes(
    text: str, file: str, variant: str = "base", companies: Companies = ()
) -> list[Problem]:
    """Return everything that keeps a drill from being made: form, names, formulas."""
    try:
        found = _read(laid_over(read(text, file), variant, companies))
        if isinstance(found, list):
            return sorted(found)
        _ = made(text, file, variant, companies).library  # whoever plays it asks for its courses only afterwards
    except ScenarioError as error:
        from scenarios.problem import of_error

        return [of_error(error, file)]
    return []


def _read(written: DrillSource) -> tuple[DrillData, Program] | list[Problem]:
    """Return a drill and what its world is run by, or what is wrong with it."""
    try:
        drill = DrillData.model_validate(written.data)
    except ValidationError as error:
        return schema_problems(error, written, DrillData)
    program = compiled(drill.world, readings(drill))
    problems = [written.problem(*found) for found in (*unknown(drill), *program.problems)]
    return problems or (drill, program)


def readings(drill: DrillData) -> Readings:
    """Return the formulas of a drill that stand outside of its world."""
    facts: dict[str, Formula] = {
        name: WHILE_HIT if formula == "always" else formula for name, formula in drill.severity.items()
    }
    facts["fallback"] = _way_back(drill)
    return Readings(
        signals={source: ((one.by_group if group else one.is_) or 0.0, group) for source, group, one in signals(drill)},
        logs={name: log.rate for name, log in drill.logs.items() if isinstance(log.rate, str)},
        dark={name: one.dark for name, one in drill.signals.items() if one.dark is not None},
        tables={name: dict(look.table) for name, look in drill.looks.items() if look.table},
        facts=facts,
        pulses={lever: move.for_ for move in drill.moves.values() if move.for_ for lever in move.set},
    )


def _way_back(drill: DrillData) -> str:
    """Return the formula by which the way back is open: once what makes the mend possible is done."""
    ready = drill.moves.get(drill.course.ready or "")
    if ready is None:
        return "1"
    return " and ".join(
        _reached(lever, value, drill.world.levers.get(lever, 0.0)) for lever, value in ready.set.items()
    )


def _reached(lever: str, value: float, rest: float) -> str:
    return f"{lever} >= {value!r}" if value >= rest else f"{lever} <= {value!r}"

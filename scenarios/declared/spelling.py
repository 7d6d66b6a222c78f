"""What spelling a drill out begins with: ids out of words, and where each part of the scenario was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.declared.derive import Numbers
from scenarios.declared.drill import SEATS, DrillData, PersonData
from scenarios.declared.moves import MoveData
from scenarios.declared.seen import LookData, SignalData
from simulator.scenario.document import Steps
from simulator.values import Ref

Raw = dict[str, Any]


def ident(text: str) -> str:
    """Return an id made of words."""
    return re.sub(r"\W+", "_", text.lower()).strip("_")[:48] or "it"


@dataclass


@dataclass
class Spelled:
    """A scenario's data, and where in the drill's file each part of it was written."""

    data: Raw = field(default_factory=dict)
    origins: dict[Steps, Steps] = field(default_factory=dict)

    def put(self, name: str, parts: Sequence[tuple[Steps, Raw]], renamed: Mapping[str, str] | None = None) -> None:
        """Add a list of parts, each with where it was written; `renamed` says what its fields were called there."""
        self.data[name] = [part for _, part in parts]
        for index, (written, part) in enumerate(parts):
            self.origins[name, index] = written
            for ours in part:
                self.origins[name, index, ours] = (*written, (renamed or {}).get(ours, ours))

    def at(self, path: Steps, written: Steps) -> None:
        """Say where something else was written."""
        self.origins[path] = written


class Speller:
    """A drill, what follows from its world, and the scenario that is being spelled out of both."""

    def __init__(self, drill: DrillData, found: Numbers) -> None:
        self.drill, self.found, self.out = drill, found, Spelled()
        self.true = drill.course.cause
        self.proof = tuple(Ref.to("query", name) for name, look in drill.looks.items() if look.for_)
        self.blast: dict[str, str] = {}
        """What can get worse, by id, as far as moves name it."""


def signals(drill: DrillData) -> Iterator[tuple[str, str, SignalData]]:
    """Yield the source, group (empty: none) and signal of every series."""
    for name, signal in drill.signals.items():
        yield name, "", signal
        if signal.by_group is not None:
            yield from ((f"{name}_{group}", group, signal) for group in drill.world.groups)


def people_of(drill: DrillData) -> dict[str, PersonData]:
    """Return who is there: those named, with the usual six seats where none is."""
    if any(one.page is None for one in drill.people.values()):
        return drill.people
    return {name: PersonData(handle=name.replace("_", "-")) for name in SEATS} | drill.people


def able(drill: DrillData, part: LookData | MoveData) -> list[str]:
    """Return who can do something: those its author named, or of the usual ones whoever is there."""
    there = people_of(drill)
    return [one for one in part.by if "by" in part.model_fields_set or one in there]


def effects_of(turned: Mapping[str, float], over: int) -> list[Raw]:
    return [{"knob": lever, "value": value, "over": over} for lever, value in turned.items()]

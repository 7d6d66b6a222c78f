"""What can be played here: the scenarios that everybody has, and the drills that the teams of this browser brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from scenarios import loader
from simulator.errors import DrillError
from simulator.loaded import LoadedScenario
from simulator.room.store import DrillRow
from simulator.room.teams import Member
from simulator.room.uploads import Upload
from ui import session
from ui.parts.live import SERVER

OWN = "own"
"""How what leads to a team's own drill begins."""


@dataclass(frozen=True)
class Playable:
    """Something that can be played here."""

    key: str
    """What links and widgets call it: the scenario's name, or, of a team's own, whose it is as well."""
    team: str = ""
    """Name of the team whose own it is, empty where everybody has it."""
    upload: str | None = None
    member: Member | None = None
    """Who in that team this browser is."""

    def load(self, variant: str = loader.BASE, difficulty: str = "standard") -> LoadedScenario:
        """Return it ready to run. Raises DrillError."""
        if self.upload is not None:
            return SERVER.rooms.uploads.loaded(self.upload, variant, difficulty)
        return loader.load(self.key, variant, difficulty)

    @property
    def whose(self) -> dict[str, Any]:
        """Return what opens a drill of it and not of the scenario of its name that everybody has."""
        return {"upload": self.upload, "member": self.member} if self.upload else {}


def key_of(upload: Upload) -> str:
    """Return what a team's own drill is called, whichever state of it is played."""
    return f"{OWN}-{upload.team}-{upload.name}"


def key_of_drill(row: DrillRow) -> str:
    """Return what the thing is called that a drill is played of; it need not be offered any more."""
    with suppress(DrillError):
        return row.header.scenario if row.upload is None else key_of(SERVER.rooms.uploads.find(row.upload))
    return ""


def offers() -> dict[str, Playable]:
    """Return what can be played here by its key, in the order in which people see it: a team's own first."""
    everybodys = (Playable(name) for name in loader.catalogue().offered)
    return {one.key: one for one in (*_own(), *everybodys)}


def _own() -> Iterator[Playable]:
    for team, member in session.teams():
        for one in SERVER.rooms.uploads.of(team.id):
            if one.state == "ready":
                yield Playable(key_of(one), team.name, one.id, member)

"""How a company says and does what playbooks leave to it: words of severity, cadence, audiences, postures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field

from simulator.levels import PlayedBook, moved
from simulator.scenario.data import Data

L = TypeVar("L", bound=BaseModel)
Audience = Literal["public", "internal", "restricted"]
"""Whom an update is for."""


class LevelName(Data):
    """What a company calls a level of severity, and how often stakeholders hear at it."""

    title: str
    """What people call it."""
    update_minutes: Annotated[float, Field(gt=0)] | None = None
    """As the playbook says unless given."""


class Conventions(Data):
    """A company's own words and times, in the places of a playbook's."""

    levels: tuple[LevelName, ...] = ()
    """The worst first. Of a playbook with more or fewer levels, each is that as far down the scale."""
    audiences: dict[Audience, str] = {}
    """What whom an update is for is called."""
    postures: dict[str, str] = {}
    """Class of dependencies -> how its failure is met unless there is a reason not to."""

    def audience(self, ident: str) -> str:
        """Return what whom an update is for is called."""
        return next((words for audience, words in self.audiences.items() if audience == ident), ident)

    def of(self, levels: Sequence[L]) -> tuple[L, ...]:
        """Return a playbook's levels, the worst first, with what the company calls them and how often it tells whom."""
        if not self.levels:
            return tuple(levels)
        own = (self.levels[moved(at, len(levels), len(self.levels))] for at in range(len(levels)))
        return tuple(a.model_copy(update=b.model_dump(exclude_none=True)) for a, b in zip(levels, own, strict=True))

    def played(self, book: PlayedBook) -> PlayedBook:
        """Return what a drill keeps of a playbook, in the company's words."""
        return book.model_copy(update={"levels": self.of(book.levels)})


NONE_OF_ITS_OWN = Conventions()

"""How a company says and does what playbooks leave to it: words of severity, cadence, audiences, postures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from simulator.levels import PlayedBook, moved
from simulator.scenario.data import Data

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

    def level(self, at: int, of: int) -> dict[str, Any]:
        """Return what is otherwise of the level at a place (0 the worst) of a playbook that has `of`."""
        if not self.levels:
            return {}
        return self.levels[moved(at, of, len(self.levels))].model_dump(exclude_none=True)

    def played(self, book: PlayedBook) -> PlayedBook:
        """Return what a drill keeps of a playbook, in the company's words."""
        of = len(book.levels)
        levels = tuple(level.model_copy(update=self.level(at, of)) for at, level in enumerate(book.levels))
        return book.model_copy(update={"levels": levels})


NONE_OF_ITS_OWN = Conventions()

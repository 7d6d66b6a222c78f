"""What stands in a drill in one file about what people do: moves, and one good course through them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scenarios.declared.seen import Texts
from simulator.scenario.data import Condition, Data, Span, Template
from simulator.scenario.declared.spec import Word
from simulator.values import Strategy


class MoveData(Data):
    """An action: which levers it turns, how long that takes, and what can be said of it."""

    title: str
    """What people call it."""
    cmd: str
    """What is typed to do it."""
    also: Texts = ()
    """Other words it is done by."""
    set: dict[Word, float]
    """Levers that it turns -> where to."""
    by: Texts = ("mitigation", "triage", "deputy", "commander")
    """Seats that can do it."""
    takes: Span = 20
    """Seconds until it takes effect."""
    spread: Annotated[float, Field(ge=0, le=3)] = 0.1
    """Sigma of the logarithm of that time, 0 to 3."""
    over: Span = 0
    """Seconds over which the levers move."""
    for_: Span = Field(0, alias="for")
    """A pulse: the levers go back by themselves after so long."""
    rung: Literal["flag", "hotfix", "rollback", "containment", "capacity", "repair"]
    """Rung of the ladder of mitigations that it is on."""
    strategy: Strategy | None = None
    """Branch that it belongs to; follows from the rung unless given."""
    support: bool = False
    """A step that mends nothing by itself."""
    trap: bool = False
    """It costs more than looking first would have."""
    treats: Texts | None = None
    """Groups that it helps; read off the world unless given."""
    minutes: float | None = None
    """Until it shows, when nothing is in its way; read off the world unless given."""
    undo: str | None = None
    """Move that takes it back."""
    undo_minutes: float | None = None
    """Minutes that taking it back needs."""
    risk: Texts = ("It goes on meanwhile",)
    """What it may cost, as those who decide may pick it."""
    check: str | None = None
    """Look that shows what it would do."""
    safe_when: Condition = {}
    """Started while this does not hold it counts as unprepared."""
    needs: Condition = {}
    """It is refused while this does not hold."""
    refusal: Template = ""
    """Template of what is said while `needs` refuses it."""
    cap: str | None = None
    """Cap of the playbook that carrying it out trips."""
    against: Texts = ()
    """Moves that it works against."""
    irreversible: bool = False
    """Nothing takes it back."""
    wide: bool = False
    """It reaches far beyond what is hit."""
    says: Template = ""
    """Template that it prints when it is done."""
    right_when: Texts | None = None
    """What makes it a right step once it has been seen; the looks that speak for the true cause unless given."""
    known_by: Texts = ()
    """What has to be seen before it is offered; everybody knows of it unless given."""


class CourseData(Data):
    """One good way through: what by_the_book does."""

    hold: Texts = ()
    """Moves that stop the harm first, each quickly undone."""
    ready: str | None = None
    """The move that makes the mend possible."""
    mend: Annotated[Texts, Field(max_length=6)]
    """What mends it; which of them come into a course is tried out for each set of them."""
    finish: Texts = ()
    """What is left to do once it is mended."""
    test: Texts
    """Looks that tell the true cause."""
    cause: str
    """The true cause, one of `causes`."""

    @property
    def moves(self) -> tuple[str, ...]:
        """Return every move of it, in order."""
        return (*self.hold, *((self.ready,) if self.ready else ()), *self.mend, *self.finish)

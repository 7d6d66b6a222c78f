"""What people write once a drill is over: answers, actions and factors, entry by entry, and what they come to.

Nothing is ever replaced: whoever changes an answer adds an entry, and every earlier wording stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST = 4_000
"""Characters of one answer."""
ACTION = "action"
"""What the name of an action begins with; the number of the entry that made it follows."""
DROPPED = "dropped"
"""Field that says why an action is not one any more; it stays readable and counts for nothing."""

Words = Annotated[str, StringConstraints(max_length=LONGEST, strip_whitespace=True)]
Picked = Annotated[tuple[Annotated[str, StringConstraints(max_length=200)], ...], Field(max_length=60)]
Value = Words | Picked
"""An answer: words, or the ids of what was picked."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[\w.:-]+$")]


class FollowUpEntry(BaseModel):
    """One thing that somebody wrote after the drill."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    """Number within the drill, from 1."""
    made: float
    """Wall instant."""
    author: Annotated[str, StringConstraints(max_length=80)]
    item: Name
    """The stage that it belongs to, or `action-N`."""
    changes: Annotated[dict[Name, Value], Field(min_length=1, max_length=20)]
    """Field -> what it says now."""


@dataclass(frozen=True)
class Wording:
    """One wording of an answer, and whose it is."""

    value: Value
    author: str
    made: float
    n: int

    @property
    def text(self) -> str:
        """Return it as words."""
        return self.value if isinstance(self.value, str) else ", ".join(self.value)

    @property
    def picked(self) -> tuple[str, ...]:
        """Return it as what was picked."""
        return (self.value,) if isinstance(self.value, str) and self.value else tuple(self.value)


NOTHING = Wording("", "", 0.0, 0)


@dataclass(frozen=True)
class FollowUp:
    """Everything that was written after a drill, as it stands."""

    upto: int = 0
    """Number of the last entry in it."""
    items: Mapping[str, Mapping[str, tuple[Wording, ...]]] = field(default_factory=dict)
    """Item -> field -> its wordings, the oldest first."""

    @classmethod
    def of(cls, entries: Iterable[FollowUpEntry]) -> FollowUp:
        """Return what entries come to, in their order."""
        items: dict[str, dict[str, tuple[Wording, ...]]] = {}
        upto = 0
        for one in entries:
            upto = one.n
            fields = items.setdefault(one.item, {})
            for name, value in one.changes.items():
                fields[name] = (*fields.get(name, ()), Wording(value, one.author, one.made, one.n))
        return cls(upto, items)

    def said(self, item: str, name: str) -> Wording:
        """Return how an answer reads now; nothing where nobody gave one."""
        return self.wordings(item, name)[-1] if self.wordings(item, name) else NOTHING

    def wordings(self, item: str, name: str) -> tuple[Wording, ...]:
        """Return every wording of an answer, the oldest first."""
        return self.items.get(item, {}).get(name, ())

    def actions(self, *, dropped: bool = False) -> Iterator[str]:
        """Yield the actions that stand, in the order they were made; or those that were taken off the list."""
        made = (item for item in self.items if item.startswith(f"{ACTION}-"))
        return (item for item in made if bool(self.said(item, DROPPED).value) == dropped)


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed since it was looked at: what it says now, and what was to be said."""

    name: str
    now: Wording
    wanted: Value


def clashes(there: FollowUp, item: str, changes: Mapping[str, Value], seen: Mapping[str, int]) -> tuple[Clash, ...]:
    """Return which changes would go over what others wrote after the wording that was `seen`: field -> its entry.

    Who says the same is in nobody's way.
    """
    found = []
    for name, value in changes.items():
        now = there.said(item, name)
        if now.n > seen.get(name, 0) and now.value != value:
            found.append(Clash(name, now, value))
    return tuple(found)


class LessonAnswers(BaseModel):
    """What one person answered in the survey of lessons."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    author: Annotated[str, StringConstraints(max_length=80)] = ""
    """Empty where they gave no name."""
    answers: Annotated[dict[Name, Words], Field(max_length=10)]
    """StageQuestion -> answer; a rating is a digit."""

"""One line of a drill's record: when, by whom, and what. What can stand in it is an act or an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union

from pydantic import Field
from pydantic.alias_generators import to_snake

from simulator.need_to_know import NeedToKnow
from simulator.values import HOST, Author, Part, Ref, picked_fields

Group = Literal[
    "fault", "tolerance", "effect", "change", "state", "alert",
    "decision", "action", "finding", "message", "lead", "inject", "refused", "slip", "",
]  # fmt: skip
"""What a timeline is filtered by; empty: it is not shown there."""
NOBODY = ("",)
"""Readers of what no role may see."""


class Body(Part):
    """An act or an event, and what everybody asks of either.

    A class of them says in its head what is one word: `class DrillEnded(Event, group="lead", news="…")`.
    """

    kind: str = ""
    """The name of its class as records write it."""

    def __init_subclass__(cls, **says: object) -> None:
        super().__init_subclass__()
        for name, value in says.items():
            if not hasattr(cls, name):
                raise TypeError(f"{cls.__name__} says {name!r} of itself, which nobody asks")
            setattr(cls, name, value)
        # A field like others, made before pydantic collects them: it is what tells one class from another.
        kind = to_snake(cls.__name__)
        cls.__annotations__["kind"] = Literal[kind]
        cls.kind = kind

    group: ClassVar[Group] = ""
    minor: ClassVar[bool] = False
    """A step on the way to something that has a line of its own."""
    news: ClassVar[str] = ""
    """Why a skip ends when somebody brings this about, in responders' words; empty: it does not end for this."""
    number: ClassVar[str] = ""
    """The n-th accepted one can be cited as `number:n`."""
    talk: ClassVar[bool] = False
    """Its number is for answering it; it is no evidence."""
    stands_from_now: ClassVar[bool] = False
    """Its reference means this one from now on, not the first: what all have heard, for what one was told before."""
    open: ClassVar[bool] = False
    """It shows nothing of a protected matter; what says nothing of itself is closed."""
    closed_by: ClassVar[tuple[str, ...]] = ()
    """Fields with roles, channels, injects or work: where all of them are the circle's, it tells of a protected matter.

    With none of them it always does.
    """
    cited: ClassVar[str] = ""
    """The field an event can be cited by: a reference, or an id, to which the field's name is the kind."""
    amendable: ClassVar[bool] = False
    """It is a record that may be written in a hurry and filled in afterwards."""
    is_act: ClassVar[bool] = False
    private: ClassVar[bool] = False
    """Of an act: only who gives it sees it, not even those in the room."""
    is_truth: ClassVar[bool] = False
    """For facilitator and scoring only."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Return what it can be cited by, beside its number."""
        return ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Return the roles it is addressed to; empty: everybody."""
        return ()

    def closed(self, circle: NeedToKnow, hands: Mapping[str, str]) -> bool:
        """Tell whether it tells of a protected matter, and so is for those alone who need to know.

        `hands` tells who carries out a run, and who gave a task.
        """
        if self.open:
            return False
        sources = dict(picked_fields(type(self)))
        values = ((sources.get(field, ""), getattr(self, field)) for field in self.closed_by)
        return all(circle.keeps(source, hands.get(value, value)) for source, value in values)

    def replaces(self) -> Ref | None:
        """Return the record that this says anew; None where it is one of its own."""
        return None

    def concerns(self, role: str) -> bool:
        """Tell whether it needs the person in `role`, who did not bring it about and may see it."""
        return bool(self.news)

    def fold(self, history: Any, entry: Entry) -> None:
        """Change what has become of the incident; `history` is a `simulator.record.history.History`."""


B = TypeVar("B", bound=Body)


def kinds_of(base: type[B]) -> dict[str, type[B]]:
    """Return kind -> class of all that derive from `base`, in the order in which they were written."""
    found: dict[str, type[B]] = {}
    for one in base.__subclasses__():
        found |= kinds_of(one) or {one.model_fields["kind"].default: one}
    return found


def one_of(kinds: Mapping[str, type[B]]) -> Any:
    """Return the type of any of these, told apart by `kind`, as pydantic reads it."""
    union: Any = Union[tuple(kinds.values())]  # noqa: UP007
    return Annotated[union, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: the `seq`-th thing, at drill second `at`, by whom, and what."""

    seq: int
    at: int
    by: Author
    body: Body

    @property
    def is_act(self) -> bool:
        """Tell whether somebody asked for it; otherwise it happened."""
        return self.body.is_act

    @property
    def role(self) -> str:
        """Return the role behind it."""
        return self.by.role

    def to_json(self) -> str:
        """Return the journal line: keys in a fixed order, floats as the engine rounded them."""
        return json.dumps({"seq": self.seq, "at": self.at, "by": self.by, "body": dump(self.body)}, ensure_ascii=False)


def dump(body: Body) -> dict[str, Any]:
    """Return a body as plain data, `kind` first, unset optional fields left out."""
    data = body.model_dump(mode="json", by_alias=True, exclude_none=True)
    if not data.get("to", True):
        del data["to"]  # for everybody: the usual case, left out
    return data


def readers(by: Author, body: Body, circle: NeedToKnow) -> tuple[str, ...]:
    """Return the roles that may see a body, empty for all of them: the one rule behind briefings and scoring.

    Truth is nobody's; an event with `to` is for those roles; a refusal is for who gave the act (its `to` says so); the
    facilitator's own acts are not shown, only what comes of them; a private act is for who gave it; what is closed is
    for the circle.
    """
    if body.is_truth or (body.is_act and by.role == HOST):
        return NOBODY
    if body.private:
        return (by.role,)
    if body.is_act and circle.inside and circle.knows(by.role) and body.closed(circle, {}):
        return circle.inside
    return body.readers


def sees(entry: Entry, role: str, circle: NeedToKnow) -> bool:
    """Tell whether `role` may ever see `entry`."""
    found = readers(entry.by, entry.body, circle)
    return not found or role in found
